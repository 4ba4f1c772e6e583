"""The rate and PSNR of the network over whole pictures, in the middle of training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from beholder.errors import InputError
from beholder.evaluation.spread import spread
from beholder.learned.condition import Condition
from beholder.learned.container import QUALITIES
from beholder.learned.network import CompressionNetwork
from beholder.learned.picture_tensor import pad_to_stride, pixels_of_tensor, tensor_of_pixels
from beholder.metrics import psnr_db
from beholder.training.against_webp import percent_against_webp
from beholder.training.classes import PictureClass
from beholder.training.pictures import StoredPicture, find_stored_pictures


@dataclass(frozen=True)
class PictureCurves:
    """Every picture at every quality.

    Attributes:
        qualities: Of the rows.
        rates_bpp: (qualities, pictures).
        psnrs_db: (qualities, pictures); infinite where nothing is lost.
    """

    qualities: tuple[int, ...]
    rates_bpp: npt.NDArray[np.float64]
    psnrs_db: npt.NDArray[np.float64]

    def mean(self) -> dict[str, list[float]]:
        """Return the means over pictures at each quality; the rate is that of the symbols under the model."""
        return {
            "rate_bpp": self.rates_bpp.mean(axis=1).tolist(),
            "psnr_db": self.psnrs_db.mean(axis=1).tolist(),
        }

    def of_picture(self, column: int) -> list[tuple[float, float]]:
        """Return (rate in bpp, PSNR in dB) of a picture at each quality."""
        return list(zip(self.rates_bpp[:, column].tolist(), self.psnrs_db[:, column].tolist(), strict=True))


def spread_qualities(count: int) -> tuple[int, ...]:
    """Return `count` qualities, evenly spread from 0 to 63; one alone is the middle."""
    if count == 1:
        return (QUALITIES // 2,)
    return tuple(round(number * (QUALITIES - 1) / (count - 1)) for number in range(count))


def picture_curves(
    model: CompressionNetwork,
    pictures: Sequence[StoredPicture],
    qualities: Sequence[int],
    device: torch.device,
) -> PictureCurves:
    """Return the curve of each picture, with latents rounded as a file would have them.

    Raises:
        InputError: A picture cannot be read.
    """
    was_training = model.training
    model.eval()
    rates = np.zeros((len(qualities), len(pictures)))
    psnrs = np.zeros_like(rates)
    for column, stored in enumerate(pictures):
        pixels, _ = stored.read()
        height, width = pixels.shape[:2]
        padded = pad_to_stride(tensor_of_pixels(pixels[None], device))
        for row, quality in enumerate(qualities):
            with torch.no_grad():
                result = model(padded, Condition.of([quality], device=device))
            decoded = pixels_of_tensor(result.picture)[0, :height, :width]
            rates[row, column] = result.bits.item() / (height * width)
            psnrs[row, column] = psnr_db(pixels, decoded)
    model.train(was_training)
    return PictureCurves(tuple(qualities), rates, psnrs)


class EvaluationSet:
    """Pictures of some classes that training is evaluated on, and what WebP makes of them."""

    def __init__(self, classes: Sequence[PictureClass], most_pictures: int, qualities: int) -> None:
        """Find the pictures.

        Args:
            classes: Of pictures.
            most_pictures: To take of each class, evenly spread; 0: all.
            qualities: How many to evaluate at.

        Raises:
            UsageError: As `find_stored_pictures`.
        """
        self._classes = {
            own.name: spread(find_stored_pictures(own.places), most_pictures or None) for own in classes
        }
        self._qualities = spread_qualities(qualities)

    def check(self) -> None:
        """Read every picture once.

        Raises:
            InputError: Names each one that cannot be read.
        """
        problems: list[str] = []
        for stored in (stored for own in self._classes.values() for stored in own):
            try:
                stored.read()
            except InputError as error:
                problems.append(str(error))
        if problems:
            raise InputError(
                f"{len(problems)} of the pictures to evaluate on cannot be read; take them out: "
                + "; ".join(problems)
            )

    def evaluate(self, model: CompressionNetwork, device: torch.device) -> dict[str, object]:
        """Return the record of an evaluation: the mean curve, and that of each class with its gap to WebP.

        The gap is that of `percent_against_webp`, below 0 where the network needs less: the mean over the
        class's pictures, and the largest with its picture. PSNR is infinite where nothing is lost.
        """
        found = {
            name: picture_curves(model, own, self._qualities, device) for name, own in self._classes.items()
        }
        whole = PictureCurves(
            self._qualities,
            np.hstack([own.rates_bpp for own in found.values()]),
            np.hstack([own.psnrs_db for own in found.values()]),
        )
        return {
            "quality": list(self._qualities),
            **whole.mean(),
            "pictures": whole.rates_bpp.shape[1],
            "classes": {
                name: {
                    "pictures": len(own),
                    **found[name].mean(),
                    **self._against_webp(own, found[name]),
                }
                for name, own in self._classes.items()
            },
        }

    def _against_webp(self, pictures: Sequence[StoredPicture], curves: PictureCurves) -> dict[str, object]:
        gaps: list[tuple[float, str]] = []
        for column, stored in enumerate(pictures):
            gap = percent_against_webp(stored, curves.of_picture(column))
            if gap is not None:
                gaps.append((gap, str(stored.path)))
        if not gaps:
            return {"webp_percent": None, "worst_webp_percent": None, "worst_picture": None}
        worst, name = max(gaps)
        mean = sum(gap for gap, _ in gaps) / len(gaps)
        return {"webp_percent": mean, "worst_webp_percent": worst, "worst_picture": name}

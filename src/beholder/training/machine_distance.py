"""What machines mind of an error: the distance of features at several depths, and of answers.

The machine's part of the loss of Weber et al., "Observer dependent lossy image compression" (GCPR 2020), with
several networks, all depths, and random scales, so that it holds for pictures and networks of other sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.evaluation.codecs.pillow import load, save
from beholder.learned.picture_tensor import samples_of, tensor_of_pixels
from beholder.training.teachers import Seen, Teacher

# Of 255^2 * MSE, beside the networks: so that pictures stay pictures where no network looks.
_SHARE_OF_SQUARED_ERROR = 0.05
_SHARE_OF_ANSWERS = 0.2  # of what a network with answers minds; its gradient differs most from crop to crop
# Scales at which networks see crops: those of photographs of 270 to 640 pixels on inputs of 256.
_SCALES = (0.4, 0.95)
_PROJECTED_SCALES = 3
_JPEG_QUALITIES = (10, 20, 40)
_SMALLEST_SHARE = 0.05  # of the mean variance of a map's channels
_SMALLEST_VARIANCE = 1e-12


@dataclass(frozen=True)
class _Weights:
    """Of one network: what brings its distances to the size of a squared error.

    Attributes:
        channels: Inverse variances of each map's channels, (channels,).
        maps: Weight of each map's distance.
        answer: Weight of the answer's distance; 0 where there is none.
    """

    channels: tuple[Tensor, ...]
    maps: tuple[float, ...]
    answer: float


class MachineDistance:
    """A distance of pictures for machines, in units of 255^2 * MSE."""

    def __init__(
        self, teachers: Sequence[Teacher], crops: npt.NDArray[np.uint8], device: torch.device
    ) -> None:
        """Bring the distances of all networks to one size.

        Each map and each answer weighs as much as the squared error does, on the mean over JPEG files of
        typical crops. So the two observers share their multipliers, and no network, depth or channel drowns
        the others.

        Args:
            teachers: Networks.
            crops: (count, side, side, 3), typical ones.
            device: Where networks compute.
        """
        self._teachers = tuple(teachers)
        originals = np.concatenate([crops] * len(_JPEG_QUALITIES))
        files = np.stack(
            [
                load(save(crop, "JPEG", quality=quality), "JPEG")
                for quality in _JPEG_QUALITIES
                for crop in crops
            ]
        )
        original, decoded = (samples_of(tensor_of_pixels(pixels, device)) for pixels in (originals, files))
        error = (original - decoded).square().mean().item()
        with torch.no_grad():
            self._weights = tuple(_weights(own, original, decoded, error) for own in self._teachers)

    def __call__(self, original: Tensor, decoded: Tensor, random: np.random.Generator) -> Tensor:
        """Return (B,) distances of (B, 3, S, S) pictures in -0.5..0.5.

        One network looks, at one scale, which the generator draws.
        """
        number = int(random.integers(len(self._teachers)))
        scale = float(np.exp(random.uniform(*np.log(_SCALES))))
        teacher, weights = self._teachers[number], self._weights[number]
        first, second = samples_of(original), samples_of(decoded)
        with torch.no_grad():
            wanted = teacher.look(first, scale)
        seen = teacher.look(second, scale)
        found = torch.stack(
            [
                weight * distance
                for weight, distance in zip(
                    weights.maps, _map_distances(wanted, seen, weights.channels), strict=True
                )
            ]
        ).mean(dim=0)
        if weights.answer:
            answers = weights.answer * _answer_distance(teacher, wanted, seen)
            found = (1 - _SHARE_OF_ANSWERS) * found + _SHARE_OF_ANSWERS * answers
        squared = (first - second).square().mean(dim=(1, 2, 3))
        return _SHARE_OF_SQUARED_ERROR * squared + (1 - _SHARE_OF_SQUARED_ERROR) * found

    def projections(self, decoded: Tensor, random: np.random.Generator) -> Iterator[Tensor]:
        """Yield random projections of what each network sees at several scales, scalars.

        The mean square of a projection's gradient is the curvature of the distance of features: the distance
        of a picture from itself with a small error added is the sum of squares of all projections on average.

        Args:
            decoded: (B, 3, S, S) in -0.5..0.5.
            random: Draws the signs.
        """
        pixels = samples_of(decoded)
        for teacher, weights in zip(self._teachers, self._weights, strict=True):
            for scale in np.geomspace(*_SCALES, _PROJECTED_SCALES):
                seen = teacher.look(pixels, float(scale))
                yield torch.stack(
                    [
                        (weight / len(seen.maps) * seen.cells**2 / features[0].numel()) ** 0.5
                        * _signed_sum(features * channels.sqrt()[:, None, None], random)
                        for features, channels, weight in zip(
                            seen.maps, weights.channels, weights.maps, strict=True
                        )
                    ]
                ).sum()

    @staticmethod
    def squared_error_projection(decoded: Tensor, random: np.random.Generator) -> Tensor:
        """Return the same for squared error, a scalar."""
        size: float = decoded[0].numel() ** 0.5
        return 255 / size * _signed_sum(decoded, random)


def _signed_sum(values: Tensor, random: np.random.Generator) -> Tensor:
    signs = torch.from_numpy(random.integers(0, 2, values.shape, dtype=np.int8)).to(values.device)
    total: Tensor = ((2.0 * signs - 1) * values).sum()
    return total


def _weights(teacher: Teacher, original: Tensor, decoded: Tensor, error: float) -> _Weights:
    scale = float(np.sqrt(_SCALES[0] * _SCALES[1]))
    wanted, seen = teacher.look(original, scale), teacher.look(decoded, scale)
    channels = tuple(_inverse_variances(values) for values in wanted.maps)
    distances = _map_distances(wanted, seen, channels)
    answer = 0.0 if wanted.answer is None else error / _answer_distance(teacher, wanted, seen).mean().item()
    return _Weights(channels, tuple(error / own.mean().item() for own in distances), answer)


def _inverse_variances(features: Tensor) -> Tensor:
    """Return (channels,); channels that hardly vary do not count more for it."""
    variances = features.var(dim=(0, 2, 3))
    return 1 / variances.clamp(min=max(_SMALLEST_SHARE * variances.mean().item(), _SMALLEST_VARIANCE))


def _map_distances(wanted: Seen, seen: Seen, channels: Sequence[Tensor]) -> list[Tensor]:
    """Return the (B,) mean squared difference of each map, channels brought to variance 1."""
    return [
        seen.by_crop(((first - second).square() * weight[:, None, None]).mean(dim=1))
        for first, second, weight in zip(wanted.maps, seen.maps, channels, strict=True)
    ]


def _answer_distance(teacher: Teacher, wanted: Seen, seen: Seen) -> Tensor:
    distance: Tensor = teacher.task.distance(wanted.answer, seen.answer)
    return distance

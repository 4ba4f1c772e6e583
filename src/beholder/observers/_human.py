"""The perceptual observer: frequency weights and masking fitted to SSIMULACRA 2 and MS-SSIM."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UnsupportedImageError, UsageError
from beholder.metrics import ssimulacra2
from beholder.observers._mixture import Mixable
from beholder.observers._sensitivity import (
    FloatArray,
    Masking,
    PictureBlocks,
    Sampling,
    Sensitivity,
    start_steps,
)

if TYPE_CHECKING:
    from torch import Tensor


@cache
def _constants() -> dict[str, Any]:
    """What benchmarks/fits/human.py fitted, with its provenance."""
    text = resources.files(__package__).joinpath("human.json").read_text(encoding="utf-8")
    constants: dict[str, Any] = json.loads(text)
    return constants


def _chroma_weights(component: int, sampling: Sampling) -> FloatArray:
    """Weights of a chroma component: fitted for 4:4:4 and 4:2:0, the geometric mean of both between."""
    tables = _constants()["frequency"]
    across = sampling[0][0] // sampling[component][0]
    down = sampling[0][1] // sampling[component][1]
    full, halved = (np.asarray(tables[name][component], np.float32) for name in ("4:4:4", "4:2:0"))
    halvings = (across > 1) + (down > 1)
    return np.asarray(full ** (1 - halvings / 2) * halved ** (halvings / 2), np.float32)


@dataclass(frozen=True, repr=False)
class _Human(Mixable):
    name: ClassVar[str] = "human"
    kind: ClassVar[str] = "human"

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """Fitted weights, and block weights that fall where the picture hides errors."""
        constants = _constants()
        luma = np.asarray(constants["frequency"]["4:2:0"][0], np.float32)
        chroma = [_chroma_weights(min(c, 2), sampling) for c in range(1, len(sampling))]
        frequency = np.stack([luma, *chroma])
        # The mean that the exponent refers to is that of a colour picture, so that grey gets the same luma
        # steps.
        reference = np.asarray(constants["frequency"]["4:2:0"], np.float32)
        steps = start_steps(frequency, constants["step_exponent"])
        steps *= np.float32((reference.mean() / frequency.mean()) ** constants["step_exponent"])
        return Sensitivity(
            frequency=frequency,
            start_steps=steps,
            masking=Masking(**constants["masking"]),
            lambda_ratio=constants["lambda_ratio"],
        )

    def distance(self, original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
        """Return 100 - SSIMULACRA 2: 0 equal, 10 no difference seen, 30 good, 50 fair."""
        try:
            return 100.0 - ssimulacra2(original, decoded)
        except UnsupportedImageError as error:
            raise UsageError(f"human cannot compare these pictures: {error}; mse can") from error

    def loss(self, original: Tensor, decoded: Tensor) -> Tensor:
        """Return 1 - MS-SSIM, of sides from 161 pixels on."""
        from beholder.observers.network.losses import ms_ssim  # noqa: PLC0415 -- it loads torch

        return 1 - ms_ssim(original, decoded).mean()


@cache  # one object, so that mixtures see that it is the same
def human() -> _Human:
    """The `human` observer.

    Weights of squared DCT error by component and frequency, times a masking weight by block; the constants
    were fitted on photographs other than Kodak's (benchmarks/fits/human.py, docs/jpeg.md).
    """
    return _Human()

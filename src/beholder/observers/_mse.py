"""The observer that weighs every squared error of an RGB sample the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from beholder.image.jpeg_pixels import ZIGZAG
from beholder.metrics import mean_squared_error
from beholder.observers._mixture import Mixable
from beholder.observers._sensitivity import PictureBlocks, Sampling, Sensitivity

if TYPE_CHECKING:
    from torch import Tensor

# Squared RGB error of a unit error in Cb and in Cr over that in Y (ITU-T T.871):
# (0.344136^2 + 1.772^2) / 3 and (1.402^2 + 0.714136^2) / 3.
_RGB_ENERGY = (1.0, 1.086, 0.825)


@dataclass(frozen=True, repr=False)
class _MeanSquaredError(Mixable):
    name: ClassVar[str] = "mse"
    kind: ClassVar[str] = "mse"

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """Flat weights for luma; for chroma what the decoder's upsampling leaves of each frequency."""
        tallest = max(vertical for _, vertical in sampling)
        widest = max(horizontal for horizontal, _ in sampling)
        weights = []
        for component, (horizontal, vertical) in enumerate(sampling):
            energy = np.outer(
                _upsampling_energy(tallest // vertical), _upsampling_energy(widest // horizontal)
            )
            weights.append(_RGB_ENERGY[min(component, 2)] * energy.ravel()[ZIGZAG])
        frequency = np.array(weights, dtype=np.float32)
        # 0.12 beat 0.08, 0.10 and 0.14 on photographs other than Kodak's.
        return Sensitivity(frequency=frequency, start_steps=frequency**-0.5, lambda_ratio=0.12)

    def distance(self, original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
        """Mean squared error over R, G and B (`beholder.metrics.mean_squared_error`)."""
        return mean_squared_error(original, decoded)

    def loss(self, original: Tensor, decoded: Tensor) -> Tensor:
        """Mean squared error (`FullReferenceObserver.loss`)."""
        from beholder.observers.network.losses import squared_error  # noqa: PLC0415 -- it loads torch

        return squared_error(original, decoded)


@cache  # one object, so that mixtures see that it is the same
def mse() -> _MeanSquaredError:
    """The `mse` observer: squared error over RGB, what PSNR measures."""
    return _MeanSquaredError()


def _upsampling_energy(factor: int) -> NDArray[np.float64]:
    """Energy in pixels of a unit error at each of the 8 frequencies of a component sampled 1 : `factor`.

    Factor 2 goes through the triangle filter of libjpeg's "fancy" upsampling (3/4 of the nearer and 1/4 of
    the farther sample), other factors repeat samples. Blocks beside count as free of error: errors of
    neighbours are independent, so energies add.
    """
    x = np.arange(8)
    basis = np.cos((2 * x + 1) * np.arange(8)[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    if factor != 2:
        return np.full(8, float(factor))
    padded = np.pad(basis, ((0, 0), (2, 2)))
    even = 0.75 * padded[:, 1:-1] + 0.25 * padded[:, :-2]
    odd = 0.75 * padded[:, 1:-1] + 0.25 * padded[:, 2:]
    return np.asarray((even**2 + odd**2).sum(axis=1))

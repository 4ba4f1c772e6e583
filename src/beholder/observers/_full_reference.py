"""Observers that can also compare two pictures, and teach a codec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.observers._sensitivity import Observer

if TYPE_CHECKING:
    from torch import Tensor


@runtime_checkable
class FullReferenceObserver(Observer, Protocol):
    """An observer with all that one can do: tell where it is sensitive, score, and teach.

    The JPEG encoder asks for the `sensitivity` alone, so that any `Observer` will do there. `distance` and
    `loss` are in the observer's own unit and 0 for equal pictures:

    ===========  ==========================================  ========================
    observer     distance                                    loss
    ===========  ==========================================  ========================
    ``mse``      mean squared RGB error                      the same
    ``human``    100 - SSIMULACRA 2                          1 - MS-SSIM
    a network    by its task; for classes KL divergence in   the same
                 nats
    a mixture    sum of its parts', weighted by their        sum of its parts', so too
                 shares
    ===========  ==========================================  ========================
    """

    def distance(self, original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float:
        """How far the decoded picture is from its original.

        Args:
            original: (H, W, 3) or (H, W) uint8, sRGB, upright.
            decoded: Of the same shape.

        Raises:
            UsageError: The pictures differ in shape, or the observer cannot compare such pictures.
        """

    def loss(self, original: Tensor, decoded: Tensor) -> Tensor:
        """Mean over the batch, differentiable with respect to `decoded`. Needs torch.

        Args:
            original: (N, 3, H, W) floating point, R, G, B in 0..255.
            decoded: Of the same shape; values beyond 0..255 are taken as they are.

        Returns:
            A scalar.

        Raises:
            UsageError: The shapes differ, or the observer cannot compare such pictures.
        """


def full_reference(observer: Observer) -> FullReferenceObserver:
    """The observer as one that compares.

    Raises:
        UsageError: It only tells where it is sensitive.
    """
    if not isinstance(observer, FullReferenceObserver):
        raise UsageError(
            f"{observer.name} tells where it is sensitive and cannot compare pictures; an observer that can "
            "has distance() and loss()"
        )
    return observer

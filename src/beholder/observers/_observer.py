"""What observers of decoded pictures do: tell where they are sensitive, compare, give gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.observers._sensitivity import FloatArray, PictureBlocks, Sampling, Sensitivity

if TYPE_CHECKING:
    from torch import Tensor


class Observer(Protocol):
    """Whoever looks at the decoded picture, as far as the JPEG encoder asks."""

    @property
    def name(self) -> str:
        """What `parse` reads, if the observer can be named; a word for messages otherwise."""

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """Weights for pictures with components of these sampling factors.

        Args:
            sampling: Of the components.
            picture: The picture to adapt to; without it, what holds for any picture.
        """


class GradientObserver(Protocol):
    """A network that looks at a decoded picture and says which way it should change."""

    def reference(self, original: NDArray[np.uint8], orientation: int = 1) -> Any:
        """What it sees in the (H, W, 3) or (H, W) original, for `distance_gradient`.

        It sees pictures upright, turned as their EXIF orientation (1..8) asks.
        """

    def distance_gradient(
        self, reference: Any, decoded: NDArray[np.uint8], sampling: Sampling, orientation: int = 1
    ) -> tuple[float, list[FloatArray]]:
        """How far apart the network's answers are, and the gradient of that.

        Args:
            reference: Of the original.
            decoded: Of the original's size.
            sampling: Of the components of a JPEG.
            orientation: That of the original.

        Returns:
            The distance, and for each component (rows, columns, 64) its gradient at the DCT coefficients of
            `decoded` as it is stored: the blocks that cover the picture, zigzag order.
        """


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


def kind_of(observer: Observer) -> str:
    """Return the word by which `quality` finds the observer's scale: its `kind`, or else its name."""
    return str(getattr(observer, "kind", observer.name))

"""A network as an observer: how much its answer changes, and what of the picture it is sensitive to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from beholder.errors import UsageError
from beholder.observers._adaptation import Adaptation
from beholder.observers._machine import Machine, machine_sensitivity
from beholder.observers._mixture import Mixable
from beholder.observers._profile import Profile
from beholder.observers._sensitivity import FloatArray, PictureBlocks, Sampling, Sensitivity
from beholder.observers.network.calling import (
    called,
    check_finite,
    gradients,
    no_gradient,
    one_thread_an_operation,
)
from beholder.observers.network.geometry import upright
from beholder.observers.network.gradient import coefficient_gradient
from beholder.observers.network.litert import LiteRtNetwork
from beholder.observers.network.preprocessing import Preprocessing
from beholder.observers.network.tasks import Task

Pixels = NDArray[np.uint8]

# A frequency that one picture's gradients leave at nothing still gets this share of the mean weight.
_MIN_SHARE = 1e-3


@dataclass(frozen=True, eq=False, repr=False)
class NetworkObserver(Mixable):
    """A network that looks at the decoded picture.

    Attributes:
        name: A word for messages and profiles.
        module: The network, its own (`load` copies a caller's), frozen and in eval mode.
        preprocessing: What it wants done to a picture.
        task: How to read its output.
        profile: What it is sensitive to in any picture, as `beholder calibrate` finds.
        adaptation: How block weights follow the picture at hand.
        draws: Random projections averaged over; each costs a backward pass.
        mixed_precision: Run convolutions in bfloat16 where gradients are estimated; distances are always
            float32. Meant for GPUs.
        notes: What is to be told of how it was loaded, such as which weights of a file were taken.
    """

    name: str
    module: torch.nn.Module
    preprocessing: Preprocessing
    task: Task[Any]
    profile: Profile | None = None
    adaptation: Adaptation = field(default_factory=Adaptation)
    draws: int = 1
    mixed_precision: bool = False
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the module, which is not changed here since it may be somebody else's."""
        if self.module.training:
            raise UsageError(
                f"{self.name}: the module is in training mode, in which it answers otherwise; use "
                "beholder.observers.load(module, ...), which makes a copy to observe with"
            )

    @property
    def differentiable(self) -> bool:
        """Whether it gives gradients: a LiteRT file does not."""
        return not isinstance(self.module, LiteRtNetwork)

    def check_gradient(self) -> None:
        """Refuse to take a gradient of a network that gives none, before it is run for nothing.

        Raises:
            UsageError: It is a LiteRT file.
        """
        if not self.differentiable:
            raise UsageError(
                f"{self.name}: a LiteRT file answers, for scores and for a target kl, but gives no gradient; "
                "where one is needed (adapt 'network', effort 'loop', calibrate, training) take the network "
                "as a TorchScript file, or a named one such as efficientnet_lite0"
            )

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return next((tensor.device for tensor in self.module.parameters()), torch.device("cpu"))

    def distance(self, original: Pixels, decoded: Pixels, orientation: int = 1) -> float:
        """How far apart the network's answers are: nats for classes (`tasks`).

        Args:
            original: (H, W, 3) or (H, W) uint8.
            decoded: Of the same size.
            orientation: EXIF's, 1..8, of both: the network sees them upright.

        Raises:
            UsageError: The pictures differ in size.
        """
        if original.shape[:2] != decoded.shape[:2]:
            raise UsageError(f"pictures of different sizes: {original.shape[:2]} and {decoded.shape[:2]}")
        with torch.no_grad():
            seen = [upright(self.to_tensor(pixels), orientation) for pixels in (original, decoded)]
            answers = [self.answer([pixels]) for pixels in seen]
            return float(self.task.distance(*answers)[0])

    def loss(self, original: Tensor, decoded: Tensor) -> Tensor:
        """Mean distance, differentiable with respect to `decoded`: (N, 3, H, W) R, G, B in 0..255 both."""
        with torch.no_grad():
            reference = self.answer([original])
        if decoded.requires_grad and torch.is_grad_enabled():
            self.check_gradient()
        loss = self.task.distance(reference, self.answer([decoded])).mean()
        if decoded.requires_grad and torch.is_grad_enabled() and not loss.requires_grad:
            raise no_gradient(self.name)
        return loss

    @torch.inference_mode(mode=False)
    def reference(self, original: Pixels, orientation: int = 1) -> Any:
        """The answer on the original (`GradientObserver`)."""
        with torch.no_grad(), one_thread_an_operation():
            return self.answer([upright(self.to_tensor(original), orientation)])

    def distance_gradient(
        self, reference: Any, decoded: Pixels, sampling: Sampling, orientation: int = 1
    ) -> tuple[float, list[FloatArray]]:
        """The distance, and its gradient at the DCT coefficients of `decoded` (`GradientObserver`).

        Raises:
            UsageError: The network lets no gradient through, or one that is not finite.
        """
        with one_thread_an_operation():
            distance, gradient = self._pixel_gradient(reference, decoded, orientation)
            parts = coefficient_gradient(gradient, sampling)
            return distance, [part.cpu().numpy() for part in parts]

    def pixel_gradient(
        self, reference: Any, decoded: Pixels, orientation: int = 1
    ) -> tuple[float, FloatArray]:
        """The distance, and its gradient at the R, G, B samples of `decoded` as it is stored, (3, H, W).

        Arguments and errors are those of `distance_gradient`.
        """
        with one_thread_an_operation():
            distance, gradient = self._pixel_gradient(reference, decoded, orientation)
            return distance, gradient.cpu().numpy()

    @torch.inference_mode(mode=False)
    @torch.enable_grad()
    def _pixel_gradient(self, reference: Any, decoded: Pixels, orientation: int) -> tuple[float, Tensor]:
        self.check_gradient()
        picture = self.to_tensor(decoded).requires_grad_()
        distance = self.task.distance(reference, self.answer([upright(picture, orientation)]))[0]
        (gradient,) = gradients(self.name, distance, [picture])
        return float(distance.detach()), gradient[0]

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        """Weights by frequency from the profile; with a picture, weights by block from the network.

        Raises:
            UsageError: There is neither a profile nor a picture.
        """
        if self.profile is not None:
            machine = Machine(profile=self.profile, supplier=self, adaptation=self.adaptation)
            return machine.sensitivity(sampling, picture)
        if picture is None:
            raise UsageError(
                f"{self.name} has no profile; make one with `beholder calibrate`, or let it see the picture"
            )
        squares = self._squares(picture, sampling)
        own = np.stack([square.mean(axis=(0, 1)) for square in squares])
        if not own.any():
            raise UsageError(
                f"{self.name}: the gradient of its answer is 0 everywhere in this picture (as of an output "
                "that is rounded, or an argmax); let it give logits or probabilities, or give it a profile"
            )
        frequency = np.asarray(np.maximum(own, _MIN_SHARE * own.mean()) / own.mean(), np.float32)
        blocks = self.adaptation.weights([square.mean(axis=2) for square in squares], picture.block_counts)
        return machine_sensitivity(frequency, blocks)

    def block_sensitivity(self, picture: PictureBlocks, sampling: Sampling) -> list[FloatArray]:
        """One (rows, columns) array a component: mean squared gradient of each block of the picture."""
        squares = self._squares(picture, sampling)
        return [square.mean(axis=2) for square in squares]

    def _squares(self, picture: PictureBlocks, sampling: Sampling) -> list[FloatArray]:
        """The squared gradients at the picture that is encoded."""
        with one_thread_an_operation():
            return self.squared_gradients(
                picture.pixels(), sampling, self.draws, orientation=picture.orientation
            )

    def squared_gradients(
        self, pixels: Pixels, sampling: Sampling, draws: int = 4, seed: int = 0, orientation: int = 1
    ) -> list[FloatArray]:
        """The curvature of the distance at each DCT coefficient; for class probabilities the Fisher form.

        Args:
            pixels: (H, W, 3) or (H, W) uint8.
            sampling: Of the JPEG's components.
            draws: Random projections averaged.
            seed: Of their signs.
            orientation: EXIF's, 1..8: the network sees the picture upright.

        Returns:
            One (rows, columns, 64) array a component, zigzag order, for the blocks that cover the picture as
            it is stored.
        """
        total: list[Tensor] | None = None
        for (gradient,) in self.projected_gradients([pixels], draws, seed, [orientation]):
            squares = [part.square() for part in coefficient_gradient(gradient, sampling)]
            total = squares if total is None else [a + b for a, b in zip(total, squares, strict=True)]
        assert total is not None, "there is at least one draw"
        return [(part / draws).cpu().numpy() for part in total]

    @torch.inference_mode(mode=False)
    @torch.enable_grad()
    def projected_gradients(
        self, batch: Sequence[Pixels], draws: int, seed: int, orientations: Sequence[int] | None = None
    ) -> Iterator[list[Tensor]]:
        """For each draw, the gradient of one random projection at the pixels of each picture: (3, H, W).

        The network sees each picture upright by its EXIF orientation; the gradient is at the pixels as they
        are stored.

        Raises:
            UsageError: The network lets no gradient through, or one that is not finite.
        """
        self.check_gradient()
        pictures = [self.to_tensor(pixels).requires_grad_() for pixels in batch]
        with self._precision():
            answer = self.answer(_all_upright(pictures, orientations))
        generator = torch.Generator().manual_seed(seed)
        for draw in range(draws):
            scalar = self.task.projection(answer, generator)
            found = gradients(self.name, scalar, pictures, again=draw < draws - 1)
            yield [gradient[0] for gradient in found]

    @torch.inference_mode(mode=False)
    @torch.enable_grad()
    def label_gradients(
        self, batch: Sequence[Pixels], labels: Sequence[int], orientations: Sequence[int] | None = None
    ) -> list[Tensor]:
        """Gradient of a classifier's cross-entropy with each label at each picture's pixels: (3, H, W).

        Orientations are as for `projected_gradients`.

        Raises:
            UsageError: A label beyond the network's classes, or as `projected_gradients`.
        """
        self.check_gradient()
        pictures = [self.to_tensor(pixels).requires_grad_() for pixels in batch]
        with self._precision():
            log_probabilities = self.answer(_all_upright(pictures, orientations))
        classes = log_probabilities.shape[1]
        if not all(0 <= label < classes for label in labels):
            raise UsageError(
                f"labels of {self.name} must be 0 to {classes - 1}, got {min(labels)}..{max(labels)}"
            )
        chosen = log_probabilities[torch.arange(len(labels)), torch.tensor(labels)]
        return [gradient[0] for gradient in gradients(self.name, -chosen.sum(), pictures)]

    def answer(self, pictures: Sequence[Tensor]) -> Any:
        """The task's answer for (N, 3, H, W) pictures, R, G, B in 0..255, that may differ in size.

        Raises:
            UsageError: The inputs differ in size after preprocessing, the network fails on them, answers
                something else than its task has, or NaN.
        """
        inputs = [self.preprocessing.apply(picture) for picture in pictures]
        sizes = sorted({tuple(x.shape[1:]) for x in inputs})
        if len(sizes) > 1:
            raise UsageError(f"inputs of different sizes cannot form a batch: {sizes}; take batches of 1")
        output = called(self.name, lambda: self.module(torch.cat(inputs)), (len(inputs), *sizes[0]))
        answer = self.task.answer(output)
        check_finite(self.name, answer)
        return answer

    def to_tensor(self, pixels: Pixels) -> Tensor:
        """(1, 3, H, W) float on the network's device."""
        colour = np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels
        tensor = torch.from_numpy(np.ascontiguousarray(colour).copy()).to(self.device)
        return tensor.permute(2, 0, 1)[None].float()

    @contextmanager
    def _precision(self) -> Iterator[None]:
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.mixed_precision):
            yield


def _all_upright(pictures: Sequence[Tensor], orientations: Sequence[int] | None) -> Sequence[Tensor]:
    if orientations is None:
        return pictures
    return [upright(picture, own) for picture, own in zip(pictures, orientations, strict=True)]

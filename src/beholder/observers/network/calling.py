"""Running a network's own code and its gradient: on one core, with errors that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor

from beholder.errors import UsageError

Output = TypeVar("Output")


@contextmanager
def one_thread_an_operation() -> Iterator[None]:
    """Lets torch compute on the caller's core alone, so that results do not depend on the number of cores.

    Pictures side by side use several cores better than the parts of one picture: threads of one operation
    wait for each other, and on cores that others use too that was 30 times as slow.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def called(name: str, function: Callable[[], Output], shape: tuple[int, ...]) -> Output:
    """Return what code of a network gives.

    Args:
        name: Of the network.
        function: Runs it.
        shape: Of its input, for messages.

    Raises:
        UsageError: It fails, whatever it raises: vision transformers assert the size of their input.
    """
    try:
        return function()
    except torch.OutOfMemoryError as error:
        raise _no_memory(name, shape[0]) from error
    except Exception as error:
        reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise UsageError(
            f"{name} fails on an input of shape {shape} ({reason[0]}); check its preprocessing and input size"
        ) from error


def check_finite(name: str, answer: Any) -> None:
    """Refuse an answer that holds NaN or infinite numbers, which would spread to all that is made of it.

    Raises:
        UsageError: It does.
    """
    parts = [answer] if isinstance(answer, Tensor) else getattr(answer, "__dict__", {}).values()
    if not all(bool(part.isfinite().all()) for part in parts if isinstance(part, Tensor)):
        raise UsageError(
            f"{name} answers with numbers that are not finite (NaN or infinite); check its weights and its "
            "preprocessing (scale, mean, std)"
        )


def gradients(
    name: str, scalar: Tensor, pictures: Sequence[Tensor], *, again: bool = False
) -> Sequence[Tensor]:
    """Return the gradient of a scalar at each picture.

    Args:
        name: Of the network.
        scalar: Made of its answer.
        pictures: That it answered on.
        again: Whether gradients of other scalars of the same answer follow.

    Raises:
        UsageError: The network lets no gradient through, or one that is not finite.
    """
    if not scalar.requires_grad:
        raise no_gradient(name)
    try:
        found = torch.autograd.grad(scalar, pictures, retain_graph=again, allow_unused=True)
    except torch.OutOfMemoryError as error:
        raise _no_memory(name, len(pictures)) from error
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise UsageError(
            f"{name}: the gradient at the picture cannot be computed ({reason}); replace what has no "
            "gradient in its forward()"
        ) from error
    if any(gradient is None for gradient in found):
        raise no_gradient(name)
    if not all(bool(gradient.isfinite().all()) for gradient in found):
        raise UsageError(
            f"{name}: the gradient at the picture is not finite; look for square roots, logarithms and "
            "divisions that can be at 0 in its forward()"
        )
    return found


def no_gradient(name: str) -> UsageError:
    """Return the error of a network that takes the gradient."""
    return UsageError(
        f"{name}: its output does not depend on the picture in a way that can be differentiated; its "
        "forward() must not run under torch.no_grad() or torch.inference_mode(), nor detach(), be quantised "
        "or go through NumPy"
    )


def _no_memory(name: str, pictures: int) -> UsageError:
    remedy = "take a smaller batch" if pictures > 1 else "use device cpu, or a smaller input size"
    return UsageError(f"{name}: not enough memory on its device; {remedy}")

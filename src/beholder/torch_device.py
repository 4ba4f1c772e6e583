"""The device that torch computes on, and how many threads it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from beholder.errors import UsageError

if TYPE_CHECKING:
    import torch


def usable_device(device: str | torch.device | None) -> torch.device:
    """Return the device; without one the first GPU, or the CPU where there is none.

    Raises:
        UsageError: There is no such device, or it cannot be used.
    """
    import torch  # noqa: PLC0415 -- takes a second, and is not there in a plain install

    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
        torch.zeros(1, device=found).cpu()
    except (RuntimeError, AssertionError, ImportError) as error:  # which depends on how torch was built
        reason = str(error).partition("\n")[0].partition(". ")[0]
        raise UsageError(
            f"device {str(device)!r} cannot be used ({reason}); use cpu, or name no device to take the "
            "first GPU where there is one"
        ) from error
    return found


@contextmanager
def torch_threads(count: int | None) -> Iterator[None]:
    """Let torch take so many threads for one operation, then as many as before; None changes nothing."""
    import torch  # noqa: PLC0415 -- as above

    before = torch.get_num_threads()
    torch.set_num_threads(before if count is None else count)
    try:
        yield
    finally:
        torch.set_num_threads(before)

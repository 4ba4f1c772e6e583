"""The device that torch computes on."""

from __future__ import annotations

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

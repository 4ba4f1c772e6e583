"""Where torch computes."""

from __future__ import annotations

import torch

from beholder.errors import UsageError


def find_device(device: str | None = None) -> torch.device:
    """Return the device of that name, which was tried; without a name a GPU where there is one, else the CPU.

    Args:
        device: Such as ``cpu`` or ``cuda:1``.

    Raises:
        UsageError: There is no such device, or this torch cannot use it.
    """
    if device is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(device)
        torch.zeros(1, device=found).cpu()
    except (RuntimeError, AssertionError, ImportError) as error:  # which depends on how torch was built
        reason = str(error).partition("\n")[0].partition(". ")[0]
        raise UsageError(f"device {device!r} cannot be used ({reason})") from error
    return found

"""The processes that train together: one, or as many as torchrun started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed

from beholder.torch_device import usable_device


@dataclass(frozen=True)
class Processes:
    """This process among its like.

    Attributes:
        number: From 0.
        count: Of all.
        device: Where this one computes.
    """

    number: int
    count: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this one logs, saves and evaluates."""
        return self.number == 0

    def wait(self) -> None:
        """Return when all processes are here."""
        if self.count > 1:
            distributed.barrier()


@contextmanager
def join_processes(device: str) -> Iterator[Processes]:
    """Join the processes that torchrun announces in the environment, if any.

    Args:
        device: Such as ``cpu`` or ``cuda``; empty for a GPU when there is one. Processes on GPUs take one
            each.

    Raises:
        UsageError: There is no such device, or this torch cannot use it.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    found = usable_device(device or None)
    if count == 1:
        yield Processes(0, 1, found)
        return
    if found.type == "cuda" and found.index is None:
        found = usable_device(f"cuda:{os.environ['LOCAL_RANK']}")
        torch.cuda.set_device(found)
    distributed.init_process_group("nccl" if found.type == "cuda" else "gloo")
    try:
        yield Processes(distributed.get_rank(), count, found)
    finally:
        distributed.destroy_process_group()

"""How many cores torch takes for one operation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


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

import subprocess
import sys

import numpy as np
import pytest

from beholder.evaluation.cost import measure

_BUSY = "import time; end = time.process_time() + 0.2\nwhile time.process_time() < end: pass"


def test_returns_the_result_and_its_time() -> None:
    result, cost = measure(lambda: sum(range(10)))
    assert result == 45
    assert 0 <= cost.cpu_s < 1
    assert 0 < cost.wall_s < 10


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the time of other programs")
def test_counts_the_time_of_programs() -> None:
    _, cost = measure(lambda: subprocess.run([sys.executable, "-c", _BUSY], check=True))
    assert cost.cpu_s >= 0.2
    assert cost.wall_s >= 0.2


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells the peak of memory")
def test_tells_the_peak_of_memory_each_time() -> None:
    def hold(megabytes: int) -> int:
        return int(np.ones(megabytes * 2**20, dtype=np.uint8)[::4096].sum())

    for megabytes in (64, 16, 64):
        _, cost = measure(lambda size=megabytes: hold(size))  # type: ignore[misc]
        if cost.memory_bytes is None:
            pytest.skip("this system does not let a process reset its peak")
        assert cost.memory_bytes == pytest.approx(megabytes * 2**20, rel=0.2)

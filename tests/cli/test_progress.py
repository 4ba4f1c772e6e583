"""The progress bar's estimate."""

import io
import itertools
import sys

import pytest

from beholder.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_an_earlier_run_did_took_none_of_this_run_s_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    seconds = itertools.count(step=10)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(seconds))
    with progress.ProgressBar(shown=True) as bar:
        bar.start(10)
        bar.skip(6)
        assert "6/10" in terminal.getvalue()
        assert "left" not in terminal.getvalue(), "nothing is known yet"
        bar.advance(2)
    left = float(terminal.getvalue().rpartition("8/10")[2].split()[0])
    started, drawn = 0, next(seconds) - 10
    assert 0 < left <= (drawn - started) / 2 * 2
    assert left >= 10, "two pictures took at least a tick of the clock, and two are left"

"""A progress bar on standard error, where that is a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType

from beholder.cli.output import print_error, print_out

_REDRAW_SECONDS = 0.1
_BAR_CELLS = 24


class ProgressBar:
    """A `beholder.batch.progress.Progress` that draws a bar; on anything but a terminal it draws nothing.

    Lines that are to stay go through `line` and `error`, which keep them apart from the bar.
    """

    def __init__(self, *, shown: bool) -> None:
        """Draw nothing on a terminal either unless `shown`."""
        self._shown = shown and sys.stderr.isatty()
        self._active = False
        self._total = self._done = self._done_before = 0
        self._started = self._drawn_at = 0.0

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()
        self._active = False

    def start(self, total: int) -> None:
        """Begin with so many files."""
        self._active = self._shown and total > 1
        self._total, self._done, self._done_before = total, 0, 0
        self._started = time.monotonic()
        self._draw()

    def skip(self, count: int = 1) -> None:
        """Count files that were done before, in no time of this run's."""
        self._done_before += count
        self.advance(count)

    def advance(self, count: int = 1) -> None:
        """Count files that are done."""
        self._done += count
        if self._done == self._total or time.monotonic() - self._drawn_at >= _REDRAW_SECONDS:
            self._draw()

    def line(self, text: str) -> None:
        """Print a line on standard output."""
        self._clear()
        print_out(text)
        if self._active:
            sys.stdout.flush()  # before the bar appears below it
        self._draw()

    def error(self, text: str) -> None:
        """Print a line on standard error."""
        self._clear()
        print_error(text)
        self._draw()

    def _draw(self) -> None:
        if not self._active:
            return
        self._drawn_at = time.monotonic()
        filled = _BAR_CELLS * self._done // self._total
        text = f"[{'#' * filled}{'.' * (_BAR_CELLS - filled)}] {self._done}/{self._total}"
        done_now = self._done - self._done_before
        if done_now:
            left = (self._drawn_at - self._started) / done_now * (self._total - self._done)
            text += f"  {left:.0f} s left"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\x1b[K" + text[:width])
        sys.stderr.flush()

    def _clear(self) -> None:
        if self._active:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

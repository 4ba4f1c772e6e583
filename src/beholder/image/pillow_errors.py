"""Errors and warnings of Pillow as ours; warnings are kept from the screen, in several threads at once."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, UnidentifiedImageError

from beholder.errors import BeholderError, InputError, UnsupportedImageError


@contextmanager
def pillow_errors(name: str) -> Iterator[list[str]]:
    """Turn whatever Pillow raises into an InputError that names the picture; collect its warnings.

    Its readers let through many kinds of error from damaged files (OSError, SyntaxError, struct.error,
    ValueError, IndexError, EOFError, ...), hence the wide net. Warnings about the pixel count, from half its
    limit on, are left out.

    Yields:
        What Pillow warns of; filled when the block ends.
    """
    texts: list[str] = []
    try:
        with caught_warnings() as found:
            yield texts
        kept = [text for kind, text in found if not issubclass(kind, Image.DecompressionBombWarning)]
        texts += dict.fromkeys(kept)  # some are given more than once
    except BeholderError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(f"{name}: not a picture in a format that Pillow reads") from error
    except Image.DecompressionBombError as error:
        raise _bomb("too many pixels", name) from error
    except MemoryError as error:
        raise InputError(f"{name}: not enough memory to read the picture") from error
    except Exception as error:
        reason = re.sub(r"<_io\.\w+[^>]*>", "the file", " ".join(str(error).split())) or type(error).__name__
        raise InputError(f"{name}: damaged or truncated picture ({reason})") from error


def check_pixel_count(width: int, height: int, name: str) -> None:
    """Pillow's own rule against decompression bombs, for files that it does not open."""
    if Image.MAX_IMAGE_PIXELS is not None and width * height > 2 * Image.MAX_IMAGE_PIXELS:
        raise _bomb(f"{width}x{height} pixels", name)


def _bomb(size: str, name: str) -> UnsupportedImageError:
    limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
    return UnsupportedImageError(
        f"{name}: {size}, more than the {limit} allowed against decompression bombs; if you trust the file, "
        "raise --max-pixels (in Python PIL.Image.MAX_IMAGE_PIXELS, which is half of it)"
    )


class _Collector:
    """Gives each thread its own warnings.

    `warnings.catch_warnings` changes the state of the whole process: of two threads inside it, the one that
    leaves last would put back what the other had set. Here the first thread to enter sets the state and the
    last to leave puts it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._texts: dict[int, list[list[tuple[type[Warning], str]]]] = {}  # by thread, the innermost last
        self._state: warnings.catch_warnings[None] | None = None
        self._show: Callable[..., None] = warnings.showwarning

    def enter(self) -> list[tuple[type[Warning], str]]:
        found: list[tuple[type[Warning], str]] = []
        with self._lock:
            if self._state is None:
                self._state = warnings.catch_warnings()
                self._state.__enter__()
                self._show = warnings.showwarning
                warnings.simplefilter("always")
                warnings.showwarning = self._collect
            self._texts.setdefault(threading.get_ident(), []).append(found)
        return found

    def leave(self) -> None:
        thread = threading.get_ident()
        with self._lock:
            self._texts[thread].pop()
            if not self._texts[thread]:
                del self._texts[thread]
            if not self._texts and self._state is not None:
                self._state.__exit__(None, None, None)
                self._state = None

    def _collect(self, message: Warning | str, category: type[Warning], *rest: Any, **named: Any) -> None:
        own = self._texts.get(threading.get_ident())
        if own:
            own[-1].append((category, " ".join(str(message).split())))
        else:
            self._show(message, category, *rest, **named)


_collector = _Collector()


@contextmanager
def caught_warnings() -> Iterator[list[tuple[type[Warning], str]]]:
    """Collect the kinds and texts, in one line each, of the warnings that this thread meets inside."""
    found = _collector.enter()
    try:
        yield found
    finally:
        _collector.leave()

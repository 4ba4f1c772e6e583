"""Errors and warnings of Pillow as ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from beholder.errors import BeholderError, InputError, UnsupportedImageError
from beholder.image.caught_warnings import caught_warnings


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

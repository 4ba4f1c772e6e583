"""What encoding gives, whatever the codec."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from beholder.errors import UsageError
from beholder.safe_write import write_file

if TYPE_CHECKING:  # a process that only writes results of others needs no numpy
    from beholder.image.picture import Picture
    from beholder.image.pixels import Pixels


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class EncodeResult:
    """A compressed picture in memory.

    Attributes:
        codec: Name of the codec.
        data: The whole file.
        width: Pixels.
        height: Pixels.
        quality: As asked for, or as the search for a target found it. None for kept input.
        subsampling: Of a JPEG: ``4:2:0``, ``4:2:2``, ``4:4:4``, ``grey``, or another that a JPEG input has.
        progressive: Whether a JPEG is progressive.
        kept_input: Whether the input was a JPEG no larger than any result, so that its own bytes are the
            result.
        losses: What stood in the source and could not be kept, one sentence each; none with metadata
            ``strip``.
        notes: The losses, what else changed or few programs can read, and the source's warnings, one sentence
            each.
        source_warnings: Those of the notes that say what was wrong with a JPEG source: faults that decoders
            forgive, and what is missing of the picture.
        picture: The source, which `psnr_db` compares with; None in a result of another process.
        decode: Gives the pixels of the file; None in a result of another process.
    """

    codec: str
    data: bytes
    width: int
    height: int
    quality: float | None
    subsampling: str | None = None
    progressive: bool | None = None
    kept_input: bool = False
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source_warnings: tuple[str, ...] = ()
    picture: Picture | None
    decode: Callable[[bytes], Pixels] | None

    def __repr__(self) -> str:
        """Return a line for people, without the bytes."""
        quality = "" if self.quality is None else f", quality {self.quality:g}"
        return (
            f"EncodeResult({self.codec}, {self.width}x{self.height}, {len(self.data)} bytes, "
            f"{self.rate_bpp:.3f} bpp{quality})"
        )

    @property
    def rate_bpp(self) -> float:
        """Bits a pixel of the whole file, metadata included."""
        return 8 * len(self.data) / (self.width * self.height)

    @cached_property
    def psnr_db(self) -> float:
        """PSNR over the decoded RGB samples, in dB; infinite for equal pictures.

        The first use decodes the file (and a JPEG source), later ones cost nothing.

        Raises:
            UsageError: The result comes from another process, which kept the picture.
        """
        from beholder.metrics import psnr_db  # noqa: PLC0415 -- only here: encoding alone needs no metric

        if self.picture is None or self.decode is None:
            raise UsageError("the result has no picture to compare with; beholder.compare takes its data")
        return float(psnr_db(self.picture.pixels, self.decode(self.data)))

    def without_picture(self) -> EncodeResult:
        """Return what is to be sent to another process: all but the picture and its decoder."""
        return replace(self, picture=None, decode=None)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a pickle keeps, which is what another process gets: a network cannot be pickled."""
        return {**vars(self), "picture": None, "decode": None}

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the file whole or not at all.

        Raises:
            OutputError: The file exists and `overwrite` is false, or it cannot be written.
        """
        write_file(path, self.data, overwrite=overwrite)

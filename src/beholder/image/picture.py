"""A picture in memory: what every reader gives, and every encoder takes.

A JPEG is taken as it is: its pixels are decoded only when somebody asks for them, so that an encoder can work
from its coefficients.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from beholder.errors import UnsupportedImageError
from beholder.image.jpeg_pixels import LIBJPEG_MAX_SIDE, decode_jpeg, read_jpeg_levels
from beholder.image.picture_file import picture_file
from beholder.image.pixels import Pixels
from beholder.metadata.jpeg_header import JpegHeader, read_jpeg_header
from beholder.metadata.metadata import Metadata
from beholder.safe_write import write_file

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Picture:
    """A picture to encode, or one that was decoded.

    Attributes:
        name: What to call it in messages.
        width: Pixels, 1..65535.
        height: Pixels, 1..65535.
        components: 1 (grey) or 3; a JPEG may have 4 (CMYK), whose pixels nobody can ask for.
        metadata: Profile, EXIF, XMP, density.
        jpeg: The file itself when it is a JPEG, else None.
        losses: What stands in the source and cannot be kept, one sentence each; also among the notes.
        notes: What could not be kept or few programs can read, one sentence each.
    """

    name: str
    width: int
    height: int
    components: int
    metadata: Metadata
    jpeg: bytes | None = None
    losses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    _samples: Pixels | None = None

    @staticmethod
    def of_pixels(
        pixels: Pixels,
        metadata: Metadata,
        name: str,
        *,
        losses: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> Picture:
        """Return a picture of (H, W, 3) or (H, W) pixels and what stands beside them."""
        height, width = pixels.shape[:2]
        return Picture(
            name=name,
            width=width,
            height=height,
            components=1 if pixels.ndim == 2 else pixels.shape[2],
            metadata=metadata,
            losses=losses,
            notes=notes,
            _samples=np.ascontiguousarray(pixels),
        )

    def __repr__(self) -> str:
        """Return a line for people, without the pixels."""
        kind = "JPEG" if self.jpeg is not None else "pixels"
        colour = {1: "grey", 3: "colour", 4: "CMYK"}.get(self.components, f"{self.components} components")
        return f"Picture({self.name}, {self.width}x{self.height}, {colour}, {kind}, {self.metadata!r})"

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> tuple[str, ...]:
        """Write a file without loss, of the format that the suffix names; return what the format cannot hold.

        PNG holds profile, EXIF and XMP, which is all that the learned codec keeps.

        Raises:
            UsageError: There is no such format here.
            OutputError: The file exists and `overwrite` is false, or it cannot be written.
            InputError: As `pixels`.
        """
        data, notes = picture_file(self.pixels, self.metadata, Path(path).suffix.lower())
        write_file(path, data, overwrite=overwrite)
        return notes

    @cached_property
    def pixels(self) -> Pixels:
        """(H, W, 3) or (H, W) uint8, sRGB unless the profile says otherwise, C-contiguous; not to be changed.

        Orientation is left to EXIF. Of a JPEG, what libjpeg-turbo decodes.

        Raises:
            InputError: The JPEG is damaged.
            UnsupportedImageError: The JPEG is CMYK, or too long for its decoder.
        """
        if self._samples is not None:
            return self._samples
        assert self.jpeg is not None, "a picture has samples or a JPEG file"
        if self.components == 4:
            raise UnsupportedImageError(f"{self.name}: CMYK JPEG; convert it to RGB first")
        return decode_jpeg(self.jpeg, self.name)

    def upright_rgb(self) -> Pixels:
        """Return (H, W, 3) uint8 as the picture is looked at: turned by EXIF, grey as three equal channels.

        Raises:
            InputError: As `pixels`.
        """
        pixels = self.pixels
        colour = pixels if pixels.ndim == 3 else np.repeat(pixels[:, :, np.newaxis], 3, axis=2)
        return upright(colour, self.metadata.orientation)

    @cached_property
    def source_warnings(self) -> tuple[str, ...]:
        """What is wrong with a JPEG source, as `EncodeResult.source_warnings`; empty for other pictures.

        Raises:
            InputError: The JPEG is damaged, whatever its decoder shows of it.
        """
        return () if self.jpeg is None else tuple(read_jpeg_levels(self.jpeg, self.name).warnings)

    @cached_property
    def jpeg_header(self) -> JpegHeader | None:
        """The header of a JPEG source."""
        return None if self.jpeg is None else read_jpeg_header(self.jpeg, self.name)


def upright(pixels: NDArray[Scalar], orientation: int) -> NDArray[Scalar]:
    """The rows and columns turned as an EXIF orientation (1..8) asks, EXIF 4.6.2."""
    turned = pixels.swapaxes(0, 1) if orientation >= 5 else pixels
    if orientation in (3, 4, 7, 8):
        turned = turned[::-1]
    if orientation in (2, 3, 6, 7):
        turned = turned[:, ::-1]
    return np.ascontiguousarray(turned)


def notes_on_sides(picture: Picture) -> tuple[str, ...]:
    """Return what is to be said of a JPEG file as large as the picture."""
    if max(picture.width, picture.height) <= LIBJPEG_MAX_SIDE:
        return ()
    return (f"a side is above {LIBJPEG_MAX_SIDE} pixels: most programs cannot read a JPEG as large as that",)

"""Pictures to ``.bhd`` files and back."""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.errors import InputError, UsageError
from beholder.image import Source, check_pixel_count, read_bytes, read_picture
from beholder.learned.container import Container, Header, read_container, write_container
from beholder.learned.entropy_coder import ResidualCoder
from beholder.learned.picture_tensor import pixels_of_tensor, tensor_of_pixels
from beholder.learned.quality import QUALITIES
from beholder.learned.symbols import SymbolPath
from beholder.learned.tiles import TILE, Span, check_margin, spans
from beholder.learned.weights import CodecWeights, read_weights
from beholder.metadata import Metadata

DEFAULT_QUALITY = 32


@dataclass(frozen=True, eq=False)
class DecodedPicture:
    """A picture from a file.

    Attributes:
        pixels: (H, W, 3) or (H, W) uint8.
        metadata: What stood beside them.
    """

    pixels: npt.NDArray[np.uint8]
    metadata: Metadata


class Codec:
    """Encodes and decodes with one file of weights."""

    def __init__(self, weights: CodecWeights, device: torch.device | str = "cpu") -> None:
        """Moves the weights to where they are to compute.

        Raises:
            UsageError: constriction is not installed.
        """
        check_margin(weights.codec.architecture)
        self._device = torch.device(device)
        self._network = weights.codec.to(self._device)
        self._identity = weights.identity
        self._symbols = SymbolPath(self._network, ResidualCoder(weights.tables))

    def encode(self, source: Source, *, quality: int = DEFAULT_QUALITY) -> bytes:
        """Returns the file of a picture.

        Args:
            source: As `beholder.image.read_picture` takes it.
            quality: 0..63.

        Raises:
            InputError: The picture cannot be read.
            UsageError: The quality is out of range.
        """
        if isinstance(quality, bool) or not isinstance(quality, int) or not 0 <= quality < QUALITIES:
            raise UsageError(f"quality is {quality!r}; it must be a whole number from 0 to {QUALITIES - 1}")
        picture = read_picture(source)
        metadata = picture.metadata
        header = Header(
            identity=self._identity,
            width=picture.width,
            height=picture.height,
            grey=picture.components == 1,
            quality=quality,
            icc_profile=metadata.icc_profile,
            exif=metadata.exif,
            xmp=metadata.xmp,
        )
        with torch.inference_mode():
            streams, checksum = self._write_tiles(picture.pixels, header)
        return write_container(header, streams, checksum)

    def decode(self, source: str | os.PathLike[str] | bytes) -> DecodedPicture:
        """Returns the picture of a file.

        Raises:
            InputError: The file is damaged, of other weights, or none of the learned codec's.
            UnsupportedImageError: More pixels than Pillow's limit against decompression bombs.
        """
        data, name = read_bytes(source)
        container = read_container(data, TILE, name)
        header = container.header
        if header.identity != self._identity:
            raise InputError(
                f"{name}: was written with weights {header.identity.hex()}, and these are "
                f"{self._identity.hex()}; load those"
            )
        check_pixel_count(header.width, header.height, name)
        with torch.inference_mode():
            pixels, checksum = self._read_tiles(container)
        if checksum != container.checksum:
            raise InputError(f"{name}: damaged, the checksum of its symbols is wrong")
        metadata = Metadata(icc_profile=header.icc_profile, exif=header.exif, xmp=header.xmp)
        return DecodedPicture(pixels, metadata)

    def _write_tiles(self, pixels: npt.NDArray[np.uint8], header: Header) -> tuple[tuple[bytes, ...], int]:
        """Returns the stream of each tile and the checksum of all."""
        quality = torch.tensor([header.quality], device=self._device)
        checksum = zlib.crc32(header.to_bytes())
        streams = []
        for rows in spans(header.height):
            for columns in spans(header.width):
                latents = self._latents(_window(pixels, rows, columns), quality)
                tile = latents[:, :, rows.inner_latents, columns.inner_latents].contiguous()
                stream, checksum = self._symbols.write(tile, quality, checksum)
                streams.append(stream)
        return tuple(streams), checksum

    def _read_tiles(self, container: Container) -> tuple[npt.NDArray[np.uint8], int]:
        """Returns the pixels and the checksum of what was read."""
        header = container.header
        quality = torch.tensor([header.quality], device=self._device)
        checksum = zlib.crc32(container.header_bytes)
        shape = (header.height, header.width) if header.grey else (header.height, header.width, 3)
        pixels = np.empty(shape, np.uint8)
        strips = _Strips()
        all_rows, all_columns = list(spans(header.height)), list(spans(header.width))
        streams = iter(container.streams)
        # A strip's window reaches into the next strip, so its picture is made when that one has been read.
        for number, rows in enumerate([*all_rows, None]):
            if rows is not None:
                parts = []
                for columns in all_columns:
                    sides = (
                        rows.latents.stop - rows.latents.start,
                        columns.latents.stop - columns.latents.start,
                    )
                    tile, checksum = self._symbols.read(next(streams), quality, *sides, checksum)
                    parts.append(tile)
                strips.add(rows, torch.cat(parts, dim=3))
            if number > 0:
                self._paint(pixels, strips, all_rows[number - 1], all_columns, quality)
        return pixels, checksum

    def _latents(self, window: npt.NDArray[np.uint8], quality: Tensor) -> Tensor:
        picture = tensor_of_pixels(window[None], self._device)
        latents: Tensor = self._network.gain(self._network.analysis(picture), quality)
        return latents

    def _paint(
        self,
        pixels: npt.NDArray[np.uint8],
        strips: _Strips,
        rows: Span,
        all_columns: list[Span],
        quality: Tensor,
    ) -> None:
        """Puts a row of tiles into the picture."""
        for columns in all_columns:
            latents = strips.window(rows, columns)
            picture = self._network.synthesis(self._network.inverse_gain(latents, quality))
            made = pixels_of_tensor(picture[:, :, rows.inner, columns.inner])[0]
            place = pixels[rows.first : rows.end, columns.first : columns.end]
            made = made[: place.shape[0], : place.shape[1]]
            place[...] = _grey(made) if pixels.ndim == 2 else made


class _Strips:
    """Latents of the last three rows of tiles, which are all that a window needs."""

    def __init__(self) -> None:
        self._kept: list[tuple[slice, Tensor]] = []

    def add(self, rows: Span, latents: Tensor) -> None:
        self._kept = [*self._kept[-2:], (rows.latents, latents)]

    def window(self, rows: Span, columns: Span) -> Tensor:
        """Returns the latents of a tile's window."""
        wanted = rows.window_latents
        parts = [
            latents[
                :, :, max(0, wanted.start - place.start) : wanted.stop - place.start, columns.window_latents
            ]
            for place, latents in self._kept
            if place.start < wanted.stop and wanted.start < place.stop
        ]
        return torch.cat(parts, dim=2)


def load_codec(path: str | os.PathLike[str], *, device: torch.device | str = "cpu") -> Codec:
    """Returns the codec of a file of weights.

    Raises:
        InputError: The file cannot be read, or holds something else.
        UsageError: safetensors or constriction is not installed.
    """
    data, name = read_bytes(Path(path))
    try:
        return Codec(read_weights(data), device)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def _window(pixels: npt.NDArray[np.uint8], rows: Span, columns: Span) -> npt.NDArray[np.uint8]:
    """Returns (h, w, 3) of a window, with the picture's last row and column repeated beyond it."""
    height, width = pixels.shape[:2]
    part = pixels[rows.window_first : rows.window_end, columns.window_first : columns.window_end]
    below = max(0, rows.window_end - height)
    right = max(0, columns.window_end - width)
    colour = np.repeat(part[..., None], 3, axis=2) if part.ndim == 2 else part
    return np.pad(colour, ((0, below), (0, right), (0, 0)), mode="edge")


def _grey(colour: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Returns the mean of the components, rounded."""
    mean: npt.NDArray[np.uint8] = ((colour.sum(axis=2, dtype=np.uint16) + 1) // 3).astype(np.uint8)
    return mean

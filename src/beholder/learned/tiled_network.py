"""Pictures of one size to streams of symbols and back, tile by tile."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from beholder.learned.adapters import Adapter
from beholder.learned.condition import Condition
from beholder.learned.container import Container, Header
from beholder.learned.entropy_coder import ResidualCoder
from beholder.learned.picture_tensor import pixels_of_tensor, tensor_of_pixels
from beholder.learned.rounding import Rounding
from beholder.learned.symbols import SymbolPath, Written
from beholder.learned.tiles import Span, check_margin, spans
from beholder.learned.weights import LearnedWeights


class TiledNetwork:
    """Runs a frozen network over pictures of any size, in bounded memory.

    Batches are of pictures that share their size; each may have its own condition.
    """

    def __init__(self, weights: LearnedWeights, device: torch.device) -> None:
        """Move the weights to where they are to compute."""
        check_margin(weights.network.reach)
        self._device = device
        self._network = weights.network.to(device)
        self._symbols = SymbolPath(self._network, ResidualCoder(weights.tables))

    def analyse(self, pixels: Sequence[npt.NDArray[np.uint8]], observer: float) -> Iterator[Tensor]:
        """Yield the latents of each tile, before they are scaled for a condition, row by row.

        Args:
            pixels: Of each picture, (H, W, 3) or (H, W).
            observer: That all are encoded for, 0..1; the same latents serve every quality.
        """
        condition = Condition.of([0] * len(pixels), [observer] * len(pixels), device=self._device)
        height, width = pixels[0].shape[:2]
        for rows in spans(height):
            for columns in spans(width):
                windows = np.stack([_window(each, rows, columns) for each in pixels])
                latents = self._network.analysis(tensor_of_pixels(windows, self._device), condition)
                yield latents[:, :, rows.inner_latents, columns.inner_latents].contiguous()

    def scaled(self, tiles: Iterable[Tensor], headers: Sequence[Header]) -> Iterator[Tensor]:
        """Yield the latents of each tile as they are rounded: a step of the quantiser is 1.

        Args:
            tiles: Latents as `analyse` yields them.
            headers: Of each picture.
        """
        condition = self._condition(headers)
        for tile in tiles:
            yield self._network.gain(tile, condition)

    def write(
        self,
        tiles: Iterable[Tensor],
        headers: Sequence[Header],
        *,
        rounding: Rounding,
        seen: list[Written] | None = None,
    ) -> list[tuple[tuple[bytes, ...], int]]:
        """Return for each picture the streams of its tiles, and its checksum.

        Args:
            tiles: Latents as `scaled` yields them.
            headers: Of each picture.
            rounding: Of latents.
            seen: Gets each tile as decoders read it.
        """
        condition = self._condition(headers)
        streams: list[list[bytes]] = [[] for _ in headers]
        found = [zlib.crc32(header.to_bytes()) for header in headers]
        for tile in tiles:
            written = self._symbols.write(tile, condition, found, rounding)
            if seen is not None:
                seen.append(written)
            for number, (stream, checksum) in enumerate(written.streams):
                found[number] = checksum
                streams[number].append(stream)
        return [(tuple(own), checksum) for own, checksum in zip(streams, found, strict=True)]

    def read(
        self, containers: Sequence[Container], adapter: Adapter | None = None
    ) -> tuple[list[npt.NDArray[np.uint8]], list[int]]:
        """Return the pixels of each picture, (H, W, 3) or (H, W), and the checksum of what was read.

        Args:
            containers: Of pictures of one size.
            adapter: Of all of them.

        Raises:
            ValueError: The adapter looks further than windows reach.
            InputError: The bytes are damaged in a way that shows before the checksum is compared.
        """
        self._check_reach(adapter)
        headers = [container.header for container in containers]
        height, width = headers[0].height, headers[0].width
        condition = self._condition(headers)
        pictures = [_blank(header) for header in headers]
        found = [zlib.crc32(container.header_bytes) for container in containers]
        synthesise = partial(self._synthesise, condition=condition, adapter=adapter)
        strips = _Strips()
        all_rows, all_columns = list(spans(height)), list(spans(width))
        streams = zip(*(container.streams for container in containers), strict=True)
        # A strip's window reaches into the next strip, so its picture is made when that one has been read.
        for number, rows in enumerate([*all_rows, None]):
            if rows is not None:
                parts = []
                for columns in all_columns:
                    sides = _length(rows.latents), _length(columns.latents)
                    tile, found = self._symbols.read(next(streams), condition, *sides, found)
                    parts.append(tile)
                strips.add(rows, torch.cat(parts, dim=3))
            if number > 0:
                self._paint(pictures, strips.window, all_rows[number - 1], all_columns, synthesise)
        return pictures, found

    def picture(
        self, latents: Tensor, header: Header, adapter: Adapter | None = None
    ) -> npt.NDArray[np.uint8]:
        """Return the pixels that `read` makes of a picture whose latents are there, (H, W, 3) or (H, W).

        Args:
            latents: (1, channels, H/16, W/16) of the whole picture, as decoders read them.
            header: Of its file.
            adapter: That the file names.
        """
        self._check_reach(adapter)
        picture = _blank(header)
        synthesise = partial(self._synthesise, condition=self._condition([header]), adapter=adapter)
        all_columns = list(spans(header.width))
        for rows in spans(header.height):
            self._paint([picture], partial(_cut, latents), rows, all_columns, synthesise)
        return picture

    @torch.inference_mode(mode=False)
    @torch.enable_grad()
    def latent_gradient(
        self,
        latents: Tensor,
        header: Header,
        gradient: npt.NDArray[np.float32],
        adapter: Adapter | None = None,
    ) -> Tensor:
        """Return the gradient at the latents of what has a gradient at the pixels of `picture`.

        Rounding and clipping of pixels let it pass. Tiles are gone through one after the other, so that what
        memory it takes beside the latents does not grow with the picture.

        Args:
            latents: As for `picture`.
            header: As for `picture`.
            gradient: (3, H, W) at R, G, B in 0..255; of a grey picture the same sample three times.
            adapter: As for `picture`.

        Returns:
            (1, channels, H/16, W/16).
        """
        condition = self._condition([header])
        found = torch.zeros_like(latents)
        for rows in spans(header.height):
            for columns in spans(header.width):
                window = _cut(latents, rows, columns).clone().requires_grad_()
                made = self._synthesise(window, condition, adapter)[0, :, rows.inner, columns.inner]
                part = gradient[:, rows.first : rows.end, columns.first : columns.end]
                at_pixels = 255 * torch.from_numpy(np.ascontiguousarray(part)).to(made)
                if header.grey:
                    at_pixels = at_pixels.mean(dim=0, keepdim=True).expand_as(at_pixels)
                seen = made[:, : part.shape[1], : part.shape[2]]
                (at_latents,) = torch.autograd.grad(seen, window, at_pixels)
                _cut(found, rows, columns).add_(at_latents)
        return found

    def _check_reach(self, adapter: Adapter | None) -> None:
        if adapter is not None:
            check_margin(self._network.reach + adapter.reach)

    def _condition(self, headers: Sequence[Header]) -> Condition:
        qualities = [header.quality for header in headers]
        return Condition.of(qualities, [header.observer for header in headers], device=self._device)

    def _paint(
        self,
        pictures: list[npt.NDArray[np.uint8]],
        window: Callable[[Span, Span], Tensor],
        rows: Span,
        all_columns: list[Span],
        synthesise: Callable[[Tensor], Tensor],
    ) -> None:
        """Put a row of tiles into the pictures."""
        for columns in all_columns:
            made = synthesise(window(rows, columns))
            tiles = pixels_of_tensor(made[:, :, rows.inner, columns.inner])
            for picture, tile in zip(pictures, tiles, strict=True):
                place = picture[rows.first : rows.end, columns.first : columns.end]
                own = tile[: place.shape[0], : place.shape[1]]
                place[...] = _grey(own) if picture.ndim == 2 else own

    def _synthesise(self, latents: Tensor, condition: Condition, adapter: Adapter | None) -> Tensor:
        """Return the picture of latents; the one place where adapters act."""
        latents = self._network.inverse_gain(latents, condition)
        synthesis = partial(self._network.synthesis, condition=condition)
        picture: Tensor = synthesis(latents) if adapter is None else adapter(latents, condition, synthesis)
        return picture


class _Strips:
    """Latents of the last three rows of tiles, which are all that a window needs."""

    def __init__(self) -> None:
        self._kept: list[tuple[slice, Tensor]] = []

    def add(self, rows: Span, latents: Tensor) -> None:
        self._kept = [*self._kept[-2:], (rows.latents, latents)]

    def window(self, rows: Span, columns: Span) -> Tensor:
        """Return the latents of a tile's window."""
        wanted = rows.window_latents
        parts = [
            latents[
                :, :, max(0, wanted.start - place.start) : wanted.stop - place.start, columns.window_latents
            ]
            for place, latents in self._kept
            if place.start < wanted.stop and wanted.start < place.stop
        ]
        return torch.cat(parts, dim=2)


def _cut(latents: Tensor, rows: Span, columns: Span) -> Tensor:
    """Return the latents of a tile's window, a view of those of the whole picture."""
    return latents[:, :, rows.window_latents, columns.window_latents]


def _blank(header: Header) -> npt.NDArray[np.uint8]:
    sides = (header.height, header.width)
    return np.empty(sides if header.grey else (*sides, 3), np.uint8)


def _length(part: slice) -> int:
    length: int = part.stop - part.start
    return length


def _window(pixels: npt.NDArray[np.uint8], rows: Span, columns: Span) -> npt.NDArray[np.uint8]:
    """Return (h, w, 3) of a window, with the picture's last row and column repeated beyond it."""
    height, width = pixels.shape[:2]
    part = pixels[rows.window_first : rows.window_end, columns.window_first : columns.window_end]
    below = max(0, rows.window_end - height)
    right = max(0, columns.window_end - width)
    colour = np.repeat(part[..., None], 3, axis=2) if part.ndim == 2 else part
    return np.pad(colour, ((0, below), (0, right), (0, 0)), mode="edge")


def _grey(colour: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the mean of the components, rounded."""
    mean: npt.NDArray[np.uint8] = ((colour.sum(axis=2, dtype=np.uint16) + 1) // 3).astype(np.uint8)
    return mean

"""The learned codec as callers have it: pictures to ``.bhd`` files and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from beholder.codec_options import Effort, MetadataPolicy
from beholder.encode_result import EncodeResult
from beholder.errors import InputError, UsageError
from beholder.image.picture import Picture
from beholder.image.pillow_errors import check_pixel_count
from beholder.image.pixels import Pixels
from beholder.image.read import File, Source, read_bytes, read_picture
from beholder.learned import rounding as roundings
from beholder.learned.adapters import Adapter, LoadedAdapter, read_adapter
from beholder.learned.closed_loop import LatentLoop
from beholder.learned.container import TILE, Container, Header, read_container, write_container
from beholder.learned.meet_target import meet_target
from beholder.learned.options import LearnedOptions, Rounding
from beholder.learned.tiled_network import TiledNetwork
from beholder.learned.weight_files import (
    check_identity,
    find_by_identity,
    installed_for,
    read_weight_file,
)
from beholder.learned.weights import LearnedWeights
from beholder.metadata.jpeg_metadata import notes_on_dropped
from beholder.metadata.metadata import Metadata
from beholder.observers import DEFAULT_MODEL, load_network


class LearnedCoder:
    """Encodes and decodes with one file of weights."""

    def __init__(
        self,
        weights: LearnedWeights,
        device: torch.device | str = "cpu",
        *,
        adapter: LoadedAdapter | None = None,
    ) -> None:
        """Move the weights to where they are to compute.

        Args:
            weights: Of the network.
            device: Where it computes.
            adapter: That files are encoded for, and that decodes those which name it. None: files are
                encoded without one, and those with one need an installed one.

        Raises:
            InputError: The adapter belongs to other weights.
        """
        self._device = torch.device(device)
        self._network = TiledNetwork(weights, self._device)
        self._identity = weights.identity
        self._has_dial = weights.network.architecture.has_dial
        self._tables = weights.tables
        self._adapter = adapter
        if adapter is not None:
            adapter.check_weights(weights.identity)
            adapter.adapter.to(self._device)

    def __repr__(self) -> str:
        """Return a line for people."""
        return f"LearnedCoder(weights {self._identity.hex()}, on {self._device})"

    def encode(
        self,
        image: Source,
        *,
        quality: int | None = None,
        bpp: float | None = None,
        size_bytes: int | None = None,
        psnr: float | None = None,
        ssimulacra2: float | None = None,
        kl: float | None = None,
        background: str | None = None,
        metadata: MetadataPolicy = "keep",
        observer: str | float = "human",
        model: str | None = None,
        effort: Effort = "normal",
        rounding: Rounding = "cheapest",
    ) -> EncodeResult:
        """Return the file of a picture; the options are those of `LearnedOptions`.

        Raises:
            InputError: The picture cannot be read.
            UnsupportedImageError: It is of a kind that is not taken.
            UsageError: Options that are out of range or contradict each other, an observer that the weights
                do not have, or a network that is not there.
            TargetError: No quality reaches the target.
        """
        options = LearnedOptions(
            quality=quality,
            bpp=bpp,
            size_bytes=size_bytes,
            psnr=psnr,
            ssimulacra2=ssimulacra2,
            kl=kl,
            background=background,
            metadata=metadata,
            observer=str(observer),
            model=model,
            effort=effort,
            rounding=rounding,
        )
        return self.encode_picture(read_picture(image, background=options.background_color), options)

    def encode_picture(self, picture: Picture, options: LearnedOptions) -> EncodeResult:
        """Return the file of a picture that has been read; as `encode` but for reading."""
        self.check_observer(options)
        if options.quality is not None and options.effort == "normal":
            return self._encode_all([picture], options, options.quality)[0]
        with torch.inference_mode():
            tiles = list(self._network.analyse([picture.pixels], options.observer_alpha))
            encode = self._encoder(picture, tiles, options)
            if options.quality is not None:
                return self._result(picture, options, options.quality, encode(options.quality))
            quality, data = meet_target(picture, options, encode=encode, decode=self._pixels)
        return self._result(picture, options, quality, data)

    def _encoder(
        self, picture: Picture, tiles: Sequence[Tensor], options: LearnedOptions
    ) -> Callable[[int], bytes]:
        """Return what makes a picture's file at a quality of its latents."""
        if options.effort == "normal":
            return lambda quality: self._files([picture], tiles, options, quality)[0]
        loop = LatentLoop(
            self._network,
            tiles,
            picture,
            load_network(options.model or DEFAULT_MODEL),
            adapter=self._adapter.adapter if self._adapter else None,
        )
        return lambda quality: loop.encode(
            self._header(picture, options, quality), self._rounding(options, quality)
        )

    def check_observer(self, options: LearnedOptions) -> None:
        """Refuse an observer that the network has not learned: the file would say what is not true.

        Raises:
            UsageError: Names the weights, and what to do.
        """
        if options.observer_dial and not self._has_dial:
            name = find_by_identity(self._identity)
            raise UsageError(
                f"observer is {options.observer!r}, and the weights {self._identity.hex()}"
                f"{f' ({name})' if name else ''} know human alone; leave observer at human, or give weights "
                "that were trained for other observers: --weights FILE, or weights=FILE in Python"
            )

    def encode_batch(
        self,
        images: Sequence[Source],
        *,
        quality: int | None = None,
        background: str | None = None,
        metadata: MetadataPolicy = "keep",
        observer: str | float = "human",
        rounding: Rounding = "cheapest",
    ) -> list[EncodeResult]:
        """Return the files of pictures of one size, which go through the network together at one quality.

        Raises:
            InputError: A picture cannot be read.
            UnsupportedImageError: One is of a kind that is not taken.
            UsageError: Options that are out of range, or pictures of several sizes.
        """
        options = LearnedOptions(
            quality=quality,
            background=background,
            metadata=metadata,
            observer=str(observer),
            rounding=rounding,
        )
        self.check_observer(options)
        pictures = [read_picture(image, background=options.background_color) for image in images]
        _check_one_size([(picture.width, picture.height) for picture in pictures])
        assert options.quality is not None, "there is no target"
        return self._encode_all(pictures, options, options.quality) if pictures else []

    def decode(self, file: File, *, name: str | None = None) -> Picture:
        """Return the picture of a file; `name` is what to call it in messages, if not by its path.

        Raises:
            InputError: The file is damaged, of other weights, or none of the learned codec's.
            UnsupportedImageError: More pixels than Pillow's limit against decompression bombs.
        """
        return self._decode_all([self._open(file, name)])[0]

    def decode_batch(self, files: Sequence[File]) -> list[Picture]:
        """Return the pictures of files of one size, which go through the network together.

        Raises:
            InputError: As `decode`.
            UnsupportedImageError: As `decode`.
            UsageError: The pictures are of several sizes.
        """
        opened = [self._open(file, None) for file in files]
        _check_one_size([(container.header.width, container.header.height) for container, _ in opened])
        return self._decode_all(opened) if opened else []

    def _pixels(self, data: bytes) -> Pixels:
        return self.decode(data, name="result").pixels

    def _encode_all(
        self, pictures: Sequence[Picture], options: LearnedOptions, quality: int
    ) -> list[EncodeResult]:
        with torch.inference_mode():
            tiles = self._network.analyse([picture.pixels for picture in pictures], options.observer_alpha)
            files = self._files(pictures, tiles, options, quality)
        return [
            self._result(picture, options, quality, data)
            for picture, data in zip(pictures, files, strict=True)
        ]

    def _result(self, picture: Picture, options: LearnedOptions, quality: int, data: bytes) -> EncodeResult:
        dropped = () if options.metadata == "strip" else notes_on_dropped(picture.metadata)
        return EncodeResult(
            codec="learned",
            data=data,
            width=picture.width,
            height=picture.height,
            quality=quality,
            notes=picture.notes + picture.source_warnings + dropped,
            source_warnings=picture.source_warnings,
            picture=picture,
            decode=self._pixels,
        )

    def _files(
        self, pictures: Sequence[Picture], tiles: Iterable[Tensor], options: LearnedOptions, quality: int
    ) -> list[bytes]:
        """Return the files of pictures whose latents are there."""
        headers = [self._header(picture, options, quality) for picture in pictures]
        scaled = self._network.scaled(tiles, headers)
        written = self._network.write(scaled, headers, rounding=self._rounding(options, quality))
        return [write_container(header, *own) for header, own in zip(headers, written, strict=True)]

    def _rounding(self, options: LearnedOptions, quality: int) -> roundings.Rounding:
        if options.rounding == "nearest":
            return roundings.to_nearest
        return roundings.ToCheapest(self._tables, self._device, quality=quality)

    def _header(self, picture: Picture, options: LearnedOptions, quality: int) -> Header:
        metadata = picture.metadata.beside_pixels()
        if options.metadata == "strip":
            metadata = metadata.stripped()
        return Header(
            identity=self._identity,
            width=picture.width,
            height=picture.height,
            grey=picture.components == 1,
            quality=max(quality, 0),
            observer_dial=options.observer_dial,
            adapter=self._adapter.identity if self._adapter else None,
            icc_profile=metadata.icc_profile,
            exif=metadata.exif,
            xmp=metadata.xmp,
        )

    def _open(self, file: File, name: str | None) -> tuple[Container, str]:
        data, label = read_bytes(file, name=name)
        container = read_container(data, label, tile=TILE)
        header = container.header
        check_identity(header.identity, self._identity, label)
        check_pixel_count(header.width, header.height, label)
        return container, label

    def _decode_all(self, opened: Sequence[tuple[Container, str]]) -> list[Picture]:
        names = ", ".join(name for _, name in opened)
        adapters = {container.header.adapter for container, _ in opened}
        if len(adapters) > 1:
            raise UsageError(f"{names}: are made with several adapters; files of a batch have one")
        adapter = self._adapter_for(adapters.pop(), names)
        try:
            with torch.inference_mode():
                pictures, checksums = self._network.read([container for container, _ in opened], adapter)
        except InputError as error:
            raise InputError(f"{names}: {error}") from error
        results = []
        for (container, name), pixels, checksum in zip(opened, pictures, checksums, strict=True):
            if checksum != container.checksum:
                raise InputError(f"{name}: damaged, the checksum of its symbols is wrong")
            header = container.header
            metadata = Metadata(icc_profile=header.icc_profile, exif=header.exif, xmp=header.xmp)
            results.append(Picture.of_pixels(pixels, metadata, name))
        return results

    def _adapter_for(self, identity: bytes | None, name: str) -> Adapter | None:
        """Return the adapter that a file names, None where it names none.

        Raises:
            InputError: It is not there, or belongs to other weights.
        """
        if identity is None:
            return None
        if self._adapter is not None:
            check_identity(identity, self._adapter.identity, name, "adapter")
            return self._adapter.adapter
        file, place = read_weight_file(installed_for(identity, name, "adapter"), "adapter")
        try:
            loaded = read_adapter(file)
            loaded.check_weights(self._identity)
        except InputError as error:
            raise InputError(f"{place}: {error}") from error
        return loaded.adapter.to(self._device)


def _check_one_size(sizes: list[tuple[int, int]]) -> None:
    if len(set(sizes)) > 1:
        told = ", ".join(f"{width}x{height}" for width, height in sorted(set(sizes)))
        raise UsageError(f"got pictures of {told} pixels; those of a batch have one size")

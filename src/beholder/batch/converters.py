"""What encode and decode do to one file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from beholder.batch.convert import Converted
from beholder.jpeg.options import JpegOptions
from beholder.learned.options import LearnedOptions

# What the methods import loads numpy and Pillow, or torch: in workers, which need them.


@dataclass(frozen=True)
class JpegEncoder:
    """Makes a JPEG of any picture."""

    options: JpegOptions

    def convert(self, data: bytes, name: str) -> Converted:
        """Returns the JPEG, or the JPEG that came in where that is no larger."""
        from beholder.image.read import read_picture  # noqa: PLC0415
        from beholder.jpeg.encode import encode_or_keep  # noqa: PLC0415

        picture = read_picture(data, background=self.options.background_color, name=name)
        result = encode_or_keep(picture, self.options)
        return Converted(
            data=result.data,
            input_bytes=len(data),
            width=result.width,
            height=result.height,
            rate_bpp=result.rate_bpp,
            quality=result.quality,
            subsampling=result.subsampling,
            progressive=result.progressive,
            kept_input=result.kept_input,
            is_input=result.data == data,
            losses=result.losses,
            notes=result.notes,
        )


@dataclass(frozen=True)
class LearnedEncoder:
    """Makes a file of the learned codec of any picture."""

    options: LearnedOptions
    weights: str | None
    device: str | None
    threads: int

    def convert(self, data: bytes, name: str) -> Converted:
        """Returns the file."""
        from beholder.image.read import read_picture  # noqa: PLC0415
        from beholder.learned import load_once  # noqa: PLC0415
        from beholder.learned.container import read_container  # noqa: PLC0415
        from beholder.metadata.jpeg_metadata import notes_on_dropped  # noqa: PLC0415

        _set_threads(self.threads)
        codec = load_once(self.weights, device=self.device)
        picture = read_picture(data, background=self.options.background_color, name=name)
        result = codec.encode_picture(picture, self.options)
        notes = picture.notes + picture.source_warnings
        if self.options.metadata == "keep":
            notes += notes_on_dropped(picture.metadata)
        return Converted(
            data=result,
            input_bytes=len(data),
            width=picture.width,
            height=picture.height,
            rate_bpp=8 * len(result) / (picture.width * picture.height),
            quality=read_container(result, name).header.quality,
            notes=notes,
        )


@dataclass(frozen=True)
class LearnedDecoder:
    """Makes a picture without further loss of a file of the learned codec."""

    suffix: str
    weights: str | None
    device: str | None
    threads: int

    def convert(self, data: bytes, name: str) -> Converted:
        """Returns the picture's file."""
        from beholder.image.picture_file import picture_file  # noqa: PLC0415
        from beholder.learned import decode  # noqa: PLC0415

        _set_threads(self.threads)
        picture = decode(data, weights=self.weights, device=self.device, name=name)
        result, notes = picture_file(picture.pixels, picture.metadata, self.suffix)
        height, width = picture.pixels.shape[:2]
        rate = 8 * len(data) / (width * height)
        return Converted(
            data=result, input_bytes=len(data), width=width, height=height, rate_bpp=rate, notes=notes
        )


def _set_threads(count: int) -> None:
    """Lets torch, if it is there, take so many threads."""
    with suppress(ModuleNotFoundError):  # which the function that needs it reports
        import torch  # noqa: PLC0415

        torch.set_num_threads(count)

"""What encode and decode do to one file."""

from __future__ import annotations

from dataclasses import dataclass

from beholder.batch.convert import Converted
from beholder.codecs.codec import EncodeOptions
from beholder.codecs.decode_options import DecodeOptions
from beholder.codecs.registry import codec_of_file, find_codec

# What the methods import loads numpy and Pillow, or torch: in workers, which need them.


@dataclass(frozen=True)
class Encoder:
    """Makes a file of a codec of any picture."""

    codec: str
    options: EncodeOptions

    def convert(self, data: bytes, name: str) -> Converted:
        """Return the file, or of the codec ``jpeg`` the JPEG that came in where that is no larger."""
        from beholder.image.read import read_picture  # noqa: PLC0415

        picture = read_picture(data, background=self.options.background_color, name=name)
        result = find_codec(self.codec).encode(picture, self.options)
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
class Decoder:
    """Makes a picture without further loss of a file of any codec."""

    suffix: str
    options: DecodeOptions

    def convert(self, data: bytes, name: str) -> Converted:
        """Return the picture's file."""
        from beholder.image.picture_file import picture_file  # noqa: PLC0415

        picture = codec_of_file(data, name).decode(data, self.options, name=name)
        result, notes = picture_file(picture.pixels, picture.metadata, self.suffix)
        rate = 8 * len(data) / (picture.width * picture.height)
        return Converted(
            data=result,
            input_bytes=len(data),
            width=picture.width,
            height=picture.height,
            rate_bpp=rate,
            notes=notes,
        )

"""From a picture to a JPEG file."""

from __future__ import annotations

from dataclasses import replace

from beholder.encode_result import EncodeResult
from beholder.errors import UsageError
from beholder.image.picture import Picture
from beholder.jpeg.encode_jpeg import encode_jpeg
from beholder.jpeg.encode_pixels import encode_pixels
from beholder.jpeg.options import JpegOptions
from beholder.metadata.jpeg_metadata import notes_on_kept


def encode_picture(picture: Picture, options: JpegOptions) -> EncodeResult:
    """Return the picture as a JPEG file, or the JPEG that came in where that is no larger.

    Raises:
        InputError: The picture is a damaged JPEG.
        UnsupportedImageError: It is of a kind that this coding does not take.
        TargetError: No setting reaches the target.
        UsageError: The options ask for what this picture does not allow.
    """
    header = picture.jpeg_header
    if picture.jpeg is not None and header is not None:
        result = encode_jpeg(picture, picture.jpeg, header, options)
    elif options.lossless:
        raise UsageError(
            f"{picture.name}: is not a JPEG; only the coding of a JPEG can be optimised without loss"
        )
    else:
        result = encode_pixels(picture, options)
    if options.metadata == "strip" or result.kept_input:
        return result
    return replace(result, losses=picture.losses, notes=result.notes + notes_on_kept(picture.metadata))

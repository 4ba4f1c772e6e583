"""From a picture to a JPEG file, with loss only where that pays."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from beholder.encode_result import EncodeResult
from beholder.errors import UsageError
from beholder.image.picture import Picture, notes_on_sides
from beholder.jpeg.codec import encode_picture
from beholder.jpeg.options import JpegOptions
from beholder.metadata.jpeg_metadata import notes_on_kept, strip_jpeg
from beholder.options import names_of

# Part of a JPEG's size that encoding it again with loss has to save. A second run at the same quality saves 0
# to 5 % (384x256 pixels of each Kodak photograph, libjpeg quality 95, by human and mse at 30, 50, 75 and 90).
LEAST_GAIN = 0.05
# Optimising the coding alone saves about 5 to 12 %; below this share of the input loss pays in any case.
_WORTH_A_LOOK = 0.85
_NO_LOSS = (
    f"encoding with loss would save less than {LEAST_GAIN:.0%}; its levels are kept and its coding alone is "
    "optimised"
)


def encode_or_keep(picture: Picture, options: JpegOptions) -> EncodeResult:
    """Return the picture encoded.

    A JPEG is encoded with loss only where that pays, so that a second run leaves the file of the first as it
    is. Else its coding alone is optimised; and where that does not make it smaller, it is kept.
    """
    _check_subsampling(picture, options)
    result = encode_picture(picture, options)
    header = picture.jpeg_header
    if picture.jpeg is None or header is None:
        return _with_losses(picture, options, result)
    kept = picture.jpeg if options.metadata == "keep" else strip_jpeg(picture.jpeg, header)
    if result.quality is not None and len(result.data) > _WORTH_A_LOOK * len(kept):  # None: without loss
        result = _less_loss(picture, options, result)
    right_scans = options.scans == "auto" or (options.scans == "progressive") == header.progressive
    if len(result.data) < len(kept) or not right_scans:
        return _with_losses(picture, options, result)
    notes = () if options.metadata == "keep" else picture.notes + notes_on_sides(picture)
    return replace(
        result,
        data=kept,
        quality=None,
        subsampling=header.subsampling,
        progressive=header.progressive,
        kept_input=True,
        losses=(),
        notes=result.source_warnings + notes,
    )


def _with_losses(picture: Picture, options: JpegOptions, result: EncodeResult) -> EncodeResult:
    """Return the result with what is lost of the source's metadata, unless it was to be stripped of them."""
    if options.metadata == "strip":
        return result
    return replace(result, losses=picture.losses, notes=result.notes + notes_on_kept(picture.metadata))


def _less_loss(picture: Picture, options: JpegOptions, lossy: EncodeResult) -> EncodeResult:
    """Return the JPEG's own levels, coded anew, where losing more of them would save next to nothing."""
    limit = options.size_bytes or (options.bpp or math.inf) * picture.width * picture.height / 8
    without_rate: dict[str, Any] = dict.fromkeys(names_of(JpegOptions, "target"))
    coded = encode_picture(picture, replace(options, effort="normal", lossless=True, **without_rate))
    if len(lossy.data) <= (1 - LEAST_GAIN) * len(coded.data) or len(coded.data) > limit:
        return lossy
    return replace(coded, notes=(*coded.notes, _NO_LOSS))


def _check_subsampling(picture: Picture, options: JpegOptions) -> None:
    """Refuses another sampling than a JPEG has: its coefficients would have to go through pixels."""
    header = picture.jpeg_header
    if header is None or options.subsampling in (None, "auto", header.subsampling):
        return
    if header.components == 1:  # as of grey pixels, there is no chroma to sample
        return
    raise UsageError(
        f"{picture.name}: is a JPEG of {header.subsampling}, whose own coefficients are kept, not to become "
        f"{options.subsampling}; leave out subsampling, or convert the picture to PNG first"
    )

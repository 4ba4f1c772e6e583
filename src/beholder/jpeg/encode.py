"""From a picture to a JPEG file; from a JPEG to a smaller one, with loss only where that pays.

::

    file --read levels--> dequantise --level search at a scale--> levels, scans --> file
              |                                                                      |
              +--scans and Huffman codes of least size--> file --------> the one that pays, or the input
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from beholder import _core
from beholder.encode_result import EncodeResult
from beholder.errors import UsageError
from beholder.image.jpeg_pixels import YCBCR_SPACES, read_jpeg_levels
from beholder.image.picture import Picture, notes_on_sides
from beholder.jpeg.encode_pixels import FACTORS, encode_pixels
from beholder.jpeg.meet_target import meet_target
from beholder.jpeg.options import JpegOptions, Subsampling
from beholder.jpeg.rewrite_jpeg import rewrite_jpeg
from beholder.jpeg.scale_encoder import ScaleEncoder
from beholder.metadata.jpeg_header import JpegHeader, subsampling_name
from beholder.metadata.jpeg_metadata import notes_on_kept, strip_jpeg
from beholder.targets.goal import size_limit

# Part of a JPEG's size that encoding it again with loss has to save. A second run at the same quality saves 0
# to 5 % (384x256 pixels of each Kodak photograph, libjpeg quality 95, by human and mse at 30, 50, 75 and 90).
LEAST_GAIN = 0.05
# Optimising the coding alone saves about 5 to 12 %; below this share of the input loss pays in any case.
_WORTH_A_LOOK = 0.85
_NO_LOSS = (
    f"encoding with loss would save less than {LEAST_GAIN:.0%}; its levels are kept and its coding alone is "
    "optimised"
)


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
        result = _encode_jpeg(picture, picture.jpeg, header, options)
    elif options.lossless:
        raise UsageError(
            f"{picture.name}: is not a JPEG; only the coding of a JPEG can be optimised without loss"
        )
    else:
        result = encode_pixels(picture, options)
    if options.metadata == "strip" or result.kept_input:
        return result
    return replace(result, losses=picture.losses, notes=result.notes + notes_on_kept(picture.metadata))


def _encode_jpeg(picture: Picture, file: bytes, header: JpegHeader, options: JpegOptions) -> EncodeResult:
    """Return a JPEG encoded again.

    It is encoded with loss only where that pays, so that a second run leaves the file of the first as it is.
    Else its coding alone is optimised; and where that does not make it smaller, it is kept.
    """
    _check_subsampling(picture, header, options)
    contents = read_jpeg_levels(file, picture.name)
    result = _encode_again(picture, contents, options)
    kept = file if options.metadata == "keep" else strip_jpeg(file, header)
    if result.quality is not None and len(result.data) > _WORTH_A_LOOK * len(kept):  # None: without loss
        result = _less_loss(picture, contents, options, result)
    right_scans = options.scans == "auto" or (options.scans == "progressive") == header.progressive
    if len(result.data) < len(kept) or not right_scans:
        return result
    notes = () if options.metadata == "keep" else picture.notes + notes_on_sides(picture)
    return replace(
        result,
        data=kept,
        quality=None,
        subsampling=header.subsampling,
        progressive=header.progressive,
        kept_input=True,
        notes=result.source_warnings + notes,
    )


def _less_loss(
    picture: Picture, contents: _core.JpegContents, options: JpegOptions, lossy: EncodeResult
) -> EncodeResult:
    """Return the JPEG's own levels, coded anew, where losing more of them would save next to nothing."""
    coded = _encode_again(picture, contents, options.retargeted(effort="normal", lossless=True))
    if len(lossy.data) <= (1 - LEAST_GAIN) * len(coded.data) or len(coded.data) > size_limit(
        picture, options
    ):
        return lossy
    return replace(coded, notes=(*coded.notes, _NO_LOSS))


def _encode_again(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    if options.lossless or contents.color_space not in YCBCR_SPACES:
        result = rewrite_jpeg(picture, contents, options)
    elif contents.complete:
        result = _optimise(picture, contents, options)
    else:
        result = _encode_incomplete(picture, contents, options)
    warnings = tuple(contents.warnings)
    return replace(result, notes=result.notes + warnings, source_warnings=warnings)


def _optimise(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    """Return a file of a JPEG's own coefficients with new levels and tables."""
    planes = contents.image.planes
    source_steps = [contents.image.quant_tables[plane.quant_index] for plane in planes]
    sampling = tuple(plane.sampling for plane in planes)
    return meet_target(
        ScaleEncoder(picture, options, _core.dequantise(contents.image), sampling, source_steps)
    )


def _encode_incomplete(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    """Return a file of what decoders show of an incomplete JPEG, which they smooth (libjpeg, jdcoefct.c)."""
    name = subsampling_name(tuple(plane.sampling for plane in contents.image.planes))
    return encode_pixels(picture, options, cast(Subsampling, name) if name in FACTORS else "4:4:4")


def _check_subsampling(picture: Picture, header: JpegHeader, options: JpegOptions) -> None:
    """Refuse another sampling than a JPEG has: its coefficients would have to go through pixels."""
    if options.subsampling in (None, "auto", header.subsampling):
        return
    if header.components == 1:  # as of grey pixels, there is no chroma to sample
        return
    raise UsageError(
        f"{picture.name}: is a JPEG of {header.subsampling}, whose own coefficients are kept, not to become "
        f"{options.subsampling}; leave out subsampling, or convert the picture to PNG first"
    )

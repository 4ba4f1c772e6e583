"""From a picture to a JPEG file: coefficients once, then levels at whatever scale meets the target.

::

    pixels --forward transform--> coefficients --level search at a scale--> levels, scans --> file
    JPEG file --read levels, dequantise--^                ^-- quality, or a search for a target
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import cast

from beholder import _core
from beholder.encode_result import EncodeResult
from beholder.errors import InputError, TargetError, UnsupportedImageError, UsageError
from beholder.image.jpeg_pixels import decode_jpeg, read_jpeg_levels
from beholder.image.picture import Picture, notes_on_sides
from beholder.jpeg.color_spaces import YCBCR_SPACES
from beholder.jpeg.meet_target import can_score, meet_target
from beholder.jpeg.options import JpegOptions, Subsampling
from beholder.jpeg.quality import quality_of_scale
from beholder.jpeg.scale_encoder import ScaleEncoder
from beholder.jpeg.write_picture import SCAN_MODES, is_progressive, write_picture
from beholder.metadata.jpeg_header import subsampling_name
from beholder.metrics import psnr_db, ssimulacra2
from beholder.observers import Sampling, kind_of

_FACTORS: dict[str, tuple[int, int]] = {"4:2:0": (2, 2), "4:2:2": (2, 1), "4:4:4": (1, 1)}


def encode_picture(picture: Picture, options: JpegOptions) -> EncodeResult:
    """Return the picture as a JPEG file.

    Raises:
        InputError: The picture is a damaged JPEG.
        UnsupportedImageError: It is of a kind that this coding does not take.
        TargetError: No setting reaches the target.
        UsageError: Lossless coding of pixels was asked for.
    """
    if picture.jpeg is not None:
        return _encode_jpeg(picture, picture.jpeg, options)
    if options.lossless:
        raise UsageError(
            f"{picture.name}: is not a JPEG; only the coding of a JPEG can be optimised without loss"
        )
    if picture.components == 1:
        return _encode_pixels(picture, options, "4:4:4")
    if options.pixel_subsampling == "auto":
        return _encode_best_subsampling(picture, options)
    return _encode_pixels(picture, options, options.pixel_subsampling)


def _encode_pixels(picture: Picture, options: JpegOptions, subsampling: Subsampling) -> EncodeResult:
    return _encode(ScaleEncoder(picture, options, *pixel_coefficients(picture, options, subsampling)))


def _encode(encoder: ScaleEncoder) -> EncodeResult:
    """Return the file that meets the target of the encoder's options."""
    picture, options = encoder.picture, encoder.options
    trial = meet_target(encoder)
    return EncodeResult(
        codec="jpeg",
        data=trial.file.data,
        width=picture.width,
        height=picture.height,
        quality=options.quality or quality_of_scale(kind_of(encoder.observer), trial.scale),
        subsampling=subsampling_name(encoder.sampling),
        progressive=trial.file.progressive,
        notes=picture.notes + notes_on_sides(picture),
        picture=picture,
        decode=partial(decode_jpeg, name="result"),
    )


def pixel_coefficients(
    picture: Picture, options: JpegOptions, subsampling: Subsampling
) -> tuple[_core.CoefficientImage, Sampling]:
    """The coefficients of a picture's pixels, and the sampling factors of its components."""
    coefficients = _core.forward_transform(picture.pixels, subsampling, threads=options.threads)
    if picture.components == 1:
        return coefficients, ((1, 1),)
    return coefficients, (_FACTORS[subsampling], (1, 1), (1, 1))


def _encode_best_subsampling(picture: Picture, options: JpegOptions) -> EncodeResult:
    """4:4:4 where it scores higher at the size of 4:2:0 (PSNR for `mse`, SSIMULACRA 2 else), else 4:2:0."""
    halved = _encode_pixels(picture, options, "4:2:0")
    limit = replace(options, quality=None, bpp=None, psnr=None, ssimulacra2=None, size_bytes=len(halved.data))
    try:
        full = _encode_pixels(picture, limit, "4:4:4")
    except TargetError:  # full chroma does not fit
        return halved
    score = psnr_db if options.observer == "mse" or not can_score(picture) else ssimulacra2
    scores = [score(picture.pixels, decode_jpeg(file.data, picture.name)) for file in (full, halved)]
    if scores[0] <= scores[1]:
        return halved
    # Full chroma wins; where a quality or a score was asked for, meet that one rather than the size.
    return full if options.size_bytes or options.bpp else _encode_pixels(picture, options, "4:4:4")


def _encode_jpeg(picture: Picture, file: bytes, options: JpegOptions) -> EncodeResult:
    contents = read_jpeg_levels(file, picture.name)
    if options.lossless or contents.color_space not in YCBCR_SPACES:
        result = _rewrite(picture, contents, options)
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
    return _encode(ScaleEncoder(picture, options, _core.dequantise(contents.image), sampling, source_steps))


def _encode_incomplete(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    """Return a file of what decoders show of an incomplete JPEG, which they smooth (libjpeg, jdcoefct.c)."""
    name = subsampling_name(tuple(plane.sampling for plane in contents.image.planes))
    return _encode_pixels(picture, options, cast(Subsampling, name) if name in _FACTORS else "4:4:4")


def _rewrite(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    """Return the same levels and tables with the scans and Huffman codes of least size.

    Raises:
        InputError: Levels are beyond what 8-bit JPEG holds, as damaged files can give them.
        UnsupportedImageError: An incomplete progressive file is to become sequential.
        TargetError: The file is larger than was asked for.
    """
    try:
        script = _script_of_same_picture(picture, contents, options)
        data = write_picture(picture, contents.image, script, options, contents)
    except _core.CoreError as error:
        raise InputError(f"{picture.name}: damaged JPEG: {error}") from error
    notes = picture.notes + notes_on_sides(picture)
    if not options.lossless:
        notes += ("CMYK or RGB JPEG: only its coding is optimised, its levels are kept",)
    limit = options.size_bytes or (options.bpp or math.inf) * picture.width * picture.height / 8
    if len(data) > limit:
        raise TargetError(
            f"{picture.name}: CMYK or RGB JPEG, of which only the coding is optimised, and that gives "
            f"{len(data)} bytes ({8 * len(data) / (picture.width * picture.height):.3f} bpp); ask for more, "
            "or convert it to RGB pixels first"
        )
    return EncodeResult(
        codec="jpeg",
        data=data,
        width=picture.width,
        height=picture.height,
        quality=None,
        subsampling=subsampling_name(tuple(plane.sampling for plane in contents.image.planes)),
        progressive=is_progressive(script),
        notes=notes,
        picture=picture,
        decode=partial(decode_jpeg, name="result"),
    )


def _script_of_same_picture(
    picture: Picture, contents: _core.JpegContents, options: JpegOptions
) -> list[_core.Scan]:
    """Return the scans of least size, or those of the file itself where some are missing.

    Decoders smooth what the scans of an incomplete file leave open (libjpeg, do_block_smoothing), so that
    only the same scans show the same picture.
    """
    if contents.complete:
        return _core.search_scan_script(contents.image, SCAN_MODES[options.scans])[0]
    if options.scans == "sequential":
        raise UnsupportedImageError(
            f"{picture.name}: the last scans of this progressive JPEG are missing, and a sequential one "
            "would show another picture; leave out --scans sequential"
        )
    return [info.scan for info in contents.scans]

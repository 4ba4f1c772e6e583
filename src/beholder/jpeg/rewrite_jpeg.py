"""A JPEG file's own levels, written with the scans and Huffman codes of least size."""

from __future__ import annotations

from dataclasses import replace

from beholder import _core
from beholder.encode_result import EncodeResult
from beholder.errors import InputError, TargetError, UnsupportedImageError
from beholder.image.picture import Picture
from beholder.jpeg.options import JpegOptions
from beholder.jpeg.write_picture import SCAN_MODES, is_progressive, jpeg_result, write_picture
from beholder.targets.goal import size_limit


def rewrite_jpeg(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
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
    if len(data) > size_limit(picture, options):
        raise TargetError(
            f"{picture.name}: CMYK or RGB JPEG, of which only the coding is optimised, and that gives "
            f"{len(data)} bytes ({8 * len(data) / (picture.width * picture.height):.3f} bpp); ask for more, "
            "or convert it to RGB pixels first"
        )
    sampling = tuple(plane.sampling for plane in contents.image.planes)
    result = jpeg_result(picture, data, sampling, progressive=is_progressive(script), quality=None)
    if options.lossless:
        return result
    note = "CMYK or RGB JPEG: only its coding is optimised, its levels are kept"
    return replace(result, notes=(*result.notes, note))


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

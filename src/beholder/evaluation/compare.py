"""One compressed picture against its original."""

from __future__ import annotations

import os
from dataclasses import dataclass

from beholder.codec_options import DecodeOptions, EncodeOptions
from beholder.codecs.registry import recognised_codec
from beholder.errors import UsageError
from beholder.image.picture import Picture
from beholder.image.pixels import Color
from beholder.image.read import File, Source, read_bytes, read_picture
from beholder.metrics import MS_SSIM_MIN_SIDE, SSIMULACRA2_MIN_SIDE, ms_ssim, psnr_db, ssimulacra2


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Rate and scores of a compressed picture.

    Attributes:
        width: Pixels, upright.
        height: Pixels, upright.
        size_bytes: Of the compressed file.
        rate_bpp: Bits a pixel of the compressed file.
        psnr_db: Over RGB; infinite for equal pictures.
        ms_ssim: 0..1; None for a side below 161 pixels, where it is not defined.
        ssimulacra2: Up to 100; None for a side below 8 pixels.
        notes: What to know when reading the scores.
    """

    width: int
    height: int
    size_bytes: int
    rate_bpp: float
    psnr_db: float
    ms_ssim: float | None
    ssimulacra2: float | None
    notes: tuple[str, ...] = ()


def compare(
    original: Source,
    compressed: File,
    *,
    background: str | None = None,
    weights: str | os.PathLike[str] | None = None,
    device: str | None = None,
) -> Comparison:
    """Return the rate, PSNR, MS-SSIM and SSIMULACRA2 of a compressed file.

    Both pictures are turned upright as their EXIF orientation asks. A grey picture counts as the colour
    picture with three equal components. Samples are compared as they stand, without regard to colour
    profiles.

    Args:
        original: As `beholder.encode` takes it.
        compressed: A path, the bytes of a file or a binary stream, in any format; the learned codec's needs
            torch.
        background: Colour behind transparent pixels of either, such as ``#ffffff``. None refuses them.
        weights: Of the learned codec, as for `beholder.decode`.
        device: Where it runs, as there.

    Raises:
        InputError: One of them cannot be read.
        UnsupportedImageError: One of them is of a kind that is not taken.
        UsageError: Their sizes differ.
    """
    color = EncodeOptions(background=background).background_color
    decoding = DecodeOptions(weights=None if weights is None else os.fspath(weights), device=device)
    data, name = read_bytes(compressed)
    return compare_file(read_picture(original, background=color), data, decoding, background=color, name=name)


def compare_file(
    first: Picture, data: bytes, decoding: DecodeOptions, *, background: Color | None, name: str
) -> Comparison:
    """Return what `compare` does, of a picture that has been read and the bytes of a file.

    Raises:
        InputError: As `compare`.
        UsageError: As `compare`.
    """
    codec = recognised_codec(data)
    if codec is None:
        second = read_picture(data, background=background, name=name)
    else:
        second = codec.decode(data, decoding, name=name)
    pixels, decoded = first.upright_rgb(), second.upright_rgb()
    if pixels.shape != decoded.shape:
        (height, width), (other_height, other_width) = pixels.shape[:2], decoded.shape[:2]
        raise UsageError(
            f"{name}: {other_width}x{other_height} pixels, but {first.name} has {width}x{height}; "
            "only pictures of one size can be compared"
        )
    height, width = pixels.shape[:2]
    side = min(width, height)
    return Comparison(
        width=width,
        height=height,
        size_bytes=len(data),
        rate_bpp=8 * len(data) / (width * height),
        psnr_db=psnr_db(pixels, decoded),
        ms_ssim=ms_ssim(pixels, decoded) if side >= MS_SSIM_MIN_SIDE else None,
        ssimulacra2=ssimulacra2(pixels, decoded) if side >= SSIMULACRA2_MIN_SIDE else None,
        notes=_profile_notes(first, second),
    )


def _profile_notes(first: Picture, second: Picture) -> tuple[str, ...]:
    if first.metadata.icc_profile == second.metadata.icc_profile:
        return ()
    return ("the colour profiles differ; samples are compared as they stand",)

"""What is particular to one peer."""

import io

import numpy as np
import pytest
from PIL import Image

from beholder.errors import ProgramError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs import mozjpeg, vvc
from beholder.evaluation.codecs.registry import PEERS
from beholder.evaluation.evaluated_codec import Peer
from tests.evaluation.codecs.pictures import photograph

# Where in a file, and what stands there.
MARKS = {
    "jpeg": (0, b"\xff\xd8\xff"),
    "mozjpeg": (0, b"\xff\xd8\xff"),
    "jpegli": (0, b"\xff\xd8\xff"),
    "webp": (8, b"WEBPVP8 "),
    "avif": (4, b"ftypavif"),
    "jxl": (0, b"\xff\x0a"),
    "jpeg2000": (4, b"jP  "),
    "heic": (4, b"ftypheic"),
}


def found(name: str) -> Peer:
    codec = PEERS[name]()
    if isinstance(codec, Absent):
        pytest.skip(str(codec))
    return codec


@pytest.mark.parametrize("name", MARKS)
def test_files_are_of_their_format(name: str) -> None:
    codec = found(name)
    data = codec.encode(photograph(), codec.qualities[3])
    place, mark = MARKS[name]
    assert data[place:].startswith(mark)


@pytest.mark.parametrize(
    ("name", "factors"),
    [("jpeg", (2, 2)), ("jpeg:444", (1, 1)), ("mozjpeg", (2, 2)), ("jpegli", (2, 2))],
)
def test_chroma_is_sampled_as_said(name: str, factors: tuple[int, int]) -> None:
    data = found(name).encode(photograph(), 50)
    with Image.open(io.BytesIO(data)) as image:
        assert image.layer[0][1:3] == factors  # type: ignore[attr-defined]
        assert [component[1:3] for component in image.layer[1:]] == [(1, 1)] * 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(("fewer", "all_samples"), [("avif", "avif:444"), ("heic", "heic:444")])
def test_full_chroma_costs_more_and_looks_better(fewer: str, all_samples: str) -> None:
    # Chroma that changes from pixel to pixel is lost at half the resolution.
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:, ::2] = (200, 30, 30)
    pixels[:, 1::2] = (30, 30, 200)
    errors = []
    for codec in (found(fewer), found(all_samples)):
        decoded = codec.decode(codec.encode(pixels, codec.qualities[-1]))
        errors.append(np.abs(decoded.astype(int) - pixels).mean())
    assert errors[1] < errors[0] / 2


def test_heic_tuned_for_psnr_has_smaller_errors_at_one_quality() -> None:
    # x265 takes finer steps where tuning for SSIM would take coarser ones, in busy parts.
    pixels = photograph(128, 192)
    errors = []
    for name in ("heic:444", "heic:444:psnr"):
        codec = found(name)
        assert name.endswith("psnr") == ("tune=psnr" in codec.settings)
        errors.append(np.square(codec.decode(codec.encode(pixels, 62)).astype(float) - pixels).mean())
    assert errors[1] < 0.9 * errors[0]


def mozjpeg_library() -> mozjpeg.MozjpegLibrary:
    pytest.importorskip("jpeglib", reason="jpeglib, which brings mozjpeg, is not installed")
    return mozjpeg.MozjpegLibrary("mozjpeg")


@pytest.mark.parametrize("grey", [False, True])
def test_mozjpeg_of_jpeglib_writes_what_cjpeg_writes(grey: bool) -> None:
    program = found("mozjpeg")
    if not isinstance(program, mozjpeg.MozjpegProgram):
        pytest.skip("no cjpeg of mozjpeg; set BEHOLDER_CJPEG")
    pixels = photograph()[..., 0].copy() if grey else photograph()
    for quality in (5, 50, 75, 96):
        assert mozjpeg_library().encode(pixels, quality) == program.encode(pixels, quality)


def test_mozjpeg_of_jpeglib_has_table_2_progressive_scans_and_trellis() -> None:
    pixels = photograph()
    data = mozjpeg_library().encode(pixels, 50)
    with Image.open(io.BytesIO(data)) as image:
        tables, progressive = image.quantization, image.info.get("progressive")
        plain = io.BytesIO()
        Image.fromarray(pixels).save(plain, "JPEG", qtables=tables, progressive=True, subsampling="4:2:0")
    assert progressive
    # The first steps of "MS-SSIM tuned on Kodak" in mozjpeg's jcparam.c.
    assert tables[0][:4] == [12, 17, 20, 21]
    assert len(data) < 0.95 * len(plain.getvalue())


def test_mozjpeg_of_jpeglib_refuses_sides_that_libjpeg_cannot_write() -> None:
    with pytest.raises(ProgramError, match="65501x1 pixels, sides reach at most 65500"):
        mozjpeg_library().encode(np.zeros((1, 65_501, 3), np.uint8), 50)


@pytest.mark.parametrize("bpp", [0.5, 1.1, 2.3])
@pytest.mark.parametrize("grey", [False, True])
def test_jpeg2000_keeps_to_its_bits(bpp: float, grey: bool) -> None:
    pixels = photograph(128, 128)
    codec = found("jpeg2000")
    data = codec.encode(pixels[..., 0].copy() if grey else pixels, bpp)
    assert 0.75 * bpp < 8 * len(data) / 128**2 <= 1.1 * bpp


@pytest.mark.parametrize("grey", [False, True])
def test_jpeg2000_codes_colour_as_luma_and_chroma(grey: bool) -> None:
    pixels = photograph()
    data = found("jpeg2000").encode(pixels[..., 0].copy() if grey else pixels, 2.3)
    # ITU-T T.800, A.6.1: marker, length, style, order, layers, then the multiple component transformation.
    place = data.index(b"\xff\x52\x00")
    assert data[place + 8] == (0 if grey else 1)


def test_vvc_streams_of_either_coder_are_read_by_both() -> None:
    own, ffmpeg = vvc.programs_of_fraunhofer(), vvc.ffmpeg_with_vvenc()
    if own is None or ffmpeg is None:
        pytest.skip("not both of vvencapp with vvdecapp (BEHOLDER_VVENCAPP ...) and an ffmpeg with VVenC")
    pixels = photograph(64, 95)
    for coder, other in ((own, ffmpeg), (ffmpeg, own)):
        data = vvc.VvcCodec(coder).encode(pixels, 22)
        decoded = vvc.VvcCodec(coder).decode(data)
        assert (decoded == vvc.VvcCodec(other).decode(data)).all()
        assert np.abs(decoded.astype(int) - pixels).mean() < 4

"""What `inspect` says of files whose making is known."""

import io

import numpy as np
import pytest

import beholder
from beholder.image.jpeg_pixels import ZIGZAG
from beholder.jpeg.ijg_quality import nearest_quality
from beholder.jpeg.inspect import Metadatum
from beholder.metadata.jpeg_header import COM, Segment
from beholder.metadata.jpeg_trailer import TrailerPart
from tests.cli.program import photograph
from tests.jpeg.containers import VIDEO, gain_map


def jpeg(mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    photograph(96, 128).convert(mode).save(file, "JPEG", **options)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize("quality", [1, 10, 49, 50, 51, 75, 90, 95])
def test_libjpegs_quality_is_found(mode: str, quality: int) -> None:
    report = beholder.inspect(jpeg(mode, quality=quality))
    assert report.ijg_quality is not None
    assert (report.ijg_quality.quality, report.ijg_quality.exact) == (quality, True)


def test_other_tables_get_the_nearest_quality() -> None:
    flat = np.full(64, 16, dtype=np.uint16)
    found = nearest_quality(flat, flat)
    assert not found.exact
    assert 75 < found.quality < 95


def test_zigzag_is_that_of_the_standard() -> None:
    assert ZIGZAG[:10].tolist() == [0, 1, 8, 16, 9, 2, 3, 10, 17, 24]
    assert ZIGZAG[-4:].tolist() == [47, 55, 62, 63]
    assert sorted(ZIGZAG) == list(range(64))


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2", "4:4:4"])
def test_scans_and_components(progressive: bool, subsampling: str) -> None:
    data = jpeg(progressive=progressive, subsampling=subsampling, optimize=True)
    report = beholder.inspect(data)
    assert (report.width, report.height, report.size_bytes) == (128, 96, len(data))
    assert (report.progressive, report.subsampling) == (progressive, subsampling)
    assert report.rate_bpp == 8 * len(data) / (128 * 96)
    assert len(report.scans) == (10 if progressive else 1)
    scan_bits = 8 * sum(scan.data_bytes for scan in report.scans)
    assert sum(component.data_bits for component in report.components) == pytest.approx(scan_bits, abs=2)
    assert all(component.data_bits > 0 for component in report.components)
    assert sum(scan.data_bytes + scan.table_bytes for scan in report.scans) < len(data)
    assert report.huffman_tables == (10 if progressive else 4)


def test_shares_of_an_interleaved_scan_are_near_those_of_separate_scans() -> None:
    image = photograph(96, 128)
    together = beholder.inspect(jpeg(optimize=True)).components
    for index, channel in enumerate(image.convert("YCbCr").split()):
        if index == 0:  # chroma is subsampled and has another table
            file = io.BytesIO()
            channel.save(file, "JPEG", optimize=True)
            alone = beholder.inspect(file.getvalue()).components[0]
            assert together[index].data_bits == pytest.approx(alone.data_bits, rel=0.1)


def test_quant_tables_are_in_zigzag_order() -> None:
    data = jpeg(quality=50)
    report = beholder.inspect(data)
    assert report.quant_tables[0].steps[:6] == (16, 11, 12, 14, 12, 10)
    assert len(report.quant_tables) == 2


def test_metadata_and_grey() -> None:
    report = beholder.inspect(jpeg("L", comment=b"hello", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"))
    assert {entry.kind for entry in report.metadata} == {"JFIF", "comment", "EXIF"}
    assert [entry.size_bytes for entry in report.metadata if entry.kind == "comment"] == [9]
    assert report.subsampling == "grey"


def test_cmyk_has_no_libjpeg_quality() -> None:
    report = beholder.inspect(jpeg("CMYK"))
    assert report.ijg_quality is None
    assert len(report.components) == 4


def test_our_own_files() -> None:
    report = beholder.inspect(beholder.encode(photograph(96, 128), quality=60).data)
    assert (report.width, report.height) == (128, 96)
    assert report.ijg_quality is not None
    assert not report.ijg_quality.exact


@pytest.mark.parametrize("cut", [30, 400, -60])
def test_damaged_files_name_themselves(cut: int) -> None:
    with pytest.raises(beholder.InputError, match=r"^bytes: "):
        beholder.inspect(jpeg()[:cut])


def test_other_formats_are_refused() -> None:
    with pytest.raises(beholder.InputError, match=r"^bytes: not a file of the codecs jpeg"):
        beholder.inspect(b"\x89PNG")


def test_what_stands_behind_the_first_scan_and_behind_eoi() -> None:
    data = jpeg()
    late = Segment(COM, b"late")
    source = data[:-2] + late.to_bytes() + data[-2:] + gain_map() + VIDEO
    report = beholder.inspect(source)
    assert report.metadata[-1] == Metadatum("comment behind the first scan", 8)
    assert report.trailer == (
        TrailerPart("JPEG, a gain map", len(gain_map())),
        TrailerPart("MP4 video", len(VIDEO)),
    )
    assert beholder.inspect(data).trailer == ()

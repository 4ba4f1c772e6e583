"""Which colours a JPEG has, by libjpeg's rules, read and written: Pillow's decoder is the judge."""

import io
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import beholder
from beholder._core import read_levels
from beholder.errors import UnsupportedImageError
from beholder.metrics import psnr_db
from tests.jpeg import faulty_files as faulty

RGB = faulty.regular(subsampling=0)
SUBSAMPLED = faulty.regular(progressive=True)
CMYK, GREY = faulty.regular("CMYK"), faulty.regular("L")


@dataclass(frozen=True)
class Kind:
    """A file's segments and identifiers, and the colours that libjpeg takes them for."""

    source: bytes
    headers: bytes
    ids: bytes | None
    space: str

    @property
    def file(self) -> bytes:
        if self.source is SUBSAMPLED:  # a progressive file, whose frame has another marker
            return faulty.SOI + self.headers + self.source[self.source.index(faulty.DQT) :]
        return faulty.with_colours(self.source, self.headers, self.ids)


JFIF, ADOBE = faulty.jfif(300), faulty.adobe
SHORT_JFIF = faulty.segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0")  # a byte less than counts
SHORT_ADOBE = faulty.segment(0xEE, b"Adobe\0\x64\0\0\0\0")
KINDS = {
    "JFIF": Kind(RGB, JFIF, None, "ycbcr"),
    "JFIF and Adobe 0": Kind(RGB, JFIF + ADOBE(0), None, "ycbcr"),
    "Adobe 0 and JFIF": Kind(RGB, ADOBE(0) + JFIF, None, "ycbcr"),
    "JFIF and Adobe 0, progressive": Kind(SUBSAMPLED, JFIF + ADOBE(0), None, "ycbcr"),
    "JFIF and Adobe 1": Kind(RGB, JFIF + ADOBE(1), None, "ycbcr"),
    "JFIF and Adobe 2": Kind(RGB, JFIF + ADOBE(2), None, "ycbcr"),
    "JFIF and ids RGB": Kind(RGB, JFIF, faulty.RGB_IDS, "ycbcr"),
    "JFIF, Adobe 0 and ids RGB": Kind(RGB, JFIF + ADOBE(0), faulty.RGB_IDS, "ycbcr"),
    "Adobe 0": Kind(RGB, ADOBE(0), None, "rgb"),
    "Adobe 0, progressive": Kind(SUBSAMPLED, ADOBE(0), None, "rgb"),
    "Adobe 1": Kind(RGB, ADOBE(1), None, "ycbcr"),
    "Adobe 2": Kind(RGB, ADOBE(2), None, "ycbcr"),
    "Adobe 9": Kind(RGB, ADOBE(9), None, "ycbcr"),
    "Adobe 1 and ids RGB": Kind(RGB, ADOBE(1), faulty.RGB_IDS, "ycbcr"),
    "the last Adobe counts": Kind(RGB, ADOBE(1) + ADOBE(0), None, "rgb"),
    "nothing": Kind(RGB, b"", None, "ycbcr"),
    "nothing, ids RGB": Kind(RGB, b"", faulty.RGB_IDS, "rgb"),
    "nothing, ids rgb": Kind(RGB, b"", b"rgb", "ycbcr"),
    "nothing, ids 0 1 2": Kind(RGB, b"", b"\0\1\2", "ycbcr"),
    "short JFIF and Adobe 0": Kind(RGB, SHORT_JFIF + ADOBE(0), None, "rgb"),
    "short JFIF and ids RGB": Kind(RGB, SHORT_JFIF, faulty.RGB_IDS, "rgb"),
    "short Adobe": Kind(RGB, SHORT_ADOBE, None, "ycbcr"),
    "Adobe 0 as APP13": Kind(RGB, faulty.segment(0xED, b"Adobe\0\x64\0\0\0\0\0"), None, "ycbcr"),
    "grey": Kind(GREY, b"", None, "grey"),
    "grey, JFIF and Adobe 0": Kind(GREY, JFIF + ADOBE(0), None, "grey"),
    "grey, Adobe 1": Kind(GREY, ADOBE(1), None, "grey"),
    "grey, id R": Kind(GREY, b"", b"R", "grey"),
    "CMYK, Adobe 0": Kind(CMYK, ADOBE(0), None, "cmyk"),
    "CMYK, nothing": Kind(CMYK, b"", None, "cmyk"),
    "CMYK, JFIF": Kind(CMYK, JFIF, None, "cmyk"),
    "CMYK, JFIF and Adobe 0": Kind(CMYK, JFIF + ADOBE(0), None, "cmyk"),
    "CMYK, ids": Kind(CMYK, b"", faulty.CMYK_IDS, "cmyk"),
    "YCCK, Adobe 2": Kind(CMYK, ADOBE(2), None, "ycck"),
    "YCCK, Adobe 1": Kind(CMYK, ADOBE(1), None, "ycck"),
    "YCCK, JFIF and Adobe 2": Kind(CMYK, JFIF + ADOBE(2), None, "ycck"),
}
kinds = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def shown(file: bytes) -> NDArray[np.uint8]:
    """What libjpeg-turbo makes of the file: (H, W), (H, W, 3) or (H, W, 4)."""
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image)


@kinds
def test_the_colours_are_libjpegs(kind: Kind) -> None:
    assert read_levels(kind.file).color_space == beholder.inspect(kind.file).color_space == kind.space


@kinds
@pytest.mark.parametrize("metadata", ["keep", "strip"])
def test_recoding_without_loss_shows_the_same(kind: Kind, metadata: str) -> None:
    result = beholder.encode(kind.file, lossless=True, metadata=metadata)
    assert np.array_equal(shown(result.data), shown(kind.file))
    written = read_levels(result.data)
    assert written.color_space == kind.space
    had = read_levels(kind.file)
    if had.has_jfif and kind.space != "rgb":
        assert written.density == had.density == (1, 300, 300)


@kinds
def test_optimising_shows_the_same_but_for_its_loss(kind: Kind) -> None:
    expected = shown(kind.file)
    result = beholder.encode(kind.file, quality=85)
    got = shown(result.data)
    if kind.space in ("grey", "ycbcr"):
        assert psnr_db(expected, got) > 31
    else:
        assert np.array_equal(got, expected)
        assert result.kept_input or result.notes == (
            "CMYK or RGB JPEG: only its coding is optimised, its levels are kept",
        )


def test_what_libjpeg_does_not_know_has_other_colours() -> None:
    """The kinds above do differ: RGB taken for YCbCr is far off."""
    assert psnr_db(shown(KINDS["JFIF"].file), shown(KINDS["Adobe 0"].file)) < 15
    assert not np.array_equal(shown(KINDS["CMYK, Adobe 0"].file), shown(KINDS["YCCK, Adobe 2"].file))


def test_segments_behind_the_first_scan_tell_no_colours() -> None:
    contents = read_levels(faulty.before_eoi(faulty.adobe(0) + faulty.jfif(300))(KINDS["nothing"].file))
    assert contents.color_space == "ycbcr"
    assert (contents.has_jfif, contents.adobe_transform) == (False, None)
    assert len(contents.warnings) == 2
    assert contents.segments == []


def test_heat_maps_go_by_the_same_rule() -> None:
    assert beholder.heatmap(KINDS["JFIF and Adobe 0"].file, observer="human").size[0] > 0
    for name in ("Adobe 0", "nothing, ids RGB", "CMYK, nothing", "YCCK, Adobe 2"):
        with pytest.raises(UnsupportedImageError, match="CMYK or RGB JPEG"):
            beholder.heatmap(KINDS[name].file, observer="human")


def test_no_quality_of_libjpegs_for_other_colours() -> None:
    assert beholder.inspect(KINDS["JFIF and Adobe 0"].file).ijg_quality is not None
    for name in ("Adobe 0", "CMYK, nothing"):
        assert beholder.inspect(KINDS[name].file).ijg_quality is None

"""Scan scripts: predicted sizes, the search, and what a script may not do."""

from collections.abc import Callable

import pytest

from beholder._core import (
    CoreError,
    LevelImage,
    Scan,
    read_levels,
    script_size_bytes,
    search_scan_script,
    standard_progressive_script,
    write_jpeg,
)

Function = Callable[..., object]

COLOUR = [(2, 2), (1, 1), (1, 1)]


def scan_bytes(image: LevelImage, script: list[Scan]) -> int:
    """Returns the bytes of the scans in a file, without stuffed ones."""
    file = write_jpeg(image, script=script, density=None)
    tables = {plane.quant_index for plane in image.planes}
    header = 2 + 4 + 65 * len(tables) + 10 + 3 * len(image.planes) + 2  # SOI, DQT, SOF, EOI
    return len(file) - header - file.count(b"\xff\x00")


FILES = [
    ("RGB", {"quality": 30}),
    ("RGB", {"quality": 75}),
    ("RGB", {"quality": 98}),
    ("RGB", {"quality": 90, "subsampling": 0}),
    ("L", {"quality": 60}),
    ("L", {"quality": 98}),
    ("CMYK", {"quality": 80}),
]


@pytest.mark.parametrize(("mode", "options"), FILES)
def test_predicted_sizes_are_exact_and_the_search_beats_the_standard_script(
    mode: str, options: dict, pillow_jpeg: Function
) -> None:
    image = read_levels(pillow_jpeg(0, (333, 300), mode, **options)).image
    sizes = {}
    for kind in ("sequential", "progressive", "smallest"):
        script, size = search_scan_script(image, kind)
        assert size == script_size_bytes(image, script) == scan_bytes(image, script)
        sizes[kind] = size
        assert len(write_jpeg(image, mode=kind)) == len(write_jpeg(image, script=script))
    standard = standard_progressive_script(image)
    assert script_size_bytes(image, standard) == scan_bytes(image, standard)
    assert sizes["progressive"] <= script_size_bytes(image, standard)
    assert sizes["smallest"] == min(sizes["sequential"], sizes["progressive"])
    interleaved = [Scan(list(range(len(image.planes))))]
    assert sizes["sequential"] <= script_size_bytes(image, interleaved)


def test_sequential_scans_may_stand_apart(
    pillow_jpeg: Function, picture_levels: Function, decode: Function
) -> None:
    file = pillow_jpeg(1, (70, 50))
    image = read_levels(file).image
    for groups in ([[0, 1, 2]], [[0], [1, 2]], [[0, 1], [2]], [[0], [1], [2]], [[1, 2], [0]]):
        written = write_jpeg(image, script=[Scan(group) for group in groups])
        assert not read_levels(written).progressive
        assert [info.scan.components for info in read_levels(written).scans] == groups
        assert (decode(written) == decode(file)).all()


def test_the_standard_script_is_libjpegs(pillow_jpeg: Function) -> None:
    for mode in ("RGB", "L", "CMYK"):
        contents = read_levels(pillow_jpeg(2, (40, 40), mode, progressive=True))
        # libjpeg writes YCbCr so; of other pictures it treats every component like luma.
        assert [info.scan for info in contents.scans] == standard_progressive_script(contents.image)


WRONG = [
    ([], "no scan"),
    ([Scan([0, 1, 2]), Scan([0])], "scan 1: .* already coded"),
    ([Scan([0])], "component 1 is not coded to its last bit"),
    ([Scan([])], "no component"),
    ([Scan([3])], "has components 0 to 2"),
    ([Scan([1, 0])], "ascending"),
    ([Scan([0, 1, 2], 0, 5)], "mixes DC and AC"),
    ([Scan([0, 1, 2], 0, 0), Scan([0, 1], 1, 63)], "an AC scan carries one component"),
    ([Scan([0], 1, 63)], "before their component's DC"),
    ([Scan([0, 1, 2], 0, 0), Scan([0], 5, 4)], "not within"),
    ([Scan([0, 1, 2], 0, 0), Scan([0], 1, 64)], "not within"),
    ([Scan([0, 1, 2], 0, 0, 0, 14)], "0 to 13"),
    ([Scan([0, 1, 2], 0, 0, 0, 2), Scan([0, 1, 2], 0, 0, 2, 0)], "adds one bit"),
    ([Scan([0, 1, 2], 0, 0, 1, 0)], "no first scan"),
    ([Scan([0, 1, 2], 0, 0), Scan([0], 1, 10), Scan([0], 10, 63)], "coefficient 10 was already coded"),
    ([Scan([0, 1, 2], 0, 63, 0, 1)], "must be 0 in a sequential scan"),
]


@pytest.mark.parametrize(("script", "message"), WRONG)
def test_wrong_scripts_are_refused(script: list[Scan], message: str, draw_image: Function) -> None:
    image = draw_image(0, (30, 30), COLOUR, 0.1, 5)
    with pytest.raises(CoreError, match=message):
        script_size_bytes(image, script)
    with pytest.raises(CoreError, match=message):
        write_jpeg(image, script=script)


def test_too_many_blocks_to_interleave(draw_image: Function) -> None:
    image = draw_image(0, (64, 64), [(4, 2), (2, 1), (2, 1)], 0.1, 5)
    with pytest.raises(CoreError, match="at most 10 blocks an MCU"):
        write_jpeg(image, script=[Scan([0, 1, 2])])
    script, _ = search_scan_script(image, "sequential")
    assert all(scan.components != [0, 1, 2] for scan in script)

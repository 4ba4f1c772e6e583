"""What is written is what is read: by our reader, by libjpeg as coefficients, by libjpeg as pixels."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beholder._core import (
    CoreError,
    LevelImage,
    MarkerSegment,
    Plane,
    Scan,
    read_levels,
    standard_progressive_script,
    write_jpeg,
)

Function = Callable[..., object]

MODES = ("sequential", "progressive", "smallest")
SAMPLINGS = {
    "grey": [(1, 1)],
    "grey 2x2": [(2, 2)],
    "4:4:4": [(1, 1)] * 3,
    "4:2:2": [(2, 1), (1, 1), (1, 1)],
    "4:2:0": [(2, 2), (1, 1), (1, 1)],
    "4:4:0": [(1, 2), (1, 1), (1, 1)],
    "4:1:1": [(4, 1), (1, 1), (1, 1)],
    "four components": [(1, 1)] * 4,
    "YCCK 4:2:0": [(2, 2), (1, 1), (1, 1), (2, 2)],
}
# Sampling that libjpeg does not turn into pixels alike, or not at all; it reads the coefficients.
ODD_SAMPLINGS = {
    "chroma finer across": [(1, 2), (2, 1), (2, 1)],
    "3:1:1": [(3, 1), (1, 1), (1, 1)],
    "more than ten blocks": [(4, 2), (2, 1), (2, 1)],
}
SMALL = {"seed": 0, "width": 17, "height": 9, "density": 0.1, "magnitude": 8}


def equal(a: list[np.ndarray], b: list[np.ndarray]) -> bool:
    return len(a) == len(b) and all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


def all_files(image: LevelImage) -> list[bytes]:
    files = [write_jpeg(image, mode=mode) for mode in MODES]
    return [*files, write_jpeg(image, script=standard_progressive_script(image))]


@pytest.mark.parametrize("sampling", [*SAMPLINGS, *ODD_SAMPLINGS])
@given(
    seed=st.integers(0, 2**32 - 1),
    width=st.integers(1, 80),
    height=st.integers(1, 80),
    density=st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]),
    magnitude=st.sampled_from([1, 2, 8, 100, 1023]),
)
@example(**SMALL)
@example(**(SMALL | {"width": 1, "height": 1}))
@settings(max_examples=25)
def test_any_levels(
    sampling: str,
    seed: int,
    width: int,
    height: int,
    density: float,
    magnitude: int,
    draw_image: Function,
    picture_levels: Function,
    decode: Function,
    libjpeg_levels: Function,
) -> None:
    factors = (SAMPLINGS | ODD_SAMPLINGS)[sampling]
    image = draw_image(seed, (width, height), factors, density, magnitude)
    levels = picture_levels(image)
    files = all_files(image)
    for file in files:
        contents = read_levels(file)
        assert contents.warnings == []
        assert (contents.image.width, contents.image.height) == (width, height)
        assert equal(picture_levels(contents.image), levels)
        assert equal(libjpeg_levels(file, image), levels)
    if sampling in SAMPLINGS:
        pixels = [decode(file) for file in files]
        assert pixels[0].shape[:2] == (height, width)
        assert equal(pixels[1:], pixels[:1] * (len(files) - 1))


def grey_image(levels: np.ndarray, make_image: Function) -> LevelImage:
    rows, columns = levels.shape[:2]
    return make_image((columns * 8, rows * 8), [levels.astype(np.int16)], [(1, 1)])


DEEP_SCRIPT = [
    Scan([0], 0, 0, 0, 1),
    Scan([0], 1, 63, 0, 2),
    Scan([0], 1, 63, 2, 1),
    Scan([0], 0, 0, 1, 0),
    Scan([0], 1, 63, 1, 0),
]


def check_every_kind(levels: np.ndarray, make_image: Function, libjpeg_levels: Function) -> list[bytes]:
    image = grey_image(levels, make_image)
    files = [*all_files(image), write_jpeg(image, script=DEEP_SCRIPT)]
    for file in files:
        assert np.array_equal(read_levels(file).image.planes[0].levels, levels)
        assert equal(libjpeg_levels(file, image), [levels])
    return files


def test_end_of_band_runs_longer_than_a_symbol_holds(make_image: Function, libjpeg_levels: Function) -> None:
    levels = np.zeros((290, 250, 64), np.int16)  # 72,500 blocks: two full runs of 32,767 and a rest
    levels[-1, -1, 1:4] = (1, -2, 5)
    files = check_every_kind(levels, make_image, libjpeg_levels)
    levels[0, 0, 63] = 1  # no end of band in the first block
    check_every_kind(levels, make_image, libjpeg_levels)
    # A DC bit a block and almost nothing for AC: the runs are used.
    assert len(files[1]) < 72_500 // 8 + 400


def test_run_of_exactly_the_longest_length(make_image: Function, libjpeg_levels: Function) -> None:
    levels = np.zeros((151, 217, 64), np.int16)  # 32,767 blocks
    check_every_kind(levels, make_image, libjpeg_levels)


@pytest.mark.parametrize(
    "positions", [[16], [17], [33], [49], [63], [15, 32], [1, 63], [16, 32, 48], [62, 63]]
)
def test_zero_runs(positions: list[int], make_image: Function, libjpeg_levels: Function) -> None:
    levels = np.zeros((3, 3, 64), np.int16)
    for block, value in enumerate((1, -1, 2, -3, 4, -7, 8, 1023, -1023)):
        levels[block // 3, block % 3, positions] = value
    check_every_kind(levels, make_image, libjpeg_levels)


def test_refinement_runs_over_significant_levels(make_image: Function, libjpeg_levels: Function) -> None:
    rng = np.random.default_rng(3)
    # Mostly significant before (2 and more), few new ones, wide gaps: zero runs with correction bits.
    levels = rng.choice([0, 0, 0, 0, 1, -1, 2, -2, 3, 4, -5, 6, -7], (40, 40, 64))
    levels[::2, :, 20:55] = rng.choice([0, 0, 0, 0, 0, 0, 0, 0, 0, 2, -3], (20, 40, 35))
    check_every_kind(levels, make_image, libjpeg_levels)


def test_thousands_of_correction_bits_in_one_run(make_image: Function, libjpeg_levels: Function) -> None:
    rng = np.random.default_rng(4)
    levels = rng.choice([2, 3, -2, -3], (30, 30, 64))  # no level is new in the last scan: 56,700 bits wait
    check_every_kind(levels, make_image, libjpeg_levels)


def test_streams_full_of_ff_bytes(make_image: Function, libjpeg_levels: Function) -> None:
    levels = np.full((9, 9, 64), 1023, np.int16)  # ten ones behind each symbol
    levels[..., 0] = 0
    levels[::2, ::2, 0] = 2047
    files = check_every_kind(levels, make_image, libjpeg_levels)
    assert files[0].count(b"\xff\x00") > len(files[0]) // 5


def test_extreme_levels(make_image: Function, libjpeg_levels: Function) -> None:
    levels = np.zeros((8, 8, 64), np.int16)
    levels[..., 1:] = np.where(np.indices((8, 8, 63)).sum(0) % 2, 1023, -1023)
    levels[::2, :, 0] = -1024
    levels[1::2, :, 0] = 1023
    check_every_kind(levels, make_image, libjpeg_levels)


@pytest.mark.parametrize(
    ("position", "value", "word"), [(5, 1024, "AC"), (63, -32768, "AC"), (0, 2048, "DC")]
)
def test_levels_out_of_range_are_refused(position: int, value: int, word: str, make_image: Function) -> None:
    levels = np.zeros((2, 2, 64), np.int16)
    levels[1, 0, position] = value
    with pytest.raises(CoreError, match=f"block 2: {word} level of magnitude {abs(value)}"):
        write_jpeg(grey_image(levels, make_image))


@pytest.mark.parametrize("mode", MODES)
def test_dc_differences_out_of_range_are_refused(mode: str, make_image: Function) -> None:
    levels = np.zeros((1, 2, 64), np.int16)
    levels[0, :, 0] = (2047, -1)
    with pytest.raises(CoreError, match="DC difference of 12 bits"):
        write_jpeg(grey_image(levels, make_image), mode=mode)


@pytest.mark.parametrize("mode", MODES)
def test_wide_quantiser_steps(mode: str, libjpeg_levels: Function) -> None:
    steps = np.arange(200, 264, dtype=np.uint16)
    levels = np.arange(64, dtype=np.int16).reshape(1, 1, 64)
    image = LevelImage(8, 8, [Plane(levels)], [steps])
    file = write_jpeg(image, mode=mode)
    contents = read_levels(file)
    assert np.array_equal(contents.image.quant_tables[0], steps)
    assert np.array_equal(contents.image.planes[0].levels, levels)
    assert equal(libjpeg_levels(file, image), [levels])
    assert (b"\xff\xc0" in file) is False  # not baseline


def test_quantiser_tables_and_identifiers_are_kept() -> None:
    rng = np.random.default_rng(5)
    tables = [rng.integers(1, 256, 64).astype(np.uint16) for _ in range(4)]
    planes = [
        Plane(rng.integers(-5, 6, (2, 2, 64)).astype(np.int16), id=identifier, quant_index=index)
        for identifier, index in ((82, 3), (71, 0), (66, 2), (0, 1))
    ]
    image = read_levels(write_jpeg(LevelImage(16, 16, planes, tables))).image
    assert [plane.id for plane in image.planes] == [82, 71, 66, 0]
    assert [plane.quant_index for plane in image.planes] == [3, 0, 2, 1]
    assert all(np.array_equal(a, b) for a, b in zip(image.quant_tables, tables, strict=True))


def test_metadata_is_kept(draw_image: Function) -> None:
    image = draw_image(0, (20, 20), SAMPLINGS["4:2:0"], 0.2, 9)
    segments = [
        MarkerSegment(0xE1, b"Exif\0\0" + bytes(range(256))),
        MarkerSegment(0xE2, b"\xff" * 65533),
        MarkerSegment(0xFE, b""),
        MarkerSegment(0xEE, b"not Adobe"),
    ]
    file = write_jpeg(image, segments=segments, density=(1, 300, 72), adobe_transform=1)
    contents = read_levels(file)
    assert contents.segments == segments
    assert contents.density == (1, 300, 72)
    assert contents.adobe_transform == 1
    bare = read_levels(write_jpeg(image, density=None))
    assert (bare.segments, bare.density, bare.adobe_transform) == ([], None, None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"segments": [MarkerSegment(0xDB, b"")]}, "only APP0 to APP15"),
        ({"segments": [MarkerSegment(0xE1, b"x" * 65534)]}, "at most 65533"),
        ({"density": (3, 1, 1)}, "units are 0 to 2"),
        ({"density": (1, 0, 1)}, "densities 1 to 65535"),
        ({"adobe_transform": 3}, "Adobe transform 3"),
        ({"mode": "fast"}, "'fast'"),
        ({"script": []}, "no scan"),
    ],
)
def test_wrong_options_are_refused(options: dict, message: str, draw_image: Function) -> None:
    with pytest.raises(CoreError, match=message):
        write_jpeg(draw_image(0, (8, 8), [(1, 1)], 0.1, 3), **options)


def test_planes_may_come_padded_or_not(make_image: Function) -> None:
    rng = np.random.default_rng(6)
    chroma = [rng.integers(-3, 4, (2, 2, 64)).astype(np.int16) for _ in range(2)]
    unpadded = rng.integers(-3, 4, (3, 3, 64)).astype(np.int16)
    image = make_image((24, 24), [unpadded, *chroma], SAMPLINGS["4:2:0"])
    luma = image.planes[0]
    assert (luma.blocks_high, luma.blocks_wide, luma.stored_high, luma.stored_wide) == (3, 3, 4, 4)
    assert np.array_equal(luma.levels[:3, :3], unpadded)
    # The DC of the block coded before, so that a padding block's difference is zero.
    assert luma.levels[1, 3, 0] == luma.levels[1, 2, 0]
    assert luma.levels[3, 0, 0] == luma.levels[2, 1, 0]
    assert not luma.levels[3, :, 1:].any()
    padded = make_image((24, 24), [luma.levels, *chroma], SAMPLINGS["4:2:0"])
    assert np.array_equal(padded.planes[0].levels, luma.levels)
    with pytest.raises(CoreError, match=r"levels of 5 x 3 blocks .* needs 3 x 3, or 4 x 4 with padding"):
        make_image((24, 24), [np.zeros((5, 3, 64), np.int16), *chroma], SAMPLINGS["4:2:0"])


def test_levels_are_a_view_that_keeps_its_image_alive(draw_image: Function) -> None:
    image = draw_image(1, (16, 16), [(1, 1)], 0.5, 20)
    levels = image.planes[0].levels
    levels[0, 0, 3] = 77
    assert image.planes[0].levels[0, 0, 3] == 77
    expected = levels.copy()
    del image
    assert np.array_equal(levels, expected)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 8, 1, (1, 1)), "1 to 65535 a side"),
        ((8, 65536, 1, (1, 1)), "1 to 65535 a side"),
        ((8, 8, 5, (1, 1)), "1 to 4 are supported"),
        ((8, 8, 1, (5, 1)), "each must be 1 to 4"),
    ],
)
def test_wrong_frames_are_refused(arguments: tuple, message: str) -> None:
    width, height, components, sampling = arguments
    planes = [Plane(np.zeros((1, 1, 64), np.int16), id=i, sampling=sampling) for i in range(components)]
    with pytest.raises(CoreError, match=message):
        LevelImage(width, height, planes, [np.ones(64, np.uint16)])


def test_zero_steps_are_refused() -> None:
    with pytest.raises(CoreError, match="step of 0"):
        LevelImage(8, 8, [Plane(np.zeros((1, 1, 64), np.int16))], [np.zeros(64, np.uint16)])

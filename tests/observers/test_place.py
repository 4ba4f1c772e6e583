"""The map of places: what it says of a picture's blocks, and how it is made."""

import numpy as np
import pytest

from beholder.image.picture import upright
from beholder.observers._place import CELLS, PlaceSums, block_places, central_mean

FULL = ((1, 1), (1, 1), (1, 1))
HALVED = ((2, 2), (1, 1), (1, 1))
ACROSS = np.tile((np.arange(CELLS, dtype=np.float32) + 0.5) / 16 - 0.75, (CELLS, 1))
"""Each cell's own place from left to right, in shorter sides from the centre."""


def crop(margin: float) -> np.ndarray:
    """1 in the central square but for a margin on all its sides, in shorter sides; else 0."""
    inside = np.abs(ACROSS) < 0.5 - margin
    return np.asarray(inside & inside.T, np.float32)


@pytest.mark.parametrize("sampling", [FULL, HALVED, ((2, 1), (1, 1), (1, 1)), ((1, 1),)])
@pytest.mark.parametrize("size", [(128, 128), (128, 192), (192, 128), (131, 187), (9, 300), (1, 1)])
def test_blocks_cover_the_picture_and_a_flat_map_is_flat(size, sampling) -> None:
    found = block_places(np.full((CELLS, CELLS), 3, np.float32), size, sampling)
    for blocks, (horizontal, vertical) in zip(found, sampling, strict=True):
        height, width = 8 * sampling[0][1] // vertical, 8 * sampling[0][0] // horizontal
        assert blocks.shape == (-(-size[0] // height), -(-size[1] // width))
        assert blocks == pytest.approx(np.full(blocks.shape, 3))


def test_a_block_has_the_mean_of_the_map_where_it_lies() -> None:
    # 128 pixels make 16 cells of 8: block for cell in luma, two cells a block in halved chroma.
    luma, chroma, _ = block_places(ACROSS, (128, 192), HALVED)
    assert luma == pytest.approx(ACROSS[4:20], abs=1e-6)
    assert chroma == pytest.approx(ACROSS[:8].reshape(8, 12, 2).mean(axis=2), abs=1e-6)
    # 64 pixels: a block spans two cells; and a picture of twice the size has the same places.
    (small,) = block_places(ACROSS, (64, 96), ((1, 1),))
    assert small == pytest.approx(chroma, abs=1e-6)
    # Up and down is the other axis.
    (tall,) = block_places(np.ascontiguousarray(ACROSS.T), (192, 128), ((1, 1),))
    assert tall == pytest.approx(luma.T, abs=1e-6)


def test_blocks_that_no_cell_fits_take_shares() -> None:
    # 80 pixels: cells of 5 pixels, from the middle on; the first block of 8 right of it covers 5 and 3.
    (blocks,) = block_places(ACROSS, (80, 80), ((1, 1),))
    first, second = ACROSS[0, 12], ACROSS[0, 13]
    assert blocks[0, 5] == pytest.approx((5 * first + 3 * second) / 8, rel=1e-5)


def test_beyond_the_map_is_like_its_edge() -> None:
    (panorama,) = block_places(ACROSS, (128, 512), ((1, 1),))
    assert panorama[:, :20] == pytest.approx(ACROSS[0, 0])
    assert panorama[:, 20:44] == pytest.approx(ACROSS[:16])
    assert panorama[:, 44:] == pytest.approx(ACROSS[0, -1])


def test_the_usual_crop_ends_between_two_cells() -> None:
    """Classifiers see 224 of 256."""
    blocks = block_places(crop(1 / 16), (256, 384), ((1, 1),))[0]
    assert set(np.unique(blocks)) == {0.0, 1.0}
    assert blocks.sum() * 64 == 224 * 224


@pytest.mark.parametrize("size", [(160, 160), (160, 240), (240, 160), (160, 480), (100, 133)])
def test_a_map_comes_back_from_pictures_of_any_shape(size) -> None:
    truth = np.asarray(crop(1 / 16) * (1 - np.abs(ACROSS)), np.float32)
    sums = PlaceSums()
    sums.add_picture(7e-5 * block_places(truth, size, ((1, 1),))[0], size)
    cells = sums.cells()
    assert cells is not None
    assert central_mean(cells) == pytest.approx(1)
    # Blocks and cells do not coincide: what comes back is blurred where the crop ends, and nowhere else.
    truth /= central_mean(truth)
    assert cells == pytest.approx(truth, abs=0.5)
    assert cells[6:18, 6:18] == pytest.approx(truth[6:18, 6:18], abs=0.03)


def test_no_picture_outweighs_others() -> None:
    half = np.where(ACROSS[4:20, 4:20].T < 0, 1.0, 3.0)  # a block for each cell of the central square
    sums = PlaceSums()
    sums.add_picture(1000 * half, (128, 128))
    sums.add_picture(np.ones((16, 16)), (128, 128))
    cells = sums.cells()
    assert cells is not None
    assert cells[4:12] == pytest.approx(0.75)
    assert cells[12:20] == pytest.approx(1.25)


def test_the_map_is_alike_on_the_left_and_on_the_right() -> None:
    sums = PlaceSums()
    sums.add_picture(np.random.default_rng(1).uniform(size=(16, 24)), (128, 192))
    cells = sums.cells()
    assert cells is not None
    assert cells == pytest.approx(cells[:, ::-1])
    assert cells != pytest.approx(cells[::-1])


def test_cells_that_no_picture_covers_repeat_their_neighbours() -> None:
    sums = PlaceSums()
    sums.add_picture(np.arange(1.0, 17)[:, None] + np.zeros((16, 16)), (128, 128))
    cells = sums.cells()
    assert cells is not None
    assert cells[4:20, 0] == pytest.approx(np.arange(1, 17) / 8.5)
    assert cells[:4] == pytest.approx(1 / 8.5)
    assert cells[20:] == pytest.approx(16 / 8.5)


def test_pictures_that_nobody_looks_at_say_nothing() -> None:
    sums = PlaceSums()
    sums.add_picture(np.zeros((16, 16)), (128, 128))
    assert sums.cells() is None


def test_parts_add_up() -> None:
    random = np.random.default_rng(2)
    sizes = [(128, 192), (96, 64), (72, 210)]
    pictures = [random.uniform(size=(-(-height // 8), -(-width // 8))) for height, width in sizes]
    whole, parts = PlaceSums(), PlaceSums()
    for blocks, size in zip(pictures, sizes, strict=True):
        whole.add_picture(blocks, size)
        part = PlaceSums()
        part.add_picture(blocks, size)
        parts.add(part)
    assert np.array_equal(whole.sensitivity, parts.sensitivity)
    assert np.array_equal(whole.covered, parts.covered)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_maps_are_of_upright_pictures(orientation: int) -> None:
    blocks = np.random.default_rng(4).uniform(0.5, 2, (16, 24))
    sums, turned = PlaceSums(), PlaceSums()
    seen_size = (192, 128) if orientation >= 5 else (128, 192)
    sums.add_picture(upright(blocks, orientation), seen_size)
    turned.add_picture(blocks, (128, 192), orientation)
    assert turned.sensitivity == pytest.approx(sums.sensitivity)
    assert turned.covered == pytest.approx(sums.covered)
    cells = turned.cells()
    assert cells is not None
    (seen,) = block_places(cells, seen_size, ((1, 1),))
    (stored,) = block_places(cells, (128, 192), ((1, 1),), orientation)
    assert upright(stored, orientation) == pytest.approx(seen, rel=1e-5)

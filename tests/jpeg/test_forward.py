"""The forward transform against one made of matrices (float64, NumPy and SciPy)."""

import io
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn, idctn

import beholder
from beholder import _core
from tests.jpeg.conftest import ZIGZAG
from tests.jpeg.pictures import photograph

Plane = NDArray[np.float64]

# ITU-T T.871, clause 7: R'G'B' to Y'CbCr, level-shifted.
TO_YCC = np.array(
    [[0.299, 0.587, 0.114], [-0.299 / 1.772, -0.587 / 1.772, 0.5], [0.5, -0.587 / 1.402, -0.114 / 1.402]]
)
TO_RGB = np.array([[1, 0, 1.402], [1, -0.114 * 1.772 / 0.587, -0.299 * 1.402 / 0.587], [1, 1.772, 0]])
FACTORS = {"4:4:4": (1, 1), "4:2:2": (2, 1), "4:2:0": (2, 2)}


def triangle(samples: int) -> Plane:
    """(2 samples, samples): libjpeg's fancy upsampling; beyond the ends the last sample counts."""
    matrix = np.zeros((2 * samples, samples))
    for i in range(samples):
        for pixel, neighbour in ((2 * i, i - 1), (2 * i + 1, i + 1)):
            matrix[pixel, i] += 0.75
            matrix[pixel, min(max(neighbour, 0), samples - 1)] += 0.25
    return matrix


def least_squares(samples: int) -> Plane:
    """(samples, 2 samples): the samples nearest to given pixels after the triangle filter."""
    return np.linalg.pinv(triangle(samples))


def truncated(samples: int) -> Plane:
    """The same with the inverse of U'U cut off at four samples and scaled to unit gain, as the core does."""
    reach = 4
    inverse = np.array([(-1 / 3) ** abs(k) for k in range(-reach, reach + 1)])
    adjoint = np.array([0.25, 0.75, 0.75, 0.25])
    taps = np.zeros(4 * reach + 4)
    for shift, power in enumerate(inverse):
        taps[2 * shift : 2 * shift + 4] += power * adjoint
    taps /= taps.sum()
    mirrored = np.pad(np.eye(2 * samples), ((2 * reach + 1, 2 * reach + 1), (0, 0)), mode="symmetric")
    return np.stack([taps @ mirrored[2 * i : 2 * i + len(taps)] for i in range(samples)])


def means(samples: int) -> Plane:
    return np.kron(np.eye(samples), [[0.5, 0.5]])


@dataclass(frozen=True)
class Reference:
    """A forward transform with one way to halve chroma."""

    halve: object
    compensate: bool = True

    def __call__(self, pixels: NDArray[np.uint8], subsampling: str) -> list[Plane]:
        """Coefficients of each component: (rows, columns, 64), zigzag order, in JPEG's unit."""
        if pixels.ndim == 2:
            return [blocks(pixels - 128.0, 1, 1)]
        height, width = pixels.shape[:2]
        across, down = FACTORS[subsampling]
        ycc = pixels @ TO_YCC.T
        ycc[..., 0] -= 128
        planes = [ycc[..., 0]]
        missed = np.zeros((height, width, 2))
        for c in (1, 2):
            # an odd last row and column are repeated
            padded = np.pad(ycc[..., c], ((0, height % down), (0, width % across)), mode="edge")
            halved = padded
            upsampled = padded
            if across == 2:
                halved = halved @ self.halve(padded.shape[1] // 2).T
            if down == 2:
                halved = self.halve(padded.shape[0] // 2) @ halved
            upsampled = halved
            if across == 2:
                upsampled = upsampled @ triangle(halved.shape[1]).T
            if down == 2:
                upsampled = triangle(halved.shape[0]) @ upsampled
            missed[..., c - 1] = ycc[..., c] - upsampled[:height, :width]
            planes.append(halved)
        if self.compensate:
            # The grey that takes most from the squared RGB error of chroma that is lost.
            grey = np.ones(3)
            planes[0] = planes[0] + missed @ (TO_RGB[:, 1:].T @ grey) / (grey @ grey)
        return [blocks(planes[0], across, down), blocks(planes[1], 1, 1), blocks(planes[2], 1, 1)]


def blocks(plane: Plane, across: int, down: int) -> Plane:
    """The 8x8 DCT of a plane padded to whole MCUs by its last samples."""
    padded = np.pad(
        plane, ((0, -plane.shape[0] % (8 * down)), (0, -plane.shape[1] % (8 * across))), mode="edge"
    )
    rows, columns = padded.shape[0] // 8, padded.shape[1] // 8
    tiles = padded.reshape(rows, 8, columns, 8).swapaxes(1, 2)
    return dctn(tiles, axes=(2, 3), norm="ortho").reshape(rows, columns, 64)[..., ZIGZAG]


def transform(pixels: NDArray[np.uint8], subsampling: str = "4:2:0", **options: object) -> list[Plane]:
    image = _core.forward_transform(pixels, subsampling, **options)
    assert (image.width, image.height) == (pixels.shape[1], pixels.shape[0])
    return [image.values(c) / _core.COEFFICIENT_SCALE for c in range(image.components)]


SIZES = [(64, 48), (63, 49), (35, 34), (24, 97), (129, 40)]
TINY = [(1, 1), (1, 2), (2, 1), (1, 40), (40, 1), (2, 2), (3, 3), (5, 4), (7, 9), (8, 8), (17, 3)]


@pytest.mark.parametrize("subsampling", FACTORS)
@pytest.mark.parametrize("size", SIZES + TINY, ids=str)
@pytest.mark.parametrize(("fitted", "halve"), [(True, truncated), (False, means)], ids=["fitted", "means"])
@pytest.mark.parametrize("compensate", [True, False])
def test_equals_the_matrices(
    subsampling: str, size: tuple[int, int], fitted: bool, halve: object, compensate: bool
) -> None:
    pixels = photograph(3, *size, noise=25)
    expected = Reference(halve, compensate)(pixels, subsampling)
    got = transform(pixels, subsampling, fitted_chroma=fitted, compensate_luma=compensate)
    for component, reference in zip(got, expected, strict=True):
        assert component.shape == reference.shape
        # rounding to a sixteenth, and as much for float32
        np.testing.assert_allclose(component, reference, rtol=0, atol=1 / 16)


def upsampled_error(
    coefficients: Plane, pixels: NDArray[np.uint8], component: int, across: int, down: int
) -> float:
    """Squared error of chroma after the decoder's filter, an odd last row and column repeated."""
    tiles = np.zeros(coefficients.shape)
    tiles[..., ZIGZAG] = coefficients
    rows, columns = tiles.shape[:2]
    samples = idctn(tiles.reshape(rows, columns, 8, 8), axes=(2, 3), norm="ortho").swapaxes(1, 2)
    samples = samples.reshape(8 * rows, 8 * columns)
    original = np.pad(
        (pixels @ TO_YCC.T)[..., component],
        ((0, pixels.shape[0] % down), (0, pixels.shape[1] % across)),
        mode="edge",
    )
    high, wide = original.shape[0] // down, original.shape[1] // across
    decoded = samples[:high, :wide]
    decoded = decoded @ triangle(wide).T if across == 2 else decoded
    decoded = triangle(high) @ decoded if down == 2 else decoded
    return float(np.sum((decoded - original) ** 2))


@pytest.mark.parametrize("subsampling", ["4:2:2", "4:2:0"])
@pytest.mark.parametrize("size", SIZES + TINY, ids=str)
def test_no_chroma_samples_are_nearer_to_the_picture(subsampling: str, size: tuple[int, int]) -> None:
    pixels = photograph(4, *size, noise=25)
    best = Reference(least_squares)(pixels, subsampling)
    got = transform(pixels, subsampling)
    for component in (1, 2):
        least = upsampled_error(best[component], pixels, component, *FACTORS[subsampling])
        error = upsampled_error(got[component], pixels, component, *FACTORS[subsampling])
        # The core's filter is cut off where its taps are 1 %, and coefficients are rounded to a sixteenth.
        assert error <= 1.05 * least + 0.01 * size[0] * size[1]
        if size in SIZES:
            mean = Reference(means)(pixels, subsampling)[component]
            assert error < upsampled_error(mean, pixels, component, *FACTORS[subsampling])


@pytest.mark.parametrize("size", SIZES + TINY, ids=str)
def test_grey(size: tuple[int, int]) -> None:
    pixels = photograph(5, *size)[..., 1].copy()
    (got,) = transform(pixels)
    np.testing.assert_allclose(got, Reference(means)(pixels, "4:2:0")[0], rtol=0, atol=0.5 / 16 + 1e-3)


def test_extremes_do_not_overflow() -> None:
    checks = (np.indices((32, 32)).sum(axis=0) % 2 * 255).astype(np.uint8)
    for pixels in (checks, np.stack([checks, 255 - checks, checks], axis=2), np.zeros((16, 16, 3), np.uint8)):
        for component, reference in zip(
            transform(pixels, "4:4:4"), Reference(means)(pixels, "4:4:4"), strict=True
        ):
            np.testing.assert_allclose(component, reference, rtol=0, atol=1 / 16)


@pytest.mark.parametrize("subsampling", FACTORS)
@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_nothing(subsampling: str, threads: int) -> None:
    pixels = photograph(6, 150, 131)
    alone = _core.forward_transform(pixels, subsampling)
    together = _core.forward_transform(pixels, subsampling, threads=threads)
    for c in range(3):
        assert np.array_equal(alone.values(c), together.values(c))


@pytest.mark.parametrize(
    "view",
    [
        lambda pixels: pixels[::-1],
        lambda pixels: pixels[:, ::-1],
        lambda pixels: pixels[::2, 1::3],
        lambda pixels: pixels.swapaxes(0, 1),
        np.asfortranarray,
        lambda pixels: pixels[..., ::-1],
        lambda pixels: pixels[..., 1],
    ],
)
def test_layout_in_memory_does_not_matter(view: object) -> None:
    pixels = view(photograph(7, 90, 70))
    assert not pixels.flags.c_contiguous
    assert beholder.encode(pixels).data == beholder.encode(np.ascontiguousarray(pixels)).data


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((8,), "dimensions"),
        ((8, 8, 2), "channels"),
        ((8, 8, 4), "channels"),
        ((0, 8, 3), "1 to 65535"),
        ((8, 65536), "1 to 65535"),
    ],
)
def test_other_shapes_are_refused(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(_core.CoreError, match=message):
        _core.forward_transform(np.zeros(shape, np.uint8))


def test_unknown_subsampling_is_refused() -> None:
    with pytest.raises(_core.CoreError, match="4:1:0"):
        _core.forward_transform(np.zeros((8, 8, 3), np.uint8), "4:1:0")


@pytest.mark.parametrize("size", [(96, 80), (40, 200), (190, 301), (7, 9)])
@pytest.mark.parametrize("subsampling", ["4:2:0", "4:2:2"])
def test_the_sampling_error_is_what_a_decoder_shows(size: tuple[int, int], subsampling: str) -> None:
    """All levels kept, at steps of 1: what is missing is the chroma sampling's, and rounding's."""
    pixels = np.random.default_rng(5).integers(100, 156, (*size, 3), dtype=np.uint8)
    coefficients = _core.forward_transform(pixels, subsampling)
    ones = np.ones((3, 64), np.float32)
    image, script = _core.optimise_levels(
        coefficients, 1.0, weights=ones, block_weights=[], start_steps=0.1 * ones, lambda_ratio=1e-6
    )
    with Image.open(io.BytesIO(_core.write_jpeg(image, script=script))) as file:
        error = np.mean((np.asarray(file).astype(float) - pixels) ** 2)
    expected = _core.chroma_sampling_error(pixels, subsampling)
    assert expected == _core.chroma_sampling_error(pixels, subsampling, threads=3)
    # It looks at some rows only, and the last columns stand beside repeated ones.
    assert error == pytest.approx(expected + 0.3, rel=0.15)


def test_there_is_no_sampling_error_where_nothing_is_sampled() -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    assert _core.chroma_sampling_error(pixels, "4:4:4") == 0
    assert _core.chroma_sampling_error(np.ascontiguousarray(pixels[..., 0])) == 0


@pytest.mark.parametrize(("subsampling", "down"), [("4:2:0", 2), ("4:2:2", 1), ("4:4:4", 1)])
def test_sampled_rows_are_rows_of_the_picture(subsampling: str, down: int) -> None:
    pixels = np.random.default_rng(6).integers(0, 256, (130, 70, 3), dtype=np.uint8)
    whole = _core.forward_transform(pixels, subsampling)
    sample = _core.sample_mcu_rows(whole, 3)
    for component, rows in ((0, down), (1, 1), (2, 1)):
        values = whole.values(component)
        expected = values.reshape(-1, rows, *values.shape[1:])[::3].reshape(-1, *values.shape[1:])
        assert np.array_equal(sample.values(component), expected)
    with pytest.raises(_core.CoreError, match="at least 1"):
        _core.sample_mcu_rows(whole, 0)

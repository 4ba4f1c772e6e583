"""Pictures of levels, and what libjpeg says about them."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from beholder._core import LevelImage, Plane

Levels = npt.NDArray[np.int16]
Sampling = tuple[int, int]

# Natural (row-major) index of each zigzag position, T.81 Figure A.6: diagonals, upwards on even ones.
ZIGZAG = np.array(
    [
        row * 8 + diagonal - row
        for diagonal in range(15)
        for row in (range(8) if diagonal % 2 else range(7, -1, -1))
        if 0 <= diagonal - row < 8
    ]
)


def divide_up(value: int, divisor: int) -> int:
    return -(-value // divisor)


def block_counts(size: tuple[int, int], sampling: Sequence[Sampling]) -> list[tuple[int, int]]:
    """Returns (rows, columns) of each component's blocks, T.81 A.1.1 and A.2.4."""
    h_max = max(h for h, _ in sampling)
    v_max = max(v for _, v in sampling)
    return [
        (divide_up(divide_up(size[1] * v, v_max), 8), divide_up(divide_up(size[0] * h, h_max), 8))
        for h, v in sampling
    ]


def build_image(
    size: tuple[int, int], planes: Sequence[Levels], sampling: Sequence[Sampling], steps: int = 1
) -> LevelImage:
    table = np.full(64, steps, np.uint16)
    return LevelImage(
        size[0],
        size[1],
        [
            Plane(levels, id=i + 1, sampling=factors, quant_index=min(i, 1))
            for i, (levels, factors) in enumerate(zip(planes, sampling, strict=True))
        ],
        [table, table],
    )


def random_levels(rng: np.random.Generator, shape: tuple[int, int], density: float, magnitude: int) -> Levels:
    """Returns (rows, columns, 64) levels: Laplacian AC, `density` of them nonzero; DC within +-magnitude."""
    drawn = rng.laplace(0, max(magnitude / 4, 1), (*shape, 64))
    levels = np.clip(np.sign(drawn) * np.ceil(np.abs(drawn)), -magnitude, magnitude)
    levels[rng.random(levels.shape) >= density] = 0
    levels[..., 0] = rng.integers(-magnitude, magnitude + 1, shape)
    return levels.astype(np.int16)


@pytest.fixture(scope="session")
def make_image() -> Callable[..., LevelImage]:
    """A function: size, planes, sampling factors, quantiser step -> LevelImage."""
    return build_image


@pytest.fixture(scope="session")
def draw_image() -> Callable[..., LevelImage]:
    """A function: seed, size, sampling factors, density, magnitude -> LevelImage of random levels."""

    def draw(
        seed: int, size: tuple[int, int], sampling: Sequence[Sampling], density: float, magnitude: int
    ) -> LevelImage:
        rng = np.random.default_rng(seed)
        planes = [random_levels(rng, shape, density, magnitude) for shape in block_counts(size, sampling)]
        return build_image(size, planes, sampling)

    return draw


@pytest.fixture(scope="session")
def picture_levels() -> Callable[[LevelImage], list[Levels]]:
    """A function: image -> the levels of each plane without padding, copied."""

    def levels(image: LevelImage) -> list[Levels]:
        return [plane.levels[: plane.blocks_high, : plane.blocks_wide].copy() for plane in image.planes]

    return levels


@pytest.fixture(scope="session")
def decode() -> Callable[[bytes], npt.NDArray[np.uint8]]:
    """A function: file -> pixels by Pillow's libjpeg."""

    def pixels(file: bytes) -> npt.NDArray[np.uint8]:
        with Image.open(io.BytesIO(file)) as image:
            return np.asarray(image)

    return pixels


@pytest.fixture(scope="session")
def libjpeg_levels(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, LevelImage], list[Levels]]:
    """A function: file, image -> levels as libjpeg reads them, in zigzag order, cut to the image's blocks."""
    jpeglib = pytest.importorskip("jpeglib", reason="jpeglib, the oracle for coefficients, is not installed")
    folder: Path = tmp_path_factory.mktemp("libjpeg")

    def levels(file: bytes, shapes: LevelImage) -> list[Levels]:
        path = folder / "file.jpg"
        path.write_bytes(file)
        read = jpeglib.read_dct(str(path))
        components = [read.Y, read.Cb, read.Cr, read.K][: len(shapes.planes)]
        return [
            component.reshape(*component.shape[:2], 64)[: plane.blocks_high, : plane.blocks_wide, ZIGZAG]
            for component, plane in zip(components, shapes.planes, strict=True)
        ]

    return levels


@pytest.fixture(scope="session")
def pillow_jpeg() -> Callable[..., bytes]:
    """A function: seed, size, mode, Pillow's JPEG options -> file of smooth shapes with noise."""

    def save(seed: int, size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
        rng = np.random.default_rng(seed)
        coarse = rng.integers(0, 256, (size[1] // 16 + 2, size[0] // 16 + 2, 3), dtype=np.uint8)
        smooth = np.asarray(Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)).astype(float)
        noisy = np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(noisy).convert(mode).save(file, "JPEG", **options)  # type: ignore[arg-type]
        return file.getvalue()

    return save

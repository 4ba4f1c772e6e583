"""Files of earlier versions still decode, to the pictures that they held then."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.learned.coder import LearnedCoder
from beholder.learned.weights import read_weights

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("version1-*.bhd"))


@pytest.fixture(scope="module")
def codec() -> LearnedCoder:
    return LearnedCoder(read_weights((FOLDER / "version1.safetensors").read_bytes()))


def test_there_are_files() -> None:
    names = {path.stem.removeprefix("version1-") for path in FILES}
    assert names == {"colour", "metadata", "grey", "pixel", "two-tiles"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_decodes_to_its_picture(codec: LearnedCoder, path: Path) -> None:
    decoded = codec.decode(path)
    with Image.open(path.with_suffix(".png")) as image:
        expected = np.asarray(image)
        assert decoded.metadata.icc_profile == image.info.get("icc_profile")
        assert decoded.metadata.orientation == image.getexif().get(0x0112, 1)
    assert decoded.pixels.shape == expected.shape
    # Symbols are the same everywhere; the synthesis in floats may round a sample to the next level.
    difference = np.abs(decoded.pixels.astype(int) - expected)
    assert difference.max() <= 1
    assert (difference > 0).mean() < 0.001

"""Targets through the codec itself: what comes is what trying every quality finds."""

from dataclasses import replace

import numpy as np
import pytest

from beholder.errors import TargetError
from beholder.image.read import read_picture
from beholder.metadata.metadata import Metadata

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.learned.coder import LearnedCoder
from beholder.learned.container import read_container
from beholder.learned.freeze import freeze
from beholder.learned.networks import build_network
from beholder.learned.options import LearnedOptions
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import read_weights, write_weights
from beholder.metrics import psnr_db, ssimulacra2
from tests.cli.program import photograph
from tests.learned.tiny import TINY

COLOUR = np.asarray(photograph(80, 110))
GREY = COLOUR[..., 1]
PIXELS = 80 * 110


@pytest.fixture(scope="module")
def codec() -> LearnedCoder:
    """Untrained, as training starts from: a DCT of few coefficients, better at every higher quality."""
    torch.manual_seed(0)
    return LearnedCoder(read_weights(write_weights(freeze(build_network(TINY)), gaussian_tables())))


@pytest.fixture(scope="module", params=["colour", "grey"])
def tried(codec: LearnedCoder, request: pytest.FixtureRequest) -> tuple[np.ndarray, list[bytes]]:
    """A picture, and its files at every quality."""
    picture = COLOUR if request.param == "colour" else GREY
    return picture, [codec.encode(picture, quality=quality).data for quality in range(64)]


def quality_of(data: bytes) -> int:
    return read_container(data, "file").header.quality


@pytest.mark.parametrize("quality", [0, 9, 30, 62])
def test_sizes(codec: LearnedCoder, tried: tuple[np.ndarray, list[bytes]], quality: int) -> None:
    picture, files = tried
    # Equal sizes come from neighbours now and then; the best of them is what is wanted.
    limit = len(files[quality])
    best = max(number for number, data in enumerate(files) if len(data) <= limit)
    assert codec.encode(picture, size_bytes=limit).data == files[best]
    assert codec.encode(picture, bpp=8 * limit / PIXELS).data == files[best]
    assert codec.encode(picture, bpp=8 * (limit + 1) / PIXELS).data == files[best]


@pytest.mark.parametrize("quality", [1, 9, 30])
def test_psnr(codec: LearnedCoder, tried: tuple[np.ndarray, list[bytes]], quality: int) -> None:
    picture, files = tried
    psnrs = [psnr_db(picture, codec.decode(data).pixels) for data in files]
    assert psnrs[:32] == sorted(psnrs[:32])
    assert quality_of(codec.encode(picture, psnr=psnrs[quality] - 1e-6).data) == quality
    assert quality_of(codec.encode(picture, psnr=psnrs[quality] + 1e-6).data) == quality + 1
    assert quality_of(codec.encode(picture, psnr=10).data) == 0


@pytest.mark.parametrize("near", [5, 20, 40])
def test_ssimulacra2(codec: LearnedCoder, near: int) -> None:
    def score(data: bytes) -> float:
        return ssimulacra2(GREY, codec.decode(data).pixels)

    target = score(codec.encode(GREY, quality=near).data) - 1e-6
    data = codec.encode(GREY, ssimulacra2=target).data
    quality = quality_of(data)
    assert score(data) >= target
    assert quality > 0
    assert data == codec.encode(GREY, quality=quality).data
    # This score does not rise from each quality to the next, but a lower one just here would not do.
    assert score(codec.encode(GREY, quality=quality - 1).data) < target


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"size_bytes": 100}, r"^array: no setting gives 100 bytes: the smallest file has \d+ bytes"),
        ({"bpp": 0.05}, r"^array: no setting gives 0.05 bpp: .* \(0\.\d\d\d bpp\)"),
        ({"psnr": 60}, r"^array: a PSNR of 60 dB is out of reach .*, where \d+\.\d\d dB is the best"),
        (
            {"ssimulacra2": 99},
            r"^array: SSIMULACRA 2 of 99 is out of reach .*, where -?\d+\.\d\d is the best",
        ),
    ],
)
def test_out_of_reach(codec: LearnedCoder, target: dict[str, float], message: str) -> None:
    with pytest.raises(TargetError, match=message):
        codec.encode(COLOUR, **target)


def test_metadata_count(codec: LearnedCoder) -> None:
    """A limit is of the whole file, and metadata stand in it at every quality."""
    picture = replace(read_picture(COLOUR), metadata=Metadata(xmp=b"x" * 600))
    limit = 1400
    data = codec.encode_picture(picture, LearnedOptions(size_bytes=limit)).data
    assert (
        len(data)
        <= limit
        < len(codec.encode_picture(picture, LearnedOptions(quality=quality_of(data) + 1)).data)
    )
    assert read_container(data, "file").header.xmp == b"x" * 600
    stripped = codec.encode_picture(picture, LearnedOptions(size_bytes=limit, metadata="strip")).data
    assert len(stripped) <= limit
    assert quality_of(stripped) == 63

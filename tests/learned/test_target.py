"""Targets of the learned codec, on files that are made up. Needs no torch."""

import numpy as np
import pytest

from beholder.errors import TargetError
from beholder.image.picture import Picture
from beholder.image.read import read_picture
from beholder.learned.container import QUALITIES
from beholder.learned.meet_target import meet_target
from beholder.learned.options import LearnedOptions
from beholder.metrics import psnr_db, ssimulacra2
from tests.cli.program import photograph

QUALITY_RANGE = range(QUALITIES)

PICTURE = read_picture(np.asarray(photograph(48, 64)), name="a.png")
NOISE = np.random.default_rng(0).normal(size=(48, 64))


class FakeCodec:
    """Files of made-up sizes, whose pixels have noise that falls with quality; counts what it makes."""

    def __init__(self, picture: Picture = PICTURE) -> None:
        self._picture = picture
        self.encoded: list[int] = []

    def encode(self, quality: int) -> bytes:
        self.encoded.append(quality)
        return bytes([quality]) * round(60 * 20 ** (quality / 63))

    def decode(self, data: bytes) -> np.ndarray:
        noise = NOISE[..., None] if self._picture.components == 3 else NOISE
        noisy = self._picture.pixels + noise * 30 * 0.05 ** (data[0] / 63)
        return noisy.round().clip(0, 255).astype(np.uint8)

    def meet(self, **target: float) -> int:
        """The quality of the file that meets a target."""
        options = LearnedOptions(**target)  # type: ignore[arg-type]
        quality, data = meet_target(self._picture, options, encode=self.encode, decode=self.decode)
        assert data == FakeCodec().encode(quality)
        return quality


def sizes() -> list[int]:
    return [len(FakeCodec().encode(quality)) for quality in QUALITY_RANGE]


@pytest.mark.parametrize("quality", [0, 1, 17, 40, 63])
def test_sizes_are_met_to_the_byte(quality: int) -> None:
    codec = FakeCodec()
    assert codec.meet(size_bytes=sizes()[quality]) == quality
    assert codec.meet(bpp=8 * sizes()[quality] / (48 * 64)) == quality
    assert len(codec.encoded) <= 2 * 9
    if quality > 0:
        assert codec.meet(size_bytes=sizes()[quality] - 1) == quality - 1


@pytest.mark.parametrize("quality", [0, 1, 17, 40, 63])
def test_scores_are_met_by_the_least_quality(quality: int) -> None:
    decoded = FakeCodec().decode(FakeCodec().encode(quality))
    reached = {
        "psnr": psnr_db(PICTURE.pixels, decoded),
        "ssimulacra2": ssimulacra2(PICTURE.pixels, decoded),
    }
    for name, score in reached.items():
        codec = FakeCodec()
        assert codec.meet(**{name: score - 1e-9}) == quality
        assert len(codec.encoded) <= 9
        if quality < 63:
            assert codec.meet(**{name: score + 1e-9}) == quality + 1


def test_scores_of_grey_pictures_are_met() -> None:
    codec = FakeCodec(read_picture(np.asarray(photograph(48, 64))[..., 0]))
    assert 0 < codec.meet(psnr=32.0) < 63
    assert 0 < codec.meet(ssimulacra2=90.0) < 63


def test_more_than_can_be_used_gives_the_best_file() -> None:
    assert FakeCodec().meet(size_bytes=10**15) == 63
    assert FakeCodec().meet(bpp=24) == 63


def test_little_that_is_asked_for_gives_the_smallest_file() -> None:
    assert FakeCodec().meet(psnr=1) == 0


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            {"size_bytes": 59},
            r"^a.png: no setting gives 59 bytes: the smallest file has 60 bytes \(0.156 bpp\); ask for more, "
            r"scale the picture down or strip its metadata$",
        ),
        ({"bpp": 0.001}, r"^a.png: no setting gives 0.001 bpp: the smallest file has 60 bytes"),
        (
            {"psnr": 99},
            r"^a.png: a PSNR of 99 dB is out of reach of the learned codec, where \d+\.\d\d dB is the best; "
            r"ask for less, or take the codec jpeg$",
        ),
        ({"ssimulacra2": 99}, r"^a.png: SSIMULACRA 2 of 99 is out of reach .* where \d+\.\d\d is the best"),
    ],
)
def test_out_of_reach(target: dict[str, float], message: str) -> None:
    with pytest.raises(TargetError, match=message):
        FakeCodec().meet(**target)


def test_the_best_that_is_named_can_be_had() -> None:
    with pytest.raises(TargetError) as caught:
        FakeCodec().meet(psnr=99)
    best = float(str(caught.value).split("where ")[1].split(" dB")[0])
    assert FakeCodec().meet(psnr=best - 0.01) == 63


def test_a_lossless_decoder_meets_every_psnr() -> None:
    """Whose error is zero, of which there is no logarithm."""
    found = meet_target(
        PICTURE,
        LearnedOptions(psnr=99),
        encode=lambda quality: bytes([quality]),
        decode=lambda data: PICTURE.pixels if data[0] >= 20 else 255 - PICTURE.pixels,
    )
    assert found == (20, bytes([20]))


def test_ssimulacra2_needs_a_size() -> None:
    small = read_picture(np.zeros((7, 100, 3), np.uint8), name="strip.png")
    with pytest.raises(TargetError, match=r"^strip.png: SSIMULACRA 2 needs 8 x 8 pixels; ask for a quality"):
        FakeCodec(small).meet(ssimulacra2=50)

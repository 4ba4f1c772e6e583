"""The search for a quality, on curves that are made up. Needs no torch."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beholder.errors import TargetError
from beholder.image.picture import Picture
from beholder.image.read import read_picture
from beholder.learned.container import QUALITIES
from beholder.learned.meet_target import meet_target
from beholder.learned.options import LearnedOptions
from beholder.learned.target import Trial, search_quality
from beholder.metrics import psnr_db, ssimulacra2
from tests.cli.program import photograph

MOST_TRIALS = 12  # five secants beyond the first trial, then halving of what can be left
QUALITY_RANGE = range(QUALITIES)

# Amounts that rise; those that fall are the same from the other end.
CURVES: dict[str, Callable[[int], float]] = {
    "as bytes over photographs": lambda quality: 3e4 * 15 ** (quality / 63),
    "steeper": lambda quality: 3e4 * 200 ** (quality / 63),
    "with metadata of half its size": lambda quality: 3e4 * (1 + 15 ** (quality / 63)),
    "bent": lambda quality: math.exp(4 * math.sqrt(quality / 63)),
    "flat": lambda quality: 500.0,
    "in steps": lambda quality: 2.0 ** (quality // 8),
    "a cliff": lambda quality: 1.0 if quality < 40 else 1000.0,
    "zero, then something": lambda quality: max(0.0, quality - 30.0),
}


class Encoder:
    """Gives trials of a table of amounts, and counts them."""

    def __init__(self, amounts: list[float]) -> None:
        self._amounts = amounts
        self.tried: list[int] = []

    def __call__(self, quality: int) -> Trial[str]:
        assert quality in QUALITY_RANGE
        self.tried.append(quality)
        return Trial(quality, self._amounts[quality], f"file {quality}")


def best_quality(amounts: list[float], target: float, *, rises: bool) -> int | None:
    """By trying them all."""
    meeting = [quality for quality in QUALITY_RANGE if amounts[quality] <= target]
    if not meeting:
        return None
    return max(meeting) if rises else min(meeting)


def checked_search(amounts: list[float], target: float, *, rises: bool, start: int) -> int:
    """Compares with all qualities; returns the number of trials."""
    encode = Encoder(amounts)
    found = search_quality(encode, target, rises=rises, start=start)
    expected = best_quality(amounts, target, rises=rises)
    assert (None if found is None else found.quality) == expected
    if found is not None:
        assert found == Trial(found.quality, amounts[found.quality], f"file {found.quality}")
    assert encode.tried[0] == start
    assert len(set(encode.tried)) == len(encode.tried), "nothing is encoded twice"
    return len(encode.tried)


def amounts_of(name: str, *, rises: bool) -> list[float]:
    amounts = [CURVES[name](quality) for quality in QUALITY_RANGE]
    return amounts if rises else amounts[::-1]


@pytest.mark.parametrize("rises", [True, False])
@pytest.mark.parametrize("name", CURVES)
def test_the_search_finds_what_trying_all_finds(name: str, rises: bool) -> None:
    amounts = amounts_of(name, rises=rises)
    between = [(first + second) / 2 for first, second in pairwise(amounts)]
    beyond = [min(amounts) * 0.9 - 1e-3, max(amounts) * 1.1]
    for target in sorted({*amounts, *between, *beyond}):
        for start in (0, 1, 31, 62, 63):
            trials = checked_search(amounts, target, rises=rises, start=start)
            assert trials <= MOST_TRIALS


@pytest.mark.parametrize("rises", [True, False])
def test_few_trials_are_made_of_what_codecs_give(rises: bool) -> None:
    numbers = []
    for name, most in (
        ("as bytes over photographs", 4),
        ("steeper", 6),
        ("with metadata of half its size", 8),
        ("bent", 9),
    ):
        amounts = amounts_of(name, rises=rises)
        for target in [1.001 * amount for amount in amounts]:
            for start in QUALITY_RANGE:
                numbers.append(checked_search(amounts, target, rises=rises, start=start))
                assert numbers[-1] <= most, name
    assert np.mean(numbers) < 4.5


@given(
    st.lists(st.floats(0, 1e12), min_size=QUALITIES, max_size=QUALITIES),
    st.floats(0, 1e12),
    st.booleans(),
    st.integers(0, QUALITIES - 1),
)
@example([0.0] * QUALITIES, 0.0, True, 0)
@example([1.0] * QUALITIES, 0.5, False, 63)
def test_any_monotone_curve(amounts: list[float], target: float, rises: bool, start: int) -> None:
    ordered = sorted(amounts, reverse=not rises)
    assert checked_search(ordered, target, rises=rises, start=start) <= MOST_TRIALS
    checked_search(ordered, amounts[0], rises=rises, start=start)


@given(
    st.lists(st.floats(0, 1e6), min_size=QUALITIES, max_size=QUALITIES),
    st.floats(0, 1e6),
    st.booleans(),
    st.integers(0, QUALITIES - 1),
)
def test_of_any_curve_the_result_meets_the_target_and_its_neighbour_does_not(
    amounts: list[float], target: float, rises: bool, start: int
) -> None:
    encode = Encoder(amounts)
    found = search_quality(encode, target, rises=rises, start=start)
    assert len(encode.tried) <= MOST_TRIALS
    if found is None:
        assert all(amounts[quality] > target for quality in encode.tried)
        assert encode.tried[-1] == (0 if rises else 63), "the last resort was tried"
        return
    assert found.amount == amounts[found.quality] <= target
    neighbour = found.quality + (1 if rises else -1)
    if neighbour in QUALITY_RANGE:
        assert neighbour in encode.tried
        assert amounts[neighbour] > target


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
        data = meet_target(self._picture, options, encode=self.encode, decode=self.decode)
        assert data == FakeCodec().encode(data[0])
        return data[0]


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
            r"^a.png: no quality gives 59 bytes: the smallest file has 60 bytes \(0.156 bpp\); ask for more, "
            r"scale the picture down or strip its metadata$",
        ),
        ({"bpp": 0.001}, r"^a.png: no quality gives 0.001 bpp: the smallest file has 60 bytes"),
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
    assert found == bytes([20])


def test_ssimulacra2_needs_a_size() -> None:
    small = read_picture(np.zeros((7, 100, 3), np.uint8), name="strip.png")
    with pytest.raises(TargetError, match=r"^strip.png: SSIMULACRA 2 needs 8 x 8 pixels; ask for a quality"):
        FakeCodec(small).meet(ssimulacra2=50)

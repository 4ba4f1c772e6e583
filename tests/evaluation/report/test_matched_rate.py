import math
from collections.abc import Callable

import pytest

from beholder.errors import InputError, UsageError
from beholder.evaluation.report.matched_rate import MOST_ENCODES, TOLERANCE, Match, match_rate

PIXELS = 800_000


class Encoder:
    """A codec whose rate is a function of the quality."""

    def __init__(self, rate: Callable[[float], float]) -> None:
        self.rate = rate
        self.tried: list[float] = []

    def __call__(self, quality: float) -> bytes:
        self.tried.append(quality)
        return bytes(round(self.rate(quality) * PIXELS / 8))

    def match(self, wanted_bpp: float, qualities: tuple[float, ...]) -> Match:
        return match_rate(self, {each: self.rate(each) for each in qualities}, wanted_bpp, PIXELS)


def exponential(quality: float) -> float:
    return 0.05 * math.exp(quality / 20)


def steep(quality: float) -> float:
    """Nearly flat, then nearly upright: what straight interpolation is bad at."""
    return 0.1 + 2 / (1 + math.exp(60 - quality))


RISING = (1.0, 20.0, 40.0, 60.0, 80.0, 99.0)


@pytest.mark.parametrize("wanted_bpp", [0.06, 0.25, 0.5, 1.7, 3.9])
@pytest.mark.parametrize(
    ("rate", "qualities"),
    [
        (exponential, RISING),
        (lambda quality: exponential(100 - quality), RISING),  # a quantiser: more is worse
        (lambda quality: quality, (0.05, 0.6, 5.0)),  # bits a pixel themselves
    ],
)
def test_the_rate_comes_near(
    rate: Callable[[float], float], qualities: tuple[float, ...], wanted_bpp: float
) -> None:
    encoder = Encoder(rate)
    match = encoder.match(wanted_bpp, qualities)
    assert match.within_reach
    assert match.encodes == len(encoder.tried) == len(set(encoder.tried)) <= MOST_ENCODES
    assert match.rate_bpp == pytest.approx(8 * len(match.data) / PIXELS)
    assert match.rate_bpp == pytest.approx(rate(match.quality), rel=1e-4)
    assert abs(math.log(match.rate_bpp / wanted_bpp)) < 0.03  # half a whole quality is 2.5 %


def test_a_curve_that_interpolation_creeps_along_is_halved() -> None:
    encoder = Encoder(steep)
    match = encoder.match(1.0, (0.5, 100.0))
    assert len(encoder.tried) == MOST_ENCODES
    # Six steps of interpolation alone end near 3; three in four halvings leave a few units.
    assert abs(match.quality - 60) < 15


def test_whole_scales_stay_whole_and_the_nearest_is_taken() -> None:
    encoder = Encoder(lambda quality: 0.1 * quality)
    match = encoder.match(0.54, (1.0, 10.0))
    assert all(quality.is_integer() for quality in map(float, encoder.tried))
    assert match.quality == 5
    assert match.encodes <= MOST_ENCODES


def test_neighbours_on_a_whole_scale_end_the_search() -> None:
    encoder = Encoder(lambda quality: quality)
    assert encoder.match(2.9, (2.0, 3.0)).quality == 3
    assert encoder.tried == [3]


def test_a_measured_rate_that_is_near_enough_is_encoded_once() -> None:
    encoder = Encoder(exponential)
    match = encoder.match(exponential(40.0) * (1 + TOLERANCE / 2), RISING)
    assert (match.quality, match.encodes) == (40.0, 1)


@pytest.mark.parametrize(("wanted_bpp", "nearest"), [(0.01, 1.0), (50, 99.0)])
def test_beyond_what_was_measured_the_end_is_taken_and_said(wanted_bpp: float, nearest: float) -> None:
    encoder = Encoder(exponential)
    match = encoder.match(wanted_bpp, RISING)
    assert (match.quality, match.within_reach, match.encodes) == (nearest, False, 1)


def test_rates_that_have_changed_since_are_seen() -> None:
    encoder = Encoder(lambda quality: 2 * exponential(quality))
    match = match_rate(encoder, {each: exponential(each) for each in RISING}, 0.5, PIXELS)
    assert match.rate_bpp == pytest.approx(8 * len(match.data) / PIXELS)
    assert match.encodes <= MOST_ENCODES


def test_without_rows_there_is_no_search() -> None:
    with pytest.raises(UsageError, match="no row says the codec's rates"):
        match_rate(Encoder(exponential), {}, 0.5, PIXELS)


def test_errors_of_the_codec_come_through() -> None:
    def refuse(quality: float) -> bytes:
        raise InputError("no such picture")

    with pytest.raises(InputError, match="no such picture"):
        match_rate(refuse, {1.0: 0.1, 2.0: 1.0}, 0.5, PIXELS)

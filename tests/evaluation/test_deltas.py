import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from beholder.errors import UsageError
from beholder.evaluation import RateScoreCurve, bd_rate, bd_score
from beholder.evaluation.bootstrap import draw_counts
from beholder.evaluation.curves_of_rows import means
from beholder.evaluation.deltas import SetDelta, published_deltas, set_deltas
from beholder.evaluation.published_curves import find_published
from beholder.evaluation.rows import Row
from beholder.evaluation.score import Aggregate, Column, Scale
from beholder.evaluation.sets.detections import ClassMatches, DetectionRecord
from beholder.evaluation.sets.segments import ClassPixels, SegmentRecord, SegmentSet

PSNR = Column("psnr", "dB")
QUALITIES = (1, 2, 3, 4, 5)
ITEMS = [f"{number}.png" for number in range(8)]


def rows_of(
    codec: str,
    rate_bpp: Callable[[int, float], float],
    column: str = "psnr",
    score: Callable[[int, float], float] = lambda number, quality: 25 + 3 * quality,
    items: Sequence[str] = ITEMS,
) -> list[Row]:
    return [
        Row(
            item=item,
            codec=codec,
            quality=quality,
            rate_bpp=rate_bpp(number, quality),
            encode_cpu_s=0.5 * quality,
            decode_cpu_s=0.25,
            scores={column: score(number, quality)},
        )
        for number, item in enumerate(items)
        for quality in QUALITIES
    ]


def anchor_rate(number: int, quality: float) -> float:
    return 0.1 * (1 + number) * 1.7**quality


ANCHOR = rows_of("anchor", anchor_rate)


def the(deltas: Sequence[SetDelta], kind: str) -> SetDelta:
    (found,) = (delta for delta in deltas if delta.kind == kind)
    return found


def test_a_delta_is_the_mean_of_the_pictures_deltas() -> None:
    shares = [0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.1]
    test = rows_of("test", lambda number, quality: shares[number] * anchor_rate(number, quality))
    deltas = set_deltas([*ANCHOR, *test], "anchor", [PSNR], None)
    rate = the(deltas, "rate")
    assert rate.value == pytest.approx(100 * (np.mean(shares) - 1))
    assert (rate.of, rate.items, rate.items_asked, rate.refusals) == ("items", 8, 8, {})
    assert rate.overlap == pytest.approx(1)
    assert rate.interval is not None
    low, high = rate.interval
    # The mean of 8 shares of this spread, by the normal approximation.
    spread = 100 * np.std(shares) / 8**0.5
    assert (low, high) == pytest.approx(
        (rate.value - 1.96 * spread, rate.value + 1.96 * spread), abs=spread / 3
    )
    gain = the(deltas, "score")
    expected = [
        bd_score(
            RateScoreCurve.from_points((anchor_rate(n, q), 25 + 3 * q) for q in QUALITIES),
            RateScoreCurve.from_points((shares[n] * anchor_rate(n, q), 25 + 3 * q) for q in QUALITIES),
        ).value
        for n in range(8)
    ]
    assert gain.value == pytest.approx(np.mean(expected))


def test_a_single_picture_has_no_interval() -> None:
    test = rows_of("test", lambda number, quality: 0.5 * anchor_rate(number, quality), items=ITEMS[:1])
    rate = the(set_deltas([*ANCHOR[: len(QUALITIES)], *test], "anchor", [PSNR], None), "rate")
    assert rate.value == pytest.approx(-50)
    assert rate.interval is None


def test_pictures_that_cannot_be_compared_are_named() -> None:
    def score(number: int, quality: float) -> float:
        return 25 + 3 * quality + (100 if number == 2 else 11 if number == 5 else 0)

    test = rows_of("test", anchor_rate, score=score)
    test = [row for row in test if row.item != "7.png" or row.quality < 3]
    rate = the(set_deltas([*ANCHOR, *test], "anchor", [PSNR], None), "rate")
    assert (rate.items, rate.items_asked) == (5, 8)
    assert rate.value == pytest.approx(0)
    assert rate.refusals["2.png"].startswith("no score to compare at")
    assert "share 4% of the range" in rate.refusals["5.png"]
    assert "the test curve has 2 points" in rate.refusals["7.png"]


def test_nothing_to_compare_is_no_value() -> None:
    test = rows_of("test", anchor_rate, score=lambda number, quality: quality)
    for delta in set_deltas([*ANCHOR, *test], "anchor", [PSNR], (50, 60)):
        assert (delta.value, delta.interval, delta.overlap, delta.items) == (None, None, None, 0)
        assert len(delta.refusals) == 8


def test_the_window_is_of_the_anchors_rates() -> None:
    # Half the rate up to the score that the anchor has at 1 bpp, the same above.
    test = rows_of("test", anchor_rate, score=lambda number, quality: 25 + 3 * quality + quality**2)
    (whole, *_), (window, *_) = (
        set_deltas([*ANCHOR, *test], "anchor", [PSNR], asked) for asked in (None, (0.5, 1))
    )
    anchor = RateScoreCurve.from_points((anchor_rate(1, q), 25 + 3 * q) for q in QUALITIES)
    other = RateScoreCurve.from_points((anchor_rate(1, q), 25 + 3 * q + q * q) for q in QUALITIES)
    assert bd_rate(anchor, other).value != pytest.approx(
        bd_rate(anchor, other, anchor_window_bpp=(0.5, 1)).value, abs=1
    )
    assert whole.value != pytest.approx(window.value, abs=1)


@pytest.mark.parametrize(
    ("scale", "value_of"),
    [
        (Scale.TURNED, lambda height: 1 - height),
        (Scale.DECIBELS, lambda height: 1 - 10 ** (-height / 10)),
        (Scale.DECADES, lambda height: 10**-height),
    ],
)
@pytest.mark.parametrize("aggregate", [Aggregate.PICTURES, Aggregate.MEANS])
def test_scores_stand_on_the_curve_with_higher_better(
    scale: Scale, value_of: Callable[[float], float], aggregate: Aggregate
) -> None:
    column = Column("any", "", scale, aggregate)
    assert column.on_curve(value_of(0.5)) == pytest.approx(0.5 if scale is not Scale.TURNED else -0.5)
    rows = [
        *rows_of("anchor", anchor_rate, "any", lambda number, quality: value_of(quality / 10)),
        *rows_of("test", anchor_rate, "any", lambda number, quality: value_of(quality / 10 + 0.05)),
    ]
    deltas = set_deltas(rows, "anchor", [column], None)
    assert the(deltas, "score").value == pytest.approx(0.05)
    assert the(deltas, "score").of == ("means" if aggregate is Aggregate.MEANS else "items")
    rate = the(deltas, "rate").value
    assert rate is not None
    assert rate < 0


def test_lossless_points_are_left_out() -> None:
    def score(number: int, quality: float) -> float:
        return math.inf if quality == 5 else 25 + 3 * quality

    test = rows_of("test", lambda n, q: 0.5 * anchor_rate(n, q), score=score)
    assert the(set_deltas([*ANCHOR, *test], "anchor", [PSNR], None), "rate").value == pytest.approx(-50)
    assert Column("ms-ssim", "", Scale.DECIBELS).on_curve(1) == math.inf
    assert Column("kl:net", "", Scale.DECADES, Aggregate.MEANS).on_curve(0) == math.inf


def right_or_wrong(number: int, quality: float) -> float:
    """Of 40 pictures: more are right the higher the quality."""
    return float((number * 7) % 40 < 6 * quality + 5)


def test_what_is_right_or_wrong_is_compared_by_mean_curves() -> None:
    items = [f"{number}.png" for number in range(40)]
    top1 = Column("top1", aggregate=Aggregate.MEANS)
    rows = [
        *rows_of("anchor", anchor_rate, "top1", right_or_wrong, items),
        *rows_of("test", lambda n, q: 0.5 * anchor_rate(n, q), "top1", right_or_wrong, items),
    ]
    deltas = set_deltas(rows, "anchor", [top1], None)
    rate = the(deltas, "rate")
    # Half the rate everywhere, whichever pictures are drawn.
    assert rate.value == pytest.approx(-50)
    assert rate.interval == pytest.approx((-50, -50))
    assert (rate.of, rate.items) == ("means", 40)
    gain = the(deltas, "score")
    assert gain.value is not None
    assert gain.interval is not None
    assert gain.interval[0] < gain.value < gain.interval[1]
    mean_rates = [np.mean([anchor_rate(n, q) for n in range(40)]) for q in QUALITIES]
    mean_scores = [np.mean([right_or_wrong(n, q) for n in range(40)]) for q in QUALITIES]
    curve = RateScoreCurve.from_points(zip(mean_rates, mean_scores, strict=True))
    half = RateScoreCurve(tuple(rate / 2 for rate in curve.rates_bpp), curve.scores)
    assert gain.value == pytest.approx(bd_score(curve, half).value)


def test_mean_curves_leave_out_pictures_with_a_gap() -> None:
    items = [f"{number}.png" for number in range(40)]
    top1 = Column("top1", aggregate=Aggregate.MEANS)
    test = rows_of("test", anchor_rate, "top1", right_or_wrong, items)
    anchor = rows_of("anchor", anchor_rate, "top1", right_or_wrong, items)
    rate = the(
        set_deltas(
            [*anchor, *test[:-1], Row(item=items[-1], codec="test", quality=5)], "anchor", [top1], None
        ),
        "rate",
    )
    assert (rate.items, rate.items_asked, rate.value) == (39, 40, pytest.approx(0))
    nothing = [Row(item=row.item, codec="test", quality=row.quality, error="broken") for row in test]
    rate = the(set_deltas([*anchor, *nothing], "anchor", [top1], None), "rate")
    assert rate.value is None
    assert list(rate.refusals) == ["means"]


def test_mean_curves_of_too_few_pictures_are_refused() -> None:
    top1 = Column("top1", aggregate=Aggregate.MEANS)

    def right(number: int, quality: float) -> float:
        return float(quality >= number + 2)

    def deltas_of(items: Sequence[str]) -> list[SetDelta]:
        rows = [
            *rows_of("anchor", anchor_rate, "top1", right, items),
            *rows_of("test", lambda n, q: 0.5 * anchor_rate(n, q), "top1", right, items),
        ]
        return set_deltas(rows, "anchor", [top1], None)

    deltas = deltas_of(["0.png", "1.png", "2.png"])
    for delta in deltas:
        assert (delta.value, delta.interval, delta.items) == (None, None, 3)
    # One picture alone jumps from wrong to right, which is no curve. A draw of nothing but one comes 3 times
    # in 27.
    assert re.match(r"in 1[0-2]% of the bootstrap's draws", the(deltas, "rate").refusals["means"])


def segments(number: int, quality: float) -> str:
    """Of a picture with two classes, of which more is right the higher the quality and the number."""
    right = int(100 * (quality + number / 8))
    return SegmentRecord(
        {0: ClassPixels(1000, 900, right), number + 1: ClassPixels(700, 800, right)}
    ).format()


def rows_of_sets(codec: str, rate_bpp: Callable[[int, float], float]) -> list[Row]:
    rows = rows_of(codec, rate_bpp)
    return [
        replace(row, scores={}, records={"miou:net": segments(ITEMS.index(row.item), row.quality)})
        for row in rows
    ]


def test_numbers_of_sets_are_compared_by_mean_curves_of_weighted_pictures() -> None:
    miou = Column("miou:net", aggregate=Aggregate.RECORDS)
    rows = [
        *rows_of_sets("anchor", anchor_rate),
        *rows_of_sets("test", lambda number, quality: anchor_rate(number, quality) * (0.5 + number / 100)),
    ]
    gain = the(set_deltas(rows, "anchor", [miou], None), "score")
    assert (gain.of, gain.items, gain.items_asked) == ("means", 8, 8)

    def by_hand(counts: np.ndarray) -> float:
        """Pictures that count twice are there twice."""
        numbers = np.repeat(np.arange(8), counts)
        curves = []
        for factor in (lambda number: 1, lambda number: 0.5 + number / 100):
            scores = []
            for quality in QUALITIES:
                own = SegmentSet([SegmentRecord.parse(segments(number, quality)) for number in numbers])
                scores.append(float(own.mean(np.ones((1, len(numbers))))[0]))
            rates = [
                np.mean([anchor_rate(number, quality) * factor(number) for number in numbers])
                for quality in QUALITIES
            ]
            curves.append(RateScoreCurve.from_points(zip(rates, scores, strict=True)))
        return bd_score(*curves).value

    assert gain.value == pytest.approx(by_hand(np.ones(8, int)))
    counts = np.concatenate(list(draw_counts(8, 1000))).astype(int)
    drawn = [by_hand(each) for each in counts[:200]]
    assert gain.interval is not None
    low, high = np.percentile(drawn, [2.5, 97.5])
    spread = high - low
    assert gain.interval == pytest.approx((low, high), abs=0.2 * spread)
    assert gain.interval[0] < gain.value < gain.interval[1]


def test_means_of_sets_are_their_numbers_and_those_of_relatives() -> None:
    own = ClassMatches(np.ones(1, np.float32), np.arange(10)[:, None] < 6, np.zeros((10, 1), bool), 1)
    other = replace(own, right=np.zeros((10, 1), bool))
    texts = [DetectionRecord({3: own}).format(), DetectionRecord({4: other}).format()]
    rows = [
        Row(
            item=name,
            codec="a",
            quality=1,
            rate_bpp=1,
            encode_cpu_s=1,
            decode_cpu_s=1,
            records={"map:n": text},
        )
        for name, text in zip("xy", texts, strict=True)
    ]
    (mean,) = means([*rows, Row(item="z", codec="a", quality=1, error="broken")])
    assert mean.scores == pytest.approx({"map:n": 0.3, "map50:n": 0.5, "map75:n": 0.5})


def test_the_anchor_is_one_of_the_codecs() -> None:
    with pytest.raises(UsageError, match="the anchor vtm is not one of the codecs; they are anchor"):
        set_deltas(ANCHOR, "vtm", [PSNR], None)


def test_published_curves_are_set_against_the_mean_curve() -> None:
    vtm = find_published("vtm")
    rows = [
        Row(item=item, codec="anchor", quality=number, rate_bpp=rate, scores={"psnr": score})
        for item in ITEMS
        for number, (rate, score) in enumerate(zip(vtm.rates_bpp, vtm.scores["psnr"], strict=True))
    ]
    rate, score = published_deltas(rows, "anchor", [find_published("bpg_444")], [PSNR], None)
    assert rate.value == pytest.approx(22.0, abs=0.1)
    assert score.value is not None
    assert score.value < 0
    (refused, _) = published_deltas(rows, "anchor", [vtm], [Column("top1", aggregate=Aggregate.MEANS)], None)
    assert refused.value is None
    assert refused.refusals


def test_means_are_over_pictures_with_a_file() -> None:
    rows = [*ANCHOR, Row(item="broken.png", codec="anchor", quality=1, error="broken")]
    first, *_, last = means(rows)
    assert (first.codec, first.quality, first.items) == ("anchor", 1, 8)
    assert first.rate_bpp == pytest.approx(0.17 * 4.5)
    assert first.scores == {"psnr": 28}
    assert last.cpu_s == {"encode_cpu_s": 2.5, "decode_cpu_s": 0.25}

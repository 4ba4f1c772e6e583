"""What the page shows of a run's rows: means with their bands, single pictures, deltas, costs.

The page's script reads these dataclasses as JSON objects of the same names.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from statistics import fmean

from beholder.evaluation.deltas import SetDelta
from beholder.evaluation.report.bands import mean_bands
from beholder.evaluation.rows import Row
from beholder.evaluation.run_record import Run
from beholder.evaluation.score import Column, Scale
from beholder.evaluation.spread import spread

# Curves of single pictures are embedded up to so many numbers (some 8 bytes each); of larger runs, of some
# of the pictures.
_MOST_NUMBERS = 250_000
_NETWORK_FILES = (".pt", ".toml")
# Reasons why pictures were not compared, that are shown of a delta.
_REASONS_SHOWN = 5


@dataclass(frozen=True)
class ScoreColumn:
    """A score to draw.

    Attributes:
        name: As in the rows.
        title: For people: of a network that is a file, the file's name alone.
        unit: Of its values; empty for none.
        delta_unit: Of its deltas at equal rate.
        scale: How its values stand on a curve; the script draws axes by it.
    """

    name: str
    title: str
    unit: str
    delta_unit: str
    scale: Scale


@dataclass(frozen=True)
class Point:
    """A codec's mean at one quality.

    Attributes:
        rate: In bpp.
        scores: By column, as in the rows.
        quality: On its scale; None for published curves.
        items: Pictures in the mean.
        bands: By column, the ends of the 95 % interval of the mean.
    """

    rate: float
    scores: Mapping[str, float]
    quality: float | None = None
    items: int | None = None
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """Means over pictures and qualities.

    Attributes:
        encode_cpu_s: Processor seconds a picture.
        decode_cpu_s: The same of decoding.
        encode_memory_bytes: Most memory of any picture beyond what was held before.
        decode_memory_bytes: The same of decoding.
    """

    encode_cpu_s: float | None
    decode_cpu_s: float | None
    encode_memory_bytes: int | None
    decode_memory_bytes: int | None


@dataclass(frozen=True)
class Curve:
    """A codec, or what was published.

    Attributes:
        codec: Name.
        settings: In words.
        published: Whether others measured it.
        points: Its means, by rate.
        cost: None for published curves.
    """

    codec: str
    settings: str
    published: bool
    points: Sequence[Point]
    cost: Cost | None


@dataclass(frozen=True)
class PictureCurve:
    """A codec on one picture; as many numbers each, by rate."""

    quality: Sequence[float]
    rate: Sequence[float]
    scores: Mapping[str, Sequence[float | None]]


@dataclass(frozen=True, kw_only=True)
class Delta(SetDelta):
    """A row of the table of deltas; `refusals` are left out.

    Attributes:
        refused: Their count.
        reasons: The first of them, in words.
    """

    refused: int
    reasons: Sequence[str]


@dataclass(frozen=True)
class RunData:
    """All that the page draws of a run's rows.

    Attributes:
        name: What the page calls the run.
        anchor: The one to begin with.
        columns: Of its scores.
        curves: Codecs in order, then published curves.
        pictures: Curves of single pictures by codec, by the picture's name.
        pictures_left_out: How many pictures have no curves of their own here.
        deltas: By anchor.
        window: Of the anchor's rates in bpp, that the deltas were taken over.
        failed: Count of rows with an error.
    """

    name: str
    anchor: str
    columns: Sequence[ScoreColumn]
    curves: Sequence[Curve]
    pictures: Mapping[str, Mapping[str, PictureCurve]]
    pictures_left_out: int
    deltas: Mapping[str, Sequence[Delta]]
    window: tuple[float, float] | None
    failed: int


def run_data(run: Run, name: str, anchors: Sequence[str]) -> RunData:
    """Returns what the page shows of a run.

    Args:
        run: With at least one row that has a rate.
        name: What to call it.
        anchors: To take deltas against, the first to begin with.

    Raises:
        UsageError: No row is of an anchor.
    """
    pictures = _pictures(run)
    return RunData(
        name=name,
        anchor=anchors[0],
        columns=score_columns(run.columns),
        curves=[*_measured(run), *_published(run)],
        pictures=pictures,
        pictures_left_out=len({row.item for row in run.rows}) - len(pictures),
        deltas={anchor: [_delta(each) for each in run.deltas_against(anchor)] for anchor in anchors},
        window=run.window_bpp,
        failed=sum(bool(row.error) for row in run.rows),
    )


def score_columns(columns: Sequence[Column]) -> list[ScoreColumn]:
    """Return what is drawn of scores, with titles that differ."""
    titles = [short_title(column.name) for column in columns]
    found = []
    for column, title in zip(columns, titles, strict=True):
        shown = title if titles.count(title) == 1 else column.name
        found.append(ScoreColumn(column.name, shown, column.unit, column.delta_unit, column.scale))
    return found


def short_title(name: str) -> str:
    """Returns a score's name with the folders of its network left out.

    >>> short_title("kl:nets/small.toml"), short_title("kl:torchvision:resnet50"), short_title("psnr")
    ('kl:small', 'kl:torchvision:resnet50', 'psnr')
    """
    kind, colon, model = name.partition(":")
    path = PurePath(model)
    return f"{kind}{colon}{path.stem if path.suffix in _NETWORK_FILES else model}"


def _measured(run: Run) -> list[Curve]:
    bands = mean_bands(run.rows, run.columns)
    points: dict[str, list[Point]] = {}
    for mean in run.means:
        band = bands.get((mean.codec, mean.quality), {})
        point = Point(mean.rate_bpp, mean.scores, mean.quality, mean.items, band)
        points.setdefault(mean.codec, []).append(point)
    by_codec: dict[str, list[Row]] = {}
    for row in run.rows:
        by_codec.setdefault(row.codec, []).append(row)
    return [
        Curve(
            codec,
            run.codecs[codec].settings if codec in run.codecs else "",
            published=False,
            points=sorted(points.get(codec, []), key=lambda point: point.rate),
            cost=_cost(rows),
        )
        for codec, rows in by_codec.items()
    ]


def _published(run: Run) -> list[Curve]:
    names = [column.name for column in run.columns]
    return [
        Curve(
            each.title,
            f"{each.description}; {each.source}; {each.licence}",
            published=True,
            points=[
                Point(rate, {name: each.scores[name][index] for name in names if name in each.scores})
                for index, rate in enumerate(each.rates_bpp)
            ],
            cost=None,
        )
        for each in run.published
    ]


def _cost(rows: Sequence[Row]) -> Cost:
    return Cost(
        encode_cpu_s=_mean(row.encode_cpu_s for row in rows),
        decode_cpu_s=_mean(row.decode_cpu_s for row in rows),
        encode_memory_bytes=_most(row.encode_memory_bytes for row in rows),
        decode_memory_bytes=_most(row.decode_memory_bytes for row in rows),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _pictures(run: Run) -> dict[str, dict[str, PictureCurve]]:
    """Curves of single pictures, of as many as the page holds, evenly spread."""
    rows = [row for row in run.rows if row.rate_bpp is not None]
    by_item: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        by_item.setdefault(row.item, {}).setdefault(row.codec, []).append(row)
    names = list(by_item)
    numbers = len(rows) * (2 + len(run.columns))
    kept = len(names) if numbers <= _MOST_NUMBERS else max(1, len(names) * _MOST_NUMBERS // numbers)
    return {
        name: {codec: _picture_curve(of_codec, run.columns) for codec, of_codec in by_item[name].items()}
        for name in spread(names, kept)
    }


def _picture_curve(rows: Sequence[Row], columns: Sequence[Column]) -> PictureCurve:
    ordered = sorted(rows, key=lambda row: row.rate_bpp or math.inf)
    return PictureCurve(
        quality=[row.quality for row in ordered],
        rate=[row.rate_bpp for row in ordered if row.rate_bpp is not None],
        scores={column.name: [row.scores.get(column.name) for row in ordered] for column in columns},
    )


def _delta(delta: SetDelta) -> Delta:
    reasons = [
        reason if item == "means" else f"{item}: {reason}"
        for item, reason in list(delta.refusals.items())[:_REASONS_SHOWN]
    ]
    return Delta(**{**vars(delta), "refusals": {}}, refused=len(delta.refusals), reasons=reasons)

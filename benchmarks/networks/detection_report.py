"""Curves and tables of benchmarks/networks/detection.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.evaluation.rows import Row, by_codec_and_item
from beholder.evaluation.sets.records import parse_records
from benchmarks.script import table

Record = Mapping[str, Any]
Values = NDArray[np.float64]

ANCHOR_RATES = (0.25, 0.4, 0.7)  # bpp at which the anchor's mean distance is taken
SHARES = (0.95, 0.90)  # of the mAP on originals
RATES = (0.2, 0.3, 0.5)  # bpp
_RESAMPLINGS = 400


def curves(rows: Sequence[Row], detectors: Mapping[str, str], original: str) -> dict[str, Any]:
    """Return the mean curve of each codec, and what intervals need resamplings of the pictures for.

    Args:
        rows: Of a run, with the scores ``psnr``, ``kl:MODEL`` and ``map-box:MODEL``.
        detectors: Their models by name.
        original: The codec whose pictures are the originals.

    Returns:
        ``original``: mAP by detector; ``settings``: by name, the points and by detector the mAP gained and
        the bits saved, each with its 95 % interval: [value, low, high].
    """
    measured = by_codec_and_item(rows)
    count = len(measured[original])
    random = np.random.default_rng(0)
    # The first sample is the pictures as they are.
    weights = np.vstack([np.ones(count), random.multinomial(count, np.ones(count) / count, _RESAMPLINGS)])

    def sampled(name: str, value: Callable[[Row], float | None]) -> Values:
        """(samples, qualities): mean of a value of the rows."""
        values = np.array([[value(row) for row in own] for own in measured[name].values()], float)
        return np.asarray(weights @ values / count)

    def sampled_map(name: str, model: str) -> Values:
        """(samples, qualities)."""
        points = zip(*measured[name].values(), strict=True)  # the rows of all pictures at each quality
        records = ([row.records[f"map-box:{model}"] for row in point] for point in points)
        return np.stack([parse_records(texts).mean(weights) for texts in records], axis=1)

    names = [name for name in measured if name != original]
    rates = {name: sampled(name, lambda row: row.rate_bpp) for name in names}
    maps = {name: {own: sampled_map(name, model) for own, model in detectors.items()} for name in measured}
    originals = {own: maps[original][own][:, 0] for own in detectors}
    settings: dict[str, Any] = {}
    for name in names:
        settings[name] = {
            "rate_bpp": _rounded(rates[name][0]),
            "psnr_db": _rounded(sampled(name, lambda row: row.scores["psnr"])[0]),
            "distance": {
                own: _rounded(sampled(name, lambda row, model=model: row.scores[f"kl:{model}"])[0])
                for own, model in detectors.items()
            },
            "map": {own: _rounded(maps[name][own][0]) for own in detectors},
            "map_gained": {
                own: [
                    _interval(
                        _value_at(rates[name], maps[name][own], rate)
                        - _value_at(rates[names[0]], maps[names[0]][own], rate)
                    )
                    for rate in RATES
                ]
                for own in detectors
            },
            "saved_at_map": {
                own: [
                    _interval(
                        1
                        - _rate_of_map(rates[name], maps[name][own], share * originals[own])
                        / _rate_of_map(rates[names[0]], maps[names[0]][own], share * originals[own])
                    )
                    for share in SHARES
                ]
                for own in detectors
            },
        }
    return {
        "original": {own: float(f"{values[0]:.5g}") for own, values in originals.items()},
        "levels": {"anchor_rate_bpp": ANCHOR_RATES, "map_share": SHARES, "rate_bpp": RATES},
        "settings": settings,
    }


def tables(record: Record) -> list[str]:
    """All tables."""
    known = ", ".join(f"{own} {100 * record['original'][own]:.1f}" for own in record["detectors"])
    shares = " / ".join(f"{100 * share:g} %" for share in record["levels"]["map_share"])
    return [
        f"{record['pictures']} pictures of COCO val2017. Box mAP@[.5:.95] on the originals: {known}. A "
        "setting is named after the detector whose profile it has; the other one was not used.",
        "",
        *_distance_table(record),
        "",
        f"Bits saved, in percent, where mAP is {shares} of that on the originals; in brackets "
        f"the 95 % interval from {_RESAMPLINGS} resamplings of the pictures, unless some leave the curves.",
        "",
        *_interval_table(record, "saved_at_map", digits=0),
        "",
        f"Points of mAP gained on the anchor at {_joined(record['levels']['rate_bpp'])} bpp, with the same "
        "interval.",
        "",
        *_interval_table(record, "map_gained", digits=1),
    ]


def _distance_table(record: Record) -> list[str]:
    detectors, settings = record["detectors"], record["settings"]
    anchor, *others = settings
    wanted = np.array(record["levels"]["anchor_rate_bpp"])
    levels = {own: _distance_at(settings[anchor], own, wanted) for own in detectors}
    known = "; ".join(f"{own} {_joined(np.round(levels[own], 1))}" for own in detectors)
    rows = []
    for name in others:
        cells = [name]
        for own in detectors:
            rates = _rate_of_distance(settings[name], own, levels[own])
            saved = 1 - rates / wanted
            rate = rates[len(rates) // 2]
            gain = _psnr_at(settings[name], rate) - _psnr_at(settings[anchor], rate)
            cells += [" / ".join(map(_percent, saved)), "" if np.isnan(gain) else f"{gain:+.2f}"]
        rows.append(cells)
    return [
        f"Bits saved, in percent, at the mean distance that the anchor has at {_joined(wanted)} bpp (nats: "
        f"{known}); PSNR against the anchor's at the bits of the middle one.",
        "",
        *table(["setting", *(title for own in detectors for title in (own, "PSNR, dB"))], rows),
    ]


def _interval_table(record: Record, key: str, *, digits: int) -> list[str]:
    detectors, settings = record["detectors"], record["settings"]
    _, *others = settings
    found = [[settings[name][key][own] for own in detectors] for name in others]
    cells = [[" / ".join(_with_interval(each, digits) for each in own) for own in row] for row in found]
    return table(["setting", *detectors], ([name, *row] for name, row in zip(others, cells, strict=True)))


def _with_interval(values: Sequence[float | None], digits: int) -> str:
    """In percent; "none" where the curves do not reach."""
    texts = ["none" if value is None else f"{100 * value:.{digits}f}" for value in values]
    return texts[0] if values[1] is None else f"{texts[0]} [{texts[1]}, {texts[2]}]"


def _value_at(rates: Values, values: Values, rate: float) -> Values:
    """(samples,) value at a mean rate, linear in its logarithm; nan beyond the curve."""
    return np.array([_at(np.log(rate), np.log(own), value) for own, value in zip(rates, values, strict=True)])


def _rate_of_map(rates: Values, maps: Values, levels: Values) -> Values:
    """(samples,) mean rate from which mAP reaches a level, linear in its logarithm; nan beyond the curve."""
    found = []
    for own, precision, level in zip(np.log(rates), maps, levels, strict=True):
        reached = np.flatnonzero(precision >= level)
        if not reached.size or reached[0] == 0:
            found.append(np.nan)
            continue
        after = int(reached[0])
        share = (level - precision[after - 1]) / (precision[after] - precision[after - 1])
        found.append(np.exp((1 - share) * own[after - 1] + share * own[after]))
    return np.array(found)


def _distance_at(setting: Record, detector: str, rates: Values) -> Values:
    """Mean distance at each mean rate, linear in logarithms; nan beyond the curve."""
    distances = np.log(setting["distance"][detector])
    return np.exp(_at(np.log(rates), np.log(setting["rate_bpp"]), distances))


def _rate_of_distance(setting: Record, detector: str, levels: Values) -> Values:
    """Mean rate where the mean distance is each level, linear in logarithms; nan beyond the curve."""
    distances = np.log(setting["distance"][detector])
    order = np.argsort(distances)
    return np.exp(_at(np.log(levels), distances[order], np.log(setting["rate_bpp"])[order]))


def _psnr_at(setting: Record, rate: float) -> float:
    return float(_at(np.log(rate), np.log(setting["rate_bpp"]), setting["psnr_db"]))


def _at(wanted: float | Values, places: Values, values: Sequence[float] | Values) -> Values:
    """Values at places, linear between those known; nan beyond them."""
    return np.asarray(np.interp(wanted, places, values, left=np.nan, right=np.nan))


def _interval(samples: Values) -> list[float | None]:
    """The first value, and the 2.5th and 97.5th percentile of the others; nothing beyond the curves.

    There is no interval where more than one sample in twenty lies beyond the curves.
    """
    rest = samples[1:][np.isfinite(samples[1:])]
    known = rest.size >= 0.95 * (samples.size - 1)
    low, high = np.percentile(rest, (2.5, 97.5)) if known else (np.nan, np.nan)
    return [float(f"{value:.4g}") if np.isfinite(value) else None for value in (samples[0], low, high)]


def _rounded(values: Values) -> list[float]:
    return [float(f"{value:.5g}") for value in values]


def _joined(values: Sequence[float] | Values) -> str:
    return " / ".join(f"{value:g}" for value in values)


def _percent(value: float) -> str:
    return "none" if np.isnan(value) else f"{100 * value:.0f}"

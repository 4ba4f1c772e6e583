"""Mean curves of the record that benchmarks/networks/machine.py makes, and what is read off them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = Mapping[str, Any]
Array = NDArray[np.float64]


_SCORES = ("rate_bpp", "psnr_db", "ssimulacra2")


def packed(record: Record) -> dict[str, Any]:
    """The record with every row as a list of its scores, divergences and right answers, to four digits."""
    networks = [record["adapts"], *record["others"]]

    def numbers(row: Record) -> list[float]:
        scores = [row[score] for score in _SCORES] + [row["divergence"][net] for net in networks]
        return [float(f"{score:.4g}") for score in scores] + [int(row["right"][net]) for net in networks]

    return _with_rows(record, numbers)


def unpacked(record: Record) -> dict[str, Any]:
    """The record as it was before it was `packed`, but for the digits."""
    networks = [record["adapts"], *record["others"]]

    def row(numbers: Sequence[float]) -> Record:
        scores, divergences = numbers[: len(_SCORES)], numbers[len(_SCORES) : len(_SCORES) + len(networks)]
        return {
            **dict(zip(_SCORES, scores, strict=True)),
            "divergence": dict(zip(networks, divergences, strict=True)),
            "right": dict(zip(networks, map(bool, numbers[len(_SCORES) + len(networks) :]), strict=True)),
        }

    return _with_rows(record, row)


def _with_rows(record: Record, changed: Callable[[Any], Any]) -> dict[str, Any]:
    pictures = []
    for picture in record["pictures"]:
        rows = {name: list(map(changed, own)) for name, own in picture["rows"].items()}
        pictures.append({**picture, "rows": rows})
    return {**record, "pictures": pictures}


def mean_curve(pictures: Sequence[Record], name: str, value: Callable[[Record], float]) -> Array:
    """(qualities, 2): mean rate and mean value."""
    rows = [[(row["rate_bpp"], value(row)) for row in picture["rows"][name]] for picture in pictures]
    return np.mean(np.array(rows, float), axis=0)


def rate_at(pictures: Sequence[Record], name: str, net: str, level: float) -> float:
    """Mean rate where the mean divergence of a network is `level`; nan beyond the curve."""
    curve = np.log(mean_curve(pictures, name, lambda row: max(row["divergence"][net], 1e-9)))
    order = np.argsort(curve[:, 1])
    found = np.interp(np.log(level), curve[order, 1], curve[order, 0], left=np.nan, right=np.nan)
    return float(np.exp(found))


def score_at(pictures: Sequence[Record], name: str, score: str, rate: float) -> float:
    """Mean of ``psnr_db`` or ``ssimulacra2`` at a mean rate; nan beyond the curve."""
    return _at(mean_curve(pictures, name, lambda row: row[score]), rate)


def divergence_at(pictures: Sequence[Record], name: str, net: str, rate: float) -> float:
    """Mean divergence of a network at a mean rate, linear in logarithms; nan beyond the curve."""
    curve = mean_curve(pictures, name, lambda row: row["divergence"][net])
    curve[:, 1] = np.log(np.maximum(curve[:, 1], 1e-9))
    return float(np.exp(_at(curve, rate)))


def _at(curve: Array, rate: float) -> float:
    order = np.argsort(curve[:, 0])
    log_rates = np.log(curve[order, 0])
    return float(np.interp(np.log(rate), log_rates, curve[order, 1], left=np.nan, right=np.nan))


def rates_and_right(pictures: Sequence[Record], name: str, net: str) -> tuple[Array, Array]:
    """Rates and whether the network's first answer is right, both (pictures, qualities), rates ascending."""
    rates = np.array([[row["rate_bpp"] for row in picture["rows"][name]] for picture in pictures])
    right = np.array([[row["right"][net] for row in picture["rows"][name]] for picture in pictures], float)
    order = np.argsort(rates.mean(axis=0))
    return rates[:, order], right[:, order]

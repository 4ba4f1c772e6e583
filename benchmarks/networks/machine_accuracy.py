"""Top-1 accuracy against bits, with the two readings of Ye (arXiv 2503.10912) and bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.networks.machine_curves import Array, Record, mean_curve, rates_and_right, score_at
from benchmarks.script import table

RATES_BPP = (0.3, 0.61)  # the second is where Ye reports the gain
# Points of accuracy below that on the originals at which rates are compared.
_POINTS_LOST = (1.0, 3.0)
_RESAMPLINGS = 1000
_YE = (
    "Ye (arXiv 2503.10912) reports, against default JPEG: +0.81 % accuracy at 0.61 bpp, rate divided by up "
    "to 9.6 at equal accuracy, up to +2.1 dB PSNR; on ImageNet's validation pictures with AlexNet and VGG-16."
    " Here other networks look, at fewer pictures: the weights of those two are not at hand."
)


def accuracy_table(record: Record, pictures: Sequence[Record]) -> list[str]:
    """A row a setting: accuracy at two rates, rates at two accuracies, the most PSNR gained."""
    names = list(pictures[0]["rows"])
    net = record["adapts"]
    draws = np.random.default_rng(0).integers(0, len(pictures), (_RESAMPLINGS, len(pictures)))
    original = np.mean([picture["right"][net] for picture in pictures])
    lines = [
        f"First answers of {net} that are right, in percent ({100 * original:.1f} on the originals), at a "
        "mean rate and the gain over the anchor there; by what the anchor's rate is divided where so many "
        "points of accuracy are lost; the most PSNR gained at any rate. In brackets 95 % intervals from "
        f"{_RESAMPLINGS} resamplings of the pictures.",
        "",
    ]
    head = ["setting", *(f"{rate:g} bpp" for rate in RATES_BPP)]
    head += [*(f"rate divided, {points:g} lost" for points in _POINTS_LOST), "PSNR, dB"]
    rows = []
    anchor = rates_and_right(pictures, names[0], net)
    for name in names:
        own = rates_and_right(pictures, name, net)
        cells = [name]
        for rate in RATES_BPP:
            gains = [_accuracy_at(*own, rate, d) - _accuracy_at(*anchor, rate, d) for d in draws]
            found = f"{100 * _accuracy_at(*own, rate):.1f}"
            cells.append(found if name == names[0] else f"{found} {_interval(100 * np.array(gains), '+.1f')}")
        for points in _POINTS_LOST:
            level = original - points / 100
            cells.append("1" if name == names[0] else _division(anchor, own, level, draws))
        cells.append(_psnr_gain(pictures, names[0], name))
        rows.append(cells)
    return [*lines, *table(head, rows), "", _YE]


def _division(anchor: tuple[Array, Array], own: tuple[Array, Array], level: float, draws: np.ndarray) -> str:
    found = _rate_for(*anchor, level) / _rate_for(*own, level)
    if np.isnan(found):
        return "not reached"
    resampled = np.array([_rate_for(*anchor, level, d) / _rate_for(*own, level, d) for d in draws])
    # A sample whose curve does not reach the level says nothing of either side.
    return f"{found:.2f} {_interval(resampled[~np.isnan(resampled)], '.2f')}"


def _accuracy_at(rates: Array, right: Array, rate: float, draw: np.ndarray | slice = slice(None)) -> float:
    """Share of right answers at a mean rate, linear in its logarithm."""
    return float(np.interp(np.log(rate), np.log(rates[draw].mean(axis=0)), right[draw].mean(axis=0)))


def _rate_for(rates: Array, right: Array, level: float, draw: np.ndarray | slice = slice(None)) -> float:
    """Least mean rate from which on the share of right answers, made monotone, is at least `level`."""
    log_rates = np.log(rates[draw].mean(axis=0))
    monotone = np.minimum.accumulate(right[draw].mean(axis=0)[::-1])[::-1]
    if not monotone[0] < level <= monotone[-1]:
        return np.nan
    above = int(np.argmax(monotone >= level))
    share = (level - monotone[above - 1]) / (monotone[above] - monotone[above - 1])
    return float(np.exp(log_rates[above - 1] + share * (log_rates[above] - log_rates[above - 1])))


def _psnr_gain(pictures: Sequence[Record], anchor: str, name: str) -> str:
    rates = mean_curve(pictures, name, lambda row: row["psnr_db"])
    gains = [psnr - score_at(pictures, anchor, "psnr_db", rate) for rate, psnr in rates]
    return f"{np.nanmax(gains):+.2f}"


def _interval(values: np.ndarray, form: str) -> str:
    low, high = np.percentile(values, (2.5, 97.5))
    return f"[{low:{form}}, {high:{form}}]"

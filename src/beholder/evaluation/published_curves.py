"""Curves that others published: means over Kodak, as data files in ``published/`` with source and licence.

Others come from files as CompressAI's evaluation writes them and many authors publish them::

    {"name": "elic2022", "description": "...", "results": {"bpp": [0.12, ...], "psnr-rgb": [27.9, ...]}}
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from beholder.errors import InputError, UsageError
from beholder.evaluation.curves import RateScoreCurve
from beholder.evaluation.curves_of_rows import curve_of_means
from beholder.evaluation.item import Item
from beholder.evaluation.kodak import KODAK_COUNT, lacks_of_kodak
from beholder.evaluation.score import Column

# Names of scores in such files, and ours.
_SCORES = {"psnr-rgb": "psnr", "ms-ssim-rgb": "ms-ssim"}
_MS_SSIM_DECIBELS = "ms-ssim-db-rgb"


@dataclass(frozen=True)
class PublishedCurve:
    """Means over a set of pictures, as published.

    Attributes:
        name: Unique among the published.
        description: The publisher's own words.
        source: Where it was published, and over what pictures.
        licence: Of the data.
        rates_bpp: Of the means.
        scores: By column of ours, one a rate.
        is_over_kodak: Whether the means are known to be over Kodak's photographs; of files nothing says it.
    """

    name: str
    description: str
    source: str
    licence: str
    rates_bpp: tuple[float, ...]
    scores: Mapping[str, tuple[float, ...]]
    is_over_kodak: bool = False

    @property
    def title(self) -> str:
        """What tables call it."""
        return f"{self.name} (published)"

    def curve(self, column: Column) -> RateScoreCurve:
        """Returns the curve of one score.

        Raises:
            UsageError: It was not published.
        """
        if column.name not in self.scores:
            raise UsageError(f"{self.name} was published in {', '.join(self.scores)}, not in {column.name}")
        return curve_of_means(self.rates_bpp, self.scores[column.name], column)


def published_curves() -> dict[str, PublishedCurve]:
    """Returns all that ship with the package, by name."""
    found: dict[str, PublishedCurve] = {}
    folder = files("beholder.evaluation") / "published"
    for file in (each for each in folder.iterdir() if each.name.endswith(".json")):
        record = json.loads(file.read_text(encoding="utf-8"))
        for name, curve in record["curves"].items():
            found[name] = PublishedCurve(
                name=name,
                description=curve["description"],
                source=f"{record['source']}, {record['url']}",
                licence=record["licence"],
                rates_bpp=tuple(curve["rates_bpp"]),
                scores={column: tuple(values) for column, values in curve["scores"].items()},
                is_over_kodak=True,
            )
    return dict(sorted(found.items()))


def find_published(name: str) -> PublishedCurve:
    """Returns the published curve of a name, or that of a file, which ends in ``.json``.

    Raises:
        UsageError: It is unknown; the message lists the known ones.
        InputError: The file cannot be read or holds no curve.
    """
    if name.endswith(".json"):
        return _curve_of_file(Path(name))
    curves = published_curves()
    if name not in curves:
        raise UsageError(
            f"no published curve is called {name!r}; there are {', '.join(curves)}, and files (.json)"
        )
    return curves[name]


def find_all_published(names: Sequence[str | PublishedCurve]) -> tuple[PublishedCurve, ...]:
    """Return the published curves of names and files, each once; what is a curve already is taken.

    Raises:
        UsageError: A name is unknown, or two different curves have the same name.
        InputError: A file cannot be read or holds no curve.
    """
    found: dict[str, PublishedCurve] = {}
    for name in names:
        curve = find_published(name) if isinstance(name, str) else name
        if found.setdefault(curve.name, curve) != curve:
            raise UsageError(
                f"two published curves are called {curve.name}: {found[curve.name].source}; {curve.source}; "
                "rename the file"
            )
    return tuple(found.values())


def check_pictures(published: Sequence[PublishedCurve], items: Sequence[Item]) -> None:
    """Refuse curves over Kodak's photographs beside measurements over other pictures.

    Raises:
        UsageError: A curve is over Kodak's 24 photographs, and the pictures are others, or not all of them.
    """
    over_kodak = [curve.name for curve in published if curve.is_over_kodak]
    lacking = lacks_of_kodak(items) if over_kodak else ""
    if lacking:
        raise UsageError(
            f"--published {','.join(over_kodak)}: means over Kodak's {KODAK_COUNT} photographs cannot "
            f"be compared with other pictures: {lacking}; give kodim01 to kodim24 and no others, or leave "
            "--published out"
        )


def scores_of_results(results: Mapping[str, Any]) -> dict[str, list[float]]:
    """Returns the scores, by our names, of the ``results`` of a file as CompressAI writes them."""
    scores = {ours: list(results[theirs]) for theirs, ours in _SCORES.items() if theirs in results}
    if _MS_SSIM_DECIBELS in results:
        scores.setdefault("ms-ssim", [1 - 10 ** (-decibels / 10) for decibels in results[_MS_SSIM_DECIBELS]])
    return scores


def _curve_of_file(path: Path) -> PublishedCurve:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        rates = [float(rate) for rate in record["results"]["bpp"]]
        found = scores_of_results(record["results"])
        scores = {column: tuple(float(value) for value in values) for column, values in found.items()}
        description = str(record.get("description") or record.get("name") or path.stem)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: no curve as CompressAI writes them, "
            f'{{"results": {{"bpp": [...], "psnr-rgb": [...]}}}} ({type(error).__name__}: {error})'
        ) from error
    if not scores:
        raise InputError(f"{path}: has none of the scores {', '.join((*_SCORES, _MS_SSIM_DECIBELS))}")
    numbers = (*rates, *(value for values in scores.values() for value in values))
    if any(len(values) != len(rates) for values in scores.values()) or not all(map(math.isfinite, numbers)):
        raise InputError(f"{path}: bpp and scores must be finite numbers, one score a rate")
    if min(rates, default=0) <= 0:
        raise InputError(f"{path}: rates in bpp must be above 0")
    return PublishedCurve(
        name=path.stem,
        description=description,
        source=str(path),
        licence="not stated",
        rates_bpp=tuple(rates),
        scores=scores,
    )

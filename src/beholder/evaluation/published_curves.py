"""Curves that others published: means over Kodak, as data files in ``published/`` with source and licence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from beholder.errors import UsageError
from beholder.evaluation.curves import RateScoreCurve
from beholder.evaluation.curves_of_rows import Column, curve_of_means


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
    """

    name: str
    description: str
    source: str
    licence: str
    rates_bpp: tuple[float, ...]
    scores: Mapping[str, tuple[float, ...]]

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
    for file in (files("beholder.evaluation") / "published").iterdir():
        if not file.name.endswith(".json"):
            continue
        record = json.loads(file.read_text(encoding="utf-8"))
        for name, curve in record["curves"].items():
            found[name] = PublishedCurve(
                name=name,
                description=curve["description"],
                source=f"{record['source']}, {record['url']}",
                licence=record["licence"],
                rates_bpp=tuple(curve["rates_bpp"]),
                scores={column: tuple(values) for column, values in curve["scores"].items()},
            )
    return dict(sorted(found.items()))


def find_published(name: str) -> PublishedCurve:
    """Returns the published curve of a name.

    Raises:
        UsageError: There is none; says which there are.
    """
    curves = published_curves()
    if name not in curves:
        raise UsageError(f"no published curve is called {name!r}; there are {', '.join(curves)}")
    return curves[name]

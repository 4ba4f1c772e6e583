"""What a preset comes to on the data at hand: the runs of its parts, and what is missing for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent, look_up
from beholder.evaluation.codecs.registry import find_codec
from beholder.evaluation.deltas import Window
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.items import make_items
from beholder.evaluation.kodak import lacks_of_kodak
from beholder.evaluation.presets.networks import Given, Look, networks_of, parse_networks
from beholder.evaluation.presets.preset import Part, Preset, Table
from beholder.evaluation.presets.request import Request
from beholder.evaluation.presets.square_crops import write_crops
from beholder.evaluation.published_curves import PublishedCurve, find_all_published
from beholder.evaluation.score import Score
from beholder.evaluation.scores.registry import find_score, score_class

# In --codecs, stands for those of the preset.
OWN = "preset"


@dataclass(frozen=True)
class TableOfRun:
    """A table that a run can fill.

    Attributes:
        table: Of the preset.
        column: Of the score that it reads.
        look: The network that looks, where one does.
    """

    table: Table
    column: str
    look: Look | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedPart:
    """A part of a preset, ready to run.

    Attributes:
        part: Of the preset.
        items: Pictures.
        codecs: That are there.
        scores: That are there.
        qualities: How many of each codec's; None for all.
        anchor: Name of the codec that counts as 0.
        published: Curves to set beside.
        window_bpp: That deltas are taken over.
        tables: To fill.
        looks: Networks.
        absent: Codecs and scores that are not there.
        missing: What else is not there, and what to give.
    """

    part: Part
    items: Sequence[Item]
    codecs: Sequence[EvaluatedCodec]
    scores: Sequence[Score]
    qualities: int | None
    anchor: str
    published: tuple[PublishedCurve, ...]
    window_bpp: Window | None
    tables: tuple[TableOfRun, ...]
    looks: tuple[Look, ...]
    absent: tuple[Absent, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_on_whole_kodak(self) -> bool:
        """Whether the pictures are all of Kodak's, which published curves are over."""
        return not lacks_of_kodak(self.items)


@dataclass(frozen=True, kw_only=True)
class SkippedPart:
    """A part that cannot run.

    Attributes:
        part: Of the preset.
        missing: What is not there, and what to give.
    """

    part: Part
    missing: tuple[str, ...]


@dataclass
class _Wanted:
    """What a part is to measure."""

    tables: list[TableOfRun] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    absent: list[Absent] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def add_score(self, name: str) -> bool:
        """Adds a score once; returns whether it is there."""
        if any(score.name == name for score in self.scores):
            return True
        found = find_score(name)
        if isinstance(found, Absent):
            if found not in self.absent:
                self.absent.append(found)
            return False
        self.scores.append(found)
        return True


def plan_part(preset: Preset, part: Part, request: Request, folder: Path) -> PlannedPart | SkippedPart:
    """Returns what a part measures, or why it cannot.

    Args:
        preset: Of the part.
        part: One of `parts_of`.
        request: What is asked for.
        folder: Of the part's results; squares of pictures are written into it.

    Raises:
        UsageError: A codec, score or curve has no such name, or the anchor that was asked for is not there.
        OutputError: A square cannot be written.
    """
    given = parse_networks(request.networks, preset.roles)
    looks, missing = networks_of(part, given)
    wanted = _Wanted(missing=missing)
    _choose_tables(part, request, looks, given, wanted)
    if not wanted.tables:
        return SkippedPart(part=part, missing=(*wanted.missing, *(str(each) for each in wanted.absent)))
    items = _items(part, request)
    if not items:
        return SkippedPart(
            part=part, missing=(f"no picture {part.pictures.words} is there: {part.pictures.give}",)
        )
    for name in request.scores:
        needs = score_class(name).needs
        if all(item.truth(needs) is None for item in items):
            wanted.missing.append(f"{name}: give {needs.give}")
        else:
            wanted.add_score(name)
    codecs, anchor = _codecs(part, request, looks, wanted)
    if anchor is None:
        return SkippedPart(part=part, missing=tuple(str(each) for each in wanted.absent))
    if part.crop is not None:
        items, problems = write_crops(items, part.crop, folder / "pictures")
        wanted.missing += problems
        if not items:
            return SkippedPart(part=part, missing=tuple(wanted.missing))
    is_on_kodak = part.is_on_kodak and not lacks_of_kodak(items)  # the part's remark tells where it is not
    names = (*part.published, *request.published) if is_on_kodak else ()
    return PlannedPart(
        part=part,
        items=items,
        codecs=codecs,
        scores=wanted.scores,
        qualities=request.qualities,
        anchor=anchor,
        published=find_all_published(names),
        window_bpp=request.window_bpp or part.window_bpp,
        tables=tuple(wanted.tables),
        looks=tuple(looks),
        absent=tuple(wanted.absent),
        missing=tuple(wanted.missing),
    )


def missing_words(parts: Sequence[PlannedPart | SkippedPart]) -> list[str]:
    """Return what is missing, and what to give; each once, after the parts that lack it."""
    lacking: dict[str, list[str]] = {}
    for part in parts:
        absent = part.absent if isinstance(part, PlannedPart) else ()
        for each in (*part.missing, *map(str, absent)):
            lacking.setdefault(each, []).append(part.part.name)
    return [f"{', '.join(names)}: {each}" for each, names in lacking.items()]


def _choose_tables(
    part: Part, request: Request, looks: Sequence[Look], given: Given, wanted: _Wanted
) -> None:
    """Adds the tables that can be filled, their scores, and what is missing for the others."""
    for table in part.tables:
        if not request.says(table.needs):
            wanted.missing.append(f"{table.title}: give {table.needs.give}")
        elif not table.by_network:
            if wanted.add_score(table.score):
                wanted.tables.append(TableOfRun(table, table.score))
        else:
            for look in _looks_of(table, looks):
                column = f"{table.score}:{look.model}"
                if wanted.add_score(column):
                    wanted.tables.append(TableOfRun(table, column, look))
            if given and not _looks_of(table, looks):
                roles = [role.name for role in part.roles if not table.roles or role.name in table.roles]
                names = " or ".join(f"{role}=NET" for role in roles)
                wanted.missing.append(f"{table.title}: none of the given networks is for it; name {names}")


def _looks_of(table: Table, looks: Sequence[Look]) -> list[Look]:
    return [look for look in looks if look.role is None or not table.roles or look.role.name in table.roles]


def _items(part: Part, request: Request) -> list[Item]:
    """The pictures of a part; with labels, where it counts right answers, those that have one."""
    labels, annotations = request.labels, request.annotations
    items = part.pictures.choose(make_items(request.paths, labels=labels, annotations=annotations))
    if labels is not None and any(table.needs is Needs.LABELS for table in part.tables):
        items = [item for item in items if item.label is not None]
    known = {item.path: item for item in items}
    renamed = make_items([item.path for item in items], limit=request.limit)
    return [replace(known[item.path], name=item.name) for item in renamed]


def _codecs(
    part: Part, request: Request, looks: Sequence[Look], wanted: _Wanted
) -> tuple[list[EvaluatedCodec], str | None]:
    """The codecs that are there, and the name of the anchor among them, if there is one."""
    own: list[str] = []
    for template in part.codecs:
        networks = [look.model for look in looks] if "{network}" in template else [""]
        own += [template.format(network=network) for network in networks]
    names = [each for name in request.codecs or (OWN,) for each in (own if name == OWN else [name])]
    anchors = part.anchors if request.anchor is None else (request.anchor,)
    if not any(anchor in names for anchor in anchors):
        names = [*anchors, *names]
    found, absent = look_up(dict.fromkeys(names), find_codec)
    wanted.absent += absent
    there = {codec.name for codec in found}
    anchor = next((name for name in anchors if name in there), None)
    if anchor is None and request.anchor is not None:
        raise UsageError(
            f"the anchor cannot be used: {next(each for each in absent if each.name in anchors)}"
        )
    return found, anchor

"""What a command asks of a preset, and whether the preset can take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from beholder.errors import UsageError
from beholder.evaluation.annotations import Annotations
from beholder.evaluation.deltas import Window
from beholder.evaluation.item import Needs
from beholder.evaluation.presets.networks import parse_networks
from beholder.evaluation.presets.preset import Part, Preset
from beholder.evaluation.scores.registry import score_class


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a command asks of a preset.

    Attributes:
        paths: Pictures.
        labels: Class by file; None without labels.
        annotations: Of objects; None without annotations.
        networks: That look in place of the paper's, as `parse_networks` takes them.
        parts: Names; None for the usual ones.
        codecs: In place of the preset's; None for those.
        scores: Beside the preset's.
        anchor: In place of the preset's.
        published: Curves beside the preset's, on Kodak.
        qualities: How many of each codec's.
        limit: How many pictures of each part.
        window_bpp: In place of the preset's.
    """

    paths: Sequence[Path]
    labels: Mapping[str, int] | None = None
    annotations: Annotations | None = None
    networks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    codecs: tuple[str, ...] | None = None
    scores: tuple[str, ...] = ()
    anchor: str | None = None
    published: tuple[str, ...] = ()
    qualities: int | None = None
    limit: int | None = None
    window_bpp: Window | None = None

    def says(self, needs: Needs) -> bool:
        """Return whether it says of any pictures what a score needs to know."""
        annotations = self.annotations or Annotations()
        told = {
            Needs.LABELS: self.labels,
            Needs.OBJECTS: annotations.objects,
            Needs.SEGMENTS: annotations.segments,
        }
        return needs is Needs.NOTHING or told[needs] is not None


def parts_of(preset: Preset, request: Request) -> list[Part]:
    """Returns the parts to run.

    Raises:
        UsageError: The request does not fit the preset: a part or network that it has not, or a flag that
            says nothing to any of the parts.
    """
    known = {part.name: part for part in preset.parts}
    for name in request.parts:
        if name not in known:
            raise UsageError(f"{preset.name} has no part {name!r}; it has {', '.join(known)}")
    parts = [known[name] for name in request.parts] or [part for part in preset.parts if part.by_default]
    tables = [table for part in parts for table in part.tables]
    needs = {score_class(name).needs for name in (*(table.score for table in tables), *request.scores)}
    if request.labels is not None and Needs.LABELS not in needs:
        raise UsageError(f"--labels: no score in {_named(preset, parts)} uses labels")
    if request.annotations is not None and not needs & {Needs.OBJECTS, Needs.SEGMENTS}:
        raise UsageError(f"--annotations: no score in {_named(preset, parts)} uses annotations")
    if request.published and not any(part.is_on_kodak for part in parts):
        raise UsageError(f"--published: those curves are over Kodak, which is not in {_named(preset, parts)}")
    given = parse_networks(request.networks, preset.roles)
    roles = {role.name for part in parts for role in part.roles}
    idle = [role for role in given.by_role if role not in roles]
    if idle:
        raise UsageError(f"--networks {idle[0]}=...: is in no part of {_named(preset, parts)}")
    if given.others and not any(part.stand_in for part in parts):
        places = ", ".join(f"{role}={given.others[0]}" for role in sorted(roles))
        remedy = f"say in whose place: {places}" if places else "no network looks there"
        raise UsageError(f"--networks {given.others[0]}, in {_named(preset, parts)}: {remedy}")
    return parts


def _named(preset: Preset, parts: Sequence[Part]) -> str:
    return f"{preset.name} ({', '.join(part.name for part in parts)})"

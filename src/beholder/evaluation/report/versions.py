"""One picture by one codec at a matched rate, for the gallery; runs in worker processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from beholder.errors import BeholderError
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.evaluation.item import Item
from beholder.evaluation.report.found_objects import FoundObjects, objects_in
from beholder.evaluation.report.matched_rate import match_rate
from beholder.evaluation.report.windows import Window, lossless_webp
from beholder.evaluation.score import Score
from beholder.evaluation.worker import explain, scorer_of
from beholder.image.pixels import Pixels


@dataclass(frozen=True)
class VersionTask:
    """What a worker is to do.

    Attributes:
        item: The picture.
        size: Its width and height.
        codec: None for the original itself.
        measured: The codec's rates by quality on the picture.
        wanted_bpp: Rate to match.
        window: What to show.
        scores: To score by.
        detectors: Networks whose objects are shown.
    """

    item: Item
    size: tuple[int, int]
    codec: EvaluatedCodec | None
    measured: Mapping[float, float]
    wanted_bpp: float
    window: Window
    scores: Sequence[Score]
    detectors: Sequence[str]


@dataclass(frozen=True)
class Version:
    """A picture as decoded, or as it is.

    Attributes:
        codec: Name; empty for the original.
        picture: The window as a lossless WebP file.
        quality: On the codec's scale.
        size_bytes: Of the whole picture's file.
        rate: In bpp, of the whole picture's file.
        encodes: How many were tried.
        within_reach: Whether the wanted rate lies among those that were measured.
        scores: By column, of the whole picture.
        objects: What detectors find in it.
        notes: What could not be had.
    """

    codec: str
    picture: bytes
    quality: float | None = None
    size_bytes: int | None = None
    rate: float | None = None
    encodes: int = 0
    within_reach: bool = True
    scores: Mapping[str, float] = field(default_factory=dict)
    objects: Sequence[FoundObjects] = ()
    notes: Sequence[str] = ()


def make_version(task: VersionTask) -> Version | str:
    """Returns the version, or why there is none."""
    try:
        pixels = task.item.pixels
        if task.codec is None:
            return _shown(Version("", b""), pixels, task)
        height, width = pixels.shape[:2]
        encode = partial(task.codec.encode, task.item.picture)
        match = match_rate(encode, task.measured, task.wanted_bpp, height * width)
        decoded = task.codec.decode(match.data)
        if decoded.shape != pixels.shape:
            return f"decodes to shape {decoded.shape}, not {pixels.shape}"
        scores, notes = _scores(task, decoded)
        version = Version(
            task.codec.name,
            b"",
            quality=match.quality,
            size_bytes=len(match.data),
            rate=match.rate_bpp,
            encodes=match.encodes,
            within_reach=match.within_reach,
            scores=scores,
            notes=notes,
        )
        return _shown(version, decoded, task)
    except Exception as error:
        return explain(error)


def _scores(task: VersionTask, decoded: Pixels) -> tuple[dict[str, float], list[str]]:
    """Scores by column, and what could not be scored."""
    scores: dict[str, float] = {}
    notes: list[str] = []
    for score in task.scores:
        try:
            value = scorer_of(score, task.item)(decoded)
            assert not isinstance(value, str), "records of sets are none of the gallery's scores"
            scores[score.name] = value
        except BeholderError as error:
            notes.append(f"{score.name}: {explain(error)}")
    return scores, notes


def _shown(version: Version, pixels: Pixels, task: VersionTask) -> Version:
    """The version with its picture, and with what detectors find."""
    objects: list[FoundObjects] = []
    notes = list(version.notes)
    for model in task.detectors:
        try:
            objects.append(objects_in(model, pixels, task.window))
        except BeholderError as error:
            notes.append(f"objects of {model}: {explain(error)}")
    picture = lossless_webp(task.window.cut(pixels))
    return replace(version, picture=picture, objects=objects, notes=notes)

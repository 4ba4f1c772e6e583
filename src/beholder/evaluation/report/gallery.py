"""Pictures of a run to look at: the original and what each codec makes of it at one rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import islice
from statistics import median

from beholder.batch.progress import Progress
from beholder.batch.worker_pool import ONE_THREAD, ItemLostError, WorkerPool
from beholder.errors import BeholderError, UsageError
from beholder.evaluation.absent import Absent, Found
from beholder.evaluation.codecs.registry import find_codec
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.observer_dial import dials
from beholder.evaluation.report.dials import scores_on_dials
from beholder.evaluation.report.found_objects import FoundObjects
from beholder.evaluation.report.heat_maps import HeatMap, draw_heat_map
from beholder.evaluation.report.versions import Version, VersionTask, make_version
from beholder.evaluation.report.windows import Window, centred, crop_webp
from beholder.evaluation.rows import Row
from beholder.evaluation.run_record import Run
from beholder.evaluation.score import Aggregate, Column
from beholder.evaluation.scores.registry import find_score
from beholder.evaluation.spread import spread

USUAL_RATE_BPP = 0.5
_LEAST_SIDE = 256  # below which windows are not cut, whatever they take


@dataclass(frozen=True, kw_only=True)
class GalleryOptions:
    """What to show.

    Attributes:
        pictures: How many of a run, evenly spread.
        rate_bpp: To match; None takes 0.5, or what most codecs reach.
        side: Larger pictures are shown by their middle, of so many pixels a side.
        observers: Whose heat maps.
        jobs: Worker processes.
        page_bytes: What the pictures of all runs may take in the page.
    """

    pictures: int = 3
    rate_bpp: float | None = None
    side: int = 768
    observers: Sequence[str] = ("human", "machine")
    jobs: int = 1
    page_bytes: int = 20_000_000

    def __post_init__(self) -> None:
        """Checks the numbers.

        Raises:
            UsageError: One is out of range.
        """
        if self.rate_bpp is not None and not (math.isfinite(self.rate_bpp) and self.rate_bpp > 0):
            raise UsageError(f"a rate is positive, got {self.rate_bpp} bpp")


@dataclass(frozen=True)
class GalleryPicture:
    """A picture and its versions.

    Attributes:
        name: As in the rows.
        width: Of the whole picture.
        height: Of the whole picture.
        window: The part that is shown.
        versions: The original first.
        heat_maps: Of the original.
        problems: What could not be had.
    """

    name: str
    width: int
    height: int
    window: Window
    versions: Sequence[Version]
    heat_maps: Sequence[HeatMap]
    problems: Sequence[str]


@dataclass(frozen=True)
class Gallery:
    """All of a run.

    Attributes:
        rate: That was to be matched, in bpp.
        pictures: That can be shown.
        problems: What could not be had for any picture.
        columns: Of the pictures' scores.
    """

    rate: float
    pictures: Sequence[GalleryPicture]
    problems: Sequence[str]
    columns: Sequence[Column] = ()


class GalleryPlan:
    """What is to be encoded for the gallery of a run.

    Attributes:
        tasks: For `make_version`, picture by picture, the original of each first.
    """

    def __init__(self, run: Run, options: GalleryOptions) -> None:
        """Looks up the run's codecs, scores and pictures on this machine.

        Raises:
            UsageError: No row of the run has a rate.
        """
        self._options = options
        self._problems: list[str] = []
        self._rate_bpp = options.rate_bpp or usual_rate(run.rows)
        self.tasks: list[VersionTask] = []
        items = spread(run.items, options.pictures)
        # The number of a whole set says nothing about one picture.
        names = [column.name for column in run.columns if column.aggregate is not Aggregate.RECORDS]
        if dials(run.codecs):
            names += scores_on_dials(run.columns)
        codecs = self._found(run.codecs if items else (), find_codec, "{} is not shown")
        scores = self._found(names if items else (), find_score, "the pictures here are not scored by {}")
        self._problems += [
            f"{codec.name} is not the same here as in the run; the pictures are by: {codec.settings}"
            for codec in codecs
            if codec.fingerprint != run.codecs[codec.name].fingerprint
        ]
        self._columns = [score.column for score in scores]
        detectors = detectors_of(run.columns, self._problems) if items else []
        measured = measured_rates(run.rows)
        for item in items:
            size = self._size(item, run.rows)
            if size is not None:
                window = centred(*size, options.side)
                task = VersionTask(item, size, None, {}, self._rate_bpp, window, scores, detectors)
                self.tasks.append(task)
                self.tasks += [
                    replace(task, codec=codec, measured=measured.get((item.name, codec.name), {}))
                    for codec in codecs
                ]

    def gallery(self, results: Sequence[Version | str], bytes_a_version: float) -> Gallery:
        """Returns the gallery.

        Args:
            results: Of each task its version or why there is none.
            bytes_a_version: What a version may take in the page; larger windows are cut until it does.
        """
        problems = list(self._problems)
        by_item: dict[str, list[tuple[VersionTask, Version | str]]] = {}
        for task, result in zip(self.tasks, results, strict=True):
            by_item.setdefault(task.item.name, []).append((task, result))
        pictures = []
        for (original, first), *others in by_item.values():
            if isinstance(first, Version):
                pictures.append(self._picture(original, first, others, bytes_a_version))
            else:
                problems.append(f"{original.item.name} is not shown: {first}")
        return Gallery(self._rate_bpp, pictures, problems, self._columns)

    def _found(
        self, names: Iterable[str], find: Callable[[str], Found | Absent], lacking: str
    ) -> list[Found]:
        """What there is of some names; adds why the others lack, in words that take the name."""
        found: list[Found] = []
        for name in names:
            try:
                each = find(name)
            except BeholderError as error:
                self._problems.append(f"{lacking.format(name)}: {error}")
                continue
            if isinstance(each, Absent):
                self._problems.append(f"{lacking.format(name)}: {each.reason}; {each.install}")
            else:
                found.append(each)
        return found

    def _size(self, item: Item, rows: Sequence[Row]) -> tuple[int, int] | None:
        """Width and height, where the picture is still what it was."""
        try:
            # A copy, since an item keeps its pixels.
            height, width = replace(item).pixels.shape[:2]
        except BeholderError as error:
            self._problems.append(f"{item.name} is not shown: {error}")
            return None
        known = {(row.width, row.height) for row in rows if row.item == item.name and row.width is not None}
        if known and (width, height) not in known:
            self._problems.append(
                f"{item.name} is not shown: {item.path} is another picture now, of {width}x{height} pixels"
            )
            return None
        return width, height

    def _picture(
        self,
        original: VersionTask,
        first: Version,
        others: Sequence[tuple[VersionTask, Version | str]],
        bytes_a_version: float,
    ) -> GalleryPicture:
        problems: list[str] = list(first.notes)
        versions = [first]
        for task, result in others:
            assert task.codec is not None, "only the first version is the original"
            if isinstance(result, Version):
                versions.append(result)
                problems += [f"{result.codec}: {note}" for note in result.notes]
            else:
                problems.append(f"{task.codec.name}: {result}")
        versions, window = _shrunk(versions, original.window, bytes_a_version)
        heat_maps = []
        for observer in self._options.observers:
            try:
                heat_maps.append(draw_heat_map(original.item, original.size, observer, window))
            except BeholderError as error:
                problems.append(f"no heat map of {observer}: {error}")
        width, height = original.size
        return GalleryPicture(original.item.name, width, height, window, versions, heat_maps, problems)


def detectors_of(columns: Sequence[Column], problems: list[str]) -> list[str]:
    """Returns the networks that found the objects of scores; adds what is missing for them."""
    models = [column.name.partition(":")[2] for column in columns if column.needs is Needs.OBJECTS]
    if models and find_spec("torch") is None:
        problems.append("objects are not shown, since networks need torch; pip install 'beholder[machine]'")
        return []
    return list(dict.fromkeys(models))


def make_galleries(runs: Sequence[Run], options: GalleryOptions, progress: Progress) -> list[Gallery]:
    """Returns the galleries of runs; what cannot be shown is said in them.

    Raises:
        UsageError: No row of a run has a rate.
    """
    plans = [GalleryPlan(run, options) for run in runs]
    tasks = [task for plan in plans for task in plan.tasks]
    results: list[Version | str] = []
    progress.start(len(tasks))
    if tasks:
        with WorkerPool(options.jobs, environment=ONE_THREAD) as pool:
            for _, result in pool.results(make_version, tasks):
                results.append(str(result) if isinstance(result, ItemLostError) else result)
                progress.advance()
    # Base 64 takes four bytes for three.
    bytes_a_version = 0.75 * options.page_bytes / max(1, len(tasks))
    rest = iter(results)
    return [plan.gallery(list(islice(rest, len(plan.tasks))), bytes_a_version) for plan in plans]


def _shrunk(versions: list[Version], window: Window, most_bytes: float) -> tuple[list[Version], Window]:
    """Versions cut to their middle until their mean takes no more than so many bytes."""
    while versions:
        mean = sum(len(version.picture) for version in versions) / len(versions)
        longest = max(window.width, window.height)
        if mean <= most_bytes or longest <= _LEAST_SIDE:
            break
        share = max(0.5, 0.95 * math.sqrt(most_bytes / mean))
        side = max(_LEAST_SIDE, round(share * longest))
        part = centred(window.width, window.height, side)
        versions = [_cut(version, part) for version in versions]
        window = Window(window.left + part.left, window.top + part.top, part.width, part.height)
    return versions, window


def _cut(version: Version, part: Window) -> Version:
    return replace(
        version,
        picture=crop_webp(version.picture, part),
        objects=[_moved(found, part) for found in version.objects],
    )


def _moved(found: FoundObjects, part: Window) -> FoundObjects:
    """Objects in the pixels of a part."""
    return replace(
        found,
        boxes=[
            (x0 - part.left, y0 - part.top, x1 - part.left, y1 - part.top) for x0, y0, x1, y1 in found.boxes
        ],
        mask=None if found.mask is None else crop_webp(found.mask, part),
    )


def measured_rates(rows: Sequence[Row]) -> dict[tuple[str, str], dict[float, float]]:
    """Returns the rates in bpp by quality, by picture and codec."""
    found: dict[tuple[str, str], dict[float, float]] = {}
    for row in rows:
        if row.rate_bpp is not None:
            found.setdefault((row.item, row.codec), {})[row.quality] = row.rate_bpp
    return found


def usual_rate(rows: Sequence[Row]) -> float:
    """Returns 0.5 bpp where most curves reach it, else a rate in the middle of most.

    Raises:
        UsageError: No row has a rate.
    """
    ranges = [(min(rates.values()), max(rates.values())) for rates in measured_rates(rows).values()]
    if not ranges:
        raise UsageError("no row has a rate")
    reached = sum(low <= USUAL_RATE_BPP <= high for low, high in ranges)
    if 2 * reached >= len(ranges):
        return USUAL_RATE_BPP
    return float(f"{median(math.sqrt(low * high) for low, high in ranges):.2g}")

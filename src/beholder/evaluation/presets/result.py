"""Running a preset: its parts one after the other, and the page of what came of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from beholder.batch.progress import Progress
from beholder.errors import InputError, UsageError
from beholder.evaluation.codecs.pillow import lossless
from beholder.evaluation.item import Item
from beholder.evaluation.items import paths_by_name
from beholder.evaluation.kodak import is_of_kodak
from beholder.evaluation.path_matching import match_paths
from beholder.evaluation.presets.plan import PlannedPart, SkippedPart, missing_words, plan_part
from beholder.evaluation.presets.preset import Preset
from beholder.evaluation.presets.request import Request, parts_of
from beholder.evaluation.presets.set_curves import RowsByItem
from beholder.evaluation.run import run
from beholder.evaluation.run_record import Run


@dataclass(frozen=True)
class PartResult:
    """What came of a part.

    Attributes:
        planned: The part.
        run: Of its codecs.
        originals: Rows of the originals by picture, of the scores by networks.
    """

    planned: PlannedPart
    run: Run
    originals: RowsByItem


def plan_preset(
    preset: Preset, request: Request, folder: Path, tell: Callable[[str], object]
) -> list[PlannedPart | SkippedPart]:
    """Return what the parts of a preset measure, or why they cannot; tells what is missing.

    Args:
        preset: To run.
        request: What is asked for.
        folder: Of the results; squares of pictures are written below it.
        tell: Is told what is missing, a line each.

    Raises:
        UsageError: The request does not fit the preset, a name is unknown, or labels or annotations are
            damaged or do not fit the pictures.
        OutputError: A square cannot be written.
    """
    parts = parts_of(preset, request)
    if request.labels is not None:
        names = paths_by_name(request.paths)
        labelled = match_paths(names, request.labels, "--labels: the label")
        photographs = [name for name, path in names.items() if not is_of_kodak(Item(name, path))]
        lacking = [name for name in photographs if name not in labelled]
        if lacking:
            tell(
                f"{len(lacking)} of {len(photographs)} pictures have no label, such as {lacking[0]}; they "
                "are left out where right answers count"
            )
    try:
        planned = [plan_part(preset, part, request, folder / part.name) for part in parts]
    except InputError as error:  # annotations that are damaged
        raise UsageError(str(error)) from error
    for words in missing_words(planned):
        tell(words)
    return planned


def run_part(
    planned: PlannedPart,
    folder: Path,
    *,
    cache: str | Path | None,
    jobs: int | None,
    time_limit_s: float | None = None,
    progress: Progress,
    command: Sequence[str],
) -> PartResult:
    """Measure a part, and write its run.

    Args:
        planned: The part.
        folder: Of its results.
        cache: Of earlier measurements; takes these. None lies in the folder.
        jobs: As `run` takes them.
        time_limit_s: The same.
        progress: Is told how far it is.
        command: Words of the command line.

    Raises:
        InputError: The cache is damaged.
        OutputError: The cache or a result cannot be written.
    """
    measure = partial(
        run,
        planned.items,
        cache=cache or folder / "cache",
        jobs=jobs,
        time_limit_s=time_limit_s,
        progress=progress,
    )
    read_by_networks = {table.column for table in planned.tables if table.look is not None}
    of_networks = [score for score in planned.scores if score.name in read_by_networks]
    originals: RowsByItem = {}
    if of_networks:
        originals = {row.item: [row] for row in measure([lossless()], of_networks).rows}
    measured = measure(
        planned.codecs,
        planned.scores,
        qualities=planned.qualities,
        anchor=planned.anchor,
        published=planned.published,
        window_bpp=planned.window_bpp,
        command=command,
    )
    result = PartResult(planned, replace(measured, absent=planned.absent), originals)
    result.run.write(folder)
    return result

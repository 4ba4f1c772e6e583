"""From runs' folders to the page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from beholder.batch.progress import Progress
from beholder.errors import InputError, UsageError
from beholder.evaluation.report.dials import dials_of
from beholder.evaluation.report.gallery import GalleryOptions, make_galleries
from beholder.evaluation.report.page import PageRun, render_page
from beholder.evaluation.report.run_data import run_data
from beholder.evaluation.run_record import Run, read_run


@dataclass(frozen=True, kw_only=True)
class ReportOptions:
    """What to put into a report.

    Attributes:
        anchors: To take deltas against, beside each run's own; None takes every codec of a run.
        gallery: Of the pictures.
    """

    anchors: Sequence[str] | None = ()
    gallery: GalleryOptions = field(default_factory=GalleryOptions)


def read_runs(folders: Sequence[Path]) -> dict[str, Run]:
    """Returns the runs by what the report calls them: the folders' names, or paths where two are the same.

    Raises:
        InputError: A folder is not that of a run, or has no row to show.
        UsageError: A folder is given twice.
    """
    paths = [Path(os.path.abspath(folder)) for folder in folders]  # noqa: PTH100 -- resolve() follows links
    runs: dict[str, Run] = {}
    for path in paths:
        alone = sum(other.name == path.name for other in paths) == 1
        name = path.name if alone and path.name else str(path)
        if name in runs:
            raise UsageError(f"{path}: is given twice")
        runs[name] = _run_with_rows(path)
    return runs


def _run_with_rows(path: Path) -> Run:
    run = read_run(path)
    if not any(row.rate_bpp is not None for row in run.rows):
        reasons = list(dict.fromkeys(row.error for row in run.rows if row.error))
        why = f"all of them failed: {reasons[0]}" if reasons else "it has none"
        raise InputError(f"{path}: the run has no row with a rate to show; {why}")
    if not any(row.codec == run.anchor for row in run.rows):
        raise InputError(f"{path}: no row is of the anchor {run.anchor}")
    return run


def make_report(runs: dict[str, Run], options: ReportOptions, progress: Progress, version: str) -> bytes:
    """Returns the page.

    Args:
        runs: By what to call them, as `read_runs` gives them.
        options: What to put in.
        progress: Is told of the pictures that are made.
        version: Of the package.

    Raises:
        UsageError: An anchor is a codec of no run.
    """
    known = {row.codec for run in runs.values() for row in run.rows}
    for anchor in options.anchors or ():
        if anchor not in known:
            raise UsageError(
                f"the anchor {anchor} is a codec of no run; there are {', '.join(sorted(known))}"
            )
    data = [run_data(run, name, _anchors(run, options.anchors)) for name, run in runs.items()]
    galleries = make_galleries(list(runs.values()), options.gallery, progress)
    pages = [
        PageRun(run, each, gallery, dials_of(run, gallery.rate, gallery.columns))
        for run, each, gallery in zip(runs.values(), data, galleries, strict=True)
    ]
    return render_page(pages, version)


def _anchors(run: Run, asked: Sequence[str] | None) -> list[str]:
    codecs = list(dict.fromkeys(row.codec for row in run.rows))
    others = codecs if asked is None else [codec for codec in codecs if codec in asked]
    return list(dict.fromkeys([run.anchor, *others]))

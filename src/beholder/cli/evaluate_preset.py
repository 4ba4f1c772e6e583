"""``beholder evaluate --preset``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from beholder.batch.find_files import find_pictures
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable_lines
from beholder.cli.progress import ProgressBar
from beholder.cli.row_errors import tell_errors
from beholder.cli.unlabelled import tell_unlabelled
from beholder.cli.window import checked_window
from beholder.errors import InputError, UsageError
from beholder.evaluation.annotations import read_annotations
from beholder.evaluation.item import Item
from beholder.evaluation.items import paths_by_name
from beholder.evaluation.kodak import is_of_kodak
from beholder.evaluation.labels import read_labels
from beholder.evaluation.path_matching import match_paths
from beholder.evaluation.presets.plan import PlannedPart, SkippedPart, plan_part
from beholder.evaluation.presets.registry import find_preset
from beholder.evaluation.presets.request import Request, parts_of
from beholder.evaluation.presets.result import PartResult, row_count, run_part
from beholder.evaluation.presets.summary import PAGE, format_summary, missing_words
from beholder.evaluation.run_folder import write_run
from beholder.evaluation.store import Store
from beholder.safe_write import write_file


def run_preset(arguments: argparse.Namespace) -> int:
    """Runs the parts of a preset, prints its page and returns the exit code.

    Raises:
        UsageError: A name is unknown, flags contradict the preset, or what is needed is not given.
        InputError: The cache is damaged.
        OutputError: A result cannot be written.
    """
    preset = find_preset(arguments.preset)
    if not (arguments.images and arguments.output):
        raise UsageError("--images and -o are needed with --preset")
    pictures = find_pictures(arguments.images)
    for problem in pictures.problems + pictures.notes:
        print_error(problem)
    if not pictures.paths:
        return ExitCode.NOTHING_MATCHED
    try:
        request = _request(arguments, [Path(path) for path in pictures.paths])
    except InputError as error:
        raise UsageError(str(error)) from error
    if request.labels is not None:
        names = paths_by_name(request.paths)
        labelled = match_paths(names, request.labels, "--labels: the label")
        what = "they are left out where right answers count"
        photographs = [name for name, path in names.items() if not is_of_kodak(Item(name, path))]
        tell_unlabelled(arguments.labels, photographs, labelled, what)
    output = Path(arguments.output)
    try:
        planned = [plan_part(preset, part, request, output / part.name) for part in parts_of(preset, request)]
    except InputError as error:  # annotations that are damaged
        raise UsageError(str(error)) from error
    for missing in missing_words(planned):
        print_error(missing)
    results = [
        part if isinstance(part, SkippedPart) else _run(part, arguments, output / part.part.name)
        for part in planned
    ]
    page = format_summary(preset, results)
    write_file(output / PAGE, page.encode("utf-8", "surrogateescape"), overwrite=True)
    if not arguments.quiet:
        print_out(printable_lines(page))
    ran = [result for result in results if isinstance(result, PartResult)]
    if not ran:
        return ExitCode.NOTHING_MATCHED
    whole = all(isinstance(part, PlannedPart) and not (part.absent or part.missing) for part in planned)
    failed = any(row.error for result in ran for row in result.rows)
    return ExitCode.SOME_FAILED if failed or pictures.problems or not whole else ExitCode.DONE


def _request(arguments: argparse.Namespace, paths: Sequence[Path]) -> Request:
    return Request(
        paths=paths,
        labels=None if arguments.labels is None else read_labels(Path(arguments.labels)),
        annotations=read_annotations([Path(path) for path in arguments.annotations])
        if arguments.annotations
        else None,
        networks=arguments.networks,
        parts=arguments.parts,
        codecs=arguments.codecs or None,
        scores=arguments.scores or (),
        anchor=arguments.anchor,
        published=arguments.published,
        qualities=arguments.qualities,
        limit=arguments.limit,
        window_bpp=checked_window(arguments.window),
    )


def _run(planned: PlannedPart, arguments: argparse.Namespace, folder: Path) -> PartResult:
    jobs = arguments.jobs or os.cpu_count() or 1
    with (
        Store(Path(arguments.cache) if arguments.cache else folder / "cache") as store,
        ProgressBar(shown=not arguments.quiet) as progress,
    ):
        progress.start(row_count(planned))
        result = run_part(planned, store, jobs=jobs, counter=progress)
    write_run(
        folder,
        result.rows,
        planned.experiment,
        absent=planned.absent,
        anchor=planned.anchor,
        published=planned.published,
        window_bpp=planned.window_bpp,
        jobs=jobs,
        command=["beholder", *sys.argv[1:]],
    )
    tell_errors(result.rows)
    return result

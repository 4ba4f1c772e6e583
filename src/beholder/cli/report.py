"""``beholder report``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

import beholder
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import format_size, print_error, print_out, printable
from beholder.cli.progress import ProgressBar
from beholder.errors import UsageError
from beholder.evaluation.presets.summary import PAGE
from beholder.evaluation.report.dials import dials_of
from beholder.evaluation.report.figures import can_draw, chart_files, csv_files
from beholder.evaluation.report.gallery import GalleryOptions, usual_rate
from beholder.evaluation.report.report import ReportOptions, make_report, read_runs
from beholder.evaluation.run_record import Run
from beholder.safe_write import check_writable, write_file


def run(arguments: argparse.Namespace) -> int:
    """Writes the report of runs and returns the exit code.

    Raises:
        UsageError: A name is unknown, or a number is out of range.
        InputError: A folder is not that of a run.
        OutputError: A file exists already, or cannot be written.
    """
    if Path(arguments.output).suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{arguments.output}: a report is a page; give it a name that ends in .html")
    options = ReportOptions(
        anchors=None if arguments.anchors == ("all",) else arguments.anchors,
        gallery=GalleryOptions(
            pictures=arguments.pictures,
            rate_bpp=arguments.rate,
            side=arguments.side,
            observers=arguments.heatmap,
            jobs=arguments.jobs or os.cpu_count() or 1,
        ),
    )
    check_writable(arguments.output, overwrite=arguments.overwrite)
    # The page of a preset lies beside the folders of its parts, and runs/s1/* names it too.
    runs = read_runs([Path(folder) for folder in arguments.runs if Path(folder).name != PAGE])
    with ProgressBar(shown=not arguments.quiet) as progress:
        page = make_report(runs, options, progress, beholder.__version__)
    write_file(arguments.output, page, overwrite=arguments.overwrite)
    if not arguments.quiet:
        print_out(f"{printable(arguments.output)}: {format_size(len(page))}")
    if arguments.figures is None:
        return ExitCode.DONE
    return _write_figures(Path(arguments.figures), runs, arguments)


def _write_figures(folder: Path, runs: Mapping[str, Run], arguments: argparse.Namespace) -> int:
    """Writes charts and tables beside the page."""
    files: dict[str, bytes] = {}
    for name, each in runs.items():
        dials = dials_of(each, arguments.rate or usual_rate(each.rows))
        files |= csv_files(each, name, dials)
        if can_draw():
            files |= chart_files(each, name, dials)
    for name, data in files.items():
        write_file(folder / name, data, overwrite=arguments.overwrite)
    if not arguments.quiet:
        print_out(f"{printable(str(folder))}: {len(files)} files")
    if can_draw():
        return ExitCode.DONE
    print_error("the charts are not drawn: matplotlib is not installed; pip install 'beholder[evaluation]'")
    return ExitCode.SOME_FAILED

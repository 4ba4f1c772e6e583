"""``beholder evaluate``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from beholder.batch.find_files import find_pictures
from beholder.cli.evaluate_preset import run_preset
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable_lines
from beholder.cli.progress import ProgressBar
from beholder.cli.row_errors import tell_errors
from beholder.cli.unlabelled import tell_unlabelled
from beholder.cli.window import checked_window
from beholder.errors import InputError, UsageError
from beholder.evaluation.absent import Absent, look_up
from beholder.evaluation.annotations import read_annotations
from beholder.evaluation.codecs.registry import all_codecs, find_codec
from beholder.evaluation.experiment import Experiment
from beholder.evaluation.items import make_items
from beholder.evaluation.labels import read_labels
from beholder.evaluation.presets.preset import LABELLED
from beholder.evaluation.presets.registry import PRESETS
from beholder.evaluation.published_curves import (
    PublishedCurve,
    check_pictures,
    find_all_published,
    published_curves,
)
from beholder.evaluation.run_folder import write_run
from beholder.evaluation.runner import evaluate
from beholder.evaluation.score import SetScore
from beholder.evaluation.scores.registry import OF_SETS, all_scores, find_score
from beholder.evaluation.store import Store

_SCORES = ("psnr", "ms-ssim", "ssimulacra2")


@dataclass(frozen=True)
class _Asked:
    """What a command asks for, with all that is not there left out."""

    experiment: Experiment
    absent: tuple[Absent, ...]
    anchor: str
    published: tuple[PublishedCurve, ...]
    window_bpp: tuple[float, float] | None


def run(arguments: argparse.Namespace) -> int:
    """Evaluates codecs and returns the exit code.

    Raises:
        UsageError: A name is unknown, the anchor is not there, what is needed is not given, or labels,
            annotations or published curves are damaged or do not fit the pictures.
        InputError: The cache is damaged.
        OutputError: A result cannot be written.
    """
    if arguments.list:
        _print_list()
        return ExitCode.DONE
    if arguments.preset is not None:
        return run_preset(arguments)
    for flag in ("networks", "parts"):
        if getattr(arguments, flag):
            raise UsageError(f"--{flag} is of presets; give --preset NAME too")
    if not (arguments.images and arguments.codecs and arguments.output):
        raise UsageError("--images, --codecs and -o are needed; --list says which codecs there are")
    pictures = find_pictures(arguments.images)
    for problem in pictures.problems + pictures.notes:
        print_error(problem)
    if not pictures.paths:
        return ExitCode.NOTHING_MATCHED
    try:
        asked = _resolve(arguments, [Path(path) for path in pictures.paths])
    except InputError as error:  # annotations or published curves that are damaged
        raise UsageError(str(error)) from error
    for absent in asked.absent:
        print_error(str(absent))
    output = Path(arguments.output)
    jobs = arguments.jobs or os.cpu_count() or 1
    with (
        Store(Path(arguments.cache) if arguments.cache else output / "cache") as store,
        ProgressBar(shown=not arguments.quiet) as progress,
    ):
        progress.start(asked.experiment.row_count)
        rows = evaluate(asked.experiment, store, jobs=jobs, counter=progress)
    table = write_run(
        output,
        rows,
        asked.experiment,
        absent=asked.absent,
        anchor=asked.anchor,
        published=asked.published,
        window_bpp=asked.window_bpp,
        jobs=jobs,
        command=["beholder", *sys.argv[1:]],
    )
    if not arguments.quiet:
        print_out(printable_lines(table))
    tell_errors(rows)
    failed = asked.absent or pictures.problems or any(row.error for row in rows)
    return ExitCode.SOME_FAILED if failed else ExitCode.DONE


def _resolve(arguments: argparse.Namespace, paths: Sequence[Path]) -> _Asked:
    codecs, absent_codecs = look_up(arguments.codecs, find_codec)
    scores, absent_scores = look_up(arguments.scores or _SCORES, find_score)
    absent = (*absent_codecs, *absent_scores)
    anchor = arguments.anchor or arguments.codecs[0]
    if anchor not in arguments.codecs:
        raise UsageError(
            f"the anchor {anchor} is not one of the codecs; they are {', '.join(arguments.codecs)}"
        )
    for each in absent:
        if each.name == anchor:
            raise UsageError(f"the anchor cannot be used: {each}")
    if not scores:
        raise UsageError("; ".join(str(each) for each in absent_scores))
    labels = None if arguments.labels is None else read_labels(Path(arguments.labels))
    annotations = read_annotations([Path(path) for path in arguments.annotations])
    experiment = Experiment(
        items=make_items(paths, labels=labels, annotations=annotations, limit=arguments.limit),
        codecs=codecs,
        scores=scores,
        qualities=arguments.qualities,
    )
    for score in scores:
        if isinstance(score, SetScore) and not any(score.truth(item) for item in experiment.items):
            raise UsageError(
                f"{score.name} needs {score.needs}, and --annotations has none of these pictures"
            )
    window = checked_window(arguments.window)
    published = find_all_published(arguments.published)
    check_pictures(published, experiment.items)
    _check_labels(arguments.labels, experiment)
    return _Asked(experiment, absent, anchor, published, window)


def _check_labels(table: str | None, experiment: Experiment) -> None:
    """Tells how many pictures have no label, where a score needs them.

    Raises:
        UsageError: There are no pictures.
    """
    needing = [score.name for score in experiment.scores if score.name.partition(":")[0] in LABELLED]
    if table is None and needing:
        raise UsageError(
            f"{needing[0]} needs the classes of the pictures; give --labels FILE.csv (columns file and "
            "class_index)"
        )
    if table is not None and needing:
        names = [item.name for item in experiment.items]
        labelled = {item.name for item in experiment.items if item.label is not None}
        tell_unlabelled(table, names, labelled, f"they do not count for {', '.join(needing)}")


def _print_list() -> None:
    print_out("codecs:")
    for name, codec in all_codecs().items():
        print_out(f"  {codec}" if isinstance(codec, Absent) else f"  {name}: {codec.settings}")
    print_out("scores:")
    for name, score in all_scores().items():
        unit = "" if isinstance(score, Absent) or not score.unit else f", {score.unit}"
        print_out(f"  {score}" if isinstance(score, Absent) else f"  {name}{unit}")
    for name, needs in OF_SETS.items():
        print_out(f"  {name}, with --annotations: {needs}")
    print_out("published curves, means over Kodak:")
    for name, curve in published_curves().items():
        print_out(f"  {name}: {curve.description}, in {', '.join(curve.scores)}")
    print_out("presets, experiments of papers run again (--preset):")
    for name, preset in PRESETS.items():
        print_out(f"  {name}: {preset.paper}; parts {', '.join(part.name for part in preset.parts)}")

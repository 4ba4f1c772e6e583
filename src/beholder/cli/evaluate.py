"""``beholder evaluate``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from beholder.batch.find_files import find_pictures
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable_lines
from beholder.cli.progress import ProgressBar
from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.annotations import read_annotations, read_labels
from beholder.evaluation.codecs.registry import all_codecs
from beholder.evaluation.presets.plan import PlannedPart, SkippedPart
from beholder.evaluation.presets.preset import Preset
from beholder.evaluation.presets.registry import PRESETS, find_preset
from beholder.evaluation.presets.request import Request
from beholder.evaluation.presets.result import PartResult, plan_preset, run_part
from beholder.evaluation.presets.summary import PAGE, format_summary
from beholder.evaluation.published_curves import published_curves
from beholder.evaluation.run import USUAL_SCORES
from beholder.evaluation.run import run as run_evaluation
from beholder.evaluation.scores.registry import SCORES, find_score
from beholder.safe_write import write_file


def run(arguments: argparse.Namespace) -> int:
    """Evaluate codecs and return the exit code.

    Raises:
        UsageError: A name is unknown, the anchor is not there, what is needed is not given, or labels,
            annotations or published curves are damaged or do not fit the pictures.
        InputError: The cache is damaged.
        OutputError: A result cannot be written.
    """
    if arguments.list:
        _print_list()
        return ExitCode.DONE
    preset = None if arguments.preset is None else find_preset(arguments.preset)
    for flag in ("networks", "parts"):
        if preset is None and getattr(arguments, flag):
            raise UsageError(f"--{flag} is of presets; give --preset NAME too")
    if not (arguments.images and arguments.output and (arguments.codecs or preset)):
        codecs = "" if preset else ", --codecs"
        raise UsageError(f"--images{codecs} and -o are needed; --list says which codecs there are")
    pictures = find_pictures(arguments.images)
    for problem in pictures.problems + pictures.notes:
        print_error(problem)
    if not pictures.paths:
        return ExitCode.NOTHING_MATCHED
    paths = [Path(path) for path in pictures.paths]
    code = _evaluate(arguments, paths) if preset is None else _run_preset(preset, arguments, paths)
    return ExitCode.SOME_FAILED if code == ExitCode.DONE and pictures.problems else code


def _evaluate(arguments: argparse.Namespace, paths: list[Path]) -> ExitCode:
    output = Path(arguments.output)
    with ProgressBar(shown=not arguments.quiet) as progress:
        done = run_evaluation(
            paths,
            arguments.codecs,
            arguments.scores or USUAL_SCORES,
            labels=arguments.labels,
            annotations=arguments.annotations,
            qualities=arguments.qualities,
            limit=arguments.limit,
            anchor=arguments.anchor,
            published=arguments.published,
            window_bpp=arguments.window,
            cache=arguments.cache or output / "cache",
            jobs=arguments.jobs,
            time_limit_s=arguments.time_limit_s,
            progress=progress,
            tell=progress.error,
            command=_command(),
        )
    done.write(output)
    if not arguments.quiet:
        print_out(printable_lines(done.table))
    for line in done.failures:
        print_error(line)
    return ExitCode.SOME_FAILED if done.absent or done.failures else ExitCode.DONE


def _run_preset(preset: Preset, arguments: argparse.Namespace, paths: list[Path]) -> ExitCode:
    output = Path(arguments.output)
    request = Request(
        paths=paths,
        networks=arguments.networks,
        parts=arguments.parts,
        codecs=arguments.codecs or None,
        scores=arguments.scores,
        anchor=arguments.anchor,
        published=arguments.published,
        qualities=arguments.qualities,
        limit=arguments.limit,
        window_bpp=arguments.window,
        labels=None if arguments.labels is None else read_labels(Path(arguments.labels)),
        annotations=read_annotations(arguments.annotations) if arguments.annotations else None,
    )
    results: list[PartResult | SkippedPart] = []
    with ProgressBar(shown=not arguments.quiet) as progress:
        planned = plan_preset(preset, request, output, progress.error)
        for part in planned:
            if isinstance(part, SkippedPart):
                results.append(part)
                continue
            result = run_part(
                part,
                output / part.part.name,
                cache=arguments.cache,
                jobs=arguments.jobs,
                time_limit_s=arguments.time_limit_s,
                progress=progress,
                command=_command(),
            )
            results.append(result)
            for line in result.run.failures:
                progress.error(line)
    page = format_summary(preset, results)
    write_file(output / PAGE, page.encode("utf-8", "surrogateescape"), overwrite=True)
    if not arguments.quiet:
        print_out(printable_lines(page))
    ran = [result for result in results if isinstance(result, PartResult)]
    if not ran:
        return ExitCode.NOTHING_MATCHED
    whole = all(isinstance(part, PlannedPart) and not (part.absent or part.missing) for part in planned)
    return ExitCode.DONE if whole and not any(each.run.failures for each in ran) else ExitCode.SOME_FAILED


def _command() -> list[str]:
    return ["beholder", *sys.argv[1:]]


def _print_list() -> None:
    print_out("codecs:")
    for name, codec in all_codecs().items():
        print_out(f"  {codec}" if isinstance(codec, Absent) else f"  {name}: {codec.settings}")
    print_out("scores:")
    for name, score_class in SCORES.items():
        if score_class.needs_network:
            print_out(f"  {name}:MODEL, give {score_class.needs.give}")
            continue
        score = find_score(name)
        unit = f", {score_class.unit}" if score_class.unit else ""
        needs = f", give {score_class.needs.give}" if score_class.needs.give else ""
        print_out(f"  {score}" if isinstance(score, Absent) else f"  {name}{unit}{needs}")
    print_out("published curves, means over Kodak:")
    for name, curve in published_curves().items():
        print_out(f"  {name}: {curve.description}, in {', '.join(curve.scores)}")
    print_out("presets, experiments of papers run again (--preset):")
    for name, preset in PRESETS.items():
        print_out(f"  {name}: {preset.paper}; parts {', '.join(part.name for part in preset.parts)}")

"""Runs of `beholder.evaluation` by the scripts that compare codecs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from beholder.cli.progress import ProgressBar
from beholder.evaluation.evaluated_codec import EvaluatedCodec, Peer
from beholder.evaluation.run import run
from beholder.evaluation.run_record import Run
from benchmarks.provenance import ROOT
from benchmarks.script import flags


def run_flags(description: str | None, name: str, *, data: str = "kodak") -> argparse.ArgumentParser:
    """Return the flags of a script, with --jobs and --cache, `runs/NAME/cache` unless given."""
    parser = flags(description, data=data)
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument(
        "--cache", type=Path, default=ROOT / "runs" / name / "cache", help="what earlier runs measured"
    )
    return parser


def measure(
    images: Sequence[Path],
    codecs: Sequence[str | EvaluatedCodec | Peer],
    scores: Sequence[str],
    options: argparse.Namespace,
    *,
    allow_absent: bool = False,
    **more: Any,
) -> Run:
    """Return a run as the flags of `run_flags` ask, with a bar; end the script where a part fails.

    Args:
        images: Files.
        codecs: Names or codecs.
        scores: Names.
        options: Of the flags.
        allow_absent: Whether codecs and scores that are not on this machine are left out, which the run says.
        **more: What else `beholder.evaluation.run.run` takes.
    """
    with ProgressBar(shown=True) as progress:
        measured = run(
            images, codecs, scores, jobs=options.jobs, cache=options.cache, progress=progress, **more
        )
    absent = () if allow_absent else measured.absent
    if problems := [*map(str, absent), *measured.failures]:
        sys.exit("\n".join(problems))
    return measured

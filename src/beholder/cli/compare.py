"""``beholder compare``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable
from beholder.cli.plan import STANDARD_STREAM
from beholder.cli.records import FailureRecord, format_record
from beholder.cli.sizes import format_size
from beholder.errors import BeholderError, UsageError
from beholder.evaluation.compare import Comparison, compare
from beholder.image import read_picture
from beholder.jpeg.options import JpegOptions


@dataclass(frozen=True)
class _Record:
    """One line of `compare --json`."""

    original: str
    compressed: str
    scores: Comparison


def run(arguments: argparse.Namespace) -> int:
    """Prints the scores of each compressed picture and returns the exit code.

    Raises:
        UsageError: The background is no colour, or two inputs are to come from standard input.
        InputError: The original cannot be read.
    """
    if [arguments.original, *arguments.compressed].count(STANDARD_STREAM) > 1:
        raise UsageError("standard input (-) is one picture; give a file for the other")
    background = JpegOptions(background=arguments.background).background_color
    source = sys.stdin.buffer if arguments.original == STANDARD_STREAM else arguments.original
    name = "standard input" if arguments.original == STANDARD_STREAM else None
    original = read_picture(source, background=background, name=name)
    code = ExitCode.DONE
    for path in arguments.compressed:
        try:
            file = sys.stdin.buffer if path == STANDARD_STREAM else path
            scores = compare(original, file, background=background)
        except BeholderError as error:
            print_error(str(error))
            if arguments.json:
                print_out(format_record(FailureRecord(path, str(error))))
            code = ExitCode.SOME_FAILED
            continue
        if arguments.json:
            print_out(format_record(_Record(arguments.original, path, scores)))
        else:
            print_out(_format(path, scores))
    return code


def _format(path: str, scores: Comparison) -> str:
    ms_ssim = "undefined below 161 pixels" if scores.ms_ssim is None else f"{scores.ms_ssim:.5f}"
    ssimulacra2 = "undefined below 8 pixels" if scores.ssimulacra2 is None else f"{scores.ssimulacra2:.2f}"
    lines = [
        f"{printable(path)}: {format_size(scores.size_bytes)}, {scores.rate_bpp:.3f} bpp",
        f"  PSNR         {scores.psnr_db:.2f} dB",
        f"  MS-SSIM      {ms_ssim}",
        f"  SSIMULACRA2  {ssimulacra2}",
    ]
    return "\n".join(lines + [f"  note: {note}" for note in scores.notes])

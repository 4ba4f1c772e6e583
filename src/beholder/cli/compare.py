"""``beholder compare``."""

from __future__ import annotations

import argparse
import sys

from beholder.batch.jobs import STANDARD_STREAM
from beholder.batch.records import Record, ScoresRecord, format_record
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable
from beholder.cli.sizes import format_size
from beholder.codec_options import DecodeOptions, EncodeOptions
from beholder.errors import BeholderError, UsageError
from beholder.evaluation.compare import Comparison, compare
from beholder.image.read import read_picture
from beholder.learned import check_available
from beholder.option_flags import flags_given


def run(arguments: argparse.Namespace) -> int:
    """Print the scores of each compressed picture and return the exit code.

    Raises:
        UsageError: The background is no colour, or two inputs are to come from standard input.
        InputError: The original cannot be read.
    """
    if [arguments.original, *arguments.compressed].count(STANDARD_STREAM) > 1:
        raise UsageError("standard input (-) is one picture; give a file for the other")
    background = EncodeOptions(**flags_given(arguments, EncodeOptions)).background_color
    decoding = DecodeOptions(**flags_given(arguments, DecodeOptions))
    source = sys.stdin.buffer if arguments.original == STANDARD_STREAM else arguments.original
    name = "standard input" if arguments.original == STANDARD_STREAM else None
    original = read_picture(source, background=background, name=name)
    if decoding.weights is not None:
        check_available(decoding.weights)
    code = ExitCode.DONE
    for path in arguments.compressed:
        try:
            file = sys.stdin.buffer if path == STANDARD_STREAM else path
            scores = compare(
                original,
                file,
                background=background,
                weights=decoding.weights,
                device=decoding.device,
                name="standard input" if path == STANDARD_STREAM else None,
            )
        except BeholderError as error:
            print_error(str(error))
            code = ExitCode.SOME_FAILED
            record = Record(
                command="compare",
                input=path,
                original=arguments.original,
                status="failed",
                error=str(error),
            )
            text = None
        else:
            record = _record(arguments.original, path, scores)
            text = _format(path, scores)
        if arguments.json:
            print_out(format_record(record))
        elif text is not None:
            print_out(text)
    return code


def _record(original: str, path: str, scores: Comparison) -> Record:
    return Record(
        command="compare",
        input=path,
        original=original,
        status="compared",
        notes=scores.notes,
        input_bytes=scores.size_bytes,
        width=scores.width,
        height=scores.height,
        rate_bpp=scores.rate_bpp,
        scores=ScoresRecord(psnr_db=scores.psnr_db, ms_ssim=scores.ms_ssim, ssimulacra2=scores.ssimulacra2),
    )


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

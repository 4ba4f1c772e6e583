"""``beholder compare``."""

from __future__ import annotations

import argparse

from beholder.batch.records import Record, ScoresRecord
from beholder.cli.output import format_size, printable
from beholder.cli.reporting import check_inputs, read_input, report_each
from beholder.codec_options import DecodeOptions, EncodeOptions
from beholder.codecs.registry import find_codec
from beholder.evaluation.compare import Comparison, compare_file
from beholder.image.read import read_picture
from beholder.option_flags import flags_given


def run(arguments: argparse.Namespace) -> int:
    """Print the scores of each compressed picture and return the exit code.

    Raises:
        UsageError: The background is no colour, or two inputs are to come from standard input.
        InputError: The original cannot be read.
    """
    check_inputs([arguments.original, *arguments.compressed])
    background = EncodeOptions(**flags_given(arguments, EncodeOptions)).background_color
    decoding = DecodeOptions(**flags_given(arguments, DecodeOptions))
    data, name = read_input(arguments.original)
    original = read_picture(data, background=background, name=name)
    if decoding.weights is not None:
        find_codec("learned").check_decode(decoding)

    def report(path: str) -> tuple[Record, str]:
        data, name = read_input(path)
        scores = compare_file(original, data, decoding, background=background, name=name)
        record = Record(
            command="compare",
            input=path,
            original=arguments.original,
            status="compared",
            notes=scores.notes,
            input_bytes=scores.size_bytes,
            width=scores.width,
            height=scores.height,
            rate_bpp=scores.rate_bpp,
            scores=ScoresRecord(
                psnr_db=scores.psnr_db, ms_ssim=scores.ms_ssim, ssimulacra2=scores.ssimulacra2
            ),
        )
        return record, _format(path, scores)

    return report_each(
        arguments.compressed,
        report,
        command="compare",
        json=arguments.json,
        original=arguments.original,
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

"""``beholder decode``."""

from __future__ import annotations

import argparse
from pathlib import Path

from beholder.batch.converters import Decoder
from beholder.batch.plan import TO_PIXELS, make_plan
from beholder.cli.batch import check_streams, run_plan, tell_problems
from beholder.codecs.decode_options import DecodeOptions
from beholder.codecs.registry import find_codec


def run(arguments: argparse.Namespace) -> int:
    """Decode all inputs, `jobs` of them at once, and return the exit code.

    Raises:
        UsageError: The flags or their combination cannot be used; nothing has been read or written then.
    """
    check_streams(arguments, "a PNG file")
    plan = make_plan(
        arguments.inputs,
        arguments.output,
        TO_PIXELS,
        recursive=arguments.recursive,
        skip_existing=arguments.skip_existing,
    )
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    # All results have one suffix: that of the one file that -o names, or .png.
    suffix = Path(plan.jobs[0].target).suffix.lower() or TO_PIXELS.suffix
    options = DecodeOptions(weights=arguments.weights, device=arguments.device, threads=arguments.threads)
    if not arguments.dry_run:
        find_codec("learned").check_decode(options)
    return run_plan(plan, Decoder(suffix, options), arguments, done="decoded")

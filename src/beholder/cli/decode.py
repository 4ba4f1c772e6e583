"""``beholder decode``."""

from __future__ import annotations

import argparse
from pathlib import Path

from beholder.cli.batch import check_streams, run_plan, tell_problems
from beholder.cli.converters import LearnedDecoder
from beholder.cli.plan import TO_PIXELS, make_plan
from beholder.codec_options import DecodeOptions
from beholder.learned import check_available
from beholder.option_flags import flags_given


def run(arguments: argparse.Namespace) -> int:
    """Decode all inputs, `jobs` of them at once, and return the exit code.

    Raises:
        UsageError: The flags or their combination cannot be used; nothing has been read or written then.
    """
    options = DecodeOptions(**flags_given(arguments, DecodeOptions))
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
    if not arguments.dry_run:
        check_available(options.weights, device=options.device)
    decoder = LearnedDecoder(suffix, options)
    return run_plan(plan, decoder, arguments, done="decoded")

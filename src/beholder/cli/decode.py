"""``beholder decode``."""

from __future__ import annotations

import argparse
from pathlib import Path

from beholder.batch.converters import LearnedDecoder
from beholder.batch.plan import TO_PIXELS, make_plan
from beholder.cli.batch import check_streams, run_plan, tell_problems
from beholder.learned import check_available


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
    if not arguments.dry_run:
        check_available(arguments.weights, device=arguments.device)
    decoder = LearnedDecoder(suffix, arguments.weights, arguments.device, arguments.threads)
    return run_plan(plan, decoder, arguments, done="decoded")

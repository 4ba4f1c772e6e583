"""``beholder decode``."""

from __future__ import annotations

import argparse
from pathlib import Path

from beholder.batch.conversion import decoding, is_named, is_named_like_picture
from beholder.batch.convert import Decoder
from beholder.cli.batch import plan_batch, run_batch, tell_problems
from beholder.codec_options import DecodeOptions
from beholder.codecs.codec import Codec
from beholder.codecs.registry import all_codecs
from beholder.option_flags import flags_given


def run(arguments: argparse.Namespace) -> int:
    """Decode all inputs, `jobs` of them at once, and return the exit code.

    Raises:
        UsageError: The flags or their combination cannot be used; nothing has been read or written then.
    """
    options = DecodeOptions(**{"threads": 1} | flags_given(arguments, DecodeOptions))
    conversion = decoding()
    plan = plan_batch(arguments, conversion)
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.dry_run:
        for codec in all_codecs():
            if any(_may_be_of(codec, job.source) for job in plan.jobs):
                codec.check_decode(options)
    # All results have one suffix: that of the one file that -o names, or .png.
    suffix = Path(plan.jobs[0].target).suffix.lower() or conversion.suffix
    return run_batch(plan, Decoder(suffix, options), arguments, done="decoded")


def _may_be_of(codec: Codec, path: str) -> bool:
    """Return whether a file's name speaks for a codec, or for no kind of file at all."""
    return is_named(path, codec.suffixes) or not is_named_like_picture(path)

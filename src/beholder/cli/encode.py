"""``beholder encode``."""

from __future__ import annotations

import argparse
from typing import Any

import beholder
from beholder.batch.conversion import Conversion, encoding, is_named
from beholder.batch.convert import Encoder
from beholder.batch.plan import Plan, refuse_config_over_pictures
from beholder.cli.batch import plan_batch, run_batch, tell_problems
from beholder.cli.output import print_error
from beholder.codec_options import EncodeOptions
from beholder.codecs.codec import Codec
from beholder.codecs.registry import all_codecs, codecs_with_option, find_codec
from beholder.errors import UsageError
from beholder.jpeg.options import DEFAULT_QUALITY
from beholder.option_files import make_options, settings, to_toml
from beholder.option_flags import flags_given
from beholder.options import names_of
from beholder.safe_write import write_file

_LOSS_OF_JPEG = (
    f"JPEG files are encoded again at quality {DEFAULT_QUALITY:g}, with loss; --lossless keeps every pixel, "
    "and -q sets another quality"
)
_LOSS_OF_EACH_RUN = (
    "the target is measured against the JPEG as it is; every further run with --in-place loses as much again"
)


def run(arguments: argparse.Namespace) -> int:
    """Encode all inputs, `jobs` of them at once, and return the exit code.

    Raises:
        UsageError: The flags or their combination cannot be used; nothing has been read or written then.
    """
    codec = find_codec(arguments.codec)
    flags = _flags(arguments, codec)
    usual = {"threads": 1} if "threads" in names_of(codec.Options) else {}
    given = usual | settings(codec.Options, arguments.config, flags)
    options = make_options(codec.Options, given, "" if flags else arguments.config or "")
    conversion = encoding(codec, lossless=getattr(options, "lossless", False))
    _check_in_place(arguments, conversion)
    plan = plan_batch(arguments, conversion)
    if arguments.write_config is not None:
        refuse_config_over_pictures(plan, arguments.write_config)
    is_chosen = any(given.get(name) for name in (*names_of(codec.Options, "target"), "lossless"))
    if not is_chosen:
        _refuse_unasked_loss(plan)
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.dry_run:
        for note in codec.check_encode(options):
            print_error(note)  # such as which weights of a file were taken
    if not arguments.quiet:
        _tell_of_loss(plan, conversion, options, is_chosen=is_chosen)
    _write_config(options, arguments)
    return run_batch(plan, Encoder(codec.name, options), arguments, done="encoded")


def _flags(arguments: argparse.Namespace, codec: Codec) -> dict[str, Any]:
    """Return the codec's options that are given as flags."""
    flags = flags_given(arguments, *(each.Options for each in all_codecs()))
    for name in flags:
        if codec.name not in (having := codecs_with_option(name)):
            raise _is_for(name, having[0])
    return flags


def _check_in_place(arguments: argparse.Namespace, conversion: Conversion) -> None:
    """Refuse flags on results that replace their sources, where they make no sense."""
    for name in ("in_place", "allow_loss"):
        if getattr(arguments, name) and not conversion.keeps_suffix:
            raise _is_for(name, next(each.name for each in all_codecs() if encoding(each).keeps_suffix))
    if arguments.allow_loss and not arguments.in_place:
        raise UsageError("--allow-loss is for --in-place; results elsewhere leave the input as it is")
    if arguments.in_place and (arguments.skip_existing or arguments.newer):
        raise UsageError("--in-place works on files that exist; leave out --skip-existing and --newer")


def _is_for(option: str, codec: str) -> UsageError:
    flag = f"--{option.replace('_', '-')}"
    return UsageError(f"{flag} is for the codec {codec}; leave it out, or give --codec {codec}")


def _write_config(options: EncodeOptions, arguments: argparse.Namespace) -> None:
    if arguments.write_config is not None and not arguments.dry_run:
        about = f"# Options of beholder encode --codec {arguments.codec}, version {beholder.__version__}.\n"
        text = about + to_toml(options)
        write_file(arguments.write_config, text.encode(), overwrite=arguments.overwrite)


def _tell_of_loss(plan: Plan, conversion: Conversion, options: EncodeOptions, *, is_chosen: bool) -> None:
    """Print that JPEG files lose detail, which users may not expect."""
    is_lossy = conversion.keeps_suffix and not is_chosen
    if is_lossy and any(is_named(job.source, conversion.results) for job in plan.jobs):
        print_error(f"note: {_LOSS_OF_JPEG}")
    is_relative = options.target in ("psnr", "ssimulacra2", "kl")
    if is_relative and any(job.in_place for job in plan.jobs):
        print_error(f"note: {_LOSS_OF_EACH_RUN}")


def _refuse_unasked_loss(plan: Plan) -> None:
    """Refuse to replace JPEG files by lossy ones where nobody said how lossy."""
    for job in plan.jobs:
        if job.in_place:
            raise UsageError(
                f"--in-place would replace {job.source}: give --lossless to keep every pixel, or say how "
                f"good the result has to be, such as -q {DEFAULT_QUALITY:g}"
            )

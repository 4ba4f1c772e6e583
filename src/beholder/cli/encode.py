"""``beholder encode``."""

from __future__ import annotations

import argparse
from typing import Any

import beholder
from beholder.batch.conversion import encoding, is_named
from beholder.batch.convert import Encoder
from beholder.batch.jobs import Plan
from beholder.batch.refusals import refuse_config_over_pictures
from beholder.cli.batch import plan_batch, run_batch, tell_problems
from beholder.cli.output import print_error
from beholder.codecs.registry import all_codecs, codecs_with_option, find_codec
from beholder.errors import UsageError
from beholder.image.picture_formats import JPEG_SUFFIXES
from beholder.jpeg.options import DEFAULT_QUALITY, JpegOptions
from beholder.learned.options import LearnedOptions
from beholder.option_files import make_options, settings, to_toml
from beholder.option_flags import flags_given
from beholder.options import Options, names_of
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
    if arguments.codec == "learned":
        return _run_learned(arguments)
    if arguments.allow_loss and not arguments.in_place:
        raise UsageError("--allow-loss is for --in-place; results elsewhere leave the input as it is")
    given = _given(arguments)
    options = make_options(JpegOptions, given)
    for note in find_codec("jpeg").check_encode(options):
        print_error(note)  # such as which weights of a file were taken
    if arguments.in_place and (arguments.skip_existing or arguments.newer):
        raise UsageError("--in-place works on files that exist; leave out --skip-existing and --newer")
    plan = plan_batch(arguments, encoding(find_codec("jpeg"), lossless=options.lossless))
    if arguments.write_config is not None:
        refuse_config_over_pictures(plan, arguments.write_config)
    is_chosen = any(given.get(name) for name in (*names_of(JpegOptions, "target"), "lossless"))
    if not is_chosen:
        _refuse_unasked_loss(plan)
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.quiet:
        _tell_of_loss(plan, options, is_chosen=is_chosen)
    _write_config(options, arguments)
    return run_batch(plan, Encoder("jpeg", options), arguments, done="encoded")


def _run_learned(arguments: argparse.Namespace) -> int:
    for name in ("in_place", "allow_loss"):
        if getattr(arguments, name):
            raise UsageError(f"--{name.replace('_', '-')} is for the codec jpeg; leave it out")
    options = make_options(LearnedOptions, {"threads": 1} | _given(arguments))
    plan = plan_batch(arguments, encoding(find_codec("learned")))
    if arguments.write_config is not None:
        refuse_config_over_pictures(plan, arguments.write_config)
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.dry_run:
        find_codec("learned").check_encode(options)
    _write_config(options, arguments)
    return run_batch(plan, Encoder("learned", options), arguments, done="encoded")


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the codec that are given: those of the TOML file, overridden by flags.

    Raises:
        UsageError: A flag is of another codec, or the file cannot be used.
    """
    flags = flags_given(arguments, *(codec.Options for codec in all_codecs()))
    for name in flags:
        if arguments.codec not in (having := codecs_with_option(name)):
            remedy = "leave it out" if arguments.codec == "learned" else f"add --codec {having[0]}"
            raise UsageError(f"--{name.replace('_', '-')} is for the codec {having[0]}; {remedy}")
    return settings(find_codec(arguments.codec).Options, arguments.config, flags)


def _write_config(options: Options, arguments: argparse.Namespace) -> None:
    if arguments.write_config is not None and not arguments.dry_run:
        text = f"# Options of beholder encode, version {beholder.__version__}.\n{to_toml(options)}"
        write_file(arguments.write_config, text.encode(), overwrite=arguments.overwrite)


def _tell_of_loss(plan: Plan, options: JpegOptions, *, is_chosen: bool) -> None:
    """Print that JPEG files lose detail, which users may not expect."""
    if not is_chosen and any(is_named(job.source, JPEG_SUFFIXES) for job in plan.jobs):
        print_error(f"note: {_LOSS_OF_JPEG}")
    is_relative = any(getattr(options, name) is not None for name in ("psnr", "ssimulacra2", "kl"))
    if is_relative and any(job.in_place for job in plan.jobs):
        print_error(f"note: {_LOSS_OF_EACH_RUN}")


def _refuse_unasked_loss(plan: Plan) -> None:
    """Refuse to replace JPEG files by lossy ones where nobody said how lossy.

    Raises:
        UsageError: Names the choices.
    """
    for job in plan.jobs:
        if job.in_place:
            raise UsageError(
                f"--in-place would replace {job.source}: give --lossless to keep every pixel, or say how "
                f"good the result has to be, such as -q {DEFAULT_QUALITY:g}"
            )

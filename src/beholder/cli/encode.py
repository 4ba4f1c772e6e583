"""``beholder encode``."""

from __future__ import annotations

import argparse
from typing import cast

import beholder
from beholder.batch.conversion import encoding, is_named
from beholder.batch.convert import Encoder
from beholder.batch.jobs import Plan
from beholder.batch.refusals import refuse_config_over_pictures
from beholder.cli.batch import plan_batch, run_batch, tell_problems
from beholder.cli.output import print_error
from beholder.codecs.registry import find_codec
from beholder.errors import UsageError
from beholder.image.picture_formats import JPEG_SUFFIXES
from beholder.jpeg.config import format_config, read_config
from beholder.jpeg.options import DEFAULT_QUALITY, OPTION_NAMES, RATE_NAMES, JpegKeywords, JpegOptions
from beholder.learned import options as learned_options
from beholder.learned.options import LearnedKeywords, LearnedOptions
from beholder.safe_write import write_file

_LOSS_OF_JPEG = (
    f"JPEG files are encoded again at quality {DEFAULT_QUALITY:g}, with loss; --lossless keeps every pixel, "
    "and -q sets another quality"
)
_LOSS_OF_EACH_RUN = (
    "the target is measured against the JPEG as it is; every further run with --in-place loses as much again"
)
# Flags of the learned codec that are no options of its encoder, but say where it runs.
_LEARNED_FLAGS = ("weights", "device")


def run(arguments: argparse.Namespace) -> int:
    """Encode all inputs, `jobs` of them at once, and return the exit code.

    Raises:
        UsageError: The flags or their combination cannot be used; nothing has been read or written then.
    """
    if arguments.codec == "learned":
        return _run_learned(arguments)
    for name in _LEARNED_FLAGS:
        if name in vars(arguments):
            raise UsageError(f"--{name} is for the learned codec; add --codec learned")
    if arguments.allow_loss and not arguments.in_place:
        raise UsageError("--allow-loss is for --in-place; results elsewhere leave the input as it is")
    settings = _settings(arguments)
    options = _options(settings)
    if arguments.in_place and (arguments.skip_existing or arguments.newer):
        raise UsageError("--in-place works on files that exist; leave out --skip-existing and --newer")
    plan = plan_batch(arguments, encoding(find_codec("jpeg"), lossless=options.lossless))
    if arguments.write_config is not None:
        refuse_config_over_pictures(plan, arguments.write_config)
    is_chosen = any(settings.get(name) for name in (*RATE_NAMES, "lossless"))
    if not is_chosen:
        _refuse_unasked_loss(plan)
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.quiet:
        _tell_of_loss(plan, options, is_chosen=is_chosen)
    if arguments.write_config is not None and not arguments.dry_run:
        header = f"# Options of beholder encode, version {beholder.__version__}.\n"
        text = header + format_config(options)
        write_file(arguments.write_config, text.encode(), overwrite=arguments.overwrite)
    return run_batch(plan, Encoder("jpeg", options), arguments, done="encoded")


def _run_learned(arguments: argparse.Namespace) -> int:
    options = _learned_options(arguments)
    plan = plan_batch(arguments, encoding(find_codec("learned")))
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.dry_run:
        find_codec("learned").check_encode(options)
    return run_batch(plan, Encoder("learned", options), arguments, done="encoded")


def _learned_options(arguments: argparse.Namespace) -> LearnedOptions:
    """The learned codec's options.

    Raises:
        UsageError: A flag is for JPEG alone, or a value is not allowed.
    """
    known = {*OPTION_NAMES, *_LEARNED_FLAGS}
    flags = {"threads": 1} | {name: value for name, value in vars(arguments).items() if name in known}
    given = [name for name in flags if name not in learned_options.OPTION_NAMES]
    given += [name for name in ("config", "write_config") if getattr(arguments, name) is not None]
    given += [name for name in ("in_place", "allow_loss") if getattr(arguments, name)]
    if given:
        raise UsageError(f"--{given[0].replace('_', '-')} is for the codec jpeg; leave it out")
    quality = flags.get("quality")
    if quality is not None and quality.is_integer():
        flags["quality"] = int(quality)
    return LearnedOptions(**cast(LearnedKeywords, flags))


def _settings(arguments: argparse.Namespace) -> JpegKeywords:
    """The encoder's options that are given: those of the TOML file, overridden by flags."""
    flags = {name: value for name, value in vars(arguments).items() if name in OPTION_NAMES}
    settings = dict(read_config(arguments.config)) if arguments.config is not None else {}
    if any(name in flags for name in RATE_NAMES):  # only one of them can hold, and the flag is the later word
        settings = {name: value for name, value in settings.items() if name not in RATE_NAMES}
    return cast(JpegKeywords, settings | flags)


def _options(settings: JpegKeywords) -> JpegOptions:
    """The encoder's options, checked as far as can be done without a picture."""
    options = JpegOptions(**settings)
    for note in find_codec("jpeg").check_encode(options):
        print_error(note)  # such as which weights of a file were taken
    return options


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

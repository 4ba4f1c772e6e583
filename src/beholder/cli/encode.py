"""``beholder encode``."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

import beholder
from beholder.cli.batch import check_streams, run_plan, tell_problems
from beholder.cli.converters import JpegEncoder, LearnedEncoder
from beholder.cli.output import print_error
from beholder.cli.picture_flags import CODEC_OPTIONS
from beholder.cli.plan import TO_JPEG, TO_LEARNED, Plan, make_plan, refuse_config_over_pictures
from beholder.errors import InputError, UsageError
from beholder.image.picture_formats import JPEG_SUFFIXES
from beholder.jpeg.options import DEFAULT_QUALITY, JpegOptions
from beholder.learned import check_available
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
    _load_networks(options)
    check_streams(arguments, "a JPEG file")
    if arguments.in_place and (arguments.skip_existing or arguments.newer):
        raise UsageError("--in-place works on files that exist; leave out --skip-existing and --newer")
    plan = make_plan(
        arguments.inputs,
        arguments.output,
        replace(TO_JPEG, sources=JPEG_SUFFIXES) if options.lossless else TO_JPEG,
        recursive=arguments.recursive,
        in_place=arguments.in_place,
        skip_existing=arguments.skip_existing,
    )
    if arguments.write_config is not None:
        refuse_config_over_pictures(plan, arguments.write_config)
    is_chosen = any(given.get(name) for name in (*names_of(JpegOptions, "target"), "lossless"))
    if not is_chosen:
        _refuse_unasked_loss(plan)
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.quiet:
        _tell_of_loss(plan, options, is_chosen=is_chosen)
    if arguments.write_config is not None and not arguments.dry_run:
        _write_config(options, arguments)
    return run_plan(plan, JpegEncoder(options), arguments, done="encoded")


def _run_learned(arguments: argparse.Namespace) -> int:
    options = make_options(LearnedOptions, _given(arguments))
    for name in ("in_place", "allow_loss"):
        if getattr(arguments, name):
            raise UsageError(f"--{name.replace('_', '-')} is for the codec jpeg; leave it out")
    check_streams(arguments, "a file of the learned codec")
    plan = make_plan(
        arguments.inputs,
        arguments.output,
        TO_LEARNED,
        recursive=arguments.recursive,
        skip_existing=arguments.skip_existing,
    )
    if (code := tell_problems(plan, arguments)) is not None:
        return code
    if not arguments.dry_run:
        check_available(options.weights, device=options.device)
        if arguments.write_config is not None:
            _write_config(options, arguments)
    return run_plan(plan, LearnedEncoder(options), arguments, done="encoded")


def _given(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the options of the codec that are given: those of the TOML file, overridden by flags.

    Raises:
        UsageError: A flag is of another codec, or the file cannot be used.
    """
    cls = CODEC_OPTIONS[arguments.codec]
    flags = flags_given(arguments, *CODEC_OPTIONS.values())
    for name in flags:
        if name not in names_of(cls):
            owner = next(codec for codec, own in CODEC_OPTIONS.items() if name in names_of(own))
            remedy = "leave it out" if owner == "jpeg" else f"add --codec {owner}"
            raise UsageError(f"--{name.replace('_', '-')} is for the codec {owner}; {remedy}")
    return settings(cls, arguments.config, flags)


def _write_config(options: Options, arguments: argparse.Namespace) -> None:
    header = f"# Options of beholder encode, version {beholder.__version__}.\n"
    text = header + to_toml(options)
    write_file(arguments.write_config, text.encode(), overwrite=arguments.overwrite)


def _load_networks(options: JpegOptions) -> None:
    """Check the networks that the options name, as far as can be done without a picture."""
    if options.is_machine or options.kl is not None:
        from beholder.cli.output import print_error  # noqa: PLC0415
        from beholder.jpeg.observer_choice import observer_of  # noqa: PLC0415 -- the core loads with it
        from beholder.observers import gradient_observers  # noqa: PLC0415

        try:
            networks = gradient_observers(observer_of(options))
        except InputError as error:
            raise UsageError(str(error)) from error
        for note in (note for _, network in networks for note in getattr(network, "notes", ())):
            print_error(note)  # such as which weights of a file were taken


def _tell_of_loss(plan: Plan, options: JpegOptions, *, is_chosen: bool) -> None:
    """Print that JPEG files lose detail, which users may not expect."""
    if not is_chosen and any(job.is_of_jpeg for job in plan.jobs):
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

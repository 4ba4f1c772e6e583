"""Training as the command line asks for it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from beholder.errors import UsageError
from beholder.option_files import example_toml, load_options
from beholder.option_flags import add_flags, flags_given
from beholder.training.config import CONFIG_FILE, TrainingConfig

_EXAMPLE = "# Every key of `beholder train` at its default. Lines that begin with # set nothing."


def add_training_flags(parser: argparse.ArgumentParser) -> None:
    """Add the TOML file, what to do with it, and a flag for every option; a flag not given sets nothing."""
    parser.add_argument("config", nargs="?", metavar="FILE", help="TOML file; flags override it")
    parser.add_argument(
        "--example", action="store_true", help="print a TOML file with every key at its default, and stop"
    )
    parser.add_argument(
        "--export",
        metavar="WEIGHTS",
        help="write the weights of the run in the output folder to a file that --weights takes, without "
        "training; the entropy coder's tables are fitted to the run's data",
    )
    parser.add_argument(
        "--overwrite",
        action="store_true",
        help="start anew where a run lies in the output folder; with --export: replace the file",
    )
    add_flags(parser, TrainingConfig)


def train_as_asked(arguments: argparse.Namespace, tell: Callable[[str], None] | None = None) -> str:
    """Do what the flags of `add_training_flags` ask for; return a last line for people.

    Raises:
        BeholderError: As `beholder.training.loop.train`, or torch is missing.
    """
    if arguments.example:
        return f"{_EXAMPLE}\n{example_toml(TrainingConfig)}".rstrip("\n")
    overrides = flags_given(arguments, TrainingConfig)
    path = arguments.config
    if arguments.export:
        if path is None and "output" in overrides:
            path = str(Path(overrides["output"], CONFIG_FILE))  # which the run left there
        if "data" in overrides:
            overrides.setdefault("shares", ())  # those of the file are of its own data
    config = load_options(TrainingConfig, path, overrides)
    tell = tell or partial(print, flush=True)
    try:
        if arguments.export:
            return _export(config, Path(arguments.export), tell, overwrite=arguments.overwrite)
        # Here rather than above: torch takes seconds to load, and a wrong flag is told without it.
        from beholder.training.loop import train  # noqa: PLC0415

        checkpoint = train(config, overwrite=arguments.overwrite, tell=tell)
    except ModuleNotFoundError as error:
        if error.name not in ("torch", "safetensors", "constriction"):
            raise
        raise UsageError(
            f'this needs {error.name}; install it with: pip install "beholder[learned]"'
        ) from error
    return (
        f"{checkpoint}: {config.steps} steps; make weights of it with: "
        f"beholder train --output {config.output} --export FILE"
    )


def _export(config: TrainingConfig, file: Path, tell: Callable[[str], None], *, overwrite: bool) -> str:
    from beholder.learned.weight_files import identity_of_weights  # noqa: PLC0415
    from beholder.safe_write import check_writable, write_file  # noqa: PLC0415
    from beholder.training.export import export_weights  # noqa: PLC0415
    from beholder.training.mixture import Mixture  # noqa: PLC0415

    checkpoint = config.checkpoint_path
    if not checkpoint.exists():
        raise UsageError(f"{checkpoint}: is not there; name the output folder of a run that has saved one")
    check_writable(file, overwrite=overwrite)
    tell(f"fitting the entropy coder's tables to {', '.join(config.data)}")
    data = export_weights(checkpoint, Mixture(config.classes), tell=tell)
    write_file(file, data, overwrite=overwrite)
    return f"{file}: {len(data) / 1e6:.2f} MB, identity {identity_of_weights(data).hex()}"

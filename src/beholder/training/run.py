"""Training as the command line asks for it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from beholder.errors import UsageError
from beholder.training.config import TrainingConfig
from beholder.training.config_file import CONFIG_FILE, CONFIG_NAMES, example_toml, load_config


def train_as_asked(arguments: argparse.Namespace, tell: Callable[[str], None] | None = None) -> str:
    """Do what the flags of `beholder.training.flags.add_flags` ask for; return a last line for people.

    Raises:
        BeholderError: As `beholder.training.loop.train`, or torch is missing.
    """
    if arguments.example:
        return example_toml().rstrip("\n")
    given = vars(arguments)
    overrides = {name: given[name] for name in CONFIG_NAMES if name in given}
    path = arguments.config
    if arguments.export:
        if path is None and "output" in overrides:
            path = str(Path(overrides["output"], CONFIG_FILE))  # which the run left there
        if "data" in overrides:
            overrides.setdefault("shares", ())  # those of the file are of its own data
    config = load_config(path, overrides)
    tell = tell or _print
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


def _print(line: str) -> None:
    print(line, flush=True)

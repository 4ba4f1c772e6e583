"""Training as the command line asks for it."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from beholder.errors import UsageError
from beholder.training.config import CONFIG_NAMES, load_config


def train_as_asked(arguments: argparse.Namespace, tell: Callable[[str], None] | None = None) -> str:
    """Trains by the flags of `beholder.training.config.add_flags` and returns the checkpoint's path.

    Raises:
        BeholderError: As `beholder.training.loop.train`, or torch is missing.
    """
    given = vars(arguments)
    config = load_config(arguments.config, {name: given[name] for name in CONFIG_NAMES if name in given})
    try:
        # Here rather than above: torch takes seconds to load, and a wrong flag is told without it.
        from beholder.training.loop import train  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise UsageError('training needs torch; install it with: pip install "beholder[learned]"') from error
    return str(train(config, overwrite=arguments.overwrite, tell=tell or _print))


def _print(line: str) -> None:
    print(line, flush=True)

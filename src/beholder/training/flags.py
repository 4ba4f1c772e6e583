"""Flags of `beholder train`, made from the fields of `TrainingConfig`."""

from __future__ import annotations

import argparse
from dataclasses import Field, fields
from typing import Any

from beholder.training.config import FIELD_TYPES, LISTS, TrainingConfig

_SHORT = {"from_weights": "--from"}


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add the TOML file, what to do with it, and a flag for every field; a flag not given sets nothing."""
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
    groups: dict[str, argparse._ArgumentGroup] = {}
    for own in fields(TrainingConfig):
        group = own.metadata["group"]
        if group not in groups:
            groups[group] = parser.add_argument_group(group)
        names = [_SHORT[own.name]] if own.name in _SHORT else []
        kind = FIELD_TYPES[own.name]
        usual = f" (default {own.default})" if kind in (int, float) and own.default is not None else ""
        groups[group].add_argument(
            *names,
            "--" + own.name.replace("_", "-"),
            dest=own.name,
            default=argparse.SUPPRESS,
            help=(own.metadata["help"] + usual).replace("%", "%%"),
            **_how_to_read(own),
        )


def _how_to_read(own: Field[Any]) -> dict[str, Any]:
    if own.name in LISTS:
        return {"nargs": "*", "metavar": own.metadata["metavar"]}
    if FIELD_TYPES[own.name] is bool:
        return {"action": argparse.BooleanOptionalAction}
    return {"type": FIELD_TYPES[own.name], "metavar": own.metadata["metavar"]}

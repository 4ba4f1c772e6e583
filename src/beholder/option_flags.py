"""Flags of argparse, and tables of the documentation, made of options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, replace
from typing import Any

from beholder.options import Option, options_of, read_number


def add_flags(
    parser: argparse._ActionsContainer,
    classes: type | Mapping[str, type],
    *,
    only: Collection[str] = (),
) -> None:
    """Add a flag for every option; a flag that is not given sets nothing.

    Args:
        parser: A parser, which gets a group for every group of options, or a group.
        classes: An options dataclass, or those of several codecs by the codec's name.
        only: Names of the options to add; none: all.
    """
    groups: dict[str, argparse._ActionsContainer] = {}
    sets: dict[str, argparse._MutuallyExclusiveGroup] = {}
    for path, own in _merged(classes if isinstance(classes, Mapping) else {"": classes}):
        if only and path not in only:
            continue
        into = parser
        if own.group and isinstance(parser, argparse.ArgumentParser):
            into = groups.get(own.group) or groups.setdefault(own.group, parser.add_argument_group(own.group))
        if own.one_of:
            into = sets.get(own.one_of) or sets.setdefault(own.one_of, into.add_mutually_exclusive_group())
        into.add_argument(
            *own.all_flags, dest=path, default=argparse.SUPPRESS, help=_help(own), **_how_to_read(own)
        )


def flags_given(arguments: argparse.Namespace, *classes: type) -> dict[str, Any]:
    """Return the options that flags set, as `beholder.option_files.settings` takes them."""
    given: dict[str, Any] = {}
    for cls in classes:
        for path, _ in _flat(cls):
            if path in vars(arguments):
                outer, _, inner = path.partition(".")
                if inner:
                    given.setdefault(outer, {})[inner] = vars(arguments)[path]
                else:
                    given[outer] = vars(arguments)[path]
    return given


def markdown_table(classes: type | Mapping[str, type], *, key: str = "Python, TOML") -> list[str]:
    """Return the rows of a table of all options, by group."""
    options = list(_merged(classes if isinstance(classes, Mapping) else {"": classes}))
    rows = [f"| flag | {key} | meaning |", "|---|---|---|"]
    for group in dict.fromkeys(own.group for _, own in options):
        for path, own in options:
            if own.group == group:
                flags = ", ".join(f"`{flag}`" for flag in own.all_flags)
                values = f"; {own.allowed}" if own.choices or own.range else ""
                rows.append(f"| {flags} | `{path}` | {_help(own, percent='%')}{values} |")
    return rows


def whole_number(minimum: int, maximum: int) -> Callable[[str], int]:
    """Return what reads a flag's whole number in a range."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not minimum <= int(text) <= maximum:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {minimum} to {maximum}")
        return int(text)

    return read


def seconds(text: str) -> float:
    """Return a flag's time; a clock of the system's takes no more than two weeks."""
    with suppress(ValueError):
        if 0.01 <= (value := float(text)) <= 1e6:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.01 to 1000000")


def flag_type(read: Callable[[str], object]) -> Callable[[str], object]:
    """Return what reads a flag's text, with the words of its ValueError as those of the flag's error."""

    def read_flag(text: str) -> object:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read_flag


def _flat(cls: type) -> Iterator[tuple[str, Option]]:
    """Yield the options of a dataclass, those of a nested one as OUTER.INNER."""
    for name, own in options_of(cls).items():
        if own.is_nested:
            yield from ((f"{name}.{inner}", replace(it, group=own.group)) for inner, it in _flat(own.kind))
        else:
            yield name, own


def _merged(classes: Mapping[str, type]) -> Iterator[tuple[str, Option]]:
    """Yield the options of codecs once each, and say what is of one codec alone in their groups or help."""
    owners: dict[str, dict[str, Option]] = {}
    for codec, cls in classes.items():
        for path, own in _flat(cls):
            owners.setdefault(path, {})[codec] = own
    for path, by_codec in owners.items():
        own = next(iter(by_codec.values()))
        text, group = own.help, own.group
        if len({it.help for it in by_codec.values()}) > 1:
            text = "; ".join(f"{codec}: {it.help}" for codec, it in by_codec.items())
        elif len(by_codec) < len(classes):
            told = f"codec {' and '.join(by_codec)}"
            alike = {tuple(it) for it in owners.values() if group in (one.group for one in it.values())}
            group, text = (f"{group} ({told})", text) if len(alike) == 1 else (group, f"{text} ({told})")
        yield path, replace(own, help=text, group=group)


def _help(own: Option, percent: str = "%%") -> str:
    usual = ""
    if own.kind is not bool and own.default not in (None, MISSING, "", ()):
        usual = f" (default {own.default:g})" if own.kind is float else f" (default {own.default})"
    return (own.help + usual).replace("%", percent)


def _how_to_read(own: Option) -> dict[str, Any]:
    if own.kind is bool:
        return {"action": argparse.BooleanOptionalAction}
    metavar = {"metavar": own.metavar} if own.metavar else {}
    if own.kind is tuple:
        return {"nargs": "*", **metavar}
    read = own.read or (read_number if own.kind in (int, float) else None)
    return {"type": flag_type(read) if read else None, "choices": own.choices or None, **metavar}

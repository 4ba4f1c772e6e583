"""Flags of argparse, and tables of the documentation, made of options."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, replace
from typing import Any

from beholder.options import Option, options_of, read_number

_TABLE_HEAD = ("| flag | in Python and TOML | values | meaning |", "|---|---|---|---|")


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
    for path, own, owners in _by_path(classes):
        if only and path not in only:
            continue
        into = parser
        if own.group and isinstance(parser, argparse.ArgumentParser):
            into = groups.get(own.group) or groups.setdefault(own.group, parser.add_argument_group(own.group))
        if own.one_of:
            into = sets.get(own.one_of) or sets.setdefault(own.one_of, into.add_mutually_exclusive_group())
        text = _joined(owners, _help).replace("%", "%%")
        how = _how_to_read(own)
        into.add_argument(*own.all_flags, dest=path, default=argparse.SUPPRESS, help=text, **how)


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


def markdown_tables(classes: type | Mapping[str, type]) -> list[str]:
    """Return the lines of a table of options for each of their groups; `classes` as for `add_flags`."""
    options = list(_by_path(classes))
    lines: list[str] = []
    for group in dict.fromkeys(own.group for _, own, _ in options):
        lines += ["", f"{group[:1].upper()}{group[1:]}:", "", *_TABLE_HEAD]
        for path, own, owners in options:
            if own.group == group:
                flags = ", ".join(f"`{flag} {own.metavar}".rstrip() + "`" for flag in own.all_flags)
                cells = (flags, f"`{path}`", _joined(owners, _values), _joined(owners, _help))
                lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return lines[1:]


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


def _by_path(classes: type | Mapping[str, type]) -> Iterator[tuple[str, Option, dict[str, Option]]]:
    """Yield every option once, its group saying of which codec it is alone, and all of its codecs."""
    classes = classes if isinstance(classes, Mapping) else {"": classes}
    owners: dict[str, dict[str, Option]] = {}
    for codec, cls in classes.items():
        for path, own in _flat(cls):
            owners.setdefault(path, {})[codec] = own
    for path, own_by_codec in owners.items():
        by_codec, own = own_by_codec, next(iter(own_by_codec.values()))
        if len(by_codec) < len(classes):
            told = f" (codec {' and '.join(by_codec)})"
            alike = {tuple(it) for it in owners.values() if own.group in {one.group for one in it.values()}}
            if len(alike) == 1:
                own = replace(own, group=own.group + told)
            else:
                by_codec = {codec: replace(it, help=it.help + told) for codec, it in by_codec.items()}
        yield path, own, by_codec


def _joined(owners: Mapping[str, Option], text_of: Callable[[Option], str]) -> str:
    """Return the text of an option; where codecs differ, that of each."""
    texts = {codec: text_of(own) for codec, own in owners.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{codec}: {text}" for codec, text in texts.items())


def _help(own: Option) -> str:
    if own.kind is bool or own.default in (None, MISSING, "", ()):
        return own.help
    return (
        f"{own.help} (default {own.default:g})"
        if own.kind is float
        else f"{own.help} (default {own.default})"
    )


def _values(own: Option) -> str:
    if own.choices:
        return ", ".join(f"`{choice}`" for choice in own.choices)
    return own.allowed.removeprefix("a number").strip() if own.kind in (int, float) else ""


def _how_to_read(own: Option) -> dict[str, Any]:
    if own.kind is bool:
        return {"action": argparse.BooleanOptionalAction}
    metavar = {"metavar": own.metavar} if own.metavar else {}
    if own.kind is tuple:
        return {"nargs": "*", **metavar}
    read = own.read or (read_number if own.kind in (int, float) else None)
    return {"type": flag_type(read) if read else None, "choices": own.choices or None, **metavar}

"""TOML files of options: read, written, and an example of every key."""

from __future__ import annotations

import difflib
import json
import os
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING
from pathlib import Path
from typing import Any, TypeVar

from beholder.errors import UsageError
from beholder.options import Options, options_of

OptionsT = TypeVar("OptionsT", bound=Options)
_WIDTH = 100


def load_options(
    cls: type[OptionsT], path: str | os.PathLike[str] | None, overrides: Mapping[str, Any]
) -> OptionsT:
    """Return the options of a TOML file, if one is given, with values put over them.

    Raises:
        UsageError: As `settings` and `make_options`.
    """
    values = settings(cls, path, overrides)
    return make_options(cls, values, "" if path is None or overrides else os.fspath(path))


def make_options(cls: type[OptionsT], values: Mapping[str, Any], where: str = "") -> OptionsT:
    """Return options of known names; `where` is the file that all values are from, if they are from one.

    Raises:
        UsageError: An option that has no default is not given, or as the options' own checks.
    """
    label = f"{where}: " if where else ""
    for name, own in options_of(cls).items():
        if own.default is MISSING and name not in values:
            raise UsageError(f"{label}{name} is not given; give {own.all_flags[-1]} {own.metavar}")
    try:
        return cls(**values)
    except UsageError as error:
        raise UsageError(f"{label}{error}") from error


def settings(
    cls: type[Options], path: str | os.PathLike[str] | None, overrides: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values of a TOML file, if one is given, with others put over them.

    Raises:
        UsageError: The file cannot be read, is not TOML, has a key that is no option, or a value that is not
            allowed.
    """
    check_names(overrides, "options", cls)
    table = {} if path is None else _read(cls, os.fspath(path))
    own = options_of(cls)
    given = {own[name].one_of for name in overrides} - {""}
    # Of a set only one option can hold, and what is put over the file is the later word.
    kept = {name: value for name, value in table.items() if own[name].one_of not in given}
    both = [name for name in overrides if own[name].is_nested and name in table]
    return {**kept, **overrides, **{name: table[name] | overrides[name] for name in both}}


def check_names(names: Mapping[str, Any], where: str, cls: type) -> None:
    """Refuse names that are not options of a dataclass, nor of those nested in it.

    Raises:
        UsageError: Names the unknown one and the nearest known ones.
    """
    for name, value in names.items():
        own = options_of(cls).get(name)
        if own is None:
            raise UsageError(f"{where}: unknown option {name!r}; {_nearest(name, cls)}")
        if own.is_nested and isinstance(value, Mapping):
            check_names(value, f"{where}: [{name}]", own.kind)


def to_toml(options: Options) -> str:
    """Return the options as `load_options` reads them; what is None is left out.

    Raises:
        UsageError: A value is an object, which no file can hold.
    """
    lines, tables = [], []
    for name, own in options_of(type(options)).items():
        value = getattr(options, name)
        if own.is_nested:
            tables.append(f"\n[{name}]\n{to_toml(value)}")
        elif value is not None:
            lines.append(f"{name} = {_toml(name, value)}\n")
    return "".join(lines + tables)


def example_toml(cls: type[Options]) -> str:
    """Return a file with every key at its default, each below what it means.

    A key whose default is None stands as a comment.
    """
    lines, tables = [], []
    for name, own in options_of(cls).items():
        about = textwrap.fill(own.help, _WIDTH, initial_indent="# ", subsequent_indent="# ")
        if own.is_nested:
            tables += ["", about, f"[{name}]", example_toml(own.kind).rstrip()]
        elif own.default is None:
            lines += ["", about, f"# {name} = {own.metavar or ' | '.join(map(json.dumps, own.choices))}"]
        else:
            value = own.example if own.default is MISSING else own.default
            lines += ["", about, f"{name} = {_toml(name, value)}"]
    return "\n".join(lines + tables) + "\n"


def _read(cls: type[Options], path: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:  # of TOML or of UTF-8
        raise UsageError(f"{path}: not a TOML file ({error})") from error
    check_names(table, path, cls)
    try:
        for name, value in table.items():
            options_of(cls)[name].checked(value)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
    return table


def _nearest(name: str, cls: type) -> str:
    known: dict[str, str] = {}
    for outer, own in options_of(cls).items():
        known[outer] = outer
        if own.is_nested:
            known |= {inner: f"{inner} in [{outer}]" for inner in options_of(own.kind)}
    if near := difflib.get_close_matches(name, known, n=2):
        return f"did you mean {' or '.join(known[own] for own in near)}?"
    return f"known are {', '.join(known)}"


def _toml(name: str, value: object) -> str:
    if not isinstance(value, str | int | float | tuple | list):
        raise UsageError(f"{name} is an object of type {type(value).__name__}, which a file cannot hold")
    # JSON's texts, finite numbers, booleans and lists of texts are TOML's too, but for one control character.
    return json.dumps(value, allow_nan=False, ensure_ascii=False).replace("\x7f", "\\u007f")

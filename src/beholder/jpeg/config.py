"""JPEG options in TOML files: the keys are the fields of `JpegOptions`."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from pathlib import Path
from typing import Any, cast

from beholder.errors import UsageError
from beholder.jpeg.options import OPTION_NAMES, JpegKeywords, JpegOptions


def read_config(path: str | os.PathLike[str]) -> JpegKeywords:
    """Return the options that a TOML file sets.

    Raises:
        UsageError: The file cannot be read, is not TOML, has a key that is not an option, or a value that is
            not allowed.
    """
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{os.fspath(path)}: {error.strerror or error}") from error
    except ValueError as error:  # of TOML or of UTF-8
        raise UsageError(f"{os.fspath(path)}: not a TOML file ({error})") from error
    check_names(table, os.fspath(path))
    try:
        JpegOptions(**table)
    except UsageError as error:
        raise UsageError(f"{os.fspath(path)}: {error}") from error
    return cast(JpegKeywords, table)


def check_names(keywords: dict[str, Any], where: str) -> None:
    """Refuses keys that are not options.

    Raises:
        UsageError: Names the unknown key and the nearest known one.
    """
    for name in keywords:
        if name not in OPTION_NAMES:
            near = difflib.get_close_matches(name, OPTION_NAMES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(OPTION_NAMES)}"
            raise UsageError(f"{where}: unknown option {name!r}; {hint}")


def format_config(options: JpegOptions) -> str:
    """The options as a TOML file that `read_config` gives back.

    Raises:
        UsageError: The observer is an object, which no file can name.
    """
    lines = []
    for name in OPTION_NAMES:
        value = getattr(options, name)
        if value is None:
            continue
        if not isinstance(value, str | int | float):
            raise UsageError(f"{name} is an object of type {type(value).__name__}, which a file cannot hold")
        lines.append(f"{name} = {json.dumps(value)}")  # of such values JSON and TOML write the same
    return "\n".join(lines) + "\n"

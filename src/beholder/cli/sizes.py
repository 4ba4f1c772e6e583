"""Sizes as people write them: 60k, 1.5M."""

from __future__ import annotations

import math
import re

_FACTORS = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "Ki": 1024, "Mi": 1024**2, "Gi": 1024**3}


def parse_size(text: str) -> int:
    """The number that `text` says: digits with an optional k, M, G (thousands), Ki, Mi, Gi (1024) and B.

    Raises:
        ValueError: It says none, or less than one.

    >>> parse_size("60k"), parse_size("1.5M"), parse_size("2KiB")
    (60000, 1500000, 2048)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kKMG]i?)?B?", text.strip())
    if found:
        unit = (found[2] or "").replace("k", "K").replace("K", "k" if "i" not in (found[2] or "") else "K")
        size = float(found[1]) * _FACTORS[unit]
        if 1 <= size < math.inf:
            return int(size)
    raise ValueError(f"{text!r} is not a size; write a number of bytes, or like 60k, 1.5M, 64Ki")


def format_size(size: int) -> str:
    """A size for people, in thousands.

    >>> format_size(999), format_size(60_400), format_size(1_520_000)
    ('999 B', '60.4 kB', '1.52 MB')
    """
    if size < 1000:
        return f"{size} B"
    for unit, factor in (("kB", 1000), ("MB", 1000**2)):
        if size < 999.5 * factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size / 1000**3:.2f} GB"

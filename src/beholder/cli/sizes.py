"""Sizes for people to read."""

from __future__ import annotations


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

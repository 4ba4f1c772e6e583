"""How many pictures have no label, told before a run."""

from __future__ import annotations

from collections.abc import Container, Sequence

from beholder.cli.output import print_error


def tell_unlabelled(table: str, names: Sequence[str], labelled: Container[str], what: str) -> None:
    """Print one line on the pictures without a label, if there are any.

    Args:
        table: File of the labels.
        names: Of all pictures.
        labelled: Those that have one.
        what: Becomes of the others, in words.
    """
    lacking = [name for name in names if name not in labelled]
    if lacking:
        print_error(
            f"{table}: has no label of {len(lacking)} of {len(names)} pictures, such as {lacking[0]}; {what}"
        )

"""What scripts that measure share: flags, tables, and the files of their results."""

import argparse
import json
import resource
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.provenance import ROOT, provenance

SHARED = ROOT.parent / "shared"


def flags(description: str | None, *, data: str = "kodak") -> argparse.ArgumentParser:
    """Return a parser with --data, a folder of `../shared/data` unless given, and --output."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=SHARED / "data" / data, help="folder of the pictures")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="write the results there, such as benchmarks/results"
    )
    return parser


def peak_memory_bytes() -> int:
    """Return the most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: bool = False) -> list[str]:
    """Return the lines of a Markdown table; with `numbers` all columns but the first are set to the right."""
    lines = [f"| {' | '.join(map(str, cells))} |" for cells in (head, *rows)]
    lines.insert(1, "|---" + ("|---:" if numbers else "|---") * (len(head) - 1) + "|")
    return lines


def write_result(folder: Path | None, name: str, record: Mapping[str, Any]) -> None:
    """Write a record and where it comes from as ``NAME.json`` into a folder; None writes nothing."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"provenance": provenance(), **record}, indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def finish(
    folder: Path | None, name: str, record: Mapping[str, Any], title: str, tables: Sequence[str]
) -> None:
    """Print tables under a title; write them as ``NAME.md``, and the record as `write_result` does."""
    origin = [f"- {key}: `{value}`" for key, value in provenance().items()]
    text = "\n".join([f"# {title}", "", *tables, "", *origin])
    print(text)
    write_result(folder, name, record)
    if folder is not None:
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")

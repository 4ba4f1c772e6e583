"""A run: its rows and all that is known of them, as it was measured and as it is read back.

::

    run --write--> rows.csv, run.json      (the run; `read_run` takes them)
                   means.csv, deltas.csv, table.md, rows.parquet   (derived, for people)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from beholder.errors import InputError
from beholder.evaluation.absent import Absent
from beholder.evaluation.curves_of_rows import Mean, means
from beholder.evaluation.deltas import SetDelta, Window, published_deltas, set_deltas
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.provenance import Provenance
from beholder.evaluation.published_curves import PublishedCurve
from beholder.evaluation.rows import Row, can_write_parquet, format_csv, format_parquet, read_csv
from beholder.evaluation.score import Aggregate, Column, Scale
from beholder.evaluation.table import format_deltas, format_means, format_table
from beholder.safe_write import write_file

# Of run.json; raise it when what is written there changes its meaning.
_FORMAT = 2
_ROWS, _RECORD = "rows.csv", "run.json"
_REASONS_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class CodecRecord:
    """A codec as it was in a run.

    Attributes:
        settings: In words.
        fingerprint: What decided its bytes.
        qualities: That were used, in their order.
    """

    settings: str
    fingerprint: str
    qualities: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Pictures through codecs at their qualities, scored.

    Attributes:
        rows: The result: pictures in order, of each the codecs in order, of each the qualities in order.
        codecs: By name, in the order of the command.
        columns: Of its scores.
        fingerprints: Of its scores by name: what decided their numbers.
        items: Its pictures; their files need not be there any more, and of what was known of them only the
            labels are kept.
        anchor: Name of the codec that counts as 0.
        published: Curves to set beside.
        window_bpp: Of the anchor's rates, that deltas are taken over; None for all that both curves cover.
        absent: What was asked for and was not there.
        provenance: How it came about.
    """

    rows: Sequence[Row]
    codecs: Mapping[str, CodecRecord]
    columns: Sequence[Column]
    fingerprints: Mapping[str, str]
    items: Sequence[Item]
    anchor: str
    published: Sequence[PublishedCurve]
    window_bpp: Window | None
    absent: Sequence[Absent]
    provenance: Provenance

    def __repr__(self) -> str:
        """Return what was measured, and how much of it, in a line."""
        scores = ", ".join(column.name for column in self.columns)
        return f"Run({len(self.items)} pictures; codecs {', '.join(self.codecs)}; scores {scores})"

    @cached_property
    def means(self) -> list[Mean]:
        """Means over pictures, codec by codec."""
        return means(self.rows)

    @cached_property
    def deltas(self) -> list[SetDelta]:
        """Bjontegaard deltas of the other codecs and of published curves against the anchor."""
        return self.deltas_against(self.anchor)

    def deltas_against(self, anchor: str) -> list[SetDelta]:
        """Return deltas against another of the codecs.

        Raises:
            UsageError: No row is of the anchor.
        """
        return [
            *set_deltas(self.rows, anchor, self.columns, self.window_bpp),
            *published_deltas(self.rows, anchor, self.published, self.columns, self.window_bpp),
        ]

    @cached_property
    def table(self) -> str:
        """The Markdown tables of deltas and means."""
        return format_table(self)

    @property
    def failures(self) -> list[str]:
        """What failed, each reason once with the first row that has it."""
        first: dict[tuple[str, str], Row] = {}
        counts: Counter[tuple[str, str]] = Counter()
        for row in self.rows:
            if row.error:
                first.setdefault((row.codec, row.error), row)
                counts[row.codec, row.error] += 1
        lines = []
        for reason, row in list(first.items())[:_REASONS_SHOWN]:
            more = f" (and {counts[reason] - 1} more rows)" if counts[reason] > 1 else ""
            lines.append(f"{row.item}, {row.codec} at {row.quality:g}: {row.error}{more}")
        if len(first) > _REASONS_SHOWN:
            lines.append(
                f"{len(first) - _REASONS_SHOWN} more kinds of errors; see the column error of rows.csv"
            )
        return lines

    def write(self, folder: Path) -> None:
        """Write all results, over those of an earlier run; the folder is made where it is not there.

        Raises:
            OutputError: A result cannot be written.
        """
        results = {
            _ROWS: format_csv(self.rows, self.columns),
            "means.csv": format_means(self.means, self.columns),
            "deltas.csv": format_deltas(self.deltas),
            "table.md": self.table,
            _RECORD: json.dumps(self._record(), indent=1) + "\n",
        }
        for name, text in results.items():
            # Names of files may hold bytes that are no UTF-8; they are written as they came.
            write_file(folder / name, text.encode("utf-8", "surrogateescape"), overwrite=True)
        if can_write_parquet():
            write_file(folder / "rows.parquet", format_parquet(self.rows, self.columns), overwrite=True)

    def _record(self) -> dict[str, Any]:
        """All but the rows, as JSON."""
        return {
            "format": _FORMAT,
            "provenance": asdict(self.provenance),
            "anchor": self.anchor,
            "window_bpp": self.window_bpp,
            "codecs": {name: asdict(codec) for name, codec in self.codecs.items()},
            "scores": [
                {**asdict(column), "fingerprint": self.fingerprints[column.name]} for column in self.columns
            ],
            "published": [asdict(each) for each in self.published],
            "absent": [asdict(each) for each in self.absent],
            "items": {item.name: str(item.path) for item in self.items},
            "labels": {item.name: item.label for item in self.items if item.label is not None},
        }


def read_run(folder: Path) -> Run:
    """Return the run of a folder that `Run.write` wrote.

    Raises:
        InputError: The folder cannot be read, is not that of a run, or is of another version.
    """
    record = _read_record(folder)
    try:
        return _run_of_record(folder, record)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{folder / _RECORD}: no record of a run ({type(error).__name__}: {error})"
        ) from error


def _read_record(folder: Path) -> dict[str, Any]:
    path = folder / _RECORD
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(
            f"{folder}: is not the folder of a run, it has no {_RECORD}; name what beholder evaluate -o wrote"
        ) from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path}: no record of a run ({error})") from error
    version = record.get("format", 0) if isinstance(record, dict) else None
    if not isinstance(record, dict) or version != _FORMAT:
        raise InputError(
            f"{path}: is of format {version}, and this version reads {_FORMAT}; run the same command "
            "again into the same folder, which takes from its cache what has not changed"
        )
    return record


def _run_of_record(folder: Path, record: Mapping[str, Any]) -> Run:
    columns = [_column_of_record(each) for each in record["scores"]]
    window = record["window_bpp"]
    labels = record["labels"]
    return Run(
        rows=read_csv(folder / _ROWS, columns),
        codecs={
            name: CodecRecord(**{**codec, "qualities": tuple(map(float, codec["qualities"]))})
            for name, codec in record["codecs"].items()
        },
        columns=columns,
        fingerprints={each["name"]: each["fingerprint"] for each in record["scores"]},
        items=[Item(name, Path(path), labels.get(name)) for name, path in record["items"].items()],
        anchor=record["anchor"],
        published=[
            PublishedCurve(
                **{
                    **each,
                    "rates_bpp": tuple(map(float, each["rates_bpp"])),
                    "scores": {name: tuple(map(float, values)) for name, values in each["scores"].items()},
                }
            )
            for each in record["published"]
        ],
        window_bpp=None if window is None else (float(window[0]), float(window[1])),
        absent=[Absent(**each) for each in record["absent"]],
        provenance=Provenance(**{**record["provenance"], "command": tuple(record["provenance"]["command"])}),
    )


def _column_of_record(record: Mapping[str, str]) -> Column:
    return Column(
        record["name"],
        record["unit"],
        Scale(record["scale"]),
        Aggregate(record["aggregate"]),
        Needs(record["needs"]),
    )

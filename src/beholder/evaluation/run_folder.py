"""The folder of a run: what `beholder evaluate` leaves there, and a run read back from it.

::

    rows, experiment --write_run--> rows.csv, run.json      (the run; `read_run` takes them)
                                    means.csv, deltas.csv, table.md, rows.parquet   (derived, for people)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beholder.errors import InputError
from beholder.evaluation.absent import Absent
from beholder.evaluation.curves_of_rows import Column, columns_of, means
from beholder.evaluation.deltas import Window, published_deltas, set_deltas
from beholder.evaluation.experiment import Experiment
from beholder.evaluation.item import Item
from beholder.evaluation.provenance import FORMAT, describe_run
from beholder.evaluation.published_curves import PublishedCurve
from beholder.evaluation.rows import Row, can_write_parquet, format_csv, format_parquet, read_csv
from beholder.evaluation.table import format_deltas, format_means, format_table
from beholder.safe_write import write_file

_ROWS, _RECORD = "rows.csv", "run.json"


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
    """A run, as its folder tells it.

    Attributes:
        folder: Where it lies.
        rows: Its primary result.
        scores: Names of its scores.
        columns: Of its scores.
        anchor: Name of the codec that counts as 0.
        codecs: By name, in the order of the command.
        absent: What was asked for and was not there.
        items: Its pictures; their files need not be there any more.
        published: Curves that were asked for beside.
        window_bpp: Of the anchor's rates, that deltas were taken over; None for all.
        command: The words of the command line.
        finished: When, ISO 8601.
        machine: System, processor, count of processors.
        packages: Versions by name, Python's included.
        jobs: Worker processes.
        timed: What its times and memory mean.
    """

    folder: Path
    rows: Sequence[Row]
    scores: Sequence[str]
    columns: Sequence[Column]
    anchor: str
    codecs: Mapping[str, CodecRecord]
    absent: Sequence[Absent]
    items: Sequence[Item]
    published: Sequence[PublishedCurve]
    window_bpp: Window | None
    command: Sequence[str]
    finished: str
    machine: str
    packages: Mapping[str, str]
    jobs: int
    timed: str


def write_run(
    folder: Path,
    rows: Sequence[Row],
    experiment: Experiment,
    *,
    absent: Sequence[Absent],
    anchor: str,
    published: Sequence[PublishedCurve],
    window_bpp: Window | None,
    jobs: int,
    command: Sequence[str],
) -> str:
    """Writes all results of a run, over those of an earlier one, and returns the table.

    Args:
        folder: Is made where it is not there.
        rows: Of the experiment.
        experiment: What was evaluated.
        absent: What was asked for and is not there.
        anchor: Name of the codec that counts as 0.
        published: Curves to set beside.
        window_bpp: Of the anchor's rates, to take deltas over; None for all that both curves cover.
        jobs: Worker processes.
        command: The words of the command line.

    Raises:
        OutputError: A result cannot be written.
    """
    columns = columns_of(experiment.scores)
    over_items = means(rows)
    deltas = [
        *set_deltas(rows, anchor, columns, window_bpp),
        *published_deltas(rows, anchor, published, columns, window_bpp),
    ]
    settings = {codec.name: codec.settings for codec in experiment.codecs}
    settings |= {each.title: f"{each.description}; {each.source}" for each in published}
    table = format_table(
        over_items,
        deltas,
        columns,
        anchor=anchor,
        settings=settings,
        absent=absent,
        window_bpp=window_bpp,
    )
    record = describe_run(
        experiment,
        absent,
        anchor=anchor,
        published=published,
        window_bpp=window_bpp,
        jobs=jobs,
        command=command,
    )
    results = {
        _ROWS: format_csv(rows, experiment.columns),
        "means.csv": format_means(over_items, columns),
        "deltas.csv": format_deltas(deltas),
        "table.md": table,
        _RECORD: json.dumps(record, indent=1) + "\n",
    }
    for name, text in results.items():
        # Names of files may hold bytes that are no UTF-8; they are written as they came.
        write_file(folder / name, text.encode("utf-8", "surrogateescape"), overwrite=True)
    if can_write_parquet():
        write_file(folder / "rows.parquet", format_parquet(rows, experiment.columns), overwrite=True)
    return table


def read_run(folder: Path) -> Run:
    """Returns the run of a folder that `write_run` wrote.

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
    if not isinstance(record, dict) or version != FORMAT:
        raise InputError(
            f"{path}: is of format {version}, and this version reads {FORMAT}; run the same command again, "
            "which takes what it measured from its cache"
        )
    return record


def _run_of_record(folder: Path, record: Mapping[str, Any]) -> Run:
    window = record["window_bpp"]
    return Run(
        folder=folder,
        rows=read_csv(folder / _ROWS),
        scores=list(record["scores"]),
        columns=[
            Column(name, score["unit"], score["higher_is_better"])
            for score in record["scores"].values()
            for name in score["columns"]
        ],
        anchor=record["anchor"],
        codecs={
            name: CodecRecord(
                settings=codec["settings"],
                fingerprint=codec["fingerprint"],
                qualities=tuple(float(quality) for quality in codec["qualities"]),
            )
            for name, codec in record["codecs"].items()
        },
        absent=[Absent(**each) for each in record["absent"]],
        items=[
            Item(name=name, path=Path(path), label=record["labels"].get(name))
            for name, path in record["items"].items()
        ],
        published=[_published_of_record(each) for each in record["published"]],
        window_bpp=None if window is None else (float(window[0]), float(window[1])),
        command=[str(word) for word in record["command"]],
        finished=record["finished"],
        machine=record["machine"],
        packages={"Python": record["python"], **record["packages"]},
        jobs=record["jobs"],
        timed=record["timed"],
    )


def _published_of_record(record: Mapping[str, Any]) -> PublishedCurve:
    rates_bpp = tuple(float(rate) for rate in record["rates_bpp"])
    scores = {name: tuple(float(value) for value in values) for name, values in record["scores"].items()}
    words = {name: str(record[name]) for name in ("name", "description", "source", "licence")}
    over_kodak = bool(record.get("is_over_kodak", False))
    return PublishedCurve(**words, rates_bpp=rates_bpp, scores=scores, is_over_kodak=over_kodak)

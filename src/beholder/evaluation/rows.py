"""The primary result: one row for each picture, codec and quality; as CSV, and Parquet with pyarrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path

from beholder.errors import InputError
from beholder.evaluation.score import Aggregate, Column


@dataclass(frozen=True, kw_only=True)
class Row:
    """One file of one picture, what it cost and how it scores; what is not known is nothing.

    Attributes:
        item: Name of the picture.
        codec: Name of the codec.
        quality: On the codec's own scale.
        width: Pixels.
        height: Pixels.
        size_bytes: Of the whole file.
        rate_bpp: Bits a pixel of the whole file.
        encode_cpu_s: Processor time of encoding, programs that the codec runs included.
        encode_wall_s: Time that passed meanwhile.
        decode_cpu_s: Processor time of decoding.
        decode_wall_s: Time that passed meanwhile.
        encode_memory_bytes: Most memory held while encoding beyond what was held before; programs that the
            codec runs are not counted.
        decode_memory_bytes: The same of decoding.
        scores: By column; those that could not be computed are left out.
        records: By column, of scores of whole sets, what the picture adds to them (`sets.records`).
        error: What failed; empty where nothing did.
    """

    item: str
    codec: str
    quality: float
    width: int | None = None
    height: int | None = None
    size_bytes: int | None = None
    rate_bpp: float | None = None
    encode_cpu_s: float | None = None
    encode_wall_s: float | None = None
    decode_cpu_s: float | None = None
    decode_wall_s: float | None = None
    encode_memory_bytes: int | None = None
    decode_memory_bytes: int | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    records: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


def by_codec_and_item(rows: Iterable[Row]) -> dict[str, dict[str, list[Row]]]:
    """Returns the rows of each codec and of each of its pictures, all in the order of the rows."""
    found: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        found.setdefault(row.codec, {}).setdefault(row.item, []).append(row)
    return found


_WHOLE = ("width", "height", "size_bytes", "encode_memory_bytes", "decode_memory_bytes")
_TEXT = ("item", "codec", "error")
# Columns before those of the scores; `error` comes last.
_MEASURED = tuple(each.name for each in fields(Row) if each.name not in ("scores", "records", "error"))


def format_csv(rows: Iterable[Row], columns: Sequence[Column]) -> str:
    """Returns rows as CSV with a header; numbers read back to the last bit, what is not known is empty."""
    names = [column.name for column in columns]
    lines: list[Iterable[object]] = [(*_MEASURED, *names, "error")]
    for row in rows:
        measured = (getattr(row, name) for name in _MEASURED)
        scores = (row.records.get(name, row.scores.get(name)) for name in names)
        lines.append((*measured, *scores, row.error))
    return csv_of(lines)


def csv_of(lines: Iterable[Iterable[object]]) -> str:
    """Return lines of cells as CSV; None is an empty cell."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def read_csv(path: Path, columns: Sequence[Column] = ()) -> list[Row]:
    """Return the rows that `format_csv` wrote; columns of which nothing is said are numbers of scores.

    Raises:
        InputError: The file cannot be read or is no such table.
    """
    try:
        with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = {*_MEASURED, "error"} - set(reader.fieldnames or ())
            if missing:
                raise InputError(f"{path}: no table of rows (no column {', '.join(sorted(missing))})")
            records = {column.name for column in columns if column.aggregate is Aggregate.RECORDS}
            return [_row_of_cells(cells, records) for cells in reader]
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (TypeError, ValueError, csv.Error) as error:
        raise InputError(f"{path}: no table of rows ({error})") from error


def _row_of_cells(cells: Mapping[str, str], record_names: Container[str]) -> Row:
    measured = {name: _value(name, cells[name]) for name in _MEASURED}
    known = {*_MEASURED, "error"}
    given = {name: cell for name, cell in cells.items() if name not in known and cell != ""}
    records = {name: cell for name, cell in given.items() if name in record_names}
    scores = {name: float(cell) for name, cell in given.items() if name not in records}
    return Row(**measured, scores=scores, records=records, error=cells["error"])  # type: ignore[arg-type]


def _value(name: str, cell: str) -> str | int | float | None:
    if name in _TEXT:
        return cell
    if cell == "":
        return None
    return int(cell) if name in _WHOLE else float(cell)


def can_write_parquet() -> bool:
    """Returns whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


def format_parquet(rows: Sequence[Row], columns: Sequence[Column]) -> bytes:
    r"""Returns the table of `format_csv` as a Parquet file; needs pyarrow.

    Parquet's text is UTF-8; bytes of a file's name that are none stand as ``\udcxx``.
    """
    import pyarrow  # noqa: PLC0415 -- an optional dependency
    import pyarrow.parquet  # noqa: PLC0415

    arrays: dict[str, object] = {}
    for name in (*_MEASURED, "error"):
        values = [getattr(row, name) for row in rows]
        if name in _TEXT:
            arrays[name] = pyarrow.array([_utf8(value) for value in values], type=pyarrow.string())
        else:
            kind = pyarrow.int64() if name in _WHOLE else pyarrow.float64()
            arrays[name] = pyarrow.array(values, type=kind)
    for column in columns:
        kind = pyarrow.string() if column.aggregate is Aggregate.RECORDS else pyarrow.float64()
        found = [row.records.get(column.name, row.scores.get(column.name)) for row in rows]
        arrays[column.name] = pyarrow.array(found, type=kind)
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table(arrays), sink)
    return bytes(sink.getvalue().to_pybytes())


def _utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")

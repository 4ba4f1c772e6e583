import math
from pathlib import Path

import pytest

from beholder.errors import InputError
from beholder.evaluation.rows import Row, format_csv, format_parquet, read_csv
from beholder.evaluation.score import Aggregate, Column

COLUMNS = [Column("psnr"), Column("kl:net"), Column("miou:net", aggregate=Aggregate.RECORDS)]

ROWS = [
    Row(
        item='a "quoted", name.png',
        codec="jpeg",
        quality=70,
        width=768,
        height=512,
        size_bytes=1234,
        rate_bpp=0.1 + 0.2,
        encode_cpu_s=1e-5,
        encode_wall_s=0.25,
        decode_cpu_s=0.5,
        decode_wall_s=0.75,
        encode_memory_bytes=4096,
        decode_memory_bytes=None,
        scores={"psnr": math.inf, "kl:net": 1 / 3},
        records={"miou:net": "segments 0:3:4:2 7:1:0:0"},
    ),
    Row(item="b\udcff.png", codec="jpeg", quality=2.5, error="cannot be read,\nreally"),
]


def test_csv_reads_back_to_the_last_bit(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    text = format_csv(ROWS, COLUMNS)
    path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
    assert read_csv(path, COLUMNS) == ROWS


def test_the_header_names_what_a_row_holds() -> None:
    header = format_csv([], COLUMNS[:1]).strip().split(",")
    assert header[:3] == ["item", "codec", "quality"]
    assert header[-2:] == ["psnr", "error"]
    assert "rate_bpp" in header


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with pytest.raises(InputError, match="No such file"):
        read_csv(path)
    path.write_text("item,codec\na,b\n")
    with pytest.raises(InputError, match="no table of rows"):
        read_csv(path)
    path.write_text(format_csv(ROWS[:1], []).replace("768", "wide"))
    with pytest.raises(InputError, match="no table of rows"):
        read_csv(path)


def test_parquet_holds_the_same_table(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    path = tmp_path / "rows.parquet"
    path.write_bytes(format_parquet(ROWS, COLUMNS))
    first, second = parquet.read_table(path).to_pylist()
    assert (first["item"], first["size_bytes"], first["kl:net"]) == (ROWS[0].item, 1234, 1 / 3)
    assert (first["miou:net"], second["miou:net"]) == (ROWS[0].records["miou:net"], None)
    assert second["item"] == r"b\udcff.png"
    assert (second["width"], second["psnr"], second["error"]) == (None, None, ROWS[1].error)

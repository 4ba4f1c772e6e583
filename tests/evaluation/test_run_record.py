import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from beholder.errors import InputError
from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.provenance import provenance
from beholder.evaluation.published_curves import find_published
from beholder.evaluation.rows import Row
from beholder.evaluation.run_record import CodecRecord, Run, read_run
from beholder.evaluation.score import Aggregate, Column, Scale
from tests.evaluation.fakes import StepCodec

NAME = "a \udcff,\"b'\n.png"  # a byte that is no UTF-8, and what CSV and JSON quote
ITEMS = [Item(name=NAME, path=Path("/pictures") / NAME), Item(name="b.png", path=Path("/b.png"), label=7)]
CODECS = (StepCodec(), StepCodec("fine", (6, 12, 24.5), "fine"))
COLUMNS = [
    Column("distance", "levels", Scale.TURNED),
    Column("psnr", "dB"),
    Column("miou:net", aggregate=Aggregate.RECORDS, needs=Needs.SEGMENTS),
]


def rows_of(names: tuple[str, ...]) -> list[Row]:
    return [
        Row(
            item=name,
            codec=codec.name,
            quality=quality,
            width=24,
            height=16,
            size_bytes=int(quality) * 10,
            rate_bpp=quality / 5 * scale,
            encode_cpu_s=0.1,
            decode_cpu_s=0.2,
            scores={"distance": 10 / quality * scale, "psnr": float("inf")},
            records={"miou:net": f"segments 0:3:4:{int(quality) // 10}"},
        )
        for scale, name in enumerate(names, 1)
        for codec in CODECS
        for quality in codec.qualities
    ]


@pytest.fixture
def run() -> Run:
    return Run(
        rows=rows_of((NAME, "b.png")),
        codecs={
            codec.name: CodecRecord(
                settings=codec.settings, fingerprint=codec.fingerprint(), qualities=codec.qualities
            )
            for codec in CODECS
        },
        columns=COLUMNS,
        fingerprints={column.name: f"{column.name} 1" for column in COLUMNS},
        items=ITEMS,
        anchor="step",
        published=[find_published("vtm")],
        window_bpp=(0.5, 2),
        absent=[Absent("gone", "there is none", "pip install gone")],
        provenance=provenance(["beholder", "evaluate", "--images", NAME], jobs=2),
    )


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    run.write(tmp_path / "run")
    return tmp_path / "run"


def test_a_run_comes_back_as_it_was(run: Run, folder: Path) -> None:
    assert read_run(folder) == run
    assert "Python" in run.provenance.packages
    assert {path.name for path in folder.iterdir()} >= {"means.csv", "deltas.csv", "table.md"}


def test_what_failed_is_told_once_with_its_first_row(run: Run) -> None:
    broken = replace(run, rows=[replace(row, error="broken") for row in run.rows])
    assert broken.failures == [
        f"{NAME}, step at 4: broken (and 7 more rows)",
        f"{NAME}, fine at 6: broken (and 5 more rows)",
    ]
    many = replace(run, rows=[replace(row, error=str(number)) for number, row in enumerate(run.rows)])
    assert many.failures[-1] == "4 more kinds of errors; see the column error of rows.csv"
    assert run.failures == []


def change(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda record: record.update({key: value})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (change("format", 99), "is of format 99, and this version reads 2"),
        (lambda record: record.pop("format"), "is of format 0"),
        (lambda record: record.pop("anchor"), "no record of a run"),
        (change("codecs", ["step"]), "no record of a run"),
        (change("window_bpp", [1]), "no record of a run"),
        (change("published", ["vtm"]), "no record of a run"),
    ],
)
def test_another_version_or_a_damaged_record_is_refused(
    folder: Path, spoil: Callable[[dict[str, Any]], object], message: str
) -> None:
    record = json.loads((folder / "run.json").read_text())
    spoil(record)
    (folder / "run.json").write_text(json.dumps(record))
    with pytest.raises(InputError, match=message):
        read_run(folder)


@pytest.mark.parametrize("text", ["", "[1]", "{", "\xff"])
def test_something_else_under_the_records_name_is_refused(folder: Path, text: str) -> None:
    (folder / "run.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"run\.json"):
        read_run(folder)


def test_a_folder_that_is_no_run_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="is not the folder of a run"):
        read_run(folder.parent)
    with pytest.raises(InputError, match=r"run\.json: "):
        read_run(folder / "rows.csv")
    (folder / "rows.csv").unlink()
    with pytest.raises(InputError, match=r"rows\.csv: "):
        read_run(folder)

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from beholder.evaluation.run_folder import read_run, write_run

from beholder.errors import InputError
from beholder.evaluation.absent import Absent
from beholder.evaluation.curves_of_rows import Column
from beholder.evaluation.experiment import Experiment
from beholder.evaluation.item import Item
from beholder.evaluation.published_curves import find_published
from beholder.evaluation.rows import Row
from tests.evaluation.fakes import ErrorScore, LabelScore, StepCodec

NAME = "a \udcff,\"b'\n.png"  # a byte that is no UTF-8, and what CSV and JSON quote
ITEMS = [Item(name=NAME, path=Path("/pictures") / NAME), Item(name="b.png", path=Path("/b.png"), label=7)]
CODECS = (StepCodec(), StepCodec("fine", (6, 12, 24.5), "fine"))


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
            scores={"distance": 10 / quality * scale, "label": 1.0, "double": float("inf")},
        )
        for scale, name in enumerate(names, 1)
        for codec in CODECS
        for quality in codec.qualities
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = (NAME, "b.png")
    scores = [ErrorScore("distance", ("distance",), "levels", higher_is_better=False), LabelScore()]
    write_run(
        tmp_path / "run",
        rows_of(names),
        Experiment(items=ITEMS, codecs=CODECS, scores=scores),
        absent=[Absent("gone", "there is none", "pip install gone")],
        anchor="step",
        published=[find_published("vtm")],
        window_bpp=(0.5, 2),
        jobs=2,
        command=["beholder", "evaluate", "--images", NAME],
    )
    return tmp_path / "run"


def test_a_run_comes_back_as_it_was(folder: Path) -> None:
    run = read_run(folder)
    assert list(run.rows) == rows_of((NAME, "b.png"))
    assert run.columns == [
        Column("distance", "levels", higher_is_better=False),
        Column("label", "", higher_is_better=True),
        Column("double", "", higher_is_better=True),
    ]
    assert run.anchor == "step"
    assert {name: codec.qualities for name, codec in run.codecs.items()} == {
        "step": (4, 8, 16, 32),
        "fine": (6, 12, 24.5),
    }
    assert run.codecs["fine"].settings == CODECS[1].settings
    assert run.absent == [Absent("gone", "there is none", "pip install gone")]
    assert run.items == ITEMS
    assert run.scores == ["distance", "label"]
    assert run.published == [find_published("vtm")]
    assert run.window_bpp == (0.5, 2)
    assert run.command[-1] == NAME
    assert "Python" in run.packages
    assert {path.name for path in folder.iterdir()} >= {"means.csv", "deltas.csv", "table.md"}


def change(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda record: record.update({key: value})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (change("format", 99), "is of format 99, and this version reads 1"),
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

"""The log of a run."""

import json
import math
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from beholder.errors import OutputError
from beholder.training.log import Log


def test_records_are_lines_of_json_and_lines_for_people(tmp_path: Path) -> None:
    told: list[str] = []
    log = Log(tmp_path / "new" / "run", from_step=1, tell=told.append)
    log.write("train", 3, loss=0.123456789, curve=[1.0, 2.5], note="x")
    log.close()
    line = (tmp_path / "new" / "run" / "log.jsonl").read_text()
    assert json.loads(line) == {
        "kind": "train",
        "step": 3,
        "loss": 0.123456789,
        "curve": [1.0, 2.5],
        "note": "x",
    }
    assert told == ["train 3: loss=0.1235 curve=[1 2.5] note=x"]


def test_what_will_be_made_again_is_dropped(tmp_path: Path) -> None:
    log = Log(tmp_path, from_step=1, tell=lambda line: None)
    for step in (1, 2, 3):
        log.write("train", step)
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"kind": "tra')  # as a machine that stopped may leave it
    log = Log(tmp_path, from_step=3, tell=lambda line: None)
    log.write("train", 3, again=1)
    records = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert records == [
        {"kind": "train", "step": 1},
        {"kind": "train", "step": 2},
        {"kind": "train", "step": 3, "again": 1},
    ]


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        Log(tmp_path / "file", from_step=1, tell=lambda line: None)


def test_numbers_go_to_tensorboard_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[Any, ...]] = []

    class Writer:
        def __init__(self, folder: str, purge_step: int) -> None:
            written.append((folder, purge_step))

        def add_scalar(self, name: str, value: float, step: int) -> None:
            written.append((name, value, step))

        def close(self) -> None:
            written.append(("closed",))

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    log = Log(tmp_path, from_step=7, tell=lambda line: None)
    log.write("train", 8, loss=0.5, curve=[1.0])
    log.close()
    assert written == [(str(tmp_path / "tensorboard"), 7), ("train/loss", 0.5, 8), ("closed",)]


def test_a_record_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    log = Log(tmp_path, from_step=1, tell=lambda line: None)
    (tmp_path / "log.jsonl").symlink_to("/dev/full")
    with pytest.raises(
        OutputError, match=r"log\.jsonl: cannot be written \(No space left on device\); make room"
    ):
        log.write("train", 3, loss=1.0)


def test_numbers_that_json_does_not_have_become_null(tmp_path: Path) -> None:
    log = Log(tmp_path, from_step=1, tell=lambda line: None)
    log.write("evaluation", 1, loss=math.nan, curve=[1.0, math.inf], classes={"a": {"psnr_db": [-math.inf]}})
    log.close()

    def refuse(text: str) -> None:
        raise AssertionError(text)

    record = json.loads((tmp_path / "log.jsonl").read_text(), parse_constant=refuse)
    assert record["loss"] is None
    assert record["curve"] == [1.0, None]
    assert record["classes"] == {"a": {"psnr_db": [None]}}

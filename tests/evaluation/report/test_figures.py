import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from beholder.evaluation.item import Item
from beholder.evaluation.report.dials import dials_of
from beholder.evaluation.report.figures import can_draw, chart_files, csv_files, file_name
from beholder.evaluation.run_record import Run, read_run
from tests.evaluation.report.dialled_runs import run_of
from tests.evaluation.report.run_folders import rows_of, write_folder

ITEMS = [Item(name=f"{number}.png", path=Path("/gone")) for number in range(2)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = rows_of(ITEMS)
    rows[0] = replace(rows[0], scores={"psnr": float("inf"), "ms-ssim": 1.0})
    return write_folder(tmp_path / "run", ITEMS, rows)


@pytest.fixture
def run(folder: Path) -> Run:
    return read_run(folder)


@pytest.mark.skipif(not can_draw(), reason="matplotlib is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:matplotlib")
def test_charts_are_pictures(run: Run) -> None:
    files = chart_files(run, "my run $x$", [])
    names = {"psnr-curves", "psnr-deltas", "ms_ssim-curves", "ms_ssim-deltas", "time"}
    assert set(files) == {f"my_run_x_-{name}.png" for name in names}
    for data in files.values():
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (1280, 840)
            assert len(image.convert("RGB").getcolors(1 << 24) or ()) > 20


def test_tables_are_those_of_the_run(run: Run, folder: Path) -> None:
    files = csv_files(run, "run", [])
    assert files["run-means.csv"].decode() == (folder / "means.csv").read_text()
    assert files["run-deltas.csv"].decode() == (folder / "deltas.csv").read_text()
    assert len(list(csv.DictReader(io.StringIO(files["run-means.csv"].decode())))) == 8


def test_names_of_files() -> None:
    assert file_name("a/b\\c:d", "kl:net", "x.png") == "a_b_c_d-kl_net-x.png"


DIALLED = {"learned": 0.0, "learned+observer=1": 1.0}


@pytest.mark.skipif(not can_draw(), reason="matplotlib is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:matplotlib")
def test_a_dial_has_a_chart_and_a_table(tmp_path: Path) -> None:
    own = run_of(tmp_path / "run", DIALLED)
    dials = dials_of(own, 1.0)
    assert "run-psnr-dial.png" in chart_files(own, "run", dials)
    table = csv_files(own, "run", dials)["run-dial.csv"].decode()
    people, machine = csv.DictReader(io.StringIO(table))
    assert (people["alpha"], people["codec"], people["change"]) == ("0.0", "learned", "0.0")
    assert (machine["dial"], machine["codec"], machine["score"]) == ("learned", "learned+observer=1", "psnr")
    assert (float(machine["rate_bpp"]), machine["items"]) == (1.0, "4")
    assert float(machine["value"]) == pytest.approx(float(people["value"]) - 3.5)
    assert float(machine["change_low"]) < float(machine["change"]) == pytest.approx(-3.5)
    assert "run-psnr-dial.png" not in chart_files(own, "run", []), "a run without a dial"

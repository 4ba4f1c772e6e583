import json
from pathlib import Path

import pytest

from beholder.cli import main
from beholder.cli.exit_code import ExitCode
from tests.cli.program import Program, photograph, tree
from tests.evaluation.published import write_published


@pytest.fixture
def run_folder(program: Program, tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(2):
        photograph(64, 96, seed=number).save(folder / f"{number}.png")
    command = (
        "evaluate",
        "--images",
        folder,
        "--codecs",
        "jpeg,jpeg:444",
        "--scores",
        "psnr",
        "--qualities",
        "4",
    )
    published = write_published("vtm", tmp_path)
    assert (
        program(*command, "--published", published, "-o", tmp_path / "run", "-j", "1").code == ExitCode.DONE
    )
    return tmp_path / "run"


def test_from_a_run_to_the_page(program: Program, run_folder: Path, tmp_path: Path) -> None:
    command = ("report", run_folder, "-o", "out/report.html", "--pictures", "1", "--rate", "2", "-j", "1")
    done = program(*command, "--figures", "figures", "--anchors", "all", "--heatmap", "mse,nobody")
    assert done.code == ExitCode.DONE
    assert done.errors == []
    page = (tmp_path / "out" / "report.html").read_text()
    assert done.lines[0].startswith("out/report.html: ")
    data = json.loads(page.split('id="data">')[1].split("</script>")[0])
    (run,), (gallery,) = data["runs"], data["galleries"]
    assert run["name"] == "run"
    assert list(run["deltas"]) == ["jpeg", "jpeg:444"]
    assert [version["codec"] for version in gallery["pictures"][0]["versions"]] == ["", "jpeg", "jpeg:444"]
    assert [heat["observer"] for heat in gallery["pictures"][0]["heat_maps"]] == ["mse"]
    assert any("no heat map of nobody" in problem for problem in gallery["pictures"][0]["problems"])
    names = set(tree(tmp_path / "figures"))
    assert names == {
        "run-means.csv",
        "run-deltas.csv",
        "run-psnr-curves.png",
        "run-psnr-deltas.png",
        "run-time.png",
    }

    again = program(*command)
    assert again.code == ExitCode.SOME_FAILED
    assert "exists already" in again.errors[0]
    assert program(*command, "--overwrite", "--quiet").out == b""


def test_without_matplotlib_the_tables_are_written_and_it_is_told(
    run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("beholder.cli.report.can_draw", lambda: False)
    page, figures = tmp_path / "report.html", tmp_path / "figures"
    code = main(["report", str(run_folder), "-o", str(page), "--pictures", "0", "--figures", str(figures)])
    assert code == ExitCode.SOME_FAILED
    assert "matplotlib is not installed; pip install 'beholder[evaluation]'" in capsys.readouterr().err
    assert set(tree(figures)) == {"run-means.csv", "run-deltas.csv"}
    assert page.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("pictures",), ExitCode.SOME_FAILED, "is not the folder of a run"),
        (("run", "run"), ExitCode.USAGE, "is given twice"),
        (("run", "--anchors", "webp"), ExitCode.USAGE, "the anchor webp is a codec of no run"),
        (("run", "--rate", "-1"), ExitCode.USAGE, "a rate is positive"),
        (("run", "-o", "report.txt"), ExitCode.USAGE, "a name that ends in .html"),
        (("run", "-o", "run/rows.csv/report.html"), ExitCode.SOME_FAILED, "cannot be written"),
    ],
)
def test_wrong_usage_leaves_no_file(
    run_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: ExitCode,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = tree(tmp_path)
    given = list(arguments) if "-o" in arguments else [*arguments, "-o", "report.html"]
    assert main(["report", *given, "--pictures", "0"]) == code
    assert message in capsys.readouterr().err
    assert tree(tmp_path) == before


def test_a_run_of_which_all_failed_is_refused(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header, *_ = (run_folder / "rows.csv").read_text().splitlines()
    (run_folder / "rows.csv").write_text(
        f"{header}\n0.png,jpeg,5.0{',' * (header.count(',') - 2)}out of paint\n"
    )
    assert main(["report", str(run_folder), "-o", str(tmp_path / "report.html")]) == ExitCode.SOME_FAILED
    assert "no row with a rate to show; all of them failed: out of paint" in capsys.readouterr().err
    (run_folder / "rows.csv").write_text(header + "\n")
    assert main(["report", str(run_folder), "-o", str(tmp_path / "report.html")]) == ExitCode.SOME_FAILED
    assert not (tmp_path / "report.html").exists()

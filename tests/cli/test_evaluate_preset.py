from collections.abc import Callable
from pathlib import Path

import pytest

from beholder.cli import main
from beholder.cli.exit_code import ExitCode
from beholder.evaluation.presets import networks, plan, registry
from beholder.evaluation.rows import read_csv
from beholder.evaluation.scores.registry import SCORES
from tests.cli.program import Program, photograph
from tests.evaluation.presets import fakes


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        photograph(64, 96, seed=number).save(folder / f"{number}.png")
    (tmp_path / "labels.csv").write_text("file,class_index\n0.png,4\n1.png,5\n2.png,6\n")
    return folder


@pytest.fixture
def evaluate(tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs a small preset in this process."""
    monkeypatch.setattr(plan, "find_codec", fakes.find_codec)
    for name, score in fakes.SCORES.items():
        monkeypatch.setitem(SCORES, name, score)
    monkeypatch.setattr(networks, "missing_network", lambda model: f"no weights of {model}")
    monkeypatch.setattr(networks, "missing_for", lambda model: None)
    monkeypatch.setitem(registry.PRESETS, "fake", fakes.preset())

    def run(*arguments: str | Path) -> int:
        common = ["evaluate", "--preset", "fake", "--images", pictures, "-o", tmp_path / "out", "-j", "1"]
        return main([str(each) for each in (*common, *arguments)])

    return run


def test_each_part_is_a_run_and_the_page_is_printed(
    evaluate: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pictures" / "2.png").rename(tmp_path / "pictures" / "kodim01.png")
    assert evaluate("--labels", tmp_path / "labels.csv", "--qualities", "4") == ExitCode.SOME_FAILED
    captured = capsys.readouterr()
    assert captured.out.startswith("# fake: A. Author, A paper\n")
    assert captured.out == (tmp_path / "out" / "preset.md").read_text()
    assert [line.partition(":")[0] for line in captured.err.splitlines()] == ["beholder"] * 2
    names = {"rows.csv", "means.csv", "deltas.csv", "run.json", "table.md", "cache"}
    for name, codecs in (("photographs", {"step", "fine+network=lite"}), ("kodak", {"step", "fine"})):
        folder = tmp_path / "out" / name
        assert names <= {path.name for path in folder.iterdir()}
        rows = read_csv(folder / "rows.csv")
        assert {row.codec for row in rows} == codecs
        assert not any(row.error for row in rows)


def test_with_all_at_hand_the_run_is_whole(
    evaluate: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--parts", "photographs", "--labels", tmp_path / "labels.csv", "--networks", "alex=mine")
    assert evaluate(*arguments, "--quiet", "--cache", tmp_path / "kept") == ExitCode.DONE
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")
    assert list((tmp_path / "kept").glob("records-*.jsonl"))
    assert "mine in place of Alex" in (tmp_path / "out" / "preset.md").read_text()


def test_where_nothing_runs_the_page_says_what_to_give(
    evaluate: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate("--parts", "kodak") == ExitCode.NOTHING_MATCHED
    captured = capsys.readouterr()
    assert captured.err.startswith("beholder: kodak: no picture of Kodak (kodim01 to kodim24) is there: give")
    assert "Not run" in (tmp_path / "out" / "preset.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--parts", "moon"), "fake has no part 'moon'"),
        (("--networks", "lenet=x"), "the paper has no network 'lenet'"),
        (("--parts", "kodak", "--networks", "x"), "no network looks there"),
        (("--window", "2", "1"), "a window of rates is LOW HIGH with 0 < LOW < HIGH, got 2 1"),
        (("--anchor", "gone"), "the anchor cannot be used: gone"),
        (("--codecs", "moon"), "unknown codec 'moon'"),
    ],
)
def test_contradictions_are_told_before_any_work(
    evaluate: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    assert evaluate(*arguments) == ExitCode.USAGE
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--preset", "s4", "--images", ".", "-o", "out"), "there is no preset 's4'; there are s1, s2, s3"),
        (("--preset", "s1", "--images", "."), "--images and -o are needed"),
        (("--images", ".", "--codecs", "jpeg", "-o", "out", "--networks", "x"), "--networks is of presets"),
        (("--images", ".", "--codecs", "jpeg", "-o", "out", "--parts", "x"), "--parts is of presets"),
    ],
)
def test_wrong_usage_is_told(program: Program, arguments: tuple[str, ...], message: str) -> None:
    done = program("evaluate", *arguments)
    assert done.code == ExitCode.USAGE
    assert message in "\n".join(done.errors)


def test_the_list_names_the_presets(program: Program) -> None:
    text = "\n".join(program("evaluate", "--list").lines)
    assert "  s1: L. Ye, JPEG Compliant Compression" in text
    assert "parts short-side-496-512, short-side-376-384, any-side" in text


def test_kodaks_part_of_s3_runs_with_real_codecs(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "kodak"
    folder.mkdir()
    for number in (1, 2):
        photograph(64, 96, seed=number).save(folder / f"kodim0{number}.png")
    command = ("evaluate", "--preset", "s3", "--parts", "kodak", "--images", folder, "-o", "out")
    done = program(*command, "--codecs", "jpeg:444", "--anchor", "jpeg", "--qualities", "4")
    assert (done.code, done.errors) == (ExitCode.DONE, [])
    text = "\n".join(done.lines)
    assert "| jpeg (the anchor) |" in text
    assert "| **the paper's codec**, in the paper | -21.50 |" in text
    assert "they are left out here: 2 pictures are given, 2 of Kodak's 24" in text
    # What a shell makes of out/*.
    report = program("report", "out/kodak", "out/preset.md", "-o", "report.html")
    assert (report.code, report.errors) == (ExitCode.DONE, [])


def test_pictures_without_a_label_are_told(
    evaluate: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("file,class_index\n0.png,4\n2.png,6\n")
    evaluate("--labels", table, "--qualities", "4", "--parts", "photographs")
    lines = capsys.readouterr().err.splitlines()
    told = "1 of 3 pictures have no label, such as 1.png; they are left out where right answers count"
    assert f"beholder: {told}" in lines

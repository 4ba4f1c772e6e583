import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from beholder.cli import main
from beholder.cli.exit_code import ExitCode
from beholder.evaluation import store
from beholder.evaluation.absent import Absent
from beholder.evaluation.evaluated_codec import evaluated
from beholder.evaluation.rows import read_csv
from beholder.evaluation.run_record import read_run
from tests.cli.program import Program, photograph
from tests.evaluation.fakes import BrightnessScore, ErrorScore, LabelScore, StepCodec
from tests.evaluation.published import write_published

ABSENT = Absent("gone", "there is no gone on this machine", "pip install gone")
FINE = StepCodec("fine", (6, 12, 24, 48), "fine")
CODECS = {"step": evaluated(StepCodec()), "fine": evaluated(FINE), "gone": ABSENT}
SCORES = {"error": ErrorScore(), "label": LabelScore(), "miou:bright": BrightnessScore(), "gone": ABSENT}
SCORES["top1:x"] = LabelScore("top1:x")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        photograph(64, 96, seed=number).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def evaluate(tmp_path: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command in this process, with codecs and scores of the tests."""
    monkeypatch.setattr("beholder.evaluation.run.find_codec", CODECS.__getitem__)
    monkeypatch.setattr("beholder.evaluation.run.find_score", SCORES.__getitem__)

    def run(*arguments: str | Path) -> int:
        common = ["evaluate", "--images", pictures, "-o", tmp_path / "out", "--scores", "error"]
        return main([str(each) for each in (*common, *arguments)])

    return run


def test_real_codecs_from_files_to_the_table_and_back_from_the_cache(
    program: Program, pictures: Path, tmp_path: Path
) -> None:
    command = ("evaluate", "--images", pictures, "--codecs", "jpeg,jpeg:444", "--scores", "psnr")
    published = write_published("vtm", tmp_path)
    command = (*command, "--qualities", "4", "--published", published, "-o", "out", "-j", "2")
    done = program(*command)
    assert (done.code, done.errors) == (ExitCode.DONE, [])
    assert done.lines[0].startswith("| codec | psnr, rate | psnr, score (dB) | encode CPU s")
    means = done.lines[done.lines.index("| codec | quality | bpp | psnr (dB) | pictures |") + 2 :][:8]
    assert [line.split(" | ")[0] for line in means] == ["| jpeg"] * 4 + ["| jpeg:444"] * 4
    assert all(line.endswith(" | 3 |") for line in means)
    rates, scores = zip(
        *([float(cell) for cell in line.split(" | ")[2:4]] for line in means[:4]), strict=True
    )
    assert sorted(rates) == list(rates)
    assert sorted(scores) == list(scores)
    assert 20 < scores[0] < scores[-1] < 60
    assert [line.split(" | ")[0] for line in done.lines[2:5]] == ["| jpeg", "| jpeg:444", "| vtm (published)"]
    output = tmp_path / "out"
    assert (output / "table.md").read_text() == "\n".join(done.lines) + "\n"
    rows = read_csv(output / "rows.csv")
    assert len(rows) == 3 * 2 * 4
    assert all(row.scores["psnr"] > 10 and row.size_bytes and not row.error for row in rows)
    with (output / "means.csv").open(newline="") as file:
        assert [line["items"] for line in csv.DictReader(file)] == ["3"] * 8
    with (output / "deltas.csv").open(newline="") as file:
        codecs = [line["codec"] for line in csv.DictReader(file)]
    assert codecs == ["jpeg:444"] * 2 + ["vtm (published)"] * 2
    record = json.loads((output / "run.json").read_text())
    assert record["anchor"] == "jpeg"
    assert list(record["items"]) == ["0.png", "1.png", "2.png"]
    assert record["provenance"]["command"][:2] == ["beholder", "evaluate"]

    before = (output / "rows.csv").read_bytes()
    again = program(*command)
    assert again.lines == done.lines
    assert (output / "rows.csv").read_bytes() == before


def test_the_list_says_what_there_is(program: Program) -> None:
    done = program("evaluate", "--list")
    assert done.code == ExitCode.DONE
    text = "\n".join(done.lines)
    assert "  jpeg: libjpeg-turbo" in text
    assert "  psnr, dB" in text
    assert "  map-box:MODEL, give an annotation file as COCO has them with --annotations" in text
    assert "  vtm: VTM, in psnr, ms-ssim" in text


def test_what_is_not_there_is_told_and_the_rest_is_done(
    evaluate: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = evaluate("--codecs", "step,gone,fine", "--anchor", "fine", "--limit", "2")
    captured = capsys.readouterr()
    assert code == ExitCode.SOME_FAILED
    assert captured.err.splitlines() == [f"beholder: {ABSENT}"]
    assert "- not measured: gone" in captured.out
    assert "| fine | 0 | 0 |" in captured.out
    assert {row.codec for row in read_csv(tmp_path / "out" / "rows.csv")} == {"step", "fine"}
    assert json.loads((tmp_path / "out" / "run.json").read_text())["absent"][0]["name"] == "gone"


def test_what_fails_is_told_once_for_all_its_rows(
    evaluate: Callable[..., int], pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "1.png").write_bytes(b"no picture")
    assert evaluate("--codecs", "step", "--quiet") == ExitCode.SOME_FAILED
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("beholder: 1.png, step at 4: ")
    assert line.endswith("(and 3 more rows)")
    rows = read_csv(tmp_path / "out" / "rows.csv")
    assert [bool(row.error) for row in rows] == [False] * 4 + [True] * 4 + [False] * 4


def test_labels_reach_the_scores(evaluate: Callable[..., int], tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,class_index\n0.png,4\n1.png,5\n2.png,6\n")
    assert evaluate("--codecs", "step", "--scores", "label", "--labels", labels) == ExitCode.DONE
    assert [row.scores["label"] for row in read_csv(tmp_path / "out" / "rows.csv")][::4] == [4, 5, 6]


def test_annotations_reach_scores_of_sets(
    evaluate: Callable[..., int], pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    for path in pictures.iterdir():
        Image.open(path).convert("L").point(lambda sample: sample // 128).save(labels / path.name)
    common = ("--codecs", "step,fine", "--scores", "miou:bright", "--annotations", labels)
    assert evaluate(*common) == ExitCode.DONE
    assert "Deltas in miou:bright are those of the mean curves over pictures." in capsys.readouterr().out
    output = tmp_path / "out"
    rows = read_run(output).rows
    assert all(row.records["miou:bright"].startswith("segments 0:") and not row.scores for row in rows)
    with (output / "means.csv").open(newline="") as file:
        values = [float(line["miou:bright"]) for line in csv.DictReader(file)]
    assert len(values) == 8
    assert all(0.3 < value <= 1 for value in values)
    assert values[0] < values[3], "more steps, fewer pixels on the other side of the threshold"
    with (output / "deltas.csv").open(newline="") as file:
        assert {(line["score"], line["of"]) for line in csv.DictReader(file)} == {("miou:bright", "means")}
    record = json.loads((output / "run.json").read_text())
    assert record["scores"][0]["aggregate"] == "records"


def test_scores_of_sets_need_annotations(
    evaluate: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate("--codecs", "step", "--scores", "miou:bright") == ExitCode.USAGE
    expected = "miou:bright: no picture has segments; give a folder of label pictures with --annotations"
    assert expected in capsys.readouterr().err
    assert evaluate("--codecs", "step", "--annotations", tmp_path / "none.json") == ExitCode.USAGE
    assert "none.json: No such file" in capsys.readouterr().err


def test_the_cache_can_lie_elsewhere(evaluate: Callable[..., int], tmp_path: Path) -> None:
    assert evaluate("--codecs", "step", "--cache", tmp_path / "kept") == ExitCode.DONE
    assert list((tmp_path / "kept").glob("records-*.jsonl"))
    assert not (tmp_path / "out" / "cache").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--codecs", "step", "--anchor", "fine"), "the anchor fine is not one of the codecs; they are step"),
        (("--codecs", "gone,step"), "the anchor cannot be used: gone"),
        (("--codecs", "step", "--scores", "gone"), "gone: not there"),
        (("--codecs", "step,step"), "the codec step is given twice"),
        (
            ("--codecs", "step", "--window", "2", "1"),
            "is LOW HIGH with 0 < LOW < HIGH, got 2 1",
        ),
        (("--codecs", "step", "--published", "vtm"), "--published vtm: means over Kodak's 24 photographs"),
        (("--codecs", "step", "--images", "nosuch"), "nosuch: no such file or folder; --images takes"),
        (("--codecs", "step", "--annotations", "twice.json"), "twice.json: the category id 3 is given twice"),
        (("--codecs", "step", "--annotations", "box.json"), "box.json: an annotation of 0.png is damaged"),
        (("--codecs", "step", "--labels", "none.csv"), "the label: none belongs to a given picture"),
        (
            ("--codecs", "step", "--scores", "top1:x"),
            "top1:x: no picture has labels; give the classes of the pictures with --labels",
        ),
        (("--codecs", "step", "--published", "vtm99"), "no published curve is called 'vtm99'"),
        ((), "--images, --codecs and -o are needed"),
    ],
)
def test_wrong_usage_is_told_before_any_work(
    evaluate: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    (tmp_path / "none.csv").write_text("file,class_index\n9.png,3\n")
    images, cat = [{"id": 1, "file_name": "0.png"}], {"id": 3, "name": "cat"}
    box = {"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2]}
    for name, categories in (("box", [cat]), ("twice", [cat, cat | {"name": "dog"}])):
        truth = {"images": images, "categories": categories, "annotations": [box]}
        (tmp_path / f"{name}.json").write_text(json.dumps(truth))
    monkeypatch.chdir(tmp_path)
    assert evaluate(*arguments) == ExitCode.USAGE
    assert message in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--codecs", "jpeg,,webp"), "empty name"),
        (("--codecs", "jpeg9"), "unknown codec 'jpeg9'"),
        (("--codecs", "jpeg", "--scores", "vmaf"), "unknown score 'vmaf'"),
    ],
)
def test_unknown_names_are_told(
    program: Program, pictures: Path, flags: tuple[str, ...], message: str
) -> None:
    done = program("evaluate", "--images", pictures, "-o", "out", *flags)
    assert done.code == ExitCode.USAGE
    assert message in "\n".join(done.errors)


def test_a_folder_without_pictures_matches_nothing(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = program("evaluate", "--images", "empty", "--codecs", "jpeg", "-o", "out")
    assert done.code == ExitCode.NOTHING_MATCHED
    assert "no picture found" in done.errors[0]


def test_pictures_without_a_label_are_told_before_the_run(
    evaluate: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("file,class_index\n./0.png,3\n2.png,4\n")
    arguments = ("--codecs", "step", "--scores", "top1:x", "--labels", table, "-j", "1")
    assert evaluate(*arguments) == ExitCode.SOME_FAILED
    errors = capsys.readouterr().err
    assert "1 of 3 pictures have no labels, such as 1.png; they do not count for top1:x" in errors


def test_a_cache_that_cannot_be_written_ends_the_run_with_a_line(
    evaluate: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no /dev/full here")
    monkeypatch.setattr(store, "_new_file", lambda folder: full.open("ab", buffering=0))
    assert evaluate("--codecs", "step", "-j", "1") == ExitCode.SOME_FAILED
    errors = capsys.readouterr().err
    assert "the cache cannot be written (No space left on device)" in errors
    assert "Traceback" not in errors

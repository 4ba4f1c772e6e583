import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import UsageError
from beholder.evaluation.annotations import read_annotations
from beholder.evaluation.evaluated_codec import Peer, evaluated
from beholder.evaluation.items import make_items
from beholder.evaluation.plan import Experiment
from beholder.evaluation.rows import Row, read_csv
from beholder.evaluation.run import run as evaluate
from beholder.evaluation.score import Score
from tests.evaluation.fakes import BrightnessScore, Count, ErrorScore, LabelScore, StepCodec, write_pictures

ROOT = Path(__file__).parents[2]


def run(
    folder: Path,
    paths: Sequence[Path],
    codecs: Sequence[Peer] = (StepCodec(),),
    scores: Sequence[Score] = (ErrorScore(),),
    labels: dict[str, int] | None = None,
    count: Count | None = None,
) -> list[Row]:
    items = make_items(paths, labels=labels)
    return list(evaluate(items, codecs, scores, cache=folder / "cache", jobs=2, progress=count).rows)


def results(rows: Sequence[Row]) -> list[Row]:
    """Rows without what a second measurement may change."""
    nothing = dict.fromkeys(
        (
            "encode_cpu_s",
            "encode_wall_s",
            "decode_cpu_s",
            "decode_wall_s",
            "encode_memory_bytes",
            "decode_memory_bytes",
        )
    )
    return [replace(row, **nothing) for row in rows]  # type: ignore[arg-type]


def test_rows_are_what_codec_and_score_say_themselves(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 3)
    codecs = [StepCodec(), StepCodec("other", qualities=(6,), fingerprint_of="other")]
    rows = run(tmp_path, paths, codecs)
    expected = []
    for item in make_items(paths):
        for codec in codecs:
            for quality in codec.qualities:
                data = codec.encode(item.pixels, quality)
                error = np.abs(item.pixels.astype(float) - codec.decode(data)).mean()
                row = Row(
                    item=item.name,
                    codec=codec.name,
                    quality=float(quality),
                    width=24,
                    height=16,
                    size_bytes=len(data),
                    rate_bpp=len(data) * 8 / (24 * 16),
                    scores={"error": -float(error)},
                )
                expected.append(row)
    assert results(rows) == expected
    assert all(row.encode_cpu_s is not None and row.encode_cpu_s >= 0 for row in rows)
    assert all(row.decode_wall_s is not None and row.decode_wall_s > 0 for row in rows)


def test_nothing_is_measured_twice(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 2)
    rows = run(tmp_path, paths[:1])
    count = Count()
    more = run(tmp_path, paths, count=count)
    assert (count.skipped, count.done) == (4, 4)
    assert more[:4] == rows
    count = Count()
    # A codec that would fail shows that it is not asked; the times are those of the first run.
    assert run(tmp_path, paths, [StepCodec(broken=4)], count=count) == more
    assert (count.skipped, count.done) == (8, 0)


def test_a_score_more_keeps_what_was_measured(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 1)
    before = run(tmp_path, paths)
    after = run(tmp_path, paths, scores=[ErrorScore(), LabelScore()], labels={"0.png": 5})
    assert [replace(row, scores={"error": row.scores["error"]}) for row in after] == before
    assert all(row.scores["label"] == 5 for row in after)
    # Another label is another question.
    relabelled = run(tmp_path, paths, scores=[ErrorScore(), LabelScore()], labels={"0.png": 6})
    assert all(row.scores["label"] == 6 for row in relabelled)


def test_what_changes_a_result_is_measured_anew(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 1)
    run(tmp_path, paths)
    for codec, score in [
        (StepCodec(fingerprint_of="step 2"), ErrorScore()),
        (StepCodec(), ErrorScore(fingerprint_of="error 2")),
    ]:
        count = Count()
        run(tmp_path, paths, [codec], [score], count=count)
        assert count.done == 4
    Image.open(paths[0]).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(paths[0])
    count = Count()
    run(tmp_path, paths, count=count)
    assert count.done == 4


def test_the_same_pixels_in_another_file_are_the_same(tmp_path: Path) -> None:
    (path,) = write_pictures(tmp_path, 1)
    rows = run(tmp_path, [path])
    copy = tmp_path / "copy.bmp"
    Image.open(path).save(copy)
    count = Count()
    again = run(tmp_path, [copy], count=count)
    assert count.done == 0
    assert [replace(row, item="0.png") for row in again] == rows


def test_errors_are_rows_and_the_run_goes_on(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 2)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    codec = StepCodec(refused=4, broken=8, wrong_shape=16)
    paths = [*paths, tmp_path / "broken.png", tmp_path / "missing.png"]
    rows = run(tmp_path, paths, [codec], [ErrorScore(), LabelScore()], labels={"0.png": 1})
    by_key = {(row.item, row.quality): row for row in rows}
    assert len(rows) == 16
    assert by_key["0.png", 32] == replace(by_key["0.png", 32], error="")
    assert by_key["0.png", 4].error == "the codec takes no such picture"
    assert "internal error (ZeroDivisionError: by accident at" in by_key["0.png", 8].error
    assert "fakes.py" in by_key["0.png", 8].error
    assert by_key["0.png", 16].error == "decodes to shape (16, 25, 3), not (16, 24, 3)"
    assert by_key["0.png", 16].size_bytes is None
    # The other score of a picture that one score cannot take is there.
    assert by_key["1.png", 32].error.startswith("label: 1.png: has no labels; give the classes of")
    assert set(by_key["1.png", 32].scores) == {"error"}
    for quality in codec.qualities:
        assert "broken.png" in by_key["broken.png", quality].error
        assert "No such file" in by_key["missing.png", quality].error
        assert by_key["missing.png", quality].width is None
    # Nothing of an error is kept.
    count = Count()
    repaired = run(tmp_path, paths[:1], scores=[ErrorScore(), LabelScore()], labels={"0.png": 1}, count=count)
    assert (count.skipped, count.done) == (1, 3)
    assert not any(row.error for row in repaired)


def test_a_worker_that_dies_fails_its_own_rows_only(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 3)
    pixels = np.asarray(Image.open(paths[1])).copy()
    pixels[0, 0, 0] = 255
    Image.fromarray(pixels).save(paths[1])
    assert all(np.asarray(Image.open(paths[index]))[0, 0, 0] != 255 for index in (0, 2))
    rows = run(tmp_path, paths, [StepCodec(dies_of=255, qualities=(4, 8))])
    assert ["died" in row.error for row in rows] == [False, False, True, True, False, False]
    assert all(row.scores for row in rows if not row.error)


def test_other_bytes_under_the_same_fingerprint_are_told(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path, 1)
    run(tmp_path, paths)
    rows = run(tmp_path, paths, [StepCodec(padding=3)], [ErrorScore(fingerprint_of="error 2")])
    assert all("other bytes than in an earlier run" in row.error and not row.scores for row in rows)


def test_names_are_given_once() -> None:
    codecs = [evaluated(StepCodec()), evaluated(StepCodec())]
    with pytest.raises(UsageError, match="the codec step is given twice"):
        Experiment(items=(), codecs=codecs, scores=())
    with pytest.raises(UsageError, match="the score error is given twice"):
        Experiment(items=(), codecs=(), scores=[ErrorScore(), ErrorScore()])


@pytest.mark.parametrize(
    ("count", "expected"),
    [(None, [0, 1, 2, 3, 4, 5, 6]), (1, [3]), (2, [0, 6]), (4, [0, 2, 4, 6]), (99, [0, 1, 2, 3, 4, 5, 6])],
)
def test_qualities_are_evenly_spread_with_both_ends(count: int | None, expected: list[float]) -> None:
    experiment = Experiment(items=(), codecs=(), scores=(), qualities=count)
    assert experiment.qualities_of(evaluated(StepCodec(qualities=tuple(range(7))))) == expected


_RUN = """
import sys
from pathlib import Path
from beholder.evaluation.rows import format_csv
from tests.evaluation.fakes import BrightnessScore, Count, ErrorScore, LabelScore, StepCodec
from tests.evaluation.test_run import run


class Told(Count):
    def skip(self, count):
        print(f"skipped {count}", flush=True)

    def advance(self, count=1):
        print("done", flush=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    paths = sorted(folder.glob("*.png"))
    codecs = [StepCodec(qualities=tuple(range(2, 14))), StepCodec("other", fingerprint_of="other")]
    scores = [ErrorScore(), LabelScore()]
    rows = run(folder, paths, codecs, scores, {path.name: 3 for path in paths}, Told())
    (folder / "rows.csv").write_text(format_csv(rows, [score.column for score in scores]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_a_run_that_is_killed_ten_times_ends_with_the_same_rows(tmp_path: Path) -> None:
    draw = random.Random(5)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for folder in (killed, whole):
        write_pictures(folder, 20)
    _run(tmp_path, whole)
    for _ in range(10):
        with _started(tmp_path, killed) as running:
            assert running.stdout is not None
            for _ in range(draw.randrange(24)):  # lines: first how many rows were skipped, then one a row
                running.stdout.readline()
            running.send_signal(signal.SIGKILL)
        assert running.returncode == -signal.SIGKILL
    lines = _run(tmp_path, killed)
    skipped = int(lines[0].removeprefix("skipped "))
    assert 0 < skipped < 20 * 16
    assert len(lines) == 1 + 20 * 16 - skipped
    rows = read_csv(killed / "rows.csv")
    assert results(rows) == results(read_csv(whole / "rows.csv"))
    assert not any(row.error for row in rows)


def _run(scripts: Path, folder: Path) -> list[str]:
    with _started(scripts, folder) as running:
        out, _ = running.communicate(timeout=120)
    assert running.returncode == 0
    return out.splitlines()


def _started(scripts: Path, folder: Path) -> subprocess.Popen[str]:
    script = scripts / "run.py"
    script.write_text(_RUN)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    return subprocess.Popen(
        [sys.executable, script, folder],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # where Python tells of semaphores that a killed process left
        text=True,
    )


def test_other_annotations_of_a_picture_are_scored_anew(tmp_path: Path) -> None:
    paths = write_pictures(tmp_path / "pictures", 2)
    labels = tmp_path / "labels"
    labels.mkdir()

    def scored(*numbers: int) -> tuple[list[Row], int]:
        """Rows, and how many of them were not there before."""
        for number in numbers:
            Image.fromarray(np.asarray(Image.open(paths[number]).convert("L")) // 128).save(
                labels / f"{number}.png"
            )
        items = make_items(paths, annotations=read_annotations([labels]))
        count, scores = Count(), [BrightnessScore(), ErrorScore()]
        done = evaluate(items, [StepCodec()], scores, cache=tmp_path / "cache", jobs=1, progress=count)
        return list(done.rows), count.done

    rows, done = scored(0)
    assert done == 8
    assert ["has no segments" in row.error for row in rows] == [False] * 4 + [True] * 4
    assert all(row.records["miou:bright"].startswith("segments 0:") for row in rows[:4])
    assert all("error" in row.scores for row in rows)
    again, done = scored(1)
    assert done == 4
    assert results(again[:4]) == results(rows[:4])
    assert not any(row.error for row in again)
    Image.new("L", (24, 16), 255).save(labels / "0.png")
    anew, done = scored()
    assert done == 4
    assert {row.records["miou:bright"] for row in anew[:4]} == {"segments"}

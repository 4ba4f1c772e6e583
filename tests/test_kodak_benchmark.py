"""The Kodak benchmark on one small picture and on made-up curves."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from beholder.evaluation.absent import Absent, look_up
from beholder.evaluation.codecs.jpegli import JpegliCodec
from beholder.evaluation.codecs.mozjpeg import MozjpegProgram
from beholder.evaluation.codecs.program import Program
from beholder.evaluation.codecs.registry import PEERS
from beholder.evaluation.deltas import LEAST_OVERLAP
from beholder.evaluation.rows import Row
from beholder.evaluation.scores.registry import find_score
from benchmarks.jpeg.codecs import ANCHOR, TITLES, jpeg_codec
from benchmarks.jpeg.figures import ALL_SHOWN, figures
from benchmarks.jpeg.tables import SCORES, WINDOW_BPP
from tests.metrics.pictures import astronaut

ROOT = Path(__file__).parents[1]


def run(arguments):
    command = [sys.executable, "-m", "benchmarks.jpeg.kodak", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


def test_anchor_is_at_0_and_rows_are_reused(tmp_path):
    Image.fromarray(astronaut()[:240, 100:380]).save(tmp_path / "astronaut.png")
    arguments = [
        "--data",
        tmp_path,
        "--only",
        "anchor",
        "--cache",
        tmp_path / "cache",
        "--output",
        tmp_path / "out",
    ]
    first = run(arguments)
    assert first.returncode == 0, first.stderr
    assert "| libjpeg-turbo, optimised (the anchor) | +0.0 | +0.0 | +0.0 | +0.0 |" in first.stdout
    record = json.loads((tmp_path / "out" / "kodak.json").read_text())
    curve = record["mean_by_quality"]["libjpeg-turbo, optimised (the anchor)"]
    assert [point["rate_bpp"] for point in curve] == sorted(point["rate_bpp"] for point in curve)
    (cached,) = (tmp_path / "cache").iterdir()
    written = cached.stat().st_mtime_ns
    assert run(arguments).returncode == 0
    assert cached.stat().st_mtime_ns == written


def test_says_where_pictures_are_missing(tmp_path):
    done = run(["--data", tmp_path])
    assert done.returncode == 1
    assert "there are no PNG pictures in" in done.stderr


def rows(codec: str, factor: float, count: int = 12, item: str = "a") -> list[Row]:
    rates = [0.1 * 1.4**step for step in range(count)]
    return [
        Row(
            item=item,
            codec=codec,
            quality=step,
            rate_bpp=rate * factor,
            scores={"psnr": 25 + 2.0 * step, "ms-ssim": 1 - 0.1 * 0.8**step, "ssimulacra2": -10 + 8.0 * step},
        )
        for step, rate in enumerate(rates)
    ]


COLUMNS = [score.column for score in map(find_score, SCORES) if not isinstance(score, Absent)]


def test_figures_of_a_codec_that_always_needs_a_fifth_less() -> None:
    anchor = [*rows(ANCHOR, 1), *rows(ANCHOR, 1, item="b")]
    # Picture b meets the window on less than a quarter of it and is left out.
    test = [*rows("test", 0.8), *rows("test", 0.8, count=4, item="b")]
    (found,) = figures([*anchor, *test], COLUMNS, [(SCORES["psnr"], WINDOW_BPP)])["test"]
    assert found["pictures"] == 1
    assert found["least_overlap"] >= LEAST_OVERLAP
    assert found["percent"] == pytest.approx(-20)
    whole = figures([*anchor, *rows("test", 0.8), *rows("test", 0.9, item="b")], COLUMNS, ALL_SHOWN)["test"]
    assert [each["percent"] for each in whole] == pytest.approx([-15.0] * len(ALL_SHOWN))


def test_peers_without_their_program_are_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("BEHOLDER_CJPEG", "BEHOLDER_CJPEGLI", "BEHOLDER_SJPEG"):
        monkeypatch.setenv(variable, "/no/such/program")
    _, absent = look_up(TITLES, jpeg_codec)
    assert {each.name for each in absent} == {name for name in TITLES if name[0] in "mjs"} - {ANCHOR}


@pytest.mark.parametrize("program", ["mozjpeg", "jpegli"])
def test_settings_of_a_peer_are_its_own_codecs(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = {
        "mozjpeg": MozjpegProgram("mozjpeg", Program(Path("cjpeg")), ("-quant-table", "2"), (50,)),
        "jpegli": JpegliCodec(Program(Path("cjpegli"))),
    }
    for name, peer in usual.items():
        monkeypatch.setitem(PEERS, name, lambda peer=peer: peer)
    monkeypatch.setitem(PEERS, "mozjpeg:flat", lambda: replace(usual["mozjpeg"], flags=("-tune-psnr",)))
    found = [jpeg_codec(name) for name in TITLES if name.startswith(program)]
    assert all(isinstance(codec, MozjpegProgram | JpegliCodec) for codec in found)
    assert len({codec.flags for codec in found}) == len(found)

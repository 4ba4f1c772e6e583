"""The Kodak benchmark on one small picture and on made-up curves."""

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image

from benchmarks.jpeg.kodak_report import LEAST_OVERLAP, WINDOW_BPP, compare
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
    assert "mozjpeg: not compared, no program given (--mozjpeg PATH)" in first.stdout
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


def test_figures_of_a_codec_that_always_needs_a_fifth_less():
    def points(factor, count=12):
        rates = [0.1 * 1.4**step for step in range(count)]
        return [
            {
                "rate_bpp": rate * factor,
                "psnr_db": 25 + 2.0 * step,
                "ms_ssim": 1 - 0.1 * 0.8**step,
                "ssimulacra2": -10 + 8.0 * step,
            }
            for step, rate in enumerate(rates)
        ]

    anchor = {"a": points(1), "b": points(1)}
    comparison = compare("test", anchor, {"a": points(0.8), "b": points(0.8, count=4)})
    figure = comparison.figure("PSNR (RGB)", WINDOW_BPP)
    # Picture b meets the window on less than a quarter of it and is left out.
    assert figure.pictures == 1
    assert figure.least_overlap >= LEAST_OVERLAP
    assert abs(figure.percent - -20) < 1e-9
    whole = compare("test", anchor, {"a": points(0.8), "b": points(0.9)})
    assert [round(f.percent, 6) for f in whole.figures] == [-15.0] * len(whole.figures)

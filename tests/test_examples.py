"""Every script of examples/ is run as a user runs it, in a process of its own."""

import base64
import io
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

EXAMPLES = Path(__file__).parents[1] / "examples"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=EXAMPLES,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )


def write_picture(path: Path, seed: int) -> Path:
    """Writes a 200 x 184 picture with soft shapes and some grain, so that quality changes its bytes."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (12, 13, 3), dtype=np.uint8)).resize((200, 184), 3)
    grain = random.normal(0, 6, (184, 200, 1))
    Image.fromarray(np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8)).save(path)
    return path


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        picture.load()
        assert picture.format == "JPEG"
        return picture.size


def test_encode_picture(tmp_path: Path) -> None:
    source = write_picture(tmp_path / "a.png", 1)
    small = run("encode_picture.py", source, tmp_path / "small.jpg", "40")
    run("encode_picture.py", source, tmp_path / "large.jpg", "90")
    assert size_of(tmp_path / "small.jpg") == size_of(tmp_path / "large.jpg") == (200, 184)
    size_bytes = (tmp_path / "small.jpg").stat().st_size
    assert size_bytes < (tmp_path / "large.jpg").stat().st_size
    assert f"{size_bytes:,} bytes, {size_bytes * 8 / (200 * 184):.3f} bpp" in small.stdout


def test_shrink_folder_goes_on_after_a_broken_file(tmp_path: Path) -> None:
    for index in range(2):
        write_picture(tmp_path / f"{index}.png", index)
    (tmp_path / "00_broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    done = run("shrink_folder.py", tmp_path, tmp_path / "out", "60")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0.jpg", "1.jpg"]
    assert size_of(tmp_path / "out" / "1.jpg") == (200, 184)
    assert "00_broken.png" in done.stderr
    assert f"all: {sum(path.stat().st_size for path in (tmp_path / 'out').iterdir()):,} bytes" in done.stdout


def test_reoptimise_jpeg_never_grows(tmp_path: Path) -> None:
    with Image.open(write_picture(tmp_path / "a.png", 3)) as picture:
        picture.save(tmp_path / "old.jpg", quality=92)
    run("reoptimise_jpeg.py", tmp_path / "old.jpg", tmp_path / "small.jpg", "75")
    assert size_of(tmp_path / "small.jpg") == (200, 184)
    assert (tmp_path / "small.jpg").stat().st_size < (tmp_path / "old.jpg").stat().st_size


def test_observer_dial_has_a_row_for_each_observer(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("constriction", reason="constriction is not installed")
    from tests.learned.tiny import tiny_weights  # noqa: PLC0415

    weights = tmp_path / "tiny.safetensors"
    weights.write_bytes(tiny_weights(observers=3))
    done = run("observer_dial.py", write_picture(tmp_path / "a.png", 5), "2", weights)
    if done.stdout.startswith("skipped: ") and "install" in done.stdout:
        pytest.skip(done.stdout.strip())
    head, *rows = [line.split() for line in done.stdout.splitlines()]
    assert head[:2] == ["observer", "bytes"]
    assert [row[0] for row in rows] == ["0", "0.25", "0.5", "0.75", "1"]
    assert len({tuple(row[1:]) for row in rows}) > 1, "the dial does something"
    for _, size_bytes, bpp, *scores in rows:
        rate_bpp = 8 * int(size_bytes.replace(",", "")) / (200 * 184)
        assert float(bpp) == pytest.approx(rate_bpp, abs=0.001)
        assert rate_bpp <= 2
        assert all(math.isfinite(float(score)) for score in scores)


def test_observer_dial_says_what_is_missing(tmp_path: Path) -> None:
    picture = write_picture(tmp_path / "a.png", 5)
    done = run("observer_dial.py", picture, "2", tmp_path / "none.safetensors")
    assert done.stdout.startswith("skipped: ")
    assert len(done.stdout.splitlines()) == 1


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The demo's standard output and page, for one generated picture at two qualities."""
    folder = tmp_path_factory.mktemp("demo")
    picture = write_picture(folder / "soft.png", 4)
    done = run(
        "-m", "demo", "--output", folder / "out", "--picture", picture, "--quality", "50", "--quality", "80"
    )
    return done.stdout, (folder / "out" / "index.html").read_text(encoding="utf-8")


def test_demo_prints_a_table_for_each_observer(demo: tuple[str, str]) -> None:
    table, _ = demo
    titles = [table.index(f'observer="{observer}"') for observer in ("human", "machine", "mse")]
    assert titles == sorted(titles)
    assert len(re.findall(r"^soft +(50|80) ", table, re.MULTILINE)) == 6


def test_demo_page_needs_no_network(demo: tuple[str, str]) -> None:
    _, page = demo
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", page) == []
    assert re.findall(r"https?:|@import|url\(", page) == []
    assert "__DEMO_DATA__" not in page


def test_demo_page_holds_the_files_that_it_describes(demo: tuple[str, str]) -> None:
    _, page = demo
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert match is not None
    data = json.loads(match[1])
    assert [photograph["name"] for photograph in data["photographs"]] == ["soft"]
    assert {(c["quality"], c["observer"]) for c in data["comparisons"]} == {
        (quality, observer) for quality in (50, 80) for observer in ("human", "machine", "mse")
    }
    for comparison in data["comparisons"]:
        score = "psnr_db" if comparison["observer"] == "mse" else "ssimulacra2"
        ours, theirs = comparison["beholder"], comparison["libjpeg"]
        assert ours[score] >= theirs[score] - 0.1
        assert comparison["saved"] == pytest.approx(1 - ours["size_bytes"] / theirs["size_bytes"])
        for file in (ours, theirs):
            jpeg = base64.b64decode(file["uri"].removeprefix("data:image/jpeg;base64,"), validate=True)
            assert len(jpeg) == file["size_bytes"]
            with Image.open(io.BytesIO(jpeg)) as picture:
                assert picture.size == (200, 184)


def test_demo_page_holds_a_heat_map_of_each_observer(demo: tuple[str, str]) -> None:
    _, page = demo
    maps = re.findall(r'{"label": "(where [a-z ]+)", "uri": "data:image/jpeg;base64,([^"]+)"}', page)
    assert [label for label, _ in maps] == ["where a person sees errors", "where image networks look"]
    assert maps[0][1] != maps[1][1]
    for _, text in maps:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True))) as picture:
            assert picture.width == 800, "200 pixels, four times as large"

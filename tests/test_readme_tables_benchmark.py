"""Every number of README.md and of the tables in docs/ is that of a result; a changed one is found."""

import re
from functools import cache
from pathlib import Path

import pytest

from benchmarks import readme_tables

ROOT = Path(__file__).parents[1]

# Made once: some resample pictures a thousand times.
ONCE = {
    path: {name: cache(lines) for name, lines in blocks.items()}
    for path, blocks in readme_tables.BLOCKS.items()
}
BLOCKS = [(path, name) for path, blocks in readme_tables.BLOCKS.items() for name in blocks]


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Copies of the pages, which stand in for them."""
    blocks, copies = {}, {}
    for path, own in ONCE.items():
        copy = tmp_path / path.name
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
        blocks[copy], copies[path.name] = own, copy
    monkeypatch.setattr(readme_tables, "BLOCKS", blocks)
    monkeypatch.setattr(readme_tables, "README", copies["README.md"])
    return copies


def test_the_pages_are_what_the_results_say(pages: dict[str, Path]) -> None:
    assert readme_tables.main(["--check"]) == 0


@pytest.mark.parametrize(("path", "name"), BLOCKS, ids=[f"{path.name}-{name}" for path, name in BLOCKS])
def test_a_changed_number_is_found(
    path: Path, name: str, pages: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    page = pages[path.name]
    before, begin, rest = page.read_text(encoding="utf-8").partition(f"<!-- {name}:begin -->")
    block, end, after = rest.partition(f"<!-- {name}:end -->")
    *_, number = re.finditer(r"\d+", re.sub(r"<sub>.*", lambda found: "x" * len(found[0]), block))
    changed = block[: number.start()] + str(int(number[0]) + 1) + block[number.end() :]
    page.write_text(before + begin + changed + end + after, encoding="utf-8")
    written = page.read_text(encoding="utf-8")
    assert readme_tables.main(["--check"]) == 1
    assert f"{path.name}: not what the results say" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == written  # a check changes nothing
    assert readme_tables.main([]) == 0
    assert page.read_text(encoding="utf-8") == before + begin + block + end + after


@pytest.mark.parametrize(
    "sentence", ["Files are 43 % smaller.", "It gains 1.5 dB.", "7 times as fast", "\u22123.2 points"]
)
def test_a_number_of_no_result_is_found(
    sentence: str, pages: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    page = pages["README.md"]
    page.write_text(page.read_text(encoding="utf-8") + f"\n{sentence}\n", encoding="utf-8")
    assert readme_tables.main(["--check"]) == 1
    assert "comes from no result file" in capsys.readouterr().err


def test_a_page_without_a_mark_is_refused(pages: dict[str, Path]) -> None:
    page = pages["README.md"]
    page.write_text(page.read_text(encoding="utf-8").replace("<!-- summary:end -->", ""), encoding="utf-8")
    with pytest.raises(ValueError, match="summary:end --> must stand in the text once"):
        readme_tables.main(["--check"])


def test_make_bench_makes_every_result_that_a_page_shows() -> None:
    results = set(re.findall(r'RESULTS / "(\w+)\.json"', source_of("benchmarks/readme_tables.py")))
    scripts = set()
    for recipe in re.findall(r"^bench-\w+:.*\n((?:\t.*\n)+)", source_of("Makefile"), re.MULTILINE):
        (names,) = re.findall(r"for name in ([\w ]+);", recipe) or [""]
        for folder, script in re.findall(r"\$\(BENCH\)\.(\w+)\.([\w$]+)", recipe):
            scripts |= {f"{folder}/{name}.py" for name in (names.split() if script == "$$name" else [script])}
    sources = "".join(source_of(f"benchmarks/{script}") for script in scripts)
    assert len(results) > 10
    assert not {name for name in results if f'"{name}"' not in sources and f'"{name}.json"' not in sources}


def source_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")

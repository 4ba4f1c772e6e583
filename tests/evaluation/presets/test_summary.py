from dataclasses import replace
from pathlib import Path

import pytest

from beholder.evaluation.presets.plan import PlannedPart, SkippedPart, missing_words, plan_part
from beholder.evaluation.presets.preset import Difference, Preset
from beholder.evaluation.presets.request import Request
from beholder.evaluation.presets.result import PartResult, run_part
from beholder.evaluation.presets.summary import format_summary
from tests.evaluation.fakes import Count, write_pictures
from tests.evaluation.presets.fakes import KODAK, part, preset


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    return Request(
        paths=write_pictures(tmp_path / "pictures", 3), labels={f"{number}.png": 3 for number in range(3)}
    )


def run(own: Preset, request: Request, folder: Path) -> tuple[PartResult, SkippedPart]:
    first, second = (plan_part(own, each, request, folder / each.name) for each in own.parts)
    assert isinstance(first, PlannedPart)
    assert isinstance(second, SkippedPart)
    count = Count()
    result = run_part(first, folder / first.part.name, cache=None, jobs=1, progress=count, command=[])
    assert count.done == len(result.run.rows) + len(result.originals)
    return result, second


def test_the_page_has_the_papers_numbers_beside_ours(request_: Request, tmp_path: Path) -> None:
    own = preset(part(codecs=("step", "fine")), KODAK)
    result, skipped = run(own, request_, tmp_path)
    assert {row.codec for row in result.run.rows} == {"step", "fine"}
    assert set(result.originals) == {"0.png", "1.png", "2.png"}
    lines = format_summary(own, [result, skipped]).splitlines()
    assert lines[0] == "# fake: A. Author, A paper"
    accuracy = lines[lines.index("### Accuracy, lite") :]
    assert accuracy[2] == "On the originals: 100.0."
    assert accuracy[4] == "| codec | at the rate, % | lost, points | gain, points |"
    assert accuracy[6].startswith("| step (the anchor) | ")
    assert accuracy[7].startswith("| fine | ")
    assert "+0.0 [+0.0, +0.0]" in accuracy[7]  # the same codec by another name
    assert accuracy[8:11] == [
        "| **theirs, Alex**, in the paper |  |  | +3 |",
        "| **theirs, VGG**, in the paper |  |  | +4 |",
        "",
    ]
    assert accuracy[11] == "In the paper: the abstract; a table."
    error = lines[lines.index("### Error") :]
    assert error[4:6] == ["| step (the anchor) |  |", "| fine | +0.0 [+0.0, +0.0] |"]
    kodak = lines[lines.index("## kodak") :]
    assert kodak[2] == "Not run; what is missing stands below."
    text = "\n".join(lines)
    assert "- kodak: no picture of Kodak" in text
    assert "- photographs: Alex (torchvision:alex): no weights" in text
    assert "- Few pictures: 3 in photographs; the paper took far more." in text
    assert "- photographs: lite was used, which is not one of the paper's networks (Alex, VGG)." in text
    assert "- All differs." in text
    assert "- Fine is ours." in text
    assert "BPG is BPG" not in text, "it was not measured"


def test_what_was_left_out_is_not_called_ours(request_: Request, tmp_path: Path) -> None:
    own = preset(part(codecs=("step",)))
    result, _ = run(preset(part(codecs=("step",)), KODAK), request_, tmp_path)
    text = format_summary(own, [result])
    assert "Fine is ours" not in text
    assert "- Ours was left out." in text


@pytest.mark.parametrize(
    ("codec", "said"), [("fine+dial=1", True), ("fine:b+a=2+dial=1", True), ("fine", False), ("step", False)]
)
def test_what_is_about_an_option_is_said_of_codecs_that_have_it(
    request_: Request, tmp_path: Path, codec: str, said: bool
) -> None:
    own = replace(
        preset(part(codecs=("step",)), KODAK),
        differences=(Difference(words="It is dialled.", families=("fine+dial",), without="No dial."),),
    )
    result, _ = run(own, request_, tmp_path)
    measured = replace(result.planned, codecs=[replace(result.planned.codecs[0], name=codec)])
    text = format_summary(own, [replace(result, planned=measured)])
    assert ("- It is dialled." in text) is said
    assert ("- No dial." in text) is not said


def test_under_a_network_of_the_paper_stand_its_own_numbers(request_: Request, tmp_path: Path) -> None:
    own = preset(part(codecs=("step",)), KODAK)
    result, skipped = run(own, replace(request_, networks=("vgg=mine",)), tmp_path)
    text = format_summary(own, [result, skipped])
    assert "### Accuracy, mine in place of VGG" in text
    assert "theirs, VGG" in text
    assert "theirs, Alex" not in text
    assert "- photographs: mine in place of VGG was used." in text


def test_rows_that_failed_are_counted(request_: Request, tmp_path: Path) -> None:
    own = preset(part(codecs=("step",)), KODAK)
    result, skipped = run(own, request_, tmp_path)
    first, *others = result.run.rows
    failed = replace(result, run=replace(result.run, rows=[replace(first, error="broken"), *others]))
    text = format_summary(own, [failed, skipped])
    assert f"1 of {1 + len(others)} rows failed; rows.csv says why." in text


def test_what_two_parts_lack_is_told_once() -> None:
    parts = [SkippedPart(part=part(name=name), missing=("the moon", name)) for name in ("a", "b")]
    assert missing_words(parts) == ["a, b: the moon", "a: a", "b: b"]

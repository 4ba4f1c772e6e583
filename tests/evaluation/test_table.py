from types import SimpleNamespace

from beholder.evaluation.absent import Absent
from beholder.evaluation.curves_of_rows import Mean
from beholder.evaluation.deltas import SetDelta
from beholder.evaluation.score import Aggregate, Column, Scale
from beholder.evaluation.table import format_table

COLUMNS = [
    Column("ms-ssim", "", Scale.DECIBELS),
    Column("kl:net", "nats", Scale.DECADES, Aggregate.MEANS),
    Column("lpips", "", Scale.TURNED),
]


def delta(column: str, kind: str, **changes: object) -> SetDelta:
    usual = {"of": "items", "value": -12.345, "interval": (-20.0, -5.04), "items": 8, "items_asked": 8}
    return SetDelta(codec="new", column=column, kind=kind, **{**usual, "overlap": 0.5, **changes})  # type: ignore[arg-type]


def table(*changed: SetDelta) -> list[str]:
    deltas = {(each.column, each.kind): each for each in changed}
    every = [
        deltas.get((column.name, kind)) or delta(column.name, kind)
        for column in COLUMNS
        for kind in ("rate", "score")
    ]
    times = {"encode_cpu_s": 0.5, "decode_cpu_s": 0.25}
    means = [Mean("old", 1, 8, 0.5, {}, times), Mean("old", 2, 8, 1.5, {}, times)]
    run = SimpleNamespace(
        means=means,
        deltas=every,
        columns=COLUMNS,
        anchor="old",
        codecs={"old": SimpleNamespace(settings="a | b"), "new": SimpleNamespace(settings="flags")},
        published=[],
        absent=[Absent("gone", "no gone", "pip install gone")],
        window_bpp=(0.15, 2.5),
    )
    return format_table(run).splitlines()  # type: ignore[arg-type]


def test_cells_say_value_interval_and_how_many_pictures() -> None:
    lines = table(
        delta("ms-ssim", "rate", items=5, refusals={"a.png": "too few points", "b.png": "x", "c.png": "x"}),
        delta("lpips", "score", value=None, interval=None, items=0),
    )
    assert lines[0].split(" | ")[1:4] == ["ms-ssim, rate", "ms-ssim, score (dB)", "kl:net, rate"]
    assert lines[2] == "| old | 0 | 0 | 0 | 0 | 0 | 0 | 0.5 | 0.25 |"
    cells = lines[3].strip("| ").split(" | ")
    assert cells[:3] == [
        "new",
        "-12.3 % [-20.0, -5.0] (5)",
        "-12.345 [-20.000, -5.040]",
    ]
    assert cells[6] == "none"
    assert "- new, ms-ssim, rate: 3 of 8 not compared; a.png: too few points" in lines


def test_notes_say_the_terms() -> None:
    text = "\n".join(table(delta("lpips", "rate", overlap=0.27)))
    assert "against old over 0.15 to 2.5 bpp of the anchor" in text
    assert "ms-ssim counts as -10 log10(1 - x)." in text
    assert "kl:net counts as -log10(x)." in text
    assert "lpips counts as -x, since lower is better." in text
    assert "27% for rate (new, lpips), 50% for score" in text
    assert "- not measured: gone: not there, no gone; pip install gone" in text
    assert r"| old | a \| b |" in text


def test_right_or_wrong_and_published_are_told_apart() -> None:
    lines = table(delta("lpips", "rate", of="means", refusals={"means": "too few points"}))
    assert "Deltas in lpips are those of the mean curves over pictures." in lines
    assert "- new, lpips, rate: mean curves not compared: too few points" in lines
    lines = table(delta("lpips", "rate", of="published"))
    assert any(line.startswith("Published curves are means") for line in lines)
    assert not any(line.startswith("Deltas in") for line in lines)

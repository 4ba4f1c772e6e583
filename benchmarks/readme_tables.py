"""Fills the marked blocks of README.md and of the pages in docs/ from result files.

    python benchmarks/readme_tables.py            # after any benchmark wrote into benchmarks/results
    python benchmarks/readme_tables.py --check    # changes nothing; ends with 1 where a block is stale

A block stands between <!-- NAME:begin --> and <!-- NAME:end -->.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from detection_report import tables as detection_tables
from evaluation_table import evaluation_checks, evaluation_summary
from kodak_report import HIGH_WINDOW_BPP, WINDOW_BPP
from learned_table import (
    learned_exactness,
    learned_memory,
    learned_points,
    learned_summary,
    learned_times,
)
from machine_accuracy import accuracy_table
from machine_cost_table import machine_cost_table
from machine_curves import rate_at, score_at, unpacked
from machine_dial import dial_table
from machine_report import DIVERGENCES, divergence_table, saved

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
QUALITY = ROOT / "src/beholder/jpeg/quality.json"
HUMAN = ROOT / "src/beholder/observers/human.json"

# Qualities that the table of the fit shows.
SHOWN_QUALITIES = (10, 20, 30, 50, 60, 75, 84, 90, 95)
SCANS_OF_SPEED = {"sequential": "sequential", "with scan search": "scan search"}

# Settings of benchmarks/machine.py that docs/machine.md shows and README.md does not.
_LEFT_TO_DOCS = ("its own", "m = 0.25", "m = 0.75")

Record = Mapping[str, Any]


def encoders_table(kodak: Record, speed: Record) -> list[str]:
    """BD-rates and speed of every encoder, Beholder's rows in bold."""
    columns = [("PSNR (RGB)", WINDOW_BPP), ("MS-SSIM (RGB)", WINDOW_BPP), ("SSIMULACRA2", WINDOW_BPP)]
    columns.append(("SSIMULACRA2", HIGH_WINDOW_BPP))
    titles = [score if window == WINDOW_BPP else f"{score}, {_window(window)}" for score, window in columns]
    lines = [f"| encoder | {' | '.join(titles)} | MP/s |", "|---" * (len(titles) + 2) + "|"]
    for row in kodak["bd_rate_percent"]:
        cells = [_percent(_figure(row, *column)["percent"]) for column in columns]
        cells.append(_speed(row["name"], speed))
        cells.insert(0, row["name"])
        if row["name"].startswith("Beholder"):
            cells = [f"**{cell}**" for cell in cells]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _figure(row: Record, score: str, window_bpp: Sequence[float]) -> Record:
    figures: list[Record] = row["figures"]
    return next(f for f in figures if (f["score"], tuple(f["window_bpp"])) == (score, tuple(window_bpp)))


def _window(window_bpp: Sequence[float]) -> str:
    return f"{window_bpp[0]:g} to {window_bpp[1]:g} bpp"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:+.1f}"


def _speed(name: str, speed: Record) -> str:
    """Megapixels a second; of Beholder with and without scan search."""
    rates = {timing["name"]: timing["megapixels_per_second"] for timing in speed["timings"]}
    if name in rates:
        return f"{rates[name]:.0f}"
    found = [
        f"{rates[f'{name}, {key}']:.0f} {meaning}"
        for key, meaning in SCANS_OF_SPEED.items()
        if f"{name}, {key}" in rates
    ]
    return ", ".join(found) or "not measured"


def ablation_table(table: Record) -> list[str]:
    """BD-rates of a group of settings, and their change against the row above or the first row."""
    titles = [f"{column['score']}, {_window(column['window_bpp'])}" for column in table["columns"]]
    against = "row above" if table["build_up"] else "first row"
    lines = ["| " + " | ".join(["what is on" if table["build_up"] else "setting", *titles]) + " |"]
    lines.append("|---" * (len(titles) + 1) + "|")
    rows = table["rows"]
    for number, row in enumerate(rows):
        other = rows[max(number - 1, 0)] if table["build_up"] else rows[0]
        cells = [row["name"]]
        for now, then in zip(row["percent"], other["percent"], strict=True):
            known = number > 0 and now is not None and then is not None
            cells.append(_percent(now) + (f" ({now - then:+.2f})" if known else ""))
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, "", f"In brackets: the change against the {against}, in points."]


def targets_table(targets: Record) -> list[str]:
    """Cost of target searches in encodes, and how near they came."""
    lines = [
        "| pictures | observer | scans | target | cost: median | most | within bar | unused: median | most |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in targets["rows"]:
        unit = " dB" if row["target"] == "psnr" else " %"
        lines.append(
            f"| {row['pictures']} | `{row['observer']}` | {row['scans']} | `{row['target']}` "
            f"| {row['median_cost']:.2f} | {row['most_cost']:.2f} | {row['within_bar']} of {row['searches']} "
            f"| {row['median_unused']:.2f}{unit} | {row['most_unused']:.2f}{unit} |"
        )
    chosen = ", ".join(f"`{name}` {cost:.1f}" for name, cost in targets["subsampling_auto"].items())
    return [
        *lines,
        "",
        f"The cost is CPU time over that of one encode; the bar is {targets['bar']:g}. Unused: how far the "
        "size stays below the one asked for, the PSNR above it.",
        "",
        'In the same unit `subsampling="auto"` at quality 75 costs, as the median over Kodak: '
        + chosen
        + ".",
    ]


def memory_table(memory: Record) -> list[str]:
    """Peak memory above the picture given."""
    lines = [
        "| megapixels | asked for | through | bytes a pixel | by the end of each stage | CPU seconds |",
        "|---|---|---|---|---|---|",
    ]
    for peak in memory["peaks"]:
        case = peak["case"]
        asked = ", ".join(f"{key}={value}" for key, value in case["request"].items())
        stages = ", ".join(f"{name} {value:.1f}" for name, value in peak["stages"].items())
        through = "the core" if case["core"] else "`beholder.encode`"
        lines.append(
            f"| {case['side'] ** 2 / 1e6:.1f} | {asked} | {through} "
            f"| {peak['bytes_a_pixel']:.1f} | {stages} | {peak['seconds']:.1f} |"
        )
    return [*lines, "", f"The bar is {memory['bar']:g} bytes a pixel above the input (which has 3)."]


def quality_table(quality: Record) -> list[str]:
    """Scales of the fit, and how it holds on the photographs it was checked on."""
    observers = list(quality["scales"])
    head = ["quality", *(f"scale of `{name}`" for name in observers)]
    checks: Record = quality["check"]
    head += [f"`{name}`: score less libjpeg-turbo's" for name in observers if name in checks]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for wanted in SHOWN_QUALITIES:
        index = quality["qualities"].index(wanted)
        cells = [str(wanted), *(f"{quality['scales'][name][index]:.4g}" for name in observers)]
        for name in observers:
            if (check := checks.get(name)) is not None:
                key = str(wanted)
                spread = check.get("standard_deviation", {}).get(key)
                cells.append(
                    f"{check['score_minus_libjpeg'][key]:+.2f}"
                    + ("" if spread is None else f" ± {spread:.2f}")
                )
        lines.append(f"| {' | '.join(cells)} |")
    counts = {check["photographs"] for check in checks.values()}
    checked = ", ".join(str(count) for count in sorted(counts)) or "no"
    return [
        *lines,
        "",
        f"Fitted on photographs ({quality['provenance']['photographs']}), checked on {checked} others "
        "(SSIMULACRA 2, mean and standard deviation over these).",
    ]


def observer_table(human: Record) -> list[str]:
    """The fitted constants of the `human` observer that are single numbers, and its BD-rates."""
    constants = {
        "start step exponent *e*": human["step_exponent"],
        "lambda ratio *r*": human["lambda_ratio"],
        **{f"masking: {name.replace('_', ' ')}": value for name, value in human["masking"].items()},
    }
    rows = [f"| {name} | {value:g} |" for name, value in constants.items()]
    titles = {
        "ms_ssim": "MS-SSIM (RGB)",
        "ssimulacra2": "SSIMULACRA2",
        "ssimulacra2_high": "SSIMULACRA2, 1 to 2 bpp",
        "psnr": "PSNR (RGB)",
    }
    origin = human["provenance"]
    counts = ", ".join(f"{name}: {count}" for name, count in origin["photographs"].items())
    return [
        *["| constant of `human` | value |", "|---|---|", *rows, ""],
        f"BD-rate in percent on the photographs of the fit ({counts}; every second "
        "one is fitted on, the others are held out):",
        "",
        f"| photographs | {' | '.join(titles.values())} |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {' | '.join(_percent(figures[score]) for score in titles)} |"
            for name, figures in origin["bd_rate_percent"].items()
        ),
    ]


def decoders_table(decoders: Record) -> list[str]:
    """How far each decoder is from the float64 reference, and which files failed."""
    lines = [
        "| decoder | compared | files | largest difference | mean difference, worst file | failed |",
        "|---|---|---|---|---|---|",
    ]
    for decoder in decoders["decoders"]:
        if decoder["absent"]:
            lines.append(f"| {decoder['name']} | absent: {decoder['absent']} | | | | |")
            continue
        rows = [row for row in decoders["differences"] if row["decoder"] == decoder["name"]]
        decoded = [row for row in rows if row["most"] is not None]
        most, mean = (f"{max((row[key] for row in decoded), default=0):.2f}" for key in ("most", "mean"))
        failed = sum(row["problem"] is not None for row in rows)
        title = f"{decoder['name']}, {decoder['version']}"
        lines.append(f"| {title} | {decoder['compared']} | {len(rows)} | {most} | {mean} | {failed} |")
    same = len(decoders["files"]) - len(decoders["other_levels"])
    return [
        *lines,
        "",
        "Differences are in code values, from a decoding of the written levels in float64. Levels and tables "
        f"read back by libjpeg and by Beholder equal those written in {same} of {len(decoders['files'])} "
        f"files. Source: {decoders['photograph']}.",
        *(
            f"\n- {row['decoder']}, {row['file']}: {row['problem']}"
            for row in decoders["differences"]
            if row["problem"]
        ),
        *(f"\n- {name}: other levels read back than written" for name in decoders["other_levels"]),
    ]


def origin_line(record: Record) -> str:
    """Where the numbers of a block come from."""
    origin = record["provenance"]
    script = origin["command"].split()[1]
    return f"<sub>`{script}`, commit {origin['commit'][:10]}, {origin['machine'].split(', ')[-1]}</sub>"


def _results_block() -> list[str]:
    kodak, speed = _read(RESULTS / "kodak.json"), _read(RESULTS / "speed.json")
    return [
        "BD-rate in percent against libjpeg-turbo with optimised Huffman tables on the "
        f"{kodak['bd_rate_percent'][0]['pictures']} Kodak photographs, 4:2:0, over {_window(WINDOW_BPP)} "
        "unless said (by picture, then the mean; negative: smaller files at the same score), and speed on "
        "one thread, 9.4 megapixels at 1 bit a pixel:",
        "",
        *encoders_table(kodak, speed),
        "",
        origin_line(kodak),
        origin_line(speed),
    ]


def machine_summary(packed: Record) -> list[str]:
    """Bits saved at the middle divergence, PSNR and SSIMULACRA2: a row a setting of README.md."""
    record = unpacked(packed)
    pictures = record["pictures"]
    anchor, *names = pictures[0]["rows"]
    names = [name for name in names if not any(word in name for word in _LEFT_TO_DOCS)]
    networks = [record["adapts"], *record["others"]]
    level = DIVERGENCES[len(DIVERGENCES) // 2]
    rate = rate_at(pictures, anchor, record["adapts"], level)
    lines = [
        f"Bits saved, in percent, where a network's answers have moved by {level:g} nat (KL divergence, mean "
        f"over {len(pictures)} ImageNet photographs), against libjpeg-turbo with optimised Huffman tables, "
        f"4:2:0; and PSNR and SSIMULACRA2 above its at {rate:.2f} bpp. Only {record['adapts']} adapts or "
        "looks.",
        "",
        f"| setting | {' | '.join(networks)} | PSNR, dB | SSIMULACRA2 |",
        "|---" * (len(networks) + 3) + "|",
    ]
    for name in names:
        cells = [f"{100 * saved(pictures, anchor, name, net)[1]:.0f}" for net in networks]
        for score in ("psnr_db", "ssimulacra2"):
            gain = score_at(pictures, name, score, rate) - score_at(pictures, anchor, score, rate)
            cells.append(f"{gain:+.1f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _machine_block(
    table: Callable[[Record, Sequence[Record]], list[str]], split: str | None
) -> Callable[[], list[str]]:
    """A table of all pictures, or of those of one split."""

    def lines() -> list[str]:
        record = unpacked(_read(RESULTS / "machine.json"))
        pictures = [own for own in record["pictures"] if split is None or own["split"] == split]
        return [
            f"{len(pictures)} pictures. {table(record, pictures)[0]}",
            *table(record, pictures)[1:],
            "",
            origin_line(record),
        ]

    return lines


def cost_table(record: Record) -> list[str]:
    """CPU time of each setting over that of `mse`."""
    return machine_cost_table(record["cpu_seconds"])


def _block(table: Callable[[Record], list[str]], path: Path) -> Callable[[], list[str]]:
    def lines() -> list[str]:
        record = _read(path)
        return [*table(record), "", origin_line(record)] if "provenance" in record else table(record)

    return lines


def _ablation_block(name: str) -> Callable[[], list[str]]:
    def lines() -> list[str]:
        record = _read(RESULTS / "ablation.json")
        table = next(table for table in record["tables"] if table["name"] == name)
        return [*ablation_table(table), "", origin_line(record)]

    return lines


BLOCKS: dict[Path, dict[str, Callable[[], list[str]]]] = {
    ROOT / "README.md": {
        "results": _results_block,
        "machine": _block(machine_summary, RESULTS / "machine.json"),
        "learned": _block(learned_summary, RESULTS / "learned.json"),
        "evaluation": _block(evaluation_summary, RESULTS / "evaluation.json"),
    },
    ROOT / "docs" / "evaluation.md": {
        "checks": _block(evaluation_checks, RESULTS / "evaluation.json"),
    },
    ROOT / "docs" / "learned.md": {
        "deltas": _block(learned_summary, RESULTS / "learned.json"),
        "points": _block(learned_points, RESULTS / "learned.json"),
        "times": _block(learned_times, RESULTS / "learned_speed.json"),
        "exact": _block(learned_exactness, RESULTS / "learned_exact.json"),
        "memory": _block(learned_memory, RESULTS / "learned_memory.json"),
    },
    ROOT / "docs" / "machine.md": {
        "divergence": _machine_block(divergence_table, None),
        "divergence_validation": _machine_block(divergence_table, "val"),
        "dial": _machine_block(dial_table, None),
        "accuracy": _machine_block(accuracy_table, None),
        "detection": _block(detection_tables, RESULTS / "detection.json"),
        "cost": _block(cost_table, RESULTS / "machine_cost.json"),
    },
    ROOT / "docs" / "jpeg.md": {
        "results": _results_block,
        **{
            name: _ablation_block(name)
            for name in ("mse_build_up", "mse_variations", "human_build_up", "human_variations")
        },
        "targets": _block(targets_table, RESULTS / "targets.json"),
        "memory": _block(memory_table, RESULTS / "memory.json"),
        "decoders": _block(decoders_table, RESULTS / "decoders.json"),
        "quality": _block(quality_table, QUALITY),
        "human": _block(observer_table, HUMAN),
    },
}


def _read(path: Path) -> Record:
    if not path.exists():
        sys.exit(f"there is no {path}; run benchmarks/{path.stem}.py --output benchmarks/results first")
    record: Record = json.loads(path.read_text(encoding="utf-8"))
    return record


def filled(text: str, blocks: Mapping[str, Callable[[], list[str]]]) -> str:
    """The text with every block as the results have it.

    Raises:
        ValueError: A block is not in the text exactly once.
    """
    for name, lines in blocks.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{begin} and {end} must stand in the text once each")
        body = "\n".join([begin, *lines(), end])
        text = re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: body, text, flags=re.DOTALL)  # noqa: B023
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Fills or checks the blocks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="change nothing, end with 1 where stale")
    options = parser.parse_args(arguments)
    stale = []
    for path, blocks in BLOCKS.items():
        before = path.read_text(encoding="utf-8")
        after = filled(before, blocks)
        if after == before:
            continue
        stale.append(path)
        if not options.check:
            path.write_text(after, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'stale' if options.check else 'written'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())

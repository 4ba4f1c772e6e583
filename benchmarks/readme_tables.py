"""Fill the numbers of README.md and of docs/ from the result files, and tables of options from the package.

    python -m benchmarks.readme_tables            # after a benchmark wrote into benchmarks/results
    python -m benchmarks.readme_tables --check    # change nothing; exit with 1 where a number is no result's

A table stands between <!-- NAME:begin --> and <!-- NAME:end --> on lines of their own, a number in a sentence
between the same marks on one line. README.md states no measured number outside of marks.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from beholder.codecs.registry import all_codecs
from beholder.option_flags import markdown_tables
from beholder.training.config import TrainingConfig
from benchmarks.evaluation.tables import evaluation_checks, evaluation_summary
from benchmarks.jpeg.tables import (
    WINDOW_BPP,
    ablation_table,
    decoders_table,
    encoders_summary,
    encoders_table,
    figure,
    memory_table,
    observer_table,
    quality_table,
    targets_table,
    window_text,
)
from benchmarks.learned.tables import (
    learned_dial,
    learned_exactness,
    learned_memory,
    learned_points,
    learned_summary,
    learned_times,
)
from benchmarks.networks.detection_report import tables as detection_tables
from benchmarks.networks.machine_accuracy import accuracy_table
from benchmarks.networks.machine_curves import unpacked
from benchmarks.networks.machine_dial import dial_table
from benchmarks.networks.machine_report import DIVERGENCES, divergence_table, machine_cost_table, saved
from benchmarks.provenance import ROOT

RESULTS = ROOT / "benchmarks" / "results"
QUALITY = ROOT / "src/beholder/jpeg/quality.json"
HUMAN = ROOT / "src/beholder/observers/human.json"
README = ROOT / "README.md"

Record = Mapping[str, Any]
Block = Callable[[], list[str]]

# A number with a unit in which results are given.
_MEASURED = re.compile(
    r"[-+\u2212]?\d[\d.,]*\s*(?:%|(?:percent|dB|bpp|MP/s|nats?|points?|times|million|kMAC)\b)"
)
_NOT_PROSE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", re.DOTALL)


def origin_line(record: Record) -> str:
    """Return where the numbers of a table come from: script, commit and processor."""
    origin = record["provenance"]
    _, script, module, *_ = [*origin["command"].split(), ""]
    if script == "-m":
        script = f"{module.replace('.', '/')}.py"
    return f"<sub>`{script}`, commit {origin['commit'][:10]}, {origin['machine'].split(', ')[-1]}</sub>"


def _encoders(table: Callable[[Record, Record], list[str]], told: str) -> Block:
    """A table of BD-rates and speeds; `told` ends the sentence that introduces it."""

    def lines() -> list[str]:
        kodak, speed = _read(RESULTS / "kodak.json"), _read(RESULTS / "speed.json")
        pictures = kodak["bd_rate_percent"][0]["pictures"]
        introduction = (
            "BD-rate in percent against libjpeg-turbo with optimised Huffman tables on the "
            f"{pictures} Kodak photographs, 4:2:0, over {window_text(WINDOW_BPP)} {told}:"
        )
        return [introduction, "", *table(kodak, speed), "", origin_line(kodak), origin_line(speed)]

    return lines


def _smaller(encoder: str, score: str) -> Block:
    """By how many percent an encoder's files are smaller than libjpeg-turbo's."""

    def lines() -> list[str]:
        rows = _read(RESULTS / "kodak.json")["bd_rate_percent"]
        row = next(row for row in rows if row["name"] == encoder)
        return [f"{-figure(row, score)['percent']:.0f} %"]

    return lines


def _saved_for_networks(setting: str) -> Block:
    """By how many percent files are smaller at the middle divergence, for the networks of the benchmark."""

    def lines() -> list[str]:
        record = unpacked(_read(RESULTS / "machine.json"))
        pictures = record["pictures"]
        anchor, level = next(iter(pictures[0]["rows"])), len(DIVERGENCES) // 2
        networks = [record["adapts"], *record["others"]]
        shares = [saved(pictures, anchor, setting, network)[level] for network in networks]
        return [f"{100 * min(shares):.0f} to {100 * max(shares):.0f} %"]

    return lines


def _learned_delta(peer: str) -> Block:
    """The learned codec's BD-rate against a peer."""
    return lambda: [f"{_read(RESULTS / 'learned.json')['bd_rate'][peer]['percent']:+.0f} %"]


def _machine_block(table: Callable[[Record, Sequence[Record]], list[str]], split: str | None) -> Block:
    """A table of all pictures, or of those of one split."""

    def lines() -> list[str]:
        record = unpacked(_read(RESULTS / "machine.json"))
        pictures = [own for own in record["pictures"] if split is None or own["split"] == split]
        first, *rest = table(record, pictures)
        return [f"{len(pictures)} pictures. {first}", *rest, "", origin_line(record)]

    return lines


def _block(table: Callable[[Record], list[str]], path: Path) -> Block:
    def lines() -> list[str]:
        record = _read(path)
        return [*table(record), "", origin_line(record)] if "provenance" in record else table(record)

    return lines


def _ablation_block(name: str) -> Block:
    def table(record: Record) -> list[str]:
        return ablation_table(next(group for group in record["tables"] if group["name"] == name))

    return _block(table, RESULTS / "ablation.json")


BLOCKS: dict[Path, dict[str, Block]] = {
    README: {
        "summary": _encoders(
            encoders_summary,
            "(negative: smaller files at the same score), and encoding speed of one thread in megapixels a "
            "second",
        ),
        "human_smaller": _smaller("Beholder human", "SSIMULACRA2"),
        "mse_smaller": _smaller("Beholder mse", "PSNR (RGB)"),
        "machine_smaller": _saved_for_networks("profile + predictor, m = 0.5"),
        "learned_webp": _learned_delta("WebP, method 6"),
        "learned_hyperprior": _learned_delta("bmshj2018-hyperprior"),
    },
    ROOT / "docs" / "command-line.md": {
        "encode_options": lambda: markdown_tables({codec.name: codec.Options for codec in all_codecs()}),
    },
    ROOT / "docs" / "evaluation.md": {
        "evaluation": _block(evaluation_summary, RESULTS / "evaluation.json"),
        "checks": _block(evaluation_checks, RESULTS / "evaluation.json"),
    },
    ROOT / "docs" / "learned.md": {
        "training_options": lambda: markdown_tables(TrainingConfig),
        "deltas": _block(learned_summary, RESULTS / "learned.json"),
        "points": _block(learned_points, RESULTS / "learned.json"),
        "dial": _block(learned_dial, RESULTS / "learned_dial.json"),
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
        "cost": _block(
            lambda record: machine_cost_table(record["cpu_seconds"]), RESULTS / "machine_cost.json"
        ),
    },
    ROOT / "docs" / "jpeg.md": {
        "results": _encoders(
            encoders_table,
            "unless said (by picture, then the mean; negative: smaller files at the same score), and speed "
            "on one thread, 9.4 megapixels at 1 bit a pixel",
        ),
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


def filled(text: str, blocks: Mapping[str, Block]) -> str:
    """Return the text with every block as the results have it.

    Raises:
        ValueError: A block is not in the text exactly once.
    """
    for name, lines in blocks.items():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"{begin} and {end} must stand in the text once each")
        before, _, rest = text.partition(begin)
        found, _, after = rest.partition(end)
        own_lines = "\n" in found
        body = "\n".join(["", *lines(), ""]) if own_lines else " ".join(lines())
        text = before + begin + body + end + after
    return text


def unmarked_numbers(text: str, blocks: Mapping[str, Block]) -> list[str]:
    """Return the measured numbers that stand in sentences outside of blocks, and so belong to no result."""
    for name in blocks:
        text = re.sub(f"<!-- {name}:begin -->.*?<!-- {name}:end -->", "", text, flags=re.DOTALL)
    return _MEASURED.findall(_NOT_PROSE.sub("", text))


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill or check the blocks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="change nothing, exit with 1 where stale")
    options = parser.parse_args(arguments)
    problems = []
    for path, blocks in BLOCKS.items():
        before = path.read_text(encoding="utf-8")
        after = filled(before, blocks)
        if after != before and options.check:
            problems.append(f"{path.name}: not what the results say, or the options; run readme_tables")
        elif after != before:
            path.write_text(after, encoding="utf-8")
            print(f"{path.name}: written")
    problems += [
        f"{README.name}: {number!r} comes from no result file; mark it"
        for number in unmarked_numbers(README.read_text(encoding="utf-8"), BLOCKS[README])
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

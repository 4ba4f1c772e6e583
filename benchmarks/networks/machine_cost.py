"""CPU time that the machine observer adds to encoding, by who adapts.

    python -m benchmarks.networks.machine_cost --output benchmarks/results

One thread, pixels in memory to bytes, at a quality of 60: a Kodak photograph (0.4 megapixels) and the mosaic
of all (9.4 megapixels). Settings take turns within each round, and each round's time is divided by that of
`mse` in the same round; medians over the rounds. Networks and profiles are loaded before. Beside it the
network alone: one forward and one backward pass.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

import beholder
from beholder.image.read import read_picture
from beholder.observers import load_network
from benchmarks.jpeg.encoders import Picture
from benchmarks.jpeg.speed import mosaic
from benchmarks.networks.machine_cost_table import machine_cost_table
from benchmarks.provenance import ROOT, provenance

_MODEL = "efficientnet_lite0"
_SETTINGS: dict[str, dict[str, Any]] = {
    "mse": {"observer": "mse"},
    "human": {"observer": "human"},
    "machine, profile only": {"observer": "machine", "adapt": "none"},
    "machine, predictor": {"observer": "machine", "adapt": "predictor"},
    "machine, network": {"observer": "machine", "adapt": "network"},
    "machine, closed loop": {"observer": "machine", "effort": "loop"},
}
_PASSES = "the network alone, forward and backward"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the table and writes the results."""
    options = _parse(arguments)
    torch.set_num_threads(1)
    photographs = sorted(options.data.glob("*.png"))
    if not photographs:
        sys.exit(f"there are no pictures in {options.data}; give the folder of Kodak with --data")
    pictures = {
        "0.4 megapixels": read_picture(photographs[0]).upright_rgb(),
        "9.4 megapixels": mosaic(options.data),
    }
    measured = {title: _rounds(picture, options.rounds) for title, picture in pictures.items()}
    text = _markdown(measured)
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        record = {"provenance": {**provenance(), "torch": torch.__version__}, "cpu_seconds": measured}
        (options.output / "machine_cost.json").write_text(json.dumps(record, indent=1) + "\n")
        (options.output / "machine_cost.md").write_text(text + "\n")


def _rounds(picture: Picture, rounds: int) -> dict[str, list[float]]:
    """CPU seconds of every setting in every round."""
    network = load_network(_MODEL)

    def passes() -> None:
        network.squared_gradients(picture, ((2, 2), (1, 1), (1, 1)), draws=1)

    jobs: dict[str, Callable[[], object]] = {_PASSES: passes}
    for name, options in _SETTINGS.items():
        jobs[name] = lambda options=options: beholder.encode(picture, quality=60, **options)
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    for number in range(rounds + 1):
        for name, job in jobs.items():
            start = time.process_time()
            job()
            if number > 0:  # the first round warms caches
                seconds[name].append(time.process_time() - start)
    return seconds


def _markdown(measured: dict[str, dict[str, list[float]]]) -> str:
    lines = ["# What adaptation costs", "", *machine_cost_table(measured), ""]
    return "\n".join([*lines, *(f"- {key}: `{value}`" for key, value in provenance().items())])


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "kodak")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--output", type=Path, help="folder for machine_cost.json and machine_cost.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

"""CPU time that the machine observer adds to encoding, by who adapts.

    python -m benchmarks.networks.machine_cost --output benchmarks/results

One thread, pixels in memory to bytes, at a quality of 60: a Kodak photograph (0.4 megapixels) and the mosaic
of all (9.4 megapixels). Settings take turns within each round, and each round's time is divided by that of
`mse` in the same round; medians over the rounds. Networks and profiles are loaded before. Beside it the
network alone: one forward and one backward pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

import beholder
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture
from beholder.observers import load_network
from benchmarks.networks.machine_report import machine_cost_table
from benchmarks.pictures import mosaic, photographs
from benchmarks.script import finish, flags

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
    parser = flags(__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    pictures = {
        "0.4 megapixels": read_picture(photographs(options.data)[0]).upright_rgb(),
        "9.4 megapixels": mosaic(options.data),
    }
    measured = {title: _rounds(picture, options.rounds) for title, picture in pictures.items()}
    table = machine_cost_table(measured)
    finish(options.output, "machine_cost", {"cpu_seconds": measured}, "What adaptation costs", table)


def _rounds(picture: Pixels, rounds: int) -> dict[str, list[float]]:
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


if __name__ == "__main__":
    main()

"""Peak memory of encoding above the picture given, in bytes a pixel.

    python -m benchmarks.jpeg.memory --output benchmarks/results

Each case runs in a process of its own: the picture is made (Kodak photographs side by side), the code is
warmed up on a small one, and the process's highest resident size up to there is taken off the highest after
encoding. `core` calls what `beholder.encode` calls, stage by stage, and shows how high each stage takes the
process. The bar is 16 bytes a pixel above the input of 3.
"""

import multiprocessing
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import beholder
from beholder import _core
from beholder.image.pixels import Pixels
from beholder.observers import human
from benchmarks.jpeg.core_encode import block_weights, optimise
from benchmarks.pictures import photographs, side_by_side
from benchmarks.script import finish, flags, peak_memory_bytes

BAR_BYTES_A_PIXEL = 16.0
SIDES = (3072, 6000, 10000)  # 9.4, 36 and 100 megapixels
SAMPLINGS = {"4:2:0": ((2, 2), (1, 1), (1, 1)), "4:4:4": ((1, 1), (1, 1), (1, 1))}
SCANS = ("sequential", "auto")
# Other ways to ask, on the middle size: 4:2:0, any scans.
OTHER_REQUESTS: tuple[dict[str, Any], ...] = (
    {"bpp": 1.0},
    {"psnr": 34.0},
    {"ssimulacra2": 70.0},
    {"subsampling": "auto"},
)


@dataclass(frozen=True)
class Case:
    """What is encoded, and how.

    Attributes:
        side: Pixels each way.
        request: Keyword arguments of `beholder.encode`.
        core: Whether the core is called directly; the request is then subsampling and scans.
    """

    side: int
    request: dict[str, Any]
    core: bool = False


@dataclass(frozen=True)
class Peak:
    """What a case needed above the picture given.

    Attributes:
        bytes_a_pixel: Highest resident size above that before, by pixels.
        seconds: Of the whole encode, CPU time.
        stages: `bytes_a_pixel` up to the end of each stage of the core; empty for `beholder.encode`.
    """

    case: Case
    bytes_a_pixel: float
    seconds: float
    rate_bpp: float
    stages: dict[str, float] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the table and writes the results."""
    parser = flags(__doc__)
    parser.add_argument("--most-megapixels", type=float, default=100.0, help="leave larger pictures out")
    options = parser.parse_args(arguments)
    sides = [side for side in SIDES if side * side <= options.most_megapixels * 1e6]
    cases = [
        Case(side, {"subsampling": subsampling, "scans": scans}, core)
        for side in sides
        for subsampling in SAMPLINGS
        for scans in SCANS
        for core in (True, False)
    ]
    cases += [Case(side, request) for side in sides[1:2] for request in OTHER_REQUESTS]
    peaks = []
    for case in cases:
        peaks.append(_in_own_process(case, options.data))
        print(asdict(peaks[-1]), file=sys.stderr)
    from benchmarks.jpeg.tables import memory_table  # noqa: PLC0415 -- what is measured loads no more than it needs

    record = {"bar": BAR_BYTES_A_PIXEL, "peaks": [asdict(peak) for peak in peaks]}
    finish(options.output, "memory", record, "Peak memory", memory_table(record))


def _in_own_process(case: Case, data: Path) -> Peak:
    # Spawned, not forked: a fork would begin at this process's size.
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(measure, (case, data))


def measure(case: Case, data: Path) -> Peak:
    """The peak of a case; to be called in a fresh process."""
    pixels = side_by_side(photographs(data), case.side)
    _encode(Case(64, case.request, case.core), np.ascontiguousarray(pixels[:64, :64]))
    before = peak_memory_bytes()
    start = time.process_time()
    size_bytes, reached = _encode(case, pixels)
    seconds = time.process_time() - start
    count = case.side**2
    stages = {name: (value - before) / count for name, value in reached.items()}
    return Peak(case, (peak_memory_bytes() - before) / count, seconds, 8 * size_bytes / count, stages)


def _encode(case: Case, pixels: Pixels) -> tuple[int, dict[str, int]]:
    """Size of the file, and the peak in bytes after each stage of the core."""
    if not case.core:
        return len(beholder.encode(pixels, **case.request).data), {}
    sensitivity = human().sensitivity(SAMPLINGS[case.request["subsampling"]])
    mode: _core.ScanMode = "sequential" if case.request["scans"] == "sequential" else "smallest"
    reached: dict[str, int] = {}
    coefficients = _core.forward_transform(pixels, case.request["subsampling"])
    reached["transform"] = peak_memory_bytes()
    blocks = block_weights(coefficients, sensitivity)
    reached["masking"] = peak_memory_bytes()
    image, script = optimise(coefficients, blocks, sensitivity, 20.0, mode=mode)
    reached["search"] = peak_memory_bytes()
    size_bytes = len(_core.write_jpeg(image, script=script))
    reached["writer"] = peak_memory_bytes()
    return size_bytes, reached


if __name__ == "__main__":
    main()

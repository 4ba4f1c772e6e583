"""Memory and time that the learned codec takes for a very large picture.

    python -m benchmarks.learned.memory --weights codec.safetensors --output benchmarks/results

A mosaic of photographs, 100 megapixels unless told otherwise, is encoded and decoded by one thread, each in
a process of its own; the most memory that the process held counts, with Python, torch, weights and pixels in
it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from beholder import learned
from benchmarks.pictures import photographs, side_by_side
from benchmarks.script import flags, write_result

_LIMIT_MB = 2000
_QUALITY = 32


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures in two processes, prints and writes; fails above the limit."""
    parser = flags(__doc__)
    parser.add_argument("--weights", help="file of weights, or name of weights that ship (default: those)")
    parser.add_argument("--megapixels", type=float, default=100)
    parser.add_argument("--step", choices=("encode", "decode"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step is not None:
        _step(options)
        return
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for step in ("encode", "decode"):
            command = [sys.executable, "-m", "benchmarks.learned.memory", *sys.argv[1:]]
            command += ["--step", step, "--file", f"{folder}/a.bhd"]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found[step] = json.loads(done.stdout)
            memory, seconds = found[step]["memory_mb"], found[step]["cpu_seconds"]
            print(f"{step}: {memory:.0f} MB, {seconds:.0f} s", flush=True)
    write_result(options.output, "learned_memory", {"megapixels": options.megapixels, **found})
    if max(each["memory_mb"] for each in found.values()) > _LIMIT_MB:
        sys.exit(f"the limit is {_LIMIT_MB} MB")


def _step(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    codec = learned.load(options.weights, device="cpu")
    if options.step == "encode":
        side = round((options.megapixels * 1e6) ** 0.5)
        pixels = side_by_side(photographs(options.data), side)
        started = time.process_time()
        options.file.write_bytes(codec.encode(pixels, quality=_QUALITY).data)
    else:
        started = time.process_time()
        codec.decode(options.file)
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({"memory_mb": memory, "cpu_seconds": seconds}))


if __name__ == "__main__":
    main()

"""Decodes the learned codec's files in every way that torch computes them, and counts differing symbols.

    python -m benchmarks.learned.exact --output benchmarks/results      # the weights that ship
    python -m benchmarks.learned.exact --weights codec.safetensors --limit 4

Each photograph of Kodak is encoded at eight qualities by one thread. The files are decoded by one thread and
by two, with weights in NCHW and in NHWC, with oneDNN off, in float64, and on CUDA where there is one. A file
counts as a mismatch if the checksum of its symbols, of which one that differs changes all that follow, is not
that of the encoder.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from PIL import Image

from beholder.errors import InputError
from beholder.learned.coder import LearnedCoder
from beholder.learned.weight_files import read_weight_file
from beholder.learned.weights import read_weights
from beholder.training.evaluate import spread_qualities
from benchmarks.pictures import photographs
from benchmarks.script import flags, write_result


def main() -> None:
    """Counts, prints and writes; fails if any symbol differs."""
    parser = flags(__doc__)
    parser.add_argument("--weights", help="file of weights, or name of weights that ship (default: those)")
    parser.add_argument("--limit", type=int, help="photographs to take (default all)")
    options = parser.parse_args()
    data, _ = read_weight_file(options.weights)
    torch.set_num_threads(1)
    encoder = LearnedCoder(read_weights(data))
    files = [
        encoder.encode(np.asarray(Image.open(path)), quality=quality).data
        for path in photographs(options.data, options.limit)
        for quality in spread_qualities(8)
    ]
    mismatches: dict[str, int] = {}
    for name, (codec, setting) in _ways(data).items():
        with setting():
            mismatches[name] = sum(_differs(codec, file) for file in files)
        print(f"{name:18} {mismatches[name]} of {len(files)} files differ", flush=True)
    write_result(options.output, "learned_exact", {"files": len(files), "mismatches": mismatches})
    if any(mismatches.values()):
        sys.exit(1)


def _ways(data: bytes) -> dict[str, tuple[LearnedCoder, Callable[[], Any]]]:
    def codec(
        change: Callable[[torch.nn.Module], object] = lambda network: None, device: str = "cpu"
    ) -> LearnedCoder:
        weights = read_weights(data)
        change(weights.network)
        return LearnedCoder(weights, device)

    ways: dict[str, tuple[LearnedCoder, Callable[[], Any]]] = {
        "1 thread, NHWC": (codec(), nullcontext),
        "1 thread, NCHW": (
            codec(lambda network: network.to(memory_format=torch.contiguous_format)),
            nullcontext,
        ),
        "2 threads": (codec(), _two_threads),
        "oneDNN off": (codec(), _without_onednn),
        "float64": (codec(lambda network: network.double()), nullcontext),
    }
    if torch.cuda.is_available():
        ways["CUDA"] = (codec(device="cuda"), nullcontext)
    return ways


def _differs(codec: LearnedCoder, file: bytes) -> bool:
    try:
        codec.decode(file)
    except InputError:
        return True
    return False


@contextmanager
def _two_threads() -> Iterator[None]:
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


@contextmanager
def _without_onednn() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it sets a flag of other hardware too, and says so
        with torch.backends.mkldnn.flags(enabled=False):
            yield


if __name__ == "__main__":
    main()

"""Decodes the learned codec's files in every way that torch computes them, and counts differing symbols.

    python -m benchmarks.learned.exact --output benchmarks/results      # the weights that ship
    python -m benchmarks.learned.exact --weights codec.safetensors --limit 4 --alphas 0 0.37 1

Each photograph of Kodak is encoded at several qualities and places of the observer dial by one thread. The
files are decoded by one thread and
by two, with weights in NCHW and in NHWC, with oneDNN off, in float64, and on CUDA where there is one. A file
counts as a mismatch if the checksum of its symbols, of which one that differs changes all that follow, is not
that of the encoder.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from PIL import Image

from beholder.errors import InputError, UsageError
from beholder.image.pixels import Pixels
from beholder.learned.coder import LearnedCoder
from beholder.learned.weight_files import read_weight_file
from beholder.learned.weights import read_weights
from beholder.training.evaluate import spread_qualities
from benchmarks.pictures import photographs
from benchmarks.script import flags, write_result

_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)


def main(arguments: Sequence[str] | None = None) -> None:
    """Counts, prints and writes; fails if any symbol differs."""
    parser = flags(__doc__)
    parser.add_argument("--weights", help="file of weights, or name of weights that ship (default: those)")
    parser.add_argument("--limit", type=int, help="photographs to take (default all)")
    parser.add_argument("--qualities", type=int, default=4, help="to encode each at (default 4)")
    parser.add_argument(
        "--alphas",
        type=float,
        nargs="+",
        metavar="ALPHA",
        help="places on the dial (default 0, 0.25, 0.5, 0.75, 1 where the weights have one)",
    )
    options = parser.parse_args(arguments)
    data, _ = read_weight_file(options.weights)
    torch.set_num_threads(1)
    encoder = LearnedCoder(read_weights(data))
    pictures = [np.asarray(Image.open(path)) for path in photographs(options.data, options.limit)]
    alphas = options.alphas or _places(encoder, pictures[0])
    files = {
        alpha: [
            encoder.encode(pixels, quality=quality, observer=str(alpha)).data
            for pixels in pictures
            for quality in spread_qualities(options.qualities)
        ]
        for alpha in alphas
    }
    count = sum(map(len, files.values()))
    by_alpha: dict[str, dict[float, int]] = {}
    for name, (codec, setting) in _ways(data).items():
        with setting():
            by_alpha[name] = {
                alpha: sum(_differs(codec, file) for file in own) for alpha, own in files.items()
            }
        told = ", ".join(f"{differing} at alpha {alpha:g}" for alpha, differing in by_alpha[name].items())
        print(f"{name:18} of {count} files differ {told}", flush=True)
    mismatches = {name: sum(own.values()) for name, own in by_alpha.items()}
    record = {
        "files": count,
        "alphas": alphas,
        "mismatches": mismatches,
        "mismatches_by_alpha": {name: list(own.values()) for name, own in by_alpha.items()},
    }
    write_result(options.output, "learned_exact", record)
    if any(mismatches.values()):
        sys.exit(1)


def _places(encoder: LearnedCoder, pixels: Pixels) -> list[float]:
    """Return the places of the dial to try: 0 alone where the weights have none."""
    try:
        encoder.encode(pixels, quality=0, observer="machine")
    except UsageError as error:
        print(f"alpha 0 alone: {error}", file=sys.stderr)
        return [0.0]
    return list(_ALPHAS)


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

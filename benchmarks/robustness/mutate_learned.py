"""Feeds mutated files to the decoder of the learned codec: an error or the picture, and nothing else.

    python -m benchmarks.robustness.mutate_learned --files 10000

Valid files of several sizes, grey and colour, with and without metadata, suffer one to four of the mutations
of any file (mutations.py), or have parts cut out or doubled. A tenth has the header's checksum put right
again, so that what stands behind it is reached. The network is a small one of random weights. Fails (exit
status 1) on any exception but Beholder's for a file, on another picture, and on a file that takes more than
`--seconds`; the memory that the process has ever held is printed before and after.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image

from beholder.errors import InputError
from beholder.learned.architecture import Architecture
from beholder.learned.coder import LearnedCoder
from beholder.learned.container import read_container
from beholder.learned.freeze import freeze
from beholder.learned.networks import build_network
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import read_weights, write_weights
from benchmarks.robustness.mutations import ANY_FILE, FileKind
from benchmarks.script import peak_memory_bytes

_SIZES = ((1, 1), (17, 40), (64, 64), (100, 90))
_SMALL = Architecture(
    fine=16,
    coarse=16,
    latents=24,
    hyper_latents=8,
    features=8,
    context=16,
    fine_blocks=1,
    coarse_blocks=1,
    synthesis_fine_blocks=1,
)
_REPAIRED = 0.1


def main() -> None:
    """Runs, prints what became of the files, and fails where something was unfit."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    codec = LearnedCoder(read_weights(write_weights(freeze(build_network(_SMALL)), gaussian_tables())))
    expected = {data: codec.decode(data).pixels for data in _valid_files(codec)}
    kind = FileKind(".bhd", list(expected), (*ANY_FILE, _cut_or_double))
    draw = random.Random(options.seed)
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    before = peak_memory_bytes()
    for _ in range(options.files):
        seed = draw.choice(kind.seeds)
        mutated = kind.mutated(draw, seed)
        if draw.random() < _REPAIRED:
            mutated = _repaired(mutated, seed)
        started = time.perf_counter()
        outcomes[_outcome(codec, mutated, expected[seed])] += 1
        slowest = max(slowest, time.perf_counter() - started)
    print(f"{options.files} files: {dict(outcomes)}; slowest {slowest:.2f} s")
    print(f"peak memory {before / 2**20:.0f} MB before, {peak_memory_bytes() / 2**20:.0f} MB after")
    if set(outcomes) - {"refused", "the picture"} or slowest > options.seconds:
        sys.exit(1)


def _valid_files(codec: LearnedCoder) -> list[bytes]:
    random_pixels = np.random.default_rng(0)
    files = []
    for height, width in _SIZES:
        surface = np.cumsum(random_pixels.normal(0, 6, (height, width, 3)), axis=1) + 128
        pixels = surface.clip(0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        exif = Image.Exif()
        exif[0x010F] = "maker"
        Image.fromarray(pixels).save(buffer, "PNG", exif=exif)
        for quality in (0, 30, 63):
            files += [
                codec.encode(pixels, quality=quality).data,
                codec.encode(pixels[..., 0], quality=quality).data,
                codec.encode(buffer.getvalue(), quality=quality).data,
            ]
    return files


def _cut_or_double(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    place = rng.randrange(len(data) + 1)
    end = place + rng.randint(1, 16)
    data[place:end] = data[place:end] * rng.choice([0, 2])
    return data


def _repaired(changed: bytes, data: bytes) -> bytes:
    """The changed file with the checksum that its header should have, where the header kept its length."""
    end = len(read_container(data, "file").header_bytes)
    return changed[:end] + zlib.crc32(changed[:end]).to_bytes(4, "little")[:2] + changed[end + 2 :]


def _outcome(codec: LearnedCoder, data: bytes, expected: np.ndarray) -> str:
    try:
        pixels = codec.decode(data).pixels
    except InputError:
        return "refused"
    except Exception as error:  # which is what is looked for
        return f"{type(error).__name__}: {error}"
    return "the picture" if np.array_equal(pixels, expected) else "another picture"


if __name__ == "__main__":
    main()

"""Makes the learned codec's file of weights of a training run.

    python benchmarks/ship_learned.py run/last.pt --fit photographs/ -o codec.safetensors

The entropy coder's tables are fitted to the photographs, none of which may be of those that the codec is
measured on.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from beholder.learned.weights import read_weights
from beholder.safe_write import write_file
from beholder.training.export import export_weights
from beholder.training.pictures import find_stored_pictures


def main() -> None:
    """Writes the file and prints its size and identity."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--fit", nargs="+", required=True, metavar="PATH", help="folders, shards, pictures")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = export_weights(options.checkpoint, find_stored_pictures(options.fit))
    write_file(options.output, data, overwrite=True)
    print(f"{options.output}: {len(data) / 1e6:.2f} MB, identity {read_weights(data).identity.hex()}")


if __name__ == "__main__":
    main()

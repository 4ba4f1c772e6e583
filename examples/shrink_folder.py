"""Encodes every PNG of a folder at one SSIMULACRA2 score: python shrink_folder.py photos/ out/ [score].

Pictures differ in how many bits they need for the same look; a target spends them where they are needed.
"""

import sys
from pathlib import Path

import beholder


def main(source: Path, target: Path, score: float) -> None:
    """Writes one JPEG file for each PNG and prints the bytes of each and of all."""
    target.mkdir(parents=True, exist_ok=True)
    total_bytes = 0
    for path in sorted(source.glob("*.png")):
        try:
            result = beholder.encode(path, ssimulacra2=score, observer="human")
        except beholder.BeholderError as error:
            print(f"{path}: {error}", file=sys.stderr)
            continue
        (target / path.with_suffix(".jpg").name).write_bytes(result.data)
        total_bytes += len(result.data)
        print(f"{path.name}: {len(result.data):,} bytes, {result.rate_bpp:.3f} bpp")
    print(f"all: {total_bytes:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 80.0)

"""Re-optimises a JPEG from its own coefficients: python reoptimise_jpeg.py old.jpg small.jpg [quality]."""

import sys
from pathlib import Path

import beholder


def main(source: Path, target: Path, quality: int) -> None:
    """Writes the smaller file; where there is none, the input's own bytes."""
    old = source.read_bytes()
    new = beholder.encode(old, quality=quality).data
    target.write_bytes(min(old, new, key=len))
    print(f"{source}: {len(old):,} bytes, {target}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 75)

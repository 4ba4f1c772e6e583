"""Re-optimises a JPEG from its own coefficients: python reoptimise_jpeg.py old.jpg small.jpg [quality]."""

import sys
from pathlib import Path

import beholder


def main(source: Path, target: Path, quality: int) -> None:
    """Writes the smaller file; where there is none, the result is the input's own bytes."""
    result = beholder.encode(source, quality=quality)
    target.write_bytes(result.data)
    kept = ", kept as it was" if result.kept_input else ""
    print(f"{source}: {source.stat().st_size:,} bytes, {target}: {len(result.data):,} bytes{kept}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 75)

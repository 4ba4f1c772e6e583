"""Encodes one picture as a JPEG file: python encode_picture.py photo.png photo.jpg [quality]."""

import sys
from pathlib import Path

import beholder


def main(source: Path, target: Path, quality: int) -> None:
    """Writes the JPEG file and prints what it cost and how close it is."""
    result = beholder.encode(source, quality=quality)
    target.write_bytes(result.data)
    print(f"{target}: {len(result.data):,} bytes, {result.rate_bpp:.3f} bpp, PSNR {result.psnr_db:.2f} dB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 75)

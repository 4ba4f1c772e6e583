"""Class indices in PNG files."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import InputError
from beholder.evaluation.label_pictures import segments_of


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_grey_of_every_depth_gives_its_samples_as_they_are(depth: int, tmp_path: Path) -> None:
    """Pillow scales samples of fewer than 8 bits to 0..255."""
    indices = np.arange(16) % (1 << depth)
    row = sum(int(value) << (depth * (15 - place)) for place, value in enumerate(indices))
    data = b"\0" + row.to_bytes(2 * depth, "big")
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 1, depth, 0, 0, 0, 0))
    path = tmp_path / "labels.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    )
    assert segments_of(path).read()[0].tolist() == indices.tolist()


def test_palettes_give_their_indices(tmp_path: Path) -> None:
    image = Image.fromarray(np.arange(12, dtype=np.uint8).reshape(3, 4), "P")
    image.putpalette([value for value in range(256) for _ in range(3)])
    image.save(tmp_path / "labels.png", bits=4)
    assert segments_of(tmp_path / "labels.png").read().tolist() == np.arange(12).reshape(3, 4).tolist()


def test_what_is_no_label_picture_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (3, 3)).save(tmp_path / "colour.png")
    with pytest.raises(InputError, match=r"colour\.png: .*mode RGB"):
        segments_of(tmp_path / "colour.png").read()
    (tmp_path / "cut.png").write_bytes((tmp_path / "colour.png").read_bytes()[:40])
    with pytest.raises(InputError, match=r"cut\.png: "):
        segments_of(tmp_path / "cut.png").read()

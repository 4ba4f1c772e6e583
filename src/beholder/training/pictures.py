"""Where training pictures are: files below folders, and members of tar shards (WebDataset)."""

from __future__ import annotations

import io
import tarfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from beholder.errors import InputError, UsageError

_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".ppm", ".avif"))


@dataclass(frozen=True)
class StoredPicture:
    """A picture on disk that is not read yet.

    Attributes:
        path: Its file, or the shard that it is in.
        offset: First byte of it in the shard; 0 in a file of its own.
        size: Bytes; nothing for a whole file.
    """

    path: Path
    offset: int = 0
    size: int | None = None

    def read(self) -> tuple[npt.NDArray[np.uint8], bool]:
        """Returns (H, W, 3) uint8 and whether it was stored with loss in 8x8 blocks (JPEG, WebP).

        Raises:
            InputError: It cannot be read as a picture.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                data = file.read(-1 if self.size is None else self.size)
            with Image.open(io.BytesIO(data)) as image:
                lossy = image.format in ("JPEG", "MPO") or (image.format == "WEBP" and b"VP8 " in data[:64])
                return np.asarray(image.convert("RGB")), lossy
        except Exception as error:  # Pillow's readers raise errors of many kinds on damaged files
            raise InputError(f"{self.path}: cannot be read as a picture ({error})") from error


def find_stored_pictures(places: Sequence[str]) -> tuple[StoredPicture, ...]:
    """Returns the pictures of folders, files and tar shards, in a fixed order.

    Raises:
        UsageError: A place does not exist, a shard is damaged, or there is no picture at all.
    """
    found: list[StoredPicture] = []
    for place in map(Path, places):
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                if path.suffix.lower() == ".tar":
                    found += _members(path)
                elif path.suffix.lower() in _SUFFIXES and path.is_file():
                    found.append(StoredPicture(path))
        elif place.suffix.lower() == ".tar" and place.is_file():
            found += _members(place)
        elif place.is_file():
            found.append(StoredPicture(place))
        else:
            raise UsageError(f"{place}: is no folder, no tar shard and no picture")
    if not found:
        raise UsageError(f"{', '.join(places)}: no picture found")
    return tuple(found)


def _members(shard: Path) -> list[StoredPicture]:
    try:
        with tarfile.open(shard, "r:") as archive:
            return [
                StoredPicture(shard, member.offset_data, member.size)
                for member in archive
                if member.isfile() and Path(member.name).suffix.lower() in _SUFFIXES
            ]
    except (tarfile.TarError, OSError) as error:
        raise UsageError(f"{shard}: no uncompressed tar file ({error})") from error


class PictureCache:
    """Decoded pictures, the most recently used ones in memory; for any number of threads."""

    def __init__(self, pictures: Sequence[StoredPicture], size_bytes: int) -> None:
        """Keeps at most `size_bytes` of pixels."""
        self.pictures = tuple(pictures)
        self._left = size_bytes
        self._kept: OrderedDict[int, tuple[npt.NDArray[np.uint8], bool]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.pictures)

    def read(self, number: int) -> tuple[npt.NDArray[np.uint8], bool]:
        """Returns the pixels of a picture and whether it was stored with loss, as `StoredPicture.read`."""
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number]
        read = self.pictures[number].read()
        with self._lock:
            if number not in self._kept:
                self._kept[number] = read
                self._left -= read[0].nbytes
            while self._left < 0:
                _, (pixels, _) = self._kept.popitem(last=False)
                self._left += pixels.nbytes
        return read

"""Where training pictures are: files below folders, and members of tar shards (WebDataset)."""

from __future__ import annotations

import tarfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from beholder.errors import InputError, UsageError
from beholder.image.picture_formats import readable_suffixes
from beholder.image.read import read_picture

_WHITE = (255, 255, 255)


@dataclass(frozen=True)
class StoredPicture:
    """A picture on disk that is not read yet.

    Attributes:
        path: Its file, or the shard that it is in.
        offset: First byte of it in the shard; 0 in a file of its own.
        size: Bytes; None for a whole file.
    """

    path: Path
    offset: int = 0
    size: int | None = None

    def read(self) -> tuple[npt.NDArray[np.uint8], bool]:
        """Return (H, W, 3) uint8 and whether it was stored with loss in 8x8 blocks (JPEG, WebP).

        Transparent pixels lie over white.

        Raises:
            InputError: It cannot be read as a picture, or is of a kind that is not taken.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                data = file.read(-1 if self.size is None else self.size)
        except OSError as error:
            raise InputError(f"{self.path}: {error.strerror or error}") from error
        place = f"{self.path}" if self.size is None else f"{self.path}, byte {self.offset}"
        picture = read_picture(data, background=_WHITE, name=place)
        lossy = picture.jpeg is not None or (data[8:12] == b"WEBP" and b"VP8 " in data[:64])
        return picture.upright_rgb(), lossy


def find_stored_pictures(places: Sequence[str]) -> tuple[StoredPicture, ...]:
    """Return the pictures of folders, files and tar shards, in a fixed order.

    Raises:
        UsageError: A place does not exist, a shard is damaged, or there is no picture at all.
    """
    found: list[StoredPicture] = []
    suffixes = readable_suffixes()
    for place in map(Path, places):
        if place.is_dir():
            for path in sorted(place.rglob("*")):
                if path.suffix.lower() == ".tar":
                    found += _members(path, suffixes)
                elif path.suffix.lower() in suffixes and path.is_file():
                    found.append(StoredPicture(path))
        elif place.suffix.lower() == ".tar" and place.is_file():
            found += _members(place, suffixes)
        elif place.is_file():
            found.append(StoredPicture(place))
        else:
            raise UsageError(f"{place}: is not a folder, tar shard or picture")
    if not found:
        raise UsageError(f"{', '.join(places)}: no picture found")
    return tuple(found)


def _members(shard: Path, suffixes: frozenset[str]) -> list[StoredPicture]:
    try:
        with tarfile.open(shard, "r:") as archive:
            return [
                StoredPicture(shard, member.offset_data, member.size)
                for member in archive
                if member.isfile() and Path(member.name).suffix.lower() in suffixes
            ]
    except (tarfile.TarError, OSError) as error:
        raise UsageError(f"{shard}: no uncompressed tar file ({error})") from error


class PictureCache:
    """Decoded pictures, the most recently used ones in memory; for any number of threads."""

    def __init__(self, pictures: Sequence[StoredPicture], size_bytes: int) -> None:
        """Keep at most `size_bytes` of pixels."""
        self.pictures = tuple(pictures)
        self._left = size_bytes
        self._kept: OrderedDict[int, tuple[npt.NDArray[np.uint8], bool]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.pictures)

    def read(self, number: int) -> tuple[npt.NDArray[np.uint8], bool]:
        """Return the pixels of a picture and whether it was stored with loss, as `StoredPicture.read`."""
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

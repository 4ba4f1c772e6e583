"""True classes of pixels, from a folder of label pictures: PNG files whose samples are class indices."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from beholder.errors import InputError
from beholder.evaluation.digests import file_digest
from beholder.image.pixels import step_of_grey
from beholder.image.read import opened, read_bytes

_INDEX_MODES = ("L", "P", "I", "I;16", "1")


@dataclass(frozen=True)
class TrueSegments:
    """A label picture; two are equal where their digests are.

    Attributes:
        digest: SHA-256 of the file.
        path: The file.
    """

    digest: str
    path: Path = field(compare=False)

    def read(self) -> NDArray[np.int64]:
        """Return (H, W) class indices; those of a palette picture are its indices, not its colours.

        Raises:
            InputError: The file cannot be read, or its samples are no indices.
        """
        data, name = read_bytes(self.path)
        with opened(data, name) as picture:
            if picture.mode not in _INDEX_MODES:
                raise InputError(
                    f"{name}: has samples of mode {picture.mode}; labels are class indices in one channel"
                )
            step = step_of_grey(picture)
            indices = np.asarray(picture).astype(np.int64)
            return indices if picture.mode == "1" else indices // step


def find_label_pictures(folder: Path) -> dict[str, Path]:
    """Returns the PNG files below a folder by their path in it without the suffix.

    Raises:
        InputError: A picture has no label file, or there are two with its name.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() == ".png":
            name = path.relative_to(folder).with_suffix("").as_posix()
            if found.setdefault(name, path) != path:
                raise InputError(f"{path}: is a second label picture beside {found[name]}; remove one")
    if not found:
        raise InputError(f"{folder}: holds no label pictures (PNG files)")
    return found


def segments_of(path: Path) -> TrueSegments:
    """Returns the label picture of a file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return TrueSegments(file_digest(path), path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error

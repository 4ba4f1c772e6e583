"""Offline sensitivity estimation (OSE of S1): what a network is sensitive to, as a mean over many pictures.

::

    pictures --batches--> network --gradients at pixels--> 4:4:4, 4:2:2, 4:2:0 --squares, mean--> Profile
                                                                    |
                                                                    +--> state file, to go on from

A backward pass ends at the pixels, so that one serves every chroma sampling.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import beholder.observers.network.state as saved
from beholder.errors import InputError, UsageError
from beholder.image import read_picture
from beholder.observers._profile import SUBSAMPLINGS, Profile
from beholder.observers._sensitivity import Sampling
from beholder.observers.network.gradient import coefficient_gradient
from beholder.observers.network.observer import NetworkObserver, Pixels

_CHROMA = (1, 1)
_SAMPLINGS: dict[str, Sampling] = {
    "4:4:4": ((1, 1), _CHROMA, _CHROMA),
    "4:2:2": ((2, 1), _CHROMA, _CHROMA),
    "4:2:0": ((2, 2), _CHROMA, _CHROMA),
}


@dataclass(frozen=True, kw_only=True)
class CalibrationOptions:
    """How to calibrate.

    Attributes:
        draws: Random projections a picture; each costs a backward pass.
        batch: Pictures at once, where the network's input has one size for all; results depend on it by
            rounding alone.
        seed: Of the random signs.
        labels: Class of each picture by its file name, to take the gradient of the cross-entropy with the
            label (as S1 does) instead of the Fisher form, which needs none.
    """

    draws: int = 4
    batch: int = 8
    seed: int = 0
    labels: Mapping[str, int] | None = None

    def __post_init__(self) -> None:
        """Checks the numbers.

        Raises:
            UsageError: One is not positive.
        """
        if self.draws < 1 or self.batch < 1:
            raise UsageError(f"draws and batch must be at least 1, got {self.draws} and {self.batch}")


@dataclass(frozen=True)
class Calibration:
    """The result, and a message for each picture that could not be used."""

    profile: Profile
    unusable: tuple[str, ...]


def calibrate(
    observer: NetworkObserver,
    pictures: Sequence[Path],
    *,
    data: str,
    options: CalibrationOptions | None = None,
    state: Path | None = None,
    advance: Callable[[int], None] = lambda done: None,
) -> Calibration:
    """The profile of a network over pictures.

    Args:
        observer: The network.
        pictures: Files of any format that Pillow reads; grey ones count as R = G = B.
        data: What to call the pictures in the profile.
        options: How.
        state: A file to save sums in after each batch, and to go on from where it is there. The result is
            the same to the last bit as without interruption. Whoever calls removes it when the profile is
            safe.
        advance: Called with the number of pictures done, first of all with those of the state file.

    Raises:
        UsageError: Labels for a network that gives no classes, or a state file of another calibration.
        InputError: No picture is usable, or the network is insensitive to some frequency in all of them.
    """
    options = options or CalibrationOptions()
    if options.labels is not None and observer.task.name != "classification":
        raise UsageError(f"labels are for classifiers, and {observer.name} is for {observer.task.name}")
    key = saved.fingerprint(_description(observer, pictures, options))
    sums = _Sums() if state is None else saved.read(state, key, _Sums.of_record) or _Sums()
    advance(sums.done)
    size = options.batch if observer.preprocessing.fixed_input else 1
    for first in range(sums.done, len(pictures), size):
        paths = pictures[first : first + size]
        sums.add(observer, list(_read(paths, options, sums)), first, options)
        sums.done += len(paths)
        if state is not None:
            saved.write(state, key, sums.to_record())
        advance(sums.done)
    return Calibration(_profile(observer, sums, data, options), tuple(sums.unusable))


@dataclass(eq=False)
class _Sums:
    """What has been added up so far; float64 survives the state file to the last bit."""

    tables: dict[str, NDArray[np.float64]] = field(
        default_factory=lambda: {name: np.zeros((3, 64)) for name in SUBSAMPLINGS}
    )
    done: int = 0
    used: int = 0
    unusable: list[str] = field(default_factory=list)

    def add(
        self,
        observer: NetworkObserver,
        batch: list[tuple[Pixels, int | None]],
        first: int,
        options: CalibrationOptions,
    ) -> None:
        """Adds each picture's mean over blocks of the squared gradients."""
        if not batch:
            return
        pixels = [own for own, _ in batch]
        draws = 1 if options.labels is not None else options.draws
        if options.labels is not None:
            labels = [label for _, label in batch if label is not None]
            gradients: Iterator[list[torch.Tensor]] = iter([observer.label_gradients(pixels, labels)])
        else:
            # Signs of their own for each batch; the pair of numbers makes the seed.
            seed = int(np.random.SeedSequence((options.seed, first)).generate_state(1, np.uint64)[0] >> 1)
            gradients = observer.projected_gradients(pixels, draws, seed)
        for projected in gradients:
            for gradient in projected:
                for name, sampling in _SAMPLINGS.items():
                    parts = coefficient_gradient(gradient.double(), sampling)
                    means = [part.square().mean(dim=(0, 1)).cpu().numpy() for part in parts]
                    self.tables[name] += np.stack(means) / draws
        self.used += len(batch)

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {"tables": {name: table.tolist() for name, table in self.tables.items()}}

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> _Sums:
        tables = {name: np.asarray(record["tables"][name], np.float64) for name in SUBSAMPLINGS}
        if any(table.shape != (3, 64) for table in tables.values()):
            raise ValueError("tables are not 3 x 64")
        return cls(tables, int(record["done"]), int(record["used"]), [str(m) for m in record["unusable"]])


def _read(
    paths: Sequence[Path], options: CalibrationOptions, sums: _Sums
) -> Iterator[tuple[Pixels, int | None]]:
    """Pixels and label of each usable picture; notes the others."""
    for path in paths:
        label = None if options.labels is None else options.labels.get(path.name)
        if options.labels is not None and label is None:
            sums.unusable.append(f"{path}: has no label")
            continue
        try:
            yield read_picture(path, background=(255, 255, 255)).pixels, label
        except InputError as error:
            sums.unusable.append(str(error))


def _profile(observer: NetworkObserver, sums: _Sums, data: str, options: CalibrationOptions) -> Profile:
    if not sums.used:
        first = f" (the first: {sums.unusable[0]})" if sums.unusable else ""
        raise InputError(f"none of {sums.done} pictures is usable{first}")
    tables = {name: np.asarray(table / sums.used, np.float32) for name, table in sums.tables.items()}
    if not all(np.isfinite(table).all() and (table > 0).all() for table in tables.values()):
        raise InputError(
            f"{observer.name} does not react to every frequency of these pictures, or not with finite "
            "gradients; check its preprocessing and task, and give more pictures"
        )
    form = "cross-entropy" if options.labels is not None else _FORMS[observer.task.name]
    provenance = {
        "data": data,
        "pictures": sums.used,
        "form": form,
        "draws": 1 if options.labels is not None else options.draws,
        "seed": options.seed,
        "task": observer.task.name,
        "preprocessing": asdict(observer.preprocessing),
        "torch": torch.__version__.partition("+")[0],
        "python": platform.python_version(),
    }
    return Profile(observer.name, tables, provenance)


_FORMS = {
    "classification": "Fisher",
    "segmentation": "Fisher",
    "detection": "Fisher of scores, Gauss-Newton of boxes",
    "embedding": "Gauss-Newton",
}


def _description(
    observer: NetworkObserver, pictures: Sequence[Path], options: CalibrationOptions
) -> dict[str, Any]:
    """All that the sums depend on, but for the contents of pictures and the device."""
    weights = hashlib.sha256()
    for tensor in observer.module.state_dict().values():
        weights.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return {
        "name": observer.name,
        "weights": weights.hexdigest(),
        "preprocessing": asdict(observer.preprocessing),
        "task": repr(observer.task),
        "pictures": [str(path) for path in pictures],
        "options": json.loads(json.dumps(asdict(options))),
    }

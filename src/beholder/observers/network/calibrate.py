"""Offline sensitivity estimation (OSE): what a network is sensitive to, as a mean over many pictures.

After L. Ye, arXiv 2503.10912, 2025.

::

    pictures --batches--> network --gradients at pixels--> squares at DCT coefficients --means--> Profile
                                                              |   by frequency: 4:4:4, 4:2:2, 4:2:0
                                                              |   by place: luma
                                                              +--> state file, to go on from

A backward pass ends at the pixels, so that one serves every chroma sampling.
"""

from __future__ import annotations

import hashlib
import platform
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

import beholder.observers.network.state as saved
from beholder.errors import InputError, UsageError
from beholder.image.picture import Picture
from beholder.image.read import read_picture
from beholder.observers._place import CELLS, PlaceSums
from beholder.observers._profile import SUBSAMPLINGS, Profile
from beholder.observers._sensitivity import Sampling
from beholder.observers.network.calling import one_thread_an_operation
from beholder.observers.network.gradient import coefficient_gradient
from beholder.observers.network.observer import NetworkObserver
from beholder.options import Options, option

_CHROMA = (1, 1)
_SAMPLINGS: dict[str, Sampling] = {
    "4:4:4": ((1, 1), _CHROMA, _CHROMA),
    "4:2:2": ((2, 1), _CHROMA, _CHROMA),
    "4:2:0": ((2, 2), _CHROMA, _CHROMA),
}

_GPU_BATCH = 16  # fills a GPU with networks for inputs of 224 to 640 pixels


@dataclass(frozen=True, kw_only=True, repr=False)
class CalibrationOptions(Options):
    """How to calibrate."""

    draws: int = option(4, help="random projections a picture; each costs a backward pass", minimum=1)
    batch: int | None = option(
        None,
        help="pictures in one pass through the network, where its input has one size for all (default 16 on "
        "a GPU, 1 elsewhere); results depend on it by rounding and by the random signs",
        minimum=1,
    )
    workers: int = option(
        1, help="batches under way at once, each on one core; results do not depend on it", minimum=1
    )
    seed: int = option(0, help="of the random signs")
    labels: Mapping[Path, int] | None = option(
        None,
        help="class of each picture by its path as it is given to `calibrate`, to take the gradient of the "
        "cross-entropy with the label (as Ye, arXiv 2503.10912, does) instead of the Fisher form, which "
        "needs no labels",
        parse=lambda name, value: value,
    )


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
    """Return the profile of a network over pictures.

    Args:
        observer: The network.
        pictures: Files of any format that Pillow reads; grey ones count as R = G = B.
        data: What to call the pictures in the profile.
        options: How.
        state: A file to save sums in after each batch, and to go on from where it is there. The result is
            the same to the last bit as without interruption. Whoever calls removes it when the profile is
            safe; it is removed here where the calibration cannot succeed.
        advance: Called with the number of pictures done, first of all with those of the state file.

    Raises:
        UsageError: A network that gives no gradient, labels for one that gives no classes, or a state file
            of another calibration.
        InputError: No picture is usable, or the network is insensitive to some frequency in all of them.
    """
    observer.check_gradient()
    options = options or CalibrationOptions()
    if options.labels is not None and observer.task.name != "classification":
        raise UsageError(f"labels are for classifiers, and {observer.name} is for {observer.task.name}")
    key = saved.fingerprint(_description(observer, pictures, options))
    sums = _Sums() if state is None else saved.read(state, key, _Sums.of_record) or _Sums()
    advance(sums.done)
    try:
        for part in _sums_of_batches(observer, pictures, sums.done, options):
            sums.add(part)
            if state is not None:
                saved.write(state, key, sums.to_record())
            advance(sums.done)
        return Calibration(_profile(observer, sums, data, options), tuple(sums.unusable))
    except (UsageError, InputError):
        if state is not None:  # it would fail again from there, and stand in the way of a run put right
            state.unlink(missing_ok=True)
        raise


_PLACE_SUMS = ("sensitivity", "covered")


@dataclass(eq=False)
class _Sums:
    """Sums over pictures; float64 survives the state file to the last bit."""

    tables: dict[str, NDArray[np.float64]] = field(
        default_factory=lambda: {name: np.zeros((3, 64)) for name in SUBSAMPLINGS}
    )
    place: PlaceSums = field(default_factory=PlaceSums)
    done: int = 0
    used: int = 0
    unusable: list[str] = field(default_factory=list)

    def add(self, other: _Sums) -> None:
        for name, table in other.tables.items():
            self.tables[name] += table
        self.place.add(other.place)
        self.done += other.done
        self.used += other.used
        self.unusable += other.unusable

    def to_record(self) -> dict[str, Any]:
        return asdict(self) | {
            "tables": {name: table.tolist() for name, table in self.tables.items()},
            "place": {name: sums.tolist() for name, sums in asdict(self.place).items()},
        }

    @classmethod
    def of_record(cls, record: dict[str, Any]) -> _Sums:
        tables = {name: np.asarray(record["tables"][name], np.float64) for name in SUBSAMPLINGS}
        if any(table.shape != (3, 64) for table in tables.values()):
            raise ValueError("tables are not 3 x 64")
        place = PlaceSums(*(np.asarray(record["place"][name], np.float64) for name in _PLACE_SUMS))
        if any(getattr(place, name).shape != (CELLS, CELLS) for name in _PLACE_SUMS):
            raise ValueError(f"maps are not {CELLS} x {CELLS}")
        return cls(
            tables, place, int(record["done"]), int(record["used"]), [str(m) for m in record["unusable"]]
        )


def _sums_of_batches(
    observer: NetworkObserver, pictures: Sequence[Path], first: int, options: CalibrationOptions
) -> Iterator[_Sums]:
    """The sums of each batch from picture `first` on, in order, with `workers` batches under way at once."""
    size = options.batch or (_GPU_BATCH if observer.device.type == "cuda" else 1)
    if not observer.preprocessing.fixed_input:
        size = 1
    pending: deque[Future[_Sums]] = deque()
    pool = ThreadPoolExecutor(options.workers)
    with one_thread_an_operation():
        try:
            for start in range(first, len(pictures), size):
                batch = pictures[start : start + size]
                pending.append(pool.submit(_sums_of_batch, observer, batch, start, options))
                if len(pending) >= 2 * options.workers:  # keeps all busy, and bounds what waits
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _sums_of_batch(
    observer: NetworkObserver, paths: Sequence[Path], first: int, options: CalibrationOptions
) -> _Sums:
    """Of each picture the mean over blocks of the squared gradients, and luma's by position."""
    sums = _Sums(done=len(paths))
    batch = list(_read(paths, options.labels, sums.unusable))
    sums.used = len(batch)
    if not batch:
        return sums
    pixels = [own.pixels for own, _ in batch]
    orientations = [own.metadata.orientation for own, _ in batch]
    if options.labels is not None:
        draws = 1
        gradients = iter([observer.label_gradients(pixels, [label for _, label in batch], orientations)])
    else:
        draws = options.draws
        # Signs of their own for each batch, whoever works on it; the pair of numbers makes the seed.
        seed = np.random.SeedSequence((options.seed, first)).generate_state(1, np.uint64)[0]
        gradients = observer.projected_gradients(pixels, draws, int(seed >> np.uint64(1)), orientations)
    luma: dict[int, torch.Tensor] = {}  # by picture: (rows, columns), sum over draws
    for projected in gradients:
        for number, gradient in enumerate(projected):
            for name, sampling in _SAMPLINGS.items():
                squares = [part.square() for part in coefficient_gradient(gradient, sampling)]
                means = [square.mean(dim=(0, 1), dtype=torch.float64).cpu().numpy() for square in squares]
                sums.tables[name] += np.stack(means) / draws
                if name == "4:4:4":
                    luma[number] = squares[0].mean(dim=2) + luma.get(number, 0)
    for number, (own, orientation) in enumerate(zip(pixels, orientations, strict=True)):
        sums.place.add_picture(luma[number].cpu().numpy(), (own.shape[0], own.shape[1]), orientation)
    return sums


def _read(
    paths: Sequence[Path], labels: Mapping[Path, int] | None, unusable: list[str]
) -> Iterator[tuple[Picture, int]]:
    """Each usable picture and its label (0 without labels); notes the others."""
    for path in paths:
        if labels is not None and path not in labels:
            unusable.append(f"{path}: has no label")
            continue
        try:
            picture = read_picture(path, background=(255, 255, 255))
            _ = picture.pixels  # decodes a JPEG, which may fail
        except InputError as error:
            unusable.append(str(error))
            continue
        yield picture, 0 if labels is None else labels[path]


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
        "place": "luma; mean over pictures relative to the central square; left and right made alike",
        "task": observer.task.name,
        "preprocessing": asdict(observer.preprocessing),
        "torch": torch.__version__.partition("+")[0],
        "python": platform.python_version(),
    }
    return Profile(observer.name, tables, provenance, sums.place.cells())


_FORMS = {
    "classification": "Fisher",
    "segmentation": "Fisher",
    "detection": "Fisher of scores, Gauss-Newton of boxes",
    "embedding": "Gauss-Newton",
}


def _description(
    observer: NetworkObserver, pictures: Sequence[Path], options: CalibrationOptions
) -> dict[str, Any]:
    """All that the sums depend on, but for what the pictures hold."""
    weights = hashlib.sha256()
    for tensor in observer.module.state_dict().values():
        weights.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return {
        "name": observer.name,
        "weights": weights.hexdigest(),
        "preprocessing": asdict(observer.preprocessing),
        "task": repr(observer.task),
        "pictures": [str(path) for path in pictures],
        "options": asdict(replace(options, workers=1, labels=None)),
        "labels": None
        if options.labels is None
        else {str(path): label for path, label in sorted(options.labels.items())},
        "device": observer.device.type,
    }

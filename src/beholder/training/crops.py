"""Random crops of pictures that were scaled down first, decided by the seed and the step's number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from beholder.errors import InputError
from beholder.learned.container import LARGEST_DIAL, QUALITIES
from beholder.training.augment import Augmentation
from beholder.training.mixture import Mixture
from beholder.training.pictures import PictureCache

_TRIES = 100  # pictures in a row that are damaged or too small, before it is taken for the rule
_AHEAD = 2  # batches made before they are asked for, by each thread
# More than one, so that the network does not learn the look of a single one.
_FILTERS = (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BOX)
_SUPPORT = 3  # of the widest of them, in pixels of the crop

_ONLY_MACHINE = 0.4  # of the crops for observers other than 0, those whose observer is 1


class Batch(NamedTuple):
    """Crops, and what they are to be encoded for.

    Attributes:
        crops: (count, side, side, 3).
        qualities: (count,), 0..63.
        observers: (count,), 0..1, multiples of 1/255.
    """

    crops: npt.NDArray[np.uint8]
    qualities: npt.NDArray[np.int64]
    observers: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Crops:
    """What crops are cut from pictures; see `TrainingConfig` for the fields."""

    side: int
    shrink_min: float
    shrink_max: float
    shrink_max_jpeg: float
    augmentation: Augmentation = field(default=Augmentation())

    def draw(
        self, pixels: npt.NDArray[np.uint8], lossy: bool, random: np.random.Generator
    ) -> npt.NDArray[np.uint8] | None:
        """Return a (side, side, 3) crop, flipped or not; None if the picture is too small for one.

        Only the part that is cut is scaled down, with an antialiasing filter.
        """
        height, width = pixels.shape[:2]
        most = self.shrink_max_jpeg if lossy else self.shrink_max
        least = max(self.shrink_min, self.side / min(height, width))
        if least > most:
            return None
        source_side = self.side / random.uniform(least, most)
        left, top = random.uniform(0, width - source_side), random.uniform(0, height - source_side)
        margin = math.ceil(_SUPPORT * source_side / self.side)
        first_row, first_column = max(0, int(top) - margin), max(0, int(left) - margin)
        part = pixels[
            first_row : math.ceil(top + source_side) + margin,
            first_column : math.ceil(left + source_side) + margin,
        ]
        left, top = left - first_column, top - first_row
        chosen = _FILTERS[random.integers(len(_FILTERS))]
        crop = np.asarray(
            Image.fromarray(part).resize(
                (self.side, self.side), chosen, (left, top, left + source_side, top + source_side)
            )
        )
        crop = crop[:, ::-1] if random.integers(2) else crop
        return self.augmentation.apply(crop, random)


@dataclass(frozen=True)
class Stage:
    """Batches from a step on: `count` of these crops."""

    first_step: int
    crops: Crops
    count: int


@dataclass(eq=False)
class CropBatches:
    """Batches of crops with their qualities, the same for the same seed, step and process.

    Attributes:
        mixture: Pictures.
        cache: The same ones, as pixels.
        stages: What is cut from them, in the order of steps, from step 0 on.
        seed: Of the run.
        process: Number of the process among those that train together.
        observer_share: Part of the crops whose observer is not 0.
        fixed_observer: Observer of all crops; None: drawn.
        threads: That make batches.
    """

    mixture: Mixture
    cache: PictureCache
    stages: Sequence[Stage]
    seed: int
    process: int
    observer_share: float = 0.0
    fixed_observer: float | None = None
    threads: int = 1
    _damaged: dict[int, str] = field(default_factory=dict, init=False)
    _told: set[int] = field(default_factory=set, init=False)

    @property
    def damaged(self) -> int:
        """How many pictures could not be read so far."""
        return len(self._damaged)

    def newly_damaged(self) -> list[str]:
        """Return what was wrong with each picture that could not be read since the last call."""
        new = [number for number in sorted(self._damaged.copy()) if number not in self._told]
        self._told.update(new)
        return [self._damaged[number] for number in new]

    def batch(self, step: int) -> Batch:
        """Return the crops of a step, with their qualities and observers.

        Raises:
            InputError: A hundred pictures of a class in a row were damaged or smaller than a crop.
        """
        random = np.random.default_rng([self.seed, self.process, step])
        stage = next(stage for stage in reversed(self.stages) if stage.first_step <= step)
        count = stage.count
        classes = self.mixture.draw_classes(count, random)
        crops = np.stack([self._crop(stage.crops, int(of_class), random) for of_class in classes])
        # One in each of `count` equal parts: rates are spread alike in every step, which calms the gradient.
        places = (random.permutation(count) + random.random(count)) / count
        qualities = (places * QUALITIES).astype(np.int64)
        return Batch(crops, qualities, self._draw_observers(count, random))

    def _draw_observers(self, count: int, random: np.random.Generator) -> npt.NDArray[np.float32]:
        """Return (count,) observers: 0 for most, 1 for many of the others, and all that lies between."""
        if self.fixed_observer is not None:
            dial = round(self.fixed_observer * LARGEST_DIAL)
            return np.full(count, dial / LARGEST_DIAL, np.float32)
        if not self.observer_share:
            return np.zeros(count, np.float32)
        # One in each of `count` equal parts, as for qualities.
        places = (random.permutation(count) + random.random()) / count / self.observer_share
        dials = random.integers(1, LARGEST_DIAL + 1, count)
        dials = np.where(places < _ONLY_MACHINE, LARGEST_DIAL, dials)
        return np.where(places < 1, dials / LARGEST_DIAL, 0).astype(np.float32)

    def from_step(self, first: int, end: int) -> Iterator[Batch]:
        """Yield the batches of steps `first` to below `end`, made a few ahead by other threads."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix="crops") as pool:
            ahead: list[Future[Batch]] = []
            step = first
            try:
                while step < end or ahead:
                    while step < end and len(ahead) < _AHEAD * self.threads:
                        ahead.append(pool.submit(self.batch, step))
                        step += 1
                    yield ahead.pop(0).result()
            finally:
                for future in ahead:
                    future.cancel()

    def _crop(self, crops: Crops, of_class: int, random: np.random.Generator) -> npt.NDArray[np.uint8]:
        problem = ""
        for _ in range(_TRIES):
            number = self.mixture.draw_picture(of_class, random)
            read = self._read(number)
            if isinstance(read, str):
                problem = read
                continue
            crop = crops.draw(*read, random)
            if crop is not None:
                return crop
            problem = f"{self.cache.pictures[number].path}: smaller than a crop after shrinking"
        name = self.mixture.names[of_class]
        raise InputError(f"{_TRIES} {name} in a row cannot be used; the last one: {problem}")

    def _read(self, number: int) -> tuple[npt.NDArray[np.uint8], bool] | str:
        """Return a picture as `PictureCache.read` does, or what is wrong with it, which is remembered."""
        if number in self._damaged:
            return self._damaged[number]
        try:
            return self.cache.read(number)
        except InputError as error:
            self._damaged[number] = str(error)
            return str(error)

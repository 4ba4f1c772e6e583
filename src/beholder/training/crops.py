"""Random crops of pictures that were scaled down first, decided by the seed and the step's number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from beholder.errors import InputError
from beholder.training.pictures import PictureCache

_TRIES = 100  # pictures in a row that are damaged or too small, before it is taken for the rule
_AHEAD = 2  # batches made before they are asked for, by each thread
# More than one, so that the network does not learn the look of a single one.
_FILTERS = (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BOX)
_SUPPORT = 3  # of the widest of them, in pixels of the crop


# (count, side, side, 3) crops and (count,) qualities.
Batch: TypeAlias = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Crops:
    """What crops are cut from pictures; see `TrainingConfig` for the fields."""

    side: int
    shrink_least: float
    shrink_most: float
    shrink_most_jpeg: float

    def draw(
        self, pixels: npt.NDArray[np.uint8], lossy: bool, random: np.random.Generator
    ) -> npt.NDArray[np.uint8] | None:
        """Returns a (side, side, 3) crop, flipped or not; nothing if the picture is too small for one.

        Only the part that is cut is scaled down, with an antialiasing filter.
        """
        height, width = pixels.shape[:2]
        most = self.shrink_most_jpeg if lossy else self.shrink_most
        least = max(self.shrink_least, self.side / min(height, width))
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
        return crop[:, ::-1] if random.integers(2) else crop


class CropBatches:
    """Batches of crops with their qualities, the same for the same seed, step and process."""

    def __init__(
        self,
        cache: PictureCache,
        crops: Crops,
        *,
        count: int,
        qualities: int,
        seed: int,
        process: int,
        threads: int = 1,
    ) -> None:
        """Sets what a batch is.

        Args:
            cache: Pictures.
            crops: What is cut from them.
            count: Crops a batch.
            qualities: Each crop's is drawn from 0 to below this.
            seed: Of the run.
            process: Number of the process among those that train together.
            threads: That make batches.
        """
        self._cache = cache
        self._crops = crops
        self._count = count
        self._qualities = qualities
        self._seed = seed
        self._process = process
        self._threads = threads

    @property
    def pictures(self) -> int:
        """How many pictures there are."""
        return len(self._cache)

    def batch(self, step: int) -> Batch:
        """Returns (count, side, side, 3) crops and (count,) qualities of a step.

        Raises:
            InputError: A hundred pictures in a row were damaged or smaller than a crop.
        """
        random = np.random.default_rng([self._seed, self._process, step])
        crops = np.stack([self._crop(random) for _ in range(self._count)])
        # One in each of `count` equal parts: rates are spread alike in every step, which calms the gradient.
        places = (random.permutation(self._count) + random.random(self._count)) / self._count
        return crops, (places * self._qualities).astype(np.int64)

    def from_step(self, first: int, end: int) -> Iterator[Batch]:
        """Yields the batches of steps `first` to below `end`, made a few ahead by other threads."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="crops") as pool:
            ahead: list[Future[Batch]] = []
            step = first
            try:
                while step < end or ahead:
                    while step < end and len(ahead) < _AHEAD * self._threads:
                        ahead.append(pool.submit(self.batch, step))
                        step += 1
                    yield ahead.pop(0).result()
            finally:
                for future in ahead:
                    future.cancel()

    def _crop(self, random: np.random.Generator) -> npt.NDArray[np.uint8]:
        problem = ""
        for _ in range(_TRIES):
            number = int(random.integers(len(self._cache)))
            try:
                pixels, lossy = self._cache.read(number)
            except InputError as error:
                problem = str(error)
                continue
            crop = self._crops.draw(pixels, lossy, random)
            if crop is not None:
                return crop
            problem = f"{self._cache.pictures[number].path}: smaller than a crop after shrinking"
        raise InputError(f"{_TRIES} pictures in a row cannot be used; the last one: {problem}")

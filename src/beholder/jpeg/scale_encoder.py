"""A picture's coefficients, encoded at any scale of the quantiser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.picture import Picture
from beholder.jpeg.closed_loop import LoopObjective, close_loop
from beholder.jpeg.observer_choice import model_of, observer_of
from beholder.jpeg.options import JpegOptions
from beholder.jpeg.write_picture import SCAN_MODES, is_progressive, write_picture
from beholder.observers import (
    PictureBlocks,
    Sampling,
    Sensitivity,
    block_weights,
    gradient_observers,
    load_network,
)

# Estimates look at one in so many rows of MCUs, from so many luma blocks on.
_SAMPLED_ROWS = ((32768, 4), (4096, 2), (0, 1))


@dataclass(frozen=True)
class EncodedFile:
    """A JPEG file, and whether it is progressive."""

    data: bytes
    progressive: bool


@dataclass(frozen=True, eq=False)
class Blocks:
    """Blocks whose levels are searched for.

    Attributes:
        coefficients: Of the blocks.
        weights: (rows, columns) of each component; empty without block weights.
        share: Part of the picture's blocks that these are, up to 1.
    """

    coefficients: _core.CoefficientImage
    weights: list[NDArray[np.float32]]
    share: float = 1.0


class ScaleEncoder:
    """One picture's coefficients and weights, to be encoded at any scale."""

    def __init__(
        self,
        picture: Picture,
        options: JpegOptions,
        coefficients: _core.CoefficientImage,
        sampling: Sampling,
        source_steps: list[NDArray[np.uint16]] | None = None,
    ) -> None:
        self.picture = picture
        self.options = options
        self.sampling = sampling
        self.source_steps = source_steps
        self.observer = observer_of(options)
        orientation = picture.metadata.orientation
        blocks = PictureBlocks(coefficients, lambda: picture.pixels, options.threads, orientation)
        self._sensitivity: Sensitivity = self.observer.sensitivity(sampling, blocks)
        self._whole = Blocks(coefficients, block_weights(self._sensitivity, blocks))

    @cached_property
    def _objective(self) -> LoopObjective[EncodedFile] | None:
        """The networks of the closed loop, where one was asked for."""
        options = self.options
        if options.effort != "loop":
            return None
        looking = gradient_observers(self.observer)
        if not looking:  # a machine by name with a predictor, or with nobody who adapts
            looking = [(1.0, load_network(model_of(options)))]
        return LoopObjective(
            looking,
            self.picture.pixels,
            self.sampling,
            lambda file: decode_jpeg(file.data),
            self.picture.metadata.orientation,
        )

    @cached_property
    def sample(self) -> Blocks:
        """Some rows of MCUs, for estimates."""
        rows, columns = self._whole.coefficients.values(0).shape[:2]
        stride = next(stride for least, stride in _SAMPLED_ROWS if rows * columns >= least)
        if stride == 1:
            return self._whole
        coefficients = _core.sample_mcu_rows(self._whole.coefficients, stride)
        weights = [
            np.concatenate([weights[row : row + down] for row in range(0, len(weights), stride * down)])
            for weights, (_, down) in zip(self._whole.weights, self.sampling, strict=False)
        ]
        return Blocks(coefficients, weights, coefficients.values(0).shape[0] / rows)

    def search_levels(
        self, blocks: Blocks, scale: float, mode: _core.ScanMode, *, rounds: int = 2
    ) -> tuple[_core.LevelImage, list[_core.Scan]]:
        """Return levels of the blocks at a scale of the quantiser, and the scans to write them by."""
        sensitivity = self._sensitivity
        return _core.optimise_levels(
            blocks.coefficients,
            scale,
            weights=sensitivity.frequency,
            block_weights=blocks.weights,
            start_steps=sensitivity.start_steps,
            source_steps=self.source_steps or [],
            lambda_ratio=sensitivity.lambda_ratio,
            zeroing_surcharge=sensitivity.zeroing_surcharge,
            rounds=rounds,
            mode=mode,
            threads=self.options.threads,
        )

    def file(self, scale: float) -> EncodedFile:
        """Return the file at a scale."""
        if self._objective is None:
            return self._file_of(self._whole.coefficients, scale)
        return close_loop(
            self._whole.coefficients,
            encode=lambda coefficients: self._file_of(coefficients, scale),
            size=lambda file: len(file.data),
            objective=self._objective,
            steps=np.float32(scale) * self._sensitivity.start_steps,
        )

    def _file_of(self, coefficients: _core.CoefficientImage, scale: float) -> EncodedFile:
        blocks = replace(self._whole, coefficients=coefficients)
        image, script = self.search_levels(blocks, scale, SCAN_MODES[self.options.scans])
        return EncodedFile(write_picture(self.picture, image, script, self.options), is_progressive(script))

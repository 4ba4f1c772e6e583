"""From a training run to weights that can ship."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from beholder.learned.container import QUALITIES
from beholder.learned.freeze import freeze
from beholder.learned.model import Architecture, LearnedCodec
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import write_weights
from beholder.training.checkpoint import load_checkpoint
from beholder.training.fit_tables import fit_tables
from beholder.training.pictures import StoredPicture

_MOST_PICTURES = 256


def export_weights(checkpoint: Path, pictures: Sequence[StoredPicture] = ()) -> bytes:
    """Returns the file of weights of a checkpoint's moving average, its entropy path frozen.

    Args:
        checkpoint: Of a training run.
        pictures: Whose residuals the tables are fitted to, each at one quality; at most 256 of them, evenly
            spread. Without any, the tables are Gaussian.

    Raises:
        InputError: The checkpoint or a picture cannot be read.
    """
    saved = load_checkpoint(checkpoint)
    trained = LearnedCodec(Architecture(**saved.architecture))
    trained.load_state_dict(saved.average)
    codec = freeze(trained)
    if not pictures:
        return write_weights(codec, gaussian_tables())
    count = min(len(pictures), _MOST_PICTURES)
    numbers = np.linspace(0, len(pictures) - 1, count).round().astype(int)
    # Neighbours in a folder may be alike, hence a stride through the qualities that has no factor in common.
    qualities = [number * 29 % QUALITIES for number in range(count)]
    return write_weights(
        codec,
        fit_tables(
            codec,
            (
                (pictures[number].read()[0], quality)
                for number, quality in zip(numbers, qualities, strict=True)
            ),
        ),
    )

"""From a training run to weights that can ship."""

from __future__ import annotations

from pathlib import Path

from beholder.learned.freeze import freeze
from beholder.learned.model import Architecture, LearnedCodec
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import write_weights
from beholder.training.checkpoint import load_checkpoint


def export_weights(checkpoint: Path) -> bytes:
    """Returns the file of weights of a checkpoint's moving average, its entropy path frozen.

    Raises:
        InputError: The checkpoint cannot be read.
    """
    saved = load_checkpoint(checkpoint)
    codec = LearnedCodec(Architecture(**saved.architecture))
    codec.load_state_dict(saved.average)
    return write_weights(freeze(codec), gaussian_tables())

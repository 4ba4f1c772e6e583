"""From a training run to weights that can ship."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from beholder.errors import InputError
from beholder.learned.condition import Condition
from beholder.learned.container import QUALITIES
from beholder.learned.freeze import freeze
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network
from beholder.learned.tables import gaussian_tables
from beholder.learned.weights import write_weights
from beholder.training.checkpoint import load_checkpoint
from beholder.training.fit_tables import fit_tables
from beholder.training.mixture import Mixture

_MOST_PICTURES = 256
_OBSERVERS = (0.0, 1.0, 0.0, 0.4)  # 102 / 255
_MOST_SIDE = 1024  # of what is taken of a picture, which bounds the memory and the time


def export_weights(
    checkpoint: Path, mixture: Mixture | None = None, *, tell: Callable[[str], None] = print
) -> bytes:
    """Return the file of weights of a checkpoint's moving average, its entropy path frozen.

    Args:
        checkpoint: Of a training run.
        mixture: Pictures whose residuals the tables are fitted to, each at one quality and for one observer:
            about 256 of them, each class in its share, at most 1024 pixels a side from their middle. None:
            Gaussian tables.
        tell: Takes a line for people about each picture that cannot be read, and is left out.

    Raises:
        InputError: The checkpoint cannot be read.
    """
    saved = load_checkpoint(checkpoint)
    trained = build_network(saved.architecture)
    trained.load_state_dict(saved.average)
    network = freeze(trained)
    tables = (
        gaussian_tables()
        if mixture is None
        else fit_tables(network, _pictures_and_conditions(network, mixture, tell))
    )
    return write_weights(network, tables)


def _pictures_and_conditions(
    network: CompressionNetwork, mixture: Mixture, tell: Callable[[str], None]
) -> Iterator[tuple[npt.NDArray[np.uint8], Condition]]:
    """Yield some pictures, each with what it is to be encoded for: half of them for people."""
    for place, number in enumerate(mixture.spread(_MOST_PICTURES)):
        try:
            pixels, _ = mixture.pictures[number].read()
        except InputError as error:
            tell(f"left out: {error}")
            continue
        top, left = (max(0, side - _MOST_SIDE) // 2 for side in pixels.shape[:2])
        # Neighbours may be alike, hence a stride through the qualities that has no factor in common.
        observer = _OBSERVERS[place % len(_OBSERVERS)] if network.architecture.has_dial else 0.0
        condition = Condition.of([place * 29 % QUALITIES], [observer])
        yield pixels[top : top + _MOST_SIDE, left : left + _MOST_SIDE], condition

"""Where networks are sensitive in a picture, predicted from its DCT coefficients: no network at run time."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from beholder import _core
from beholder.observers._safetensors import parse_float_tensors

WEIGHTS = "predictor.safetensors"


@cache
def _predictor() -> _core.BlockPredictor:
    """The shipped network; benchmarks/train_predictor.py trained it and benchmarks/results/predictor.md measures it."""
    data = resources.files(__package__).joinpath(WEIGHTS).read_bytes()
    return _core.BlockPredictor(parse_float_tensors(data))


def predict_block_sensitivity(
    coefficients: _core.CoefficientImage, *, threads: int = 1
) -> list[npt.NDArray[np.float32]]:
    """Returns how much a squared error in each block matters to image networks, relative to the picture's mean.

    Trained on the squared Fisher gradients of several classifiers, mean over a block's frequencies (DESIGN.md,
    "Sensitivity"), so it is a sensitivity as `adapt="network"` gives it before exponent and floor, and knows that
    classifiers look at the central square of a picture. Sampling factors are those of `coefficients`.

    Args:
        coefficients: Coefficients before quantisation, of any sampling; grey too.
        threads: The result does not depend on it.

    Returns:
        One (rows, columns) float32 array a component for its stored blocks, positive, of mean 1.
    """
    return _predictor().predict(coefficients, threads=threads)

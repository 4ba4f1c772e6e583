"""Where networks look in a picture: by what is known of all pictures, or predicted from its coefficients."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

import numpy as np

from beholder import _core
from beholder.observers._profile import Profile
from beholder.observers._safetensors import parse_float_tensors
from beholder.observers._sensitivity import FloatArray, Masking, PictureBlocks, Sampling

WEIGHTS = "predictor.safetensors"
# Networks mind an error in luma less where much is going on, as people do, though the slope is smaller. Tried
# on photographs of BSDS500 with EfficientNet-Lite0, Lite1 and SqueezeNet looking (docs/machine.md).
_ACTIVITY = Masking(knee=20, luma_exponent=0.3, chroma_exponent=0, step_share=0)


@dataclass(frozen=True, eq=False)
class TypicalLook:
    """Supplier of block sensitivities: a profile's map of places times a law of activity.

    Attributes:
        profile: Without a map, all places are alike.
    """

    profile: Profile

    def block_sensitivity(self, picture: PictureBlocks, sampling: Sampling) -> list[FloatArray]:
        """One (rows, columns) array a component for the blocks that cover the picture."""
        activity = _core.masking_weights(picture.coefficients, **asdict(_ACTIVITY), threads=picture.threads)
        size = (picture.coefficients.height, picture.coefficients.width)
        places = self.profile.block_places(size, sampling, picture.orientation)
        return [
            np.asarray(own * law[: own.shape[0], : own.shape[1]], np.float32)
            for own, law in zip(places, activity, strict=True)
        ]


@cache
def _predictor() -> _core.BlockPredictor:
    """The shipped network; benchmarks/predictor/train.py trained it."""
    data = resources.files(__package__).joinpath(WEIGHTS).read_bytes()
    return _core.BlockPredictor(parse_float_tensors(data))


def predict_block_sensitivity(coefficients: _core.CoefficientImage, *, threads: int = 1) -> list[FloatArray]:
    """Returns how much an error in each block matters to image networks, relative to the mean block.

    Trained on the squared Fisher gradients of several classifiers, mean over a block's frequencies
    (docs/machine.md, "What is measured"): what a network itself would tell, before exponent and floor. It
    knows that classifiers look at the central square of a picture.

    Args:
        coefficients: Coefficients before quantisation, of any sampling; grey too.
        threads: The result does not depend on it.

    Returns:
        One (rows, columns) float32 array a component for its stored blocks, positive, of mean 1.
    """
    return _predictor().predict(coefficients, threads=threads)


@dataclass(frozen=True, eq=False)
class Predictor:
    """Supplier of block sensitivities that needs no network.

    Attributes:
        profile: Whose typical look is mixed in; None gives the prediction alone.
    """

    profile: Profile | None = None

    def block_sensitivity(self, picture: PictureBlocks, sampling: Sampling) -> list[FloatArray]:
        """The geometric mean of the prediction and the profile's typical look.

        Returns:
            One (rows, columns) array a component for the blocks that cover the picture.
        """
        predicted = predict_block_sensitivity(picture.coefficients, threads=picture.threads)
        if self.profile is None:
            return predicted
        typical = TypicalLook(self.profile).block_sensitivity(picture, sampling)
        return [
            np.sqrt(own * other[: own.shape[0], : own.shape[1]])
            for own, other in zip(typical, predicted, strict=True)
        ]

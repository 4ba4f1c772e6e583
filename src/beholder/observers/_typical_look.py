"""Where a network is likely to look, by what is known of all pictures: no network is needed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from beholder import _core
from beholder.observers._picture_blocks import PictureBlocks
from beholder.observers._profile import Profile
from beholder.observers._sensitivity import FloatArray, Masking, Sampling

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

"""Observers: who looks at the decoded picture, and where they are sensitive to errors.

::

    observer --sensitivity(sampling, picture)--> Sensitivity (arrays) --> JPEG level search
"""

from beholder.observers._fixed import FixedSensitivity
from beholder.observers._human import human
from beholder.observers._mixture import Mixture
from beholder.observers._mse import mse
from beholder.observers._picture_blocks import PictureBlocks
from beholder.observers._profile import Profile, load_profile, shipped_profiles
from beholder.observers._sensitivity import Masking, Observer, Sampling, Sensitivity

__all__ = [
    "FixedSensitivity",
    "Masking",
    "Mixture",
    "Observer",
    "PictureBlocks",
    "Profile",
    "Sampling",
    "Sensitivity",
    "human",
    "load_profile",
    "mse",
    "shipped_profiles",
]

"""Observers of decoded pictures (people, networks), and where they are sensitive to errors.

::

    observer --sensitivity(sampling, picture)--> Sensitivity (arrays) --> JPEG level search
"""

from beholder.observers._adaptation import Adaptation, BlockSupplier
from beholder.observers._detections import Objects
from beholder.observers._human import human
from beholder.observers._load import DEFAULT_MODEL, load, load_network
from beholder.observers._machine import DEFAULT_WEIGHT, Machine, MachineName, machine
from beholder.observers._mixture import FixedSensitivity, Mixture, gradient_observers
from beholder.observers._mse import mse
from beholder.observers._observer import FullReferenceObserver, GradientObserver, Observer, kind_of
from beholder.observers._profile import Profile, load_profile, shipped_profiles
from beholder.observers._sensitivity import (
    FloatArray,
    Masking,
    PictureBlocks,
    Sampling,
    Sensitivity,
    block_weights,
)
from beholder.observers.registry import check_name, parse

__all__ = [
    "DEFAULT_MODEL",
    "DEFAULT_WEIGHT",
    "Adaptation",
    "BlockSupplier",
    "FixedSensitivity",
    "FloatArray",
    "FullReferenceObserver",
    "GradientObserver",
    "Machine",
    "MachineName",
    "Masking",
    "Mixture",
    "Objects",
    "Observer",
    "PictureBlocks",
    "Profile",
    "Sampling",
    "Sensitivity",
    "block_weights",
    "check_name",
    "gradient_observers",
    "human",
    "kind_of",
    "load",
    "load_network",
    "load_profile",
    "machine",
    "mse",
    "parse",
    "shipped_profiles",
]

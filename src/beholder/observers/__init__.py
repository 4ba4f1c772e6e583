"""Observers: who looks at the decoded picture, and where they are sensitive to errors.

::

    observer --sensitivity(sampling)--> Sensitivity (arrays) --> JPEG level search
"""

from beholder.observers._human import human
from beholder.observers._mse import mse
from beholder.observers._sensitivity import FixedSensitivity, Masking, Observer, Sampling, Sensitivity

__all__ = ["FixedSensitivity", "Masking", "Observer", "Sampling", "Sensitivity", "human", "mse"]

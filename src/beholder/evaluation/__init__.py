"""Comparing codecs: curves of score against rate for one picture, and the mean gap between two of them.

::

    files and scores -> RateScoreCurve (one picture, one codec) -> bd_rate, bd_score against an anchor
"""

from beholder.evaluation.bjontegaard import BjontegaardDelta, bd_rate, bd_score
from beholder.evaluation.curves import RateScoreCurve

__all__ = ["BjontegaardDelta", "RateScoreCurve", "bd_rate", "bd_score"]

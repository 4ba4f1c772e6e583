"""The scores by the names that the command line gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.score import Score
from beholder.evaluation.scores import mean_overlap, mean_precision, networks
from beholder.evaluation.scores.lpips import lpips
from beholder.evaluation.scores.ms_ssim import MsSsimScore
from beholder.evaluation.scores.psnr import PsnrLumaScore, PsnrScore
from beholder.evaluation.scores.ssimulacra2 import Ssimulacra2Score

_OF_PICTURES: Mapping[str, Callable[[], Score | Absent]] = {
    "psnr": PsnrScore,
    "psnr-y": PsnrLumaScore,
    "ms-ssim": MsSsimScore,
    "ssimulacra2": Ssimulacra2Score,
    "lpips": lpips,
}

# Those that need a network of the user's and annotations, by how they are written, with what they need.
OF_SETS: Mapping[str, str] = {
    **{f"{kind}:MODEL": mean_precision.MeanPrecisionScore.needs for kind in mean_precision.KINDS},
    f"{mean_overlap.KIND}:MODEL": mean_overlap.MeanOverlapScore.needs,
}


def find_score(name: str) -> Score | Absent:
    """Returns the score of a name, or what is missing for it on this machine.

    Raises:
        UsageError: No score has that name, or there is no such network.
    """
    if name in _OF_PICTURES:
        return _OF_PICTURES[name]()
    if name.partition(":")[0] in networks.KINDS:
        return networks.network_score(name)
    if name.partition(":")[0] in mean_precision.KINDS:
        return mean_precision.mean_precision_score(name)
    if name.partition(":")[0] == mean_overlap.KIND:
        return mean_overlap.mean_overlap_score(name)
    known = ", ".join([*_OF_PICTURES, *(f"{kind} or {kind}:MODEL" for kind in networks.KINDS), *OF_SETS])
    raise UsageError(f"unknown score {name!r}; known are {known}")


def all_scores() -> dict[str, Score | Absent]:
    """Returns every score by its name but `OF_SETS`, absent ones included; networks are the usual one."""
    return {name: find_score(name) for name in (*_OF_PICTURES, *networks.KINDS)}

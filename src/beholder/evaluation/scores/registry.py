"""The scores by the names that the command line gives them."""

from __future__ import annotations

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.score import Score
from beholder.evaluation.scores.lpips import LpipsScore
from beholder.evaluation.scores.metrics import MsSsimScore, PsnrLumaScore, PsnrScore, Ssimulacra2Score
from beholder.evaluation.scores.networks import AgreementScore, KlScore, Top1Score, Top5Score
from beholder.evaluation.scores.set_scores import BoxPrecisionScore, MaskPrecisionScore, MeanOverlapScore

# By name, or by the word before the colon of those that take a network.
SCORES: dict[str, type[Score]] = {
    "psnr": PsnrScore,
    "psnr-y": PsnrLumaScore,
    "ms-ssim": MsSsimScore,
    "ssimulacra2": Ssimulacra2Score,
    "lpips": LpipsScore,
    "top1": Top1Score,
    "top5": Top5Score,
    "kl": KlScore,
    "agreement": AgreementScore,
    "map-box": BoxPrecisionScore,
    "map-mask": MaskPrecisionScore,
    "miou": MeanOverlapScore,
}


def score_class(name: str) -> type[Score]:
    """Return what the score of a name is made of.

    Raises:
        UsageError: No score has that name.
    """
    kind, colon, _ = name.partition(":")
    found = SCORES.get(kind)
    if found is None or (colon and not found.takes_network):
        known = [
            f"{kind}:MODEL"
            if each.needs_network
            else f"{kind} or {kind}:MODEL"
            if each.takes_network
            else kind
            for kind, each in SCORES.items()
        ]
        raise UsageError(f"unknown score {name!r}; known are {', '.join(known)}")
    return found


def find_score(name: str) -> Score | Absent:
    """Return the score of a name, or what is missing for it on this machine.

    Raises:
        UsageError: No score has that name, or there is no such network.
    """
    return score_class(name).find(name)

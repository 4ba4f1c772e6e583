"""L. Ye, JPEG compliant compression for both human and machine, 2025: HMOSDQ against default JPEG."""

from __future__ import annotations

from beholder.evaluation.presets.pictures import Photographs
from beholder.evaluation.presets.preset import Difference, Part, Preset, Reported, Role, Table
from beholder.evaluation.presets.readings import (
    CurveReading,
    above,
    anchor_score_at,
    at,
    bd_rate,
    least_rate_divided,
    most_gain,
    rate_divided,
    reading,
    score_at,
)

_RATE_BPP = 0.61  # where the abstract reports the gain
_ABSTRACT = "abstract of arXiv 2503.10912"
# The paper itself was not at hand; this is what a public summary of it says.
_SUMMARY = "summary of the paper at sciencestack.ai/paper/2503.10912"

_GAIN = above("default JPEG", _RATE_BPP, "points")
_RATE = CurveReading(
    title=f"rate of default JPEG divided by, at the codec's accuracy at {_RATE_BPP} bpp",
    read=rate_divided(score_at(_RATE_BPP)),
    least=least_rate_divided(score_at(_RATE_BPP)),
    places=2,
)
_RATE_OF_ANCHORS = CurveReading(
    title=f"the same, at default JPEG's accuracy at {_RATE_BPP} bpp",
    read=rate_divided(anchor_score_at(_RATE_BPP)),
    places=2,
)
_MOST_PSNR = reading("above default JPEG at most", most_gain, "dB", signed=True)
_HMOSDQ = {_GAIN.title: "more than +0.81", _RATE.title: "9.6"}

_TABLES = (
    Table(
        title="Accuracy (top 1)",
        score="top1",
        by_network=True,
        readings=(at(_RATE_BPP, "%"), _GAIN, _RATE, _RATE_OF_ANCHORS),
        reported=(Reported(row="HMOSDQ", role="alexnet", numbers=_HMOSDQ, source=_ABSTRACT),),
    ),
    Table(
        title="PSNR (RGB)",
        score="psnr",
        readings=(at(_RATE_BPP, "dB"), above("default JPEG", _RATE_BPP, "dB"), _MOST_PSNR, bd_rate()),
        reported=(Reported(row="HMOSDQ", numbers={_MOST_PSNR.title: "up to +2.1"}, source=_SUMMARY),),
    ),
)
_ROLES = (
    Role(name="alexnet", title="AlexNet", model="torchvision:alexnet"),
    Role(name="vgg16", title="VGG-16", model="torchvision:vgg16"),
)


def _part(name: str, shorter_side: tuple[int, int] | None, *, by_default: bool = True) -> Part:
    pictures = Photographs(shorter_side)
    return Part(
        name=name,
        pictures=pictures,
        paper_took=(
            "The paper takes two ranges of the shorter side, 496 to 512 and 376 to 384, of ImageNet's 50,000 "
            "validation pictures."
        ),
        codecs=(
            "jpeg",
            "beholder:mse",
            "beholder:machine",
            "beholder:machine+network={network}",
            "beholder:machine+weight=1+network={network}",
        ),
        anchors=("jpeg",),
        tables=_TABLES,
        roles=_ROLES,
        stand_in="efficientnet_lite0",
        by_default=by_default,
    )


PRESET = Preset(
    name="s1",
    paper="L. Ye, JPEG Compliant Compression for Both Human and Machine, A Report, arXiv 2503.10912, 2025",
    experiment=(
        "Accuracy and PSNR against the rate of HMOSDQ (run lengths, Huffman and quantisation tables "
        "optimised jointly for a mixture of what people see and what a network is sensitive to) and of "
        "default JPEG, for AlexNet and VGG-16, on two subsets of ImageNet's validation set."
    ),
    not_at_hand=(
        "Of the paper the abstract was at hand, not its text: its curves, the number of pictures, how "
        "default JPEG was set, and its numbers for VGG-16 could not be read. The abstract does not say at "
        "which accuracy default JPEG needs 9.6 times the rate; here it is the accuracy that a codec has at "
        f"{_RATE_BPP} bpp. Nor does it say on which subset."
    ),
    differences=(
        Difference(
            words="Beholder's JPEG is our own encoder, not the paper's: its human part weighs errors as "
            "people see them, and it may write progressive files.",
            families=("beholder",),
            without="Beholder's JPEG, which stands for the paper's codec, was left out.",
        ),
        Difference(
            words="`beholder:mse` is the mixture's end that knows no machine and counts plain squared error.",
            families=("beholder:mse",),
        ),
        Difference(
            words="`beholder:machine` knows networks by a profile and looks with none; `+network` lets "
            "the network itself say where it looks, as the paper does; `weight=1` is the machine alone, "
            "otherwise half is the person's.",
            families=("beholder:machine",),
        ),
        Difference(
            words="Default JPEG is libjpeg-turbo with Huffman tables of each picture's own, 4:2:0.",
            families=("jpeg",),
        ),
    ),
    parts=(
        _part("short-side-496-512", (496, 512)),
        _part("short-side-376-384", (376, 384)),
        _part("any-side", None, by_default=False),
    ),
)

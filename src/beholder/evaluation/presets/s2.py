"""M. Weber et al., Observer dependent lossy image compression, 2020: codecs by observer, against BPG."""

from __future__ import annotations

from dataclasses import replace

from beholder.evaluation.presets.pictures import Kodak, Photographs
from beholder.evaluation.presets.preset import Difference, Part, Preset, Reported, Role, Table
from beholder.evaluation.presets.readings import (
    PublishedAnchorReading,
    above,
    above_people,
    at,
    bd_rate,
    kept_at,
    loss_at,
    reading,
)

_RATE_BPP = 0.25
_BPG_WINDOW_BPP = (0.1, 1.0)  # where the paper's figures lie, by the code that draws them
_ABSTRACT = "abstract of arXiv 1910.03472"

# Alpha of the paper: the share of the machine in what the codec is trained for.
_OURS = ("learned", *(f"learned+observer={alpha}" for alpha in ("0.25", "0.5", "0.75", "1")))

_LOST = reading(f"below the originals at {_RATE_BPP} bpp", loss_at(_RATE_BPP), "points", of_anchor=True)
# As the paper's figures of the trade-off have it (its code, code/src/eval/plotting/tradeoff).
_KEPT = reading(f"of the originals' at {_RATE_BPP} bpp", kept_at(_RATE_BPP), "%", of_anchor=True)
_ACCURACY = Table(
    title="Accuracy (top 1)",
    score="top1",
    by_network=True,
    readings=(
        at(_RATE_BPP, "%"),
        _LOST,
        _KEPT,
        above("the anchor", _RATE_BPP, "points"),
        above_people(_RATE_BPP, "points"),
    ),
    reported=(
        Reported(
            row="the paper's codec with a perceptual loss",
            role="inception_resnet_v2",
            numbers={_LOST.title: "2"},
            source=_ABSTRACT,
        ),
    ),
)
_MS_SSIM = Table(
    title="MS-SSIM",
    score="ms-ssim",
    readings=(
        at(_RATE_BPP),
        above("the anchor", _RATE_BPP),
        above_people(_RATE_BPP),
        bd_rate(),
    ),
)
_BPG = PublishedAnchorReading(
    title="BD-rate against BPG as published, %", anchor="bpg_444", window_bpp=_BPG_WINDOW_BPP
)
_MS_SSIM_ON_KODAK = replace(_MS_SSIM, readings=(*_MS_SSIM.readings, _BPG))
_CODECS = ("bpg", "heic:444", "webp", "jpeg", *_OURS)
# BPG is HEVC intra, as is the other.
_ANCHORS = ("bpg", "heic:444")
_ROLES_256 = (
    Role(name="vgg16", title="VGG-16", model="torchvision:vgg16"),
    Role(name="resnet50", title="ResNet-50", model="torchvision:resnet50"),
    Role(name="densenet121", title="DenseNet-121", model="torchvision:densenet121"),
    Role(name="mobilenet", title="MobileNet", model="timm:mobilenetv1_100"),
)
_ROLES_336 = (
    Role(name="inception_resnet_v2", title="Inception-ResNet-v2", model="timm:inception_resnet_v2"),
    Role(name="inception_v3", title="Inception-v3", model="torchvision:inception_v3"),
    Role(name="xception", title="Xception", model="timm:legacy_xception"),
)


def _squares(
    side: int, tables: tuple[Table, ...], roles: tuple[Role, ...], stand_in: str | None = None
) -> Part:
    return Part(
        name=f"imagenet-{side}",
        pictures=Photographs(),
        paper_took=f"The paper takes ImageNet's 50,000 validation pictures, cut to {side}x{side} before they "
        "are compressed (its code, DS3Lab/odlc, code/src/eval).",
        crop=side,
        codecs=_CODECS,
        anchors=_ANCHORS,
        tables=tables,
        roles=roles,
        stand_in=stand_in,
    )


PRESET = Preset(
    name="s2",
    paper=(
        "M. Weber, C. Renggli, H. Grabner, C. Zhang, Observer Dependent Lossy Image Compression, GCPR 2020, "
        "arXiv 1910.03472"
    ),
    experiment=(
        "Accuracy of seven classifiers that saw no compressed pictures, and MS-SSIM, against the rate, of a "
        "recurrent codec trained for people, for classification, and for mixtures; beside it BPG, WebP, JPEG "
        "and the codec of Mentzer et al.; on ImageNet and Kodak."
    ),
    not_at_hand=(
        "Of the paper the abstract and the code were at hand, not the text: its tables and curves could not "
        "be read. Of its codec trained for people the abstract says in words alone that its MS-SSIM is "
        "competitive; of the one with a perceptual loss, that it costs Inception-ResNet 2 % at 0.25 bpp. "
        "Whether these are points or percent of its accuracy, and at which alpha, the abstract does not say. "
        "What each of its five alphas (0, 0.25, 0.5, 0.75, 1) gave could not be read."
    ),
    differences=(
        Difference(
            words="Ours is Beholder's learned codec: one network that is told the rate. The paper's "
            "reaches a rate by the number of its steps.",
            families=("learned",),
            without="Beholder's learned codec, which stands for the paper's, was left out: no row "
            "here is ours.",
        ),
        Difference(
            words="`learned+observer=A` is the network of `learned` told another alpha. The paper trains a "
            "network for each.",
            families=("learned+observer",),
            without="No row is `learned+observer=A`: all of ours is for people (alpha = 0), and nothing "
            "stands beside the paper's codecs for classification and for mixtures.",
        ),
        Difference(
            words="Alpha = 0 is squared error in the weights that ship, in the paper 1 - MS-SSIM.",
            families=("learned",),
        ),
        Difference(
            words="Alpha = 1 is how far features and answers of several networks move, in the paper the "
            "squared distance of VGG-16's features relu1_1 and relu5_1. docs/learned.md names our networks: "
            "the accuracy of one of them is that of a network that the codec was trained for.",
            families=("learned+observer",),
        ),
        Difference(
            words="Squares are made by Pillow with bilinear, antialiased scaling, the paper's by TensorFlow "
            "without antialiasing."
        ),
        Difference(
            words="The paper's other data, Stanford Dogs and CUB-200-2011, are left out, as is the codec of "
            "Mentzer et al."
        ),
        Difference(
            words="Rates count all bytes of our files; the paper's code counts BPG without the file's "
            "header, and its own codec as 0.125 bpp a step."
        ),
    ),
    parts=(
        _squares(256, (_ACCURACY, _MS_SSIM), _ROLES_256, stand_in="efficientnet_lite0"),
        _squares(336, (_ACCURACY,), _ROLES_336),
        Part(
            name="kodak",
            pictures=Kodak(),
            paper_took="The paper takes the same 24.",
            codecs=_CODECS,
            anchors=_ANCHORS,
            tables=(_MS_SSIM_ON_KODAK,),
            published=("bpg_444",),
        ),
    ),
)

"""L. Zhu et al., Learned image compression via dynamic adaptation, 2024: one file for two observers."""

from __future__ import annotations

from beholder.evaluation.presets.pictures import Annotated, Kodak
from beholder.evaluation.presets.preset import Difference, Part, Preset, Reported, Role, Table
from beholder.evaluation.presets.readings import DeltaReading, PublishedAnchorReading, at, bd_rate

_REPOSITORY = "lingyzhu0101/Compression_ICIP_2024"
_TABLE_1 = f"Table 1 of the paper, as shown in its talk (icip_presentation.pdf, {_REPOSITORY})"
_RATE_BPP = 0.25
# Rates of the paper's Kodak curve of HEVC, which has the points of the published curve `hm` there.
_HM_WINDOW_BPP = (0.12, 0.53)

_RATE = bd_rate("BD-rate at equal mAP")
_MAP = (
    _RATE,
    DeltaReading(title="BD-mAP, points", kind="score", places=1, times=100),
    at(_RATE_BPP, "points", "mAP"),
)
_HM = PublishedAnchorReading(
    title="BD-rate against HM as published, %", anchor="hm", window_bpp=_HM_WINDOW_BPP
)

# Detection, segmentation, Kodak; in percent, HEVC intra being 0.
_REPORTED_DELTAS = {
    "VVC intra": ("-23.78", "-23.98", "-25.20"),
    "Ballé 2018": ("-19.08", "-18.37", "+7.68"),
    "Minnen 2018": ("-28.79", "-27.89", "-13.85"),
    "Cheng 2020": ("-31.52", "-30.77", "-19.76"),
    "the paper's codec": ("-36.76", "-36.79", "-21.50"),
}


def _reported(column: int, title: str) -> tuple[Reported, ...]:
    return tuple(
        Reported(row=row, numbers={title: numbers[column]}, source=_TABLE_1)
        for row, numbers in _REPORTED_DELTAS.items()
    )


def _objects(column: int, kind: str) -> Table:
    return Table(
        title=f"{kind.capitalize()} (mAP)",
        score={"boxes": "map-box", "masks": "map-mask"}[kind],
        by_network=True,
        roles=(kind,),
        readings=_MAP,
        reported=_reported(column, _RATE.title),
    )


PRESET = Preset(
    name="s3",
    paper=(
        "L. Zhu, B. Li, R. Lu, P. Chen, Q. Mao, Z. Wang, W. Yang, S. Wang, Learned Image Compression for "
        "Both Humans and Machines via Dynamic Adaptation, ICIP 2024"
    ),
    experiment=(
        "mAP (IoU 0.50 to 0.95) of boxes and masks on COCO's validation pictures, and PSNR on Kodak, against "
        "the rate, of a learned codec whose decoded picture is adapted to detection and segmentation; beside "
        "it HEVC intra (the anchor), VVC intra and three learned codecs."
    ),
    not_at_hand=(
        "Of the paper its abstract, its talk with Table 1 and its figures were at hand, not the text: which "
        "network detects is not said there. On the originals the figures show 44.3 for boxes and 39.5 for "
        "masks (read off main_performance_quantitative.png to about 0.2), which are the numbers of "
        "Detectron2's Mask R-CNN X101-FPN in its model zoo; here torchvision's Mask R-CNN is looked for. "
        "Table 1 calls its deltas on COCO BD-mAP, but gives them in percent and negative for what is better: "
        "they stand beside our BD-rate at equal mAP."
    ),
    differences=(
        Difference(
            words="Ours is Beholder's learned codec as it ships, trained for squared error, without the "
            "paper's adaptation to detection.",
            families=("learned",),
            without="Beholder's learned codec, which stands for the paper's, was left out: no row "
            "here is ours.",
        ),
        Difference(
            words="HEVC intra is x265 tuned for PSNR (heic:444:psnr), the paper's HM. Its Kodak curve of HM "
            "is the one that CompressAI published: the points of both agree. BD-rates against that one are "
            f"of mean curves over {_HM_WINDOW_BPP[0]} to {_HM_WINDOW_BPP[1]} bpp of HM, where the paper's "
            "curves lie.",
            families=("heic",),
        ),
        Difference(words="VVC intra is VVenC, the paper's VTM.", families=("vvc",)),
    ),
    parts=(
        Part(
            name="coco",
            pictures=Annotated(),
            paper_took="The paper takes COCO's 5,000 validation pictures of 2017.",
            codecs=("heic:444:psnr", "vvc", "jpeg", "beholder:machine", "learned"),
            anchors=("heic:444:psnr",),
            tables=(_objects(0, "boxes"), _objects(1, "masks")),
            roles=(
                Role(name="boxes", title="Mask R-CNN", model="torchvision:maskrcnn_resnet50_fpn_v2"),
                Role(name="masks", title="Mask R-CNN", model="torchvision:maskrcnn_resnet50_fpn_v2"),
            ),
        ),
        Part(
            name="kodak",
            pictures=Kodak(),
            paper_took="The paper takes the same 24.",
            codecs=("heic:444:psnr", "vvc", "learned"),
            anchors=("heic:444:psnr",),
            tables=(
                Table(
                    title="PSNR (RGB)",
                    score="psnr",
                    readings=(
                        _HM,
                        bd_rate("BD-rate against the anchor here"),
                        at(_RATE_BPP, "dB", "PSNR"),
                    ),
                    reported=_reported(2, _HM.title),
                ),
            ),
            published=("hm", "vtm", "bmshj2018-hyperprior_mse", "mbt2018_mse", "cheng2020-attn_mse"),
        ),
    ),
)

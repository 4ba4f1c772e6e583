"""What detectors still find in JPEG files: box mAP and distance against bits, on COCO pictures.

    python -m benchmarks.networks.detection --output benchmarks/results

Each picture is encoded at a row of qualities by libjpeg-turbo (4:2:0, optimised Huffman tables) and by
Beholder, for each of two detectors with its own profile and with what it sees in the picture itself; Pillow
decodes. Both detectors look at every file: the one that adapts, and the one that nobody adapted to. Scored
are the distance (nats) of a detector's answer from that on the original, the boxes that it finds, and PSNR,
all by `beholder.evaluation`. Needs faster-coco-eval and torchvision.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from beholder.evaluation.codecs.jpeg import JpegCodec
from beholder.evaluation.codecs.own import own_jpeg
from beholder.evaluation.codecs.pillow import lossless
from beholder.evaluation.evaluated_codec import EvaluatedCodec, Peer
from beholder.jpeg.options import JpegOptions
from benchmarks.jpeg.codecs import ANCHOR, TITLES
from benchmarks.networks.detection_report import curves, tables
from benchmarks.run import measure, run_flags
from benchmarks.script import finish

# Each is described by a file, which says where its weights are and what counts as a detection.
DETECTORS = {name: str(Path(__file__).with_name(f"{name}.toml")) for name in ("yolox_nano", "nanodet")}

_QUALITIES = (6, 13, 23, 37, 58)


def _machine(detector: str, title: str, weight: float, word: str, **options: Any) -> EvaluatedCodec:
    observer = f"machine:{detector}+{word}+weight={weight:g}"
    name = f"{detector}: {title}, m = {weight:g}"
    return own_jpeg(name, JpegOptions(observer=observer, **options), _QUALITIES)


def _codecs() -> list[EvaluatedCodec | Peer]:
    """All settings, the anchor first."""
    codecs: list[EvaluatedCodec | Peer] = [JpegCodec(TITLES[ANCHOR], "4:2:0", (4, 8, 15, 27, 52))]
    codecs += [own_jpeg(name, JpegOptions(observer=name), _QUALITIES) for name in ("mse", "human")]
    for name, file in DETECTORS.items():
        network = f"network={file}"
        codecs += [
            *(_machine(name, "profile only", weight, "none") for weight in (0.5, 1.0)),
            _machine(name, "profile + predictor", 0.5, "predictor"),
            *(_machine(name, "profile + network", weight, network) for weight in (0.5, 1.0)),
            _machine(name, "profile + network, effort loop", 0.5, network, effort="loop"),
        ]
    return codecs


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all pictures, print the tables and write them."""
    parser = run_flags(__doc__, "detection", data="coco")
    parser.add_argument("--every", type=int, default=1, help="only every so many pictures")
    options = parser.parse_args(arguments)
    annotations = options.data / "annotations" / "instances_val2017.json"
    pictures = sorted((options.data / "val2017").glob("*.jpg"))[:: options.every]
    if not pictures or not annotations.is_file():
        sys.exit(f"there is no {annotations} with its pictures; give the folder of COCO with --data")
    original = lossless()
    measured = measure(
        pictures,
        [*_codecs(), original],
        ["psnr", *(f"{kind}:{file}" for kind in ("kl", "map-box") for file in DETECTORS.values())],
        options,
        annotations=[annotations],
    )
    record = {
        "pictures": len(measured.items),
        "detectors": list(DETECTORS),
        **curves(measured.rows, DETECTORS, original.name),
    }
    finish(options.output, "detection", record, "What detectors find in JPEG files", tables(record))


if __name__ == "__main__":
    main()

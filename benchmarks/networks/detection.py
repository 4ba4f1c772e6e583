"""What detectors still find in JPEG files: box mAP and distance against bits, on COCO pictures.

    python -m benchmarks.networks.detection --output benchmarks/results

Each picture is encoded at a row of qualities by libjpeg-turbo (4:2:0, optimised Huffman tables) and by
Beholder, for each of two detectors with its own profile and with what it sees in the picture itself; Pillow
decodes. Both detectors look at every file: the one that adapts, and the one that nobody adapted to. Scored
are the distance (nats) of a detector's answer from that on the original, the boxes that it finds, and PSNR.
Needs faster-coco-eval and torchvision.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

import beholder
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.read import read_picture
from beholder.metrics import psnr_db
from beholder.observers import Machine, Mixture, PictureBlocks, Sampling, human, load, load_profile, network
from beholder.observers.network import DetectionRules, NetworkObserver
from beholder.observers.network.objects import objects_of_candidates
from beholder.observers.network.tasks import Detections
from benchmarks.jpeg.encoders import ANCHOR, BeholderEncoder, Encoder, Picture, package_digest
from benchmarks.networks.coco_boxes import BoxPrecision
from benchmarks.networks.detection_report import curves, markdown
from benchmarks.networks.picture_runs import measure_pictures, remembered
from benchmarks.provenance import ROOT, provenance

SHARED = ROOT.parent / "shared"
_MODELS = SHARED / "models"

_QUALITIES = (6, 13, 23, 37, 58)
# Part of every key of the cache; raise it when a score or the decoder's settings change.
_ROW_REVISION = 1


@dataclass(frozen=True)
class Detector:
    """A detector.

    Attributes:
        name: Of its profile too, and of its preprocessing beside this file.
        file: TorchScript, in ../shared/models.
        rules: From candidates to detections, as its accuracy was measured with.
    """

    name: str
    file: str
    rules: DetectionRules

    @property
    def preprocessing(self) -> Path:
        """The file."""
        return Path(__file__).parent / f"{self.name}.toml"

    def fingerprint(self) -> str:
        """Changes whenever it could find something else."""
        digest = hashlib.sha256((_MODELS / self.file).read_bytes() + self.preprocessing.read_bytes())
        return f"{digest.hexdigest()} {self.rules} torch {torch.__version__}"

    def load(self) -> NetworkObserver:
        """The network."""
        preprocessing = network.load_preprocessing(self.preprocessing)
        path = _MODELS / self.file
        return load(path, task="detection", preprocessing=preprocessing, name=self.name, device="cpu")


DETECTORS = (
    Detector("yolox_nano", "yolox_nano_416.pt", DetectionRules(score_threshold=0.01, iou_threshold=0.65)),
    Detector("nanodet", "nanodet_m_416.pt", DetectionRules(score_threshold=0.05, iou_threshold=0.6)),
)


@cache
def _network(name: str) -> NetworkObserver:
    """A detector, loaded once a process."""
    return next(detector for detector in DETECTORS if detector.name == name).load()


class _OneLook:
    """Block sensitivities that a detector tells once for each picture, whatever number of files are made."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: tuple[str, list[Any]] = ("", [])

    def block_sensitivity(self, picture: PictureBlocks, sampling: Sampling) -> list[Any]:
        pixels = picture.pixels()
        key = f"{sampling} {pixels.shape} {hashlib.sha256(pixels.tobytes()).hexdigest()}"
        if self._seen[0] != key:
            self._seen = key, _network(self._name).block_sensitivity(picture, sampling)
        return self._seen[1]

    def reference(self, original: Picture, orientation: int = 1) -> Any:
        return _network(self._name).reference(original, orientation)

    def distance_gradient(
        self, reference: Any, decoded: Picture, sampling: Sampling, orientation: int = 1
    ) -> tuple[float, list[Any]]:
        return _network(self._name).distance_gradient(reference, decoded, sampling, orientation)


_one_look = cache(_OneLook)


@dataclass(frozen=True)
class DetectorEncoder:
    """Beholder with a detector that looks at each picture.

    Attributes:
        detector: Its name.
        weight: Of the detector in its mixture with `human`.
        options: More of `JpegOptions`.
        qualities: That draw the curve.
    """

    detector: str
    weight: float
    options: dict[str, Any] = field(default_factory=dict)
    qualities: Sequence[float] = _QUALITIES

    @property
    def name(self) -> str:
        more = "".join(f", {key} {value}" for key, value in self.options.items())
        return f"{self.detector}: profile + network{more}, m = {self.weight:g}"

    @property
    def settings(self) -> str:
        detector = next(detector for detector in DETECTORS if detector.name == self.detector)
        return (
            f"{self.weight:g} of {self.detector} ({detector.fingerprint()}) with its profile {self.options}"
        )

    def fingerprint(self) -> str:
        return f"{package_digest()} {self.settings}"

    def encode(self, image: Picture, quality: float) -> bytes:
        machine = Machine(profile=load_profile(self.detector), supplier=_one_look(self.detector))
        observer = Mixture(((1 - self.weight, human()), (self.weight, machine)))
        return bytes(beholder.encode(image, quality=quality, observer=observer, **self.options).data)


def _without_network(detector: str, adapt: str, weight: float) -> BeholderEncoder:
    who = "profile only" if adapt == "none" else f"profile + {adapt}"
    options = {"machine_weight": weight, "adapt": adapt}
    return BeholderEncoder(f"{detector}: {who}, m = {weight:g}", f"machine:{detector}", options, _QUALITIES)


def _for_detector(name: str) -> tuple[Encoder, ...]:
    return (
        *(_without_network(name, "none", weight) for weight in (0.5, 1.0)),
        _without_network(name, "predictor", 0.5),
        *(DetectorEncoder(name, weight) for weight in (0.5, 1.0)),
        DetectorEncoder(name, 0.5, {"effort": "loop"}),
    )


ENCODERS: tuple[Encoder, ...] = (
    replace(ANCHOR, qualities=(4, 8, 15, 27, 52)),
    BeholderEncoder("mse", "mse", qualities=_QUALITIES),
    BeholderEncoder("human", "human", qualities=_QUALITIES),
    *(encoder for detector in DETECTORS for encoder in _for_detector(detector.name)),
)


@dataclass(frozen=True)
class Row:
    """One file: its rate and scores; by detector, the distance and what it finds.

    `boxes` are (boxes, 6) lists of x0, y0, x1, y1 in pixels of the picture, score and class.
    """

    rate_bpp: float
    psnr_db: float
    distance: dict[str, float]
    boxes: dict[str, list[list[float]]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures all pictures, prints the tables and writes them."""
    options = _parse(arguments)
    annotations = options.data / "annotations" / "instances_val2017.json"
    if not annotations.is_file():
        sys.exit(f"there is no {annotations}; give the folder of COCO with --data")
    pictures = json.loads(annotations.read_text())["images"][:: options.every]
    jobs = [(options.data / "val2017" / picture["file_name"], options.cache) for picture in pictures]
    measured = measure_pictures(_measure_picture, jobs, processes=options.jobs, prepare=_one_thread)
    names = [detector.name for detector in DETECTORS]
    precision = BoxPrecision(annotations, [picture["id"] for picture in pictures])
    record = {
        "provenance": {**provenance(), "torch": torch.__version__},
        "pictures": len(pictures),
        "detectors": names,
        **curves(measured, precision, names),
    }
    text = markdown(record)
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "detection.json").write_text(json.dumps(record, indent=1) + "\n")
        (options.output / "detection.md").write_text(text + "\n")


def _one_thread() -> None:
    torch.set_num_threads(1)


def _measure_picture(job: tuple[Path, Path]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each setting, and under "original" one of the picture itself."""
    path, folder = job
    pixels = read_picture(path).upright_rgb()
    detectors = " ".join(detector.fingerprint() for detector in DETECTORS)
    digest = hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
    common = f"detection {_ROW_REVISION} {detectors} {digest}"
    originals: dict[str, Detections] = {}

    def look() -> list[dict[str, Any]]:
        return [{"boxes": _boxes(_answers(pixels), pixels)}]

    def measure(encoder: Encoder) -> list[dict[str, Any]]:
        originals.update(originals or _answers(pixels))
        files = [encoder.encode(pixels, quality) for quality in encoder.qualities]
        return [asdict(_score(pixels, file, originals)) for file in files]

    rows = {"original": remembered(folder, f"{common} original", look)}
    for encoder in ENCODERS:
        key = f"{common} {encoder.fingerprint()} {encoder.qualities}"
        rows[encoder.name] = remembered(folder, key, partial(measure, encoder))
    return rows


def _score(pixels: Picture, data: bytes, originals: dict[str, Detections]) -> Row:
    decoded = decode_jpeg(data, "result")
    answers = _answers(decoded)
    return Row(
        rate_bpp=len(data) * 8 / (pixels.shape[0] * pixels.shape[1]),
        psnr_db=psnr_db(pixels, decoded),
        distance={
            name: float(_network(name).task.distance(originals[name], answer)[0])
            for name, answer in answers.items()
        },
        boxes=_boxes(answers, pixels),
    )


def _boxes(answers: dict[str, Detections], pixels: Picture) -> dict[str, list[list[float]]]:
    """By detector what is left of its candidates, in pixels of the picture."""
    height, width = pixels.shape[:2]
    boxes = {}
    for detector in DETECTORS:
        preprocessing = _network(detector.name).preprocessing
        found = objects_of_candidates(
            answers[detector.name], detector.rules, preprocessing, (height, width), masks=False
        )
        rows = np.column_stack([found.boxes, found.scores, found.classes]).astype(float)
        boxes[detector.name] = rows.round(5).tolist()
    return boxes


def _answers(pixels: Picture) -> dict[str, Detections]:
    """Candidates, by detector."""
    answers = {}
    with torch.no_grad():
        for detector in DETECTORS:
            net = _network(detector.name)
            answers[detector.name] = net.answer([net.to_tensor(pixels)])
    return answers


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "coco")
    parser.add_argument("--every", type=int, default=1, help="only every so many pictures")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--cache", type=Path, default=ROOT / "runs" / "detection")
    parser.add_argument("--output", type=Path, help="folder for detection.json and detection.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

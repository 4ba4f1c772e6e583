"""What networks still understand of JPEG files: divergence and accuracy against bits, on ImageNet pictures.

    python benchmarks/machine.py --output benchmarks/results

Each picture is encoded at a row of qualities by libjpeg-turbo (4:2:0, optimised Huffman tables) and by
Beholder with the machine observer; Pillow decodes. Scored are the KL divergence (nats) of each network's
class probabilities from those on the original, whether its first answer is right, and PSNR and SSIMULACRA 2.
One network adapts; the others never meet the encoder. Bits saved at a divergence are read off the mean
curves, linear in logarithms.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from encoders import ANCHOR, BeholderEncoder, Picture, PillowEncoder
from machine_report import markdown
from picture_runs import measure_pictures, remembered
from PIL import Image
from provenance import ROOT, provenance

from beholder.image import decode_jpeg
from beholder.metrics import psnr_db, ssimulacra2
from beholder.observers import network

ADAPTS = "efficientnet_lite0"
OTHERS = ("efficientnet_lite1", "squeezenet")
SHARED = ROOT.parent / "shared"


_QUALITIES = (10, 18, 27, 38, 50, 62, 74, 84)
# Part of every key of the cache; raise it when a score, a network or the decoder's settings change.
_ROW_REVISION = 1


def _machine(adapt: str, weight: float) -> BeholderEncoder:
    who = "profile only" if adapt == "none" else f"profile + {adapt}"
    options = {"machine_weight": weight, "adapt": adapt}
    return BeholderEncoder(f"{who}, m = {weight:g}", "machine", options, _QUALITIES)


ENCODERS: tuple[PillowEncoder | BeholderEncoder, ...] = (
    replace(ANCHOR, qualities=(5, 8, 12, 17, 24, 33, 43, 54, 65, 75, 85)),
    BeholderEncoder("mse", "mse", qualities=_QUALITIES),
    BeholderEncoder("human", "human", qualities=_QUALITIES),
    _machine("none", 1.0),
    *(_machine("predictor", weight) for weight in (0.5, 1.0)),
    *(_machine("network", weight) for weight in (0.25, 0.5, 0.75, 1.0)),
)


@dataclass(frozen=True)
class Row:
    """One file: its rate and scores; by network, the divergence and whether its first answer is right."""

    rate_bpp: float
    psnr_db: float
    ssimulacra2: float
    divergence: dict[str, float]
    right: dict[str, bool]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures all pictures, prints the tables and writes them."""
    options = _parse(arguments)
    with (options.data / "labels.csv").open(newline="") as file:
        labels = list(csv.DictReader(file))[:: options.every]
    if not labels:
        sys.exit(f"there are no pictures in {options.data}; give their folder with --data")
    folder = options.data / "images"
    jobs = [(folder / row["file"], int(row["class_index"]), options.cache) for row in labels]
    measured = measure_pictures(_measure_picture, jobs, processes=options.jobs, prepare=_load_networks)
    record = {
        "provenance": {**provenance(), "torch": torch.__version__},
        "adapts": ADAPTS,
        "others": list(OTHERS),
        "pictures": [
            {
                "file": label["file"],
                "split": label["split"],
                "rows": {k: [asdict(r) for r in v] for k, v in rows.items()},
            }
            for label, rows in zip(labels, measured, strict=True)
        ],
    }
    text = markdown(record)
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "machine.json").write_text(json.dumps(record) + "\n")
        (options.output / "machine.md").write_text(text + "\n")


_networks: dict[str, network.NetworkObserver] = {}


def _load_networks() -> None:
    torch.set_num_threads(1)
    for name in (ADAPTS, "efficientnet_lite1"):
        _networks[name] = network.load(name)
    _networks["squeezenet"] = network.load(
        SHARED / "models" / "squeezenet_v1_1.pt",
        task="classification",
        preprocessing=network.load_preprocessing(Path(__file__).parent / "squeezenet.toml"),
    )


def _measure_picture(job: tuple[Path, int, Path]) -> dict[str, list[Row]]:
    path, label, cache = job
    pixels = np.asarray(Image.open(path).convert("RGB"))
    digest = hashlib.sha256(f"{pixels.shape} {label}".encode() + pixels.tobytes()).hexdigest()
    originals: dict[str, torch.Tensor] = {}

    def measure(encoder: PillowEncoder | BeholderEncoder) -> list[dict[str, Any]]:
        originals.update(originals or _answers(pixels))
        files = [encoder.encode(pixels, quality) for quality in encoder.qualities]
        return [asdict(_score(pixels, file, originals, label)) for file in files]

    rows: dict[str, list[Row]] = {}
    for encoder in ENCODERS:
        key = f"{_ROW_REVISION} {digest} {encoder.fingerprint()} {encoder.qualities}"
        found = remembered(cache, key, partial(measure, encoder))
        rows[encoder.name] = [Row(**row) for row in found]
    return rows


def _score(pixels: Picture, data: bytes, originals: dict[str, torch.Tensor], label: int) -> Row:
    decoded = decode_jpeg(data, "result")
    answers = _answers(decoded)
    return Row(
        rate_bpp=len(data) * 8 / (pixels.shape[0] * pixels.shape[1]),
        psnr_db=psnr_db(pixels, decoded),
        ssimulacra2=ssimulacra2(pixels, decoded),
        divergence={
            name: float((originals[name].exp() * (originals[name] - answer)).sum())
            for name, answer in answers.items()
        },
        right={name: int(answer.argmax()) == label for name, answer in answers.items()},
    )


def _answers(pixels: Picture) -> dict[str, torch.Tensor]:
    """Log-probabilities of the classes, by network."""
    with torch.no_grad():
        return {name: net.answer([net.to_tensor(pixels)])[0] for name, net in _networks.items()}


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "imagenet")
    parser.add_argument("--every", type=int, default=1, help="only every so many pictures")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--cache", type=Path, default=ROOT / "runs" / "machine")
    parser.add_argument("--output", type=Path, help="folder for machine.json and machine.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

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
import io
import json
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from machine_report import markdown
from PIL import Image
from provenance import ROOT, provenance

import beholder
from beholder.image import decode_jpeg
from beholder.metrics import psnr_db, ssimulacra2
from beholder.observers import network

ADAPTS = "efficientnet_lite0"
OTHERS = ("efficientnet_lite1", "squeezenet")
SHARED = ROOT.parent / "shared"


@dataclass(frozen=True)
class Setting:
    """One row of the table: a name, options of `beholder.encode` (none: libjpeg-turbo), and its qualities."""

    name: str
    options: dict[str, Any] | None
    qualities: tuple[float, ...]


_QUALITIES = (10, 18, 27, 38, 50, 62, 74, 84)


def machine(weight: float, adapt: str) -> dict[str, Any]:
    """Options of the machine observer."""
    return {"observer": "machine", "machine_weight": weight, "adapt": adapt}


SETTINGS = (
    Setting("libjpeg-turbo, optimised (the anchor)", None, (5, 8, 12, 17, 24, 33, 43, 54, 65, 75, 85)),
    Setting("mse", {"observer": "mse"}, _QUALITIES),
    Setting("human", {"observer": "human"}, _QUALITIES),
    Setting("profile only, m = 1", machine(1.0, "none"), _QUALITIES),
    Setting("profile + predictor, m = 1", machine(1.0, "predictor"), _QUALITIES),
    Setting("profile + predictor, m = 0.5", machine(0.5, "predictor"), _QUALITIES),
    Setting("profile + network, m = 1", machine(1.0, "network"), _QUALITIES),
    Setting("profile + network, m = 0.75", machine(0.75, "network"), _QUALITIES),
    Setting("profile + network, m = 0.5", machine(0.5, "network"), _QUALITIES),
    Setting("profile + network, m = 0.25", machine(0.25, "network"), _QUALITIES),
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
    context = multiprocessing.get_context("forkserver")
    jobs = [(options.data / "images" / row["file"], int(row["class_index"])) for row in labels]
    measured: list[dict[str, list[Row]]] = []
    with ProcessPoolExecutor(options.jobs, mp_context=context, initializer=_load_networks) as pool:
        for number, rows in enumerate(pool.map(_measure_picture, jobs), start=1):
            measured.append(rows)
            print(f"\r{number} of {len(jobs)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
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


def _measure_picture(job: tuple[Path, int]) -> dict[str, list[Row]]:
    path, label = job
    pixels = np.asarray(Image.open(path).convert("RGB"))
    with torch.no_grad():
        originals = {name: _answer(net, pixels) for name, net in _networks.items()}
    rows: dict[str, list[Row]] = {}
    for setting in SETTINGS:
        rows[setting.name] = []
        for quality in setting.qualities:
            data = _encode(pixels, setting, quality)
            decoded = decode_jpeg(data, path.name)
            with torch.no_grad():
                answers = {name: _answer(net, decoded) for name, net in _networks.items()}
            rows[setting.name].append(
                Row(
                    rate_bpp=len(data) * 8 / (pixels.shape[0] * pixels.shape[1]),
                    psnr_db=psnr_db(pixels, decoded),
                    ssimulacra2=ssimulacra2(pixels, decoded),
                    divergence={
                        name: float((originals[name].exp() * (originals[name] - answer)).sum())
                        for name, answer in answers.items()
                    },
                    right={name: int(answer.argmax()) == label for name, answer in answers.items()},
                )
            )
    return rows


def _answer(net: network.NetworkObserver, pixels: np.ndarray) -> torch.Tensor:
    """Log-probabilities of the classes."""
    answer: torch.Tensor = net.answer([net.to_tensor(pixels)])[0]
    return answer


def _encode(pixels: np.ndarray, setting: Setting, quality: float) -> bytes:
    if setting.options is not None:
        return beholder.encode(pixels, quality=quality, **setting.options).data
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=int(quality), subsampling="4:2:0", optimize=True)
    return file.getvalue()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--data", type=Path, default=SHARED / "data" / "imagenet")
    parser.add_argument("--every", type=int, default=1, help="only every so many pictures")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--output", type=Path, help="folder for machine.json and machine.md")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

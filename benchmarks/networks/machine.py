"""What networks still understand of JPEG files: divergence and accuracy against bits, on ImageNet pictures.

    python -m benchmarks.networks.machine --mozjpeg build/cjpeg --output benchmarks/results

Each picture is encoded at a row of qualities by libjpeg-turbo (4:2:0, optimised Huffman tables), by mozjpeg
where its program is given, and by Beholder; Pillow decodes. Scored are the KL divergence (nats) of each
network's class probabilities from those on the original, whether its first answer is right, and PSNR and
SSIMULACRA 2. One network adapts; the others do not meet the encoder, though they are among those that the
shipped profile and the predictor were made with. Bits saved at a divergence are read off the mean curves,
linear in logarithms. What has been measured is kept in --cache.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from beholder.image.jpeg_pixels import decode_jpeg
from beholder.image.read import read_picture
from beholder.metrics import psnr_db, ssimulacra2
from beholder.observers import load, network
from benchmarks.jpeg.encoders import ANCHOR, BeholderEncoder, Encoder, Picture, mozjpeg_default
from benchmarks.networks.machine_curves import packed
from benchmarks.networks.machine_dial import draw_dial
from benchmarks.networks.machine_report import markdown
from benchmarks.networks.picture_runs import measure_pictures, remembered
from benchmarks.provenance import ROOT, provenance

ADAPTS = "efficientnet_lite0"
OTHERS = ("efficientnet_lite1", "squeezenet")
SHARED = ROOT.parent / "shared"

_QUALITIES = (6, 11, 19, 31, 48, 72)
_LOOP_QUALITIES = (3, 8, 18, 36, 66)
# Part of every key of the cache; raise it when a score, a network or the decoder's settings change.
_ROW_REVISION = 2


def _machine(title: str, weight: float, qualities: Sequence[float] = _QUALITIES, **options: str) -> Encoder:
    observer = options.pop("observer", "machine")
    settings = {"machine_weight": weight, **options}
    return BeholderEncoder(f"{title}, m = {weight:g}", observer, settings, qualities)


def _encoders(mozjpeg: Path | None) -> tuple[Encoder, ...]:
    """All settings, the anchor first."""
    weights = (0.25, 0.5, 0.75, 1.0)
    return (
        replace(ANCHOR, qualities=(3, 6, 10, 16, 25, 38, 54, 70, 84)),
        *([] if mozjpeg is None else [replace(mozjpeg_default(mozjpeg), qualities=_QUALITIES)]),
        BeholderEncoder("mse", "mse", qualities=_QUALITIES),
        BeholderEncoder("human", "human", qualities=_QUALITIES),
        *(_machine("profile only", weight, adapt="none") for weight in (0.5, 1.0)),
        *(_machine("profile + predictor", weight, adapt="predictor") for weight in (0.5, 1.0)),
        *(_machine("profile + network", weight, adapt="network") for weight in weights),
        _machine("its own profile + network", 1.0, adapt="network", observer=f"machine:{ADAPTS}"),
        *(_machine("closed loop", weight, _LOOP_QUALITIES, effort="loop") for weight in (0.5, 1.0)),
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
    encoders = _encoders(options.mozjpeg)
    jobs = [(folder / row["file"], int(row["class_index"]), encoders, options.cache) for row in labels]
    measured = measure_pictures(_measure_picture, jobs, processes=options.jobs, prepare=_load_networks)
    record = {
        "provenance": {**provenance(), "torch": torch.__version__},
        "adapts": ADAPTS,
        "others": list(OTHERS),
        "settings": {encoder.name: encoder.settings for encoder in encoders},
        "pictures": [
            {
                "file": label["file"],
                "split": label["split"],
                "right": right,
                "rows": {k: [asdict(r) for r in v] for k, v in rows.items()},
            }
            for label, (right, rows) in zip(labels, measured, strict=True)
        ],
    }
    text = markdown(record)
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "machine.json").write_text(json.dumps(packed(record)) + "\n")
        (options.output / "machine.md").write_text(text + "\n")
        draw_dial(record, options.output / "machine_dial.png")


_networks: dict[str, network.NetworkObserver] = {}  # only to score with: frozen, they answer sooner


def _load_networks() -> None:
    torch.set_num_threads(1)
    for name in (ADAPTS, "efficientnet_lite1"):
        _networks[name] = load(name)
    _networks["squeezenet"] = load(
        SHARED / "models" / "squeezenet_v1_1.pt",
        task="classification",
        preprocessing=network.load_preprocessing(Path(__file__).parent / "squeezenet.toml"),
    )
    for name, observer in _networks.items():
        pixels = torch.zeros(1, 3, 64, 64, device=observer.device)
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # torch.jit goes, and nothing else that freezes has come yet
            traced = torch.jit.trace(observer.module, observer.preprocessing.apply(pixels))
            _networks[name] = replace(observer, module=torch.jit.freeze(traced))


def _measure_picture(
    job: tuple[Path, int, tuple[Encoder, ...], Path],
) -> tuple[dict[str, bool], dict[str, list[Row]]]:
    """Whether the networks are right on the original, and the rows of every encoder."""
    path, label, encoders, cache = job
    pixels = read_picture(path).upright_rgb()
    digest = hashlib.sha256(f"{pixels.shape} {label}".encode() + pixels.tobytes()).hexdigest()
    originals = _answers(pixels)

    def measure(encoder: Encoder) -> list[dict[str, Any]]:
        files = [encoder.encode(pixels, quality) for quality in encoder.qualities]
        return [asdict(_score(pixels, file, originals, label)) for file in files]

    rows: dict[str, list[Row]] = {}
    for encoder in encoders:
        key = f"{_ROW_REVISION} {digest} {encoder.fingerprint()} {encoder.qualities}"
        found = remembered(cache, key, partial(measure, encoder))
        rows[encoder.name] = [Row(**row) for row in found]
    return _right(originals, label), rows


def _right(answers: dict[str, torch.Tensor], label: int) -> dict[str, bool]:
    return {name: int(answer.argmax()) == label for name, answer in answers.items()}


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
        right=_right(answers, label),
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
    parser.add_argument("--mozjpeg", type=Path, help="its cjpeg, to compare with")
    parser.add_argument(
        "--output", type=Path, help="folder for machine.json, machine.md and machine_dial.png"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

"""Bits that the compact predictor saves on held-out photographs, beside other block weights.

    python -m benchmarks.predictor.rate --data ../shared --profile OSE.npy --cache CACHE

Block weights: `none`; `square` (alike in the central square of 7/8 of the shorter side, nothing beyond: what
knowing that classifiers crop is worth); the adapting `network` itself (EfficientNet-Lite0); the `predictor`.
Every file is a real one. Encoder: weights (1 - m) human + m profile with m = 0.9, zeroing surcharge 0.3,
lambda ratio 0.1; block weights floor + (1 - floor) * sensitivity ** gamma, floor 0.1. Anchor: libjpeg-turbo,
4:2:0, optimised Huffman. KL is from the network's answer on the original, mean over photographs,
interpolated log-log. Finished curves are kept in the cache.
"""

import argparse
import hashlib
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from beholder import _core
from beholder.evaluation.codecs.jpeg import JpegCodec
from beholder.image.read import read_picture
from beholder.metrics import psnr_db
from beholder.observers import human
from beholder.observers._predictor import WEIGHTS, predict_block_sensitivity
from benchmarks.predictor.targets import HELD_OUT_STRIDE, Network, block_sensitivity, load_networks
from benchmarks.provenance import ROOT
from benchmarks.script import table

Array = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]
Curve = npt.NDArray[np.float64]  # (points, 2 + networks): bpp, PSNR in dB, KL in nats of each network

MEASURED = ("efficientnet_lite0", "efficientnet_lite1", "squeezenet")
ADAPTING = 0
QUALITIES = (5, 8, 12, 17, 24, 33, 43, 54, 65, 75, 83)
SCALES = (4.0, 6.5, 10.0, 15.0, 22.0, 32.0, 48.0)
DIVERGENCES = (0.15, 0.25, 0.40)
MACHINE_WEIGHT = 0.9
FLOOR = 0.1
SAMPLING = ((2, 2), (1, 1), (1, 1))


@dataclass(frozen=True)
class Setting:
    """Who says where the picture is sensitive, and how much it counts."""

    supplier: str
    gamma: float = 1.0

    @property
    def name(self) -> str:
        """Key of the cached curve and of the result."""
        fixed = self.supplier in {"jpeg", "none", "square"}
        return self.supplier if fixed else f"{self.supplier} gamma {self.gamma}"


@dataclass(frozen=True)
class Photographs:
    """What is encoded.

    Attributes:
        paths: Held-out photographs.
        cropped: Only their central squares, where knowing that classifiers crop helps least.
    """

    paths: Sequence[Path]
    cropped: bool

    @property
    def key(self) -> str:
        """For the names of cached curves."""
        return f"{len(self.paths)}{'_cropped' if self.cropped else ''}"

    def load(self) -> Iterator[Pixels]:
        """(H, W, 3) each."""
        for path in self.paths:
            image = Image.fromarray(read_picture(path).upright_rgb())
            if self.cropped:
                short = min(image.size)
                left, top = ((side - short) // 2 for side in image.size)
                image = image.crop((left, top, left + short, top + short))
            yield np.asarray(image)


def answers(networks: Sequence[Network], pixels: Pixels) -> list[torch.Tensor]:
    """(classes,) logarithms of each network's probabilities."""
    image = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()
    with torch.no_grad():
        return [network.log_probabilities(image) for network in networks]


def block_shares(
    setting: Setting, network: Network, pixels: Pixels, coefficients: _core.CoefficientImage
) -> list[Array]:
    """Machine weight of each block, mean 1 a component."""
    shapes = [coefficients.values(c).shape[:2] for c in range(coefficients.components)]
    if setting.supplier == "none":
        return [np.ones(shape, np.float32) for shape in shapes]
    if setting.supplier == "square":
        sensitivities = [central_square(pixels.shape[:2], shape) for shape in shapes]
    elif setting.supplier == "predictor":
        sensitivities = predict_block_sensitivity(coefficients)
    else:
        luma_grid = block_sensitivity(network, pixels, seed=0)
        sensitivities = [cover(values, shape) for values, shape in zip(luma_grid, shapes, strict=True)]
    shares = [
        FLOOR + (1 - FLOOR) * (values / values.mean()) ** np.float32(setting.gamma)
        for values in sensitivities
    ]
    return [np.asarray(values / values.mean(), np.float32) for values in shares]


def central_square(size: tuple[int, int], shape: tuple[int, int]) -> Array:
    """(rows, columns) 1 where a block's centre lies in the central 7/8 of the shorter side, else 0."""
    sides = [
        abs((np.arange(blocks) + 0.5) / blocks - 0.5) * length <= 7 / 16 * min(size)
        for blocks, length in zip(shape, size, strict=True)
    ]
    return np.outer(*sides).astype(np.float32)


def cover(values: Array, shape: tuple[int, int]) -> Array:
    """Block sums on the luma grid brought to a component's stored blocks; blocks of padding get nothing."""
    down = 2 if values.shape[0] > shape[0] else 1
    padded = np.zeros((shape[0] * down, shape[1] * down), np.float32)
    padded[: values.shape[0], : values.shape[1]] = values
    return padded.reshape(shape[0], down, shape[1], down).sum((1, 3))


def our_files(setting: Setting, network: Network, pixels: Pixels, profile: Array) -> list[bytes]:
    """One file a scale."""
    coefficients = _core.forward_transform(pixels, "4:2:0")
    eye = human().sensitivity(SAMPLING)
    assert eye.masking is not None
    masking = _core.masking_weights(coefficients, **asdict(eye.masking))
    machine, person = profile / profile.mean(), eye.frequency / eye.frequency.mean()
    frequency = ((1 - MACHINE_WEIGHT) * person + MACHINE_WEIGHT * machine).astype(np.float32)
    blocks = []
    for c, share in enumerate(block_shares(setting, network, pixels, coefficients)):
        part = MACHINE_WEIGHT * machine[c].mean() / frequency[c].mean()
        blocks.append(
            np.ascontiguousarray((1 - part) * masking[c] / masking[c].mean() + part * share, np.float32)
        )
    files = []
    for scale in SCALES:
        image, script = _core.optimise_levels(
            coefficients,
            scale,
            weights=frequency,
            block_weights=blocks,
            start_steps=np.asarray((frequency / frequency.mean()) ** -0.5, np.float32),
            lambda_ratio=0.1,
            zeroing_surcharge=0.3,
        )
        files.append(_core.write_jpeg(image, script=script))
    return files


def curve(setting: Setting, networks: Sequence[Network], pixels: Pixels, profile: Array) -> Curve:
    """One point a file."""
    originals = answers(networks, pixels)
    if setting.supplier == "jpeg":
        anchor = JpegCodec("libjpeg-turbo", "4:2:0")
        files = [anchor.encode(pixels, quality) for quality in QUALITIES]
    else:
        files = our_files(setting, networks[ADAPTING], pixels, profile)
    points = []
    for data in files:
        decoded = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        rate_bpp = 8 * len(data) / (pixels.shape[0] * pixels.shape[1])
        pairs = zip(originals, answers(networks, decoded), strict=True)
        divergences = [float((p.exp() * (p - q)).sum()) for p, q in pairs]
        points.append([rate_bpp, psnr_db(pixels, decoded), *divergences])
    return np.array(points)


def mean_curve(
    setting: Setting, networks: Sequence[Network], photographs: Photographs, profile: Array, cache: Path
) -> Curve:
    """Mean over the photographs, from the cache where it is there."""
    weights = resources.files("beholder.observers").joinpath(WEIGHTS).read_bytes()
    version = hashlib.sha256(weights).hexdigest()[:12] if setting.supplier == "predictor" else "fixed"
    kept = cache / f"rate_{setting.name.replace(' ', '_')}_{photographs.key}_{version}.npy"
    if not kept.exists():
        curves = [curve(setting, networks, pixels, profile) for pixels in photographs.load()]
        np.save(kept, np.mean(curves, 0))
    return np.asarray(np.load(kept), np.float64)


def rate_at(points: Curve, network: int, divergence: float) -> float:
    """Bits per pixel at which the mean divergence is reached; NaN beyond the curve."""
    order = np.argsort(-points[:, 0])
    x, y = np.log(points[order, 2 + network]), np.log(points[order, 0])
    return float(np.exp(np.interp(np.log(divergence), x, y, left=np.nan, right=np.nan)))


def saving(points: Curve, anchor: Curve, network: int, divergence: float) -> str:
    """Bits saved in %, or a dash where no setting measured reaches the divergence."""
    share = rate_at(points, network, divergence) / rate_at(anchor, network, divergence)
    return "-" if np.isnan(share) else f"{100 * (1 - share):.1f}"


def psnr_at(points: Curve, rate_bpp: float) -> float:
    """PSNR in dB at a rate."""
    order = np.argsort(points[:, 0])
    return float(np.interp(np.log(rate_bpp), np.log(points[order, 0]), points[order, 1]))


def main() -> None:
    """Measures, prints and writes results/predictor_rate.json and .md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the shared folder (data/, models/)")
    parser.add_argument(
        "--profile", type=Path, required=True, help="(3, 64) OSE weights of efficientnet_lite0, 4:2:0"
    )
    parser.add_argument("--cache", type=Path, required=True, help="folder for finished curves")
    parser.add_argument("--gammas", type=float, nargs="+", default=[0.7, 1.0])
    parser.add_argument("--cropped", action="store_true", help="only the central squares of the photographs")
    parser.add_argument("--every", type=int, default=1, help="use only every so manieth held-out photograph")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks/results/predictor_rate.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    networks = [network for network in load_networks(options.data) if network.name in MEASURED]
    paths = sorted((options.data / "data" / "train").rglob("*.jpg"))[::HELD_OUT_STRIDE]
    photographs = Photographs(paths[:: options.every], options.cropped)
    profile = np.load(options.profile)
    settings = [Setting("none"), Setting("square"), Setting("network", 0.5)]
    settings += [Setting("predictor", gamma) for gamma in options.gammas]
    anchor = mean_curve(Setting("jpeg"), networks, photographs, profile, options.cache)
    results: dict[str, dict[str, object]] = {}
    for setting in settings:
        points = mean_curve(setting, networks, photographs, profile, options.cache)
        rate = rate_at(points, ADAPTING, DIVERGENCES[1])
        row: dict[str, object] = {
            network.name: " / ".join(saving(points, anchor, n, divergence) for divergence in DIVERGENCES)
            for n, network in enumerate(networks)
        }
        row["psnr"] = f"{psnr_at(points, rate) - psnr_at(anchor, rate):+.2f} dB at {rate:.2f} bpp"
        results[setting.name] = row
        print(setting.name, row, file=sys.stderr, flush=True)
    what = "bits saved in % against default JPEG at equal KL of " + " / ".join(map(str, DIVERGENCES))
    part = "the central squares of " if options.cropped else ""
    where = f"{part}{len(photographs.paths)} held-out photographs of BSDS500"
    report = {"what": what, "where": where, "settings": results}
    options.output.write_text(json.dumps(report, indent=2) + "\n")
    header = f"{what[:1].upper()}{what[1:]}; {where} (benchmarks/predictor/rate.py).\n\n"
    rows = [[name, *(row[key] for key in (*MEASURED, "psnr"))] for name, row in results.items()]
    lines = table(["block weights", *MEASURED, "PSNR against default JPEG"], rows)
    options.output.with_suffix(".md").write_text(header + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

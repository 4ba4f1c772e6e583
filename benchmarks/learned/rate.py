"""The learned codec on Kodak: real files, decoded, against WebP and published curves.

    python -m benchmarks.learned.rate --output benchmarks/results          # the weights that ship
    python -m benchmarks.learned.rate --weights codec.safetensors
    python -m benchmarks.learned.rate --data photographs/ --name others --no-published

For each quality: the mean rate of the files and the mean PSNR of what is decoded from them; the same with
latents rounded to the nearest, beside the rate of those symbols by the tables and by the Gaussians of
training, and the PSNR of the network's forward pass, which must be the decoder's.
`benchmarks/learned/speed.py` has the times. WebP (method 6) is measured on the same pictures. Bjontegaard's
delta is of the mean curve, as the published ones are means over the same 24 photographs; how much of both
curves overlaps is told beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from beholder.evaluation.bjontegaard import bd_rate
from beholder.evaluation.codecs.pillow import load, save
from beholder.evaluation.curves import RateScoreCurve
from beholder.image.read import read_picture
from beholder.learned.coder import LearnedCoder
from beholder.learned.condition import Condition
from beholder.learned.entropy_coder import ResidualCoder
from beholder.learned.picture_tensor import pad_to_stride, pixels_of_tensor, tensor_of_pixels
from beholder.learned.symbols import residuals_of_latents
from beholder.learned.weight_files import read_weight_file
from beholder.learned.weights import LearnedWeights, read_weights
from beholder.metrics import psnr_db
from beholder.training.evaluate import spread_qualities
from benchmarks.pictures import photographs
from benchmarks.script import SHARED, flags, write_result

_PUBLISHED = {
    "mbt2018-mean": "paper-mbt2018-mean.json",
    "bmshj2018-hyperprior": "paper-bmshj2018-hyperprior.json",
    "BPG": "bpg_444_x265_ycbcr.json",
}
_WEBP_QUALITIES = (3, 10, 22, 36, 50, 63, 75, 84, 90, 95)


def main() -> None:
    """Measures, prints a table and writes the results."""
    parser = flags(__doc__)
    parser.add_argument("--weights", help="file of weights, or name of weights that ship (default: those)")
    parser.add_argument("--curves", type=Path, default=SHARED / "data" / "curves")
    parser.add_argument("--qualities", type=int, default=8)
    parser.add_argument("--limit", type=int, help="photographs to take (default all)")
    parser.add_argument("--no-published", dest="published", action="store_false", help="of WebP alone")
    parser.add_argument("--name", default="learned", help="of the result file (default learned)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data, _ = read_weight_file(options.weights)
    weights = read_weights(data)
    codec = LearnedCoder(weights)
    pictures = [read_picture(path).upright_rgb() for path in photographs(options.data, options.limit)]
    rows: list[dict[str, float]] = []
    for quality in spread_qualities(options.qualities):
        row = _mean([_measure(codec, weights, pixels, quality) for pixels in pictures])
        rows.append({"quality": quality, **row})
        print(
            f"quality {quality:2}: {row['rate_bpp']:.4f} bpp, {row['psnr_db']:.3f} dB; to the nearest "
            f"{row['nearest_bpp']:.4f} bpp (by the tables {row['estimated_bpp']:.4f}, as trained "
            f"{row['gaussian_bpp']:.4f}), {row['nearest_psnr_db']:.4f} dB (forward "
            f"{row['forward_psnr_db']:.4f})",
            flush=True,
        )
    webp = [_mean([_webp(pixels, quality) for pixels in pictures]) for quality in _WEBP_QUALITIES]
    anchors = {"WebP, method 6": [(row["rate_bpp"], row["psnr_db"]) for row in webp]}
    if options.published:
        anchors |= {peer: _published(options.curves / file) for peer, file in _PUBLISHED.items()}
    anchors["itself, rounded to the nearest"] = [(row["nearest_bpp"], row["nearest_psnr_db"]) for row in rows]
    deltas = _deltas([(row["rate_bpp"], row["psnr_db"]) for row in rows], anchors)
    for peer, delta in deltas.items():
        print(f"BD-rate against {peer}: {delta['percent']:+.1f} % over {delta['overlap']:.0%} of both")
    record = {
        "identity": weights.identity.hex(),
        "size_bytes": len(data),
        "pictures": len(pictures),
        "points": rows,
        "webp": webp,
        "bd_rate": deltas,
    }
    write_result(options.output, options.name, record)


def _mean(measured: list[dict[str, float]]) -> dict[str, float]:
    return {name: float(np.mean([each[name] for each in measured])) for name in measured[0]}


def _webp(pixels: np.ndarray, quality: int) -> dict[str, float]:
    data = save(pixels, "WEBP", quality=quality, method=6)
    rate = 8 * len(data) / (pixels.shape[0] * pixels.shape[1])
    return {"rate_bpp": rate, "psnr_db": psnr_db(pixels, load(data, "WEBP"))}


def _published(path: Path) -> list[tuple[float, float]]:
    results = json.loads(path.read_text())["results"]
    return list(zip(results["bpp"], results["psnr-rgb"], strict=True))


def _measure(
    codec: LearnedCoder, weights: LearnedWeights, pixels: np.ndarray, quality: int
) -> dict[str, float]:
    data = codec.encode(pixels, quality=quality).data
    decoded = codec.decode(data).pixels
    plain = codec.encode(pixels, quality=quality, rounding="nearest").data
    samples = pixels.shape[0] * pixels.shape[1]
    network, asked = weights.network, Condition.of([quality])
    padded = pad_to_stride(tensor_of_pixels(pixels[None]))
    with torch.inference_mode():
        result = network(padded, asked)
        lists = residuals_of_latents(network, network.gain(network.analysis(padded, asked), asked), asked)
    forward = pixels_of_tensor(result.picture)[0, : pixels.shape[0], : pixels.shape[1]]
    symbols = [(residuals[0], indices[0]) for residuals, indices in lists]
    return {
        "rate_bpp": len(data) * 8 / samples,
        "psnr_db": psnr_db(pixels, decoded),
        "nearest_bpp": len(plain) * 8 / samples,
        "nearest_psnr_db": psnr_db(pixels, codec.decode(plain).pixels),
        "estimated_bpp": ResidualCoder(weights.tables).bits(symbols) / samples,
        "gaussian_bpp": result.bits.item() / samples,
        "forward_psnr_db": psnr_db(pixels, forward),
    }


def _deltas(
    points: list[tuple[float, float]], anchors: dict[str, list[tuple[float, float]]]
) -> dict[str, dict[str, Any]]:
    test = RateScoreCurve.from_points(points)
    deltas = {}
    for peer, curve in anchors.items():
        found = bd_rate(RateScoreCurve.from_points(curve), test)
        deltas[peer] = {"percent": found.value, "psnr_db": found.interval, "overlap": found.overlap}
    return deltas


if __name__ == "__main__":
    main()

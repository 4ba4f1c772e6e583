"""Fits what `quality` means: the scale at which an observer looks like libjpeg-turbo at that quality.

For every quality of a grid the mean SSIMULACRA 2 score of libjpeg-turbo (Pillow, 4:2:0) over the photographs
is taken; for each observer the mean scores over a grid of scales; the scale of equal mean score is the fit.
The fit is then tried on other photographs (--check), where the mean difference of the scores is printed and
written down.

    python benchmarks/fit_quality.py --photographs DIR [DIR ...] [--check DIR]
        [-o src/beholder/jpeg/quality.json]
"""

import argparse
import io
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from provenance import ROOT, provenance

from beholder import _core
from beholder.metrics import Ssimulacra2Reference
from beholder.observers import human, mse

QUALITIES = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 84, 87, 90,
             92, 94, 95, 96, 97, 98, 99, 100)  # fmt: skip
SCALES = tuple(np.geomspace(0.4, 400.0, 40))
OBSERVERS = {"human": human, "mse": mse}
SUFFIXES = {".png", ".tif", ".bmp"}  # lossless
Scores = NDArray[np.float64]


def libjpeg_scores(path: Path) -> Scores:
    """SSIMULACRA 2 of libjpeg-turbo at each quality, for one picture."""
    image = Image.open(path).convert("RGB")
    reference = Ssimulacra2Reference(np.asarray(image))
    scores = []
    for quality in QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
        scores.append(reference.score(np.asarray(Image.open(buffer))))
    return np.array(scores)


def observer_scores(path: Path, observer: str, scales: tuple[float, ...]) -> Scores:
    """SSIMULACRA 2 of Beholder at each scale, for one picture."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    reference = Ssimulacra2Reference(pixels)
    sensitivity = OBSERVERS[observer]().sensitivity(((2, 2), (1, 1), (1, 1)))
    coefficients = _core.forward_transform(pixels, "4:2:0")
    blocks: list[NDArray[np.float32]] = []
    if (masking := sensitivity.masking) is not None:
        blocks = _core.masking_weights(coefficients, **vars(masking))
    scores = []
    for scale in scales:
        image, script = _core.optimise_levels(
            coefficients,
            scale,
            weights=sensitivity.frequency,
            block_weights=blocks,
            start_steps=sensitivity.start_steps,
            lambda_ratio=sensitivity.lambda_ratio,
            mode="sequential",  # the pixels hardly depend on it, the time does
        )
        data = _core.write_jpeg(image, script=script)
        scores.append(reference.score(np.asarray(Image.open(io.BytesIO(data)))))
    return np.array(scores)


def photographs(folders: list[Path]) -> list[Path]:
    """Lossless pictures of the folders."""
    found = [path for folder in folders for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    if not found:
        raise SystemExit(f"no {', '.join(sorted(SUFFIXES))} pictures in {', '.join(map(str, folders))}")
    return found


def fitted_scales(wanted: Scores, reached: Scores) -> list[float]:
    """The scale whose mean score is each wanted one; scores beyond the grid take its ends."""
    order = np.argsort(reached)
    log_scales = np.interp(wanted, reached[order], np.log(np.array(SCALES))[order])
    return [float(f"{np.exp(value):.4g}") for value in np.maximum.accumulate(log_scales[::-1])[::-1]]


def main() -> None:
    """Fits, checks and writes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photographs", type=Path, nargs="+", required=True)
    parser.add_argument("--check", type=Path, nargs="*", default=[])
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "src/beholder/jpeg/quality.json")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    arguments = parser.parse_args()
    pictures = photographs(arguments.photographs)
    tables: dict[str, object] = {
        "provenance": provenance() | {"photographs": str(len(pictures))},
        "qualities": list(QUALITIES),
    }
    scales: dict[str, list[float]] = {}
    checks: dict[str, object] = {}
    with ProcessPoolExecutor(arguments.jobs) as pool:
        wanted = np.mean(list(pool.map(libjpeg_scores, pictures)), axis=0)
        for name in OBSERVERS:
            count = len(pictures)
            scores = list(pool.map(observer_scores, pictures, [name] * count, [SCALES] * count))
            scales[name] = fitted_scales(wanted, np.mean(scores, axis=0))
        if arguments.check:
            others = photographs(arguments.check)
            theirs = np.mean(list(pool.map(libjpeg_scores, others)), axis=0)
            for name, fit in scales.items():
                count = len(others)
                ours = np.mean(
                    list(pool.map(observer_scores, others, [name] * count, [tuple(fit)] * count)), axis=0
                )
                differences = {
                    str(q): round(float(d), 2) for q, d in zip(QUALITIES, ours - theirs, strict=True)
                }
                checks[name] = {"photographs": len(others), "score_minus_libjpeg": differences}
                print(
                    f"{name}: on {len(others)} other photographs, score less libjpeg-turbo's: {differences}"
                )
    tables["scales"] = scales
    tables["check"] = checks
    arguments.output.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {arguments.output}")


if __name__ == "__main__":
    main()

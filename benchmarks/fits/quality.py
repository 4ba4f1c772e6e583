"""Fits what `quality` means: the scale at which an observer looks like libjpeg-turbo at that quality.

For every quality of a grid the mean SSIMULACRA 2 score of libjpeg-turbo (Pillow, 4:2:0) over the photographs
is taken; for each observer the mean scores over a grid of scales; the scale of equal mean score is the fit.
The fit is then tried on other photographs (--check), where the differences of the scores are printed and
written down. Every photograph counts the same. To be run again whenever an observer changes, then
benchmarks/readme_tables.py.

    python -m benchmarks.fits.quality --photographs DIR [DIR ...] [--check DIR]
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

from beholder import _core
from beholder.evaluation.codecs.pillow import save
from beholder.image.read import read_picture
from beholder.metrics import Ssimulacra2Reference
from beholder.observers import human, mse
from benchmarks.jpeg.core_encode import block_weights, optimise
from benchmarks.provenance import ROOT, provenance

QUALITIES = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 84, 87, 90,
             92, 94, 95, 96, 97, 98, 99, 100)  # fmt: skip
SCALES = tuple(np.geomspace(0.4, 400.0, 40))
OBSERVERS = {"human": human, "mse": mse}
SUFFIXES = {".png", ".tif", ".bmp"}  # lossless
Scores = NDArray[np.float64]


def libjpeg_scores(path: Path) -> Scores:
    """SSIMULACRA 2 of libjpeg-turbo at each quality, for one picture."""
    pixels = read_picture(path).upright_rgb()
    reference = Ssimulacra2Reference(pixels)
    files = (save(pixels, "JPEG", quality=quality, subsampling="4:2:0") for quality in QUALITIES)
    return np.array([reference.score(np.asarray(Image.open(io.BytesIO(file)))) for file in files])


def observer_scores(path: Path, observer: str, scales: tuple[float, ...]) -> Scores:
    """SSIMULACRA 2 of Beholder at each scale, for one picture."""
    pixels = read_picture(path).upright_rgb()
    reference = Ssimulacra2Reference(pixels)
    sensitivity = OBSERVERS[observer]().sensitivity(((2, 2), (1, 1), (1, 1)))
    coefficients = _core.forward_transform(pixels, "4:2:0")
    blocks = block_weights(coefficients, sensitivity)
    scores = []
    for scale in scales:
        image, script = optimise(coefficients, blocks, sensitivity, scale)
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
    falling = np.minimum.accumulate(reached)  # at the coarse end, where steps are 255 already, scores waver
    log_scales = np.interp(wanted, falling[::-1], np.log(SCALES)[::-1])
    return [float(f"{np.exp(value):.4g}") for value in np.maximum.accumulate(log_scales[::-1])[::-1]]


def check(differences: Scores) -> dict[str, object]:
    """Mean and spread over photographs of what a fit scores above libjpeg-turbo: (photographs, qualities)."""

    def by_quality(values: Scores) -> dict[str, float]:
        return {str(q): round(float(value), 2) for q, value in zip(QUALITIES, values, strict=True)}

    return {
        "photographs": len(differences),
        "score_minus_libjpeg": by_quality(differences.mean(axis=0)),
        "standard_deviation": by_quality(differences.std(axis=0)),
    }


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
        "provenance": provenance()
        | {
            "photographs": ", ".join(
                f"{folder.name}: {len(photographs([folder]))}" for folder in arguments.photographs
            )
        },
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
            theirs = np.array(list(pool.map(libjpeg_scores, others)))
            for name, fit in scales.items():
                count = len(others)
                ours = np.array(list(pool.map(observer_scores, others, [name] * count, [tuple(fit)] * count)))
                checks[name] = check(ours - theirs)
                print(f"{name}: on {count} other photographs, score less libjpeg-turbo's: {checks[name]}")
    tables["scales"] = scales
    tables["check"] = checks
    arguments.output.write_text(json.dumps(tables, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {arguments.output}")


if __name__ == "__main__":
    main()

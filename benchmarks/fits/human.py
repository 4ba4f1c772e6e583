"""Fits the constants of the `human` observer on photographs and writes src/beholder/observers/human.json.

    python -m benchmarks.fits.human --photographs DIR [DIR ...] -o src/beholder/observers/human.json

::

    files -> gradients of SSIMULACRA 2 and MS-SSIM -> frequency weights of each, twice: metric_sensitivity.py
    frequency weights, mixed -> files -> BD-rates -> the few other constants: rate_search.py

Every second photograph is fitted on; the figures on the others are written beside the constants, also for
scores of pictures cropped off the grid of the blocks. Use lossless photographs of at least 256 pixels a side,
and not those that results are shown on (Kodak). Needs torch.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from beholder.observers import Masking, mse
from beholder.observers._sensitivity import FloatArray, Sensitivity, start_steps
from benchmarks.fits.metric_sensitivity import METRICS, OperatingPoint, gather
from benchmarks.fits.rate_search import Figures, Photograph, Trials, coordinate_search
from benchmarks.provenance import provenance

SAMPLINGS = {"4:2:0": ((2, 2), (1, 1), (1, 1)), "4:4:4": ((1, 1), (1, 1), (1, 1))}
# Low to high compression: about 2, 1 and 0.4 bits a pixel.
GATHER_SCALES = (6.0, 15.0, 40.0)
GATHER_TURNS = 2
# Rows and columns: neither a multiple of 2 nor of 4.
CROP = 3
_LEAST_PHOTOGRAPHS = 4

Tables = Mapping[str, FloatArray]


@dataclass(frozen=True)
class Constants:
    """What is searched. The start is the optimum of an earlier search on 14 of these photographs.

    Attributes:
        ssimulacra2_share: Exponent of SSIMULACRA 2's weights in the geometric mean with MS-SSIM's.
        cb_gain: On the weights of Cb.
        cr_gain: On the weights of Cr.
        dc_gain: On the weights of the DC coefficients.
        step_exponent: Start steps fall with the weights to this power.
        knee: See `Masking`, as for the next three.
        luma_exponent: As named.
        chroma_exponent: As named.
        step_share: As named.
        lambda_ratio: Price of a bit over the squared scale.
    """

    ssimulacra2_share: float = 0.45
    cb_gain: float = 1.0
    cr_gain: float = 1.4
    dc_gain: float = 1.4
    step_exponent: float = 0.58
    knee: float = 100.0
    luma_exponent: float = 0.5
    chroma_exponent: float = 0.4
    step_share: float = 1.0
    lambda_ratio: float = 0.09

    @property
    def masking(self) -> Masking:
        """The part of the block weights."""
        return Masking(
            knee=self.knee,
            luma_exponent=self.luma_exponent,
            chroma_exponent=self.chroma_exponent,
            step_share=self.step_share,
        )

    def frequency(self, tables: Tables) -> FloatArray:
        """(3, 64) weights, luma's with mean 1 before the gains."""
        share = self.ssimulacra2_share
        weights = tables["ssimulacra2"] ** share * tables["ms_ssim"] ** (1 - share)
        weights = weights / weights[0].mean()
        weights *= np.array([1.0, self.cb_gain, self.cr_gain])[:, None]
        weights[:, 0] *= self.dc_gain
        return weights.astype(np.float32)

    def setting(self, tables: Tables) -> Sensitivity:
        """For the encoder."""
        weights = self.frequency(tables)
        return Sensitivity(
            frequency=weights,
            start_steps=start_steps(weights, self.step_exponent),
            masking=self.masking,
            lambda_ratio=self.lambda_ratio,
        )


def _times(factor: float) -> Callable[[float], float]:
    return lambda value: value * factor


def _plus(step: float) -> Callable[[float], float]:
    return lambda value: value + step


MOVES: dict[str, tuple[Callable[[float], float], ...]] = {
    "ssimulacra2_share": (_plus(-0.05), _plus(0.05)),
    "dc_gain": (_times(0.8), _times(1.25)),
    "cb_gain": (_times(1.25), _times(0.8)),
    "cr_gain": (_times(1.25), _times(0.8)),
    "step_exponent": (_plus(0.04), _plus(-0.04)),
    "lambda_ratio": (_times(0.88), _times(1.14)),
    "luma_exponent": (_plus(-0.04), _plus(0.04)),
    "knee": (_times(1.35), _times(0.74)),
    "chroma_exponent": (_plus(0.07), _plus(-0.07)),
    "step_share": (_times(1.5), _times(0.67)),
}


def objective(figures: Figures) -> float:
    """What the search lowers: both metrics, and SSIMULACRA 2 again at 1 to 2 bpp, where most files are."""
    return figures.ms_ssim + figures.ssimulacra2 + figures.ssimulacra2_high


def main(arguments: Sequence[str] | None = None) -> None:
    """Gathers, searches, reports and writes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--photographs", type=Path, nargs="+", required=True, help="folders of PNG files")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the JSON file to write")
    parser.add_argument("--gather", type=int, default=8, help="photographs that gradients are taken on")
    parser.add_argument("--passes", type=int, default=2, help="rounds of the search over all constants")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--tables", type=Path, help="keep the gathered weights in this .npz file, and read it if it is there"
    )
    options = parser.parse_args(arguments)
    paths = sorted(path for folder in options.photographs for path in folder.glob("*.png"))
    if len(paths) < _LEAST_PHOTOGRAPHS:
        folders = ", ".join(map(str, options.photographs))
        sys.exit(f"found {len(paths)} PNG photographs in {folders}; give at least {_LEAST_PHOTOGRAPHS}")
    fitted = [Photograph(path) for path in paths[::2]]
    tables = _tables(fitted[:: max(1, len(fitted) // options.gather)], options)

    trials = Trials(fitted, options.processes)

    def cost(constants: Constants) -> float:
        figures = trials.figures(constants.setting(tables["4:2:0"]))
        print(f"{objective(figures):.3f}  {figures}  {_difference(constants)}", flush=True)
        return objective(figures)

    found = coordinate_search(
        Constants(), MOVES, lambda c, name, value: replace(c, **{name: value}), cost, options.passes
    )
    trials.close()
    setting = found.setting(tables["4:2:0"])
    reached = {
        "fitted": _measure(fitted, setting, options),
        "held out": _measure([Photograph(path) for path in paths[1::2]], setting, options),
        "held out, cropped off the grid": _measure(
            [Photograph(path, margin=CROP) for path in paths[1::2]], setting, options
        ),
    }
    for name, figures in reached.items():
        print(f"{name}: {figures}")
    origin = {
        **provenance(),
        "photographs": dict(Counter(path.parent.name for path in paths)),
        "constants": {name: _rounded(value) for name, value in asdict(found).items()},
        "bd_rate_percent": {
            name: {score: round(value, 2) for score, value in asdict(figures).items()}
            for name, figures in reached.items()
        },
    }
    options.output.write_text(_document(found, tables, origin))


def _tables(photographs: Sequence[Photograph], options: argparse.Namespace) -> dict[str, Tables]:
    if options.tables is not None and options.tables.exists():
        with np.load(options.tables) as kept:
            return {name: {metric: kept[f"{name} {metric}"] for metric in METRICS} for name in SAMPLINGS}
    tables = _gathered(photographs, options)
    if options.tables is not None:
        rows = {
            f"{name} {metric}": table for name, found in tables.items() for metric, table in found.items()
        }
        np.savez(options.tables, **rows)
    return tables


def _gathered(photographs: Sequence[Photograph], options: argparse.Namespace) -> dict[str, Tables]:
    """Weights of both metrics by subsampling, from files made with the weights of the turn before."""
    start = Constants()
    tables: dict[str, Tables] = {}
    for subsampling, sampling in SAMPLINGS.items():
        weights = mse().sensitivity(sampling).frequency
        for _ in range(GATHER_TURNS):
            steps = start_steps(weights, start.step_exponent)
            setting = Sensitivity(
                frequency=weights, start_steps=steps, masking=start.masking, lambda_ratio=start.lambda_ratio
            )
            point = OperatingPoint(setting, GATHER_SCALES, subsampling)
            tables[subsampling] = gather([p.pixels for p in photographs], point, options.processes)
            weights = start.frequency(tables[subsampling])
    return tables


def _measure(photographs: Sequence[Photograph], setting: Sensitivity, options: argparse.Namespace) -> Figures:
    trials = Trials(photographs, options.processes)
    figures = trials.figures(setting)
    trials.close()
    return figures


def _difference(constants: Constants) -> str:
    """The constants that are not where the search began."""
    start = asdict(Constants())
    return ", ".join(
        f"{name} {value:.4g}" for name, value in asdict(constants).items() if value != start[name]
    )


def _document(constants: Constants, tables: Mapping[str, Tables], origin: Mapping[str, object]) -> str:
    """The JSON text, a line a table."""
    masking = asdict(constants.masking)
    record = {
        "step_exponent": _rounded(constants.step_exponent),
        "masking": {name: _rounded(value) for name, value in masking.items()},
        "lambda_ratio": _rounded(constants.lambda_ratio),
        "provenance": origin,
    }
    rows = {
        name: [[_rounded(w) for w in row] for row in constants.frequency(table)]
        for name, table in tables.items()
    }
    frequency = ",\n".join(
        f'  "{name}": [\n' + ",\n".join(f"   {json.dumps(row)}" for row in table) + "\n  ]"
        for name, table in rows.items()
    )
    return '{\n "frequency": {\n' + frequency + "\n }," + json.dumps(record, indent=1)[1:] + "\n"


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


if __name__ == "__main__":
    main()

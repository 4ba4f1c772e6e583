"""What each piece of the JPEG codec brings: BD-rate on Kodak against libjpeg-turbo, piece by piece.

    python -m benchmarks.jpeg.ablation --output benchmarks/results

The core is called as the codec calls it, with pieces left out. A row of a build-up keeps all pieces of the
rows above it; a variation differs from the whole codec in one setting. 4:2:0, real file bytes, libjpeg-turbo
decodes. The scores are those that the observer stands for: PSNR for `mse`, SSIMULACRA 2 and MS-SSIM for
`human`. Settings are codecs to `beholder.evaluation`; rows of the anchor are shared with kodak.py.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from beholder import _core
from beholder.evaluation.codecs.jpeg import JpegPeer, decoder_version
from beholder.evaluation.digests import package_digest
from beholder.image.pixels import Pixels
from beholder.jpeg.quality import scale_of_quality
from beholder.observers import Sensitivity, human, mse
from beholder.observers._sensitivity import start_steps
from benchmarks.jpeg.codecs import ANCHOR
from benchmarks.jpeg.core_encode import block_weights, optimise
from benchmarks.jpeg.figures import Shown, figures
from benchmarks.jpeg.tables import HIGH_WINDOW_BPP, SCORES, WINDOW_BPP, ablation_table
from benchmarks.pictures import photographs
from benchmarks.run import measure, run_flags
from benchmarks.script import finish

SAMPLING = ((2, 2), (1, 1), (1, 1))
POINTS = 9  # scales on each curve
# Rounding to the nearest level: bits cost next to nothing.
NO_PRICE = 1e-9
LAMBDA_RATIOS = (0.05, 0.07, 0.1, 0.14)
STEP_EXPONENTS = (0.4, 0.5, 0.6)
ROUNDS = (1, 2, 3)

MSE_COLUMNS = (("PSNR (RGB)", WINDOW_BPP),)
HUMAN_COLUMNS = (("SSIMULACRA2", WINDOW_BPP), ("SSIMULACRA2", HIGH_WINDOW_BPP), ("MS-SSIM (RGB)", WINDOW_BPP))


@dataclass(frozen=True, eq=False)
class Setting(JpegPeer):
    """The codec with some pieces, at a row of scales.

    Attributes:
        name: The row of the table.
        sensitivity: Weights, start steps, masking and price of a bit.
        scales: That draw the curve.
        rounds: Turns of the search; None for the codec's own number.
        update_steps: Whether steps move to centroids.
        fitted_chroma: Chroma samples fitted to the decoder's filter rather than means.
        compensate_luma: Whether luma takes up chroma sampling errors.
        levels_for: Kind of file that the levels are searched for.
        search_scans: Whether a scan script is searched for levels that were searched for a sequential file.
    """

    name: str
    sensitivity: Sensitivity
    scales: tuple[float, ...]
    rounds: int | None = None
    update_steps: bool = True
    fitted_chroma: bool = True
    compensate_luma: bool = True
    levels_for: _core.ScanMode = "smallest"
    search_scans: bool = False

    @property
    def settings(self) -> str:
        return self.name

    @property
    def qualities(self) -> tuple[float, ...]:
        return self.scales

    def fingerprint(self) -> str:
        digest = hashlib.sha256(pickle.dumps(self)).hexdigest()
        return f"{package_digest('jpeg', 'observers')} {digest} {decoder_version()}"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        """A JPEG file at a scale."""
        coefficients = _core.forward_transform(pixels, "4:2:0", self.fitted_chroma, self.compensate_luma)
        rounds = {} if self.rounds is None else {"rounds": self.rounds}
        image, script = optimise(
            coefficients,
            block_weights(coefficients, self.sensitivity),
            self.sensitivity,
            quality,
            update_steps=self.update_steps,
            mode=self.levels_for,
            **rounds,
        )
        if self.search_scans:
            script, _ = _core.search_scan_script(image)
        return _core.write_jpeg(image, script=script)


@dataclass(frozen=True, eq=False)
class Group:
    """A table: settings that are compared with each other, a row each.

    Attributes:
        name: Its key in the results.
        columns: Score and window of the anchor's rates.
        build_up: Whether a row keeps the pieces of the row above; if not, rows differ from the first in one
            setting.
    """

    name: str
    title: str
    settings: tuple[Setting, ...]
    columns: tuple[Shown, ...]
    build_up: bool


def mse_groups() -> list[Group]:
    """Pieces of the encoder, told by the `mse` observer."""
    whole = mse().sensitivity(SAMPLING)
    scales = tuple(np.geomspace(4.0, 160.0, POINTS))
    ones = np.ones_like(whole.frequency)
    # Squared RGB error of an error in each component, chroma samples repeated over 2 x 2 pixels: no filter.
    repeated = np.array([1.0, 4 * 1.086, 4 * 0.825], np.float32)[:, None] * ones
    plain = Setting(
        "plain rounding, flat tables, optimal Huffman tables",
        replace(whole, frequency=ones, start_steps=ones, lambda_ratio=NO_PRICE),
        scales,
        rounds=1,
        update_steps=False,
        fitted_chroma=False,
        compensate_luma=False,
        levels_for="sequential",
    )
    flat = replace(whole, frequency=ones, start_steps=ones)
    unfiltered = replace(whole, frequency=repeated, start_steps=repeated**-0.5)
    # A row keeps what the rows above it changed.
    changes: dict[str, dict[str, Any]] = {
        "level search at the symbol costs of plain rounding": {"sensitivity": flat},
        "second round at the symbol costs of the first": {"rounds": 2},
        "third round": {"rounds": 3},
        "quantiser steps moved to centroids": {"rounds": None, "update_steps": True},
        "chroma weights of RGB error, samples repeated": {"sensitivity": unfiltered},
        "chroma weights through the upsampling filter": {"sensitivity": whole},
        "chroma samples fitted to the filter": {"fitted_chroma": True},
        "luma that makes up for chroma": {"compensate_luma": True},
        "scan search on these levels": {"search_scans": True},
        "one more turn, at the costs of the bands that will be written: all of `mse`": {
            "search_scans": False,
            "levels_for": "smallest",
        },
    }
    steps = [plain]
    for name, change in changes.items():
        steps.append(replace(steps[-1], name=name, **change))
    last = steps[-1]
    return [
        Group("mse_build_up", "`mse`, built up", tuple(steps), MSE_COLUMNS, build_up=True),
        Group(
            "mse_variations",
            f"`mse`, one setting changed (lambda ratio {whole.lambda_ratio:g})",
            (
                replace(last, name="all of `mse`"),
                *(replace(last, name=_count("round", number), rounds=number) for number in ROUNDS),
                replace(last, name="sequential files only", levels_for="sequential"),
                replace(last, name="chroma weights as if samples were repeated", sensitivity=unfiltered),
                *_lambda_ratios(last),
            ),
            MSE_COLUMNS,
            build_up=False,
        ),
    ]


def human_groups() -> list[Group]:
    """Pieces of the `human` observer."""
    whole = human().sensitivity(SAMPLING)
    assert whole.masking is not None, "the human observer masks"
    ends = (scale_of_quality("human", 97), scale_of_quality("human", 4))
    scales = tuple(np.geomspace(*ends, POINTS))
    flat = mse().sensitivity(SAMPLING)
    unmasked = replace(whole, masking=None)
    luma_only = replace(whole, masking=replace(whole.masking, chroma_exponent=0.0))
    last = Setting("all of `human`", whole, scales)
    start = replace(last, levels_for="sequential", search_scans=False)
    by_square_root = start_steps(whole.frequency, 0.5)
    steps = [
        replace(start, name="weights and start steps of `mse`", sensitivity=flat,
                scales=tuple(np.geomspace(4.0, 160.0, POINTS))),
        replace(start, name="fitted frequency weights, start steps 1 / sqrt(w)",
                sensitivity=replace(unmasked, start_steps=by_square_root)),
        replace(start, name="fitted exponent of the start steps", sensitivity=unmasked),
        replace(start, name="masking of luma", sensitivity=luma_only),
        replace(start, name="masking of chroma", sensitivity=whole),
        replace(last, name="scan search, one more turn at its costs: all of `human`"),
    ]  # fmt: skip
    exponents = [
        replace(
            last,
            name=f"start steps w^-{exponent:g}",
            sensitivity=replace(whole, start_steps=start_steps(whole.frequency, exponent)),
        )
        for exponent in STEP_EXPONENTS
    ]
    return [
        Group("human_build_up", "`human`, built up", tuple(steps), HUMAN_COLUMNS, build_up=True),
        Group(
            "human_variations",
            f"`human`, one setting changed (lambda ratio {whole.lambda_ratio:g})",
            (last, *exponents, *_lambda_ratios(last)),
            HUMAN_COLUMNS,
            build_up=False,
        ),
    ]


def _lambda_ratios(whole: Setting) -> Iterator[Setting]:
    own = whole.sensitivity
    for ratio in LAMBDA_RATIOS:
        if ratio != own.lambda_ratio:
            yield replace(whole, name=f"lambda ratio {ratio:g}", sensitivity=replace(own, lambda_ratio=ratio))


def _count(noun: str, number: int) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables and write the results."""
    parser = run_flags(__doc__, "kodak")
    parser.add_argument("--pictures", type=int, help="only the first so many pictures")
    options = parser.parse_args(arguments)
    pictures = photographs(options.data, options.pictures)
    tables = [_table(group, pictures, options) for group in (*mse_groups(), *human_groups())]
    lines = [line for table in tables for line in (f"## {table['title']}", "", *ablation_table(table), "")]
    record = {"pictures": len(pictures), "tables": tables}
    finish(options.output, "ablation", record, "What each piece brings", lines[:-1])


def _table(group: Group, pictures: Sequence[Path], options: argparse.Namespace) -> dict[str, Any]:
    """A group's figures as they are written to the results."""
    scores = [name for name, title in SCORES.items() if title in dict(group.columns)]
    measured = measure(pictures, [ANCHOR, *group.settings], scores, options)
    rows = [
        {
            "name": name,
            **{key: [each[key] for each in found] for key in ("percent", "pictures", "least_overlap")},
        }
        for name, found in figures(measured.rows, measured.columns, group.columns).items()
    ]
    return {
        "name": group.name,
        "title": group.title,
        "build_up": group.build_up,
        "columns": [{"score": score, "window_bpp": window} for score, window in group.columns],
        "rows": rows,
    }


if __name__ == "__main__":
    main()

"""What each piece of the JPEG codec brings: BD-rate on Kodak against libjpeg-turbo, piece by piece.

    python -m benchmarks.jpeg.ablation --output benchmarks/results

The core is called as the codec calls it, with pieces left out. A row of a build-up keeps all pieces of the
rows above it; a variation differs from the whole codec in one setting. 4:2:0, real file bytes, libjpeg-turbo
decodes. The scores are those that the observer stands for: PSNR for `mse`, SSIMULACRA 2 and MS-SSIM for
`human`. Rows of the anchor are shared with benchmarks/jpeg/kodak.py.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from beholder import _core
from beholder.image.read import read_picture
from beholder.jpeg.quality import scale_of_quality
from beholder.metrics import Ssimulacra2Reference, ms_ssim, psnr_db
from beholder.observers import Sensitivity, human, mse
from beholder.observers._sensitivity import start_steps
from benchmarks.jpeg.core_encode import block_weights, optimise
from benchmarks.jpeg.encoders import ANCHOR, Picture
from benchmarks.jpeg.kodak import measure_picture
from benchmarks.jpeg.kodak_report import HIGH_WINDOW_BPP, WINDOW_BPP, Figure, Point, measure_figure
from benchmarks.jpeg.tables import ablation_table
from benchmarks.provenance import ROOT, provenance

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
class Setting:
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

    def encode(self, coefficients: _core.CoefficientImage, scale: float) -> bytes:
        """A JPEG file of the coefficients, which fit `fitted_chroma` and `compensate_luma`."""
        blocks = block_weights(coefficients, self.sensitivity)
        rounds = {} if self.rounds is None else {"rounds": self.rounds}
        image, script = optimise(
            coefficients,
            blocks,
            self.sensitivity,
            scale,
            update_steps=self.update_steps,
            mode=self.levels_for,
            **rounds,
        )
        if self.search_scans:
            script, _ = _core.search_scan_script(image)
        return _core.write_jpeg(image, script=script)


@dataclass(frozen=True, eq=False)
class Group:
    """A table: settings that are compared with each other.

    Attributes:
        name: Its key in the results.
        title: What it shows.
        settings: Its rows.
        columns: Score and window of the anchor's rates.
        build_up: Whether a row keeps the pieces of the row above; if not, rows differ from the first in one
            setting.
    """

    name: str
    title: str
    settings: tuple[Setting, ...]
    columns: tuple[tuple[str, tuple[float, float]], ...]
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
    steps = [
        plain,
        searched := replace(
            plain, name="level search at the symbol costs of plain rounding", sensitivity=flat
        ),
        searched := replace(searched, name="second round at the symbol costs of the first", rounds=2),
        replace(searched, name="third round", rounds=3),
        searched := replace(
            searched, name="quantiser steps moved to centroids", update_steps=True, rounds=None
        ),
        searched := replace(
            searched,
            name="chroma weights of RGB error, samples repeated",
            sensitivity=replace(whole, frequency=repeated, start_steps=repeated**-0.5),
        ),
        searched := replace(searched, name="chroma weights through the upsampling filter", sensitivity=whole),
        searched := replace(searched, name="chroma samples fitted to the filter", fitted_chroma=True),
        searched := replace(searched, name="luma that makes up for chroma", compensate_luma=True),
        searched := replace(searched, name="scan search on these levels", search_scans=True),
        last := replace(
            searched,
            name="one more turn, at the costs of the bands that will be written: all of `mse`",
            search_scans=False,
            levels_for="smallest",
        ),
    ]
    whole_setting = replace(last, name="all of `mse`")
    ratios = [
        replace(last, name=f"lambda ratio {ratio:g}", sensitivity=replace(whole, lambda_ratio=ratio))
        for ratio in LAMBDA_RATIOS
        if ratio != whole.lambda_ratio
    ]
    unfiltered = replace(
        last,
        name="chroma weights as if samples were repeated",
        sensitivity=replace(whole, frequency=repeated, start_steps=repeated**-0.5),
    )
    rounds = [replace(last, name=_count("round", number), rounds=number) for number in ROUNDS]
    return [
        Group("mse_build_up", "`mse`, built up", tuple(steps), MSE_COLUMNS, build_up=True),
        Group(
            "mse_variations",
            f"`mse`, one setting changed (lambda ratio {whole.lambda_ratio:g})",
            (
                whole_setting,
                *rounds,
                replace(last, name="sequential files only", levels_for="sequential"),
                unfiltered,
                *ratios,
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
    ratios = [
        replace(last, name=f"lambda ratio {ratio:g}", sensitivity=replace(whole, lambda_ratio=ratio))
        for ratio in LAMBDA_RATIOS
        if ratio != whole.lambda_ratio
    ]
    return [
        Group("human_build_up", "`human`, built up", tuple(steps), HUMAN_COLUMNS, build_up=True),
        Group(
            "human_variations",
            f"`human`, one setting changed (lambda ratio {whole.lambda_ratio:g})",
            (last, *exponents, *ratios),
            HUMAN_COLUMNS,
            build_up=False,
        ),
    ]


def _count(noun: str, number: int) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def measure(job: tuple[Path, list[Group]]) -> dict[str, dict[str, list[Point]]]:
    """Points of one picture by group and setting."""
    path, groups = job
    pixels = read_picture(path).upright_rgb()
    reference: Ssimulacra2Reference | None = None
    coefficients: dict[tuple[bool, bool], _core.CoefficientImage] = {}
    found: dict[str, dict[str, list[Point]]] = {}
    for group in groups:
        found[group.name] = {}
        scores = {score for score, _ in group.columns}
        if "SSIMULACRA2" in scores and reference is None:
            reference = Ssimulacra2Reference(pixels)
        for setting in group.settings:
            kind = (setting.fitted_chroma, setting.compensate_luma)
            if kind not in coefficients:
                coefficients[kind] = _core.forward_transform(pixels, "4:2:0", *kind)
            found[group.name][setting.name] = [
                _point(pixels, reference, scores, setting.encode(coefficients[kind], scale))
                for scale in setting.scales
            ]
    return found


def _point(pixels: Picture, reference: Ssimulacra2Reference | None, scores: set[str], data: bytes) -> Point:
    decoded = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    point = {"rate_bpp": 8 * len(data) / (pixels.shape[0] * pixels.shape[1])}
    if "PSNR (RGB)" in scores:
        point["psnr_db"] = psnr_db(pixels, decoded)
    if "MS-SSIM (RGB)" in scores:
        point["ms_ssim"] = ms_ssim(pixels, decoded)
    if reference is not None and "SSIMULACRA2" in scores:
        point["ssimulacra2"] = reference.score(decoded)
    return point


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the tables and writes the results."""
    options = _parse(arguments)
    pictures = sorted(options.data.glob("*.png"))[: options.pictures]
    if not pictures:
        sys.exit(f"there are no PNG pictures in {options.data}; give their folder with --data")
    groups = [*mse_groups(), *human_groups()]
    anchor: dict[str, list[Point]] = {}
    points: dict[tuple[str, str], dict[str, list[Point]]] = {}
    with multiprocessing.Pool(options.jobs) as pool:
        rows = pool.map(measure_picture, [(path, [ANCHOR], options.cache) for path in pictures], chunksize=1)
        for path, of_picture in zip(pictures, rows, strict=True):
            anchor[path.name] = [asdict(row) for row in of_picture[ANCHOR.name]]
        for path, found in zip(
            pictures, pool.imap(measure, [(path, groups) for path in pictures]), strict=True
        ):
            print(path.name, file=sys.stderr)
            for group, settings in found.items():
                for setting, of_setting in settings.items():
                    points.setdefault((group, setting), {})[path.name] = of_setting
    tables = [_table(group, anchor, points) for group in groups]
    origin = provenance()
    text = markdown(tables, origin)
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        record = {"provenance": origin, "pictures": len(pictures), "tables": tables}
        (options.output / "ablation.json").write_text(json.dumps(record, indent=1) + "\n")
        (options.output / "ablation.md").write_text(text + "\n")


def _table(
    group: Group, anchor: dict[str, list[Point]], points: dict[tuple[str, str], dict[str, list[Point]]]
) -> dict[str, object]:
    """A group's figures as they are written to the results."""
    rows = []
    for setting in group.settings:
        figures: list[Figure] = [
            measure_figure(score, window, anchor, points[group.name, setting.name])
            for score, window in group.columns
        ]
        rows.append(
            {
                "name": setting.name,
                "percent": [figure.percent for figure in figures],
                "pictures": [figure.pictures for figure in figures],
                "least_overlap": [figure.least_overlap for figure in figures],
            }
        )
    return {
        "name": group.name,
        "title": group.title,
        "build_up": group.build_up,
        "columns": [{"score": score, "window_bpp": window} for score, window in group.columns],
        "rows": rows,
    }


def markdown(tables: Sequence[dict[str, object]], origin: dict[str, str]) -> str:
    """The report."""
    lines = ["# What each piece brings", ""]
    for table in tables:
        lines += [f"## {table['title']}", "", *ablation_table(table), ""]
    return "\n".join([*lines, *(f"- {key}: `{value}`" for key, value in origin.items())])


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "kodak")
    parser.add_argument("--pictures", type=int, help="only the first so many pictures")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--cache", type=Path, default=ROOT / "runs" / "kodak", help="of the anchor's rows")
    parser.add_argument(
        "--output", type=Path, help="folder for ablation.json and ablation.md, such as benchmarks/results"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

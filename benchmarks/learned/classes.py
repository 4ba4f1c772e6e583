"""The learned codec against WebP at equal PSNR by class of pictures, and picture by picture.

    python -m benchmarks.learned.classes --validation PICTURES --output benchmarks/results
    python -m benchmarks.learned.classes --validation PICTURES --weights codec.safetensors --every 4

PICTURES has a folder for each class: photographs, saturated, screens, graphics, of pictures that training
never saw, as benchmarks/training_data makes them. Both codecs run through `beholder.evaluation`; a stopped
run goes on, and a changed file of weights is measured anew.

A picture's Bjontegaard delta is over the PSNR that both of its curves reach. On flat screens and graphics
WebP rises to where it is nearly lossless; what it reaches beyond the learned codec's best quality, and points
without any error, do not count. The result therefore says for each picture which PSNR was compared, and what
share that is of all that the two curves cover. A picture whose curves meet nowhere is named, with the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from beholder.batch.find_files import find_pictures
from beholder.errors import UsageError
from beholder.evaluation.bjontegaard import bd_rate
from beholder.evaluation.bootstrap import mean_interval
from beholder.evaluation.curves_of_rows import curve_of_item
from beholder.evaluation.rows import Row, by_codec_and_item
from beholder.evaluation.score import Column
from beholder.observers.grammar import Name
from benchmarks.learned.tables import learned_classes, learned_worst_pictures
from benchmarks.run import measure, run_flags
from benchmarks.script import finish

CLASSES = ("photographs", "saturated", "screens", "graphics")
_ANCHOR = "webp"
_PSNR = Column("psnr", "dB")
_FEW = 12  # pictures of a class below which its mean says little


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the tables and writes the results."""
    parser = run_flags(__doc__, "learned-classes")
    parser.add_argument(
        "--validation", type=Path, required=True, metavar="FOLDER", help="with a folder for each class"
    )
    parser.add_argument(
        "--classes", nargs="+", default=list(CLASSES), metavar="CLASS", help="folders to take"
    )
    parser.add_argument("--weights", help="file of weights, or name of weights that ship (default: those)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth picture of a class")
    options = parser.parse_args(arguments)
    codec = str(Name("learned", options.weights))
    record: dict[str, Any] = {"anchor": _ANCHOR, "codec": codec, "score": "psnr", "classes": {}}
    for name in options.classes:
        paths = class_pictures(options.validation / name)[:: options.every]
        if len(paths) < _FEW:
            print(f"{name}: {len(paths)} pictures, fewer than {_FEW}", file=sys.stderr)
        measured = measure(paths, [_ANCHOR, codec], ["psnr"], options)
        record["settings"] = {each: own.settings for each, own in measured.codecs.items()}
        record["classes"][name] = of_class(measured.rows, _ANCHOR, codec)
    tables = [*learned_classes(record), "", *learned_worst_pictures(record)]
    finish(options.output, "learned_classes", record, "The learned codec against WebP by class", tables)


def class_pictures(folder: Path) -> list[Path]:
    """Return the pictures of a class in order; end the script where there are none."""
    if not folder.is_dir():
        sys.exit(
            f"{folder}: no such folder; benchmarks/training_data makes it, or name others with --classes"
        )
    paths = sorted(Path(path) for path in find_pictures([str(folder)]).paths)
    if not paths:
        sys.exit(f"{folder}: has no pictures")
    return paths


def of_class(rows: Sequence[Row], anchor: str, codec: str) -> dict[str, Any]:
    """Return a class's mean and median delta in percent, and that of each picture, worst first.

    Args:
        rows: Of one class's pictures, of both codecs.
        anchor: Name of the codec that counts as 0.
        codec: Name of the codec that is compared.
    """
    by_codec = by_codec_and_item(rows)
    pictures: list[dict[str, Any]] = []
    refused: dict[str, str] = {}
    for item, anchor_rows in by_codec[anchor].items():
        try:
            found = bd_rate(curve_of_item(anchor_rows, _PSNR), curve_of_item(by_codec[codec][item], _PSNR))
        except UsageError as error:
            refused[item] = str(error)
            continue
        pictures.append(
            {
                "picture": item,
                "percent": found.value,
                "psnr_db": list(found.interval),
                "overlap": found.overlap,
            }
        )
    pictures.sort(key=lambda picture: -picture["percent"])
    percents = np.array([picture["percent"] for picture in pictures], np.float64)
    return {
        "percent": float(percents.mean()) if pictures else None,
        "median_percent": float(np.median(percents)) if pictures else None,
        "interval": list(mean_interval(percents)) if len(pictures) > 1 else None,
        "pictures": pictures,
        "refused": refused,
    }


if __name__ == "__main__":
    main()

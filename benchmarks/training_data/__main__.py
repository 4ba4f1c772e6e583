"""Builds all pictures: `python -m benchmarks.training_data OUT --data ../shared/data --repositories CLONES`.

The parts, in order; what is there already is kept, so that a stopped run goes on:

- photographs: OUT/photos-more, and OUT/pool, from which validation/photographs is taken;
- saturated: OUT/saturated and validation/saturated;
- screens: OUT/screens and validation/screens;
- graphics: OUT/graphics and validation/graphics.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path

from benchmarks.training_data import graphics, photographs, saturated, screens
from benchmarks.training_data.chromium import BrowserError

NEVER = ("kodak", "coco/val2017", "imagenet/images", "train", "photos")  # under --data
VALIDATION_COUNT = 24
SATURATED_AS_THEY_ARE = 14  # of the saturated validation pictures; the others are shifted
MOST_OF_A_REPOSITORY = 8  # among the photographs of validation
TRAINING_SEED, VALIDATION_SEED = 19, 91  # of shifts of colours


def main() -> None:
    """Build the parts that are asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.training_data",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("out", type=Path, help="folder to write")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with photos/, kodak/, coco/, imagenet/, train/"
    )
    parser.add_argument("--repositories", type=Path, help="folder of clones, each named OWNER+NAME")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="parts to build (all)")
    parser.add_argument("--screens", type=int, default=500, help="training screens (500)")
    parser.add_argument("--graphics", type=int, default=250, help="training graphics (250)")
    parser.add_argument(
        "--saturated", type=int, default=240, help="training pictures of strong colours (240)"
    )
    options = parser.parse_args()
    try:
        for part in options.only or PARTS:
            print(part, file=sys.stderr)
            PARTS[part](options)
    except (FileNotFoundError, BrowserError) as error:
        raise SystemExit(f"error: {error}") from error


def _photographs(options: argparse.Namespace) -> None:
    if options.repositories is None:
        raise SystemExit(
            "error: --repositories is needed for photographs: a folder of clones, each named OWNER+NAME"
        )
    sources = photographs.read_sources()
    never = [file for place in NEVER for file in pictures_in(options.data / place)]
    pool, validation = options.out / "pool", options.out / "validation/photographs"
    chosen = [source for source in sources if source.use == "validation"]
    rows = photographs.collect(chosen, options.repositories, pool, never)
    validation.mkdir(parents=True, exist_ok=True)
    for row in choose_validation(rows, options.out):
        shutil.copyfile(pool / row["name"], validation / row["name"])
    chosen = [source for source in sources if source.use == "training"]
    never += pictures_in(pool)
    photographs.collect(chosen, options.repositories, options.out / "photos-more", never)


def _saturated(options: argparse.Namespace) -> None:
    _saturated_validation(options.out)
    training = [*pictures_in(options.data / "photos"), *pictures_in(options.out / "photos-more")]
    half = options.saturated // 2
    chosen = saturated.most_saturated(training, half)
    others = sorted(set(training) - set(chosen))
    step = max(1, len(others) // (options.saturated - half))
    shifted = others[::step][: options.saturated - half]
    saturated.write_saturated(chosen, shifted, options.out / "saturated", TRAINING_SEED)


def _saturated_validation(out: Path) -> None:
    ranked = _ranked_pool(out)
    count = VALIDATION_COUNT - SATURATED_AS_THEY_ARE
    plain = {row["name"] for row in choose_validation(photographs.read_rows(out / "pool"), out)}
    rest = sorted(file for file in ranked[SATURATED_AS_THEY_ARE:] if file.name not in plain)
    shifted = rest[:: len(rest) // count][:count]
    folder = out / "validation/saturated"
    saturated.write_saturated(ranked[:SATURATED_AS_THEY_ARE], shifted, folder, VALIDATION_SEED)


def _screens(options: argparse.Namespace) -> None:
    shown = pictures_in(options.data / "photos")
    screens.render_screens(screens.TRAINING, options.screens, shown, options.out / "screens")
    shown = pictures_in(options.out / "pool")
    screens.render_screens(screens.VALIDATION, VALIDATION_COUNT, shown, options.out / "validation/screens")


def _graphics(options: argparse.Namespace) -> None:
    graphics.draw_graphics(graphics.TRAINING, options.graphics, options.out / "graphics")
    graphics.draw_graphics(graphics.VALIDATION, VALIDATION_COUNT, options.out / "validation/graphics")


def choose_validation(rows: Sequence[dict[str, str]], out: Path) -> list[dict[str, str]]:
    """Return the rows of validation's photographs: repositories take turns, without the most saturated."""
    taken = {file.name for file in _ranked_pool(out)[:SATURATED_AS_THEY_ARE]}
    by_repository: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if row["name"] not in taken:
            by_repository.setdefault(row["repository"], []).append(row)
    turns = zip_longest(*(group[:MOST_OF_A_REPOSITORY] for group in by_repository.values()))
    return [row for turn in turns for row in turn if row is not None][:VALIDATION_COUNT]


def _ranked_pool(out: Path) -> list[Path]:
    files = pictures_in(out / "pool")
    return saturated.most_saturated(files, len(files))


def pictures_in(folder: Path) -> list[Path]:
    """Return the JPEG and PNG files of a folder, sorted.

    Raises:
        FileNotFoundError: There are none.
    """
    found = sorted(file for file in folder.glob("*") if file.suffix.lower() in {".jpg", ".jpeg", ".png"})
    if not found:
        raise FileNotFoundError(f"no JPEG or PNG files in {folder}")
    return found


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "photographs": _photographs,
    "saturated": _saturated,
    "screens": _screens,
    "graphics": _graphics,
}


if __name__ == "__main__":
    main()

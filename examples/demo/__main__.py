"""Runs the demo: `make demo`, or `python -m demo --output FOLDER` from examples/."""

import argparse
import sys
from pathlib import Path

from demo.comparison import Comparison, Observer, compare
from demo.page import render_page
from demo.photographs import own_photographs, shipped_photographs
from demo.table import render_table

_OBSERVERS: tuple[Observer, ...] = ("human", "machine", "mse")


def main() -> None:
    """Compresses the photographs, prints the table and writes the page."""
    parser = argparse.ArgumentParser(
        prog="demo", description="Beholder against libjpeg-turbo at equal scores."
    )
    parser.add_argument(
        "--output", type=Path, required=True, metavar="FOLDER", help="where index.html is written"
    )
    parser.add_argument(
        "--picture", type=Path, action="append", default=[], help="your own, instead of the shipped"
    )
    parser.add_argument("--quality", type=int, action="append", help="of libjpeg-turbo (30, 50, 75 and 90)")
    arguments = parser.parse_args()

    photographs = own_photographs(arguments.picture) if arguments.picture else shipped_photographs()
    comparisons: list[Comparison] = []
    for photograph in photographs:
        for quality in arguments.quality or (30, 50, 75, 90):
            print(f"{photograph.name}, libjpeg quality {quality} ...", file=sys.stderr)
            comparisons += compare(photograph.name, photograph.pixels, quality, _OBSERVERS)
    print(render_table(comparisons))

    arguments.output.mkdir(parents=True, exist_ok=True)
    page = arguments.output / "index.html"
    page.write_text(render_page(photographs, comparisons), encoding="utf-8")
    print(f"\nThe pictures, side by side and under a slider: {page.resolve()}")


if __name__ == "__main__":
    main()

"""CPU time of one thread, pixels in memory to the bytes of a JPEG file, 9.4 megapixels at 1 bit per pixel.

    python -m benchmarks.jpeg.speed --mozjpeg PATH --cjpegli PATH --sjpeg PATH

The picture is a mosaic of the 24 Kodak photographs (the upright ones turned): detail that an enlarged
photograph would not have. Encoders take turns within each round, so that a machine that is faster or slower
for a while is so for all of them; the median over the rounds counts.

Functions are timed by this process's own CPU time. Programs are timed by that of the process they run in, as
the difference of two runs: jpegli encodes twice or once, sjpeg encodes or only reads. mozjpeg has no such
flags: its start is taken off by a run on 16 x 16 pixels, while reading the PPM file and writing the result
stay in, 5 to 7 ns a pixel of some 70.
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from beholder.image.read import read_picture
from benchmarks.jpeg.encoders import (
    BeholderEncoder,
    CommandEncoder,
    Encoder,
    Picture,
    PillowEncoder,
    Programs,
    all_encoders,
)
from benchmarks.provenance import ROOT, provenance

TARGET_BPP = 1.0
MOSAIC = (6, 4)  # rows and columns of 512 x 768 pixels


@dataclass(frozen=True)
class Timing:
    """One encoder's speed.

    Attributes:
        name: the encoder.
        settings: its flags or arguments.
        quality: the one whose file is nearest to TARGET_BPP.
        rate_bpp: that file's rate.
        cpu_seconds: CPU time of each round.
        megapixels_per_second: of the median round.
    """

    name: str
    settings: str
    quality: float
    rate_bpp: float
    cpu_seconds: tuple[float, ...]
    megapixels_per_second: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the table and writes the results."""
    options = _parse(arguments)
    image = mosaic(options.data)
    encoders, absent = _encoders(Programs(options.mozjpeg, options.cjpegli, options.sjpeg))
    encoders = [encoder for encoder in encoders if options.only is None or options.only in encoder.name]
    qualities = [_quality_at(image, encoder, TARGET_BPP) for encoder in encoders]
    seconds: list[list[float]] = [[] for _ in encoders]
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for encoder, quality, times in zip(encoders, qualities, seconds, strict=True):
            times.append(_cpu_seconds(image, encoder, quality))
    pixels = image.shape[0] * image.shape[1]
    timings = [
        Timing(
            name=encoder.name,
            settings=encoder.settings,
            quality=quality,
            rate_bpp=len(encoder.encode(image, quality)) * 8 / pixels,
            cpu_seconds=tuple(times),
            megapixels_per_second=pixels / 1e6 / statistics.median(times),
        )
        for encoder, quality, times in zip(encoders, qualities, seconds, strict=True)
    ]
    text = _markdown(timings, absent, provenance())
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        record = {"provenance": provenance(), "absent": absent, "timings": [asdict(t) for t in timings]}
        (options.output / "speed.json").write_text(json.dumps(record, indent=1) + "\n")
        (options.output / "speed.md").write_text(text + "\n")


def mosaic(folder: Path) -> Picture:
    """The 24 Kodak photographs side by side, (3072, 3072, 3) uint8."""
    rows, columns = MOSAIC
    tiles = []
    for path in sorted(folder.glob("*.png"))[: rows * columns]:
        tile = read_picture(path).upright_rgb()
        tiles.append(tile if tile.shape[1] > tile.shape[0] else np.rot90(tile))
    if len(tiles) != rows * columns:
        sys.exit(f"the mosaic needs {rows * columns} PNG pictures, {folder} has {len(tiles)}; see --data")
    strips = [np.hstack(tiles[row * columns : (row + 1) * columns]) for row in range(rows)]
    return np.ascontiguousarray(np.vstack(strips))


def _encoders(programs: Programs) -> tuple[list[Encoder], list[str]]:
    """Those of the Kodak benchmark, libjpeg-turbo in its two forms, Beholder with each choice of scans."""
    found, absent = all_encoders(programs)
    encoders: list[Encoder] = [
        PillowEncoder("libjpeg-turbo, standard Huffman tables", {"subsampling": "4:2:0"}),
    ]
    for encoder in found:
        if isinstance(encoder, BeholderEncoder):
            for scans, meaning in (("sequential", "sequential"), ("auto", "with scan search")):
                options = {"scans": scans, "threads": 1}
                encoders.append(BeholderEncoder(f"{encoder.name}, {meaning}", encoder.observer, options))
        else:
            encoders.append(encoder)
    return encoders, absent


def _quality_at(image: Picture, encoder: Encoder, rate_bpp: float) -> float:
    """The whole quality whose file is nearest to the rate."""
    low, high = 1, 100
    sizes: dict[int, int] = {}
    wanted = rate_bpp * image.shape[0] * image.shape[1] / 8
    while high - low > 1:
        middle = (low + high) // 2
        sizes[middle] = len(encoder.encode(image, middle))
        low, high = (middle, high) if sizes[middle] < wanted else (low, middle)
    return min(sizes, key=lambda quality: abs(sizes[quality] - wanted))


def _cpu_seconds(image: Picture, encoder: Encoder, quality: float) -> float:
    if isinstance(encoder, CommandEncoder):
        whole = _child_seconds(image, encoder, quality, encoder.timed_flags)
        # A program without flags for it shows at least what its start costs.
        rest_image = image if encoder.untimed_flags else image[:16, :16]
        return whole - _child_seconds(rest_image, encoder, quality, encoder.untimed_flags)
    start = time.process_time()
    encoder.encode(image, quality)
    return time.process_time() - start


def _child_seconds(image: Picture, encoder: CommandEncoder, quality: float, flags: tuple[str, ...]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as folder:
        encoder.run(image, quality, Path(folder), flags)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _markdown(timings: Sequence[Timing], absent: Sequence[str], origin: dict[str, str]) -> str:
    anchor = next((t for t in timings if t.name.endswith("(the anchor)")), timings[0])
    return "\n".join(
        [
            "# Speed of JPEG encoders",
            "",
            "CPU time of one thread, 9.4 megapixels (a mosaic of Kodak) at about 1 bit per pixel, median of "
            f"{len(anchor.cpu_seconds)} rounds in which the encoders take turns.",
            "",
            "| encoder | MP/s | time / anchor's | ns a pixel | quality | bpp | slowest / fastest round |",
            "|---|---|---|---|---|---|---|",
            *(
                f"| {t.name} | {t.megapixels_per_second:.1f} "
                f"| {anchor.megapixels_per_second / t.megapixels_per_second:.2f} "
                f"| {1000 / t.megapixels_per_second:.1f} | {t.quality:g} | {t.rate_bpp:.3f} "
                f"| {max(t.cpu_seconds) / min(t.cpu_seconds):.2f} |"
                for t in timings
            ),
            "",
            *(f"- {line}" for line in absent),
            *(f"- {key}: `{value}`" for key, value in origin.items()),
        ]
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "kodak")
    parser.add_argument("--mozjpeg", type=Path, help="mozjpeg's cjpeg")
    parser.add_argument("--cjpegli", type=Path, help="jpegli's cjpegli")
    parser.add_argument("--sjpeg", type=Path, help="sjpeg's command-line program")
    parser.add_argument("--only", help="only encoders whose name holds this text")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--output", type=Path, help="folder for speed.json and speed.md, such as benchmarks/results"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

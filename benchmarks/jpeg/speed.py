"""CPU time of one thread, pixels in memory to the bytes of a JPEG file, 9.4 megapixels at 1 bit per pixel.

    python -m benchmarks.jpeg.speed --output benchmarks/results

The picture is a mosaic of the 24 Kodak photographs (the upright ones turned): detail that an enlarged
photograph would not have. Encoders take turns within each round, so that a machine that is faster or slower
for a while is so for all of them; the median over the rounds counts.

Functions are timed by this process's own CPU time. Programs are timed by that of the process they run in, as
the difference of two runs: jpegli encodes twice or once, sjpeg encodes or only reads. mozjpeg has no such
flags: its start is taken off by a run on 16 x 16 pixels, while reading the PPM file and writing the result
stay in, 5 to 7 ns a pixel of some 70.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeAlias

from beholder.evaluation.absent import look_up
from beholder.evaluation.codecs import pillow
from beholder.evaluation.codecs.jpeg import JpegCodec
from beholder.evaluation.codecs.jpegli import JpegliCodec
from beholder.evaluation.codecs.mozjpeg import MozjpegProgram
from beholder.evaluation.evaluated_codec import EvaluatedCodec, Peer
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture
from benchmarks.jpeg.codecs import TITLES, SjpegCodec, jpeg_codec
from benchmarks.pictures import mosaic
from benchmarks.script import finish, flags

TARGET_BPP = 1.0

Encoder: TypeAlias = EvaluatedCodec | Peer


@dataclass(frozen=True)
class Timing:
    """One encoder's speed at the quality whose file is nearest to `TARGET_BPP`.

    Attributes:
        cpu_seconds: Of each round.
        megapixels_per_second: Of the median round.
    """

    name: str
    settings: str
    quality: float
    rate_bpp: float
    cpu_seconds: tuple[float, ...]
    megapixels_per_second: float


class StandardHuffman(JpegCodec):
    """libjpeg-turbo with the Huffman tables of the standard."""

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return pillow.save(pixels, "JPEG", quality=round(quality), subsampling=self.subsampling)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table and write the results."""
    parser = flags(__doc__)
    parser.add_argument("--only", default="", help="only encoders whose title holds this text")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)
    image = mosaic(options.data)
    found, absent = look_up(TITLES, jpeg_codec)
    codecs = {title: codec for title, codec in _codecs(found).items() if options.only in title}
    qualities = {title: _quality_at(image, codec, TARGET_BPP) for title, codec in codecs.items()}
    seconds: dict[str, list[float]] = {title: [] for title in codecs}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        for title, codec in codecs.items():
            seconds[title].append(_cpu_seconds(image, codec, qualities[title]))
    pixels = image.shape[0] * image.shape[1]
    timings = [
        Timing(
            name=title,
            settings=codec.settings,
            quality=qualities[title],
            rate_bpp=len(_encode(codec, image, qualities[title])) * 8 / pixels,
            cpu_seconds=tuple(seconds[title]),
            megapixels_per_second=pixels / 1e6 / statistics.median(seconds[title]),
        )
        for title, codec in codecs.items()
    ]
    lines = [f"- {each}" for each in absent]
    record = {"absent": list(map(str, absent)), "timings": [asdict(timing) for timing in timings]}
    finish(options.output, "speed", record, "Speed of JPEG encoders", [*_table(timings), "", *lines])


def _codecs(found: Sequence[Encoder]) -> Mapping[str, Encoder]:
    """Those of the Kodak benchmark, libjpeg-turbo in its two forms, Beholder with each choice of scans."""
    codecs: dict[str, Encoder] = {
        "libjpeg-turbo, standard Huffman tables": StandardHuffman("jpeg:standard", "4:2:0")
    }
    for codec in found:
        title = TITLES[codec.name]
        if isinstance(codec, EvaluatedCodec):
            for scans, meaning in (("sequential", "sequential"), ("auto", "with scan search")):
                options = replace(codec.options, scans=scans, threads=1)
                codecs[f"{title}, {meaning}"] = replace(codec, options=options)
        else:
            codecs[title] = codec
    return codecs


def _quality_at(image: Pixels, codec: Encoder, rate_bpp: float) -> float:
    """The whole quality whose file is nearest to the rate."""
    low, high = 1, 100
    sizes: dict[int, int] = {}
    wanted = rate_bpp * image.shape[0] * image.shape[1] / 8
    while high - low > 1:
        middle = (low + high) // 2
        sizes[middle] = len(_encode(codec, image, middle))
        low, high = (middle, high) if sizes[middle] < wanted else (low, middle)
    return min(sizes, key=lambda quality: abs(sizes[quality] - wanted))


def _cpu_seconds(image: Pixels, codec: Encoder, quality: float) -> float:
    if isinstance(codec, JpegliCodec):
        once, twice = (replace(codec, flags=(*codec.flags, f"--num_reps={number}")) for number in (1, 2))
        return _child_seconds(twice.encode, image, quality) - _child_seconds(once.encode, image, quality)
    if isinstance(codec, SjpegCodec):
        return _child_seconds(codec.encode, image, quality) - _child_seconds(codec.read, image)
    if isinstance(codec, MozjpegProgram):  # which has no flags for it: at least what its start costs
        start_s = _child_seconds(codec.encode, image[:16, :16], quality)
        return _child_seconds(codec.encode, image, quality) - start_s
    start = time.process_time()
    _encode(codec, image, quality)
    return time.process_time() - start


def _encode(codec: Encoder, image: Pixels, quality: float) -> bytes:
    if isinstance(codec, Peer):
        return codec.encode(image, quality)
    return codec.encode(read_picture(image), quality)


def _child_seconds(action: Callable[..., object], *arguments: object) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    action(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _table(timings: Sequence[Timing]) -> list[str]:
    anchor = next((timing for timing in timings if timing.name.endswith("(the anchor)")), timings[0])
    return [
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
    ]


if __name__ == "__main__":
    main()

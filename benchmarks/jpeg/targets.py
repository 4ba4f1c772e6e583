"""What a target search costs, in units of one encode, and how near it comes.

    python -m benchmarks.jpeg.targets --output benchmarks/results

Two encodes at neighbouring qualities give two sizes and two PSNRs. The values half way between are asked for
as targets, and the CPU time of each search (one thread, `beholder.encode` of an array to the file's bytes) is
divided by that of one encode: the mean of one just before at about that quality and one just after at the
quality found. Pictures: Kodak, and a mosaic of it of 9.4 megapixels. The bar is a cost of 3.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import beholder
from beholder import EncodeResult
from beholder.errors import TargetError
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture
from benchmarks.jpeg.tables import targets_table
from benchmarks.pictures import mosaic, photographs
from benchmarks.script import finish, flags

OBSERVERS = ("human", "mse")
QUALITIES = (30.0, 60.0, 85.0)
MOSAIC_NAME = "mosaic"
BAR = 3.0


@dataclass(frozen=True)
class Search:
    """One target search.

    Attributes:
        met: What came out, in the unit of `wanted`.
        cost: CPU time over that of one encode, which took `encode_seconds`.
    """

    picture: str
    observer: str
    scans: str
    target: str
    wanted: float
    met: float
    cost: float
    encode_seconds: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the table and writes the results."""
    parser = flags(__doc__)
    parser.add_argument("--pictures", type=int, help="only the first so many pictures, and no mosaic")
    options = parser.parse_args(arguments)
    paths = photographs(options.data, options.pictures)
    pictures = {path.name: read_picture(path).upright_rgb() for path in paths}
    searches: list[Search] = []
    for name, pixels in pictures.items():
        print(name, file=sys.stderr)
        for observer in OBSERVERS:
            for quality in QUALITIES:
                searches.extend(_searches(name, pixels, observer, "auto", quality))
    if options.pictures is None:
        large = mosaic(options.data)
        for observer in OBSERVERS:
            print(f"{MOSAIC_NAME}, {observer}", file=sys.stderr)
            for scans in ("auto", "sequential"):
                searches.extend(_searches(MOSAIC_NAME, large, observer, scans, 60.0))
    record = {
        "bar": BAR,
        "rows": summary(searches),
        "subsampling_auto": _subsampling_costs(pictures),
        "searches": [asdict(search) for search in searches],
    }
    finish(options.output, "targets", record, "Target searches", targets_table(record))


def _searches(name: str, pixels: Pixels, observer: str, scans: str, quality: float) -> list[Search]:
    """The three targets of one picture, each half way between what `quality` and a quality above it give."""

    def encode(**rate: float) -> EncodeResult:
        return beholder.encode(pixels, observer=observer, scans=scans, **rate)

    below, above = encode(quality=quality), encode(quality=quality + 4)
    size_bytes = (len(below.data) + len(above.data)) // 2
    wanted = {
        "bpp": (below.rate_bpp + above.rate_bpp) / 2,
        "size_bytes": size_bytes,
        "psnr": (below.psnr_db + above.psnr_db) / 2,
    }
    found = []
    for target, value in wanted.items():
        before, _ = _timed(encode, quality=quality + 2)
        try:
            seconds, result = _timed(encode, **{target: value})
        except TargetError as error:
            sys.exit(f"{name}, {observer}: {error}")
        after, _ = _timed(encode, quality=result.quality or quality)
        once = (before + after) / 2
        met = {"bpp": result.rate_bpp, "size_bytes": len(result.data), "psnr": result.psnr_db}[target]
        found.append(Search(name, observer, scans, target, value, met, seconds / once, once))
    return found


def _timed(encode: Callable[..., EncodeResult], *image: Pixels, **options: Any) -> tuple[float, EncodeResult]:
    """CPU seconds of an encode, and what it gave."""
    start = time.process_time()
    result = encode(*image, **options)
    return time.process_time() - start, result


def _subsampling_costs(pictures: dict[str, Pixels]) -> dict[str, float]:
    """Median CPU time of `subsampling="auto"` in units of one 4:2:0 encode, by observer."""
    costs: dict[str, float] = {}
    for observer in OBSERVERS:
        ratios = []
        for pixels in pictures.values():
            once, _ = _timed(beholder.encode, pixels, observer=observer)
            chosen, _ = _timed(beholder.encode, pixels, observer=observer, subsampling="auto")
            ratios.append(chosen / once)
        costs[observer] = statistics.median(ratios)
    return costs


def summary(searches: Sequence[Search]) -> list[dict[str, object]]:
    """Costs, and how near the target was met, by set of pictures, observer, scans and target."""
    kinds: dict[tuple[bool, str, str, str], list[Search]] = {}
    for own in searches:
        kinds.setdefault((own.picture == MOSAIC_NAME, own.observer, own.scans, own.target), []).append(own)
    rows: list[dict[str, object]] = []
    for (large, observer, scans, target), same in kinds.items():
        # How much of the target stays unused: a share of the size, dB of PSNR.
        unused = [s.met - s.wanted if target == "psnr" else 100 * (1 - s.met / s.wanted) for s in same]
        rows.append(
            {
                "pictures": "mosaic, 9.4 MP" if large else "Kodak",
                "observer": observer,
                "scans": scans,
                "target": target,
                "searches": len(same),
                "median_cost": statistics.median(s.cost for s in same),
                "most_cost": max(s.cost for s in same),
                "within_bar": sum(s.cost <= BAR for s in same),
                "median_unused": statistics.median(unused),
                "most_unused": max(unused),
                "least_unused": min(unused),
            }
        )
    return rows


if __name__ == "__main__":
    main()

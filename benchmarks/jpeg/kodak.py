"""Rate against quality of JPEG encoders on the Kodak photographs, as BD-rate against libjpeg-turbo.

    python -m benchmarks.jpeg.kodak --mozjpeg PATH --cjpegli PATH --sjpeg PATH

Every picture is encoded at 16 qualities by every encoder, read back by one decoder (libjpeg-turbo through
Pillow) and scored; rates are real file bytes. BD-rate is taken by picture and then averaged. Rows are kept
under runs/, by a hash of the picture and of all that decides the bytes, so that a second run only makes
what is new.
"""

import argparse
import hashlib
import io
import json
import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean

import numpy as np
from PIL import Image

from beholder.image.read import read_picture
from beholder.metrics import Ssimulacra2Reference, ms_ssim, psnr_db
from benchmarks.jpeg.encoders import ANCHOR, Encoder, Programs, all_encoders
from benchmarks.jpeg.kodak_report import Comparison, compare, markdown
from benchmarks.provenance import ROOT, provenance

# Part of every key of the cache; raise it when a metric or the decoder's settings change.
ROW_REVISION = 1


@dataclass(frozen=True)
class Row:
    """One file of one picture, and its scores."""

    quality: float
    size_bytes: int
    rate_bpp: float
    psnr_db: float
    ms_ssim: float
    ssimulacra2: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the table and writes the results."""
    options = _parse(arguments)
    pictures = sorted(options.data.glob("*.png"))[: options.pictures]
    if not pictures:
        sys.exit(f"there are no PNG pictures in {options.data}; give their folder with --data")
    encoders, absent = all_encoders(Programs(options.mozjpeg, options.cjpegli, options.sjpeg))
    encoders = [e for e in encoders if e is ANCHOR or options.only is None or options.only in e.name]
    for line in absent:
        print(line)
    jobs = [(picture, encoders, options.cache) for picture in pictures]
    rows: dict[str, dict[str, list[Row]]] = {encoder.name: {} for encoder in encoders}
    with multiprocessing.Pool(options.jobs) as pool:
        for picture, found in zip(pictures, pool.imap(measure_picture, jobs), strict=True):
            print(f"{picture.name}: {sum(len(r) for r in found.values())} files", file=sys.stderr)
            for name, picture_rows in found.items():
                rows[name][picture.name] = picture_rows
    comparisons = [
        compare(encoder.name, _points(rows[ANCHOR.name]), _points(rows[encoder.name])) for encoder in encoders
    ]
    origin = provenance()
    text = markdown(comparisons, {encoder.name: encoder.settings for encoder in encoders}, origin)
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        record = _record(comparisons, rows, absent, origin)
        (options.output / "kodak.json").write_text(json.dumps(record, indent=1) + "\n")
        (options.output / "kodak.md").write_text("\n".join([text, *(f"- {line}" for line in absent)]) + "\n")


def measure_picture(job: tuple[Path, list[Encoder], Path]) -> dict[str, list[Row]]:
    """Rows of one picture by encoder: (its path, the encoders, the folder where rows are kept)."""
    path, encoders, cache = job
    image = read_picture(path).upright_rgb()
    digest = hashlib.sha256(f"{image.shape}".encode() + image.tobytes()).hexdigest()
    reference: Ssimulacra2Reference | None = None
    found: dict[str, list[Row]] = {}
    for encoder in encoders:
        key = hashlib.sha256(f"{ROW_REVISION} {digest} {encoder.fingerprint()}".encode()).hexdigest()
        file = cache / f"{key}.json"
        kept = {row["quality"]: Row(**row) for row in json.loads(file.read_text())} if file.exists() else {}
        missing = [quality for quality in encoder.qualities if quality not in kept]
        if missing and reference is None:
            reference = Ssimulacra2Reference(image)
        for quality in missing:
            assert reference is not None
            kept[quality] = _measure(image, reference, encoder, quality)
        if missing:
            cache.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps([asdict(row) for row in kept.values()]))
        found[encoder.name] = [kept[quality] for quality in encoder.qualities]
    return found


def _measure(image: np.ndarray, reference: Ssimulacra2Reference, encoder: Encoder, quality: float) -> Row:
    data = encoder.encode(image, quality)
    decoded = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    return Row(
        quality=quality,
        size_bytes=len(data),
        rate_bpp=len(data) * 8 / (image.shape[0] * image.shape[1]),
        psnr_db=psnr_db(image, decoded),
        ms_ssim=ms_ssim(image, decoded),
        ssimulacra2=reference.score(decoded),
    )


def _points(rows: dict[str, list[Row]]) -> dict[str, list[dict[str, float]]]:
    return {picture: [asdict(row) for row in picture_rows] for picture, picture_rows in rows.items()}


def _record(
    comparisons: list[Comparison],
    rows: dict[str, dict[str, list[Row]]],
    absent: list[str],
    origin: dict[str, str],
) -> dict[str, object]:
    curves = {
        name: [
            {
                field: mean(getattr(row, field) for row in same_quality)
                for field in ("quality", "rate_bpp", "psnr_db", "ms_ssim", "ssimulacra2")
            }
            for same_quality in zip(*by_picture.values(), strict=True)
        ]
        for name, by_picture in rows.items()
    }
    return {
        "provenance": origin,
        "absent": absent,
        "bd_rate_percent": [asdict(comparison) for comparison in comparisons],
        "mean_by_quality": curves,
    }


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "kodak")
    parser.add_argument("--mozjpeg", type=Path, help="mozjpeg's cjpeg")
    parser.add_argument("--cjpegli", type=Path, help="jpegli's cjpegli")
    parser.add_argument("--sjpeg", type=Path, help="sjpeg's command-line program")
    parser.add_argument("--only", help="only encoders whose name holds this text, and the anchor")
    parser.add_argument("--pictures", type=int, help="only the first so many pictures")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--cache", type=Path, default=ROOT / "runs" / "kodak")
    parser.add_argument(
        "--output", type=Path, help="folder for kodak.json and kodak.md, such as benchmarks/results"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

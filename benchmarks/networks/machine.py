"""What networks still understand of JPEG files: divergence and accuracy against bits, on ImageNet pictures.

    python -m benchmarks.networks.machine --output benchmarks/results

Each picture is encoded at a row of qualities by libjpeg-turbo (4:2:0, optimised Huffman tables), by mozjpeg
where its program is there (BEHOLDER_CJPEG), and by Beholder; Pillow decodes. Scored are the KL divergence
(nats) of each network's class probabilities from those on the original, whether its first answer is right,
and PSNR and SSIMULACRA 2, all by `beholder.evaluation`. One network adapts; the others do not meet the
encoder, though they are among those that the shipped profile and the predictor were made with. Bits saved at
a divergence are read off the mean curves, linear in logarithms. What was measured before is taken from
--cache.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from beholder.evaluation.absent import look_up
from beholder.evaluation.codecs.own import own_jpeg
from beholder.evaluation.codecs.pillow import lossless
from beholder.evaluation.evaluated_codec import EvaluatedCodec, Peer
from beholder.evaluation.rows import Row, by_codec_and_item
from beholder.jpeg.options import JpegOptions
from benchmarks.jpeg.codecs import ANCHOR, TITLES, jpeg_codec
from benchmarks.networks.machine_curves import packed
from benchmarks.networks.machine_dial import draw_dial
from benchmarks.networks.machine_report import markdown
from benchmarks.provenance import provenance
from benchmarks.run import measure, run_flags

ADAPTS = "efficientnet_lite0"
NETWORKS = {
    ADAPTS: ADAPTS,
    "efficientnet_lite1": "efficientnet_lite1",
    "squeezenet": str(Path(__file__).with_name("squeezenet.toml")),
}

_QUALITIES = (6, 11, 19, 31, 48, 72)
_LOOP_QUALITIES = (3, 8, 18, 36, 66)


def _machine(
    title: str, weight: float, words: str = "", qualities: tuple[float, ...] = _QUALITIES, **options: Any
) -> EvaluatedCodec:
    observer = f"machine{words}+weight={weight:g}"
    return own_jpeg(f"{title}, m = {weight:g}", JpegOptions(observer=observer, **options), qualities)


def _codecs() -> list[EvaluatedCodec | Peer]:
    """All settings, the anchor first."""
    weights = (0.25, 0.5, 0.75, 1.0)
    peers, absent = look_up((ANCHOR, "mozjpeg:default"), jpeg_codec)
    qualities = {ANCHOR: (3, 6, 10, 16, 25, 38, 54, 70, 84)}
    for line in absent:
        print(line, file=sys.stderr)
    return [
        *(
            replace(peer, name=TITLES[peer.name], qualities=qualities.get(peer.name, _QUALITIES))
            for peer in peers
        ),
        *(own_jpeg(name, JpegOptions(observer=name), _QUALITIES) for name in ("mse", "human")),
        *(_machine("profile only", weight, "+none") for weight in (0.5, 1.0)),
        *(_machine("profile + predictor", weight, "+predictor") for weight in (0.5, 1.0)),
        *(_machine("profile + network", weight, "+network") for weight in weights),
        _machine("its own profile + network", 1.0, f":{ADAPTS}+network"),
        *(_machine("closed loop", weight, "", _LOOP_QUALITIES, effort="loop") for weight in (0.5, 1.0)),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all pictures, print the tables and write them."""
    parser = run_flags(__doc__, "machine", data="imagenet")
    parser.add_argument("--every", type=int, default=1, help="only every so many pictures")
    options = parser.parse_args(arguments)
    table = options.data / "labels.csv"
    with table.open(newline="") as file:
        labels = {row["file"]: row for row in list(csv.DictReader(file))[:: options.every]}
    original = lossless()
    measured = measure(
        [options.data / "images" / name for name in labels],
        [*_codecs(), original],
        [
            "psnr",
            "ssimulacra2",
            *(f"{kind}:{net}" for kind in ("kl", "top1") for net in NETWORKS.values()),
        ],
        options,
        labels=table,
    )
    rows = by_codec_and_item(measured.rows)
    (*settings,) = (name for name in rows if name != original.name)
    record = {
        "provenance": provenance(),
        "adapts": ADAPTS,
        "others": [name for name in NETWORKS if name != ADAPTS],
        "settings": {name: measured.codecs[name].settings for name in settings},
        "pictures": [
            {
                "file": item.path.name,
                "split": labels[item.path.name]["split"],
                "right": _right(rows[original.name][item.name][0]),
                "rows": {name: [_scores(row) for row in rows[name][item.name]] for name in settings},
            }
            for item in measured.items
        ],
    }
    text = markdown(record)
    print(text)
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "machine.json").write_text(json.dumps(packed(record)) + "\n")
        (options.output / "machine.md").write_text(text + "\n")
        draw_dial(record, options.output / "machine_dial.png")


def _scores(row: Row) -> Mapping[str, Any]:
    """One file: its rate and scores; by network, the divergence and whether its first answer is right."""
    return {
        "rate_bpp": row.rate_bpp,
        "psnr_db": row.scores["psnr"],
        "ssimulacra2": row.scores["ssimulacra2"],
        "divergence": {name: row.scores[f"kl:{net}"] for name, net in NETWORKS.items()},
        "right": _right(row),
    }


def _right(row: Row) -> dict[str, bool]:
    return {name: row.scores[f"top1:{net}"] == 1 for name, net in NETWORKS.items()}


if __name__ == "__main__":
    main()

"""Rate against quality of JPEG encoders on the Kodak photographs, as BD-rate against libjpeg-turbo.

    python -m benchmarks.jpeg.kodak --output benchmarks/results

Every picture is encoded at 16 qualities by every encoder, read back by one decoder (libjpeg-turbo through
Pillow) and scored, as `beholder evaluate` does it; rates are real file bytes. BD-rate is taken by picture and
then averaged. The variables BEHOLDER_CJPEG (mozjpeg), BEHOLDER_CJPEGLI and BEHOLDER_SJPEG name the programs
of the peers; those that are not there are left out and told. What was measured before is taken from --cache.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from beholder.evaluation.absent import look_up
from beholder.evaluation.deltas import LEAST_OVERLAP
from benchmarks.jpeg.codecs import ANCHOR, TITLES, jpeg_codec
from benchmarks.jpeg.figures import ALL_SHOWN, THIRDS_BPP, figures
from benchmarks.jpeg.tables import HIGH_WINDOW_BPP, SCORES, WINDOW_BPP, figure
from benchmarks.pictures import photographs
from benchmarks.run import measure, run_flags
from benchmarks.script import finish, table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables and write the results."""
    parser = run_flags(__doc__, "kodak")
    parser.add_argument(
        "--only", default="", help="only encoders whose title holds this text, and the anchor"
    )
    parser.add_argument("--pictures", type=int, help="only the first so many pictures")
    options = parser.parse_args(arguments)
    names = [name for name, title in TITLES.items() if name == ANCHOR or options.only in title]
    codecs, absent = look_up(names, jpeg_codec)
    for line in absent:
        print(line, file=sys.stderr)
    pictures = photographs(options.data, options.pictures)
    measured = measure(pictures, codecs, tuple(SCORES), options)
    itself = [{"score": score, "window_bpp": window, "percent": 0.0} for score, window in ALL_SHOWN]
    found = {ANCHOR: itself, **figures(measured.rows, measured.columns, ALL_SHOWN)}
    record: dict[str, Any] = {
        "absent": [str(each) for each in absent],
        "bd_rate_percent": [
            {"name": TITLES[name], "pictures": len(pictures), "figures": own} for name, own in found.items()
        ],
        "mean_by_quality": {
            TITLES[name]: [
                {"quality": mean.quality, "rate_bpp": mean.rate_bpp, **mean.scores}
                for mean in measured.means
                if mean.codec == name
            ]
            for name in found
        },
    }
    settings = {TITLES[name]: codec.settings for name, codec in measured.codecs.items()}
    finish(options.output, "kodak", record, "JPEG encoders on Kodak", _tables(record, settings))


def _tables(record: Mapping[str, Any], settings: Mapping[str, str]) -> list[str]:
    """The summary, the same by thirds of the rates, and the settings."""
    encoders = record["bd_rate_percent"]
    overlaps = [each.get("least_overlap") for encoder in encoders for each in encoder["figures"]]
    least = min((overlap for overlap in overlaps if overlap is not None), default=1.0)
    low, high = WINDOW_BPP
    whole = {score: (score, WINDOW_BPP) for score in SCORES.values()}
    whole |= {f"SSIMULACRA2, {HIGH_WINDOW_BPP[0]:g} to {HIGH_WINDOW_BPP[1]:g} bpp": ALL_SHOWN[-1]}
    thirds = {
        f"{score.split(' ')[0]} {window[0]:.2f}-{window[1]:.2f}": (score, window)
        for score in SCORES.values()
        for window in THIRDS_BPP
    }
    return [
        f"BD-rate in percent against libjpeg-turbo over {low:g} to {high:g} bpp of it (akima), by picture,",
        f"then the mean over {encoders[0]['pictures']}. Negative: smaller files at the same score. MS-SSIM",
        "as -10 log10(1 - x). A number in brackets is the count of pictures where the curves meet on",
        f"{LEAST_OVERLAP:.0%} of the window, if not all.",
        "",
        *_table(encoders, whole),
        "",
        "By thirds of the rates (on a logarithmic scale, bpp of the anchor):",
        "",
        *_table(encoders, thirds),
        "",
        f"Smallest share of a picture's window that both curves reach: {least:.2f}.",
        "",
        *table(["encoder", "settings"], ((name, f"`{setting}`") for name, setting in settings.items())),
        "",
        *(f"- {line}" for line in record["absent"]),
    ]


def _table(encoders: Sequence[Mapping[str, Any]], columns: Mapping[str, tuple[str, Any]]) -> list[str]:
    rows = [
        [
            encoder["name"],
            *(_cell(figure(encoder, *column), encoder["pictures"]) for column in columns.values()),
        ]
        for encoder in encoders
    ]
    return table(["encoder", *columns], rows)


def _cell(found: Mapping[str, Any], pictures: int) -> str:
    if found["percent"] is None:
        return "none"
    count = found.get("pictures", pictures)
    return f"{found['percent']:+.1f}" + ("" if count == pictures else f" ({count})")


if __name__ == "__main__":
    main()

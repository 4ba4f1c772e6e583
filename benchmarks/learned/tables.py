"""The learned codec's tables, from what its scripts measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from beholder.observers.grammar import Name
from benchmarks.script import table

Record = Mapping[str, Any]

_MUCH_PERCENT = 10  # more of WebP's rate, which no picture should take


def learned_summary(record: Record) -> list[str]:
    """BD-rates against each peer."""
    rows = [
        (peer, f"{delta['percent']:+.1f} %", "{:.1f} to {:.1f}".format(*delta["psnr_db"]))
        for peer, delta in record["bd_rate"].items()
    ]
    return table(["against", "BD-rate, PSNR (RGB)", "PSNR compared, dB"], rows)


def learned_points(record: Record) -> list[str]:
    """The curve: rates as they are, by the tables and as trained; PSNR."""
    columns = {
        "rate_bpp": "bpp", "psnr_db": "PSNR, dB", "nearest_bpp": "nearest: bpp",
        "estimated_bpp": "by the tables", "gaussian_bpp": "as trained", "nearest_psnr_db": "PSNR, dB",
        "forward_psnr_db": "forward",
    }  # fmt: skip
    rows = [
        [row["quality"], *(f"{row[key]:.{3 if key == 'psnr_db' else 4}f}" for key in columns)]
        for row in record["points"]
    ]
    return table(["quality", *columns.values()], rows)


def learned_times(record: Record) -> list[str]:
    """CPU seconds of each codec."""
    times = record["cpu_seconds"].items()
    rows = [(name, f"{encode:.2f}", f"{decode:.2f}") for name, (encode, decode) in times]
    return table(["codec", "encode, s", "decode, s"], rows)


def learned_exactness(record: Record) -> list[str]:
    """Mismatches of each way to compute, over all places of the dial that were tried."""
    alphas = record.get("alphas", [0.0])
    told = f" (alpha {', '.join(f'{alpha:g}' for alpha in alphas)})" if len(alphas) > 1 else ""
    head = ["decoded by", f"files of {record['files']}{told} whose symbols differ"]
    return table(head, record["mismatches"].items())


def learned_memory(record: Record) -> list[str]:
    """Memory and time for a very large picture."""
    rows = [
        (step, f"{record[step]['memory_mb']:.0f}", f"{record[step]['cpu_seconds']:.0f}")
        for step in ("encode", "decode")
    ]
    return table([f"{record['megapixels']:.0f} megapixels", "memory, MB", "CPU time, s"], rows)


def learned_classes(record: Record) -> list[str]:
    """BD-rates against WebP of each class, with the best and the worst picture."""
    rows: list[tuple[object, ...]] = []
    for name, own in record["classes"].items():
        pictures = own["pictures"]
        if not pictures:
            rows.append((name, 0, "none", *[""] * 5))
            continue
        ends = [low_high for picture in pictures for low_high in picture["psnr_db"]]
        losing, lost = (sum(picture["percent"] > most for picture in pictures) for most in (0, _MUCH_PERCENT))
        rows.append(
            (
                name,
                len(pictures),
                f"{own['percent']:+.1f} %{_bracketed(own['interval'], '+.1f')}",
                f"{own['median_percent']:+.1f} %",
                f"{pictures[-1]['percent']:+.1f} %",
                f"{pictures[0]['percent']:+.1f} %, {pictures[0]['picture']}",
                f"{losing} / {lost}",
                f"{min(ends):.1f} to {max(ends):.1f}",
            )
        )
    head = ["class", "pictures", "BD-rate, PSNR (RGB)", "median", "best", "worst"]
    head += [f"above 0 / +{_MUCH_PERCENT} %", "PSNR compared, dB"]
    lines = [
        f"BD-rate of `{record['codec']}` against WebP (method 6), the mean over pictures, in brackets 95 % "
        "intervals from resamplings of the pictures.",
        "",
        *table(head, rows),
    ]
    for name, own in record["classes"].items():
        lines += [f"\n{name}: {item} could not be compared: {why}" for item, why in own["refused"].items()]
    return lines


def learned_worst_pictures(record: Record, count: int = 5) -> list[str]:
    """The pictures of each class that lose most, and what was compared of them."""
    rows = [
        (
            name,
            picture["picture"],
            f"{picture['percent']:+.1f} %",
            "{:.1f} to {:.1f}".format(*picture["psnr_db"]),
            f"{picture['overlap']:.0%}",
        )
        for name, own in record["classes"].items()
        for picture in own["pictures"][:count]
    ]
    return table(["class", "picture", "BD-rate", "PSNR compared, dB", "of what both cover"], rows)


def learned_dial(record: Record) -> list[str]:
    """All tables of the dial."""
    parts = [
        [
            f"{record['pictures']} pictures of ImageNet ({record['split']}); weights "
            f"{record['weights'] or 'that ship'}."
        ],
        learned_dial_saved(record),
        learned_dial_top1(record),
        learned_dial_rates(record),
    ]
    if "kodak" in record:
        parts.append(learned_dial_kodak(record))
    parts += [[f"- {each}"] for each in record["absent"]]
    return [line for part in parts if part for line in (*part, "")]


def learned_dial_saved(record: Record) -> list[str]:
    """Bits saved at equal divergence, by network."""
    if not record["saved"]:
        return []
    found: dict[tuple[str, str, str], list[str]] = {}
    levels = list(dict.fromkeys(each["divergence"] for each in record["saved"]))
    for each in record["saved"]:
        cells = found.setdefault((each["test"], each["anchor"], each["network"]), [])
        cells.append(("at least " if each["is_least"] else "") + _number(each, ".0f"))
    return [
        "Bits saved, in percent, at equal mean KL divergence; in brackets 95 % intervals from resamplings of "
        "the pictures.",
        "",
        *table(
            ["codec", "against", "network", *(f"{level:.2f} nat" for level in levels)],
            [
                (_shown(test, record), _shown(anchor, record), network, *cells)
                for (test, anchor, network), cells in found.items()
            ],
        ),
    ]


def learned_dial_top1(record: Record) -> list[str]:
    """First answers lost at a rate, and the difference to the machine's end of the dial."""
    if not record["top1"]:
        return []
    first = record["top1"][0]
    rows = [
        (
            _shown(each["codec"], record),
            _number(each["lost"], "+.1f"),
            "" if each["more_than_test"] is None else _number(each["more_than_test"], "+.1f"),
        )
        for each in record["top1"]
    ]
    return [
        f"Right first answers of {first['classifier']} lost at {first['rate_bpp']:g} bpp, in points "
        f"({first['original_percent']:.1f} % are right on the originals); beside it how many more than of "
        f"{_shown(first['test'], record)}, on the same resamplings.",
        "",
        *table(["codec", "points lost", "more than that"], rows),
    ]


def learned_dial_rates(record: Record) -> list[str]:
    """Each score at equal rates along the dial, and whether it is monotone."""
    lines: list[str] = []
    for each in record["monotone"]:
        is_divergence = each["score"].startswith("kl:")
        form, unit = (".3f", "nats") if is_divergence else (".2f", each["unit"])
        rows = []
        for rate, values, turned in zip(each["rates_bpp"], each["values"], each["turns"], strict=True):
            numbers = [None if value is None else 10**-value if is_divergence else value for value in values]
            cells = ["none" if number is None else f"{number:{form}}" for number in numbers]
            rows.append((f"{rate:g}", *cells, _way(numbers, turned, each["unit"])))
        alphas = (f"alpha = {alpha:g}" for alpha in each["alphas"])
        lines += [
            f"{each['score']}, {unit}, at equal rates:",
            "",
            *table(["bpp", *alphas, "monotone in alpha"], rows),
            "",
        ]
    return lines[:-1]


def learned_dial_kodak(record: Record) -> list[str]:
    """The person's end of the dial against a published codec."""
    own = record["kodak"]
    low, high = own["window_bpp"]
    rows = [
        (score, _signed_percent(each["percent"]), _signed_percent(each["window_percent"]))
        for score, each in own["scores"].items()
    ]
    return [
        f"BD-rate of alpha = 0 against {own['published']} as published, {own['pictures']} photographs "
        "of Kodak (MS-SSIM in dB).",
        "",
        *table(["score", "all that both cover", f"{low:g} to {high:g} bpp"], rows),
    ]


def _number(reading: Record, form: str) -> str:
    """A number with its interval; none where a curve does not reach."""
    value = reading["value"]
    return "none" if value is None else f"{value:{form}}{_bracketed(reading['interval'], form)}"


def _signed_percent(value: float | None) -> str:
    return "none" if value is None else f"{value:+.1f} %"


def _way(values: Sequence[float | None], turned_back: float | None, unit: str) -> str:
    """Which way a score goes along the dial."""
    if turned_back is None:
        return ""
    if turned_back > 0:
        return f"no, turns back by {turned_back:.2g} {unit}"
    first, *_, last = [value for value in values if value is not None]
    return "rises" if last > first else "falls"


def _shown(codec: str, record: Record) -> str:
    """The name of a codec: without the file of the page's weights, and without the folder of others."""
    name = Name.parse(codec)
    if name.word == "learned" and name.argument is not None:
        file = None if name.argument == record["weights"] else Path(name.argument).name
        name = replace(name, argument=file)
    return f"`{name}`"


def _bracketed(interval: Sequence[float] | None, form: str) -> str:
    return "" if interval is None else f" [{interval[0]:{form}}, {interval[1]:{form}}]"

"""The tables of docs/jpeg.md, from what the scripts of the JPEG codec measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.script import table

WINDOW_BPP = (0.15, 2.5)  # of the anchor
HIGH_WINDOW_BPP = (1.0, 2.0)
# Titles by the names of scores.
SCORES = {"psnr": "PSNR (RGB)", "ms-ssim": "MS-SSIM (RGB)", "ssimulacra2": "SSIMULACRA2"}
# Qualities that the table of the fit shows.
SHOWN_QUALITIES = (10, 20, 30, 50, 60, 75, 84, 90, 95)
SCANS_OF_SPEED = {"sequential": "sequential", "with scan search": "scan search"}

Record = Mapping[str, Any]

# Rows of README.md, a selection of docs/jpeg.md's: the name in the results, and the one shown.
_SUMMARY_ROWS = {
    "jpegli default": "jpegli",
    "mozjpeg default": "mozjpeg",
    "mozjpeg table 2": "mozjpeg `-quant-table 2`",
    "mozjpeg -tune-psnr (flat table), progressive": "mozjpeg `-tune-psnr`",
    "Beholder mse": "**Beholder**, `--observer mse`",
    "Beholder human": "**Beholder**, `--observer human` (default)",
}


def encoders_summary(kodak: Record, speed: Record) -> list[str]:
    """BD-rates and speed of the encoders that README.md shows."""
    scores = ("SSIMULACRA2", "MS-SSIM (RGB)", "PSNR (RGB)")
    rows = {row["name"]: row for row in kodak["bd_rate_percent"]}
    cells = [
        [
            title,
            *(_percent(figure(rows[name], score)["percent"]) + " %" for score in scores),
            speed_of(name, speed),
        ]
        for name, title in _SUMMARY_ROWS.items()
    ]
    return table(["encoder", *scores, "speed, MP/s"], cells, numbers=True)


def encoders_table(kodak: Record, speed: Record) -> list[str]:
    """BD-rates and speed of every encoder, Beholder's rows in bold."""
    columns = [("PSNR (RGB)", WINDOW_BPP), ("MS-SSIM (RGB)", WINDOW_BPP), ("SSIMULACRA2", WINDOW_BPP)]
    columns.append(("SSIMULACRA2", HIGH_WINDOW_BPP))
    titles = [
        score if window == WINDOW_BPP else f"{score}, {window_text(window)}" for score, window in columns
    ]
    rows = []
    for row in kodak["bd_rate_percent"]:
        rates = (_percent(figure(row, *column)["percent"]) for column in columns)
        cells = [row["name"], *rates, speed_of(row["name"], speed)]
        rows.append([f"**{cell}**" for cell in cells] if row["name"].startswith("Beholder") else cells)
    return table(["encoder", *titles, "MP/s"], rows)


def figure(row: Record, score: str, window_bpp: Sequence[float] = WINDOW_BPP) -> Record:
    """The BD-rate of an encoder in a score over a window of rates."""
    figures: list[Record] = row["figures"]
    return next(f for f in figures if (f["score"], tuple(f["window_bpp"])) == (score, tuple(window_bpp)))


def window_text(window_bpp: Sequence[float]) -> str:
    """Two rates in words."""
    return f"{window_bpp[0]:g} to {window_bpp[1]:g} bpp"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:+.1f}"


def speed_of(name: str, speed: Record) -> str:
    """Megapixels a second; of Beholder with and without scan search."""
    rates = {timing["name"]: timing["megapixels_per_second"] for timing in speed["timings"]}
    if name in rates:
        return f"{rates[name]:.0f}"
    found = [
        f"{rates[f'{name}, {key}']:.0f} {meaning}"
        for key, meaning in SCANS_OF_SPEED.items()
        if f"{name}, {key}" in rates
    ]
    return ", ".join(found) or "not measured"


def ablation_table(group: Record) -> list[str]:
    """BD-rates of a group of settings, and their change against the row above or the first row."""
    titles = [f"{column['score']}, {window_text(column['window_bpp'])}" for column in group["columns"]]
    against, first = ("row above", "what is on") if group["build_up"] else ("first row", "setting")
    rows, lines = group["rows"], []
    for number, row in enumerate(rows):
        other = rows[max(number - 1, 0)] if group["build_up"] else rows[0]
        cells = [row["name"]]
        for now, then in zip(row["percent"], other["percent"], strict=True):
            known = number > 0 and now is not None and then is not None
            cells.append(_percent(now) + (f" ({now - then:+.2f})" if known else ""))
        lines.append(cells)
    return [*table([first, *titles], lines), "", f"In brackets: the change against the {against}, in points."]


def targets_table(targets: Record) -> list[str]:
    """Cost of target searches in encodes, and how near they came."""
    lines = [
        "| pictures | observer | scans | target | cost: median | most | within bar | unused: median | most |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in targets["rows"]:
        unit = " dB" if row["target"] == "psnr" else " %"
        lines.append(
            f"| {row['pictures']} | `{row['observer']}` | {row['scans']} | `{row['target']}` "
            f"| {row['median_cost']:.2f} | {row['most_cost']:.2f} | {row['within_bar']} of {row['searches']} "
            f"| {row['median_unused']:.2f}{unit} | {row['most_unused']:.2f}{unit} |"
        )
    chosen = ", ".join(f"`{name}` {cost:.1f}" for name, cost in targets["subsampling_auto"].items())
    return [
        *lines,
        "",
        f"The cost is CPU time over that of one encode; the bar is {targets['bar']:g}. Unused: how far the "
        "size stays below the one asked for, the PSNR above it.",
        "",
        'In the same unit `subsampling="auto"` at quality 75 costs, as the median over Kodak: '
        + chosen
        + ".",
    ]


def memory_table(memory: Record) -> list[str]:
    """Peak memory above the picture given."""
    lines = [
        "| megapixels | asked for | through | bytes a pixel | by the end of each stage | CPU seconds |",
        "|---|---|---|---|---|---|",
    ]
    for peak in memory["peaks"]:
        case = peak["case"]
        asked = ", ".join(f"{key}={value}" for key, value in case["request"].items())
        stages = ", ".join(f"{name} {value:.1f}" for name, value in peak["stages"].items())
        through = "the core" if case["core"] else "`beholder.encode`"
        lines.append(
            f"| {case['side'] ** 2 / 1e6:.1f} | {asked} | {through} "
            f"| {peak['bytes_a_pixel']:.1f} | {stages} | {peak['seconds']:.1f} |"
        )
    return [*lines, "", f"The bar is {memory['bar']:g} bytes a pixel above the input (which has 3)."]


def quality_table(quality: Record) -> list[str]:
    """Scales of the fit, and how it holds on the photographs it was checked on."""
    observers = list(quality["scales"])
    head = ["quality", *(f"scale of `{name}`" for name in observers)]
    checks: Record = quality["check"]
    head += [f"`{name}`: score less libjpeg-turbo's" for name in observers if name in checks]
    rows = []
    for wanted in SHOWN_QUALITIES:
        index = quality["qualities"].index(wanted)
        cells = [str(wanted), *(f"{quality['scales'][name][index]:.4g}" for name in observers)]
        for name in observers:
            if (check := checks.get(name)) is not None:
                key = str(wanted)
                spread = check.get("standard_deviation", {}).get(key)
                cells.append(
                    f"{check['score_minus_libjpeg'][key]:+.2f}"
                    + ("" if spread is None else f" ± {spread:.2f}")
                )
        rows.append(cells)
    counts = {check["photographs"] for check in checks.values()}
    checked = ", ".join(str(count) for count in sorted(counts)) or "no"
    return [
        *table(head, rows),
        "",
        f"Fitted on photographs ({quality['provenance']['photographs']}), checked on {checked} others "
        "(SSIMULACRA 2, mean and standard deviation over these).",
    ]


def observer_table(human: Record) -> list[str]:
    """The fitted constants of the `human` observer that are single numbers, and its BD-rates."""
    constants = {
        "start step exponent *e*": human["step_exponent"],
        "lambda ratio *r*": human["lambda_ratio"],
        **{f"masking: {name.replace('_', ' ')}": value for name, value in human["masking"].items()},
    }
    rows = [(name, f"{value:g}") for name, value in constants.items()]
    titles = {
        "ms_ssim": "MS-SSIM (RGB)",
        "ssimulacra2": "SSIMULACRA2",
        "ssimulacra2_high": "SSIMULACRA2, 1 to 2 bpp",
        "psnr": "PSNR (RGB)",
    }
    origin = human["provenance"]
    counts = ", ".join(f"{name}: {count}" for name, count in origin["photographs"].items())
    return [
        *table(["constant of `human`", "value"], rows),
        "",
        f"BD-rate in percent on the photographs of the fit ({counts}; every second "
        "one is fitted on, the others are held out):",
        "",
        *table(
            ["photographs", *titles.values()],
            (
                [name, *(_percent(figures[score]) for score in titles)]
                for name, figures in origin["bd_rate_percent"].items()
            ),
        ),
    ]


def decoders_table(decoders: Record) -> list[str]:
    """How far each decoder is from the float64 reference, and which files failed."""
    lines = [
        "| decoder | compared | files | largest difference | mean difference, worst file | failed |",
        "|---|---|---|---|---|---|",
    ]
    for decoder in decoders["decoders"]:
        if decoder["absent"]:
            lines.append(f"| {decoder['name']} | absent: {decoder['absent']} | | | | |")
            continue
        rows = [row for row in decoders["differences"] if row["decoder"] == decoder["name"]]
        decoded = [row for row in rows if row["most"] is not None]
        most, mean = (f"{max((row[key] for row in decoded), default=0):.2f}" for key in ("most", "mean"))
        failed = sum(row["problem"] is not None for row in rows)
        title = f"{decoder['name']}, {decoder['version']}"
        lines.append(f"| {title} | {decoder['compared']} | {len(rows)} | {most} | {mean} | {failed} |")
    same = len(decoders["files"]) - len(decoders["other_levels"])
    return [
        *lines,
        "",
        "Differences are in code values, from a decoding of the written levels in float64. Levels and tables "
        f"read back by libjpeg and by Beholder equal those written in {same} of {len(decoders['files'])} "
        f"files. Source: {decoders['photograph']}.",
        *(
            f"\n- {row['decoder']}, {row['file']}: {row['problem']}"
            for row in decoders["differences"]
            if row["problem"]
        ),
        *(f"\n- {name}: other levels read back than written" for name in decoders["other_levels"]),
    ]

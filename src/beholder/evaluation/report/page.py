"""The report as one HTML file: style, script and data inside, nothing loaded from anywhere.

``assets/page.html`` is the page, with places for these. What was run stands in it as HTML, curves, tables and
pictures as JSON that the script draws. A content security policy forbids the page all but that script and
pictures from its own data.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from beholder.evaluation.report.dials import Dial
from beholder.evaluation.report.gallery import Gallery
from beholder.evaluation.report.heat_maps import scale_colours
from beholder.evaluation.report.run_data import RunData
from beholder.evaluation.run_record import Run

_ASSETS = files("beholder.evaluation.report") / "assets"
# In the order in which the page has them: each uses those before it.
_SCRIPTS = (
    *("dom.js", "scales.js", "chart.js", "tables.js"),
    *("viewport.js", "gallery.js", "panes.js", "dials.js", "page.js"),
)
_DIGITS = 7  # of numbers in the page: more than it shows


@dataclass(frozen=True)
class PageRun:
    """A run in the page."""

    run: Run
    data: RunData
    gallery: Gallery
    dials: Sequence[Dial] = ()


def render_page(runs: Sequence[PageRun], version: str) -> bytes:
    """Returns the page.

    Args:
        runs: With names that differ.
        version: Of the package.
    """
    script = "\n".join((_ASSETS / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = f'"use strict";\n{{\n{script}}}\n'
    data = {
        "runs": [each.data for each in runs],
        "galleries": [each.gallery for each in runs],
        "dials": [each.dials for each in runs],
        "heat_colours": scale_colours(),
    }
    names = ", ".join(each.data.name for each in runs)
    page = Template((_ASSETS / "page.html").read_text(encoding="utf-8")).substitute(
        title=html_text(f"{names}: rate and score"),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii"),
        style=(_ASSETS / "page.css").read_text(encoding="utf-8"),
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=html_text(version),
        head="\n".join(_head(index, each) for index, each in enumerate(runs)),
        data=json_in_html(data),
        script=script,
    )
    return page.encode("utf-8")


def html_text(text: str) -> str:
    r"""Returns text as HTML; bytes of a file's name that are no UTF-8 stand as ``\udcxx``.

    >>> html_text("a <b> & \udcff")
    'a &lt;b&gt; &amp; \\udcff'
    """
    return escape(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def json_in_html(value: object) -> str:
    """Returns dataclasses, mappings, sequences, numbers, texts and bytes as JSON that can stand in a page.

    Numbers that are not finite become null, bytes base 64. Without "<" nothing in it ends its element.
    """
    text = json.dumps(_plain(value), allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _plain(value: object) -> Any:
    """What json takes, with text that UTF-8 can write."""
    plain: Any = value
    match value:
        case str():
            plain = value.encode("utf-8", "backslashreplace").decode("utf-8")
        case bytes():
            plain = base64.b64encode(value).decode("ascii")
        case float():
            plain = float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
        case Mapping():
            plain = {_plain(str(key)): _plain(each) for key, each in value.items()}
        case Sequence():
            plain = [_plain(each) for each in value]
        case _ if is_dataclass(value):
            plain = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return plain


def _head(index: int, page_run: PageRun) -> str:
    """What was run, as HTML."""
    run, data = page_run.run, page_run.data
    told = run.provenance
    pictures = len(run.items)
    facts = {
        "Pictures": f"{pictures}, in {_folder(run)}" if pictures else "none",
        "Scores": ", ".join(column.name for column in run.columns),
        "Anchor": run.anchor,
        "Finished": told.finished,
        "Machine": f"{told.machine}; {told.jobs} worker {'process' if told.jobs == 1 else 'processes'}",
        "Versions": ", ".join(f"{name} {version}" for name, version in told.packages.items()),
    }
    if run.window_bpp is not None:
        facts["Window"] = f"{run.window_bpp[0]:g} to {run.window_bpp[1]:g} bpp of the anchor, for deltas"
    if run.absent:
        facts["Not measured"] = "; ".join(str(each) for each in run.absent)
    if data.failed:
        facts["Failed"] = f"{data.failed} of {len(run.rows)} rows; the column error of rows.csv says why"
    rows = "\n".join(f"<div><dt>{key}</dt><dd>{html_text(text)}</dd></div>" for key, text in facts.items())
    codecs = "\n".join(
        f"<tr><th scope=row>{html_text(curve.codec)}</th><td>{html_text(curve.settings)}</td>"
        f"<td class=number>{_qualities(run, curve.codec)}</td></tr>"
        for curve in data.curves
    )
    return f"""<section class="head" id="run-{index}-about" aria-labelledby="run-{index}-title">
<h2 id="run-{index}-title">{html_text(data.name)}</h2>
<p class="command"><code>{html_text(shlex.join(told.command))}</code></p>
<dl>{rows}</dl>
<details><summary>Codecs and settings</summary><div class="scroll"><table>
<thead><tr><th scope=col>codec</th><th scope=col>settings</th><th scope=col>qualities</th></tr></thead>
<tbody>{codecs}</tbody></table></div></details>
<details><summary>What was timed</summary><p>{html_text(told.timed)}</p></details>
</section>"""


def _folder(run: Run) -> str:
    """The folder that holds all pictures."""
    folders = [str(item.path.parent) for item in run.items]
    try:
        return os.path.commonpath(folders)
    except ValueError:  # on different drives
        return folders[0]


def _qualities(run: Run, codec: str) -> str:
    record = run.codecs.get(codec)
    return " ".join(f"{quality:g}" for quality in record.qualities) if record else ""

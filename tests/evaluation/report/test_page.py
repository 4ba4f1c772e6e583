import base64
import hashlib
import json
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item
from beholder.evaluation.provenance import provenance
from beholder.evaluation.report.gallery import Gallery, GalleryPicture
from beholder.evaluation.report.page import PageRun, html_text, json_in_html, render_page
from beholder.evaluation.report.run_data import run_data
from beholder.evaluation.report.versions import Version
from beholder.evaluation.report.windows import Window
from beholder.evaluation.run_record import read_run
from tests.evaluation.report.run_folders import rows_of, write_folder

# What ends elements, attributes and scripts, a comment's start, a byte that is no UTF-8, line separators.
EVIL = "</script><!--<script>alert('1')&amp;\"\udcff\u2028</style>"
VOID = {"meta", "link", "input", "img", "br"}


class Parsed(HTMLParser):
    """A page's elements, with what they hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def text_of(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]


def page(tmp_path: Path, name: str) -> Parsed:
    items = [Item(name=f"{name}{number}", path=Path("/gone") / "picture") for number in range(2)]
    rows = [
        replace(rows_of(items)[0], scores={"psnr": float("inf"), "ms-ssim": float("nan")}),
        *rows_of(items)[1:],
    ]
    folder = write_folder(
        tmp_path / "run",
        items,
        rows,
        absent=[Absent(name, name, name)],
        provenance=provenance(["beholder", name], jobs=1),
    )
    run = read_run(folder)
    versions = [Version("", b"file"), Version("jpeg", b"other", 4.0, 100, 0.5, scores={"psnr": float("inf")})]
    picture = GalleryPicture(name, 24, 16, Window(0, 0, 24, 16), versions, [], [name])
    gallery = Gallery(0.5, [picture], [name])
    return Parsed(render_page([PageRun(run, run_data(run, name, ["jpeg"]), gallery)], "0.1").decode("utf-8"))


def data_of(parsed: Parsed) -> Any:
    script, _ = parsed.text_of("script")
    return json.loads(script)


@pytest.mark.parametrize("name", ["plain", EVIL])
def test_the_page_is_whole_whatever_names_hold(tmp_path: Path, name: str) -> None:
    parsed = page(tmp_path, name)
    assert parsed.open == []
    shown = name.encode("utf-8", "backslashreplace").decode()
    assert parsed.text_of("h2") == [shown]
    assert any(shown in text for text in parsed.text_of("dd"))
    assert any("beholder" in text for text in parsed.text_of("code"))
    assert [tag for tag, _ in parsed.elements].count("script") == 2
    data = data_of(parsed)
    assert data["runs"][0]["name"] == shown
    assert list(data["runs"][0]["pictures"]) == [f"{shown}0", f"{shown}1"]
    assert data["galleries"][0]["pictures"][0]["problems"] == [shown]


def test_nothing_is_loaded_from_anywhere(tmp_path: Path) -> None:
    parsed = page(tmp_path, "plain")
    for tag, attributes in parsed.elements:
        assert not attributes.keys() & {"src", "srcset", "onclick", "onload"}
        if tag == "link":
            assert attributes["href"] == "data:,"
    (policy,) = (attributes["content"] for _, attributes in parsed.elements if "http-equiv" in attributes)
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    script = parsed.text_of("script")[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    style = "".join(parsed.text_of("style"))
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", script)


def test_numbers_that_are_not_finite_are_null(tmp_path: Path) -> None:
    data = data_of(page(tmp_path, "plain"))
    first = data["runs"][0]["curves"][0]["points"][0]
    assert first["scores"] == {"psnr": None, "ms-ssim": None}
    original, decoded = data["galleries"][0]["pictures"][0]["versions"]
    assert base64.b64decode(original["picture"]) == b"file"
    assert decoded["scores"] == {"psnr": None}
    assert data["galleries"][0]["pictures"][0]["window"] == {"left": 0, "top": 0, "width": 24, "height": 16}


@dataclass(frozen=True)
class Thing:
    text: str
    numbers: tuple[float, ...]


def test_json_cannot_end_its_element() -> None:
    text = json_in_html(
        {EVIL: Thing("<>&\u2029", (1 / 3, float("nan"), float("-inf"), 5)), "b": [b"\xff", None, True]}
    )
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == {
        EVIL.replace("\udcff", "\\udcff"): {"text": "<>&\u2029", "numbers": [0.3333333, None, None, 5]},
        "b": ["/w==", None, True],
    }


def test_html_text() -> None:
    assert html_text('<a href="x">\'&\udcff') == "&lt;a href=&quot;x&quot;&gt;&#x27;&amp;\\udcff"

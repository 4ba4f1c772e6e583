"""The section of the observer dial in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from beholder.evaluation.item import Item
from beholder.evaluation.report.dials import dials_of
from beholder.evaluation.report.gallery import Gallery, GalleryPicture
from beholder.evaluation.report.page import PageRun, render_page
from beholder.evaluation.report.run_data import run_data
from beholder.evaluation.report.versions import Version
from beholder.evaluation.report.windows import Window, lossless_webp
from beholder.evaluation.run_record import read_run
from beholder.evaluation.score import Aggregate, Column, Scale
from beholder.image.pixels import Pixels
from tests.evaluation.report.chromium import PROGRAM, Page, choose, chromium_page, count, text
from tests.evaluation.report.run_folders import records_of, row_of, write_folder

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="Chromium is not installed (apt-get install chromium)"
)

COLUMNS = [Column("psnr", "dB"), Column("top1:net", aggregate=Aggregate.MEANS)]
EXTRA = Column("kl:net", "nats", Scale.DECADES, Aggregate.MEANS)
CODECS = ("learned", "learned+observer=0.5", "learned+observer=1")
RATE_BPP = 0.5
DIAL = "#run-0-dial"


def pixels_of(number: int) -> Pixels:
    return np.random.default_rng(number).integers(0, 256, (120, 160, 3), np.uint8)


def version(number: int, codec: str) -> Version:
    scores = {"psnr": 31.0 - number, "top1:net": float(number > 0), "kl:net": 0.4 / 2**number}
    return Version(codec, lossless_webp(pixels_of(number)), 8.0, 900, 0.49 + number / 100, scores=scores)


def page_of(folder: Path, codecs: tuple[str, ...], pictures: int) -> bytes:
    items = [Item(f"{number}.png", Path("/gone")) for number in range(4)]
    rows = [
        row_of(
            item.name,
            codec,
            quality,
            rate,
            {"psnr": 30.0 + quality - number + place, "top1:net": float(number > 0)},
        )
        for place, item in enumerate(items)
        for number, codec in enumerate(codecs)
        for quality, rate in enumerate((0.25, 0.5, 1.0))
    ]
    run = read_run(
        write_folder(
            folder,
            items,
            rows,
            anchor="learned",
            codecs=records_of(codecs, range(3)),
            columns=COLUMNS,
            published=[],
            fingerprints={column.name: "1" for column in COLUMNS},
        )
    )
    versions = [Version("", lossless_webp(pixels_of(9)))]
    versions += [version(number, codec) for number, codec in enumerate(codecs)]
    shown = [
        GalleryPicture(name, 160, 120, Window(0, 0, 160, 120), versions, [], [])
        for name in ("0.png", "9.png")
    ]
    gallery = Gallery(RATE_BPP, shown[:pictures], [], [*COLUMNS, EXTRA])
    dials = dials_of(run, RATE_BPP, gallery.columns)
    return render_page([PageRun(run, run_data(run, "run", ["learned"]), gallery, dials)], "0.1")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium_page(tmp_path_factory.mktemp("browser")) as opened:
        opened.size(1280, 900)
        yield opened
        assert opened.errors == []


@pytest.fixture
def page(browser: Page, tmp_path: Path) -> Page:
    file = tmp_path / "report.html"
    file.write_bytes(page_of(tmp_path / "run", CODECS, 2))
    browser.open(file)
    return browser


def seen(page: Page) -> list[str]:
    """Which pictures stand beside each other."""
    pictures = f"[...document.querySelectorAll('{DIAL} .pane img')]"
    found = page.run(f"{pictures}.filter((each) => each.checkVisibility()).map((each) => each.alt)")
    return [str(each).split(", ")[-1] for each in found]


def test_keys_on_the_dial_change_picture_scores_and_row(page: Page) -> None:
    assert seen(page) == ["learned", "learned+observer=1"]
    slider = f"document.querySelector('{DIAL} input[type=range]')"
    page.run(f"{slider}.focus()")
    page.key("ArrowLeft")
    assert seen(page) == ["learned", "learned+observer=0.5"]
    caption = text(page, f"{DIAL} .pane:nth-child(2) figcaption")
    assert caption == "observer 0.5 \u00b7 0.500 bpppsnr30.00 dBtop1:netrightkl:net0.2000 nats"
    assert page.run(f"{slider}.getAttribute('aria-valuetext')") == (
        "0.5, rate 0.500 bpp, psnr 30.00 dB, top1:net right, kl:net 0.2000 nats"
    )
    assert "0.5" in text(page, f"{DIAL} tr.picked th")
    page.key("Home")
    assert seen(page) == ["learned", "learned"]
    page.key("End")
    page.click(f"{DIAL} tbody tr:nth-child(2) .pick")
    assert seen(page) == ["learned", "learned+observer=0.5"]
    page.click(f"{DIAL} .stops button:nth-child(3)")
    assert seen(page) == ["learned", "learned+observer=1"]


def test_all_observers_and_the_original(page: Page) -> None:
    page.click(f"{DIAL} [value=all]")
    assert seen(page) == ["original", *CODECS]
    assert count(page, f"{DIAL} .pane.picked") == 1
    page.click(f"{DIAL} [value=two]")
    page.click(f"{DIAL} input[type=radio][value='']")
    assert seen(page) == ["original", "learned+observer=1"]
    choose(page, f"{DIAL} select", "1")
    assert page.run(f"document.querySelector('{DIAL} .pane img').alt") == "9.png, original"


def test_zoomed_pictures_move_together(page: Page) -> None:
    page.click(f"{DIAL} [value='4']")
    places = f"[...document.querySelectorAll('{DIAL} .pane .content')].map((each) => each.style.left)"
    before = page.run(places)
    page.run(f"document.querySelector('{DIAL} .pane .view').focus()")
    page.key("ArrowRight")
    after = page.run(places)
    assert before[0] == before[1] != after[0] == after[1]
    x, y = page.middle(f"{DIAL} .pane:nth-child(2) .view")
    page.mouse("mousePressed", x, y, pressed=True)
    page.mouse("mouseMoved", x + 30, y, pressed=True)
    page.mouse("mouseReleased", x + 30, y)
    page.settle()
    moved = page.run(places)
    assert moved[0] == moved[1]
    assert float(moved[0].removesuffix("px")) == pytest.approx(float(after[0].removesuffix("px")) + 30, abs=1)


def test_charts_are_of_the_picture_or_of_the_mean(page: Page) -> None:
    def titles() -> list[str]:
        return [
            str(each)
            for each in page.run(
                f"[...document.querySelectorAll('{DIAL} .dial-charts h4')].map((each) => each.textContent)"
            )
        ]

    assert titles() == ["psnr (dB)", "kl:net (nats, lower is better)"], "one answer is right or wrong"
    assert "rates, which differ by up to 4.1 %," in text(page, f"{DIAL} .note:last-child")  # 0.49 to 0.51
    page.click(f"{DIAL} [value=mean]")
    assert titles() == ["psnr (dB)", "top1:net"]
    assert count(page, f"{DIAL} .dial-charts .marker") == 2 * len(CODECS)
    assert count(page, f"{DIAL} .dial-charts .chosen") == 2
    row = f"{DIAL} tbody tr:nth-child(3)"
    assert text(page, f"{row} td:nth-child(2) b") == "30.50"  # 30 + 1 - 2 + 1.5
    assert text(page, f"{row} td:nth-child(2) small") == "\u22122.00 [\u22122.00, \u22122.00]"
    assert count(page, f"{row} td:nth-child(2) small.worse") == 1
    assert count(page, f"{row} td:nth-child(3) small.better") == 1
    page.run(f"document.querySelector('{DIAL} .dial-charts .chart').focus()")
    page.key("ArrowRight")
    assert "95 %" in text(page, f"{DIAL} .dial-charts .tip")


def test_charts_move_scores_to_the_rate_along_the_pictures_curve(page: Page) -> None:
    """Which rises by 1 dB an octave; 0.49 bpp were reached."""

    def told() -> str:
        page.run(f"document.querySelector('{DIAL} .dial-charts .chart').focus()")
        page.key("ArrowRight")
        return text(page, f"{DIAL} .dial-charts .tip dl")

    assert told() == "observer0psnr31.03 dBmeasured31.00 dB at 0.4900 bpp"
    choose(page, f"{DIAL} select", "1")  # of which the run has no curve
    assert told() == "observer0psnr31.00 dBmeasured31.00 dB at 0.4900 bpp"


def test_without_pictures_the_means_are_shown(browser: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(page_of(tmp_path / "run", CODECS, 0))
    browser.open(file)
    assert count(browser, f"{DIAL} .pane") == 0
    assert count(browser, f"{DIAL} tbody tr") == 3
    assert count(browser, f"{DIAL} .dial-charts .chart") == 2
    assert "No picture could be encoded" in text(browser, f"{DIAL} .note:last-child")


def test_a_run_with_one_observer_has_no_such_section(browser: Page, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_bytes(page_of(tmp_path / "run", CODECS[:1], 1))
    browser.open(file)
    assert count(browser, DIAL) == 0
    assert count(browser, "nav a[href='#run-0-dial']") == 0
    assert count(browser, "#run-0-pictures") == 1


def test_nothing_is_wider_than_a_phone(page: Page) -> None:
    page.size(390, 800)
    page.settle()
    assert page.run("document.documentElement.scrollWidth <= 390")
    page.size(1280, 900)

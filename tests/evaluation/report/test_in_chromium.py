"""The page in a real browser: what it draws, and what mouse and keys do; skipped where there is none."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.evaluation.item import Item
from beholder.evaluation.report.found_objects import FoundObjects
from beholder.evaluation.report.gallery import Gallery, GalleryPicture
from beholder.evaluation.report.heat_maps import HeatMap
from beholder.evaluation.report.page import PageRun, render_page
from beholder.evaluation.report.run_data import run_data
from beholder.evaluation.report.versions import Version
from beholder.evaluation.report.windows import Window, lossless_webp
from beholder.evaluation.run_record import read_run
from beholder.image.pixels import Pixels
from tests.evaluation.report.chromium import PROGRAM, Page, choose, chromium_page, count, text
from tests.evaluation.report.run_folders import write_folder

pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="Chromium is not installed (apt-get install chromium)"
)

SIZE = (160, 120)
EVIL = "</script><img src=x onerror=alert(1)>"


def noise(seed: int) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8)


def picture(name: str) -> GalleryPicture:
    found = FoundObjects("net", [(10, 20, 60, 80)], [0.87], [0], [f"person {EVIL}"], None)
    versions = [
        Version("", lossless_webp(noise(0)), objects=[found]),
        Version("jpeg", lossless_webp(noise(1)), 4.0, 900, 0.51, scores={"psnr": 30.5}),
        Version("fine", lossless_webp(noise(2)), 5.5, 800, 0.49, scores={"psnr": 31.5}, objects=[found]),
    ]
    heat = HeatMap("human", lossless_webp(noise(3)), -2, 1)
    return GalleryPicture(name, 400, 300, Window(100, 50, *SIZE), versions, [heat], [])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("report")
    items = [Item(name=f"{number}{EVIL}.png", path=Path("/gone")) for number in range(3)]
    run = read_run(write_folder(folder / "run", items, window_bpp=(0.3, 1.2)))
    gallery = Gallery(0.5, [picture("one"), picture("two")], [f"three is not shown {EVIL}"])
    other = read_run(write_folder(folder / "other", items))
    pages = [
        PageRun(run, run_data(run, EVIL, ["jpeg", "fine"]), gallery),
        PageRun(other, run_data(other, "other", ["jpeg"]), Gallery(0.5, [], [])),
    ]
    path = folder / "report.html"
    path.write_bytes(render_page(pages, "0.1"))
    with chromium_page(folder / "browser") as opened:
        opened.size(1280, 900)
        opened.open(path)
        yield opened
        assert opened.errors == []
        assert [address for address in opened.asked if not address.startswith(("data:", "file:"))] == []


def test_all_sections_are_drawn_of_each_run(page: Page) -> None:
    for run, sections in ((0, ("curves", "deltas", "costs", "pictures")), (1, ("curves", "deltas", "costs"))):
        for section in sections:
            assert count(page, f"#run-{run}-{section}") == 1
    assert count(page, "#run-1-pictures") == 0
    assert count(page, "#run-0-curves .chart .series") == 3
    assert count(page, "#run-0-curves .series.published") == 1
    assert count(page, "#run-0-curves .shade") == 1
    assert text(page, "h2") == EVIL
    assert "three is not shown" in text(page, "#run-0-pictures .problems")
    assert count(page, "img[src=x]") == 0


LONG_NAMES = """(() => {
  const names = [...document.querySelectorAll("th .codec > span")];
  const before = names.map((name) => name.textContent);
  for (const name of names) name.textContent = "beholder:machine+network=" + "a_network_of_my_own_".repeat(3);
  const wide = [...document.querySelectorAll("th")].filter((cell) => cell.scrollWidth > cell.clientWidth + 1);
  names.forEach((name, number) => { name.textContent = before[number]; });
  return [names.length, wide.length];
})()"""


def test_long_names_of_codecs_do_not_overlap_the_numbers(page: Page) -> None:
    for width in (390, 1280):
        page.size(width, 844, touch=width == 390)
        page.settle()
        names, wide = page.run(LONG_NAMES)
        assert names > 6
        assert wide == 0
        assert page.run("document.documentElement.scrollWidth") <= width
    page.size(1280, 900)
    page.settle()


def test_the_page_is_no_wider_than_a_telephone(page: Page) -> None:
    page.size(360, 740, touch=True)
    page.settle()
    assert page.run("document.documentElement.scrollWidth") <= 360
    page.size(1280, 900)
    page.settle()


def test_a_point_tells_of_itself_to_mouse_and_keys(page: Page) -> None:
    x, y = page.middle("#run-0-curves .series:nth-of-type(1) .marker:nth-of-type(3)")
    page.mouse("mouseMoved", x, y)
    page.settle()
    told = text(page, "#run-0-curves .tip")
    assert told.startswith("jpeg")
    assert "pictures3" in told
    page.mouse("mouseMoved", 2, 2)
    page.run("document.querySelector('#run-0-curves .chart').focus()")
    page.key("ArrowRight")
    assert "quality4" in text(page, "#run-0-curves .tip")
    page.key("ArrowRight")
    page.key("ArrowDown")
    assert text(page, "#run-0-curves .tip").startswith("fine")
    assert text(page, "#said").startswith("fine, quality")
    page.key("Escape")
    assert page.run("document.querySelector('#run-0-curves .tip').hidden")


def test_scores_stand_on_the_curve_as_python_has_them(page: Page) -> None:
    columns = page.run("JSON.parse(document.getElementById('data').textContent).runs[0].columns")
    assert [column["scale"] for column in columns] == ["linear", "decibels"]
    choose(page, "#run-0-curves select", "ms-ssim")
    assert "dB" in text(page, "#run-0-curves .chart")
    assert "In ms-ssim" in text(page, "#run-0-deltas")
    choose(page, "#run-0-curves select", "psnr")


def test_the_legend_hides_one_and_shows_one_alone(page: Page) -> None:
    jpeg, fine = (f"#run-0-curves .legend [data-codec={codec}]" for codec in ("jpeg", "fine"))
    page.click(jpeg)
    assert count(page, "#run-0-curves .chart .series") == 2
    page.click(jpeg)
    assert count(page, "#run-0-curves .chart .series") == 3
    page.click(fine, count=2)
    assert count(page, "#run-0-curves .chart .series") == 1
    assert page.run(f"document.querySelector({json.dumps(fine)}).getAttribute('aria-pressed')") == "true"
    page.click(fine, count=2)
    assert count(page, "#run-0-curves .chart .series") == 3


def test_one_picture_and_a_range_of_rates(page: Page) -> None:
    choose(page, "#run-0-curves .field:nth-of-type(2) select", f"1{EVIL}.png")
    assert count(page, "#run-0-curves .chart .series") == 2
    choose(page, "#run-0-curves .field:nth-of-type(2) select", "")
    field = "document.querySelector('#run-0-curves .short input')"
    page.run(f"{field}.value = '1e9'; {field}.dispatchEvent(new Event('input'))")
    assert "Nothing to draw" in text(page, "#run-0-curves .chart")
    page.run(f"{field}.value = ''; {field}.dispatchEvent(new Event('input'))")
    assert count(page, "#run-0-curves .chart .series") == 3


def test_tables_sort_and_the_anchor_changes(page: Page) -> None:
    first = "#run-0-deltas .scroll"

    def codecs() -> list[str]:
        rows = f"[...document.querySelector('{first}').querySelectorAll('tbody th')]"
        return [str(each) for each in page.run(f"{rows}.map((each) => each.textContent)")]

    assert codecs() == ["jpeg", "fine", "vtm (published)"]
    page.click(f"{first} thead th:nth-child(2) button")
    ascending = codecs()
    assert ascending.index("fine") < ascending.index("jpeg")  # -33 % before 0
    page.click(f"{first} thead th:nth-child(2) button")
    assert codecs() == ascending[::-1]
    assert count(page, f"{first} [aria-sort=descending]") == 1
    choose(page, "#run-0-deltas select", "fine")
    assert "against fine" in text(page, "#run-0-deltas .note")
    assert text(page, f"{first} tr.anchor th") == "fine"
    choose(page, "#run-0-deltas select", "jpeg")


def seen(page: Page, x: int, y: int) -> tuple[int, ...]:
    """A pixel of the view at its natural size."""
    page.middle("#run-0-pictures .view")
    view = "document.querySelector('#run-0-pictures .view').getBoundingClientRect()"
    box = page.run(f"(({{x, y}}) => [x, y])({view})")
    clip = {"x": box[0], "y": box[1], "width": SIZE[0], "height": SIZE[1], "scale": 1}
    clip["x"] += page.run("scrollX")
    clip["y"] += page.run("scrollY")
    answer = page.send("Page.captureScreenshot", clip=clip)
    samples = np.asarray(Image.open(io.BytesIO(base64.b64decode(answer["data"]))).convert("RGB"))
    return tuple(int(value) for value in samples[y, x])


def test_the_slider_parts_two_pictures_whose_samples_are_exact(page: Page) -> None:
    page.click("#run-0-pictures [value='1']")
    assert seen(page, 20, 100) == tuple(noise(0)[100, 20])
    assert seen(page, 150, 100) == tuple(noise(2)[100, 150])
    handle = "#run-0-pictures .handle"
    page.run(f"document.querySelector('{handle}').focus()")
    page.key("Home")
    assert seen(page, 40, 100) == tuple(noise(2)[100, 40])
    x, y = page.middle(handle)
    page.mouse("mousePressed", x, y, pressed=True)
    page.mouse("mouseMoved", x + 120, y, pressed=True)
    page.mouse("mouseReleased", x + 120, y)
    page.settle()
    assert page.run(f"document.querySelector('{handle}').getAttribute('aria-valuenow')") == "75"
    assert seen(page, 60, 100) == tuple(noise(0)[100, 60])
    page.click("#run-0-pictures .pick[data-codec=jpeg]")
    assert seen(page, 150, 100) == tuple(noise(1)[100, 150])
    assert "jpeg 0.510 bpp" in text(page, "#run-0-pictures .tag.right")


def test_difference_zoom_heat_map_and_objects(page: Page) -> None:
    page.click("#run-0-pictures [value=difference]")
    page.run("new Promise((done) => setTimeout(done, 200))")
    apart = np.abs(noise(0).astype(int) - noise(1)).clip(0, 63) * 4 + 3 * (
        np.abs(noise(0).astype(int) - noise(1)) > 63
    )
    assert seen(page, 80, 100) == tuple(apart[100, 80])
    page.click("#run-0-pictures [value=both]")
    page.click("#run-0-pictures [value='4']")
    width = page.run("document.querySelector('#run-0-pictures .content').clientWidth")
    assert width == 4 * SIZE[0]
    assert (
        page.run("getComputedStyle(document.querySelector('#run-0-pictures .content img')).imageRendering")
        == "pixelated"
    )
    page.click("#run-0-pictures [value=human]")
    assert "sensitivity: human" in text(page, "#run-0-pictures .tag.left")
    assert text(page, "#run-0-pictures .octaves") == "1/41/212"
    page.click("#run-0-pictures [value=net]")
    assert f"person {EVIL} 0.87" in text(page, "#run-0-pictures .objects")
    assert count(page, "#run-0-pictures .objects") == 1  # nothing was found in the other

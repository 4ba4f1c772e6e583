import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.evaluated_codec import evaluated
from beholder.evaluation.item import Item
from beholder.evaluation.report import gallery as module
from beholder.evaluation.report.found_objects import FoundObjects
from beholder.evaluation.report.gallery import Gallery, GalleryOptions, make_galleries, usual_rate
from beholder.evaluation.report.heat_maps import draw_heat_map, scale_colours
from beholder.evaluation.report.versions import Version, VersionTask, make_version
from beholder.evaluation.report.windows import Window, centred, crop_webp, lossless_webp
from beholder.evaluation.rows import Row
from beholder.evaluation.run_record import Run, read_run
from beholder.evaluation.score import Column
from beholder.image.pixels import Pixels
from beholder.jpeg.colour_map import colour_map
from tests.cli.program import photograph
from tests.evaluation.fakes import ErrorScore, StepCodec
from tests.evaluation.report.run_folders import CODECS, records_of, rows_of, write_folder

HEIGHT, WIDTH = 64, 96
STEP = StepCodec("jpeg", (4, 8, 16, 32, 64))
SCORES = {"psnr": ErrorScore("psnr"), "ms-ssim": Absent("ms-ssim", "not here", "pip install it")}


class Told:
    """A progress that remembers."""

    total = done = 0

    def start(self, total: int) -> None:
        self.total = total

    def advance(self, count: int = 1) -> None:
        self.done += count


def measured(item: Item, codec: StepCodec) -> list[Row]:
    """Real rates."""
    return [
        replace(
            row,
            width=WIDTH,
            height=HEIGHT,
            rate_bpp=8 * len(codec.encode(item.pixels, row.quality)) / item.pixels[..., 0].size,
        )
        for row in rows_of([item], codecs=[codec])
    ]


def decode(file: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(file)))


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    found = []
    for number in range(4):
        path = tmp_path / f"{number}.png"
        photograph(HEIGHT, WIDTH, seed=number).save(path)
        found.append(Item(name=path.name, path=path))
    return found


@pytest.fixture
def run(tmp_path: Path, items: list[Item], monkeypatch: pytest.MonkeyPatch) -> Run:
    codecs = {"jpeg": evaluated(STEP), "fine": Absent("fine", "not here", "build it")}
    monkeypatch.setattr(module, "find_codec", codecs.__getitem__)
    monkeypatch.setattr(module, "find_score", SCORES.__getitem__)
    rows = [row for item in items for row in measured(replace(item), STEP)]
    rows += rows_of(items, codecs=[CODECS[1]])
    return read_run(write_folder(tmp_path / "run", items, rows))


def make(run: Run, **options: object) -> tuple[Gallery, Told]:
    told = Told()
    usual = {"pictures": 2, "rate_bpp": 3.0, "observers": ("human",)}
    (found,) = make_galleries([run], GalleryOptions(**{**usual, **options}), told)  # type: ignore[arg-type]
    return found, told


def test_pictures_are_the_decoders_at_about_the_wanted_rate(run: Run, items: list[Item]) -> None:
    gallery, told = make(run)
    assert (told.total, told.done) == (4, 4)
    assert [picture.name for picture in gallery.pictures] == ["0.png", "2.png"]
    for picture in gallery.pictures:
        original, decoded = picture.versions
        item = next(each for each in items if each.name == picture.name)
        assert np.array_equal(decode(original.picture), item.pixels)
        assert decoded.quality is not None
        file = STEP.encode(item.pixels, decoded.quality)
        assert np.array_equal(decode(decoded.picture), STEP.decode(file))
        assert decoded.size_bytes == len(file)
        assert decoded.rate == pytest.approx(8 * len(file) / (HEIGHT * WIDTH))
        assert decoded.rate == pytest.approx(3, rel=0.1)  # neighbouring whole qualities are so far apart
        assert decoded.scores == {"psnr": ErrorScore().prepare(item)(STEP.decode(file))}
        (heat,) = picture.heat_maps
        assert heat.observer == "human"


def test_pictures_on_a_dial_have_scores_that_the_run_lacks(
    tmp_path: Path, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("learned", "learned+observer=1")
    codecs = {name: replace(STEP, name=name) for name in names}
    monkeypatch.setattr(module, "find_codec", lambda name: evaluated(codecs[name]))
    monkeypatch.setattr(module, "find_score", ErrorScore)
    told = {"anchor": "learned", "columns": [Column("top1:net")], "fingerprints": {"top1:net": "1"}}

    def scores(kept: Sequence[str]) -> tuple[list[str], list[str]]:
        rows = [replace(row, scores={}) for name in kept for row in measured(replace(items[0]), codecs[name])]
        own = read_run(
            write_folder(
                tmp_path / kept[-1], items[:1], rows, codecs=records_of(kept, STEP.qualities), **told
            )
        )
        gallery, _ = make(own, pictures=1)
        return list(gallery.pictures[0].versions[-1].scores), [column.name for column in gallery.columns]

    assert scores(names) == (["top1:net", "psnr", "ms-ssim", "kl:net"],) * 2
    assert scores(names[:1]) == (["top1:net"],) * 2


def test_what_is_not_here_is_said_and_the_rest_is_shown(run: Run, items: list[Item]) -> None:
    items[0].path.unlink()
    photograph(HEIGHT, WIDTH + 1).save(items[2].path)
    gallery, _ = make(run, pictures=4)
    assert [picture.name for picture in gallery.pictures] == ["1.png", "3.png"]
    told = "\n".join(gallery.problems)
    assert "0.png is not shown: " in told
    assert "2.png is not shown: " in told
    assert "is another picture now, of 97x64 pixels" in told
    assert "fine is not shown: not here; build it" in told
    assert "not scored by ms-ssim: not here; pip install it" in told


def test_a_codec_that_is_another_now_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(STEP, fingerprint_of="step 2")
    monkeypatch.setattr(module, "find_codec", lambda name: evaluated(changed))
    gallery, _ = make(run, pictures=1)
    assert (
        "jpeg is not the same here as in the run; the pictures are by: steps of samples, zlib"
        in gallery.problems
    )


def test_a_codec_that_nobody_knows_any_more_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> StepCodec:
        raise UsageError(f"unknown codec {name!r}")

    monkeypatch.setattr(module, "find_codec", refuse)
    gallery, _ = make(run, pictures=1)
    assert "jpeg is not shown: unknown codec 'jpeg'" in gallery.problems
    assert [version.codec for version in gallery.pictures[0].versions] == [""]


def test_a_codec_that_fails_or_kills_its_worker_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Item(name="0.png", path=run.items[0].path).pixels.flat[0]
    monkeypatch.setattr(
        module,
        "find_codec",
        lambda name: evaluated(replace(STEP, name=name, dies_of=int(first), refused=None)),
    )
    gallery, told = make(run, pictures=1)
    assert told.done == told.total == 3
    assert any("the worker process died" in problem for problem in gallery.pictures[0].problems)

    refusing = [replace(STEP, name="jpeg", refused=float(quality)) for quality in STEP.qualities]
    task = VersionTask(
        run.items[0], (WIDTH, HEIGHT), evaluated(refusing[0]), {4.0: 1.0}, 1.0, Window(0, 0, 9, 9), (), ()
    )
    assert make_version(task) == "the codec takes no such picture"


def test_no_pictures_are_no_work(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_codec", lambda name: pytest.fail("looked up"))
    gallery, told = make(run, pictures=0)
    assert (gallery.pictures, gallery.problems, told.total) == ([], [], 0)


def test_pages_that_would_be_too_large_show_less(run: Run) -> None:
    whole, _ = make(run, pictures=1, side=80)
    assert whole.pictures[0].window == Window(8, 0, 80, 64)
    module_least = 16
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_LEAST_SIDE", module_least)
        cut, _ = make(run, pictures=1, page_bytes=4_000)
    picture = cut.pictures[0]
    assert picture.window.width < WIDTH
    assert sum(len(version.picture) for version in picture.versions) <= 3_000
    for version in picture.versions:
        assert decode(version.picture).shape == (picture.window.height, picture.window.width, 3)
    original = Item(name="0.png", path=run.items[0].path).pixels
    assert np.array_equal(decode(picture.versions[0].picture), picture.window.cut(original))


def test_objects_move_with_the_window() -> None:
    mask = np.zeros((40, 60, 4), np.uint8)
    mask[10:20, 20:30] = 200
    found = FoundObjects("net", [(20, 10, 30, 20)], [0.9], [1], ["bicycle"], lossless_webp(mask))
    version = Version("", lossless_webp(np.zeros((40, 60, 3), np.uint8)), objects=[found])
    cut = module._cut(version, Window(5, 6, 50, 30))
    (moved,) = cut.objects
    assert moved.boxes == [(15, 4, 25, 14)]
    assert moved.mask is not None
    assert np.array_equal(decode(moved.mask), mask[6:36, 5:55])


def row(item: str, codec: str, rate_bpp: float | None) -> Row:
    return Row(item=item, codec=codec, quality=rate_bpp or 0, rate_bpp=rate_bpp)


def test_the_usual_rate_is_one_that_most_reach() -> None:
    reached = [row("a", "x", 0.1), row("a", "x", 2), row("b", "x", 0.6), row("b", "x", 2)]
    assert usual_rate(reached) == 0.5
    high = [
        row("a", "x", 1),
        row("a", "x", 4),
        row("b", "x", 1),
        row("b", "x", 9),
        row("c", "x", 1),
        row("c", "x", 4),
    ]
    assert usual_rate(high) == 2
    with pytest.raises(UsageError, match="no row has a rate"):
        usual_rate([row("a", "x", None)])


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_rates_that_are_none(rate: float) -> None:
    with pytest.raises(UsageError, match="a rate is positive"):
        GalleryOptions(rate_bpp=rate)


def test_windows() -> None:
    assert centred(100, 30, 50) == Window(25, 0, 50, 30)
    samples = np.arange(20 * 30 * 3, dtype=np.uint32).astype(np.uint8).reshape(20, 30, 3)
    part = Window(3, 2, 7, 5)
    assert np.array_equal(decode(crop_webp(lossless_webp(samples), part)), samples[2:7, 3:10])
    clear = np.random.default_rng(0).integers(0, 256, (9, 9, 4), np.uint8)
    clear[:4, :, 3] = 0
    assert np.array_equal(decode(lossless_webp(clear)), clear)


def test_heat_maps_are_of_the_window(items: list[Item]) -> None:
    whole = draw_heat_map(items[0], (WIDTH, HEIGHT), "machine", Window(0, 0, WIDTH, HEIGHT))
    part = draw_heat_map(items[0], (WIDTH, HEIGHT), "machine", Window(48, 0, 48, 64))
    assert (whole.lowest_octave, whole.highest_octave) == (part.lowest_octave, part.highest_octave)
    half = decode(whole.picture)[:, decode(whole.picture).shape[1] // 2 :]
    assert decode(part.picture).shape == half.shape
    assert np.abs(half.astype(int) - decode(part.picture)).mean() < 6  # both are lossy
    with pytest.raises(UsageError, match="nobody"):
        draw_heat_map(items[0], (WIDTH, HEIGHT), "nobody", Window(0, 0, 9, 9))


def test_the_scale_is_that_of_the_drawings() -> None:
    colours = scale_colours()
    first, last = (
        tuple(int(each[place : place + 2], 16) for place in (1, 3, 5)) for each in (colours[0], colours[-1])
    )
    assert (first, last) == (tuple(colour_map()[0]), tuple(colour_map()[-1]))

"""Pictures built for training: the same seed gives the same picture, and validation stays apart."""

import random
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("matplotlib", reason="the extra bench")
pytest.importorskip("pygments", reason="install.sh")
pytest.importorskip("scipy", reason="the extra bench")

from benchmarks.training_data import __main__ as build
from benchmarks.training_data import graphics, photographs, saturated, screens, texts, themes
from benchmarks.training_data.chromium import Chromium, Viewport, find_chromium
from benchmarks.training_data.photographs import SeenPictures, perceptual_hash

SIZE = (240, 200)


def photograph(seed: int, size: tuple[int, int] = (480, 360)) -> Image.Image:
    """Smooth noise, which has the spectrum of photographs."""
    noise = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)


def need_fonts_and_text(fonts: themes.Fonts) -> None:
    if shutil.which("fc-list") is None:
        pytest.skip("fontconfig is not installed")
    try:
        themes.require(fonts)
        for language in texts.LANGUAGES:
            texts.Texts(random.Random(0)).sentences(language)
    except FileNotFoundError as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize(
    "graphic_set", [graphics.TRAINING, graphics.VALIDATION], ids=["training", "validation"]
)
def test_the_same_seed_gives_the_same_graphic(graphic_set: graphics.GraphicSet):
    need_fonts_and_text(graphic_set.fonts)
    for kind in dict.fromkeys(graphic_set.kinds):
        first, again, other = (kind(random.Random(seed), SIZE) for seed in (3, 3, 4))
        assert first.mode == "RGB"
        assert abs(first.width - SIZE[0]) <= 1
        assert abs(first.height - SIZE[1]) <= 1
        assert first.tobytes() == again.tobytes(), kind.__name__
        assert first.tobytes() != other.tobytes(), kind.__name__


@pytest.mark.parametrize("screen_set", [screens.TRAINING, screens.VALIDATION], ids=["training", "validation"])
def test_the_same_number_gives_the_same_page(screen_set: screens.ScreenSet, tmp_path: Path):
    need_fonts_and_text(screen_set.fonts)
    photograph(1).save(tmp_path / "a.jpg")
    for number in range(len(screen_set.templates)):
        first = screens.compose(screen_set, number, [tmp_path / "a.jpg"])
        assert first == screens.compose(screen_set, number, [tmp_path / "a.jpg"])
        used = set(re.findall(r"font(?:-family)?:[^;}]*?'([^']+)'", first.page))
        assert used <= {*screen_set.fonts.text, *screen_set.fonts.mono, *screen_set.fonts.script}
        for side in (first.viewport.width, first.viewport.height):
            assert 800 - 3 <= side * first.viewport.scale * first.shrink <= 1600 + 3


def test_validation_has_templates_fonts_and_kinds_of_its_own():
    assert not set(screens.TRAINING.templates) & set(screens.VALIDATION.templates)
    assert not set(screens.TRAINING.code_styles) & set(screens.VALIDATION.code_styles)
    assert not set(graphics.TRAINING.kinds) & set(graphics.VALIDATION.kinds)
    training, validation = themes.TRAINING_FONTS, themes.VALIDATION_FONTS
    assert not {*training.text, *training.mono, *training.script} & {
        *validation.text,
        *validation.mono,
        *validation.script,
    }
    assert {source.use for source in photographs.read_sources()} == {"training", "validation"}


def test_a_repository_of_two_uses_is_refused(tmp_path: Path):
    file = tmp_path / "sources.csv"
    file.write_text("repository,folder,use,most,without\na/b,x,training,9,\na/b,y,validation,9,\n")
    with pytest.raises(
        ValueError, match=r"sources\.csv: a repository is listed for training and for validation"
    ):
        photographs.read_sources(file)


@pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed")
def test_chromium_renders_the_same_picture_twice():
    page = "<!doctype html><body style='margin:0;background:#ff8000'><p>Text"
    with Chromium(subpixel_text=False) as browser:
        first, again = (browser.render(page, Viewport(120, 80, 1.5)) for _ in range(2))
    assert first.size == (180, 120)
    assert first.getpixel((179, 119)) == (255, 128, 0)
    assert first.tobytes() == again.tobytes()


def test_near_duplicates_are_copies_and_not_other_pictures(tmp_path: Path):
    seen = SeenPictures()
    original = photograph(5)
    seen.add(perceptual_hash(original))
    original.resize((200, 150)).save(tmp_path / "copy.jpg", quality=30)
    with Image.open(tmp_path / "copy.jpg") as copy:
        assert seen.contain(perceptual_hash(copy))
    assert not any(seen.contain(perceptual_hash(photograph(seed))) for seed in range(6, 40))


def test_photographs_are_collected_shrunk_and_without_duplicates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(photographs, "SMALLEST_FILE_BYTES", 1_000)
    work = tmp_path / "me+pictures"
    (work / "shots").mkdir(parents=True)
    photograph(1, (2400, 1600)).save(work / "shots/large.jpg")
    photograph(1, (2000, 1334)).save(work / "shots/the same.jpg", quality=50)
    photograph(2, (1200, 800)).save(work / "shots/small.jpg")
    photograph(3, (2000, 2000)).save(work / "shots/never.png")
    photograph(4, (2000, 2000)).save(work / "other.jpg")
    photograph(5, (1500, 2000)).save(work / "shots/drawing.jpg")
    (work / "shots/broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(3_000))
    photograph(3, (300, 300)).save(tmp_path / "known.png")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "pictures"]):
        identity = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
        subprocess.run(["git", "-C", str(work), *identity, *command], check=True)

    source = photographs.Source("me/pictures", "shots/", "training", 99, ("drawing",))
    rows = photographs.collect([source], tmp_path, tmp_path / "out", [tmp_path / "known.png"])

    assert len(rows) == 1
    assert rows[0]["path"] in {"shots/large.jpg", "shots/the same.jpg"}
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["00000.jpg", "SOURCES.csv"]
    with Image.open(tmp_path / "out/00000.jpg") as image:
        assert 900 <= max(image.size) <= 1200

    photograph(8, (1900, 1900)).save(work / "later.jpg")
    for command in (["add", "."], ["commit", "-qm", "one more"]):
        subprocess.run(["git", "-C", str(work), *identity, *command], check=True)
    everything = photographs.Source("me/pictures", "", "training", 2, ("drawing", "other"))
    more = photographs.collect([everything], tmp_path, tmp_path / "out", [tmp_path / "known.png"])
    assert more == photographs.read_rows(tmp_path / "out")
    assert [more[0], more[1]["path"], more[1]["name"]] == [rows[0], "later.jpg", "00001.jpg"]


def test_shifted_colours_are_repeatable_and_stronger():
    pale = Image.blend(photograph(7), Image.new("RGB", (480, 360), (128, 128, 128)), 0.6)
    chroma = []
    for seed in range(24):
        shifted = saturated.shift_colours(pale, random.Random(seed))
        assert shifted.tobytes() == saturated.shift_colours(pale, random.Random(seed)).tobytes()
        chroma.append(np.ptp(np.asarray(shifted).astype(int), axis=-1).mean())
    assert np.median(chroma) > 1.5 * np.ptp(np.asarray(pale).astype(int), axis=-1).mean()


def test_the_most_saturated_come_first(tmp_path: Path):
    for name, colour in {"grey": (90, 90, 90), "red": (255, 0, 0), "pink": (255, 180, 180)}.items():
        Image.new("RGB", (64, 64), colour).save(tmp_path / f"{name}.png")
    ranked = saturated.most_saturated(sorted(tmp_path.iterdir()), 2)
    assert [file.stem for file in ranked] == ["red", "pink"]


def test_repositories_take_turns_in_validation(tmp_path: Path):
    (tmp_path / "pool").mkdir()
    rows = []
    for number in range(60):
        name = f"{number:05}.jpg"
        photograph(number, (64, 48)).save(tmp_path / "pool" / name)
        rows.append({"name": name, "repository": "many" if number < 50 else "few"})
    chosen = build.choose_validation(rows, tmp_path)
    colourful = {file.name for file in saturated.most_saturated(build.pictures_in(tmp_path / "pool"), 14)}
    assert not {row["name"] for row in chosen} & colourful
    assert sum(row["repository"] == "many" for row in chosen) == build.MOST_OF_A_REPOSITORY

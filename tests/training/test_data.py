"""Pictures on disk, their cache, and crops."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from beholder.errors import InputError, UsageError
from beholder.training.augment import Augmentation
from beholder.training.classes import PictureClass
from beholder.training.crops import CropBatches, Crops, Stage
from beholder.training.mixture import Mixture
from beholder.training.pictures import PictureCache, StoredPicture, find_stored_pictures
from tests.cli.program import photograph
from tests.training.folders import make_pictures, make_shard

WHOLE = Crops(side=64, shrink_min=0.5, shrink_max=1.0, shrink_max_jpeg=0.75)


def batches(folder: Path, *, process: int = 0, seed: int = 0, crops: Crops = WHOLE) -> CropBatches:
    mixture = Mixture([PictureClass("pictures", (str(folder),))])
    cache = PictureCache(mixture.pictures, 10**9)
    return CropBatches(mixture, cache, [Stage(0, crops, 4)], seed=seed, process=process)


def test_pictures_of_folders_and_shards_are_found_in_order(tmp_path: Path) -> None:
    make_pictures(tmp_path / "a", 2)
    make_shard(tmp_path / "b.tar")
    (tmp_path / "a" / "notes.txt").write_text("none")
    found = find_stored_pictures([str(tmp_path / "a"), str(tmp_path / "b.tar")])
    assert [picture.path.name for picture in found] == ["0.png", "1.png", "b.tar", "b.tar", "b.tar"]
    assert find_stored_pictures([str(tmp_path)]) == found
    pixels, lossy = found[0].read()
    assert not lossy
    assert (pixels == np.asarray(photograph(120, 150, 0))).all()
    pixels, lossy = found[3].read()
    assert lossy
    assert np.abs(pixels.astype(int) - np.asarray(photograph(100, 130, 1))).mean() < 8


def test_only_lossy_webp_counts_as_lossy(tmp_path: Path) -> None:
    for name, lossless in (("a.webp", True), ("b.webp", False)):
        photograph().save(tmp_path / name, lossless=lossless)
    assert [picture.read()[1] for picture in find_stored_pictures([str(tmp_path)])] == [False, True]


def test_pictures_are_read_as_the_encoder_reads_them(tmp_path: Path) -> None:
    Image.fromarray(np.full((70, 80), 40_000, np.uint16)).save(tmp_path / "deep.png")
    (pixels, lossy) = find_stored_pictures([str(tmp_path / "deep.png")])[0].read()
    assert not lossy
    assert pixels.shape == (70, 80, 3)
    assert (pixels == 156).all()
    half = np.dstack((np.zeros((70, 80, 3), np.uint8), np.full((70, 80), 128, np.uint8)))
    Image.fromarray(half).save(tmp_path / "half.png")
    assert (find_stored_pictures([str(tmp_path / "half.png")])[0].read()[0] == 127).all(), "over white"
    turned = Image.Exif()
    turned[0x0112] = 6
    photograph(60, 90).save(tmp_path / "turned.jpg", exif=turned)
    assert find_stored_pictures([str(tmp_path / "turned.jpg")])[0].read()[0].shape == (90, 60, 3)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    photograph().save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:200])
    with pytest.raises(InputError, match=r"cut\.png: damaged"):
        find_stored_pictures([str(tmp_path / "cut.png")])[0].read()
    with pytest.raises(InputError, match="No such file"):
        StoredPicture(tmp_path / "gone.png").read()


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no picture found"):
        find_stored_pictures([str(tmp_path)])
    with pytest.raises(UsageError, match="is not a folder"):
        find_stored_pictures([str(tmp_path / "x")])
    (tmp_path / "x.tar").write_bytes(b"no tar file, but long enough to look like one" * 20)
    with pytest.raises(UsageError, match="no uncompressed tar file"):
        find_stored_pictures([str(tmp_path / "x.tar")])


def test_the_cache_keeps_to_its_size(tmp_path: Path) -> None:
    stored = find_stored_pictures([str(make_pictures(tmp_path / "a", 3))])
    one = 120 * 150 * 3
    cache = PictureCache(stored, 2 * one)
    first = cache.read(0)[0]
    assert cache.read(0)[0] is first
    cache.read(1)
    cache.read(0)  # so that 1 is the one least recently used
    second = cache.read(1)[0]
    cache.read(2)
    assert cache.read(1)[0] is second
    assert cache.read(0)[0] is not first
    assert PictureCache(stored, 0).read(1)[0].shape == (120, 150, 3)


def test_batches_follow_from_seed_process_and_step(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "a")
    crops, qualities, _ = batches(folder).batch(5)
    assert (crops.shape, crops.dtype) == ((4, 64, 64, 3), np.uint8)
    again, same, _ = batches(folder).batch(5)
    assert (crops == again).all()
    assert (qualities == same).all()
    for other in (
        batches(folder).batch(6),
        batches(folder, process=1).batch(5),
        batches(folder, seed=1).batch(5),
    ):
        assert (other[0] != crops).any()


def test_qualities_are_spread(tmp_path: Path) -> None:
    source = batches(make_pictures(tmp_path / "a", 1))
    drawn = np.array([sorted(source.batch(step)[1]) for step in range(100)])
    assert (drawn // 16 == np.arange(4)).all()
    assert len(np.unique(drawn)) > 60


def test_observers_are_in_their_share(tmp_path: Path) -> None:
    source = replace(batches(make_pictures(tmp_path / "a", 1)), observer_share=0.5)
    drawn = np.array([source.batch(step).observers for step in range(200)])
    assert drawn.dtype == np.float32
    assert ((drawn > 0).sum(axis=1) == 2).all(), "half of four, in every batch"
    assert (drawn == 1).mean() == pytest.approx(0.2, abs=0.05)
    between = drawn[(drawn > 0) & (drawn < 1)] * 255
    assert np.allclose(between, between.round(), atol=1e-4)
    assert between.min() < 30 and between.max() > 225
    assert not batches(tmp_path / "a").batch(0).observers.any()
    fixed = replace(source, fixed_observer=0.25).batch(3).observers
    assert fixed == pytest.approx([64 / 255] * 4)


def test_batches_come_in_order_from_any_step(tmp_path: Path) -> None:
    source = batches(make_pictures(tmp_path / "a"))
    made = list(source.from_step(3, 9))
    assert len(made) == 6
    for step, (crops, qualities, _) in enumerate(made, 3):
        expected = source.batch(step)
        assert (crops == expected[0]).all()
        assert (qualities == expected[1]).all()


def test_a_crop_at_full_size_is_a_part_of_the_picture_or_its_mirror() -> None:
    pixels = np.asarray(photograph(64, 200))
    crops = Crops(side=64, shrink_min=1.0, shrink_max=1.0, shrink_max_jpeg=1.0)
    random = np.random.default_rng(0)
    seen = set()
    for _ in range(20):
        crop = crops.draw(pixels, False, random).astype(int)
        errors = {
            flip: min(np.abs(crop[:, ::flip] - pixels[:, x : x + 64]).mean() for x in range(137))
            for flip in (1, -1)
        }
        assert min(errors.values()) < 1.5  # cut between pixels
        seen.add(min(errors, key=lambda flip: errors[flip]))
    assert seen == {1, -1}


def test_crops_of_a_shrunken_part_are_those_of_the_shrunken_picture() -> None:
    """Cutting a margin before shrinking must not show at the crop's edge."""
    pixels = np.asarray(photograph(256, 256))
    random = np.random.default_rng(3)
    crops = Crops(side=64, shrink_min=0.5, shrink_max=0.5, shrink_max_jpeg=0.5)
    for _ in range(5):
        state = random.bit_generator.state
        crop = crops.draw(pixels, False, random)
        random.bit_generator.state = state
        random.uniform(0.5, 0.5)
        left, top = random.uniform(0, 128), random.uniform(0, 128)
        chosen = (Image.Resampling.BICUBIC, Image.Resampling.LANCZOS, Image.Resampling.BOX)[
            random.integers(3)
        ]
        box = (left, top, left + 128, top + 128)
        whole = np.asarray(Image.fromarray(pixels).resize((64, 64), chosen, box))
        if random.integers(2):
            whole = whole[:, ::-1]
        assert np.abs(whole.astype(int) - crop).max() <= 1


def test_jpeg_is_shrunk_more() -> None:
    random = np.random.default_rng(0)
    pixels = np.zeros((70, 70, 3), np.uint8)
    assert WHOLE.draw(pixels, False, random) is not None
    assert WHOLE.draw(pixels, True, random) is None  # 70 * 0.75 pixels are left, and 64 are needed


def test_damaged_and_small_pictures_are_passed_over(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "a", 1)
    (folder / "bad.png").write_bytes(b"no picture")
    photograph(20, 20).save(folder / "small.png")
    source = batches(folder)
    for step in range(10):
        crops = source.batch(step).crops
        assert crops.shape == (4, 64, 64, 3)
        again = batches(folder).batch(step).crops  # which has not met the damaged one before
        assert (crops == again).all()
    (told,) = source.newly_damaged()
    assert "bad.png" in told
    assert source.newly_damaged() == []
    assert source.damaged == 1


def test_crops_grow_from_a_step_on(tmp_path: Path) -> None:
    mixture = Mixture([PictureClass("pictures", (str(make_pictures(tmp_path / "a", 2, 140, 150)),))])
    stages = [Stage(0, WHOLE, 4), Stage(3, replace(WHOLE, side=128), 2)]
    cache = PictureCache(mixture.pictures, 10**9)
    source = CropBatches(mixture, cache, stages, seed=0, process=0)
    shapes = [batch.crops.shape for batch in source.from_step(1, 5)]
    assert shapes == [(4, 64, 64, 3)] * 2 + [(2, 128, 128, 3)] * 2
    assert len(source.batch(3)[1]) == 2


def test_classes_and_colours_follow_from_the_seed_too(tmp_path: Path) -> None:
    make_pictures(tmp_path / "a", 2)
    for number in range(2):
        Image.new("RGB", (100, 100), (number, 200, 0)).save(
            make_pictures(tmp_path / "b", 0) / f"{number}.png"
        )
    classes = [PictureClass("a", (str(tmp_path / "a"),), 0.75), PictureClass("b", (str(tmp_path / "b"),))]
    mixture = Mixture(classes)

    def made(seed: int, augmentation: Augmentation) -> list[np.ndarray]:
        stages = [Stage(0, replace(WHOLE, augmentation=augmentation), 4)]
        cache = PictureCache(mixture.pictures, 10**9)
        source = CropBatches(mixture, cache, stages, seed=seed, process=0, threads=2)
        return [batch.crops for batch in source.from_step(0, 4)]

    plain = made(0, Augmentation())
    flat = [sum(len(np.unique(crop[..., 1])) == 1 for crop in crops) for crops in plain]
    assert flat == [1, 1, 1, 1]  # the second class's part of every batch
    changed = Augmentation(hue=0.5, dark=0.5)
    first, second, other = made(0, changed), made(0, changed), made(1, changed)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first, plain)


def test_it_is_told_where_no_picture_can_be_used(tmp_path: Path) -> None:
    photograph(20, 20).save(tmp_path / "small.png")
    with pytest.raises(InputError, match=r"100 pictures in a row .*small.png: smaller than a crop"):
        batches(tmp_path).batch(0)

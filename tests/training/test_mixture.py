"""Pictures of several classes."""

from pathlib import Path

import numpy as np
import pytest

from beholder.training.classes import PictureClass
from beholder.training.mixture import Mixture
from tests.training.folders import make_pictures


def mixture(folder: Path, share: float | None = 0.25) -> Mixture:
    """Six photographs and two screens."""
    return Mixture(
        [
            PictureClass("photo", (str(make_pictures(folder / "photo", 6, 8, 8)),)),
            PictureClass("screen", (str(make_pictures(folder / "screen", 2, 8, 8)),), share),
        ]
    )


def test_classes_come_in_their_shares_in_every_batch(tmp_path: Path) -> None:
    mixed = mixture(tmp_path)
    assert mixed.shares == pytest.approx((0.75, 0.25))
    random = np.random.default_rng(0)
    drawn = np.array([mixed.draw_classes(8, random) for _ in range(50)])
    assert (drawn.sum(axis=1) == 2).all()
    assert len(np.unique(drawn, axis=0)) > 20  # at other places in the batch
    few = [mixed.draw_classes(2, random).sum() for _ in range(400)]
    assert np.mean(few) == pytest.approx(0.5, abs=0.1)
    numbers = {mixed.draw_picture(1, random) for _ in range(50)}
    assert {mixed.pictures[number].path.parent.name for number in numbers} == {"screen"}
    assert len(numbers) == 2


def test_without_shares_pictures_count_alike(tmp_path: Path) -> None:
    assert mixture(tmp_path, None).shares == pytest.approx((0.75, 0.25))


def test_one_class_draws_nothing(tmp_path: Path) -> None:
    """So that runs of one class make the same numbers as before there were classes."""
    alone = Mixture([PictureClass("pictures", (str(make_pictures(tmp_path / "a", 3, 8, 8)),))])
    random = np.random.default_rng(0)
    before = random.bit_generator.state
    assert (alone.draw_classes(4, random) == 0).all()
    assert random.bit_generator.state == before


def test_some_pictures_of_each_class_are_taken(tmp_path: Path) -> None:
    mixed = mixture(tmp_path, 0.1)
    names = [mixed.pictures[number].path.parent.name for number in mixed.spread(4)]
    assert names == ["photo", "photo", "photo", "photo", "screen"]
    assert len(mixed.spread(1000)) == 8

"""Profile files: written, read, refused."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import beholder
from beholder.observers import Profile, load_profile, shipped_profiles
from beholder.observers._place import central_mean
from benchmarks.networks.shipped_profiles import combine

TABLES = {
    name: np.random.default_rng(number).uniform(0.01, 4, (3, 64)).astype(np.float32)
    for number, name in enumerate(("4:4:4", "4:2:2", "4:2:0"))
}
PROFILE = Profile("a network", TABLES, {"data": "photographs", "count": 3})
PLACE = np.random.default_rng(3).uniform(0, 3, (24, 24)).astype(np.float32)
PLACE[:, :5] = 0  # networks that crop see nothing there


def test_a_file_keeps_four_digits_and_the_provenance(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(PROFILE.to_json())
    again = load_profile(str(path))
    assert (again.model, again.provenance) == ("a network", {"data": "photographs", "count": 3})
    for name, table in TABLES.items():
        assert again.tables[name] == pytest.approx(table, rel=1e-3)
    assert again.to_json() == PROFILE.to_json()
    assert again.place is None


def test_a_file_keeps_the_map_of_places(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    profile = replace(PROFILE, place=PLACE)
    path.write_text(profile.to_json())
    again = load_profile(str(path))
    assert again.place == pytest.approx(PLACE, rel=1e-3)
    assert again.to_json() == profile.to_json()
    for name, table in TABLES.items():
        assert again.tables[name] == pytest.approx(table, rel=1e-3)


def test_without_a_map_all_places_are_alike() -> None:
    for blocks in PROFILE.block_places((100, 300), ((2, 2), (1, 1), (1, 1))):
        assert blocks == pytest.approx(np.ones(blocks.shape))


def test_the_profile_of_several_networks_is_their_mean() -> None:
    other = Profile("other", {name: 7 * table[::-1] for name, table in TABLES.items()}, place=5 * PLACE.T)
    both = combine("both", [replace(PROFILE, place=PLACE), other])
    for name, table in TABLES.items():
        assert both.tables[name] == pytest.approx((table + table[::-1]) / 2 / table.mean(), rel=1e-5)
    assert both.place == pytest.approx((PLACE + PLACE.T) / 2 / central_mean(PLACE), rel=1e-5)
    assert list(both.provenance["mean of"]) == ["a network", "other"]


def test_a_network_without_a_map_counts_as_one_that_looks_everywhere_alike() -> None:
    both = combine("both", [replace(PROFILE, place=PLACE), PROFILE])
    assert both.place == pytest.approx(PLACE / central_mean(PLACE) / 2 + 0.5, rel=1e-5)
    assert combine("both", [PROFILE, PROFILE]).place is None


def test_shipped_classifiers_look_at_the_central_crop() -> None:
    assert {"machine", "squeezenet"} <= set(shipped_profiles())
    for name in ("machine", "squeezenet", "efficientnet_lite0"):
        blocks = load_profile(name).block_places((256, 384), ((1, 1),))[0]
        inside, margin = blocks[2:-2, 10:-10], np.hstack([blocks[:, :8], blocks[:, -8:]])
        assert margin.mean() < 0.02 * inside.mean()
        assert inside[10:18, 10:18].mean() > 1.3 * inside.mean()


@pytest.mark.parametrize(
    ("sampling", "name"),
    [
        (((1, 1), (1, 1), (1, 1)), "4:4:4"),
        (((2, 1), (1, 1), (1, 1)), "4:2:2"),
        (((2, 2), (1, 1), (1, 1)), "4:2:0"),
        (((4, 1), (1, 1), (1, 1)), "4:2:0"),
    ],
)
def test_tables_go_with_the_sampling(sampling: tuple, name: str) -> None:
    weights = PROFILE.frequency(sampling)
    assert weights.mean() == pytest.approx(1)
    assert weights == pytest.approx(TABLES[name] / TABLES[name].mean(), rel=1e-5)


def test_grey_takes_the_row_of_luma() -> None:
    weights = PROFILE.frequency(((1, 1),))
    assert weights.shape == (1, 64)
    assert weights[0] / weights[0].sum() == pytest.approx(TABLES["4:4:4"][0] / TABLES["4:4:4"][0].sum())


RECORD = json.loads(PROFILE.to_json())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no json", "is not a profile"),
        ("[]", "is not a profile: make one with `beholder calibrate`"),
        (json.dumps({**RECORD, "format": "other"}), "is not a profile"),
        (json.dumps({**RECORD, "version": 2}), "profile version 2; this Beholder reads version 1"),
        (json.dumps({**RECORD, "tables": {}}), "damaged profile.*no table for 4:4:4"),
        (json.dumps({**RECORD, "tables": {"4:4:4": "x"}}), "damaged profile"),
        (
            json.dumps({**RECORD, "tables": {**RECORD["tables"], "4:2:0": [[0.0] * 64] * 3}}),
            "damaged profile.*positive numbers",
        ),
        (json.dumps({**RECORD, "tables": {**RECORD["tables"], "4:2:0": [[1.0]]}}), "has shape"),
        (json.dumps({**RECORD, "place": [[1.0]]}), r"damaged profile: the map .* has shape \(1, 1\)"),
        (json.dumps({**RECORD, "place": [[0.0] * 24] * 24}), "damaged profile.*of at least 0, some of"),
        (json.dumps({**RECORD, "place": [[-1.0] + [2.0] * 23] * 24}), "damaged profile.*of at least 0"),
        (json.dumps({**RECORD, "place": [[float("nan")] * 24] * 24}), "damaged profile.*of at least 0"),
        (json.dumps({**RECORD, "place": "x"}), "damaged profile"),
    ],
)
def test_files_that_are_no_profiles(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(beholder.InputError, match=message) as caught:
        load_profile(str(path))
    assert str(caught.value).startswith(str(path))


def test_a_name_that_is_neither_file_nor_profile() -> None:
    with pytest.raises(beholder.UsageError, match=r"no profile file .* and no profile of that name"):
        load_profile("no_such_network")

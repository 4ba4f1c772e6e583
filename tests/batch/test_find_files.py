"""Pictures that files and folders stand for."""

from pathlib import Path

import pytest

from beholder.batch.find_files import find_pictures
from beholder.errors import UsageError


def test_takes_folders_whole_and_each_picture_once(photos: Path) -> None:
    found = find_pictures([str(photos / "a.png"), str(photos), str(photos / "sub" / "d.png")])
    names = [Path(path).relative_to(photos).as_posix() for path in found.paths]
    assert names[0] == "a.png"
    assert sorted(names) == ["a.png", "b.JPG", "sub/c.tif", "sub/d.png", "sub/deep/e.webp", "sub/deep/f.png"]
    assert found.problems == ()


def test_tells_what_holds_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"nosuch: no such file or folder; --images takes"):
        find_pictures([str(tmp_path), "nosuch"])
    found = find_pictures([str(tmp_path / "empty")])
    assert (found.paths, found.problems) == ((), (f"{tmp_path / 'empty'}: no picture found",))

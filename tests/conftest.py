"""For all tests: files to work on, and properties without a deadline, since machines may be busy."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.cli.program import photograph

settings.register_profile("beholder", deadline=None)
settings.load_profile("beholder")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """``a.png``."""
    path = tmp_path / "a.png"
    photograph().save(path)
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of six pictures in three folders, with other files between them."""
    folder = tmp_path / "photos"
    for number, name in enumerate(
        ("a.png", "b.JPG", "sub/c.tif", "sub/d.png", "sub/deep/e.webp", "sub/deep/f.png")
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        photograph(seed=number).save(path)
    (folder / "notes.txt").write_text("no picture")
    (folder / ".hidden.png").write_bytes(b"")
    (folder / ".cache").mkdir()
    (folder / ".cache" / "g.png").write_bytes(b"")
    return folder

"""What plans say of what they leave out; the rest of them is tested through the program."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beholder.batch.conversion import decoding, encoding
from beholder.batch.find_files import find_pictures
from beholder.batch.plan import make_plan
from beholder.codecs.registry import find_codec

TO_JPEG = encoding(find_codec("jpeg"))

Walked = Iterator[tuple[str, list[str], list[str]]]


def test_a_folder_that_cannot_be_read_is_told(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = os.walk

    def half_closed(folder: str, onerror: Callable[[OSError], None]) -> Walked:
        onerror(PermissionError(13, "Permission denied", "photos/closed"))
        return walk(folder)

    monkeypatch.setattr("beholder.batch.find_files.os.walk", half_closed)
    plan = make_plan([str(photos)], "out", TO_JPEG, recursive=True)
    assert len(plan.jobs) == 6
    assert (plan.found.missing, plan.found.unreadable) == ((), ("photos/closed: Permission denied",))

    def closed(folder: str, onerror: Callable[[OSError], None]) -> Walked:
        onerror(PermissionError(13, "Permission denied", folder))
        return iter(())

    monkeypatch.setattr("beholder.batch.find_files.os.walk", closed)
    plan = make_plan([str(photos)], "out", TO_JPEG, recursive=True)
    assert plan.jobs == plan.found.missing == ()
    assert plan.found.unreadable == (f"{photos}: Permission denied",)


def test_what_is_not_taken_is_counted_and_a_missing_reader_named(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (photos / f"{number}.HEIC").write_bytes(b"")
    (photos / "bare").write_bytes(b"")
    monkeypatch.setattr("beholder.image.picture_formats.find_spec", lambda name: None)
    plan = make_plan([str(photos)], "out", TO_JPEG, recursive=True)
    (note,) = (note for note in plan.found.notes if ".heic" in note)
    assert note.startswith("3 .heic files are not taken: reading HEIC needs pillow-heif")
    assert plan.found.passed_over[".heic"] == 3
    assert plan.found.passed_over["without suffix"] == 1
    assert any(".heic" in note for note in find_pictures([str(photos)]).notes)
    plan = make_plan([str(photos)], "out", decoding(), recursive=True)
    assert plan.found.notes == (), "no picture is looked for"

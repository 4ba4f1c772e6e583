"""What a plan says of folders that cannot be read; the rest of it is tested through the program."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from beholder.batch.plan import TO_JPEG, make_plan

Walked = Iterator[tuple[str, list[str], list[str]]]


def test_a_folder_that_cannot_be_read_is_told(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = os.walk

    def half_closed(folder: str, onerror: Callable[[OSError], None]) -> Walked:
        onerror(PermissionError(13, "Permission denied", "photos/closed"))
        return walk(folder)

    monkeypatch.setattr("beholder.batch.find_files.os.walk", half_closed)
    plan = make_plan([str(photos)], "out", TO_JPEG, recursive=True)
    assert len(plan.jobs) == 6
    assert (plan.missing, plan.unreadable) == ((), ("photos/closed: Permission denied",))

    def closed(folder: str, onerror: Callable[[OSError], None]) -> Walked:
        onerror(PermissionError(13, "Permission denied", folder))
        return iter(())

    monkeypatch.setattr("beholder.batch.find_files.os.walk", closed)
    plan = make_plan([str(photos)], "out", TO_JPEG, recursive=True)
    assert plan.jobs == plan.missing == ()
    assert plan.unreadable == (f"{photos}: Permission denied",)

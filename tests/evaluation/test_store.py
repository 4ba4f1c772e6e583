import math
import subprocess
import sys
from pathlib import Path

import pytest

from beholder.errors import InputError, OutputError
from beholder.evaluation.store import Store, key_of


def test_keeps_values_over_runs_in_a_file_a_run(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "cache"
    with Store(folder) as store:
        assert "a" not in store
        store.put({"a": {"size": 3, "name": "x"}, "b": {"psnr": math.inf}})
        assert store.get("a") == {"size": 3, "name": "x"}
    with Store(folder) as store:
        assert "b" in store
        store.put({"c": {"x": None}})
    with Store(folder) as store:
        assert [store.get(key) for key in "abcd"] == [
            {"size": 3, "name": "x"},
            {"psnr": math.inf},
            {"x": None},
            None,
        ]
    assert len(list(folder.iterdir())) == 2


def test_a_run_that_finds_out_nothing_leaves_no_file(tmp_path: Path) -> None:
    with Store(tmp_path / "cache"):
        pass
    assert not (tmp_path / "cache").exists()


def test_two_runs_at_once_have_files_of_their_own(tmp_path: Path) -> None:
    with Store(tmp_path) as first, Store(tmp_path) as second:
        first.put({"a": {"x": 1}})
        second.put({"b": {"x": 2}})
        first.put({"c": {"x": 3}})
    with Store(tmp_path) as store:
        assert [store.get(key) for key in "abc"] == [{"x": 1}, {"x": 2}, {"x": 3}]


def test_a_file_cut_at_any_byte_holds_the_lines_before_the_cut(tmp_path: Path) -> None:
    with Store(tmp_path / "whole") as store:
        for number in range(3):
            store.put({f"key{number}": {"x": number}})
    (file,) = (tmp_path / "whole").iterdir()
    data = file.read_bytes()
    for length in range(len(data) + 1):
        folder = tmp_path / str(length)
        folder.mkdir()
        (folder / file.name).write_bytes(data[:length])
        with Store(folder) as store:
            there = [f"key{number}" in store for number in range(3)]
            assert there == [number < data[:length].count(b"\n") for number in range(3)]
            store.put({"new": {"x": 9}})
        with Store(folder) as store:
            assert store.get("new") == {"x": 9}
            assert ["key0" in store, "key1" in store, "key2" in store] == there


def test_a_damaged_line_before_the_last_is_told(tmp_path: Path) -> None:
    (tmp_path / "records-0001.jsonl").write_bytes(b'{"key": "a", "va\n{"key": "b", "value": {}}\n')
    with pytest.raises(InputError, match=r"records-0001.jsonl: line 1 is not a record .* delete the file"):
        Store(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with Store(tmp_path / "file" / "cache") as store, pytest.raises(OutputError, match="cannot be written"):
        store.put({"a": {}})


def test_keys_tell_lists_apart() -> None:
    assert key_of("ab", "c") != key_of("a", "bc")
    assert key_of("a") == key_of("a")
    assert len(key_of("a")) == 64


def test_a_full_disk_is_told_and_leaves_whole_lines(tmp_path: Path) -> None:
    """A file that takes 60 bytes and no more, as a disk that fills up."""
    code = """
import resource, signal, sys
from pathlib import Path
from beholder.errors import OutputError
from beholder.evaluation.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store(Path("cache")) as store:
    store.put({"a": {"x": 1}})
    resource.setrlimit(resource.RLIMIT_FSIZE, (60, 60))
    try:
        store.put({"b": {"x": 2 ** 200}})
    except OutputError as error:
        assert str(error).startswith("cache: the cache cannot be written (File too large); "), error
        assert store.get("b") is None
        sys.exit(7)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (7, "")
    with Store(tmp_path / "cache") as store:
        assert store.get("a") == {"x": 1}
        assert store.get("b") is None, "its line is torn"

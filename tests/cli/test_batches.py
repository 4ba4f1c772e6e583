"""Batches that were stopped, files that are no pictures, times of files, and names that are not UTF-8."""

import base64
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from beholder.batch.find_files import find_pictures, format_passed_over
from beholder.batch.records import RECORD_VERSION, Record, format_record
from tests.cli.program import Program, photograph, tree

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and names of POSIX")


def test_skip_existing_goes_on_where_a_run_was_stopped(
    program: Program, photos: Path, tmp_path: Path
) -> None:
    batch = ("encode", "photos", "-r", "-o", "out", "-q", "60")
    assert program(*batch).code == 0
    whole = tree(tmp_path / "out")
    for name in ("a.jpg", "sub/d.jpg"):
        (tmp_path / "out" / name).unlink()
    (tmp_path / "out" / "b.JPG").write_bytes(b"whatever is there")
    done = program(*batch, "--skip-existing", "--json")
    assert (done.code, done.errors[:-1]) == (0, [])
    statuses = {record["output"]: record["status"] for record in done.records}
    assert sorted(name for name, status in statuses.items() if status == "encoded") == [
        str(Path("out", "a.jpg")),
        str(Path("out", "sub", "d.jpg")),
    ]
    assert done.records[1]["notes"] == ["the output exists already"]
    assert tree(tmp_path / "out") == whole | {"b.JPG": b"whatever is there"}
    done = program(*batch, "--skip-existing", "-v")
    assert done.code == 0
    assert done.lines[0] == f"photos/a.png: skipped, {Path('out', 'a.jpg')} exists already"
    assert done.lines[-1].startswith("0 encoded, 6 skipped, 3 not taken")
    done = program(*batch, "--skip-existing", "--dry-run")
    assert (done.code, done.lines) == (0, [])


def test_results_beside_their_sources_are_no_new_inputs(program: Program, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "sub/c.png"):
        (tmp_path / "f" / name).parent.mkdir(parents=True, exist_ok=True)
        photograph().save(tmp_path / "f" / name)
    assert program("encode", "f", "-r", "-q", "60").code == 0
    whole = tree(tmp_path / "f")
    (tmp_path / "f" / "sub" / "c.jpg").unlink()
    done = program("encode", "f", "-r", "-q", "60", "--skip-existing", "--json")
    assert (done.code, done.errors) == (0, [])
    assert {record["input"]: record["status"] for record in done.records} == {
        str(Path("f", "a.jpg")): "skipped",
        str(Path("f", "a.png")): "skipped",
        str(Path("f", "b.jpg")): "skipped",
        str(Path("f", "b.png")): "skipped",
        str(Path("f", "sub", "c.png")): "encoded",
    }
    assert tree(tmp_path / "f") == whole


def test_newer_takes_what_has_changed_since(program: Program, photos: Path, tmp_path: Path) -> None:
    batch = ("encode", "photos", "-r", "-o", "out", "-q", "60", "--newer", "--json")
    assert program(*batch).code == 0
    before = tree(tmp_path / "out")
    done = program(*batch)
    assert {record["status"] for record in done.records} == {"skipped"}
    assert done.records[0]["notes"] == ["the output is not older than the input"]
    photograph(seed=9).save(photos / "a.png")
    made = (tmp_path / "out" / "a.jpg").stat().st_mtime_ns
    os.utime(photos / "a.png", ns=(made, made + 1))
    done = program(*batch)
    assert [record["status"] for record in done.records] == ["encoded"] + ["skipped"] * 5
    after = tree(tmp_path / "out")
    assert [name for name in after if after[name] != before[name]] == ["a.jpg"]


@pytest.mark.parametrize(
    "flags",
    [
        ["--skip-existing", "--overwrite"],
        ["--skip-existing", "--newer"],
        ["--in-place", "-q", "60", "--newer"],
        ["--in-place", "-q", "60", "--skip-existing"],
        ["-o", "-", "--preserve"],
        ["-o", "-", "--skip-existing"],
    ],
)
def test_flags_that_contradict_each_other(program: Program, jpeg: Path, flags: list[str]) -> None:
    before = jpeg.read_bytes()
    done = program("encode", "old.jpg", *flags)
    assert (done.code, done.out) == (2, b"")
    assert jpeg.read_bytes() == before


@pytest.mark.parametrize("flag", ["-p", "--preserve"])
def test_times_are_kept_when_told(program: Program, jpeg: Path, tmp_path: Path, flag: str) -> None:
    times = (1_000_000_000_123_456_789, 1_100_000_000_987_654_321)
    os.utime(jpeg, ns=times)
    kept = jpeg.stat().st_mtime_ns  # what the file system made of it
    assert program("encode", "old.jpg", "-o", "new.jpg", "-q", "60", flag).code == 0
    assert (tmp_path / "new.jpg").stat().st_mtime_ns == kept
    assert program("encode", "old.jpg", "--in-place", "-q", "60", flag).code == 0
    assert jpeg.stat().st_mtime_ns == kept
    assert program("encode", "old.jpg", "-o", "now.jpg", "-q", "50").code == 0
    assert (tmp_path / "now.jpg").stat().st_mtime_ns > kept


@needs_posix
def test_pipes_devices_and_sockets_below_folders_are_skipped_with_a_word(
    program: Program, photos: Path, tmp_path: Path
) -> None:
    os.mkfifo(photos / "pipe.png")
    (photos / "null.jpg").symlink_to(os.devnull)
    place = os.path.relpath(photos / "s.png")  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place)
        done = program("encode", "photos", "-r", "-o", "out", "-q", "60")
        found = find_pictures([str(photos)])
    assert done.code == 0
    assert done.errors == [
        f"beholder: note: photos/{name}: is {kind}, not a file; it is skipped"
        for name, kind in (("null.jpg", "a device"), ("pipe.png", "a named pipe"), ("s.png", "a socket"))
    ]
    assert len(tree(tmp_path / "out")) == 6
    assert (len(found.paths), found.problems, len(found.notes)) == (6, (), 3)
    # A pipe that is named is read, as the shell's <(...) asks for.
    with subprocess.Popen(
        [sys.executable, "-m", "beholder", "encode", "photos/pipe.png", "-o", "pipe.jpg"], cwd=tmp_path
    ) as running:
        (photos / "pipe.png").write_bytes((photos / "a.png").read_bytes())
    assert running.returncode == 0
    with Image.open(tmp_path / "pipe.jpg") as image:
        assert image.size == (64, 48)


def test_a_folder_without_pictures_says_what_it_holds(program: Program, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("no picture")
    done = program("encode", "texts", "-r", "-o", "out")
    assert (done.code, done.lines) == (3, [])
    assert done.errors == ["beholder: texts: no picture found", "beholder: note: 1 not taken (1 .txt)"]


def test_many_kinds_are_summed_up() -> None:
    kinds = {f".{number}": number for number in range(1, 9)}
    assert format_passed_over(kinds) == "36 not taken (8 .8, 7 .7, 6 .6, 5 .5, 4 .4, 3 .3, 3 others)"


@needs_posix
def test_every_name_gives_valid_json(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    names = [b"bad\xff.png", b"latin \xe9.png", "\u65e5.png".encode(), b"cut \xf0\x9f.png", b"new\nline.png"]
    for name in names:
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:  # noqa: PTH123 -- a name of bytes
            photograph().save(file, "PNG")
    (folder / "broken \udcfe.png").write_bytes(b"no picture")
    done = program("encode", "n", "-r", "-o", "out", "--json")
    records = [json.loads(line.decode("utf-8", "strict")) for line in done.out.splitlines()]
    raw = []
    for record in records:
        record["input"].encode("utf-8", "strict")
        raw.append(base64.b64decode(record.get("input_base64", "")) or record["input"].encode())
        assert ("\ufffd" in record["input"]) == ("input_base64" in record) == ("output_base64" in record)
    assert sorted(raw) == sorted([b"n/" + name for name in names] + [b"n/broken \xfe.png"])
    (failed,) = (record for record in records if record["status"] == "failed")
    assert failed["error"].startswith("n/broken \ufffd.png: ")
    for line in program("inspect", "out/bad\udcff.jpg", "n", "--json").out.splitlines():
        json.loads(line)["input"].encode("utf-8", "strict")


def test_records_have_one_shape() -> None:
    keys = set(json.loads(format_record(Record(command="encode", input="a", status="planned"))))
    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    assert all(f"| `{key}` |" in text for key in keys), "documented"
    assert f"`version` is {RECORD_VERSION}" in text


def test_records_of_every_command_have_the_same_keys(
    program: Program, picture: Path, jpeg: Path, tmp_path: Path
) -> None:
    runs = [
        program("encode", "a.png", "no.png", "--json", "-o", "out/"),
        program("encode", "a.png", "--json", "--dry-run"),
        program("decode", "no.bhd", "--json", "--dry-run"),
        program("inspect", "old.jpg", "no.jpg", "--json"),
        program("inspect", "old.jpg", "--observer", "human", "--heatmap", "h.png", "--json"),
        program("compare", "a.png", "old.jpg", "no.jpg", "--json"),
    ]
    records = [record for run in runs for record in run.records]
    assert len(records) == 9
    assert all(set(record) == set(records[0]) for record in records)
    assert {record["version"] for record in records} == {RECORD_VERSION}
    for record in records:
        assert (record["error"] is not None) == (record["status"] == "failed")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="names of open files are looked up in /proc")
def test_words_do_not_go_into_a_picture(picture: Path, tmp_path: Path) -> None:
    with (tmp_path / "out.jpg").open("wb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "beholder", "encode", "a.png"],
            cwd=tmp_path,
            stdout=file,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert b"standard output goes to out.jpg, and would take what the program prints; give -o" in done.stderr
    assert sorted(tree(tmp_path)) == ["a.png", "out.jpg"]
    assert (tmp_path / "out.jpg").read_bytes() == b""

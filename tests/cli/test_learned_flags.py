"""The learned codec's flags: checked before anything is read, and before torch is loaded or looked for."""

from pathlib import Path

import pytest

from tests.cli.program import Program, tree

NOT_READ = b"reading this would fail"


@pytest.fixture(autouse=True)
def files(tmp_path: Path) -> None:
    for name in ("a.png", "b.bhd", "c.bhd", "c.png", "d.tif"):
        (tmp_path / name).write_bytes(NOT_READ)


@pytest.mark.parametrize(
    "flags",
    [
        ["--machine-weight", "1"],
        ["--adapt", "none"],
        ["--subsampling", "4:4:4"],
        ["--lossless"],
        ["--in-place"],
    ],
)
def test_flags_of_the_codec_jpeg_are_refused(program: Program, tmp_path: Path, flags: list[str]) -> None:
    before = tree(tmp_path)
    done = program("encode", "a.png", "--codec", "learned", *flags)
    assert done.code == 2
    assert done.errors == [f"beholder: {flags[0]} is for the codec jpeg; leave it out, or give --codec jpeg"]
    assert tree(tmp_path) == before


def test_a_file_holds_options_of_the_codec_that_is_chosen(program: Program, tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text('quality = 64\nrounding = "nearest"\n')
    words = ("encode", "a.png", "--codec", "learned", "--config", "c.toml", "--dry-run")
    done = program(*words)
    assert done.errors == ["beholder: c.toml: quality is 64; it must be a whole number from -24 to 63"]
    (tmp_path / "c.toml").write_text('quality = 63\nrounding = "nearest"\n')
    assert program(*words).code == 0
    (tmp_path / "c.toml").write_text("adapt = 'none'\n")
    assert program(*words).errors[0].startswith("beholder: c.toml: unknown option 'adapt'; ")
    for observer in ("'0.3'", "0.3", "1", "'machine'"):
        (tmp_path / "c.toml").write_text(f"kl = 0.5\nmodel = 'net.pt'\nobserver = {observer}\n")
        assert program(*words).code == 0


@pytest.mark.parametrize("flag", ["--weights", "--device"])
def test_flags_of_the_learned_codec_are_refused_without_it(program: Program, flag: str) -> None:
    done = program("encode", "a.png", flag, "cpu")
    assert done.code == 2
    assert done.errors == [
        f"beholder: {flag} is for the codec learned; leave it out, or give --codec learned"
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-q", "64"], "quality is 64; it must be a whole number from -24 to 63"),
        (["-q", "40.5"], "quality is 40.5; it must be a whole number from -24 to 63"),
        (["-q", "nan"], "quality is nan; it must be a whole number"),
        (["-q", "inf"], "quality is inf; it must be a whole number"),
        (["-q", "5", "--bpp", "1"], "not allowed with argument"),
        (["--bpp", "25"], "bpp is 25; it must be a number from 0.001 to 24"),
        (["--threads", "0"], "threads is 0; it must be a whole number from 1 to 1024"),
        (["--background", "mauve"], "background is 'mauve'"),
        (
            ["--observer", "machine:yolox_nano"],
            "are for the codec jpeg; for the learned codec it must be",
        ),
        (
            ["--observer", "1.5"],
            "observer is '1.5'; for the learned codec it must be human, mse",
        ),
        (["--model", "net.pt"], "a model looks with effort 'loop' or for a target kl; give one of them"),
        (["--kl", "0.1", "--bpp", "1"], "not allowed with argument"),
        (["--effort", "loop", "--adapt", "none"], "--adapt is for the codec jpeg; leave it out"),
        (["--json", "-o", "-"], "--json and -o - both want standard output"),
        (
            ["-o", "new.jpg"],
            "new.jpg is not named like a .bhd file; write new.bhd",
        ),
        (["-o", "new"], "write new.bhd (a file) or new/ (a folder)"),
        (["c.png", "-o", "new.bhd"], "new.bhd is named like a file, and several pictures need a folder"),
        (["c.bhd", "-o", "./"], "c.bhd would replace it; give -o another place"),
    ],
)
def test_encode_checks_first(program: Program, tmp_path: Path, arguments: list[str], words: str) -> None:
    before = tree(tmp_path)
    done = program("encode", "--codec", "learned", "a.png", *arguments)
    assert done.code == 2
    assert words in done.errors[-1]
    assert "--in-place" not in done.errors[-1]
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["b.bhd", "-o", "b.jpg"],
            "b.jpg is not named like a picture without loss; write b.png",
        ),
        (["b.bhd", "-o", "new"], "write new.png (a file) or new/ (a folder)"),
        (["b.bhd", "c.bhd", "-o", "new.tif"], "new.tif is named like a file, and several pictures need"),
        (["b.bhd", "c.bhd", "-o", "-"], "takes one picture"),
        (["b.bhd", "--threads", "0"], "threads is 0; it must be a whole number from 1 to 1024"),
        (["b.bhd", "-q", "5"], "-q is not a flag of beholder decode"),
        (["b.bhd", "--json", "-o", "-"], "--json and -o - both want standard output"),
        (
            ["b.bhd", "new.png"],
            "new.png does not exist, and names without a flag are inputs; if it is the result",
        ),
        (["c.png"], "would replace it; give -o another place; files to convert are named .bhd"),
        (["-"], "give -o FILE"),
        (["."], "is a folder; add -r"),
    ],
)
def test_decode_checks_first(program: Program, tmp_path: Path, arguments: list[str], words: str) -> None:
    before = tree(tmp_path)
    done = program("decode", *arguments)
    assert done.code == 2
    assert words in done.errors[-1]
    assert "--in-place" not in done.errors[-1]
    assert tree(tmp_path) == before


def test_a_result_that_is_named_so_tells_of_the_codec(program: Program) -> None:
    done = program("encode", "a.png", "-o", "a.bhd")
    assert done.code == 2
    assert done.errors[0].endswith("; .bhd files are made with --codec learned")


def test_dry_runs_read_nothing_and_need_nothing(program: Program, tmp_path: Path) -> None:
    before = tree(tmp_path)
    done = program("encode", "a.png", "no.png", "c.png", "--codec", "learned", "--weights", "no", "--dry-run")
    assert (done.code, done.lines) == (1, ["a.png -> a.bhd"])
    assert done.errors == [
        "beholder: no.png: No such file or directory",
        "beholder: c.bhd: exists already; name another file, or give --overwrite",
    ]
    # A file of the learned codec may be called what it likes; all results of a run have one format.
    done = program("decode", "b.bhd", "c.bhd", "d.tif", "--dry-run", "--json", "--overwrite", "-o", "out")
    assert done.code == 0
    assert [(record["output"], record["status"]) for record in done.records] == [
        (str(Path("out", name)), "planned") for name in ("b.png", "c.png", "d.png")
    ]
    assert program("decode", ".", "-r", "-o", "out", "--dry-run").lines == [
        f"{Path(name)} -> {Path('out', name).with_suffix('.png')}" for name in ("b.bhd", "c.bhd")
    ]
    assert tree(tmp_path) == before


def test_nothing_matched(program: Program, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = program("decode", "empty", "-r")
    assert (done.code, done.errors) == (3, ["beholder: empty: no picture found"])

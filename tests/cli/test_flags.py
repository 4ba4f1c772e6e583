"""Words that are no flags of ours, as users of other programs type them."""

import argparse
from pathlib import Path

import pytest

from beholder.cli.foreign_flags import meaning_here
from beholder.cli.parser import build_parser
from tests.cli.program import Program, photograph, tree

ALWAYS_OPTIMISED = "files are always optimised; leave it out"
AS_THEY_ARE = "pictures are encoded as they are (their orientation is kept); change them before"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (
            ["-outfile", "x.jpg", "a.png"],
            "-outfile is not a flag of beholder encode; did you mean --output FILE?",
        ),
        (["a.png", "-out.jpg"], "-out.jpg is not a flag of beholder encode; did you mean --output"),
        (["-rotate", "90", "a.png"], AS_THEY_ARE),
        (["-optimize", "a.png"], ALWAYS_OPTIMISED),
        (["-quality", "80", "a.png"], "did you mean --quality?"),
        (["-progressive", "a.png"], "did you mean --scans progressive?"),
        (["-copy", "all", "a.png"], "did you mean --metadata keep?"),
        (["-sample", "2x2", "a.png"], "did you mean --subsampling 4:2:0?"),
        (["-resize", "50%", "a.png"], AS_THEY_ARE),
        (["-strip", "a.png"], "did you mean --metadata strip?"),
        (["-m80", "a.png"], "did you mean --quality Q?"),
        (["-m", "80", "a.png"], "did you mean --quality Q?"),
        (["--max=80", "a.png"], "did you mean --quality Q?"),
        (["--all-progressive", "a.png"], "did you mean --scans progressive?"),
        (["--strip-all", "a.png"], "did you mean --metadata strip?"),
        (["-d", "out", "a.png"], "did you mean --output FOLDER/?"),
        (["-n", "a.png"], "did you mean --dry-run?"),
        (["-f", "a.png"], "did you mean --overwrite?"),
        (["-lossless", "a.png"], "did you mean --lossless?"),
        (["-size", "60000", "a.png"], "did you mean --bytes N?"),
        (["-mt", "a.png"], "did you mean --threads N?"),
        (["-S60", "a.png"], "did you mean --bytes N?"),
        (["-s", "a.png"], "did you mean --metadata strip?"),
        (["-P", "a.png"], "did you mean --preserve?"),
        (["-verbose", "a.png"], "did you mean --verbose?"),
        (["--qualty", "80", "a.png"], "did you mean --quality?"),
        (["--skip-exsting", "a.png"], "did you mean --skip-existing?"),
        (
            ["--colour-me", "a.png"],
            "--colour-me is not a flag of beholder encode; see beholder encode --help",
        ),
    ],
)
def test_words_of_other_programs_are_refused_with_the_flag_meant(
    capsys: pytest.CaptureFixture[str], words: list[str], meant: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args(["encode", *words])
    assert stop.value.code == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("usage: beholder encode ")
    assert meant in told[-1]


def test_nothing_is_written_for_a_word_that_is_no_flag(
    program: Program, picture: Path, tmp_path: Path
) -> None:
    for words in (["-outfile", "x.jpg"], ["-rotate", "90"], ["-optimize"]):
        assert program("encode", "a.png", *words).code == 2
    assert list(tree(tmp_path)) == ["a.png"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"], "no folder utfile, tate or ptimize either"


def parsed(*words: str) -> argparse.Namespace:
    return build_parser().parse_args(["encode", *words])


def test_flags_of_one_letter_stand_together() -> None:
    found = parsed("-rv", "-q75", "-j4", "a.png", "-o./x")
    assert (found.recursive, found.verbose, found.quality, found.jobs) == (True, True, 75, 4)
    assert found.output == "./x"
    found = parsed("-rj4", "-q=60", "-o=x", "a.png", "-p")
    assert (found.recursive, found.jobs, found.quality) == (True, 4, 60)
    assert (found.output, found.preserve) == ("x", True)
    assert parsed("a.png", "-o", "-").output == "-"
    assert parsed("a.png", "-o-").output == "-"
    assert parsed("--", "-outfile").inputs == ["-outfile"]
    assert parsed("- two words.png").inputs == ["- two words.png"]


def test_a_file_that_is_named_like_a_flag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    photograph().save(tmp_path / "-dash.png")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        parsed("-dash.png")
    assert "for the file of that name write ./-dash.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["inspect", "--jsn", "a.jpg"], "--jsn is not a flag of beholder inspect; did you mean --json?"),
        (["evaluate", "-output", "x"], "-output is not a flag of beholder evaluate; did you mean --output?"),
        (["encod", "a.png"], "encod is not a command; did you mean encode?"),
        (["-q", "75", "encode", "a.png"], "-q stands before the command; write beholder encode -q ..."),
        (["decode", "-optimize", "a.bhd"], "see beholder decode --help"),
        (["optimise", "a.png"], "optimise is not a command; did you mean encode?"),
        (["compress", "a.png"], "compress is not a command; did you mean encode?"),
        (["identify", "a.jpg"], "identify is not a command; did you mean inspect?"),
        (["frobnicate", "a.png"], "frobnicate is not a command; there are encode, decode,"),
        (["--verison"], "--verison is not a flag of beholder; did you mean --version?"),
        (["version"], "version is not a command; did you mean --version?"),
        (
            ["encode", "--version", "a.png"],
            "--version is not a flag of beholder encode; see beholder --version",
        ),
        (["encode", "-r"], "arguments are required: INPUT (- for standard input)"),
    ],
)
def test_every_command_says_what_is_meant(
    capsys: pytest.CaptureFixture[str], words: list[str], meant: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args(words)
    assert stop.value.code == 2
    assert meant in capsys.readouterr().err.splitlines()[-1]


def test_a_picture_in_place_of_a_command(program: Program, picture: Path) -> None:
    done = program("a.png")
    assert done.code == 2
    assert done.errors[-1].endswith("a.png is not a command; did you mean beholder encode a.png?")


def test_every_flag_that_is_pointed_to_exists() -> None:
    known = {"--help"}
    for command in build_parser()._subparsers._group_actions[0].choices.values():  # type: ignore[union-attr]
        known |= {flag for action in command._actions for flag in action.option_strings}
    for word in ("outfile", "m", "strip", "n", "tune-psnr", "distance", "w", "f", "silent", "progressive"):
        meant = meaning_here(f"-{word}", known)
        assert meant is not None
        assert meant.removeprefix("did you mean ").removesuffix("?").partition(" ")[0] in known


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["a.png", "out.jpg"], "out.jpg does not exist, and names without a flag are inputs; if it is the "
         "result, give a.png -o out.jpg"),
        (["a.png", "out.bhd"], "give a.png -o out.jpg (or -o out.bhd --codec learned)"),
        (["-", "out.jpg"], "give - -o out.jpg"),
        (["a.png", "out.webp"], "if it is the result, give a.png -o out.jpg"),
        (["a.png", "old.jpg"], "the result of old.jpg would replace it; give -o FOLDER/; if a.png is to "
         "become old.jpg, give a.png -o old.jpg"),
    ],
)  # fmt: skip
def test_a_result_that_is_named_like_an_input(
    program: Program, picture: Path, jpeg: Path, tmp_path: Path, words: list[str], meant: str
) -> None:
    before = tree(tmp_path)
    done = program("encode", *words)
    assert done.code == 2
    assert done.errors == [f"beholder: {done.errors[0].removeprefix('beholder: ')}"]
    assert done.errors[0].endswith(meant)
    assert "in-place" not in done.errors[0]
    assert tree(tmp_path) == before

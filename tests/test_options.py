"""Options: checks, flags, TOML files and tables, for a toy codec and for every options dataclass there is."""

import argparse
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from beholder.codec_options import DecodeOptions, EncodeOptions, NetworkOptions
from beholder.errors import UsageError
from beholder.jpeg.options import JpegOptions
from beholder.learned.options import LearnedOptions
from beholder.option_files import example_toml, load_options, make_options, to_toml
from beholder.option_flags import add_flags, flags_given, markdown_tables
from beholder.options import Option, Options, names_of, option, options_of, read_number, read_size
from beholder.training.config import TrainingConfig


@dataclass(frozen=True, kw_only=True, repr=False)
class Part(Options):
    width: int = option(8, help="channels", metavar="CHANNELS", minimum=4, multiple=4)


@dataclass(frozen=True, kw_only=True, repr=False)
class ToyOptions(Options):
    """Options of a codec that no other line knows of."""

    name: str = option(help="what the toy is called", metavar="NAME", example="bear")
    count: int = option(3, help="bricks, in 100 % of cases", metavar="N", minimum=0)
    share: float = option(0.5, help="part that is blue", metavar="PART", above=0, maximum=1)
    decay: float = option(0.5, help="of the springs", metavar="DECAY", minimum=0, below=1)
    kind: Literal["soft", "hard"] = option("soft", help="how it feels", group="looks")
    colour: str | None = option(None, help="of its fur", metavar="COLOUR", group="looks", one_of="surface")
    pattern: str | None = option(None, help="on its fur", metavar="WORD", group="looks", one_of="surface")
    loud: bool = option(False, help="let it squeak")
    size_bytes: int | None = option(
        None, help="of its box", metavar="N", flags=("-b", "--box"), read=read_size
    )
    part: Part = option(Part(), help="sizes of a part", group="part")


ALL = [JpegOptions, LearnedOptions, DecodeOptions, EncodeOptions, TrainingConfig, ToyOptions]


def parsed(*words: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    add_flags(parser, ToyOptions)
    return flags_given(parser.parse_args(words), ToyOptions)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_flags_set_what_is_given_and_nothing_else() -> None:
    assert parsed() == {}
    given = parsed("--name", "a", "-b", "2k", "--loud", "--kind", "hard", "--width", "16", "--share", "1")
    assert given == {
        "name": "a", "size_bytes": 2000, "loud": True, "kind": "hard", "part": {"width": 16}, "share": 1,
    }  # fmt: skip
    assert make_options(ToyOptions, given) == ToyOptions(
        name="a", size_bytes=2000, loud=True, kind="hard", part=Part(width=16), share=1.0
    )
    assert parsed("--no-loud") == {"loud": False}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--count", "many"], "'many' is not a number"),
        (["--box", "wide"], "'wide' is not a size; write a number of bytes, or like 60k"),
        (["--kind", "firm"], "invalid choice: 'firm'"),
        (["--colour", "red", "--pattern", "dots"], "not allowed with argument --colour"),
    ],
)
def test_flags_say_what_is_wrong(capsys: pytest.CaptureFixture[str], words: list[str], told: str) -> None:
    with pytest.raises(SystemExit):
        parsed(*words)
    assert told in capsys.readouterr().err


def test_a_file_gives_back_the_options(tmp_path: Path) -> None:
    options = ToyOptions(
        name='a "\\\x7f\U0001f43b\n', share=0.25, pattern="dots", loud=True, part=Part(width=12)
    )
    path = written(tmp_path / "toy.toml", to_toml(options))
    assert load_options(ToyOptions, path, {}) == options
    assert tomllib.loads(path.read_text(encoding="utf-8"))["part"] == {"width": 12}


def test_values_over_a_file(tmp_path: Path) -> None:
    path = written(tmp_path / "toy.toml", 'name = "a"\ncount = 5\ncolour = "red"\n[part]\nwidth = 12\n')
    options = load_options(ToyOptions, path, {"count": 9, "pattern": "dots", "part": {}})
    assert options == ToyOptions(name="a", count=9, pattern="dots", part=Part(width=12))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name = "a"\ncuont = 3', "unknown option 'cuont'; did you mean count?"),
        ('name = "a"\n[part]\nwidht = 3', "[part]: unknown option 'widht'; did you mean width?"),
        ('name = "a"\nwidth = 8', "unknown option 'width'; did you mean width in [part]?"),
        ('name = "a"\nzzz = 3', "unknown option 'zzz'; known are name, count"),
        ('name = "a"\npart = 3', "part is 3; it must be a table of options"),
        ('name = "a"\n[part]\nwidth = 3', "width is 3; it must be a multiple of 4"),
        ('name = "a"\nloud = 1', "loud is 1; it must be true or false"),
        (
            'name = "a"\ncolour = "red"\npattern = "dots"',
            "got colour and pattern; give one of",
        ),
        ("count = 4", "name is not given; give --name NAME"),
        ("name =", "not a TOML file"),
    ],
)
def test_a_wrong_file_is_named_with_the_reason(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path / "toy.toml", text)
    with pytest.raises(UsageError) as caught:
        load_options(ToyOptions, path, {})
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: No such file"):
        load_options(ToyOptions, tmp_path / "none.toml", {})
    (tmp_path / "b.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not a TOML file"):
        load_options(ToyOptions, tmp_path / "b.toml", {})


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"count": -1}, "count is -1; it must be a whole number of at least 0"),
        ({"count": 1.5}, "count is 1.5; it must be a whole number of at least 0"),
        ({"count": True}, "count is True"),
        ({"share": 0}, "share is 0; it must be a number above 0 to 1"),
        ({"share": float("nan")}, "share is nan"),
        ({"decay": 1}, "decay is 1; it must be a number from 0 to below 1"),
        ({"kind": "firm"}, "kind is 'firm'; it must be one of 'soft', 'hard'"),
        ({"kind": ["soft"]}, "kind is ['soft']"),
        ({"colour": ""}, "colour is ''; it must be a text that is not empty"),
        ({"name": None}, "name is None"),
        ({"part": None}, "part is None; it must be a table of options"),
    ],
)
def test_values_that_are_not_allowed(values: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        ToyOptions(**{"name": "a"} | values)
    assert told in str(caught.value)


def test_the_printed_form_has_what_differs_from_the_defaults() -> None:
    assert repr(ToyOptions(name="a")) == "ToyOptions(name='a')"
    assert repr(ToyOptions(name="a", part=Part(width=4))) == "ToyOptions(name='a', part=Part(width=4))"
    assert repr(JpegOptions(bpp=0.5, observer="mse")) == "JpegOptions(bpp=0.5, observer='mse')"


NUMBER = Option(
    name="x", kind=float, optional=False, choices=(), default=0, help="", metavar="", group="",
    minimum=0, maximum=3,
)  # fmt: skip


@pytest.mark.parametrize("value", [2, 2.5, Fraction(5, 2), np.float16(2.5), np.int8(2)])
def test_numbers_become_pythons_own(value: float) -> None:
    assert NUMBER.checked(value) == value
    assert type(NUMBER.checked(value)) is float


@pytest.mark.parametrize(
    "value", [None, "2", b"2", 2j, Decimal(2), [2], np.bool_(True), np.array([1.0, 2.0]), 10**400]
)
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match=r"x is .*; it must be a number from 0 to 3"):
        NUMBER.checked(value)


def test_texts_of_numbers() -> None:
    assert (read_number("40"), type(read_number("40"))) == (40, int)
    assert (read_number("40.0"), type(read_number("40.0"))) == (40.0, float)


def test_flags_of_several_codecs_say_whose_they_are() -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, {"jpeg": JpegOptions, "learned": LearnedOptions})
    told = " ".join(parser.format_help().split())
    assert "coding (codec jpeg):" in told
    assert "network (codec learned):" in told
    assert "jpeg: looks like libjpeg-turbo" in told
    assert "learned: 0 to 63, whole" in told
    assert "jpeg: whose errors are weighed" in told
    assert "learned: for whom: human, machine, or a number" in told
    assert "0 to 1 (default 0.5) (codec jpeg)" in told
    assert "the network that looks: a name" in told, "which both take alike"


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: str(cls.__name__))
def test_every_option_has_help_a_flag_a_key_and_a_row(cls: type[Options], tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, cls)
    help_text = " ".join(parser.format_help().split())
    example, table = example_toml(cls), markdown_tables(cls)
    for name, own in options_of(cls).items():
        assert own.help
        for inner, it in options_of(own.kind).items() if own.is_nested else [(name, own)]:
            assert it.metavar or it.choices or it.kind is bool
            assert it.all_flags[-1] in help_text
            assert " ".join(it.help.split()[:3]) in help_text
            assert example.count(f"\n{inner} = ") + example.count(f"\n# {inner} = ") == 1
            assert sum(f"`{inner}`" in row.replace(f"{name}.", "") for row in table) == 1
    path = written(tmp_path / "example.toml", example)
    required = {name: own.example for name, own in options_of(cls).items() if own.example is not None}
    assert load_options(cls, path, {}) == make_options(cls, required)


def test_codecs_share_their_targets() -> None:
    common = set(names_of(EncodeOptions, "target"))
    assert common == {"quality", "bpp", "size_bytes", "psnr", "ssimulacra2"}
    assert set(names_of(NetworkOptions, "target")) == common | {"kl"}
    for own in (JpegOptions, LearnedOptions):
        assert set(names_of(own, "target")) == common | {"kl"}
    for name in {*common, "kl", "model", "effort"} - {"quality"}:
        assert options_of(JpegOptions)[name] == options_of(LearnedOptions)[name]


@pytest.mark.parametrize(
    ("value", "color", "samples"),
    [
        ("#000000", "#000000", (0, 0, 0)),
        ("#0aF", "#00aaff", (0, 170, 255)),
        ("#1234AB", "#1234ab", (18, 52, 171)),
        ("WHITE", "#ffffff", (255, 255, 255)),
        ("black", "#000000", (0, 0, 0)),
        (None, None, None),
    ],
)
def test_colours(value: str | None, color: str | None, samples: tuple[int, int, int] | None) -> None:
    options = EncodeOptions(background=value)
    assert (options.background, options.background_color) == (color, samples)


@pytest.mark.parametrize(
    "value", ["", "fff", "#ff", "#ffff", "#fffff", "#fffffff", "#ggg", "#fff\n", " #fff", "white ", 0xFFF]
)
def test_what_is_no_colour_is_refused(value: Any) -> None:
    with pytest.raises(UsageError) as caught:
        EncodeOptions(background=value)
    assert str(caught.value) == f"background is {value!r}; it must be '#rrggbb', '#rgb', 'white' or 'black'"


def test_a_path_is_a_text() -> None:
    assert LearnedOptions(weights=Path("a/b")).weights == str(Path("a/b"))  # type: ignore[arg-type]

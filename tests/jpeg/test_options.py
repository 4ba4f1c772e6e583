"""Options: what is allowed, what a message says, and that Python, flags and TOML agree."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import UsageError
from beholder.jpeg.options import JpegOptions
from beholder.observers import FixedSensitivity
from beholder.option_files import load_options, to_toml

RATES: dict[str, st.SearchStrategy[Any]] = {
    "quality": st.floats(1, 100),
    "bpp": st.floats(0.001, 24),
    "size_bytes": st.integers(1, 10**12),
    "psnr": st.floats(1, 99),
    "ssimulacra2": st.floats(1, 99),
}


@st.composite
def valid_options(draw: st.DrawFn) -> JpegOptions:
    rate = draw(st.sampled_from(sorted(RATES)))
    return JpegOptions(
        **{rate: draw(RATES[rate])},
        observer=draw(st.sampled_from(["human", "mse"])),
        subsampling=draw(st.sampled_from([None, "4:2:0", "4:2:2", "4:4:4", "auto"])),
        scans=draw(st.sampled_from(["auto", "sequential", "progressive"])),
        background=draw(st.sampled_from([None, "#fff", "#a0b1C2", "white", "black"])),
        metadata=draw(st.sampled_from(["keep", "strip"])),
        threads=draw(st.integers(1, 64)),
    )


@given(valid_options())
def test_a_file_gives_back_the_options(
    tmp_path_factory: pytest.TempPathFactory, options: JpegOptions
) -> None:
    path = tmp_path_factory.mktemp("config") / "c.toml"
    path.write_text(to_toml(options))
    assert load_options(JpegOptions, path, {}) == options


def test_a_file_holds_yes_and_no(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(to_toml(JpegOptions(lossless=True)))
    assert load_options(JpegOptions, path, {}) == JpegOptions(lossless=True)


def test_quality_is_75_without_any_target() -> None:
    assert JpegOptions().quality == 75
    assert JpegOptions(bpp=1).quality is None


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"quality": 0}, "quality is 0; it must be a number from 1 to 100"),
        ({"quality": 100.5}, "from 1 to 100"),
        ({"quality": "75"}, "quality is '75'"),
        ({"quality": True}, "quality is True"),
        ({"quality": float("nan")}, "quality is nan"),
        ({"bpp": 0}, "bpp is 0; it must be a number from 0.001 to 24"),
        ({"size_bytes": 1.5}, "a whole number from 1 to 1e"),
        ({"psnr": float("inf")}, "psnr is inf"),
        ({"ssimulacra2": 100}, "from 1 to 99"),
        ({"quality": 75, "bpp": 1}, "got quality and bpp; give one of"),
        ({"observer": "mouse"}, "there is no observer 'mouse'; there are human, mse, machine"),
        ({"observer": "human:x"}, "human:x: human takes nothing after a colon"),
        ({"observer": "machine+netwrk"}, "unknown option 'netwrk'; did you mean network[=MODEL]?"),
        (
            {"observer": "machine+weight=0.7", "machine_weight": 0.6},
            "machine+weight=0.7 contradicts weight 0.6",
        ),
        ({"observer": "machine+none", "adapt": "network"}, "machine+none contradicts adapt 'network'"),
        ({"observer": "machine+network=a", "model": "b"}, "machine+network=a contradicts model 'b'"),
        (
            {"observer": "machine", "machine_weight": 1.5},
            "machine_weight is 1.5; it must be a number from 0 to 1",
        ),
        ({"observer": "machine", "adapt": "net"}, "'none', 'predictor', 'network'"),
        ({"machine_weight": 0.5}, "machine_weight is for the observer machine, got observer 'human'"),
        ({"observer": "mse", "adapt": "none"}, "adapt is for the observer machine"),
        ({"observer": "machine", "model": "a"}, "a model looks with adapt 'network', with effort"),
        ({"observer": "machine", "effort": "most"}, "effort is 'most'; it must be one of 'normal', 'loop'"),
        ({"effort": "loop"}, "effort 'loop' needs an observer with a network; take observer machine"),
        ({"observer": "machine", "machine_weight": 0, "effort": "loop"}, "a machine_weight above 0"),
        ({"observer": "machine", "effort": "loop", "lossless": True}, "got effort 'loop' and lossless"),
        ({"observer": "machine", "adapt": "network", "model": ""}, "model is ''"),
        ({"observer": "0.3"}, "observer is '0.3', and numbers are for the codec learned; a JPEG takes human"),
        ({"observer": 0.3}, "such as machine+weight=0.3"),
        ({"kl": 0}, "kl is 0; it must be a number from 1e-06 to 20"),
        ({"kl": 0.1, "bpp": 1}, "got bpp and kl; give one of"),
        ({"observer": None}, "observer is None"),
        ({"subsampling": "420"}, "'4:2:0', '4:2:2', '4:4:4', 'auto'"),
        ({"scans": "best"}, "'auto', 'sequential', 'progressive'"),
        ({"metadata": True}, "'keep', 'strip'"),
        ({"quality": 10**400}, "it must be a number from 1 to 100"),
        ({"quality": np.float32(0)}, "it must be a number from 1 to 100"),
        ({"quality": np.array(75)}, "it must be a number from 1 to 100"),
        ({"size_bytes": np.float64(60)}, "a whole number from 1 to 1e"),
        ({"size_bytes": 10**400}, "a whole number from 1 to 1e"),
        ({"background": "red"}, "'#rrggbb', '#rgb', 'white' or 'black'"),
        ({"background": (1, 2, 3)}, "background is"),
        ({"threads": 0}, "threads is 0; it must be a whole number from 1 to 1024"),
    ],
)
def test_messages_say_what_is_allowed(keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        JpegOptions(**keywords)
    assert words in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_numbers_of_numpy_become_pythons_own() -> None:
    options = JpegOptions(quality=np.float32(62.5), threads=np.int64(2))  # type: ignore[arg-type]
    assert (type(options.quality), type(options.threads)) == (float, int)
    assert options == JpegOptions(quality=62.5, threads=2)
    assert type(JpegOptions(size_bytes=np.uint16(9)).size_bytes) is int  # type: ignore[arg-type]
    assert "quality = 62.5\n" in to_toml(options)


def test_colours() -> None:
    assert JpegOptions(background="#A1b").background == "#aa11bb"
    assert JpegOptions(background="white").background_color == (255, 255, 255)
    assert JpegOptions(background="Black").background == "#000000"
    assert JpegOptions().background_color is None


def test_an_observer_may_be_an_object() -> None:
    options = JpegOptions(observer=FixedSensitivity(np.ones((3, 64), np.float32)))
    with pytest.raises(UsageError, match="type FixedSensitivity, which a file cannot hold"):
        to_toml(options)
    assert replace(options, observer="mse").observer == "mse"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("qualty = 3", "unknown option 'qualty'; did you mean quality"),
        ("zzz = 3", "unknown option 'zzz'; known are quality, bpp"),
        ("quality =", "not a TOML file"),
        ("[jpeg]\nquality = 3", "unknown option 'jpeg'"),
    ],
)
def test_a_wrong_file_says_why(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "c.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_options(JpegOptions, path, {})
    assert words in str(caught.value)
    assert str(path) in str(caught.value)

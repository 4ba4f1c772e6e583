"""Options of the learned codec: what is allowed, and what a message says. Needs no torch."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import UsageError
from beholder.learned.options import LearnedOptions
from beholder.options import names_of

TARGETS = names_of(LearnedOptions, "target")
LEAST_AND_MOST: dict[str, tuple[float, float]] = {
    "quality": (0, 63),
    "bpp": (0.001, 24.0),
    "size_bytes": (1, 10**15),
    "psnr": (1.0, 99.0),
    "ssimulacra2": (1.0, 99.0),
}


def test_quality_is_32_without_any_target() -> None:
    assert LearnedOptions().quality == 32
    for name in set(TARGETS) - {"quality"}:
        assert LearnedOptions(**{name: 5}).quality is None


def test_names_are_those_of_the_fields() -> None:
    assert set(TARGETS) == LEAST_AND_MOST.keys()
    others = {"background", "metadata", "rounding", "weights", "device", "threads"}
    assert set(names_of(LearnedOptions)) == {*TARGETS, *others}


@pytest.mark.parametrize("name", TARGETS)
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(name: str) -> None:
    least, most = LEAST_AND_MOST[name]
    for value in (least, most):
        assert getattr(LearnedOptions(**{name: value}), name) == value
    beyond = 1 if name in ("quality", "size_bytes") else 1e-6
    for value in (least - beyond, most + beyond):
        with pytest.raises(UsageError, match=f"{name} is .*; it must be a .*number from "):
            LearnedOptions(**{name: value})


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"quality": 64}, "quality is 64; it must be a whole number from 0 to 63"),
        ({"quality": 31.5}, "a whole number"),
        ({"quality": 31.0}, "quality is 31.0; it must be a whole number from 0 to 63"),
        ({"quality": "32"}, "quality is '32'"),
        ({"quality": True}, "quality is True"),
        ({"bpp": float("nan")}, "bpp is nan; it must be a number from 0.001 to 24"),
        ({"psnr": float("inf")}, "psnr is inf"),
        ({"ssimulacra2": np.float32(100)}, "it must be a number from 1 to 99"),
        ({"size_bytes": 10.0}, "size_bytes is 10.0; it must be a whole number from 1 to 1e+15"),
        (
            {"quality": 3, "bpp": 1},
            "got quality and bpp; give one of quality, bpp, size_bytes, psnr, ssimulacra2",
        ),
        ({"psnr": 30, "ssimulacra2": 1, "bpp": 1}, "got bpp and psnr and ssimulacra2; give one of"),
        ({"metadata": "drop"}, "metadata is 'drop'; it must be one of 'keep', 'strip'"),
        ({"background": "mauve"}, "background is 'mauve'"),
    ],
)
def test_messages_say_what_is_allowed(keywords: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        LearnedOptions(**keywords)
    assert words in str(caught.value)


@given(st.integers(0, 63))
def test_numbers_of_numpy_become_pythons_own(quality: int) -> None:
    options = LearnedOptions(quality=np.uint8(quality))  # type: ignore[arg-type]
    assert type(options.quality) is int
    assert options == LearnedOptions(quality=quality)


def test_colours() -> None:
    assert LearnedOptions(background="#A1b").background == "#aa11bb"
    assert LearnedOptions(background="white").background_color == (255, 255, 255)
    assert LearnedOptions().background_color is None


@pytest.mark.parametrize("name", ["kl", "observer", "lossless"])
def test_options_of_the_codec_jpeg_are_unknown(name: str) -> None:
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
        LearnedOptions(**{name: 1})

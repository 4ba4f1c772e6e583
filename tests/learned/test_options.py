"""Options of the learned codec: what is allowed, and what a message says. Needs no torch."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import UsageError
from beholder.learned.options import LearnedOptions, observer_name
from beholder.options import names_of

TARGETS = names_of(LearnedOptions, "target")
LEAST_AND_MOST: dict[str, tuple[float, float]] = {
    "quality": (-24, 63),
    "bpp": (0.001, 24.0),
    "size_bytes": (1, 10**15),
    "psnr": (1.0, 99.0),
    "ssimulacra2": (1.0, 99.0),
    "kl": (1e-6, 20.0),
}


def test_quality_is_32_without_any_target() -> None:
    assert LearnedOptions().quality == 32
    for name in set(TARGETS) - {"quality"}:
        assert LearnedOptions(**{name: 5}).quality is None


def test_names_are_those_of_the_fields() -> None:
    assert set(TARGETS) == LEAST_AND_MOST.keys()
    others = {"background", "metadata", "rounding", "weights", "device", "threads"}
    others |= {"observer", "model", "effort"}
    assert set(names_of(LearnedOptions)) == {*TARGETS, *others}


@pytest.mark.parametrize("name", TARGETS)
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(name: str) -> None:
    least, most = LEAST_AND_MOST[name]
    for value in (least, most):
        assert getattr(LearnedOptions(**{name: value}, effort="loop"), name) == value
    beyond = 1 if name in ("quality", "size_bytes") else 1e-7 if name == "kl" else 1e-6
    for value in (least - beyond, most + beyond):
        with pytest.raises(UsageError, match=f"{name} is .*; it must be a .*number from "):
            LearnedOptions(**{name: value})


def test_qualities_below_0_are_for_the_loop() -> None:
    assert LearnedOptions(quality=-1, effort="loop", model="net.pt").lowest_quality == -24
    assert LearnedOptions().lowest_quality == 0
    for more in ({}, {"effort": "loop", "rounding": "nearest"}):
        words = (
            "quality is -1; below 0 it needs effort 'loop' with rounding 'cheapest'; give them, or a quality"
        )
        with pytest.raises(UsageError, match=words):
            LearnedOptions(quality=-1, **more)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"quality": 64}, "quality is 64; it must be a whole number from -24 to 63"),
        ({"quality": 31.5}, "a whole number"),
        ({"quality": 31.0}, "quality is 31.0; it must be a whole number from -24 to 63"),
        ({"quality": "32"}, "quality is '32'"),
        ({"quality": True}, "quality is True"),
        ({"bpp": float("nan")}, "bpp is nan; it must be a number from 0.001 to 24"),
        ({"psnr": float("inf")}, "psnr is inf"),
        ({"ssimulacra2": np.float32(100)}, "it must be a number from 1 to 99"),
        ({"size_bytes": 10.0}, "size_bytes is 10.0; it must be a whole number from 1 to 1e+15"),
        (
            {"quality": 3, "bpp": 1},
            "got quality and bpp; give one of quality, bpp, size_bytes, psnr, ssimulacra2, kl",
        ),
        ({"psnr": 30, "ssimulacra2": 1, "bpp": 1}, "got bpp and psnr and ssimulacra2; give one of"),
        ({"metadata": "drop"}, "metadata is 'drop'; it must be one of 'keep', 'strip'"),
        ({"background": "mauve"}, "background is 'mauve'"),
        ({"kl": 0.1, "bpp": 1}, "got bpp and kl; give one of"),
        ({"effort": "most"}, "effort is 'most'; it must be one of 'normal', 'loop'"),
        ({"model": "net.pt"}, "a model looks with effort 'loop' or for a target kl; give one of them"),
        ({"model": ""}, "model is ''; it must be a text that is not empty"),
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


@pytest.mark.parametrize(
    ("observer", "dial"),
    [
        ("human", 0), ("mse", 0), ("machine", 255), ("0", 0), ("1", 255), (0, 0), (1, 255), (0.5, 128),
        ("0.3", 76), (np.float32(0.3), 76), ("1e-9", 0), (1.0, 255),
    ],
)  # fmt: skip
def test_observers_are_words_or_numbers(observer: Any, dial: int) -> None:
    options = LearnedOptions(observer=observer)
    assert type(options.observer) is str
    assert options.observer_dial == dial
    assert LearnedOptions(observer=options.observer) == options


@given(st.integers(0, 255))
def test_the_observer_that_a_file_tells_gives_its_dial_again(dial: int) -> None:
    assert LearnedOptions(observer=observer_name(dial)).observer_dial == dial


def test_the_ends_of_the_dial_have_words() -> None:
    assert [observer_name(dial) for dial in (0, 128, 255)] == ["human", "0.502", "machine"]


@pytest.mark.parametrize("observer", ["people", "", -0.1, 1.1, "nan", "inf", True, None, object(), [0.5]])
def test_other_observers_are_refused(observer: Any) -> None:
    allowed = r"for the learned codec it must be human, mse, machine, or a number from 0 \(human\) to 1"
    with pytest.raises(UsageError, match=allowed):
        LearnedOptions(observer=observer)


@pytest.mark.parametrize("observer", ["machine:yolox_nano", "machine+weight=0.3", "machine:a+network+none"])
def test_longer_names_of_observers_are_for_the_codec_jpeg(observer: str) -> None:
    words = "profiles, weights and what adapts are for the codec jpeg; for the learned codec it must be human"
    with pytest.raises(UsageError, match=words):
        LearnedOptions(observer=observer)


@pytest.mark.parametrize("name", ["machine_weight", "adapt", "lossless"])
def test_options_of_the_codec_jpeg_are_unknown(name: str) -> None:
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
        LearnedOptions(**{name: 1})

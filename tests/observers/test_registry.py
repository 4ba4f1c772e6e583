"""Observers by name: one grammar, and names that parse back to the same observer."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beholder
from beholder import _core
from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.registry import find_codec
from beholder.image.read import read_picture
from beholder.observers import (
    FixedSensitivity,
    Machine,
    Observer,
    PictureBlocks,
    load_profile,
    shipped_profiles,
)
from beholder.observers.grammar import Name
from beholder.observers.registry import OBSERVERS
from tests.jpeg.pictures import photograph

SAMPLING = ((2, 2), (1, 1), (1, 1))
PIXELS = photograph(3, 48, 64)
PICTURE = PictureBlocks(_core.forward_transform(PIXELS), lambda: PIXELS)

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
keys = texts.filter(lambda text: text and "=" not in text and not text.startswith("+"))


def same_sensitivity(one: Observer, other: Observer) -> bool:
    found = [observer.sensitivity(SAMPLING, PICTURE) for observer in (one, other)]
    return (
        np.array_equal(found[0].frequency, found[1].frequency)
        and np.array_equal(found[0].start_steps, found[1].start_steps)
        and all(map(np.array_equal, found[0].blocks, found[1].blocks))
        and [f.masking for f in found] == [found[0].masking] * 2
        and (found[0].lambda_ratio, found[0].zeroing_surcharge)
        == (found[1].lambda_ratio, found[1].zeroing_surcharge)
    )


@given(
    st.builds(
        Name,
        texts.filter(lambda text: ":" not in text),
        st.none() | texts.filter(bool),
        st.lists(st.tuples(keys, st.none() | texts)).map(tuple),
    )
)
def test_names_give_back_their_parts(name: Name) -> None:
    assert Name.parse(str(name)) == name


@settings(deadline=None, max_examples=60)
@given(
    profile=st.none() | st.sampled_from(shipped_profiles()),
    adapt=st.sampled_from(["", "+none", "+predictor"]),
    weight=st.none() | st.floats(0, 1),
)
def test_a_parsed_observer_has_a_name_that_parses_to_it(
    profile: str | None, adapt: str, weight: float | None
) -> None:
    text = "machine" if profile is None else f"machine:{profile}"
    observer = beholder.observers.parse(text + adapt + ("" if weight is None else f"+weight={weight!r}"))
    again = beholder.observers.parse(observer.name)
    assert again.name == observer.name
    assert same_sensitivity(again, observer)
    assert observer.name in repr(observer)


@pytest.mark.parametrize("name", ["human", "mse", "machine", "machine+none", "machine:yolox_nano+weight=0.7"])
def test_names_are_short(name: str) -> None:
    assert beholder.observers.parse(name).name == name
    assert repr(beholder.observers.parse(name)) == f"<observer {name}>"


def test_the_functions_give_what_the_names_give() -> None:
    observers = beholder.observers
    for name, observer in (
        ("human", observers.human()),
        ("mse", observers.mse()),
        ("machine", observers.machine()),
        ("machine:nanodet+none+weight=0.25", observers.machine("nanodet", weight=0.25, adapt="none")),
    ):
        assert observer.name == name
        assert same_sensitivity(observers.parse(name), observer)


def test_names_of_mixtures() -> None:
    human, mse, machine = beholder.observers.human(), beholder.observers.mse(), beholder.observers.machine
    assert (0.4 * human + 0.6 * machine(weight=1)).name == "machine+weight=0.6"
    assert (0.4 * human + 0.6 * machine("nanodet")).name == "machine:nanodet+weight=0.3"
    assert (machine(weight=1, adapt="none") + human).name == "machine+none"
    assert (human + 0 * machine()).name == machine(weight=0).name == "human"
    for made in (
        human + mse,
        human + mse + machine(),
        human + FixedSensitivity(np.ones((3, 64), np.float32)),
    ):
        with pytest.raises(UsageError, match="made in Python"):
            beholder.observers.parse(made.name)


def test_machines_of_python_have_no_name_that_parses() -> None:
    own = Machine(profile=load_profile("nanodet"))
    for observer in (own, 0.5 * beholder.observers.human() + 0.5 * own):
        with pytest.raises(UsageError, match="made in Python"):
            beholder.observers.parse(observer.name)


def test_files_with_a_plus(tmp_path: Path) -> None:
    path = tmp_path / "a+none+b.json"
    path.write_text(load_profile("nanodet").to_json())
    observer = beholder.observers.machine(str(path), weight=0.3)
    assert observer.name == f"machine:{tmp_path}/a++none++b.json+weight=0.3"
    assert same_sensitivity(beholder.observers.parse(observer.name), observer)
    assert same_sensitivity(beholder.observers.machine("nanodet", weight=0.3), observer)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "there is no observer ''; there are human, mse, machine"),
        ("nobody", "there is no observer 'nobody'"),
        ("human:x", "human takes nothing after a colon"),
        ("mse+444", "unknown option '444'; mse takes none"),
        ("machine+netwrk", r"unknown option 'netwrk'; did you mean network\[=MODEL\]\?"),
        ("machine+x", r"known are none, predictor, network\[=MODEL\], weight=W"),
        ("machine:a+b.json", r"a \+ in the name of a file is written \+\+"),
        ("machine+none+network", "got none and network; give one of them"),
        ("machine+none=1", "none takes no value"),
        ("machine+weight", "weight needs a value, weight=W"),
        ("machine+weight=1+weight=1", "weight is given twice"),
        ("machine+weight=half", "weight is 'half'; it must be a number from 0 to 1"),
        ("machine+weight=nan", "it must be a number from 0 to 1"),
        ("machine:nobody", "nobody: no profile file"),
        ("machine:", "nothing stands after the colon"),
        ("machine:+none", "nothing stands after the colon"),
        ("machine+network=", "network needs a value, network=MODEL"),
        ("machine+none=", "none takes no value"),
        (None, "the name of an observer is None; it must be a text"),
    ],
)
def test_names_that_mean_nothing(name: str | None, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        beholder.observers.parse(name)  # type: ignore[arg-type]


def test_a_model_needs_adaptation() -> None:
    with pytest.raises(UsageError, match="take adapt 'network'"):
        beholder.observers.machine(model="efficientnet_lite1")


def test_options_complete_a_name() -> None:
    named = beholder.encode(PIXELS, observer="machine:nanodet+none+weight=0.8", quality=40)
    given = beholder.encode(PIXELS, observer="machine:nanodet", adapt="none", machine_weight=0.8, quality=40)
    twice = beholder.encode(
        PIXELS, observer="machine:nanodet+none", adapt="none", machine_weight=0.8, quality=40
    )
    assert named.data == given.data == twice.data
    assert named.data != beholder.encode(PIXELS, observer="machine:nanodet", quality=40).data


def test_a_new_observer_is_a_module_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a file of the package would be: `KEYS` and `read`."""
    toy = ModuleType("toy_observer")
    exec(TOY, vars(toy))
    monkeypatch.setitem(__import__("sys").modules, "toy_observer", toy)
    monkeypatch.setitem(OBSERVERS, "toy", "toy_observer")
    observer = beholder.observers.parse("toy+slope=2")
    assert beholder.observers.parse(observer.name).name == "toy+slope=2"
    data = beholder.encode(PIXELS, observer="toy+slope=2", quality=40).data
    assert data == beholder.encode(PIXELS, observer=observer, quality=40).data
    codec = find_codec("beholder:toy+slope=2+444")
    assert not isinstance(codec, Absent)
    assert (
        codec.encode(read_picture(PIXELS), 40)
        == beholder.encode(PIXELS, observer=observer, quality=40, subsampling="4:4:4").data
    )


TOY = """
import numpy as np
from dataclasses import dataclass
from functools import partial
from beholder.observers import Sensitivity

KEYS = ("slope=S",)

@dataclass(frozen=True)
class Toy:
    slope: float
    @property
    def name(self):
        return f"toy+slope={self.slope:g}"
    def sensitivity(self, sampling, picture=None):
        weights = np.tile((1 + np.arange(64, dtype=np.float32)) ** -self.slope, (len(sampling), 1))
        return Sensitivity(frequency=weights, start_steps=(weights / weights.mean()) ** -0.5)

def read(name):
    return partial(Toy, float(dict(name.options)["slope"]))
"""


def test_the_scale_of_a_quality_is_found_by_kind() -> None:
    """A mixture in which one part alone counts is that part."""
    human = beholder.observers.human()
    assert (1 * human + 0 * beholder.observers.mse()).kind == "human"
    one, other = (
        beholder.encode(PIXELS, observer=observer, quality=50).data
        for observer in ("human", human * 2 + 0 * beholder.observers.machine())
    )
    assert one == other

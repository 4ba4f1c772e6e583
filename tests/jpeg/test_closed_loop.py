"""The closed loop, with an observer in numpy that needs no network."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

import beholder
from beholder import _core
from beholder.errors import UsageError
from beholder.image.jpeg_pixels import ZIGZAG, decode_jpeg
from beholder.jpeg.closed_loop import LoopObjective, close_loop
from beholder.observers import (
    FloatArray,
    Machine,
    Sampling,
    Sensitivity,
    gradient_observers,
    human,
    load_profile,
    mse,
)
from beholder.observers._mixture import Mixable
from beholder.observers._predictor import Predictor
from tests.jpeg.pictures import photograph

PIXELS = photograph(17, 200, 136)[..., 1]
STEPS = np.full((1, 64), 24, np.float32)


def dct_matrix() -> NDArray[np.float64]:
    """(8, 8) orthonormal DCT."""
    basis = np.cos((2 * np.arange(8) + 1) * np.arange(8)[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    return basis


@dataclass(eq=False)
class Directions(Mixable):
    """Sees a grey picture as its sums along a few fixed random patterns; distance: half their squared change.

    Attributes:
        name: As of any observer.
        asked: How often it has looked at a decoded picture.
    """

    name: str = "directions"
    asked: int = field(default=0)

    def patterns(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        patterns = np.random.default_rng(3).standard_normal((3, *shape))
        return patterns / np.sqrt(patterns[0].size)

    def reference(self, original: NDArray[np.uint8], orientation: int = 1) -> NDArray[np.float64]:
        return np.tensordot(self.patterns(original.shape), original.astype(float), 2)

    def distance_gradient(
        self,
        reference: NDArray[np.float64],
        decoded: NDArray[np.uint8],
        sampling: Sampling,
        orientation: int = 1,
    ) -> tuple[float, list[FloatArray]]:
        assert sampling == ((1, 1),)
        self.asked += 1
        change = self.reference(decoded) - reference
        gradient = np.tensordot(change, self.patterns(decoded.shape), 1)
        height, width = gradient.shape
        blocks = gradient.reshape(height // 8, 8, width // 8, 8).transpose(0, 2, 1, 3)
        spectrum = dct_matrix() @ blocks @ dct_matrix().T
        parts = spectrum.reshape(height // 8, width // 8, 64)[..., ZIGZAG]
        return float(0.5 * change @ change), [parts.astype(np.float32)]

    def sensitivity(self, sampling: Sampling, picture: object = None) -> Sensitivity:
        return mse().sensitivity(sampling)


def distance(observer: Directions, data: bytes, original: NDArray[np.uint8] = PIXELS) -> float:
    return observer.distance_gradient(observer.reference(original), decode_jpeg(data, "result"), ((1, 1),))[0]


def test_the_answer_stays_at_nearly_the_same_size() -> None:
    observer = Directions()
    once = beholder.encode(PIXELS, observer=observer, quality=40)
    looped = beholder.encode(PIXELS, observer=observer, quality=40, effort="loop")
    assert distance(observer, looped.data) < 0.3 * distance(observer, once.data)
    assert len(looped.data) < 1.02 * len(once.data)
    assert looped.psnr_db == pytest.approx(once.psnr_db, abs=0.2)


def test_targets_hold_with_the_loop() -> None:
    observer = Directions()
    result = beholder.encode(PIXELS, observer=0.5 * human() + 0.5 * observer, size_bytes=3000, effort="loop")
    assert 0.97 * 3000 < len(result.data) <= 3000
    assert beholder.encode(PIXELS, observer=observer, psnr=33.0, effort="loop").psnr_db >= 33.0


def test_a_jpeg_is_looped_from_its_own_coefficients() -> None:
    observer = Directions()
    source = beholder.encode(PIXELS, observer="mse", quality=90).data
    shown = decode_jpeg(source, "source")
    sums = [
        sum(
            distance(
                observer, beholder.encode(source, observer=observer, quality=q, effort=effort).data, shown
            )
            for q in (20, 30, 40, 60)
        )
        for effort in ("normal", "loop")
    ]
    assert sums[1] < 0.4 * sums[0]


def loop(observer: Directions, encode: object, size: object) -> object:
    objective = LoopObjective([(1.0, observer)], PIXELS, ((1, 1),), lambda file: file[1])
    coefficients = _core.forward_transform(PIXELS)
    return close_loop(coefficients, encode, size, objective, STEPS)  # type: ignore[arg-type]


def test_a_file_that_shows_the_original_ends_the_loop() -> None:
    observer = Directions()
    assert loop(observer, lambda c: (0, PIXELS), lambda f: 100) == (0, PIXELS)
    assert observer.asked == 1


def test_the_first_file_is_kept_where_no_turn_is_better() -> None:
    """Every later file shows as much error and is larger."""
    files = iter((turn, np.full_like(PIXELS, 128)) for turn in range(99))
    number, _ = loop(Directions(), lambda c: next(files), lambda file: 100 + file[0])  # type: ignore[misc]
    assert number == 0


def test_targets_move_by_at_most_two_steps() -> None:
    seen = []

    def encode(coefficients: _core.CoefficientImage) -> tuple[int, NDArray[np.uint8]]:
        seen.append(coefficients.values(0).astype(int))
        return len(seen), np.full_like(PIXELS, 128)

    loop(Directions(), encode, lambda file: 100)
    moves = [np.abs(values - seen[0]).max() / _core.COEFFICIENT_SCALE for values in seen]
    assert moves[0] == 0 < moves[1] <= 12.1
    assert moves[-1] <= 48.1
    assert len(seen) == 7


def test_shares_of_gradient_observers_add_up_to_one() -> None:
    one, other = Directions(), Directions()
    found = gradient_observers(0.5 * human() + 0.3 * one + 0.1 * other + 0 * Directions())
    assert [(pytest.approx(share), observer) for share, observer in found] == [(0.75, one), (0.25, other)]
    assert gradient_observers(human()) == []


def test_a_machine_looks_with_the_network_that_supplies_it() -> None:
    observer = Directions()
    profile = load_profile("machine")
    assert gradient_observers(Machine(profile=profile, supplier=observer)) == [(1.0, observer)]
    assert gradient_observers(0.5 * human() + 0.5 * Machine(profile=profile, supplier=Predictor())) == []


def test_observers_that_do_not_look_are_refused() -> None:
    with pytest.raises(UsageError, match=r"effort 'loop' needs an observer with a network"):
        beholder.encode(PIXELS, observer=0.5 * human() + 0.5 * mse(), effort="loop")


def test_coefficients_with_other_values() -> None:
    image = _core.forward_transform(photograph(3, 40, 24))
    values = [image.values(c) + np.int16(c + 1) for c in range(3)]
    changed = image.with_values(values)
    assert (changed.width, changed.height) == (image.width, image.height)
    assert all((changed.values(c) == values[c]).all() for c in range(3))
    with pytest.raises(_core.CoreError, match="for 3 components, got 2"):
        image.with_values(values[:2])
    with pytest.raises(_core.CoreError, match=r"component 1 has \d+ coefficients, got \d+ values"):
        image.with_values([values[0], values[0], values[2]])

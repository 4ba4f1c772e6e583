"""Distances of observers, and who can compare pictures at all."""

import numpy as np
import pytest

import beholder
from beholder.errors import UsageError
from beholder.metrics import psnr_db, ssimulacra2
from beholder.observers import (
    FixedSensitivity,
    FullReferenceObserver,
    Machine,
    Mixture,
    PictureBlocks,
    Sampling,
    Sensitivity,
    human,
    load_profile,
    mse,
)
from tests.jpeg.pictures import photograph

ORIGINAL = photograph(5, 64, 96)
DECODED = np.clip(
    ORIGINAL.astype(int) + np.random.default_rng(0).normal(0, 6, ORIGINAL.shape), 0, 255
).astype(np.uint8)


class _Sensitive:
    """As little as the encoder asks for, as users write it."""

    name = "own"

    def sensitivity(self, sampling: Sampling, picture: PictureBlocks | None = None) -> Sensitivity:
        return mse().sensitivity(sampling, picture)


def test_mse_is_the_squared_error_that_psnr_tells() -> None:
    found = mse().distance(ORIGINAL, DECODED)
    assert found == pytest.approx(np.square(ORIGINAL.astype(float) - DECODED).mean(), rel=1e-12)
    assert psnr_db(ORIGINAL, DECODED) == pytest.approx(10 * np.log10(255**2 / found), rel=1e-12)
    assert mse().distance(ORIGINAL, ORIGINAL) == 0


def test_human_is_what_is_missing_of_ssimulacra2() -> None:
    assert human().distance(ORIGINAL, DECODED) == 100 - ssimulacra2(ORIGINAL, DECODED)
    assert human().distance(ORIGINAL, ORIGINAL) == pytest.approx(0, abs=1e-9)


def test_human_cannot_compare_tiny_pictures() -> None:
    with pytest.raises(UsageError, match=r"human cannot compare .* at least 8 x 8 pixels, .* 9 x 7; mse can"):
        human().distance(ORIGINAL[:7, :9], DECODED[:7, :9])


@pytest.mark.parametrize("observer", [mse(), human(), mse() + human()], ids=lambda observer: observer.name)
def test_pictures_need_one_shape(observer: FullReferenceObserver) -> None:
    with pytest.raises(UsageError, match="one shape"):
        observer.distance(ORIGINAL, DECODED[1:])


def test_a_mixture_adds_by_shares() -> None:
    mixture = 1.0 * mse() + 3.0 * human()
    found = mixture.distance(ORIGINAL, DECODED)
    parts = mse().distance(ORIGINAL, DECODED), human().distance(ORIGINAL, DECODED)
    assert found == pytest.approx(0.25 * parts[0] + 0.75 * parts[1], rel=1e-12)
    # A part of no weight need not be able to compare.
    flat = FixedSensitivity(np.ones((3, 64), np.float32))
    assert (mse() + 0.0 * flat).distance(ORIGINAL, DECODED) == parts[0]


def test_a_profile_alone_cannot_compare() -> None:
    machine = Machine(profile=load_profile("machine"))
    for observer in (machine, 0.5 * human() + 0.5 * machine):
        with pytest.raises(UsageError, match=r"machine of \w+ is the profile .*\.observers\.load\("):
            observer.distance(ORIGINAL, DECODED)


def test_a_machine_compares_as_its_network_does() -> None:
    class Network(_Sensitive):
        def block_sensitivity(self, picture: PictureBlocks, sampling: Sampling) -> list[np.ndarray]:
            return [np.ones(counts, np.float32) for counts in picture.block_counts]

        def distance(self, original: np.ndarray, decoded: np.ndarray) -> float:
            return float(original.shape[0] + decoded.shape[1])

        def loss(self, original: str, decoded: str) -> str:
            return original + decoded

    machine = Machine(profile=load_profile("machine"), supplier=Network())
    assert machine.distance(ORIGINAL, DECODED) == 64 + 96
    assert machine.loss("a", "b") == "ab"


def test_who_is_only_sensitive_still_encodes_and_mixes() -> None:
    own = _Sensitive()
    assert not isinstance(own, FullReferenceObserver)
    assert beholder.encode(ORIGINAL, observer=own, quality=50).psnr_db > 25
    mixture = Mixture(((1.0, own), (1.0, mse())))
    assert beholder.encode(ORIGINAL, observer=mixture, quality=50).psnr_db > 25
    with pytest.raises(UsageError, match=r"own tells where it is sensitive and cannot compare pictures"):
        mixture.distance(ORIGINAL, DECODED)


@pytest.mark.parametrize(
    "observer", [mse(), human(), mse() + human(), Machine(profile=load_profile("machine"))]
)
def test_observers_of_the_package_compare_pictures(observer: object) -> None:
    assert isinstance(observer, FullReferenceObserver)

import hashlib
import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder import _core
from beholder.errors import UnsupportedImageError, UsageError
from beholder.metrics import Ssimulacra2Reference, ssimulacra2
from tests.metrics import ssimulacra2_twin
from tests.metrics.pictures import DISTORTIONS, PICTURES, astronaut, coffee, noisy, quantised, synthetic

TABLE = json.loads(Path(__file__).with_name("ssimulacra2_reference.json").read_text())["scores"]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['picture']}, {row['distortion']}")
def test_agrees_with_the_reference_tool(row):
    original = PICTURES[row["picture"]]()
    decoded = DISTORTIONS[row["distortion"]](original)
    digest = hashlib.sha256(original.tobytes() + decoded.tobytes()).hexdigest()[:16]
    assert digest == row["sha256"], "the pictures are not those that the table was made from"
    assert ssimulacra2(original, decoded) == pytest.approx(row["score"], abs=1e-5)


def test_table_covers_every_picture_and_distortion():
    assert {(row["picture"], row["distortion"]) for row in TABLE} == {
        (p, d) for p in PICTURES for d in DISTORTIONS
    }


@pytest.mark.parametrize("name", ["quantised 40", "noisy 60", "blurred 3", "blocky 8"])
@pytest.mark.parametrize("make", [coffee, lambda: synthetic(63, 64), lambda: synthetic(64, 15)])
def test_agrees_with_the_definition_in_exact_arithmetic(make, name):
    # The drift of the reference's blur, which the core repeats, is below 0.05 at such scores.
    original = make()
    decoded = DISTORTIONS[name](original)
    assert ssimulacra2(original, decoded) == pytest.approx(
        ssimulacra2_twin.score(original, decoded), abs=0.05
    )


def test_portable_and_fast_kernels_return_the_same_bits():
    for make in (lambda: synthetic(61, 203), lambda: synthetic(8, 9), coffee()[:130, :171].copy):
        original = make()
        decoded = noisy(original, 5)
        fast = _core.Ssimulacra2Reference(original).score(decoded)
        assert fast == _core.Ssimulacra2Reference(original, portable=True).score(decoded)


@settings(max_examples=40)
@given(st.integers(8, 70), st.integers(8, 70), st.integers(1, 255))
def test_any_size_scores_and_equal_pictures_score_100(height, width, step):
    original = synthetic(height, width)
    assert ssimulacra2(original, original) == 100.0
    assert ssimulacra2(original, quantised(original, step)) <= 100.0


def test_more_noise_scores_lower():
    scores = [ssimulacra2(astronaut(), noisy(astronaut(), amplitude)) for amplitude in (1, 2, 5, 12, 30, 80)]
    assert scores == sorted(scores, reverse=True)


def test_grey_scores_as_three_equal_components():
    grey = synthetic(40, 50)[..., 0]
    stacked = np.stack([grey] * 3, axis=2)
    assert ssimulacra2(grey, grey // 9 * 9) == ssimulacra2(stacked, stacked // 9 * 9)


def test_strided_pictures_score_as_their_copies():
    original = astronaut()[::2, ::-2]
    decoded = quantised(original, 12)
    assert ssimulacra2(original, decoded) == ssimulacra2(original.copy(), decoded.copy())


def test_one_reference_scores_many_pictures_from_many_threads():
    original = synthetic(120, 160)
    decoded = [noisy(original, amplitude) for amplitude in range(1, 9)]
    expected = [ssimulacra2(original, picture) for picture in decoded]
    reference = Ssimulacra2Reference(original)
    scores = [0.0] * len(decoded)

    def work(index: int) -> None:
        scores[index] = reference.score(decoded[index])

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(decoded))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert scores == expected


def test_refuses_what_it_cannot_compare():
    picture = synthetic(20, 20)
    with pytest.raises(UnsupportedImageError, match="at least 8 x 8 pixels, this picture has 20 x 7"):
        ssimulacra2(picture[:7], picture[:7])
    with pytest.raises(UsageError, match="one shape"):
        ssimulacra2(picture, picture[:19])
    with pytest.raises(UsageError, match="one shape"):
        Ssimulacra2Reference(picture).score(picture[:19])
    with pytest.raises(_core.CoreError, match="20 x 19 pixels, the original 20 x 20"):
        _core.Ssimulacra2Reference(picture).score(picture[:19].copy())
    with pytest.raises(_core.CoreError, match="at least 8 x 8"):
        _core.Ssimulacra2Reference(picture[:7].copy())

"""Tables of frequencies and the coder over them."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from beholder.errors import InputError, UsageError

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.learned.entropy_coder import ResidualCoder
from beholder.learned.rate import LOG_STEP
from beholder.learned.tables import gaussian_frequencies, gaussian_tables

TABLES = gaussian_tables()
SCALES = 0.11 * np.exp(LOG_STEP * np.arange(64))


def batch(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    indices = random.integers(0, 64, count).astype(np.uint8)
    return np.round(random.normal(size=count) * SCALES[indices]).astype(np.int32), indices


def test_tables_are_whole_positive_symmetric_and_sum_to_their_precision() -> None:
    assert len(TABLES) == 64
    for table in TABLES:
        assert table.sum() == 65536
        assert table.min() >= 1
        assert np.abs(table[:-1] - table[-2::-1]).max() <= 1


@pytest.mark.parametrize("scale", [0.3, 1.0, 12.0])
def test_frequencies_are_probabilities(scale: float) -> None:
    table = gaussian_frequencies(scale)
    reach = (len(table) - 2) // 2
    normal = NormalDist(0, scale)
    for residual in range(-min(reach, 20), min(reach, 20) + 1):
        probability = normal.cdf(residual + 0.5) - normal.cdf(residual - 0.5)
        # Half a step of rounding, and a whole one of what rounding leaves.
        assert table[residual + reach] / 65536 == pytest.approx(probability, abs=1.6 / 65536)


def test_batches_come_back_in_order() -> None:
    coder = ResidualCoder(TABLES)
    batches = [batch(5000, 0), batch(0, 1), batch(1, 2), batch(3000, 3)]
    decoder = coder.decoder(coder.encode(batches))
    for residuals, indices in batches:
        assert not decoder.is_at_end() or not residuals.size
        assert (decoder.take(indices) == residuals).all()
    assert decoder.is_at_end()


def test_the_size_is_that_of_the_probabilities() -> None:
    residuals, indices = batch(50_000)
    ideal = 0.0
    for residual, index in zip(residuals, indices, strict=True):
        table = TABLES[index]
        reach = (len(table) - 2) // 2
        ideal -= math.log2(table[residual + reach] / 65536) if abs(residual) <= reach else -20
    assert len(ResidualCoder(TABLES).encode([(residuals, indices)])) * 8 == pytest.approx(ideal, rel=0.002)


@pytest.mark.parametrize("index", [0, 20, 63])
def test_residuals_beyond_their_table_come_back(index: int) -> None:
    coder = ResidualCoder(TABLES)
    reach = (len(TABLES[index]) - 2) // 2
    values = [reach, reach + 1, reach + 2, reach + 3, reach + 1000, 32766, 32767]
    residuals = np.array([sign * value for value in values for sign in (1, -1)], np.int32)
    indices = np.full(residuals.shape, index, np.uint8)
    decoder = coder.decoder(coder.encode([(residuals, indices)]))
    assert (decoder.take(indices) == residuals).all()
    assert decoder.is_at_end()


def test_residuals_beyond_all_are_refused() -> None:
    with pytest.raises(UsageError, match="a residual of 32768; the largest that is coded is 32767"):
        ResidualCoder(TABLES).encode([(np.array([0, -32768], np.int32), np.zeros(2, np.uint8))])


def test_nothing_takes_no_bytes() -> None:
    coder = ResidualCoder(TABLES)
    assert coder.encode([]) == b""
    assert coder.decoder(b"").is_at_end()


@pytest.mark.parametrize(("data", "message"), [(b"abc", "multiple of 4"), (b"abcd" + bytes(4), "word of 0")])
def test_bytes_that_no_encoder_writes_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ResidualCoder(TABLES).decoder(data)


def test_damage_gives_other_residuals_or_an_error() -> None:
    coder = ResidualCoder(TABLES)
    residuals, indices = batch(400)
    data = coder.encode([(residuals, indices)])
    random = np.random.default_rng(1)
    for _ in range(300):
        damaged = bytearray(data)
        damaged[random.integers(len(data))] ^= 1 << random.integers(8)
        try:
            decoder = coder.decoder(bytes(damaged))
            taken = decoder.take(indices)
        except InputError:
            continue
        assert (taken != residuals).any() or not decoder.is_at_end()
        assert np.abs(taken).max() <= 32767

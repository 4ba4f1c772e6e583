"""Tables fitted to residuals."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import Condition
from beholder.learned.freeze import freeze
from beholder.learned.picture_tensor import pad_to_stride, tensor_of_pixels
from beholder.learned.symbols import residuals_of_latents
from beholder.learned.tables import gaussian_tables
from beholder.training.fit_tables import fit_tables
from tests.cli.program import photograph
from tests.learned.tiny import tiny_codec


def bits(codec: torch.nn.Module, pixels: np.ndarray, quality: int, tables: tuple[np.ndarray, ...]) -> float:
    asked = Condition.of([quality])
    total = 0.0
    with torch.inference_mode():
        latents = codec.gain(codec.analysis(pad_to_stride(tensor_of_pixels(pixels[None])), asked), asked)
        for residuals, indices in residuals_of_latents(codec, latents, asked):
            for residual, index in zip(residuals[0], indices[0], strict=True):
                reach = (len(tables[index]) - 2) // 2
                symbol = residual + reach if abs(residual) <= reach else -1
                total -= np.log2(tables[index][symbol] / 65536)
    return total


def test_fitted_tables_suit_other_pictures_better() -> None:
    codec = freeze(tiny_codec())
    seen = [
        (np.asarray(photograph(128, 128, seed)), Condition.of([quality]))
        for seed, quality in enumerate((5, 20, 40, 60))
    ]
    fitted = fit_tables(codec, seen)
    gaussian = gaussian_tables()
    assert [len(table) for table in fitted] == [len(table) for table in gaussian]
    assert all(table.sum() == 65536 and table.min() >= 1 for table in fitted)
    other = np.asarray(photograph(128, 128, 9))
    for quality in (10, 50):
        assert bits(codec, other, quality, fitted) < 0.99 * bits(codec, other, quality, gaussian)


def test_without_residuals_tables_stay_gaussian() -> None:
    fitted = fit_tables(freeze(tiny_codec()), [])
    for table, gaussian in zip(fitted, gaussian_tables(), strict=True):
        assert np.abs(table - gaussian).max() <= 1

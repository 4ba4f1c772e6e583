"""Files of weights: the same codec gives the same file, whose identity pictures name."""

import json

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

from safetensors.torch import load

from beholder.errors import InputError
from beholder.learned.freeze import freeze
from beholder.learned.tables import gaussian_tables
from beholder.learned.weight_files import identity_of_weights
from beholder.learned.weights import read_weights, write_weights
from tests.learned.tiny import TINY, tiny_codec


def test_a_codec_that_is_written_again_has_the_same_identity() -> None:
    frozen, tables = freeze(tiny_codec()), gaussian_tables()
    files = {write_weights(frozen, tables) for _ in range(8)}
    assert len(files) == 1
    (data,) = files
    assert read_weights(data).identity == identity_of_weights(data)
    assert write_weights(freeze(tiny_codec(1)), tables) not in files


def test_what_was_read_is_written_as_it_was() -> None:
    data = write_weights(freeze(tiny_codec()), gaussian_tables())
    weights = read_weights(data)
    assert write_weights(weights.network, weights.tables) == data
    assert weights.network.architecture == TINY


def test_the_file_is_one_of_safetensors() -> None:
    data = write_weights(freeze(tiny_codec()), gaussian_tables())
    length = int.from_bytes(data[:8], "little")
    assert length % 8 == 0
    header = json.loads(data[8 : 8 + length])
    assert header.pop("__metadata__")["format"] == "beholder learned codec 1"
    tensors = load(data)
    assert tensors.keys() == header.keys()
    kinds = {values.dtype for values in tensors.values()}
    assert kinds == {torch.int8, torch.int16, torch.int32, torch.float16, torch.float32}


def test_values_that_are_not_finite_are_refused() -> None:
    """A file of another's making must not decode to noise, or start a run that cannot learn."""
    tensors = load(write_weights(freeze(tiny_codec()), gaussian_tables()))
    data = write_weights(freeze(tiny_codec()), gaussian_tables())
    length = int.from_bytes(data[:8], "little")
    for name in ("analysis.enter.weight", "hyper_synthesis.first.scale"):
        assert tensors[name].is_floating_point()
        start = 8 + length + json.loads(data[8 : 8 + length])[name]["data_offsets"][0]
        size = tensors[name].element_size()
        broken = data[:start] + b"\xff" * size + data[start + size :]
        with pytest.raises(InputError, match=rf"{name} has values that are not finite"):
            read_weights(broken)

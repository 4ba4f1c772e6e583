"""The place of adapters: in a picture's file, in files of their own, and in the decoder."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder import learned
from beholder.errors import InputError, UsageError
from beholder.learned import weight_files
from beholder.learned.adapters import ADAPTERS, read_adapter, write_adapter
from beholder.learned.coder import LearnedCoder
from beholder.learned.container import read_container
from beholder.learned.inspect import inspect_learned
from beholder.learned.weight_files import identity_of_weights, shipped_names
from beholder.learned.weights import read_weights
from tests.cli.program import photograph
from tests.learned.tiny import tiny_weights
from tests.learned.toy_adapter import Adapter

PIXELS = np.asarray(photograph(70, 100))
WEIGHTS = tiny_weights()
OWNER = identity_of_weights(WEIGHTS)


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in the place of that with the package's weights; the toy is a kind of adapter."""
    monkeypatch.setitem(ADAPTERS, "toy", "tests.learned.toy_adapter")
    monkeypatch.setattr(weight_files, "_folder", lambda: tmp_path)
    (tmp_path / "photograph.safetensors").write_bytes(WEIGHTS)
    learned.load_once.cache_clear()
    yield tmp_path
    learned.load_once.cache_clear()


def adapter(added: float = 0.0, owner: bytes = OWNER) -> bytes:
    made = Adapter()
    with torch.no_grad():
        made.added.fill_(added)
    return write_adapter(made, owner)


def coder(data: bytes | None = None) -> LearnedCoder:
    return LearnedCoder(read_weights(WEIGHTS), adapter=None if data is None else read_adapter(data))


def test_the_header_names_the_adapter_and_symbols_stay() -> None:
    data = adapter()
    plain, adapted = coder().encode(PIXELS).data, coder(data).encode(PIXELS).data
    containers = [read_container(file, "file") for file in (plain, adapted)]
    assert [container.header.adapter for container in containers] == [None, identity_of_weights(data)]
    assert containers[0].streams == containers[1].streams
    assert inspect_learned(adapted, "a.bhd").adapter == identity_of_weights(data).hex()


def test_an_adapter_of_zeros_gives_the_same_picture_and_another_does_not() -> None:
    plain = coder().decode(coder().encode(PIXELS).data).pixels
    for added, same in ((0.0, True), (0.1, False)):
        own = coder(adapter(added))
        adapted = own.decode(own.encode(PIXELS).data).pixels
        assert (adapted == plain).all() == same
        # A file that names none is decoded without one.
        assert (own.decode(coder().encode(PIXELS).data).pixels == plain).all()
    inside = (plain > 0) & (plain < 229)  # is clipped neither before nor after
    added_values = adapted[inside].astype(int) - plain[inside]
    assert inside.any()
    assert (added_values.min(), added_values.max()) in ((25, 26), (25, 25), (26, 26))


def test_an_adapter_that_ships_is_found_by_its_identity(shipped: Path) -> None:
    own = coder(adapter(0.1))
    file = own.encode(PIXELS).data
    (shipped / "detection.adapter.safetensors").write_bytes(adapter(0.1))
    assert (shipped_names(), shipped_names("adapter")) == (("photograph",), ("detection",))
    assert (coder().decode(file).pixels == own.decode(file).pixels).all()
    named = learned.load(device="cpu", adapter="detection")
    assert named.encode(PIXELS).data == file
    assert (
        learned.load(device="cpu", adapter=shipped / "detection.adapter.safetensors").decode(file).pixels
        == own.decode(file).pixels
    ).all()


def test_a_missing_adapter_is_named_with_the_remedy() -> None:
    file = coder(adapter()).encode(PIXELS).data
    with pytest.raises(InputError) as caught:
        coder().decode(file, name="a.bhd")
    identity = identity_of_weights(adapter()).hex()
    assert str(caught.value) == (
        f"a.bhd: was written with adapter {identity}, not installed here; give that file: "
        "beholder.learned.load(adapter=FILE) in Python"
    )
    with pytest.raises(
        UsageError, match=r"^nothing: no file of an adapter, and no name of any \(no adapter is"
    ):
        learned.load(device="cpu", adapter="nothing")


def test_a_wrong_adapter_is_named_beside_the_right_one() -> None:
    file = coder(adapter()).encode(PIXELS).data
    right, wrong = (identity_of_weights(data).hex() for data in (adapter(), adapter(0.1)))
    with pytest.raises(InputError) as caught:
        coder(adapter(0.1)).decode(file, name="a.bhd")
    assert str(caught.value) == (
        f"a.bhd: was written with adapter {right}, not with {wrong}; give the file of the former: "
        "beholder.learned.load(adapter=FILE) in Python"
    )


def test_an_adapter_of_other_weights_is_refused(shipped: Path) -> None:
    other = adapter(owner=b"\x01\x02\x03\x04")
    path = shipped / "other.adapter.safetensors"
    path.write_bytes(other)
    message = f"{path}: belongs to weights 01020304, not to {OWNER.hex()}; give the file of the former"
    with pytest.raises(InputError, match=message):
        learned.load(device="cpu", adapter="other")


def test_weights_and_adapters_are_told_apart(shipped: Path) -> None:
    (shipped / "a").write_bytes(adapter())
    with pytest.raises(
        InputError, match=r"a: is a file of kind adapter, and one of kind weights is asked for$"
    ):
        learned.load(shipped / "a", device="cpu")
    with pytest.raises(InputError, match=r"photograph.safetensors: is a file of kind weights, and one of"):
        learned.load(device="cpu", adapter=shipped / "photograph.safetensors")
    with pytest.raises(InputError, match=r"^no adapter of the learned codec \(.*fetch the file again$"):
        read_adapter(adapter()[:-5])


def test_a_kind_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    data = adapter()
    monkeypatch.delitem(ADAPTERS, "toy")
    with pytest.raises(
        InputError, match=r"^no kind of adapter is called 'toy' in this Beholder; get a later"
    ):
        read_adapter(data)


def test_files_of_a_batch_have_one_adapter() -> None:
    own = coder(adapter())
    files = [own.encode(PIXELS).data for _ in range(2)]
    assert len(own.decode_batch(files)) == 2
    with pytest.raises(UsageError, match="made with several adapters; files of a batch have one"):
        own.decode_batch([*files, coder().encode(PIXELS).data])

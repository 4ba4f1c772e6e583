"""Pictures that go through the network together give what they give one by one."""

import io

import numpy as np
import pytest

from beholder.errors import InputError, UsageError

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")
pytest.importorskip("constriction", reason="constriction is not installed")

from beholder.learned.coder import LearnedCoder
from beholder.learned.container import read_container
from beholder.learned.weights import read_weights
from tests.cli.program import photograph
from tests.learned.tiny import tiny_weights


@pytest.fixture(scope="module")
def codec() -> LearnedCoder:
    return LearnedCoder(read_weights(tiny_weights()))


def pixels(height: int = 70, width: int = 100, seed: int = 0) -> np.ndarray:
    return np.asarray(photograph(height, width, seed))


def batch() -> list[np.ndarray]:
    """Of one size; one of them is grey."""
    return [pixels(seed=0), pixels(seed=1)[..., 0], pixels(seed=2)]


@pytest.mark.parametrize("quality", [0, 32, 63])
def test_files_of_a_batch_are_those_of_single_pictures(codec: LearnedCoder, quality: int) -> None:
    together = [result.data for result in codec.encode_batch(batch(), quality=quality)]
    assert together == [codec.encode(picture, quality=quality).data for picture in batch()]
    assert [read_container(data, "file").header.grey for data in together] == [False, True, False]
    assert len(set(together)) == 3


def test_pictures_of_a_batch_are_those_of_single_files(codec: LearnedCoder) -> None:
    files = [
        codec.encode(picture, quality=quality).data
        for picture, quality in zip(batch(), (5, 60, 33), strict=True)
    ]
    together = codec.decode_batch(files)
    for data, found in zip(files, together, strict=True):
        alone = codec.decode(data).pixels
        assert found.pixels.shape == alone.shape
        # What is painted is no exact arithmetic, and may be rounded another way.
        assert np.abs(found.pixels.astype(int) - alone).max() <= 1
    assert [found.pixels.ndim for found in together] == [3, 2, 3]


def test_a_batch_may_be_of_one_or_of_none(codec: LearnedCoder) -> None:
    assert codec.encode_batch([]) == []
    assert codec.decode_batch([]) == []
    (alone,) = codec.encode_batch([pixels()])
    assert alone.data == codec.encode(pixels()).data
    assert (codec.decode_batch([alone.data])[0].pixels == codec.decode(alone.data).pixels).all()


def test_each_keeps_its_own_metadata(codec: LearnedCoder) -> None:
    sources = []
    for maker in ("first", "second"):
        image = photograph(70, 100)
        exif = image.getexif()
        exif[0x010F] = maker
        buffer = io.BytesIO()
        image.save(buffer, "PNG", exif=exif)
        sources.append(buffer.getvalue())
    found = codec.decode_batch([result.data for result in codec.encode_batch(sources)])
    for maker, picture in zip((b"first", b"second"), found, strict=True):
        assert picture.metadata.exif is not None
        assert maker in picture.metadata.exif
    for result in codec.encode_batch(sources, metadata="strip"):
        assert read_container(result.data, "file").header.exif is None


def test_pictures_of_several_sizes_are_refused(codec: LearnedCoder) -> None:
    message = r"^got pictures of 64x64, 100x70, 101x70 pixels; those of a batch have one size$"
    several = [pixels(70, 101), pixels(70, 100), pixels(64, 64), pixels(70, 100)]
    with pytest.raises(UsageError, match=message):
        codec.encode_batch(several)
    with pytest.raises(UsageError, match=message):
        codec.decode_batch([codec.encode(picture).data for picture in several])


def test_one_damaged_file_fails_the_batch(codec: LearnedCoder) -> None:
    good = codec.encode(pixels()).data
    with pytest.raises(InputError, match=r"^bytes: damaged, the checksum of its symbols is wrong$"):
        codec.decode_batch([good, good[:-1] + bytes([good[-1] ^ 1])])

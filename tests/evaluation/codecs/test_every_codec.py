"""What holds for every codec that is there: real files, from few bits to many, that decode to the picture."""

import pickle

import numpy as np
import pytest

from beholder.errors import InputError, ProgramError, UnsupportedImageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.registry import all_codecs, find_codec
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.image.pixels import Pixels
from beholder.image.read import read_picture
from beholder.metrics import psnr_db
from tests.evaluation.codecs.pictures import photograph

NAMES = tuple(all_codecs())


@pytest.fixture(params=NAMES)
def codec(request: pytest.FixtureRequest) -> EvaluatedCodec:
    found = find_codec(request.param)
    if isinstance(found, Absent):
        pytest.skip(str(found))
    return found


def as_colour(pixels: Pixels) -> Pixels:
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(photograph(35, 51), id="odd sizes"),
        pytest.param(photograph(33, 47)[..., 1].copy(), id="grey"),
        pytest.param(photograph(1, 1), id="one pixel"),
        pytest.param(photograph(70, 102)[::2, ::2], id="not contiguous"),
    ],
)
def test_decodes_to_the_picture(codec: EvaluatedCodec, pixels: Pixels) -> None:
    try:
        data = codec.encode(read_picture(pixels), codec.qualities[-1])
    except UnsupportedImageError as error:
        pytest.skip(str(error))
    decoded = codec.decode(data)
    assert decoded.dtype == np.uint8
    assert decoded.shape[:2] == pixels.shape[:2]
    assert decoded.ndim == 3 or pixels.ndim == 2
    # One pixel in 24 bits a pixel or fewer is coarse for a codec that is held to a rate.
    least_db = 30 if pixels.size > 3 else 15
    assert psnr_db(as_colour(pixels), as_colour(decoded)) > least_db


def test_bits_and_psnr_rise_with_the_qualities(codec: EvaluatedCodec) -> None:
    assert len(codec.qualities) >= 8
    pixels = photograph(128, 128)
    chosen = [codec.qualities[number] for number in (0, len(codec.qualities) // 2, -1)]
    files = [codec.encode(read_picture(pixels), quality) for quality in chosen]
    sizes = [len(data) for data in files]
    scores = [psnr_db(pixels, codec.decode(data)) for data in files]
    assert sizes == sorted(set(sizes))
    assert scores == sorted(set(scores))


def test_is_the_same_in_another_process(codec: EvaluatedCodec) -> None:
    twin = pickle.loads(pickle.dumps(codec))
    picture = read_picture(photograph(24, 40))
    assert twin.fingerprint == codec.fingerprint
    assert twin.encode(picture, codec.qualities[2]) == codec.encode(picture, codec.qualities[2])


def test_damaged_files_are_refused(codec: EvaluatedCodec) -> None:
    for data in (b"", b"no picture", codec.encode(read_picture(photograph(24, 40)), codec.qualities[2])[:20]):
        with pytest.raises((InputError, ProgramError)):
            codec.decode(data)


def test_says_what_it_is(codec: EvaluatedCodec) -> None:
    assert codec.name in NAMES
    assert any(digit in codec.settings for digit in "0123456789") or "beholder.encode" in codec.settings


def test_no_two_share_a_fingerprint() -> None:
    there = [codec for codec in all_codecs().values() if not isinstance(codec, Absent)]
    assert len({codec.fingerprint for codec in there}) == len(there)

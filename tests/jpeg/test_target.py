"""Targets are met and nearly used up, or refused with what is possible."""

import pytest

import beholder
from beholder.image.jpeg_pixels import decode_jpeg
from beholder.metrics import psnr_db, ssimulacra2
from tests.jpeg.pictures import photograph
from tests.metrics.pictures import astronaut

PICTURES = {
    "noisy": photograph(51, 240, 180, noise=15),
    "smooth": photograph(52, 240, 180, noise=0),
    "wide": photograph(53, 301, 97),
    "grey": photograph(54, 200, 160)[..., 1],
}


@pytest.fixture(params=PICTURES)
def picture(request: pytest.FixtureRequest) -> object:
    return PICTURES[request.param]


@pytest.mark.parametrize("bpp", [0.5, 1.0, 2.5])
@pytest.mark.parametrize("observer", ["human", "mse"])
def test_bpp(picture: object, bpp: float, observer: str) -> None:
    result = beholder.encode(picture, bpp=bpp, observer=observer)
    assert result.rate_bpp <= bpp
    # A step of the scale moves such small files by up to half a per cent beside the two per cent aimed at.
    assert result.rate_bpp >= 0.975 * bpp


@pytest.mark.parametrize("share", [0.05, 0.12, 0.3])
def test_size_bytes(picture: object, share: float) -> None:
    size_bytes = int(picture.shape[0] * picture.shape[1] * share)
    result = beholder.encode(picture, size_bytes=size_bytes)
    assert 0.975 * size_bytes <= len(result.data) <= size_bytes


@pytest.mark.parametrize("psnr", [28.0, 33.0, 38.0])
@pytest.mark.parametrize("observer", ["human", "mse"])
def test_psnr(picture: object, psnr: float, observer: str) -> None:
    result = beholder.encode(picture, psnr=psnr, observer=observer, subsampling="4:4:4")
    reached = psnr_db(picture, decode_jpeg(result.data))
    assert psnr <= reached <= psnr + 0.1
    assert reached == result.psnr_db


@pytest.mark.parametrize("target", [65.0, 85.0])
def test_ssimulacra2(picture: object, target: float) -> None:
    result = beholder.encode(picture, ssimulacra2=target, subsampling="4:4:4")
    assert target <= ssimulacra2(picture, decode_jpeg(result.data)) <= target + 0.5


# Lower scores of pictures smaller than this jump by more than half a point from one scale to the next.
@pytest.mark.parametrize("target", [25.0, 40.0, 60.0, 80.0])
def test_ssimulacra2_of_a_photograph(target: float) -> None:
    pixels = astronaut()
    result = beholder.encode(pixels, ssimulacra2=target)
    assert target <= ssimulacra2(pixels, decode_jpeg(result.data)) <= target + 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size_bytes": 300}, r"300 bytes: the smallest file has \d+ bytes"),
        ({"bpp": 0.01}, r"0.01 bpp: the smallest file has \d+ bytes \(0\.\d+ bpp\)"),
        ({"psnr": 70.0}, r"a PSNR of 70 dB is out of reach in 4:2:0, where \d+\.\d+ dB is the best.*4:4:4"),
        (
            {"psnr": 80.0, "subsampling": "4:4:4"},
            r"out of reach in 4:4:4, where \d+\.\d+ dB is the best; ask for less$",
        ),
        (
            {"ssimulacra2": 99.0, "subsampling": "4:2:0"},
            r"SSIMULACRA 2 of 99 is out of reach.*where \d+\.\d+ is the best",
        ),
    ],
)
def test_out_of_reach(options: dict, message: str) -> None:
    with pytest.raises(beholder.TargetError, match=message):
        beholder.encode(PICTURES["noisy"], **options)


def test_the_best_that_is_named_can_be_had() -> None:
    with pytest.raises(beholder.TargetError, match="is the best") as caught:
        beholder.encode(PICTURES["noisy"], psnr=70.0)
    best = float(str(caught.value).split("where ")[1].split(" dB")[0])
    assert beholder.encode(PICTURES["noisy"], psnr=best - 0.2).psnr_db >= best - 0.2
    with pytest.raises(beholder.TargetError, match="smallest") as caught:
        beholder.encode(PICTURES["noisy"], size_bytes=300)
    least = int(str(caught.value).split("file has ")[1].split(" bytes")[0])
    assert len(beholder.encode(PICTURES["noisy"], size_bytes=least).data) <= least


def test_more_than_can_be_used_gives_the_best_file() -> None:
    result = beholder.encode(PICTURES["smooth"], size_bytes=10_000_000, subsampling="4:4:4")
    assert len(result.data) <= 10_000_000
    assert result.psnr_db > 45
    assert result.quality == 100


def test_a_low_score_gives_the_smallest_file() -> None:
    low = beholder.encode(PICTURES["smooth"], psnr=5.0)
    assert low.psnr_db >= 5
    assert len(low.data) < len(beholder.encode(PICTURES["smooth"], quality=1).data)


def test_ssimulacra2_needs_a_size() -> None:
    with pytest.raises(beholder.TargetError, match="needs 8 x 8"):
        beholder.encode(photograph(55, 7, 30), ssimulacra2=50.0)


def test_targets_of_a_jpeg() -> None:
    source = beholder.encode(PICTURES["noisy"], quality=95, observer="mse").data
    goal = len(source) // 2
    result = beholder.encode(source, size_bytes=goal)
    assert 0.97 * goal <= len(result.data) <= goal
    assert beholder.encode(source, psnr=36.0).psnr_db >= 36.0

import pytest

from beholder.evaluation.observer_dial import DialPlace, dial_place, dials


@pytest.mark.parametrize(
    ("codec", "dial", "alpha"),
    [
        ("learned", "learned", 0),
        ("learned+observer=human", "learned", 0),
        ("learned+observer=machine", "learned", 1),
        ("learned+observer=0.3", "learned", 0.3),
        (
            "learned:a++b.safetensors+observer=1+rounding=nearest",
            "learned:a++b.safetensors+rounding=nearest",
            1,
        ),
        ("beholder:machine", "beholder:machine", 0.5),
        ("beholder:machine+weight=1", "beholder:machine", 1),
        (
            "beholder:machine:yolox_nano+network+weight=0.7+444",
            "beholder:machine:yolox_nano+network+444",
            0.7,
        ),
    ],
)
def test_places_of_codecs(codec: str, dial: str, alpha: float) -> None:
    assert dial_place(codec) == DialPlace(dial, alpha)


@pytest.mark.parametrize(
    "codec",
    [
        "jpeg",
        "heic:444:psnr",
        "beholder:human",
        "beholder:mse+444",
        "learned+observer=2",
        "learned+observer=x",
    ],
)
def test_codecs_without_a_place(codec: str) -> None:
    assert dial_place(codec) is None


def test_a_dial_has_two_places_or_is_none() -> None:
    codecs = ["learned+observer=1", "jpeg", "learned", "learned+observer=0", "learned+observer=0.5"]
    assert dials(codecs) == {"learned": {0: "learned", 0.5: "learned+observer=0.5", 1: "learned+observer=1"}}
    assert list(dials(codecs)["learned"]) == [0, 0.5, 1]
    assert dials(["learned", "jpeg", "learned+rounding=nearest+observer=1", "beholder:machine"]) == {}

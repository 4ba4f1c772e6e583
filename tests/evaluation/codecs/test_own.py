"""Beholder's own codecs by name."""

from pathlib import Path

import pytest

import beholder
from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs import own as own_codecs
from beholder.evaluation.codecs.registry import find_codec
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.image.read import read_picture
from tests.evaluation.codecs.pictures import photograph


def own(name: str) -> EvaluatedCodec:
    codec = find_codec(name)
    if isinstance(codec, Absent):
        pytest.skip(str(codec))
    return codec


@pytest.mark.parametrize("observer", ["human", "mse", "machine", "machine:efficientnet_lite0"])
def test_files_are_those_that_users_get(observer: str) -> None:
    pixels = photograph(40, 56)
    data = own(f"beholder:{observer}").encode(read_picture(pixels), 41)
    assert data == beholder.encode(pixels, quality=41, observer=observer).data


def test_words_are_options() -> None:
    pixels = photograph(40, 56)
    data = own("beholder:mse+444").encode(read_picture(pixels), 41)
    assert data == beholder.encode(pixels, quality=41, observer="mse", subsampling="4:4:4").data
    weighted = own("beholder:machine+weight=0.75")
    assert weighted.options.observer == "machine+weight=0.75"
    assert weighted.fingerprint != own("beholder:machine").fingerprint
    options = own("beholder:machine+network=efficientnet_lite1+444").options
    assert (options.observer, options.subsampling) == ("machine+network=efficientnet_lite1", "4:4:4")
    options = own("beholder:mse+subsampling=4:4:4+scans=sequential").options
    assert (options.observer, options.subsampling, options.scans) == ("mse", "4:4:4", "sequential")
    options = own("beholder:machine+loop").options
    assert (options.effort, options.model) == ("loop", None)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("beholder:humans", "there is no observer 'humans'"),
        ("beholder:human+442", "unknown option '442'"),
        ("beholder:machine+weight", "weight needs a value"),
        ("beholder:machine+weight=much", "weight is 'much'; it must be a number from 0 to 1"),
        ("beholder:machine+weight=2", "it must be a number from 0 to 1"),
        ("beholder:human+444+subsampling=4:2:0", "subsampling is given twice"),
        ("beholder:human+scans=fast", "scans is 'fast'; it must be one of"),
        ("beholder:human+scan=auto", "unknown option 'scan'; did you mean scans=VALUE"),
        ("beholder:human+quality=3", "unknown option 'quality'"),
        ("beholder:human+444=x", "444 takes no value"),
        ("beholder:human+loop", "effort 'loop'"),
        ("beholder:machine:nobody", "nobody"),
    ],
)
def test_names_that_mean_nothing(name: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        find_codec(name)


def test_networks_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_codecs, "find_spec", lambda name: None)
    found = find_codec("beholder:machine+network")
    assert isinstance(found, Absent)
    assert "beholder[machine]" in found.install
    assert not isinstance(find_codec("beholder:machine"), Absent), "which needs none"


def test_settings_and_fingerprints_tell_observers_apart() -> None:
    codecs = [own(name) for name in ("beholder:human", "beholder:mse", "beholder:mse+444")]
    assert len({codec.fingerprint for codec in codecs}) == 3
    assert codecs[2].settings == "beholder.encode(image, quality=..., observer='mse', subsampling='4:4:4')"


def test_learned_codec_of_a_file(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("constriction", reason="constriction is not installed")
    from tests.learned.tiny import tiny_weights  # noqa: PLC0415

    file = tmp_path / "tiny.safetensors"
    file.write_bytes(tiny_weights())
    codec = find_codec(f"learned:{file}")
    assert not isinstance(codec, Absent)
    pixels = photograph(35, 51)
    sizes = []
    for quality in (codec.qualities[0], codec.qualities[-1]):
        data = codec.encode(read_picture(pixels), quality)
        assert codec.decode(data).shape == pixels.shape
        sizes.append(len(data))
    assert sizes[0] < sizes[1]
    file.write_bytes(tiny_weights(seed=1))
    assert own(f"learned:{file}").fingerprint != codec.fingerprint


def test_learned_codec_takes_options_of_its_own(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("constriction", reason="constriction is not installed")
    from tests.learned.tiny import tiny_weights  # noqa: PLC0415

    file = tmp_path / "a+b.safetensors"
    file.write_bytes(tiny_weights())
    name = f"learned:{str(file).replace('+', '++')}"
    usual, nearest = find_codec(name), find_codec(f"{name}+rounding=nearest")
    assert not isinstance(usual, Absent)
    assert not isinstance(nearest, Absent)
    assert (usual.options.rounding, nearest.options.rounding) == ("cheapest", "nearest")
    assert usual.fingerprint != nearest.fingerprint
    for more, reason in (("rounding=up", "rounding is 'up'"), ("scans=auto", "unknown option 'scans'")):
        with pytest.raises(UsageError, match=reason):
            find_codec(f"{name}+{more}")


def test_learned_codec_takes_observers_and_networks(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("constriction", reason="constriction is not installed")
    from tests.learned.networks_that_look import network_file  # noqa: PLC0415
    from tests.learned.tiny import tiny_weights  # noqa: PLC0415

    file, model = tmp_path / "dial.safetensors", network_file(tmp_path)
    file.write_bytes(tiny_weights(observers=3))
    pixels = photograph(35, 51)
    names = ["", "+observer=0.5", "+observer=1", f"+loop={model}", f"+effort=loop+model={model}+observer=0.5"]
    codecs = [own(f"learned:{file}{more}") for more in names]
    assert [codec.options.observer_dial for codec in codecs] == [0, 128, 255, 0, 128]
    assert [codec.options.effort for codec in codecs] == ["normal"] * 3 + ["loop"] * 2
    assert len({codec.fingerprint for codec in codecs}) == 5
    assert [min(codec.qualities) for codec in codecs] == [0, 0, 0, -24, -24], "where the loop goes further"
    files = [codec.encode(read_picture(pixels), 30) for codec in codecs]
    assert len(set(files)) == 5
    assert codecs[1].decode(files[1]).shape == pixels.shape
    Path(model).with_suffix(".toml").write_text(
        'task = "classification"\nresize = "exact"\nsize = [96, 96]\nscale = 0.5\n'
    )
    assert own(f"learned:{file}{names[3]}").fingerprint != codecs[3].fingerprint
    for more, reason in (
        ("observer=2", "observer is '2'; for the learned codec"),
        ("model=x", "a model looks"),
    ):
        with pytest.raises(UsageError, match=reason):
            find_codec(f"learned:{file}+{more}")


def test_weights_without_a_dial_lack_observers_alone(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("constriction", reason="constriction is not installed")
    from tests.learned.tiny import tiny_weights  # noqa: PLC0415

    plain, dialled = tmp_path / "plain.safetensors", tmp_path / "dialled.safetensors"
    plain.write_bytes(tiny_weights())
    dialled.write_bytes(tiny_weights(observers=3))
    for name in (f"learned:{plain}", f"learned:{plain}+observer=0", f"learned:{plain}+observer=human"):
        assert not isinstance(find_codec(name), Absent)
    found = find_codec(f"learned:{plain}+observer=0.5+rounding=nearest")
    assert isinstance(found, Absent)
    assert "no observer dial" in found.reason
    assert found.install.endswith("as learned:FILE+observer=0.5+rounding=nearest")
    assert not isinstance(find_codec(f"learned:{dialled}+observer=0.5"), Absent)
    gone = find_codec(f"learned:{tmp_path / 'gone.safetensors'}+observer=0.5")
    assert isinstance(gone, Absent)
    assert "no observer dial" not in gone.reason


def test_learned_codec_without_weights(tmp_path: Path) -> None:
    found = find_codec(f"learned:{tmp_path / 'none.safetensors'}")
    assert isinstance(found, Absent)
    assert "learned:FILE" in found.install

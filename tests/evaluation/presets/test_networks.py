from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from beholder.errors import UsageError
from beholder.evaluation.presets import networks
from beholder.evaluation.presets.networks import Given, Look, networks_of, parse_networks
from tests.evaluation.presets.fakes import ALEX, VGG, part

# The real one, which conftest.py replaces for all tests.
MISSING_NETWORK: Callable[[str], str | None] = networks.missing_network


def test_networks_are_named_with_and_without_a_role() -> None:
    given = parse_networks(("alex=./a.toml", "./b.toml"), ("alex", "vgg"))
    assert given == Given({"alex": "./a.toml"}, ("./b.toml",))
    assert given
    assert not parse_networks((), ("alex",))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lenet=a.toml",), "the paper has no network 'lenet'; it has alex, vgg"),
        (("alex=a", "alex=b"), "alex is given twice"),
        (("a", "a"), "the network a is given twice"),
    ],
)
def test_wrong_networks_are_told(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_networks(words, ("alex", "vgg"))


def test_the_papers_networks_look_where_they_are_here(here: set[str]) -> None:
    here.add("torchvision:vgg")
    looks, missing = networks_of(part(), Given({}, ()))
    assert looks == [Look("torchvision:vgg", VGG)]
    (words,) = missing
    assert words.startswith("Alex (torchvision:alex): no weights of torchvision:alex; or name another")
    assert words.endswith("--networks alex=NET")


def test_without_any_of_them_another_stands_in(here: set[str]) -> None:
    looks, missing = networks_of(part(), Given({}, ()))
    assert looks == [Look("lite")]
    assert len(missing) == 2
    assert networks_of(part(stand_in=None), Given({}, ()))[0] == []
    here.clear()
    looks, missing = networks_of(part(), Given({}, ()))
    assert looks == []
    assert missing[-1] == "lite, which stands in: pip install lite-package"


def test_named_networks_look_in_place_of_all(here: set[str]) -> None:
    here.add("torchvision:vgg")
    given = Given({"alex": "mine"}, ("other",))
    assert networks_of(part(), given) == ([Look("mine", ALEX), Look("other")], [])
    assert networks_of(part(stand_in=None), given) == ([Look("mine", ALEX)], [])


def test_titles_say_in_whose_place_a_network_looks(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.touch()
    assert Look("torchvision:alex", ALEX).title == "Alex"
    assert Look(str(file), ALEX).title == "mine in place of Alex"
    assert Look(str(file)).title == "mine"
    assert Look("lite").title == "lite"


def test_weights_of_torchvision_are_looked_for_in_torchs_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weights = SimpleNamespace(DEFAULT=SimpleNamespace(url="https://weights.example/alex-1.pth"))
    models = SimpleNamespace(get_model_weights=lambda name: weights)
    modules = {
        "torchvision.models": models,
        "torch.hub": SimpleNamespace(get_dir=lambda: str(tmp_path)),
    }
    monkeypatch.setattr(networks, "missing_for", lambda model: None)
    monkeypatch.setattr(networks, "import_module", modules.__getitem__)
    file = tmp_path / "checkpoints" / "alex-1.pth"
    words = MISSING_NETWORK("torchvision:alex")
    assert words == f"its weights are not here; put https://weights.example/alex-1.pth at {file}"
    file.parent.mkdir()
    file.touch()
    assert MISSING_NETWORK("torchvision:alex") is None


def test_weights_of_timm_are_looked_for_in_the_hubs_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    cached: dict[tuple[str, str], str] = {}
    modules = {
        "timm": SimpleNamespace(get_pretrained_cfg=lambda name: SimpleNamespace(hf_hub_id=f"home/{name}")),
        "huggingface_hub": SimpleNamespace(try_to_load_from_cache=lambda *key: cached.get(key)),
    }
    monkeypatch.setattr(networks, "missing_for", lambda model: None)
    monkeypatch.setattr(networks, "import_module", modules.__getitem__)
    assert "timm.create_model('net', pretrained=True)" in str(MISSING_NETWORK("timm:net"))
    cached["home/net", "model.safetensors"] = "/somewhere"
    assert MISSING_NETWORK("timm:net") is None


def test_packages_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "missing_for", lambda model: "torch timm")
    assert MISSING_NETWORK("timm:net") == "torch timm is not installed: pip install torch timm"
    monkeypatch.setattr(networks, "missing_for", lambda model: None)
    assert MISSING_NETWORK("efficientnet_lite0") is None

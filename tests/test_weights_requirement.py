"""What the extra `learned` requires for its weights, by where the package is built."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from beholder.learned.weight_files import identity_of_weights

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(
    not (ROOT / "weights" / "beholder_weights").is_dir(), reason="a source distribution has no weights"
)


@pytest.fixture
def requirement() -> ModuleType:
    spec = importlib.util.spec_from_file_location("requirement", ROOT / "weights" / "requirement.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def required(module: ModuleType, state: str) -> str:
    provider = module.Requirement()
    provider.build_state(state)
    (needed,) = provider.dynamic_metadata({}, {})["optional-dependencies"]["learned"]
    return needed


@pytest.mark.parametrize("state", ["wheel", "editable", "metadata_wheel", "metadata_editable"])
def test_a_build_of_the_clone_takes_the_folder(requirement: ModuleType, state: str) -> None:
    name, url = required(requirement, state).split(" @ ")
    assert name == "beholder-weights"
    assert url == (ROOT / "weights").as_uri()


def test_what_is_for_others_names_the_version(
    requirement: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pyproject = ROOT / "weights" / "pyproject.toml"
    version = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["version"]
    expected = f"beholder-weights=={version}"
    assert required(requirement, "sdist") == expected
    monkeypatch.setenv("BEHOLDER_RELEASE", "1")
    assert required(requirement, "wheel") == expected
    monkeypatch.delenv("BEHOLDER_RELEASE")
    (tmp_path / "pyproject.toml").write_bytes(pyproject.read_bytes())
    monkeypatch.setattr(requirement, "_FOLDER", tmp_path)  # unpacked from a source distribution
    assert required(requirement, "wheel") == expected


@pytest.mark.parametrize(
    ("name", "identity"),
    [("photograph", "35a4e520"), ("photograph-1", "2ce99fbb"), ("photograph-2", "bddb3d8f")],
)
def test_the_weights_are_those_of_the_files_that_name_them(name: str, identity: str) -> None:
    """Files written with them hold the first bytes of their hash, so they never change or go."""
    data = (ROOT / "weights" / "beholder_weights" / f"{name}.safetensors").read_bytes()
    assert identity_of_weights(data).hex() == identity

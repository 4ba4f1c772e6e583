"""The package's front: light to import, complete, documented."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import beholder

ROOT = Path(__file__).parents[1]


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_import_takes_no_numpy_and_no_pillow() -> None:
    heavy = {"numpy", "PIL", "torch", "ray", "beholder._core"}
    assert run(f"import sys, beholder; print({heavy!r} & set(sys.modules))") == "set()"


def test_import_takes_under_50_ms_of_cpu() -> None:
    code = "import time; t = time.process_time(); import beholder; print(time.process_time() - t)"
    assert min(float(run(code)) for _ in range(5)) < 0.05


def test_help_needs_no_numpy_and_takes_under_300_ms_of_cpu() -> None:
    code = """
import sys, time
t = time.process_time()
from beholder.cli import main
try:
    main(["encode", "--help"])
except SystemExit as stop:
    assert stop.code == 0
assert not {"numpy", "PIL"} & set(sys.modules)
print(time.process_time() - t)
"""
    assert min(float(run(code).splitlines()[-1]) for _ in range(3)) < 0.3


@pytest.mark.parametrize("name", beholder.__all__)
def test_every_public_name_exists(name: str) -> None:
    value = getattr(beholder, name)
    assert name == "__version__" or value.__doc__
    assert name in dir(beholder)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'encoed'"):
        beholder.encoed  # noqa: B018


def test_version_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert beholder.__version__ == project["version"]

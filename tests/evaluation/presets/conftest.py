"""Codecs, scores and networks of the tests in place of real ones."""

import pytest

from beholder.evaluation.presets import networks, plan
from beholder.evaluation.scores.registry import SCORES
from tests.evaluation.presets import fakes


@pytest.fixture
def here() -> set[str]:
    """Networks whose weights are here; tests change it."""
    return {"lite"}


@pytest.fixture(autouse=True)
def fake_world(monkeypatch: pytest.MonkeyPatch, here: set[str]) -> None:
    monkeypatch.setattr(plan, "find_codec", fakes.find_codec)
    for name, score in fakes.SCORES.items():
        monkeypatch.setitem(SCORES, name, score)
    monkeypatch.setattr(
        networks, "missing_network", lambda model: None if model in here else f"no weights of {model}"
    )
    monkeypatch.setattr(networks, "missing_for", lambda model: None if model in here else f"{model}-package")

"""A dial for networks that were trained without one."""

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import Condition
from beholder.learned.freeze import freeze
from beholder.learned.with_dial import with_dial
from tests.learned.tiny import pictures, tiny_codec


def test_every_observer_gets_what_there_was() -> None:
    codec = tiny_codec()
    grown = with_dial(codec, 3)
    assert grown.architecture.observer_anchors == 3
    picture = pictures(3)
    qualities, observers = [5, 31, 60], [0.0, 0.4, 1.0]
    for prepare in (lambda network: network.eval(), freeze):
        before, after = (prepare(network) for network in (codec, grown))
        with torch.no_grad():
            expected = before(picture, Condition.of(qualities))
            found = after(picture, Condition.of(qualities, observers))
        torch.testing.assert_close(found.picture, expected.picture)
        torch.testing.assert_close(found.bits, expected.bits)


def test_all_that_depends_on_the_observer_learns_apart() -> None:
    grown = with_dial(tiny_codec(), 2).train()
    result = grown(pictures(2), Condition.of([7, 55], [1.0, 1.0]))
    (result.bits.sum() / 1e3 + (result.picture - pictures(2)).square().sum()).backward()
    tables = {name: p.grad for name, p in grown.named_parameters() if name.endswith(".anchors")}
    assert {name.partition(".")[0] for name in tables} >= {
        "analysis", "synthesis", "gain", "inverse_gain", "hyper_prior", "hyper_synthesis", "context",
    }  # fmt: skip
    for name, gradient in tables.items():
        people, machine = gradient.chunk(2)
        assert not people.any(), name
        assert machine.any(), name


def test_a_network_that_has_a_dial_is_refused() -> None:
    with pytest.raises(ValueError, match="has a dial of 3 anchors already"):
        with_dial(tiny_codec(observers=3), 3)

"""When a run has diverged."""

from beholder.training.divergence import MOST_TROUBLE, Divergence


def test_gradients_that_fail_in_a_row_are_told() -> None:
    state = Divergence()
    assert [state.add(False) for _ in range(51)] == [False] * 50 + [True]


def test_so_are_those_that_fail_again_and_again_over_resumed_runs() -> None:
    state = Divergence()
    for _ in range(10):
        state = Divergence(state.trouble)  # as a checkpoint keeps it
        told = [state.add(step % 2 == 0) for step in range(20)]
        if any(told):
            break
    assert any(told)


def test_one_in_thirty_may_fail_for_ever() -> None:
    state = Divergence()
    assert not any(state.add(step % 30 != 0) for step in range(30_000))
    assert state.trouble < MOST_TROUBLE / 10

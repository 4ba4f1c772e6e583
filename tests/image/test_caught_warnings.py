"""Warnings of several threads, each kept to its own."""

import threading
import warnings

import pytest

from beholder.image.pillow_errors import caught_warnings


def warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=1)


def test_texts_are_collected_in_one_line() -> None:
    with caught_warnings() as outer:
        warn("one\n  line")
        with caught_warnings() as inner:
            warn("inside")
        warn("behind")
    assert outer == [(UserWarning, "one line"), (UserWarning, "behind")]
    assert inner == [(UserWarning, "inside")]
    with pytest.raises(UserWarning, match="as before"):
        warn("as before")


def test_threads_that_cross_leave_the_state_as_it_was() -> None:
    before = (warnings.showwarning, list(warnings.filters))
    first_is_in, second_is_in, first_is_out = threading.Event(), threading.Event(), threading.Event()
    found = {}

    def first() -> None:
        with caught_warnings() as texts:
            first_is_in.set()
            second_is_in.wait(10)
            warn("first")
        found["first"] = texts
        first_is_out.set()

    def second() -> None:
        first_is_in.wait(10)
        with caught_warnings() as texts:
            second_is_in.set()
            first_is_out.wait(10)
            warn("second")
        found["second"] = texts

    threads = [threading.Thread(target=each) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"first": [(UserWarning, "first")], "second": [(UserWarning, "second")]}
    assert (warnings.showwarning, list(warnings.filters)) == before

"""Observers by name.

::

    human, mse
    machine[:PROFILE][+none|+predictor|+network[=MODEL]][+weight=W]

An observer is a module with `KEYS`, which says what may follow its word, and `read`, and a line below.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Protocol, cast

from beholder.errors import UsageError
from beholder.observers._observer import Observer
from beholder.observers.grammar import Name

OBSERVERS: dict[str, str] = {
    "human": "beholder.observers._human",
    "mse": "beholder.observers._mse",
    "machine": "beholder.observers._machine_name",
}


class _Module(Protocol):
    """What the module of an observer has."""

    KEYS: tuple[str, ...]
    """What may follow the word: ``:PROFILE``, ``none``, ``weight=W``, ``network[=MODEL]``."""

    def read(self, name: Name) -> Callable[[], Observer]:
        """Check the values in a name, and return what makes the observer, which may load files and networks.

        Raises:
            UsageError: A value is not allowed.
        """


def parse(name: str) -> Observer:
    """Return the observer of a name, such as ``machine:yolox_nano+network+weight=0.7``.

    Args:
        name: ``human``, ``mse`` or ``machine``. A machine takes a profile after a colon, shipped or a file;
            who finds where it looks, ``none``, ``predictor``, ``network`` or ``network=MODEL``,
            and its ``weight`` beside `human`. A ``+`` in a file's name is written ``++``.

    Raises:
        UsageError: There is no such observer, option, profile or network, or torch is not installed.
        InputError: The profile is damaged.

    >>> parse("machine+weight=0.25").name
    'machine+weight=0.25'
    """
    return check_name(name)()


def check_name(text: str) -> Callable[[], Observer]:
    """Check a name without its files, and return what makes the observer.

    Raises:
        UsageError: There is no such observer or option.
    """
    name = Name.parse(text)
    module = _module(name)
    name.check(module.KEYS)
    return module.read(name)


def keys_of(name: Name) -> tuple[str, ...]:
    """Return what may follow the word of an observer, such as ``weight=W``.

    Raises:
        UsageError: There is no such observer.
    """
    return _module(name).KEYS


def _module(name: Name) -> _Module:
    word = name.word
    if word not in OBSERVERS:
        known = ", ".join(OBSERVERS)
        if " " in word:
            raise UsageError(
                f"{name}: observers made in Python have no names that can be read; known are {known}"
            )
        raise UsageError(f"there is no observer {word!r}; there are {known}")
    return cast(_Module, import_module(OBSERVERS[word]))

"""Observers by name.

::

    human, mse
    machine[:PROFILE][+none|+predictor|+network[=MODEL]][+weight=W]

An observer is a module and a line below. The module has a function of the observer's name that makes it. If
names take options, it has `KEYS`, which says what may follow the word (``:PROFILE``, ``none``, ``weight=W``,
``network[=MODEL]``), and `read`, which checks the values in a `Name` and returns what makes the observer.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from beholder.errors import UsageError
from beholder.observers._observer import Observer
from beholder.observers.grammar import Name

OBSERVERS: dict[str, str] = {
    "human": "beholder.observers._human",
    "mse": "beholder.observers._mse",
    "machine": "beholder.observers._machine",
}


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
    if not isinstance(text, str):
        raise UsageError(
            f"the name of an observer is {text!r}; it must be a text, such as machine+weight=0.7"
        )
    name = Name.parse(text)
    module = _module(name)
    name.check(keys_of(name))
    making: Callable[[], Observer]
    making = module.read(name) if hasattr(module, "read") else getattr(module, name.word)
    return making


def keys_of(name: Name) -> tuple[str, ...]:
    """Return what may follow the word of an observer, such as ``weight=W``.

    Raises:
        UsageError: There is no such observer.
    """
    return getattr(_module(name), "KEYS", ())


def _module(name: Name) -> ModuleType:
    word = name.word
    if word not in OBSERVERS:
        known = ", ".join(OBSERVERS)
        if " " in word:
            raise UsageError(
                f"{name}: observers made in Python have no names that can be read; known are {known}"
            )
        raise UsageError(f"there is no observer {word!r}; there are {known}")
    return import_module(OBSERVERS[word])

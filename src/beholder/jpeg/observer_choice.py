"""The observer that options name: its own name, completed by machine_weight, adapt and model."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from beholder.errors import UsageError
from beholder.observers import (
    DEFAULT_MODEL,
    MachineName,
    Observer,
    check_name,
    gradient_observers,
    load_network,
)
from beholder.observers.grammar import Name

if TYPE_CHECKING:
    from beholder.jpeg.options import JpegOptions


def check_observer(options: JpegOptions) -> None:
    """Refuse options of observers that do not exist or do not go together; no file or network is loaded.

    Raises:
        UsageError: Says which.
    """
    machine = machine_name(options)
    given = [name for name in ("machine_weight", "adapt") if getattr(options, name) is not None]
    if given and machine is None:
        raise UsageError(f"{given[0]} is for the observer machine, got observer {options.observer!r}")
    adapts = machine is not None and machine.adapt == "network"
    if options.model is not None and not (options.shows_network or adapts):
        raise UsageError(
            "a model looks with adapt 'network', with effort 'loop' or for a target kl; give one of them"
        )
    if options.effort != "loop":
        return
    if options.lossless:
        raise UsageError("got effort 'loop' and lossless; a lossless file keeps the levels of its source")
    if machine.weight == 0 if machine is not None else not gradient_observers(_other(options.observer)):
        raise UsageError(
            "effort 'loop' needs an observer with a network; take observer machine with a machine_weight "
            "above 0, or in Python one of beholder.observers.load"
        )


def machine_name(options: JpegOptions) -> MachineName | None:
    """Return what the name of a machine and the options say together; None for other observers.

    Raises:
        UsageError: There is no such observer, or name and options contradict each other.
    """
    observer = options.observer
    if not isinstance(observer, str):
        if not (hasattr(observer, "name") and callable(getattr(observer, "sensitivity", None))):
            _refuse_number(observer)
            raise UsageError(
                f"observer is {observer!r}; it must be a name such as human, mse or machine, or an object "
                "with a name and a sensitivity()"
            )
        return None
    _refuse_number(observer)
    check_name(observer)
    name = Name.parse(observer)
    if name.word != "machine":
        return None
    own = MachineName.of(name)
    adapt = options.adapt or own.adapt or ("network" if options.effort == "loop" else None)
    model = options.model if adapt == "network" else None
    return own.completed(weight=options.machine_weight, adapt=adapt, model=model)


def _refuse_number(observer: object) -> None:
    """Refuse what the learned codec calls its observers.

    Raises:
        UsageError: It is a number.
    """
    try:
        number = float(cast("float", observer))
    except (ValueError, TypeError):
        return
    raise UsageError(
        f"observer is {observer!r}, and numbers are for the codec learned; a JPEG takes human, mse or "
        f"machine, such as machine+weight={number:g}"
    )


def observer_of(options: JpegOptions) -> Observer:
    """Return the observer that the options name, with its profile and network.

    Raises:
        UsageError: There is no such profile or network, or what runs networks is not installed.
        InputError: The profile is damaged.
    """
    if options.kl is not None:
        load_network(model_of(options))
    machine = machine_name(options)
    return _other(options.observer) if machine is None else machine.observer()


def _other(observer: str | Observer) -> Observer:
    """Return an observer that is no machine, or an object."""
    return check_name(observer)() if isinstance(observer, str) else observer


def model_of(options: JpegOptions) -> str:
    """Return the network of the closed loop and of a target kl."""
    machine = machine_name(options)
    return options.model or (machine and machine.model) or DEFAULT_MODEL

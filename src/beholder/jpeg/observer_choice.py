"""The observer that options name."""

from __future__ import annotations

from beholder.errors import UsageError
from beholder.jpeg.options import JpegOptions
from beholder.observers import (
    DEFAULT_MODEL,
    MachineChoice,
    Observer,
    gradient_observers,
    load_network,
    named_observer,
)


def observer_of(options: JpegOptions) -> Observer:
    """Return the observer that the options name, with its profile and network.

    Raises:
        UsageError: There is no such profile or network, or what runs networks is not installed.
        InputError: The profile is damaged.
    """
    if options.kl is not None:
        load_network(options.model or DEFAULT_MODEL)
    if not isinstance(options.observer, str):
        if options.effort == "loop" and not gradient_observers(options.observer):
            raise UsageError(
                f"effort 'loop' needs an observer with a network, and {options.observer.name} has "
                "no network; beholder.observers.load gives one"
            )
        return options.observer
    if not options.is_machine:
        return named_observer(options.observer)
    defaults = MachineChoice()
    return MachineChoice(
        profile=options.profile,
        weight=defaults.weight if options.machine_weight is None else options.machine_weight,
        adapt=options.adapt or ("network" if options.effort == "loop" else defaults.adapt),
        model=options.model,
    ).observer()

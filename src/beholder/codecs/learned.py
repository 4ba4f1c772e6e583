"""The learned codec at the seam."""

# ruff: noqa: PLC0415 -- torch takes a second: what computes is loaded by the method that does
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from beholder.errors import InputError, UsageError
from beholder.learned import check_available, load_once
from beholder.learned.container import is_learned, read_container
from beholder.learned.options import LearnedOptions
from beholder.torch_device import torch_threads

if TYPE_CHECKING:
    from beholder.codec_options import DecodeOptions
    from beholder.encode_result import EncodeResult
    from beholder.image.picture import Picture
    from beholder.learned.inspect import LearnedReport
    from beholder.observers.network import NetworkObserver


@dataclass(frozen=True)
class LearnedCodec:
    """Files of a network, which only Beholder reads; a `beholder.codecs.codec.Codec`."""

    name: ClassVar[str] = "learned"
    suffix: ClassVar[str] = ".bhd"
    suffixes: ClassVar[frozenset[str]] = frozenset((".bhd",))
    Options: ClassVar[type[LearnedOptions]] = LearnedOptions

    def recognises(self, data: bytes) -> bool:
        """Return whether a file begins like a ``.bhd`` file."""
        return is_learned(data)

    def check_encode(self, options: LearnedOptions) -> tuple[str, ...]:
        """See to it that all that encoding needs is there, and return what networks say of themselves.

        Weights are loaded only where an observer is asked for that they may not have.

        Raises:
            UsageError: Something is not there or damaged, the weights lack the observer, or the network of a
                closed loop gives no gradient.
        """
        check_available(options.weights, device=options.device)
        try:
            if options.observer_dial:
                load_once(options.weights, device=options.device).check_observer(options)
            network = _network_of(options)
        except InputError as error:
            raise UsageError(str(error)) from error
        if network is not None and options.effort == "loop":
            network.check_gradient()
        return () if network is None else network.notes

    def check_decode(self, options: DecodeOptions) -> None:
        """See to it that the weights, the device and torch are there, without loading the weights."""
        check_available(options.weights, device=options.device)

    def encode(self, picture: Picture, options: LearnedOptions) -> EncodeResult:
        """Return the file of a picture."""
        coder = load_once(options.weights, device=options.device)
        with torch_threads(options.threads):
            return coder.encode_picture(picture, options)

    def decode(self, data: bytes, options: DecodeOptions, *, name: str) -> Picture:
        """Return the picture of a file, with the weights that it names unless others are given."""
        coder = load_once(options.weights or _weights_of(data, name), device=options.device)
        with torch_threads(options.threads):
            return coder.decode(data, name=name)

    def inspect(self, data: bytes, *, name: str) -> LearnedReport:
        """Return what the header says, and where the bytes are."""
        from beholder.learned.inspect import inspect_learned

        return inspect_learned(data, name)


def _network_of(options: LearnedOptions) -> NetworkObserver | None:
    """Return the network that results are shown to; None where they are not.

    Raises:
        UsageError: There is no such network.
    """
    if not options.shows_network:
        return None
    from beholder.observers import DEFAULT_MODEL, load_network

    return load_network(options.model or DEFAULT_MODEL)


def _weights_of(data: bytes, name: str) -> str:
    """Return the name of the shipped weights that a file was written with."""
    from beholder.learned.weight_files import installed_for

    return installed_for(read_container(data, name).header.identity, name)


CODEC = LearnedCodec()

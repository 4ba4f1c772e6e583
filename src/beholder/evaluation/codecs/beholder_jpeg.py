"""Beholder's own JPEG for every observer, named as ``beholder:OBSERVER[+OPTION...]``.

The observer has the name that `beholder.observers.parse` reads, as in
``beholder:machine:yolox_nano+network+weight=0.7``. Further options are those of `JpegOptions`, as in
``+scans=sequential``; ``+444`` is short for ``+subsampling=4:4:4``, ``+loop`` and ``+loop=NET`` for ``+effort=loop``
and ``+model=NET``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec

from beholder.codecs.api import encode
from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.codecs import jpeg_decoder
from beholder.evaluation.codecs.named_options import named_options
from beholder.evaluation.network_files import network_fingerprint
from beholder.evaluation.package_digest import package_digest
from beholder.image.pixels import Pixels
from beholder.jpeg.observer_choice import machine_name, model_of
from beholder.jpeg.options import JpegOptions
from beholder.observers import load_profile
from beholder.observers.grammar import Name
from beholder.observers.registry import keys_of
from beholder.options import options_of

PREFIX = "beholder:"
# Of options; None is the text behind the equals sign.
_SHORT = {"444": (("subsampling", "4:4:4"),), "loop[=NET]": (("effort", "loop"), ("model", None))}

# What decides the bytes; the layers above (evaluation, cli, ...) do not.
_PARTS = ("image", "metadata", "metrics", "observers", "jpeg")


@dataclass(frozen=True)
class BeholderCodec:
    """The JPEG encoder through the function that users call."""

    name: str
    options: JpegOptions
    # The look of libjpeg-turbo at that quality, so as densely as its own.
    qualities: tuple[float, ...] = (3, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)

    @property
    def settings(self) -> str:
        usual = options_of(JpegOptions)
        given = {name: getattr(self.options, name) for name in usual if name != "quality"}
        named = {name: own for name, own in given.items() if name == "observer" or own != usual[name].default}
        return f"beholder.encode(image, quality=..., {', '.join(f'{k}={v!r}' for k, v in named.items())})"

    def fingerprint(self) -> str:
        parts = [package_digest(*_PARTS), self.settings, jpeg_decoder.version()]
        if _needs_network(self.options):
            parts.append(network_fingerprint(model_of(self.options)))
        machine = machine_name(self.options)
        if machine is not None and machine.profile is not None:
            parts.append(load_profile(machine.profile).to_json())
        return " ".join(parts)

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        return encode(pixels, replace(self.options, quality=quality)).data

    def decode(self, data: bytes) -> Pixels:
        return jpeg_decoder.decode(data)


def beholder_jpeg(name: str) -> Codec | Absent:
    """The codec of a name, where its network can run.

    Raises:
        UsageError: The name asks for what does not exist.
    """
    codec = Name.parse(name)
    observer = Name.of_head(codec.argument or "")
    own, codec = codec.split(keys_of(observer))
    observer = replace(observer, options=own.options)
    options = JpegOptions(observer=str(observer), **named_options(codec, JpegOptions, _SHORT))
    machine = machine_name(options)
    if machine is not None and machine.profile is not None:
        load_profile(machine.profile)
    if _needs_network(options) and find_spec("torch") is None:
        return Absent(name, "networks need torch", "pip install 'beholder[machine]'")
    return BeholderCodec(name, options)


def _needs_network(options: JpegOptions) -> bool:
    machine = machine_name(options)
    return options.effort == "loop" or (machine is not None and machine.adapt == "network")

"""Beholder's own JPEG for every observer, named as ``beholder:OBSERVER[+OPTION...]``.

The observer has the name that `beholder.observers.parse` reads, as in
``beholder:machine:yolox_nano+network+weight=0.7``. Further options are those of `JpegOptions`, as in
``+scans=sequential``; ``+444`` is short for ``+subsampling=4:4:4``, ``+loop`` for ``+effort=loop``,
``+loop=NET`` for ``+effort=loop+model=NET``.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

from beholder.codecs.registry import find_codec
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.jpeg import decoder_version
from beholder.evaluation.codecs.named_options import named_options
from beholder.evaluation.digests import package_digest
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.evaluation.network_files import network_fingerprint
from beholder.jpeg.observer_choice import machine_name, model_of
from beholder.jpeg.options import JpegOptions
from beholder.observers import load_profile
from beholder.observers.grammar import Name
from beholder.observers.registry import keys_of

PREFIX = "beholder:"
# Of options; None is the text behind the equals sign.
_SHORT = {"444": (("subsampling", "4:4:4"),), "loop[=NET]": (("effort", "loop"), ("model", None))}

# What decides the bytes; the layers above (evaluation, cli, ...) do not.
_PARTS = ("codecs", "image", "metadata", "metrics", "observers", "jpeg")


# The look of libjpeg-turbo at that quality, so as densely as its own.
QUALITIES = (3, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)


def beholder_jpeg(name: str) -> EvaluatedCodec | Absent:
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
    return own_jpeg(name, options)


def own_jpeg(name: str, options: JpegOptions, qualities: tuple[float, ...] = QUALITIES) -> EvaluatedCodec:
    """Return the encoder with options of any kind, of which the quality does not count."""
    differing = (f"{each}={value!r}" for each, value in options.differing().items() if each != "quality")
    settings = f"beholder.encode({', '.join(['image', 'quality=...', *differing])})"
    return EvaluatedCodec(
        name=name,
        codec=find_codec("jpeg"),
        options=options,
        qualities=qualities,
        settings=settings,
        fingerprint=f"{settings} {_fingerprint(options)}",
    )


def _fingerprint(options: JpegOptions) -> str:
    parts = [package_digest(*_PARTS), decoder_version()]
    if _needs_network(options):
        parts.append(network_fingerprint(model_of(options)))
    machine = machine_name(options)
    if machine is not None and machine.profile is not None:
        parts.append(load_profile(machine.profile).to_json())
    return " ".join(parts)


def _needs_network(options: JpegOptions) -> bool:
    machine = machine_name(options)
    return options.effort == "loop" or (machine is not None and machine.adapt == "network")

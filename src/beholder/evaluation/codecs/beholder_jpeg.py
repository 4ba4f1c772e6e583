"""Beholder's own JPEG for every observer, named as ``beholder:OBSERVER[+WORD...]``.

==============================  ======================================================================
``beholder:human``              also ``mse``, ``machine`` and ``machine:PROFILE``
``+network``, ``+network=NET``  the network tells where in the picture it looks (torch)
``+loop``, ``+loop=NET``        the network looks at each result (torch)
``+weight=W``                   of the machine in its mixture with ``human``, 0 to 1, instead of 0.5
``+444``                        4:4:4 instead of 4:2:0
==============================  ======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec

from beholder.codecs.api import encode
from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.codecs import jpeg_decoder
from beholder.evaluation.network_files import network_fingerprint
from beholder.evaluation.package_digest import package_digest
from beholder.image.pixels import Pixels
from beholder.jpeg.options import JpegKeywords, JpegOptions
from beholder.observers import DEFAULT_MODEL, load_profile

PREFIX = "beholder:"

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
        words = ", ".join(f"{key}={value!r}" for key, value in _keywords(self.options).items())
        return f"beholder.encode(image, quality=..., {words})"

    def fingerprint(self) -> str:
        options = self.options
        parts = [package_digest(*_PARTS), self.settings, jpeg_decoder.version()]
        if options.effort == "loop" or options.adapt == "network":
            parts.append(network_fingerprint(options.model or DEFAULT_MODEL))
        if options.profile is not None:
            parts.append(load_profile(options.profile).to_json())
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
    observer, *words = name.removeprefix(PREFIX).split("+")
    keywords = JpegKeywords(observer=observer)
    for word in words:
        kind, _, value = word.partition("=")
        match kind:
            case "network":
                keywords["adapt"] = "network"
            case "loop":
                keywords["effort"] = "loop"
            case "weight" if value:
                keywords["machine_weight"] = _number(name, value)
            case "444" if not value:
                keywords["subsampling"] = "4:4:4"
            case _:
                raise UsageError(
                    f"{name}: unknown word {word!r}; known are network, network=NET, loop, loop=NET, "
                    "weight=W and 444"
                )
        if value and kind in ("network", "loop"):
            keywords["model"] = value
    options = JpegOptions(**keywords)
    if options.profile is not None:
        load_profile(options.profile)
    needs_network = options.effort == "loop" or options.adapt == "network"
    if needs_network and find_spec("torch") is None:
        return Absent(name, "networks need torch", "pip install 'beholder[machine]'")
    return BeholderCodec(name, options)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{name}: the weight is {text!r}; it must be a number from 0 to 1") from None


def _keywords(options: JpegOptions) -> JpegKeywords:
    """The options that a codec's name may set, where they are not as usual."""
    keywords = JpegKeywords(observer=options.observer)
    if options.adapt is not None:
        keywords["adapt"] = options.adapt
    if options.model is not None:
        keywords["model"] = options.model
    if options.machine_weight is not None:
        keywords["machine_weight"] = options.machine_weight
    if options.effort != "normal":
        keywords["effort"] = options.effort
    if options.subsampling is not None:
        keywords["subsampling"] = options.subsampling
    return keywords

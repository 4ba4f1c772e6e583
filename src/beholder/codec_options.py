"""Options that all codecs of ours share: targets, what becomes of colour and metadata, threads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal, Self, TypeAlias

from beholder.errors import UsageError
from beholder.options import Options, names_of, option, read_size

MetadataPolicy: TypeAlias = Literal["keep", "strip"]
Adapt: TypeAlias = Literal["none", "predictor", "network"]  # here, since observers need numpy
Effort: TypeAlias = Literal["normal", "loop"]

_COLOR_NAMES = {"white": "#ffffff", "black": "#000000"}
# What options have in common that codecs declare with their own ranges or defaults.
TARGET: dict[str, Any] = {"group": "size and quality, at most one of", "one_of": "target"}
THREADS: dict[str, Any] = {"metavar": "N", "group": "picture", "minimum": 1, "maximum": 1024}
OBSERVER: dict[str, Any] = {"metavar": "NAME", "group": "observer"}


def checked_color(name: str, value: object) -> str:
    """Return a colour as ``#rrggbb``.

    Raises:
        UsageError: It is no colour.
    """
    text = value.lower() if isinstance(value, str) else ""
    text = _COLOR_NAMES.get(text, text)
    if re.fullmatch(r"#[0-9a-f]{3}", text):
        text = "#" + "".join(digit * 2 for digit in text[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", text):
        raise UsageError(f"{name} is {value!r}; it must be '#rrggbb', '#rgb', 'white' or 'black'")
    return text


@dataclass(frozen=True, kw_only=True, repr=False)
class DecodeOptions(Options):
    """How to decode; JPEG files need none of it."""

    weights: str | None = option(
        None,
        help="weights that ship with the package, by name, or a file (default: the usual ones, and to decode "
        "those that the file names)",
        metavar="NAME",
        group="network",
    )
    device: str | None = option(
        None,
        help="such as cpu or cuda:1 (default: a GPU when there is one)",
        metavar="NAME",
        group="network",
    )
    threads: int | None = option(
        None, help="threads a file (default 1; in Python as many as torch takes)", **THREADS
    )


@dataclass(frozen=True, kw_only=True, repr=False)
class EncodeOptions(Options):
    """What every codec takes; a subclass adds its own, and `quality` on its scale."""

    quality: float | None = option(None, help="on the codec's own scale", metavar="Q", **TARGET)
    # 24 bits a pixel are an uncompressed picture, 1e15 bytes more than any picture has; 99 dB is the most
    # that 8-bit samples that differ have on pictures of a practical size.
    bpp: float | None = option(
        None,
        help="at most X bits a pixel of the whole file",
        metavar="X",
        minimum=0.001,
        maximum=24,
        **TARGET,
    )
    size_bytes: int | None = option(
        None,
        help="at most N bytes, such as 60k or 1.5M",
        metavar="N",
        minimum=1,
        maximum=1e15,
        flags=("--bytes",),
        read=read_size,
        **TARGET,
    )
    psnr: float | None = option(
        None, help="at least DB dB over RGB", metavar="DB", minimum=1, maximum=99, **TARGET
    )
    ssimulacra2: float | None = option(
        None, help="at least this SSIMULACRA2 score", metavar="X", minimum=1, maximum=99, **TARGET
    )
    background: str | None = option(
        None,
        help="put #rrggbb, #rgb, white or black behind transparent pixels, which are refused otherwise",
        metavar="COLOUR",
        group="picture",
        parse=checked_color,
    )
    metadata: MetadataPolicy = option(
        "keep",
        help="keep all that stays true, or strip what does not change how the picture looks",
        group="picture",
    )

    @property
    def background_color(self) -> tuple[int, int, int] | None:
        """The background as sRGB, 0..255."""
        if self.background is None:
            return None
        red, green, blue = bytes.fromhex(self.background[1:])
        return red, green, blue

    @property
    def target(self) -> str | None:
        """Name of the one option that says how large or how good the result shall be; None: not given."""
        return next(iter(self.given_of("target")), None)

    def retargeted(self, **changes: Any) -> Self:
        """Return the options with changes, and but for these without any target."""
        values: dict[str, Any] = dict.fromkeys(names_of(type(self), "target")) | changes
        return replace(self, **values)


@dataclass(frozen=True, kw_only=True, repr=False)
class NetworkOptions(EncodeOptions):
    """What codecs take that can show their results to a network."""

    kl: float | None = option(
        None,
        help="let the model's answer move by at most NATS (of a classifier); needs torch",
        metavar="NATS",
        minimum=1e-6,
        maximum=20,
        **TARGET,
    )
    model: str | None = option(
        None,
        help="the network that looks: a name, a TorchScript or LiteRT file, or a TOML file that describes "
        "one; to a JPEG's observer machine it brings its own profile, if it has one (default "
        "efficientnet_lite0)",
        **OBSERVER,
    )
    effort: Effort = option(
        "normal",
        help="loop: encode several times, show each result to the network and move what is aimed at "
        "(coefficients of a JPEG, latents), so that its answer stays; needs torch",
        group=OBSERVER["group"],
    )

    @property
    def shows_network(self) -> bool:
        """Whether results are shown to a network: for a target `kl`, or in a closed loop."""
        return self.kl is not None or self.effort == "loop"

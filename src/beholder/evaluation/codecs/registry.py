"""The codecs by the names that the command line gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codec import Codec
from beholder.evaluation.codecs import beholder_jpeg, learned_codec
from beholder.evaluation.codecs.avif import avif
from beholder.evaluation.codecs.bpg import bpg
from beholder.evaluation.codecs.heic import heic
from beholder.evaluation.codecs.jpeg import jpeg
from beholder.evaluation.codecs.jpeg2000 import jpeg2000
from beholder.evaluation.codecs.jpeg_xl import jpeg_xl
from beholder.evaluation.codecs.jpegli import jpegli
from beholder.evaluation.codecs.mozjpeg import mozjpeg, mozjpeg_flat
from beholder.evaluation.codecs.vvc import vvc
from beholder.evaluation.codecs.webp import webp

_PEERS: Mapping[str, Callable[[], Codec | Absent]] = {
    "jpeg": lambda: jpeg("jpeg", "4:2:0"),
    "jpeg:444": lambda: jpeg("jpeg:444", "4:4:4"),
    "mozjpeg": mozjpeg,
    "mozjpeg:flat": mozjpeg_flat,
    "jpegli": jpegli,
    "webp": webp,
    "avif": lambda: avif("avif", "4:2:0"),
    "avif:444": lambda: avif("avif:444", "4:4:4"),
    "jxl": jpeg_xl,
    "jpeg2000": jpeg2000,
    "heic": lambda: heic("heic", "420"),
    "heic:444": lambda: heic("heic:444", "444"),
    "heic:444:psnr": lambda: heic("heic:444:psnr", "444", "psnr"),
    "bpg": bpg,
    "vvc": vvc,
}
# Of the endless names of our own, those that a list shows.
_OWN = (
    "beholder:human",
    "beholder:mse",
    "beholder:machine",
    "beholder:machine+network",
    "beholder:machine+loop",
    learned_codec.NAME,
)


def find_codec(name: str) -> Codec | Absent:
    """Returns the codec of a name, or what is missing for it on this machine.

    Raises:
        UsageError: No codec has that name.
    """
    if name in _PEERS:
        return _PEERS[name]()
    if name.startswith(beholder_jpeg.PREFIX):
        return beholder_jpeg.beholder_jpeg(name)
    if name == learned_codec.NAME or name.startswith(f"{learned_codec.NAME}:"):
        return learned_codec.learned_codec(name)
    raise UsageError(
        f"unknown codec {name!r}; known are {', '.join(_PEERS)}, beholder:OBSERVER and learned:WEIGHTS"
    )


def all_codecs() -> dict[str, Codec | Absent]:
    """Returns every codec by its name, those that are absent here included."""
    return {name: find_codec(name) for name in (*_PEERS, *_OWN)}

"""The codecs by the names that the command line gives them."""

from __future__ import annotations

import re
from collections.abc import Callable

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.bpg import bpg
from beholder.evaluation.codecs.heic import heic
from beholder.evaluation.codecs.jpeg import jpeg
from beholder.evaluation.codecs.jpegli import jpegli
from beholder.evaluation.codecs.mozjpeg import mozjpeg, mozjpeg_flat
from beholder.evaluation.codecs.own import beholder_jpeg, learned_codec
from beholder.evaluation.codecs.pillow import avif, jpeg2000, jpeg_xl, webp
from beholder.evaluation.codecs.vvc import vvc
from beholder.evaluation.evaluated_codec import EvaluatedCodec, Peer, evaluated

PEERS: dict[str, Callable[[], Peer | Absent]] = {
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
# By the word before the first colon or plus of the names of our own.
_OWN: dict[str, Callable[[str], EvaluatedCodec | Absent]] = {
    "beholder": beholder_jpeg,
    "learned": learned_codec,
}
# Of the endless names of our own, those that a list shows.
_SHOWN = (
    "beholder:human",
    "beholder:mse",
    "beholder:machine",
    "beholder:machine+network",
    "beholder:machine+loop",
    "learned",
    "learned+observer=1",
)


def find_codec(name: str) -> EvaluatedCodec | Absent:
    """Return the codec of a name, or what is missing for it on this machine.

    Raises:
        UsageError: No codec has that name.
    """
    if name in PEERS:
        peer = PEERS[name]()
        return peer if isinstance(peer, Absent) else evaluated(peer)
    own = _OWN.get(re.split("[:+]", name)[0])
    if own is None:
        raise UsageError(
            f"unknown codec {name!r}; known are {', '.join(PEERS)}, beholder:OBSERVER and learned:WEIGHTS"
        )
    return own(name)


def all_codecs() -> dict[str, EvaluatedCodec | Absent]:
    """Return every codec by its name, those that are absent here included."""
    return {name: find_codec(name) for name in (*PEERS, *_SHOWN)}

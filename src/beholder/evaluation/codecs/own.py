"""Beholder's own codecs by names that hold their options.

``beholder:OBSERVER[+OPTION...]`` is the JPEG. The observer has the name that `beholder.observers.parse`
reads, as in ``beholder:machine:yolox_nano+network+weight=0.7``. Further options are those of `JpegOptions`,
as in ``+scans=sequential``; ``+444`` is short for ``+subsampling=4:4:4``, ``+loop`` for ``+effort=loop``,
``+loop=NET`` for ``+effort=loop+model=NET``.

``learned[:WEIGHTS][+OPTION=VALUE]...`` is the learned codec with options of `LearnedOptions`, as in
``learned+observer=0.5+rounding=nearest``; ``+loop`` and ``+loop=NET`` are short for the same as above.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from beholder.codecs.registry import find_codec
from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.jpeg import decoder_version
from beholder.evaluation.digests import package_digest
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.evaluation.network_files import network_fingerprint
from beholder.jpeg.observer_choice import machine_name, model_of
from beholder.jpeg.options import JpegOptions
from beholder.learned.options import LearnedOptions
from beholder.learned.weight_files import read_weight_file
from beholder.observers import DEFAULT_MODEL, load_profile
from beholder.observers.grammar import Name, bare_key
from beholder.observers.registry import keys_of
from beholder.options import Options, options_of

# Of the JPEG's options; None is the text behind the equals sign.
_LOOP = {"loop[=NET]": (("effort", "loop"), ("model", None))}
_SHORT = {"444": (("subsampling", "4:4:4"),), **_LOOP}
# What a curve over qualities of arrays of pixels sets itself or has no use for, and what stands behind the
# colon of a name.
_NOT_NAMED = ("lossless", "background", "metadata", "threads")
_BEHIND_COLON = {JpegOptions: "observer", LearnedOptions: "weights"}

# What decides the bytes beside options and weights; the layers above (evaluation, cli, ...) do not.
_JPEG_PARTS = ("codecs", "image", "metadata", "metrics", "observers", "jpeg")
_LEARNED_PARTS = ("codecs", "image", "metadata", "learned")
_LOOP_PARTS = ("observers", "targets")

# The look of libjpeg-turbo at that quality, so as densely as its own.
QUALITIES = (3, 5, 8, 12, 17, 24, 32, 41, 51, 61, 70, 78, 85, 90, 93, 96)
_LEARNED_QUALITIES = (0, 7, 14, 21, 28, 35, 42, 49, 56, 63)  # of its 64
_LOW_QUALITIES = (-24, -16, -8)  # where there are any below 0


def beholder_jpeg(name: str) -> EvaluatedCodec | Absent:
    """Return the codec of a name, where its network can run.

    Raises:
        UsageError: The name asks for what does not exist.
    """
    codec = Name.parse(name)
    observer = Name.of_head(codec.argument or "")
    own, codec = codec.split(keys_of(observer))
    observer = replace(observer, options=own.options)
    options = JpegOptions(observer=str(observer), **_named_options(codec, JpegOptions, _SHORT))
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
    parts = [package_digest(*_JPEG_PARTS), decoder_version()]
    if _needs_network(options):
        parts.append(network_fingerprint(model_of(options)))
    machine = machine_name(options)
    if machine is not None and machine.profile is not None:
        parts.append(load_profile(machine.profile).to_json())
    return " ".join(parts)


def _needs_network(options: JpegOptions) -> bool:
    machine = machine_name(options)
    return options.effort == "loop" or (machine is not None and machine.adapt == "network")


def learned_codec(name: str) -> EvaluatedCodec | Absent:
    """Return the codec of a name, where there are such weights and what runs them.

    Raises:
        UsageError: The name has an option that does not exist, or a value that is not allowed.
    """
    parts = Name.parse(name)
    weights, more = parts.argument, _named_options(parts, LearnedOptions, _LOOP)
    codec, options = find_codec("learned"), LearnedOptions(weights=weights, threads=1, **more)
    in_file = replace(parts, argument="FILE")
    try:
        codec.check_encode(replace(options, observer="human"))
    except UsageError as error:
        return Absent(name, str(error), f"give a file of weights as {in_file}")
    try:
        codec.check_encode(options)
    except UsageError:  # all else is there
        return Absent(
            name,
            "its weights have no observer dial: they were trained for people alone",
            f"give a file of weights that have one as {in_file}",
        )
    where = "the usual weights" if weights is None else f"weights {Path(weights).name}"
    told = "".join(f", {key} {value}" for key, value in more.items())
    settings = f"Beholder's learned codec, {where}{told}, torch {version('torch')}"
    data, _ = read_weight_file(weights)
    fingerprint = [hashlib.sha256(data).hexdigest(), package_digest(*_LEARNED_PARTS), settings]
    if options.effort == "loop":
        fingerprint += [package_digest(*_LOOP_PARTS), network_fingerprint(options.model or DEFAULT_MODEL)]
    low = _LOW_QUALITIES if options.lowest_quality < 0 else ()
    return EvaluatedCodec(
        name=name,
        codec=codec,
        options=options,
        qualities=(*low, *_LEARNED_QUALITIES),
        settings=settings,
        fingerprint=" ".join(fingerprint),
    )


def _named_options(
    name: Name, cls: type[Options], short: Mapping[str, tuple[tuple[str, str | None], ...]] | None = None
) -> dict[str, Any]:
    """Return the options that a codec's name sets, checked.

    Args:
        name: Of the codec: ``+key=value`` for what its options have.
        cls: The codec's options.
        short: Options and their values by a word that stands for them; None is the value that the word has.

    Raises:
        UsageError: An option is unknown, given twice, or has a value that is not allowed.
    """
    short = short or {}
    known = {
        key: own
        for key, own in options_of(cls).items()
        if own.one_of != "target" and key not in (*_NOT_NAMED, _BEHIND_COLON[cls])
    }
    name.check((":ARGUMENT", *short, *(f"{key}=VALUE" for key in known)))
    meant = {bare_key(key): pairs for key, pairs in short.items()}
    values: dict[str, Any] = {}
    for key, value in name.options:
        for option, fixed in meant.get(key, ((key, None),)):
            text = value if fixed is None else fixed
            if text is None:
                continue
            if option in values:
                raise UsageError(f"{name}: {option} is given twice; give it once")
            try:
                values[option] = known[option].from_text(text)
            except UsageError as error:
                raise UsageError(f"{name}: {error}") from error
    return values

"""Beholder's learned codec, named ``learned[:WEIGHTS][+OPTION=VALUE]...``;  ``learned+rounding=nearest``."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from beholder.codecs.registry import find_codec
from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.named_options import named_options
from beholder.evaluation.digests import package_digest
from beholder.evaluation.evaluated_codec import EvaluatedCodec
from beholder.learned.options import LearnedOptions
from beholder.learned.weight_files import read_weight_file
from beholder.observers.grammar import Name

NAME = "learned"

# What decides the bytes beside the weights.
_PARTS = ("codecs", "image", "metadata", "learned")
_QUALITIES = (0, 7, 14, 21, 28, 35, 42, 49, 56, 63)  # of its 64


def learned_codec(name: str) -> EvaluatedCodec | Absent:
    """Return the codec of a name, where there are such weights and what runs them.

    Raises:
        UsageError: The name has an option that does not exist, or a value that is not allowed.
    """
    parts = Name.parse(name)
    weights, more = parts.argument, named_options(parts, LearnedOptions)
    codec, options = find_codec(NAME), LearnedOptions(weights=weights, threads=1, **more)
    try:
        codec.check_encode(options)
    except UsageError as error:
        return Absent(name, str(error), "give a file of weights as learned:FILE")
    where = "the usual weights" if weights is None else f"weights {Path(weights).name}"
    told = "".join(f", {key} {value}" for key, value in more.items())
    settings = f"Beholder's learned codec, {where}{told}, torch {version('torch')}"
    data, _ = read_weight_file(weights)
    digest = hashlib.sha256(data).hexdigest()
    return EvaluatedCodec(
        name=name,
        codec=codec,
        options=options,
        qualities=_QUALITIES,
        settings=settings,
        fingerprint=f"{digest} {package_digest(*_PARTS)} {settings}",
    )

"""The presets by name."""

from __future__ import annotations

from beholder.errors import UsageError
from beholder.evaluation.presets import s1, s2, s3
from beholder.evaluation.presets.preset import Preset

PRESETS = {preset.name: preset for preset in (s1.PRESET, s2.PRESET, s3.PRESET)}


def find_preset(name: str) -> Preset:
    """Returns the preset of a name.

    Raises:
        UsageError: There is no such preset.
    """
    if name not in PRESETS:
        raise UsageError(f"there is no preset {name!r}; there are {', '.join(PRESETS)}")
    return PRESETS[name]

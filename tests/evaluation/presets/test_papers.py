"""The presets that ship: what they say fits together."""

import pytest

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.codecs.registry import find_codec
from beholder.evaluation.presets.preset import Part, Preset
from beholder.evaluation.presets.registry import PRESETS, find_preset
from beholder.evaluation.published_curves import find_published

PARTS = [(preset, part) for preset in PRESETS.values() for part in preset.parts]
NAMES = [f"{preset.name}-{part.name}" for preset, part in PARTS]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_names_differ(preset: Preset) -> None:
    assert len({part.name for part in preset.parts}) == len(preset.parts)
    assert any(part.by_default for part in preset.parts)


@pytest.mark.parametrize(("preset", "part"), PARTS, ids=NAMES)
def test_reported_numbers_belong_to_readings_and_have_sources(preset: Preset, part: Part) -> None:
    for table in part.tables:
        titles = [reading.title for reading in table.readings]
        assert len(set(titles)) == len(titles)
        for reported in table.reported:
            assert reported.source
            assert set(reported.numbers) <= set(titles)
            assert reported.role is None or reported.role in preset.roles


@pytest.mark.parametrize(("preset", "part"), PARTS, ids=NAMES)
def test_codecs_curves_and_roles_exist(preset: Preset, part: Part) -> None:
    names = [name.format(network="efficientnet_lite0") for name in part.codecs]
    for name in names:
        codec = find_codec(name)
        assert isinstance(codec, Absent) or codec.name == name
    assert part.anchors[0] in names
    for curve in part.published:
        find_published(curve)
    for table in part.tables:
        assert set(table.roles) <= {role.name for role in part.roles}
        assert part.roles or not table.by_network


def test_an_unknown_preset_is_told() -> None:
    with pytest.raises(UsageError, match="there is no preset 's4'; there are s1, s2, s3"):
        find_preset("s4")

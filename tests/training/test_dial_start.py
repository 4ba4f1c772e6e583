"""Where a new dial starts."""

from typing import cast

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from beholder.learned.condition import Condition
from beholder.learned.freeze import freeze
from beholder.learned.with_dial import with_dial
from beholder.training.dial_start import sensitivity_ratio, start_dial
from beholder.training.machine_distance import MachineDistance
from tests.cli.program import photograph
from tests.learned.tiny import TINY, pictures, tiny_codec

CROPS = np.stack([np.asarray(photograph(64, 64, seed)) for seed in range(16)])


class MindsMeans:
    """Minds the means of blocks of 4 x 4 alone: half of all frequencies are nothing to it."""

    def projections(self, decoded, random):  # type: ignore[no-untyped-def]
        means = torch.nn.functional.avg_pool2d(255 * decoded, 4)
        yield MachineDistance.squared_error_projection(means / 255, random)

    squared_error_projection = staticmethod(MachineDistance.squared_error_projection)


MACHINE = cast("MachineDistance", MindsMeans())


def test_channels_of_low_frequencies_matter_to_who_minds_means() -> None:
    codec = tiny_codec()
    with torch.no_grad():  # the linear path alone, whose channels are frequencies in rising order
        for name, parameter in codec.synthesis.named_parameters():
            if not name.startswith("linear"):
                parameter.zero_()
        codec.synthesis.linear.weight.copy_(type(codec)(TINY).synthesis.linear.weight)
    ratio = sensitivity_ratio(codec, MACHINE, CROPS, np.random.default_rng(0))
    assert ratio.shape == (24,)
    # The mean of a block, and the highest frequency that 24 latents have.
    assert ratio[0] > ratio[-1]
    assert ratio[0].item() == pytest.approx(0, abs=0.5), "the mean of a mean is that of the pixels"


def test_people_keep_what_they_had_and_others_get_their_part() -> None:
    codec = with_dial(tiny_codec(), 3)
    before = {name: values.clone() for name, values in codec.state_dict().items()}
    start_dial([codec], MACHINE, CROPS, np.random.default_rng(0))
    picture = pictures(1)
    plain, grown = freeze(tiny_codec()), freeze(codec)
    with torch.no_grad():
        expected = plain(picture, Condition.of([30]))
        found = grown(picture, Condition.of([30], [0.0]))
        other = grown(picture, Condition.of([30], [1.0]))
    torch.testing.assert_close(found.picture, expected.picture)
    torch.testing.assert_close(found.bits, expected.bits)
    assert not torch.equal(other.bits, found.bits)
    gains = codec.gain.log_gain.anchors.detach().reshape(3, 8, 24)
    inverse = codec.inverse_gain.log_gain.anchors.detach().reshape(3, 8, 24)
    torch.testing.assert_close(gains[2] - gains[0], 2 * (gains[1] - gains[0]))
    torch.testing.assert_close(gains[2] - gains[0], inverse[0] - inverse[2])
    changed = {name for name, values in codec.state_dict().items() if not torch.equal(before[name], values)}
    assert changed == {
        "gain.log_gain.anchors",
        "inverse_gain.log_gain.anchors",
        *(f"context.{step}.scale_index.quality_bias.anchors" for step in range(4)),
    }

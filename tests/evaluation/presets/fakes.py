"""A small preset, and scores by networks that are none."""

from dataclasses import dataclass

import numpy as np

from beholder.errors import UsageError
from beholder.evaluation.absent import Absent
from beholder.evaluation.item import Item, Needs
from beholder.evaluation.presets.pictures import Kodak, Photographs
from beholder.evaluation.presets.preset import Difference, Part, Preset, Reported, Role, Table
from beholder.evaluation.presets.readings import CurveReading, DeltaReading, gain_at, loss_at, score_at
from beholder.evaluation.score import Aggregate, Score, Scorer
from tests.evaluation.fakes import ErrorScore, StepCodec

ABSENT = Absent("gone", "there is no gone on this machine", "pip install gone")
QUALITIES = (2, 4, 8, 16, 32, 64)
RATE_BPP = 6.0


@dataclass(frozen=True)
class RightScore(Score):
    """1 where the mean error is below a bound that the picture's label sets, else 0."""

    name: str

    aggregate = Aggregate.MEANS
    needs = Needs.LABELS
    takes_network = True

    @classmethod
    def find(cls, name: str) -> Score | Absent:
        return cls(name)

    def fingerprint(self) -> str:
        return self.name

    def prepare(self, item: Item) -> Scorer:
        assert item.label is not None
        original, most = item.pixels.astype(np.float64), 1.0 + item.label
        return lambda decoded: float(np.abs(original - decoded).mean() <= most)


class BoxScore(RightScore):
    """The same of boxes."""

    needs = Needs.OBJECTS


class AbsentScore(ErrorScore):
    """A score that is not there."""

    @classmethod
    def find(cls, name: str) -> Score | Absent:
        return ABSENT


class OtherScore(ErrorScore):
    """The error under another name."""

    @classmethod
    def find(cls, name: str) -> Score | Absent:
        return cls(name)


SCORES: dict[str, type[Score]] = {
    "error": ErrorScore,
    "other": OtherScore,
    "gone": AbsentScore,
    "top1": RightScore,
    "map-box": BoxScore,
}


def find_codec(name: str) -> StepCodec | Absent:
    if name == "gone":
        return ABSENT
    if name.partition("+")[0] not in ("step", "fine"):
        raise UsageError(f"unknown codec {name!r}")
    return StepCodec(name, QUALITIES, name)


GAIN = CurveReading(title="gain, points", read=gain_at(RATE_BPP), places=1, signed=True, times=100)
TOP1 = Table(
    title="Accuracy",
    score="top1",
    by_network=True,
    readings=(
        CurveReading(title="at the rate, %", read=score_at(RATE_BPP), places=1, times=100, of_anchor=True),
        CurveReading(title="lost, points", read=loss_at(RATE_BPP), places=1, times=100, of_anchor=True),
        GAIN,
    ),
    reported=(
        Reported(row="theirs", role="alex", numbers={GAIN.title: "+3"}, source="the abstract"),
        Reported(row="theirs", role="vgg", numbers={GAIN.title: "+4"}, source="a table"),
    ),
)
ERROR = Table(
    title="Error", score="error", readings=(DeltaReading(title="BD-rate, %", kind="rate", places=1),)
)
BOXES = Table(title="Boxes", score="map-box", by_network=True, readings=(GAIN,), roles=("boxes",))
ALEX = Role(name="alex", title="Alex", model="torchvision:alex")
VGG = Role(name="vgg", title="VGG", model="torchvision:vgg")


def part(**changes: object) -> Part:
    usual: dict[str, object] = {
        "name": "photographs",
        "pictures": Photographs(),
        "paper_took": "The paper takes many.",
        "codecs": ("step", "fine+network={network}"),
        "anchors": ("step",),
        "tables": (TOP1, ERROR),
        "roles": (ALEX, VGG),
        "stand_in": "lite",
    }
    return Part(**(usual | changes))  # type: ignore[arg-type]


def preset(*parts: Part) -> Preset:
    return Preset(
        name="fake",
        paper="A. Author, A paper",
        experiment="It measured.",
        not_at_hand="Nothing was at hand.",
        differences=(
            Difference(words="All differs."),
            Difference(words="Fine is ours.", families=("fine",), without="Ours was left out."),
            Difference(words="BPG is BPG.", families=("bpg",)),
        ),
        parts=parts or (part(), KODAK),
    )


KODAK = part(
    name="kodak", pictures=Kodak(), tables=(ERROR,), roles=(), stand_in=None, codecs=("step", "fine")
)

"""What a preset is: the experiment of a paper and the numbers that the paper gives for it, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from beholder.evaluation.deltas import Window
from beholder.evaluation.item import Needs
from beholder.evaluation.presets.pictures import Kodak, Selection
from beholder.evaluation.presets.readings import Reading
from beholder.evaluation.scores.registry import score_class


@dataclass(frozen=True, kw_only=True)
class Role:
    """A network of the paper, whose place another one can take.

    Attributes:
        name: What ``--networks NAME=MODEL`` calls it.
        title: What the paper calls it.
        model: The same network, as `beholder.observers.load` takes it.
    """

    name: str
    title: str
    model: str


@dataclass(frozen=True, kw_only=True)
class Reported:
    """Numbers of the paper that stand as a row under ours.

    Attributes:
        row: What they are of.
        numbers: As the paper writes them, by the title of the reading that they belong to.
        source: Where they were read.
        role: Of the network that they were taken with; None where none looks, or several did.
    """

    row: str
    numbers: Mapping[str, str]
    source: str
    role: str | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """Readings of one score.

    Attributes:
        title: Above it.
        score: Name of the score; where networks look, of its kind (``top1``), and each gets a table.
        readings: Its columns.
        reported: Rows of the paper.
        by_network: Whether networks look.
        roles: Of the paper's networks, those that it is of; None for all.
    """

    title: str
    score: str
    readings: tuple[Reading, ...]
    reported: tuple[Reported, ...] = ()
    by_network: bool = False
    roles: tuple[str, ...] = ()

    @property
    def needs(self) -> Needs:
        """What it must be told of pictures."""
        return score_class(self.score).needs


@dataclass(frozen=True, kw_only=True)
class Part:
    """One set of pictures with what is measured on it; a run with a folder of its own.

    Attributes:
        name: Of the folder.
        pictures: Which of those given.
        paper_took: What the paper took, in words.
        codecs: Names; ``{network}`` stands for each network that looks.
        anchors: Codecs that may count as 0; the first that is there does.
        tables: What is read.
        roles: Networks of the paper that look.
        stand_in: The network that looks where none of those is here and none is given.
        crop: Side in pixels of the squares that pictures are cut to beforehand.
        published: Mean curves to set beside.
        window_bpp: Of the anchor, that deltas are taken over.
        by_default: Whether it runs when no parts are named.
    """

    name: str
    pictures: Selection
    paper_took: str
    codecs: tuple[str, ...]
    anchors: tuple[str, ...]
    tables: tuple[Table, ...]
    roles: tuple[Role, ...] = ()
    stand_in: str | None = None
    crop: int | None = None
    published: tuple[str, ...] = ()
    window_bpp: Window | None = None
    by_default: bool = True

    @property
    def is_on_kodak(self) -> bool:
        """Whether curves that others published over Kodak can stand beside."""
        return isinstance(self.pictures, Kodak)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What differs between a paper and a run of its preset.

    Attributes:
        words: A sentence.
        families: Codecs that it is about, such as ``beholder`` for all of ``beholder:...`` and
            ``learned+observer`` for those of ``learned`` with that option; it holds where one of them was
            measured, and always where none is named.
        without: A sentence to say where none of them was measured; may be empty.
    """

    words: str
    families: tuple[str, ...] = ()
    without: str = ""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The experiment of a paper.

    Attributes:
        name: On the command line.
        paper: Authors, title, where it was published.
        experiment: What the paper did, in words.
        not_at_hand: What of the paper could not be read, in words.
        differences: Between the paper and this run.
        parts: Run one after the other.
    """

    name: str
    paper: str
    experiment: str
    not_at_hand: str
    differences: tuple[Difference, ...]
    parts: tuple[Part, ...]

    @property
    def roles(self) -> dict[str, Role]:
        """Of all parts, by name."""
        return {role.name: role for part in self.parts for role in part.roles}

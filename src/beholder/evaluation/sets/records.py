"""What pictures add to the number of a set, as texts that say their kind by their first word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from beholder.errors import InputError
from beholder.evaluation.sets.detections import DetectionRecord, DetectionSet
from beholder.evaluation.sets.segments import SegmentRecord, SegmentSet

# The records of some pictures in one column: `mean(weights)` is (R,) numbers of the set, nan where it has
# none, and `variants(weights)` are their relatives by what to write behind the name of the score's kind.
# Weights are (R, pictures): how often each picture counts, in R samples.
RecordSet: TypeAlias = DetectionSet | SegmentSet


def parse_records(texts: Sequence[str]) -> RecordSet:
    """Return the records of pictures, which must be of one kind.

    Raises:
        InputError: A text is no record, or of another kind than the first one.
    """
    kinds = {text.partition(" ")[0] for text in texts}
    if kinds == {DetectionRecord.WORD}:
        return DetectionSet([DetectionRecord.parse(text) for text in texts])
    if kinds == {SegmentRecord.WORD}:
        return SegmentSet([SegmentRecord.parse(text) for text in texts])
    got = ", ".join(sorted(kinds))[:80]
    raise InputError(
        f"no records of one kind, which is {DetectionRecord.WORD} or {SegmentRecord.WORD}, got {got}"
    )

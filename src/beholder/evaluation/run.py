"""Evaluating codecs: the one way in, for the command line, the presets and Python.

::

    names --find--> Experiment (items, codecs, scores) --measure_rows--> rows --> Run
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from beholder.batch.progress import Progress, Unwatched
from beholder.errors import InputError, UsageError
from beholder.evaluation.absent import Absent, look_up
from beholder.evaluation.annotations import Annotations, read_annotations, read_labels
from beholder.evaluation.bjontegaard import check_window
from beholder.evaluation.codecs.registry import find_codec
from beholder.evaluation.deltas import Window
from beholder.evaluation.evaluated_codec import EvaluatedCodec, Peer, evaluated
from beholder.evaluation.item import Item
from beholder.evaluation.items import make_items
from beholder.evaluation.measure import measure_rows
from beholder.evaluation.plan import Experiment
from beholder.evaluation.provenance import provenance
from beholder.evaluation.published_curves import PublishedCurve, check_pictures, find_all_published
from beholder.evaluation.run_record import CodecRecord, Run
from beholder.evaluation.score import Score
from beholder.evaluation.scores.registry import find_score
from beholder.evaluation.store import Store

USUAL_SCORES = ("psnr", "ms-ssim", "ssimulacra2")


def run(
    images: Sequence[Path] | Sequence[Item],
    codecs: Sequence[str | EvaluatedCodec | Peer],
    scores: Sequence[str | Score] = USUAL_SCORES,
    *,
    labels: str | Path | None = None,
    annotations: Sequence[str | Path] = (),
    qualities: int | None = None,
    limit: int | None = None,
    anchor: str | None = None,
    published: Sequence[str | PublishedCurve] = (),
    window_bpp: Window | None = None,
    cache: str | Path | None = None,
    jobs: int | None = None,
    time_limit_s: float | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], object] | None = None,
    command: Sequence[str] = (),
) -> Run:
    """Return what codecs make of pictures, and how it scores.

    What is not on this machine is left out, told, and named in the run. What fails for one picture is said in
    the `error` of its rows.

    Args:
        images: Files; or items, of which all is known already.
        codecs: Names or codecs.
        scores: Names or scores.
        labels: CSV file of the pictures' classes (`read_labels`).
        annotations: Of objects and segments (`read_annotations`).
        qualities: How many of each codec's qualities, evenly spread; None takes all.
        limit: How many of the files, evenly spread; None takes all.
        anchor: Name of the codec that counts as 0; None takes the first.
        published: Names, files or curves to set beside.
        window_bpp: Of the anchor's rates, to take deltas over; None takes all that both curves cover.
        cache: Folder of what earlier runs measured, which takes what this one measures; None keeps nothing.
        jobs: Worker processes; None takes one for each processor.
        time_limit_s: For one file with its scores; None allows any.
        progress: Is told how far it is.
        tell: Is told what is not there, a line each, before anything is measured.
        command: Words of the command line, for the record.

    Raises:
        UsageError: A name is unknown, the anchor is not there, what a score needs is not given, or labels,
            annotations or published curves are damaged or do not fit the pictures.
        InputError: The cache is damaged.
        OutputError: The cache cannot be written.
    """
    progress = progress or Unwatched()
    jobs = jobs or os.cpu_count() or 1
    if window_bpp is not None:
        check_window(window_bpp)
    known = [evaluated(each) if isinstance(each, Peer) else each for each in codecs]
    found_codecs, absent_codecs = look_up(known, find_codec)
    found_scores, absent_scores = look_up(scores, find_score)
    names = [each if isinstance(each, str) else each.name for each in codecs]
    anchor = _anchor(anchor or names[0], names, absent_codecs)
    if not found_scores:
        raise UsageError("; ".join(map(str, absent_scores)) or "at least one score is needed")
    try:
        items = _items(images, labels, read_annotations(annotations), limit)
        curves = find_all_published(published)
    except InputError as error:  # labels, annotations or published curves that are damaged
        raise UsageError(str(error)) from error
    check_pictures(curves, items)
    experiment = Experiment(items=items, codecs=found_codecs, scores=found_scores, qualities=qualities)
    notes = _check_needs(items, found_scores)
    absent = (*absent_codecs, *absent_scores)
    if tell is not None:
        for note in (*map(str, absent), *notes):
            tell(note)
    progress.start(experiment.row_count)
    with Store(None if cache is None else Path(cache)) as store:
        rows = measure_rows(experiment, store, jobs=jobs, time_limit_s=time_limit_s, progress=progress)
    return Run(
        rows=rows,
        codecs={
            codec.name: CodecRecord(
                settings=codec.settings,
                fingerprint=codec.fingerprint,
                qualities=tuple(experiment.qualities_of(codec)),
            )
            for codec in found_codecs
        },
        columns=[score.column for score in found_scores],
        fingerprints={score.name: score.fingerprint() for score in found_scores},
        items=items,
        anchor=anchor,
        published=curves,
        window_bpp=window_bpp,
        absent=absent,
        provenance=provenance(command, jobs),
    )


def _anchor(anchor: str, names: Sequence[str], absent: Sequence[Absent]) -> str:
    """The anchor, which is one of the codecs that are there."""
    if anchor not in names:
        raise UsageError(f"the anchor {anchor} is not one of the codecs; they are {', '.join(names)}")
    for each in absent:
        if each.name == anchor:
            raise UsageError(f"the anchor cannot be used: {each}")
    return anchor


def _items(
    images: Sequence[Path] | Sequence[Item],
    labels: str | Path | None,
    annotations: Annotations,
    limit: int | None,
) -> tuple[Item, ...]:
    items = tuple(each for each in images if isinstance(each, Item))
    if len(items) == len(images):
        return items
    paths = [each for each in images if isinstance(each, Path)]
    known = None if labels is None else read_labels(Path(labels))
    return make_items(paths, labels=known, annotations=annotations, limit=limit)


def _check_needs(items: Sequence[Item], scores: Sequence[Score]) -> list[str]:
    """How many pictures lack what scores need, in words.

    Raises:
        UsageError: All of them do.
    """
    notes = []
    for needs in dict.fromkeys(score.needs for score in scores):
        names = ", ".join(score.name for score in scores if score.needs is needs)
        lacking = [item.name for item in items if item.truth(needs) is None]
        if lacking and len(lacking) == len(items):
            raise UsageError(f"{names}: no picture has {needs}; give {needs.give}")
        if lacking:
            notes.append(
                f"{len(lacking)} of {len(items)} pictures have no {needs}, such as {lacking[0]}; they do not "
                f"count for {names}"
            )
    return notes

"""``beholder calibrate``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from beholder.batch.find_files import find_pictures
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable
from beholder.cli.progress import ProgressBar
from beholder.evaluation.annotations import read_labels
from beholder.evaluation.items import paths_by_name
from beholder.evaluation.path_matching import match_paths
from beholder.evaluation.spread import spread
from beholder.safe_write import check_writable, write_file


def run(arguments: argparse.Namespace) -> int:
    """Write a network's profile and return the exit code.

    Raises:
        UsageError: There are no such pictures, the network cannot be loaded as asked for, or the labels
            cannot be read or do not fit the pictures.
        InputError: No picture is usable.
        OutputError: The profile exists, or cannot be written.
    """
    check_writable(arguments.output, overwrite=arguments.overwrite)
    pictures = find_pictures(arguments.images)
    for problem in pictures.problems + pictures.notes:
        print_error(problem)
    if not pictures.paths:
        return ExitCode.NOTHING_MATCHED
    found = [Path(path) for path in pictures.paths]
    labels = None if arguments.labels is None else _labels_of(found, arguments.labels)
    if labels is not None:
        found = [path for path in found if path in labels]
    paths = spread(found, arguments.limit)
    # Here rather than above: torch takes seconds to load, and what stands above needs none of it.
    from beholder.observers.network import load_preprocessing  # noqa: PLC0415
    from beholder.observers.network.calibrate import CalibrationOptions, calibrate  # noqa: PLC0415
    from beholder.observers.network.zoo import load  # noqa: PLC0415

    options = CalibrationOptions(
        draws=arguments.draws,
        batch=arguments.batch,
        workers=arguments.jobs,
        labels=labels,
    )
    preprocessing = None if arguments.preprocess is None else load_preprocessing(arguments.preprocess)
    observer = load(
        arguments.model,
        weights=arguments.weights,
        task=arguments.task,
        preprocessing=preprocessing,
        input_size=arguments.input,
        name=arguments.name,
        device=arguments.device,
    )
    for note in observer.notes:
        print_error(note)
    state = Path(f"{arguments.output}.partial")
    with ProgressBar(shown=not arguments.quiet) as progress:
        progress.start(len(paths))
        result = calibrate(
            observer,
            paths,
            data=", ".join(Path(given).resolve().name for given in arguments.images),
            options=options,
            state=state,
            advance=_Advance(progress),
        )
    for message in result.unusable:
        print_error(message)
    write_file(arguments.output, result.profile.to_json().encode(), overwrite=arguments.overwrite)
    state.unlink(missing_ok=True)
    if not arguments.quiet:
        used = result.profile.provenance["pictures"]
        print_out(printable(f"{arguments.output}: profile of {observer.name} over {used} pictures"))
    unlabelled = labels is not None and len(labels) < len(pictures.paths)
    return ExitCode.SOME_FAILED if result.unusable or pictures.problems or unlabelled else ExitCode.DONE


class _Advance:
    """Takes numbers of pictures done to a progress bar; the first counts those of an earlier run."""

    def __init__(self, progress: ProgressBar) -> None:
        self._progress = progress
        self._done: int | None = None

    def __call__(self, done: int) -> None:
        if self._done is None:
            self._progress.skip(done)
        else:
            self._progress.advance(done - self._done)
        self._done = done


def _labels_of(paths: Sequence[Path], table: str) -> dict[Path, int]:
    """The class of each picture that has one; tells how many have none.

    Raises:
        UsageError: The labels cannot be read, or it is not clear of which pictures they are.
    """
    by_name = paths_by_name(paths)
    labels = match_paths(by_name, read_labels(Path(table)), f"{table}: the label")
    if lacking := [name for name in by_name if name not in labels]:
        counts = f"{len(lacking)} of {len(by_name)} pictures"
        print_error(f"{table}: has no label of {counts}, such as {lacking[0]}; they are left out")
    given = {Path(os.path.abspath(path)): path for path in paths}  # noqa: PTH100 -- resolve() follows links
    return {given[by_name[name]]: label for name, label in labels.items()}

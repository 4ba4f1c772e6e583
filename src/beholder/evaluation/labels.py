"""Class labels of pictures, as CSV."""

from __future__ import annotations

import csv
from pathlib import Path

from beholder.errors import UsageError


def read_labels(path: Path) -> dict[str, int]:
    """Returns the class by file of a CSV file with columns ``file`` and ``class_index``.

    Raises:
        UsageError: It cannot be read, lacks a column, or gives a file two classes.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            missing = {"file", "class_index"} - set(rows.fieldnames or ())
            if missing:
                raise UsageError(f"{path}: has no column {' and no column '.join(sorted(missing))}")
            labels: dict[str, int] = {}
            for row in rows:
                name, label = row["file"], int(row["class_index"])
                if labels.setdefault(name, label) != label:
                    raise UsageError(f"{path}: {name} has two classes, {labels[name]} and {label}")
            return labels
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except UsageError:
        raise
    except (TypeError, ValueError, csv.Error) as error:
        raise UsageError(f"{path}: no table of labels ({error})") from error

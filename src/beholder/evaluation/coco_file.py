"""True objects of pictures, from an annotation file as COCO has them (``instances_*.json``)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beholder.errors import InputError


@dataclass(frozen=True)
class TrueObject:
    """One object.

    Attributes:
        category: Its id.
        box: x, y, width, height in pixels.
        crowd: Whether it stands for many, of which none has to be found.
        outline: Polygons or run lengths as the file has them, as JSON; ``null`` where it has none.
    """

    category: int
    box: tuple[float, float, float, float]
    crowd: bool
    outline: str


@dataclass(frozen=True)
class TrueObjects:
    """What is in one picture; two are equal where their digests are.

    Attributes:
        digest: SHA-256 of all the rest.
        width: Pixels of the picture that was annotated; None where the file does not say.
        height: Pixels.
        categories: Ids of all categories of the file, ascending.
        objects: In the file's order.
    """

    digest: str
    width: int | None = field(compare=False)
    height: int | None = field(compare=False)
    categories: tuple[int, ...] = field(compare=False, repr=False)
    objects: tuple[TrueObject, ...] = field(compare=False, repr=False)


class CocoFile:
    """An annotation file.

    Attributes:
        numbers: Id of each picture by its file's name.
    """

    def __init__(self, path: Path) -> None:
        """Read the file.

        What pycocotools ignores is left out: annotations of categories or pictures that are not listed. What
        it leaves to chance is refused.

        Raises:
            InputError: It cannot be read, is not of this kind, or gives one id or file name to two things.
        """
        try:
            content = json.loads(path.read_bytes())
            self._pictures: dict[int, Any] = _by_id(content["images"], "picture")
            categories = _by_id(content["categories"], "category")
            self._categories = tuple(sorted(int(each) for each in categories))
            self._objects: dict[int, list[Any]] = {}
            annotations = content["annotations"]
            _by_id((each for each in annotations if "id" in each), "annotation")
            for annotation in annotations:
                if annotation["category_id"] in categories:
                    self._objects.setdefault(annotation["image_id"], []).append(annotation)
            self.numbers: Mapping[str, int] = _by_file_name(self._pictures)
            if annotations and not self._objects.keys() & self._pictures.keys():
                raise InputError(
                    "no annotation has the image_id of a picture and the category_id of a category"
                )
        except InputError as error:
            raise InputError(f"{path}: {error}") from error
        except OSError as error:
            raise InputError(f"{path}: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{path}: no annotation file as COCO has them, with images, categories and annotations "
                f"({type(error).__name__}: {error})"
            ) from error
        self._path = path

    def objects(self, number: int) -> TrueObjects:
        """Returns what is in a picture.

        Args:
            number: Its id, a value of `numbers`.

        Raises:
            InputError: An annotation lacks its category or box.
        """
        picture = self._pictures[number]
        try:
            objects = tuple(_object_of(each) for each in self._objects.get(number, ()))
            sides = [
                None if picture.get(side) is None else int(picture[side]) for side in ("width", "height")
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self._path}: an annotation of {picture.get('file_name', number)} is damaged "
                f"({type(error).__name__}: {error})"
            ) from error
        text = repr((sides, self._categories, objects))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return TrueObjects(digest, sides[0], sides[1], self._categories, objects)


def _by_id(records: Iterable[Mapping[str, Any]], what: str) -> dict[Any, Mapping[str, Any]]:
    """Records by their ids; one that is repeated word by word counts once, as in pycocotools.

    Raises:
        InputError: Two that differ have one id.
    """
    found: dict[Any, Mapping[str, Any]] = {}
    for record in records:
        if found.setdefault(record["id"], record) != record:
            raise InputError(
                f"the {what} id {record['id']} is given twice; give each {what} an id of its own"
            )
    return found


def _by_file_name(pictures: Mapping[int, Mapping[str, Any]]) -> dict[str, int]:
    """Ids of pictures by their files' names.

    Raises:
        InputError: Two have one name.
    """
    found: dict[str, int] = {}
    for number, picture in pictures.items():
        if "file_name" not in picture:
            continue
        name = str(picture["file_name"])
        if found.setdefault(name, number) != number:
            raise InputError(
                f"the file_name {name} is that of two pictures, ids {found[name]} and {number}; merge them"
            )
    return found


def _object_of(annotation: Mapping[str, Any]) -> TrueObject:
    x, y, width, height = (float(number) for number in annotation["bbox"])
    if not all(map(math.isfinite, (x, y, width, height))) or min(width, height) < 0:
        raise ValueError(f"bbox {annotation['bbox']}")
    return TrueObject(
        category=int(annotation["category_id"]),
        box=(x, y, width, height),
        # pycocotools takes nothing but this for what is to be ignored, whatever `ignore` says.
        crowd=bool(annotation.get("iscrowd", 0)),
        outline=json.dumps(annotation.get("segmentation")),
    )

from pathlib import Path

import pytest
from PIL import Image

from beholder.evaluation.coco_file import TrueObjects
from beholder.evaluation.item import Item
from beholder.evaluation.presets.pictures import Annotated, Kodak, Photographs
from tests.evaluation.kodak import write_kodak


def item(path: Path, size: tuple[int, int] = (20, 10)) -> Item:
    Image.new("RGB", size).save(path)
    return Item(path.name, path)


def names(items: list[Item]) -> list[str]:
    return [each.name for each in items]


def test_a_range_of_the_shorter_side_takes_both_ends(tmp_path: Path) -> None:
    sides = (495, 496, 500, 512, 513)
    wide = [item(tmp_path / f"w{side}.png", (600, side)) for side in sides]
    high = [item(tmp_path / f"h{side}.png", (side, 600)) for side in sides]
    chosen = Photographs((496, 512)).choose([*wide, *high])
    assert names(chosen) == ["w496.png", "w500.png", "w512.png", "h496.png", "h500.png", "h512.png"]


def test_what_cannot_be_read_has_no_side(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    assert Photographs((1, 9999)).choose([Item("a.png", tmp_path / "a.png")]) == []


@pytest.mark.parametrize(
    ("name", "is_kodak"),
    [
        ("kodim01.png", True),
        ("KODIM24.webp", True),
        ("kodim00.png", False),
        ("kodim25.png", False),
        ("my-kodim01.png", False),
    ],
)
def test_kodaks_are_known_by_their_names(tmp_path: Path, name: str, is_kodak: bool) -> None:
    given = [item(tmp_path / name) if not name.endswith("webp") else Item(name, tmp_path / name)]
    assert (Kodak().choose(given) == given) is is_kodak
    assert (Photographs().choose(given) == given) is not is_kodak


def test_annotated_pictures_are_those_with_objects(tmp_path: Path) -> None:
    truth = TrueObjects("digest", 20, 10, (1,), ())
    given = [item(tmp_path / "a.png"), Item("b.png", tmp_path / "b.png", objects=truth)]
    assert names(Annotated().choose(given)) == ["b.png"]


def test_remarks_say_what_the_pictures_are(tmp_path: Path) -> None:
    validation = [Item(f"ILSVRC2012_val_0000000{number}.JPEG", tmp_path) for number in range(3)]
    assert Photographs().remark(validation) == "All are named like ImageNet's validation pictures."
    mixed = Photographs().remark([*validation, Item("n01440764_tench.JPEG", tmp_path)])
    assert mixed.startswith("3 of 4 are named like ImageNet's validation pictures;")
    kodak = write_kodak(tmp_path)
    assert Kodak().remark(kodak) == ""
    assert "they are left out here: 1 pictures are given, 1 of" in Kodak().remark(kodak[:1])

from pathlib import Path

import pytest
from PIL import Image

from beholder.errors import UsageError
from beholder.evaluation.item import Item
from beholder.evaluation.kodak import lacks_of_kodak
from beholder.evaluation.published_curves import PublishedCurve, check_pictures, find_published
from tests.evaluation.kodak import write_kodak


def test_kodak_is_known_by_names_number_and_size(tmp_path: Path) -> None:
    items = write_kodak(tmp_path)
    assert lacks_of_kodak(items) == ""
    assert lacks_of_kodak(items[:3]) == "3 pictures are given, 3 of Kodak's 24"
    twice = [*items, Item("b/kodim01.png", items[0].path)]
    assert lacks_of_kodak(twice) == "25 pictures are given, 24 of Kodak's 24"
    other = [*items, Item("a.png", tmp_path / "a.png")]
    assert lacks_of_kodak(other) == "1 of 25 pictures are not called like Kodak's, such as a.png"
    Image.new("RGB", (384, 256)).save(items[6].path)
    assert lacks_of_kodak(items).startswith("kodim07.png has 384x256 pixels, and Kodak's have 768x512")


def test_published_means_over_kodak_are_refused_beside_other_pictures(tmp_path: Path) -> None:
    items = write_kodak(tmp_path)
    vtm = find_published("vtm")
    check_pictures([vtm], items)
    check_pictures([], items[:1])
    with pytest.raises(UsageError, match=r"--published vtm: means over Kodak's 24 .* leave --published out"):
        check_pictures([vtm], items[:3])
    own = PublishedCurve("own", "", "", "", vtm.rates_bpp, vtm.scores)
    check_pictures([own], items[:3])  # of a file nothing says over what it is

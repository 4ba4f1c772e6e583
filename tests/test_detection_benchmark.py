"""The benchmark of detectors: rates at a precision, and curves with intervals."""

import numpy as np
import pytest

from beholder.evaluation.rows import Row
from beholder.evaluation.sets.detections import ClassMatches, DetectionRecord
from benchmarks.networks.detection_report import _rate_of_map, curves, tables


def test_rate_of_a_precision_is_read_between_points() -> None:
    rates = np.array([[0.1, 0.2, 0.4], [0.1, 0.2, 0.4], [0.1, 0.2, 0.4]])
    maps = np.array([[0.1, 0.2, 0.3], [0.1, 0.3, 0.2], [0.1, 0.15, 0.2]])
    found = _rate_of_map(rates, maps, np.array([0.25, 0.25, 0.25]))
    assert found[:2] == pytest.approx([0.2 * 2**0.5, 0.1 * 2**0.75])
    assert np.isnan(found[2])


def row(item: int, codec: str, rate: float, *, found: bool, distance: float = 1.0) -> Row:
    """A picture of one object, which the detector `net` finds or not."""
    right = np.full((10, 1), found)
    matches = ClassMatches(np.array([0.9], np.float32), right, np.zeros_like(right), objects=1)
    return Row(
        item=str(item),
        codec=codec,
        quality=rate,
        rate_bpp=rate,
        scores={"psnr": 30 + 10 * np.log2(rate), "kl:net": distance},
        records={"map-box:net": DetectionRecord({1: matches}).format()},
    )


def test_half_the_bits_are_half_the_bits() -> None:
    pictures = 8
    rows = [row(item, "original", 24.0, found=True) for item in range(pictures)]
    for codec, factor in (("anchor", 1.0), ("ours", 0.5)):
        for item in range(pictures):
            for point, rate in enumerate((0.2, 0.4, 0.8, 1.6)):
                found = item * 3 < point * pictures
                rows.append(row(item, codec, factor * rate, found=found, distance=2.0**-point))
    record = {"pictures": pictures, "detectors": ["net"], **curves(rows, {"net": "net"}, "original")}
    assert record["original"]["net"] == pytest.approx(1)
    ours = record["settings"]["ours"]
    assert ours["rate_bpp"] == pytest.approx([0.1, 0.2, 0.4, 0.8])
    assert ours["distance"]["net"] == [1.0, 0.5, 0.25, 0.125]
    assert [saved[0] for saved in ours["saved_at_map"]["net"]] == pytest.approx([0.5, 0.5])
    text = "\n".join(tables(record))
    assert "8 pictures of COCO val2017. Box mAP@[.5:.95] on the originals: net 100.0." in text
    assert "| ours | 50 / 50 / 50 |" in text

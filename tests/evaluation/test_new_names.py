"""A new score and a new codec to compare are each a file and one line of a registry."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from beholder.cli import main
from beholder.cli.exit_code import ExitCode
from beholder.evaluation.codecs.registry import PEERS
from beholder.evaluation.evaluated_codec import Peer
from beholder.evaluation.item import Item
from beholder.evaluation.run_record import read_run
from beholder.evaluation.score import Scale, Score, Scorer
from beholder.evaluation.scores.registry import SCORES
from beholder.image.pixels import Pixels
from tests.evaluation.fakes import write_pictures


@dataclass(frozen=True)
class LargestErrorScore(Score):
    """The largest error of any sample."""

    name: str = "largest-error"
    unit = "levels"
    scale = Scale.TURNED

    def fingerprint(self) -> str:
        return "largest error 1"

    def prepare(self, item: Item) -> Scorer:
        original = item.pixels.astype(int)
        return lambda decoded: float(np.abs(original - decoded).max())


@dataclass(frozen=True)
class RawPeer(Peer):
    """Height and width, then samples of so many bits, one a byte."""

    name: str = "raw"
    qualities = (1, 2, 3, 4, 5, 6, 7, 8)

    @property
    def settings(self) -> str:
        return "samples of fewer bits"

    def encode(self, pixels: Pixels, quality: float) -> bytes:
        step = 2 ** (8 - int(quality))
        padding = bytes(1000 * int(quality))  # more bytes for more bits
        return bytes([*pixels.shape[:2], int(quality)]) + (pixels // step).tobytes() + padding

    def decode(self, data: bytes) -> Pixels:
        height, width, quality = data[:3]
        samples = np.frombuffer(data, np.uint8, height * width * 3, 3).reshape(height, width, 3)
        step = 2 ** (8 - quality)
        return (samples * step + step // 2).astype(np.uint8)


def test_a_toy_score_and_a_toy_codec_are_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCORES, "largest-error", LargestErrorScore)
    monkeypatch.setitem(PEERS, "raw", RawPeer)
    pictures = write_pictures(tmp_path / "pictures", 2)
    output = tmp_path / "out"
    command = ["evaluate", "--images", *map(str, pictures), "--codecs", "raw,jpeg", "-j", "1", "--quiet"]
    code = main([*command, "--scores", "largest-error,psnr", "-o", str(output)])
    assert code == ExitCode.DONE
    run = read_run(output)
    assert [column.name for column in run.columns] == ["largest-error", "psnr"]
    assert run.columns[0].scale is Scale.TURNED
    errors = [row.scores["largest-error"] for row in run.rows if row.codec == "raw" and row.item == "0.png"]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] <= 64 + 63
    assert errors[-1] == 0
    assert "largest-error counts as -x, since lower is better." in run.table

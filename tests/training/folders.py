"""Folders of pictures and short runs on them."""

import io
import tarfile
from pathlib import Path
from typing import Any

from beholder.learned.architecture import Architecture
from beholder.training.config import TrainingConfig
from tests.cli.program import photograph

SIZES = {
    "fine": 16,
    "coarse": 16,
    "latents": 16,
    "hyper_latents": 8,
    "features": 8,
    "context": 16,
    "fine_blocks": 1,
    "coarse_blocks": 1,
    "synthesis_fine_blocks": 1,
}


def make_pictures(folder: Path, count: int = 4, height: int = 120, width: int = 150) -> Path:
    """A folder of lossless pictures; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        photograph(height, width, number).save(folder / f"{number}.png")
    return folder


def make_shard(path: Path, count: int = 3) -> Path:
    """A WebDataset shard of JPEG files with a label beside each; returns its path."""
    with tarfile.open(path, "w") as archive:
        for number in range(count):
            buffer = io.BytesIO()
            photograph(100, 130, number).save(buffer, "JPEG", quality=90)
            for name, data in ((f"{number:03}.jpg", buffer.getvalue()), (f"{number:03}.cls", b"7")):
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    return path


def short_run(folder: Path, output: str = "run", **settings: Any) -> TrainingConfig:
    """A run of six steps on pictures below `folder`."""
    if not (folder / "pictures").exists():
        make_pictures(folder / "pictures")
    values: dict[str, Any] = {
        "data": (str(folder / "pictures"),),
        "output": str(folder / output),
        "steps": 6,
        "batch": 2,
        "crop": 64,
        "warmup": 2,
        "log_every": 1,
        "save_every": 3,
        "evaluate_every": 0,
        "integer_from": 2,
        "device": "cpu",
        "architecture": Architecture(**SIZES),
    }
    return TrainingConfig(**values | settings)

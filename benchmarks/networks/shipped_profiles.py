"""Calibrates the networks whose profiles ship with the package, and makes the profile `machine` of them all.

    python -m benchmarks.networks.shipped_profiles

Profiles that are there already are kept; delete one to have it made anew. Needs torch and the networks: three
come from PyPI, SqueezeNet and the detectors from ../shared/models. `machine` is the mean of the classifiers.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from beholder.cli import main as beholder
from beholder.observers import FloatArray, Profile, load_profile
from beholder.observers._place import CELLS, central_mean
from beholder.observers._profile import SUBSAMPLINGS
from benchmarks.provenance import ROOT

PROFILES = ROOT / "src/beholder/observers/profiles"
SHARED = ROOT.parent / "shared"
SQUEEZENET = str(SHARED / "models" / "squeezenet_v1_1.pt")
PREPROCESSING = str(Path(__file__).parent / "squeezenet.toml")
MODELS = {
    **{f"efficientnet_lite{n}": ["--model", f"efficientnet_lite{n}"] for n in range(3)},
    "squeezenet": ["--model", SQUEEZENET, "--task", "classification", "--preprocess", PREPROCESSING],
}
DETECTORS = {
    name: [
        *("--model", str(SHARED / "models" / file), "--task", "detection"),
        *("--preprocess", str(Path(__file__).parent / f"{name}.toml")),
    ]
    for name, file in (("yolox_nano", "yolox_nano_416.pt"), ("nanodet", "nanodet_m_416.pt"))
}


def combine(model: str, profiles: Sequence[Profile]) -> Profile:
    """The profile of several networks at once: the mean of their tables, each brought to mean 1, and of maps.

    A network without a map counts as one that looks at all places alike.
    """
    tables = {
        name: np.mean([profile.tables[name] / profile.tables[name].mean() for profile in profiles], axis=0)
        for name in SUBSAMPLINGS
    }
    place: FloatArray | None = None
    if any(profile.place is not None for profile in profiles):
        maps = [
            np.ones((CELLS, CELLS), np.float32) if profile.place is None else profile.place
            for profile in profiles
        ]
        place = np.asarray(np.mean([own / central_mean(own) for own in maps], axis=0), np.float32)
    return Profile(
        model, tables, {"mean of": {profile.model: dict(profile.provenance) for profile in profiles}}, place
    )


def main() -> None:
    """Writes the files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    folders = [SHARED / "data" / "train", SHARED / "data" / "coco" / "train2017"]
    parser.add_argument("--images", nargs="+", type=Path, default=folders)
    options = parser.parse_args()
    for name, model in (MODELS | DETECTORS).items():
        path = PROFILES / f"{name}.json"
        if path.exists():
            continue
        status = beholder(
            ["calibrate", *model, "--name", name, "--images", *map(str, options.images), "-o", str(path)]
        )
        if status != 0:
            sys.exit(status)
    machine = combine("machine", [load_profile(name) for name in MODELS])
    (PROFILES / "machine.json").write_text(machine.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The presets of `beholder evaluate` on the pictures and networks in ../shared, small.

    python -m benchmarks.evaluation.presets --output benchmarks/results

Writes the page of each, with its command. VVC is left out on COCO, where it would take hours. Measurements of
Kodak are taken from the cache of benchmarks/evaluation/every_codec.py where that ran.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.provenance import ROOT, provenance
from benchmarks.script import flags

_NETWORKS = Path("benchmarks/networks")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the presets and writes their pages."""
    parser = flags(__doc__, data="")
    parser.set_defaults(data=Path("../shared/data"))  # which stands in the pages, and so not from the root
    parser.add_argument("--limit", type=int, default=40, metavar="N", help="pictures of a part (40)")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="where the runs go")
    options = parser.parse_args(arguments)
    data, coco = options.data, options.data / "coco"
    classes = ["--labels", str(data / "imagenet" / "labels.csv")]
    boxes = ["--annotations", str(coco / "annotations" / "instances_val2017.json")]
    networks = [f"boxes={_NETWORKS}/yolox_nano.toml", f"masks={_NETWORKS}/yolov5n_seg.toml"]
    few = ["--limit", str(options.limit), "--qualities", "8"]
    imagenet, kodak = str(data / "imagenet" / "images"), str(data / "kodak")
    cached = ["--parts", "kodak", "--cache", str(options.runs / "evaluation" / "cache")]
    commands = {
        "s1": ["s1", "--images", imagenet, *classes, *few, "--parts", "any-side"],
        "s2-imagenet": ["s2", "--images", imagenet, *classes, *few, "--parts", "imagenet-256"],
        "s2-kodak": ["s2", "--images", kodak, *cached],
        "s3-coco": [
            *("s3", "--images", str(coco / "val2017"), *boxes, *few, "--parts", "coco"),
            *("--codecs", "heic:444:psnr,jpeg,beholder:machine,learned", "--networks", ",".join(networks)),
        ],
        "s3-kodak": ["s3", "--images", kodak, *cached],
    }
    for name, words in commands.items():
        folder = options.runs / "presets" / name
        command = ["evaluate", "--preset", *words, "-o", str(folder), "--quiet"]
        done = subprocess.run([sys.executable, "-m", "beholder", *command], check=False, cwd=ROOT)
        if done.returncode > 1:  # 1: something was missing, which the page says
            sys.exit(f"{name}: beholder evaluate ended with {done.returncode}")
        if options.output is not None:
            target = options.output / "presets"
            target.mkdir(parents=True, exist_ok=True)
            origin = json.dumps({**provenance(), "command": shlex.join(["beholder", *command])}, indent=1)
            page = (folder / "preset.md").read_text(encoding="utf-8")
            (target / f"{name}.md").write_text(f"{page}\n```json\n{origin}\n```\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Writes src/beholder/evaluation/published/compressai.json of CompressAI's results on Kodak.

    python -m benchmarks.evaluation.published_curves results/image/kodak

The folder is that of https://github.com/InterDigitalInc/CompressAI. Rates and scores are taken over as they
stand; times are left out (other machines), and so are runs on the CPU of what also ran on a GPU.
"""

import argparse
import json
from pathlib import Path

from beholder.evaluation.published_curves import scores_of_results
from benchmarks.provenance import ROOT

TARGET = ROOT / "src/beholder/evaluation/published/compressai.json"


def main() -> None:
    """Reads, renames and writes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    curves = {}
    for path in sorted(folder.glob("*.json")):
        published = json.loads(path.read_text(encoding="utf-8"))
        results = published["results"]
        if not path.stem.endswith("_cpu"):
            curves[_name(path.stem)] = {
                "description": published["description"],
                "rates_bpp": results["bpp"],
                "scores": scores_of_results(results),
            }
    record = {
        "source": "CompressAI, results/image/kodak; means over the 24 Kodak photographs",
        "url": "https://github.com/InterDigitalInc/CompressAI",
        "licence": "BSD-3-Clause-Clear, LICENSE.compressai",
        "curves": curves,
    }
    TARGET.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET}: {', '.join(curves)}")


def _name(stem: str) -> str:
    return stem.removeprefix("compressai-").removesuffix("_cuda").removesuffix("_x265_ycbcr")


if __name__ == "__main__":
    main()

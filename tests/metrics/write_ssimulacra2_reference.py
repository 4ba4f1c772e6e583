"""Writes ssimulacra2_reference.json: the scores of the reference tool on the pictures of pictures.py.

    python -m tests.metrics.write_ssimulacra2_reference PATH_OF_THE_TOOL

The tool is `ssimulacra2` of Cloudinary's repository of that name, version 2.1, commit 81feacf, built by its
own CMake files (GCC 12.2, Highway 1.0.3) and run on a processor with AVX2 or newer, where its blur uses fused
multiply-adds. Without them its scores are others, since rounding errors build up in its recursive blur.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.metrics.pictures import DISTORTIONS, PICTURES

TABLE = Path(__file__).with_name("ssimulacra2_reference.json")


def main(tool: str) -> None:
    version = subprocess.run([tool], capture_output=True, text=True, check=False).stderr.splitlines()[0]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        original_path, decoded_path = Path(folder, "original.png"), Path(folder, "decoded.png")
        for picture_name, make in PICTURES.items():
            original = make()
            Image.fromarray(original).save(original_path)
            for distortion_name, distort in DISTORTIONS.items():
                decoded = distort(original)
                Image.fromarray(decoded).save(decoded_path)
                command = [tool, str(original_path), str(decoded_path)]
                answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
                rows.append(
                    {
                        "picture": picture_name,
                        "distortion": distortion_name,
                        "sha256": hashlib.sha256(original.tobytes() + decoded.tobytes()).hexdigest()[:16],
                        "score": float(answer),
                    }
                )
    provenance = " ".join((__doc__ or "").split("\n\n", 2)[2].split())
    TABLE.write_text(
        json.dumps({"provenance": provenance, "version": version, "scores": rows}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])

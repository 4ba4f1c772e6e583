"""Published curves as files, of which nothing says over what pictures they are."""

import json
from pathlib import Path

from beholder.evaluation.published_curves import find_published


def write_published(name: str, folder: Path) -> Path:
    """Return the file of a curve that ships with the package, as CompressAI writes such."""
    curve = find_published(name)
    path = folder / f"{name}.json"
    results = {"bpp": curve.rates_bpp, "psnr-rgb": curve.scores["psnr"]}
    path.write_text(json.dumps({"name": name, "description": curve.description, "results": results}))
    return path

"""The comparisons as one HTML file: pictures as data URIs, no network.

`page.html` beside this file is the whole page; it draws itself from one JSON object, which is put in the
place of `__DEMO_DATA__`:

    {"decoder": str,
     "photographs": [{"name", "credit", "width", "height", "original": uri,
                      "heatmaps": [{"label", "uri"}]}],
     "comparisons": [{"photograph", "quality", "observer", "saved", "libjpeg": file, "beholder": file}]}
    file = {"uri", "size_bytes", "rate_bpp", "psnr_db", "ms_ssim", "ssimulacra2"}
"""

import base64
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from PIL import Image, features

import beholder
from demo.comparison import Comparison, Encoding
from demo.photographs import Photograph

_TEMPLATE = Path(__file__).with_name("page.html")
_PLACE = "__DEMO_DATA__"


def render_page(photographs: Sequence[Photograph], comparisons: Sequence[Comparison]) -> str:
    """Returns the page as HTML text."""
    data = {
        "decoder": _decoder_name(),
        "photographs": [_photograph(photograph) for photograph in photographs],
        "comparisons": [_comparison(comparison) for comparison in comparisons],
    }
    # "<" is written as an escape: a file name with "</script>" in it must not end the script element.
    text = json.dumps(data, allow_nan=False).replace("<", "\\u003c")
    before, after = _TEMPLATE.read_text(encoding="utf-8").split(_PLACE)
    return before + text + after


def _photograph(photograph: Photograph) -> dict[str, Any]:
    file = io.BytesIO()
    Image.fromarray(photograph.pixels).save(file, "PNG", optimize=True)
    height, width = photograph.pixels.shape[:2]
    return {
        "name": photograph.name,
        "credit": photograph.credit,
        "width": width,
        "height": height,
        "original": _data_uri(file.getvalue(), "image/png"),
        "heatmaps": [
            _heatmap(photograph, "where a person sees errors", observer="human"),
            _heatmap(photograph, "where image networks look", observer="machine", machine_weight=1.0),
        ],
    }


def _heatmap(photograph: Photograph, label: str, **observer: Any) -> dict[str, str]:
    drawn = beholder.heatmap(photograph.pixels, **observer)
    return {"label": label, "uri": _data_uri(beholder.encode(drawn, quality=85).data, "image/jpeg")}


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "photograph": comparison.photograph,
        "quality": comparison.quality,
        "observer": comparison.observer,
        "saved": comparison.saved,
        "libjpeg": _encoding(comparison.libjpeg),
        "beholder": _encoding(comparison.beholder),
    }


def _encoding(encoding: Encoding) -> dict[str, Any]:
    return {
        "uri": _data_uri(encoding.data, "image/jpeg"),
        "size_bytes": len(encoding.data),
        "rate_bpp": encoding.rate_bpp,
        **asdict(encoding.scores),
    }


def _data_uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def _decoder_name() -> str:
    turbo = features.version_feature("libjpeg_turbo")
    return f"libjpeg-turbo {turbo}" if turbo else f"libjpeg {features.version_codec('jpg')}"

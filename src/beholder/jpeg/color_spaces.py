"""The colours that the components of a JPEG file stand for, as decoders see them (libjpeg, jdapimin.c)."""

from __future__ import annotations

from beholder import _core

NAMES: dict[_core.ColorSpace, str] = {
    "grey": "grey",
    "ycbcr": "YCbCr",
    "rgb": "RGB",
    "cmyk": "CMYK",
    "ycck": "YCCK",
    "unknown": "unknown",
}
# Files of these have their coefficients optimised; of others the coding alone is.
YCBCR_SPACES: frozenset[_core.ColorSpace] = frozenset(("grey", "ycbcr"))

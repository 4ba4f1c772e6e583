"""ICC profiles of colour spaces that are told by primaries and a curve.

Sources: ICC.1:2022 (7.2 header, 7.3 tag table, 10.15 multiLocalizedUnicodeType, 10.18 parametricCurveType,
10.31 XYZType, Annex E chromatic adaptation); SMPTE RP 177 for the matrix of primaries.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Chromaticity: TypeAlias = tuple[float, float]

_D50 = np.array([0.9642, 1.0, 0.8249])  # of the profile connection space, 7.2.16
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_VERSION = 0x04300000
_CREATED = (2026, 1, 1, 0, 0, 0)  # fixed: the bytes of a file depend on nothing but its picture
_POWER, _POWER_AND_LINE = 0, 3  # function types of parametricCurveType


@dataclass(frozen=True)
class Curve:
    """From code values in 0..1 to light: (a x + b)^gamma from x = d on, c x below."""

    gamma: float
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0

    def tag(self) -> bytes:
        """Return the data of a parametricCurveType."""
        if (self.a, self.b, self.d) == (1.0, 0.0, 0.0):
            return struct.pack(">4s4xHHi", b"para", _POWER, 0, _fixed(self.gamma))
        numbers = map(_fixed, (self.gamma, self.a, self.b, self.c, self.d))
        return struct.pack(">4s4xHH5i", b"para", _POWER_AND_LINE, 0, *numbers)


@dataclass(frozen=True)
class Primaries:
    """CIE 1931 chromaticities (x, y)."""

    white: Chromaticity
    red: Chromaticity
    green: Chromaticity
    blue: Chromaticity

    def to_xyz(self) -> NDArray[np.float64]:
        """Return the (3, 3) matrix from linear RGB to XYZ of the space's own white, whose Y is 1.

        Raises:
            ValueError: A chromaticity is impossible or the primaries lie on a line.
        """
        try:
            corners = np.array([_xyz(each) for each in (self.red, self.green, self.blue)]).T
            scale = np.linalg.solve(corners, _xyz(self.white))
        except (ZeroDivisionError, np.linalg.LinAlgError) as error:
            raise ValueError("the primaries make no colour space") from error
        matrix: NDArray[np.float64] = corners * scale
        if not (np.isfinite(matrix).all() and (scale > 1e-3).all() and np.abs(matrix).max() < 100):
            raise ValueError("the primaries make no colour space")
        return matrix


def rgb_profile(name: str, primaries: Primaries, curve: Curve) -> bytes:
    """Return a display profile of RGB with the same curve for each.

    Raises:
        ValueError: The primaries make no colour space.
    """
    matrix = primaries.to_xyz()
    adaptation = _adaptation(_xyz(primaries.white))
    tags = {b"wtpt": _xyz_tag(_D50), b"chad": _matrix_tag(adaptation)}
    for letter, column in zip("rgb", (adaptation @ matrix).T, strict=True):
        tags[f"{letter}XYZ".encode()] = _xyz_tag(column)
        tags[f"{letter}TRC".encode()] = curve.tag()
    return _profile(b"RGB ", name, tags)


def grey_profile(name: str, curve: Curve) -> bytes:
    """Return a display profile of grey with a curve."""
    return _profile(b"GRAY", name, {b"wtpt": _xyz_tag(_D50), b"kTRC": curve.tag()})


def _profile(space: bytes, name: str, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"desc": _text_tag(name), b"cprt": _text_tag("No copyright, use freely"), **tags}
    places: dict[bytes, int] = {}  # tags of the same data share it
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for signature, data in tags.items():
        if data not in places:
            places[data] = at + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", signature, places[data], len(data))
    size = at + len(body)
    head = struct.pack(">I4xI4s4s4s6H4s", size, _VERSION, b"mntr", space, b"XYZ ", *_CREATED, b"acsp")
    head += bytes(28) + struct.pack(">3i", *map(_fixed, _D50))
    return head.ljust(128, b"\0") + table + body


def _xyz(chromaticity: Chromaticity) -> NDArray[np.float64]:
    x, y = chromaticity
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _adaptation(white: NDArray[np.float64]) -> NDArray[np.float64]:
    """The (3, 3) linear Bradford transform of XYZ from a white to D50."""
    scale = (_BRADFORD @ _D50) / (_BRADFORD @ white)
    result: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ (scale[:, np.newaxis] * _BRADFORD)
    return result


def _fixed(value: float) -> int:
    """A number as s15Fixed16."""
    return round(value * 65536)


def _xyz_tag(xyz: NDArray[np.float64]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *map(_fixed, xyz))


def _matrix_tag(matrix: NDArray[np.float64]) -> bytes:
    return struct.pack(">4s4x9i", b"sf32", *map(_fixed, matrix.ravel()))


def _text_tag(text: str) -> bytes:
    data = text.encode("utf-16-be")
    return struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"en", b"US", len(data), 28) + data

"""Colours told by code points (CICP), as PNG, AVIF and HEIC do: ICC profiles for them, and what is refused.

Source: ITU-T H.273 (2024), tables 2 (colour primaries) and 3 (transfer characteristics).
"""

from __future__ import annotations

from dataclasses import dataclass

from beholder.errors import UnsupportedImageError
from beholder.image.icc_profile import Curve, Primaries, grey_profile, rgb_profile

_C, _D65 = (0.310, 0.316), (0.3127, 0.3290)
SRGB_PRIMARIES = Primaries(_D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
SRGB_CURVE = Curve(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_SMPTE_170M = Primaries(_D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070))
_P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
PRIMARIES = {
    1: ("BT.709", SRGB_PRIMARIES),
    4: ("BT.470 M", Primaries(_C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08))),
    5: ("BT.470 BG", Primaries(_D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06))),
    6: ("SMPTE 170M", _SMPTE_170M),
    7: ("SMPTE 240M", _SMPTE_170M),
    8: ("generic film", Primaries(_C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049))),
    9: ("BT.2020", Primaries(_D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046))),
    11: ("DCI P3", Primaries((0.314, 0.351), *_P3)),
    12: ("Display P3", Primaries(_D65, *_P3)),
    22: ("EBU 3213", Primaries(_D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077))),
}
# The camera's curve turned round, E' = 1.099 L^0.45 - 0.099 above 0.018 with the exact constants of BT.2020.
_ALPHA, _BETA = 1.09929682680944, 0.018053968510807
_BT709_CURVE = Curve(1 / 0.45, 1 / _ALPHA, 1 - 1 / _ALPHA, 1 / 4.5, 4.5 * _BETA)
_BT709_LIKE = frozenset((1, 6, 11, 12, 14, 15))
CURVES = dict.fromkeys(_BT709_LIKE, _BT709_CURVE) | {
    4: Curve(2.2),
    5: Curve(2.8),
    7: Curve(1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 1 / 4, 0.0912),
    8: Curve(1.0),
    13: SRGB_CURVE,
}
UNSPECIFIED = 2
_HDR = {16: "PQ (SMPTE ST 2084)", 18: "HLG (ARIB STD-B67)"}


@dataclass(frozen=True)
class CodePoints:
    """How a file tells its colours by number.

    Attributes:
        primaries: ColourPrimaries.
        transfer: TransferCharacteristics.
    """

    primaries: int
    transfer: int

    def icc_profile(self, *, grey: bool, name: str) -> tuple[bytes | None, tuple[str, ...]]:
        """Return the profile of these colours, None where they are sRGB or are not told, and notes.

        Where one of the two is not specified, it is sRGB's. Pictures that are BT.709 throughout count as
        sRGB: video programs write that by default, and browsers show it so.

        Args:
            grey: Whether the picture has one channel.
            name: What to call the picture in messages.

        Raises:
            UnsupportedImageError: Samples are for high dynamic range (PQ, HLG), or have a logarithmic curve.
        """
        self.check(name)
        known = (self.primaries in PRIMARIES or self.primaries == UNSPECIFIED) and (
            self.transfer in CURVES or self.transfer == UNSPECIFIED
        )
        if not known:
            return None, (
                f"the colours are told by unknown numbers (CICP {self.primaries}/{self.transfer}) and are "
                "taken as sRGB",
            )
        words, primaries = PRIMARIES.get(self.primaries, PRIMARIES[1])
        curve = CURVES.get(self.transfer, SRGB_CURVE)
        if primaries == SRGB_PRIMARIES and self.transfer in _BT709_LIKE:
            curve = SRGB_CURVE
        label = words if self.transfer in (13, UNSPECIFIED) else f"{words}, CICP {self.transfer}"
        return profile_of(label, primaries, curve, grey=grey), ()

    def check(self, name: str) -> None:
        """Refuse what a profile cannot say.

        Raises:
            UnsupportedImageError: As `icc_profile`.
        """
        if self.transfer in _HDR:
            raise UnsupportedImageError(
                f"{name}: high dynamic range ({_HDR[self.transfer]}), which would look flat without tone "
                "mapping; export it for standard dynamic range (SDR) first, such as Display P3 or sRGB"
            )
        if self.transfer in (9, 10, 17):
            raise UnsupportedImageError(
                f"{name}: transfer characteristics {self.transfer} of ITU-T H.273 (logarithmic or for "
                "cinema), which are not taken; convert it to sRGB first"
            )


def profile_of(label: str, primaries: Primaries, curve: Curve, *, grey: bool) -> bytes | None:
    """Return a profile, None for sRGB, which needs none.

    Raises:
        ValueError: The primaries make no colour space.
    """
    if curve == SRGB_CURVE and (grey or primaries == SRGB_PRIMARIES):
        return None
    return grey_profile(label, curve) if grey else rgb_profile(label, primaries, curve)

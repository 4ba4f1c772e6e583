"""How close a decoded picture is to its original: pure functions of two pictures.

==========================  ==================================  ================
function                    answers                             range, best last
==========================  ==================================  ================
:func:`mean_squared_error`  squared error of R, G and B         65025 .. 0
:func:`psnr_db`             the same in dB                      0 dB .. infinity
:func:`psnr_luma_db`        error of luma                       0 dB .. infinity
:func:`ms_ssim`             structure at five scales            0 .. 1
:func:`ms_ssim_db`          the same, spread out near 1         0 dB .. infinity
:func:`ssimulacra2`         how alike the two look to a person  below 0 .. 100
==========================  ==================================  ================

All of them take ``(H, W, 3)`` sRGB or ``(H, W)`` grey uint8 arrays of one shape. A grey picture scores as
the colour picture with three equal components.
"""

from beholder.metrics._ms_ssim import MS_SSIM_MIN_SIDE, ms_ssim, ms_ssim_db
from beholder.metrics._psnr import mean_squared_error, psnr_db, psnr_luma_db
from beholder.metrics._ssimulacra2 import SSIMULACRA2_MIN_SIDE, Ssimulacra2Reference, ssimulacra2

__all__ = [
    "MS_SSIM_MIN_SIDE",
    "SSIMULACRA2_MIN_SIDE",
    "Ssimulacra2Reference",
    "mean_squared_error",
    "ms_ssim",
    "ms_ssim_db",
    "psnr_db",
    "psnr_luma_db",
    "ssimulacra2",
]

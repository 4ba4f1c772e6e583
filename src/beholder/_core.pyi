"""The native core: a thin mirror of native/bindings, one block a register_x.cpp."""

import numpy as np
from numpy.typing import NDArray

class CoreError(ValueError): ...

# --- register_ssimulacra2.cpp, register_ms_ssim.cpp: C-contiguous (H, W, 3) uint8, sRGB ---

SSIMULACRA2_MIN_SIDE: int
MS_SSIM_MIN_SIDE: int

class Ssimulacra2Reference:
    def __init__(self, original: NDArray[np.uint8], portable: bool = False) -> None: ...
    def score(self, decoded: NDArray[np.uint8]) -> float: ...

def ms_ssim(original: NDArray[np.uint8], decoded: NDArray[np.uint8]) -> float: ...

# --- end of register_ssimulacra2.cpp, register_ms_ssim.cpp ---

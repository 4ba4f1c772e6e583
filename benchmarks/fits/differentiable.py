"""A JPEG decoder, SSIMULACRA 2 and MS-SSIM in torch: gradients with respect to DCT coefficients.

::

    dequantised coefficients --inverse DCT, upsampling, RGB--> pixels --ssimulacra2_loss, ms_ssim_loss--> loss

The decoder leaves out the rounding to whole samples, which has no gradient. On whole samples the losses agree
with `beholder.metrics`, SSIMULACRA 2 but for the reference's single-precision rounding (tests/benchmarks).
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

# Version 2.1's weights (J. Sneyers, 2023) to 7 digits, without those below 0.02: a line a scale; means of
# structure error, added edges and lost edges, then their 4-norms. The sixth scale counts for nothing.
_SSIMULACRA2_WEIGHTS = torch.tensor(
    [
        [  # X
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 1.104173, 0.0, 0.0],
            [0.0, 0.0, 0.0, 1.842246, 11.44117, 0.0],
            [0.0, 0.0, 0.0, 1.878759, 10.94907, 0.0],
            [0.0, 0.9677937, 0.0, 0.0, 0.9981767, 0.0],
        ],
        [  # Y
            [0.0, 0.0, 0.0, 7.46689, 0.0, 17.44583],
            [0.0, 0.0, 0.0, 6.683678, 0.0, 1.02789],
            [225.2052, 0.0, 0.0, 19.21324, 0.0, 0.0],
            [176.3932, 0.0, 0.0, 24.43301, 0.285208, 0.0],
            [0.0, 0.0, 0.0, 34.77906, 44.83563, 0.0],
        ],
        [  # B - Y
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 8.826983, 23.19243, 0.0],
            [95.10805, 0.9863978, 0.9834383, 0.0, 171.2667, 0.9807859],
        ],
    ]
)
_SSIMULACRA2_SCALES = _SSIMULACRA2_WEIGHTS.shape[1]
# The least sum of weighted errors that the power below is differentiated at: a score of 99.99.
_LEAST_ERROR = 1e-5

# JPEG XL's XYB (ISO/IEC 18181-1): what the cones absorb of linear R, G, B, and their bias.
_ABSORBANCE = torch.tensor(
    [
        [0.30, 0.622, 0.078],
        [0.23, 0.692, 0.078],
        [0.24342268924547819, 0.20476744424496821, 0.5518098665095536],
    ]
)
_BIAS = 0.0037930732552754493

_MS_SSIM_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang et al. 2003, section 3.2


def decode(coefficients: Sequence[Tensor], height: int, width: int) -> Tensor:
    """The (3, height, width) RGB picture in 0..255 of a decoder with libjpeg's triangle filter, not rounded.

    Args:
        coefficients: Y, Cb, Cr as (rows, columns, 64) dequantised, raster order within a block. Chroma is
            taken as 4:2:0 where it has fewer blocks than luma, else as 4:4:4.
        height: Of the picture.
        width: Of the picture.
    """
    luma = _inverse_dct(coefficients[0])[:height, :width] + 128
    rows = coefficients[0].shape[0]
    cb, cr = (_upsample(_inverse_dct(c), height, width, c.shape[0] < rows) for c in coefficients[1:])
    red = luma + 1.402 * cr
    green = luma - 0.344136 * cb - 0.714136 * cr
    blue = luma + 1.772 * cb
    return torch.stack([red, green, blue]).clamp(0, 255)


def ssimulacra2_loss(original: Tensor, decoded: Tensor) -> Tensor:
    """100 minus the SSIMULACRA 2.1 score of two (3, height, width) pictures in 0..255."""
    pair = _linear_of_srgb(torch.stack([original, decoded]))
    errors = torch.zeros(())
    for scale in range(_SSIMULACRA2_SCALES):
        if scale > 0:
            odd = (0, pair.shape[3] % 2, 0, pair.shape[2] % 2)
            pair = functional.avg_pool2d(functional.pad(pair, odd, mode="replicate"), 2)
        errors = errors + _scale_error(_xyb(pair), _SSIMULACRA2_WEIGHTS[:, scale])
    error = errors * 0.9562382616834844
    bent = 2.326765642916932 * error - 0.020884521182843837 * error**2 + 6.248496625763138e-05 * error**3
    return 10 * bent.clamp(min=_LEAST_ERROR) ** 0.6276336467831387


def ms_ssim_loss(original: Tensor, decoded: Tensor) -> Tensor:
    """Minus the MS-SSIM in dB, 10 log10(1 - MS-SSIM), of two (3, height, width) pictures in 0..255."""
    pair = torch.stack([original, decoded]).double()
    product = torch.ones(3, dtype=torch.float64)
    for scale, weight in enumerate(_MS_SSIM_WEIGHTS):
        if scale > 0:
            odd = (pair.shape[2] % 2, pair.shape[3] % 2)
            pair = functional.avg_pool2d(pair, 2, padding=odd)
        last = scale == len(_MS_SSIM_WEIGHTS) - 1
        product = product * _mean_similarity(pair, luminance=last).clamp(min=1e-6) ** weight
    return 10 * torch.log10(1 - product.mean())


def _inverse_dct(coefficients: Tensor) -> Tensor:
    rows, columns, _ = coefficients.shape
    blocks = coefficients.reshape(rows, columns, 8, 8)
    samples = torch.einsum("ux,rcuv,vy->rxcy", _DCT_BASIS, blocks, _DCT_BASIS)
    return samples.reshape(rows * 8, columns * 8)


def _upsample(plane: Tensor, height: int, width: int, halved: bool) -> Tensor:
    if not halved:
        return plane[:height, :width]
    plane = plane[: (height + 1) // 2, : (width + 1) // 2]
    return _double(_double(plane.T, height).T, width)


def _double(plane: Tensor, length: int) -> Tensor:
    """Twice the samples along the last axis: 3/4 of the nearer and 1/4 of the farther one."""
    left = torch.cat([plane[:, :1], plane[:, :-1]], 1)
    right = torch.cat([plane[:, 1:], plane[:, -1:]], 1)
    pairs = torch.stack([0.75 * plane + 0.25 * left, 0.75 * plane + 0.25 * right], -1)
    return pairs.flatten(1)[:, :length]


def _linear_of_srgb(samples: Tensor) -> Tensor:
    encoded = samples / 255
    # The lower bound keeps the gradient of the branch that is not taken finite.
    curved = ((encoded.clamp(min=0.04) + 0.055) / 1.055) ** 2.4
    return torch.where(encoded > 0.04045, curved, encoded / 12.92)


def _xyb(linear: Tensor) -> Tensor:
    absorbed = torch.einsum("ij,njhw->nihw", _ABSORBANCE, linear) + _BIAS
    cones = absorbed ** (1 / 3) - _BIAS ** (1 / 3)
    x = (cones[:, 0] - cones[:, 1]) / 2
    y = (cones[:, 0] + cones[:, 1]) / 2
    return torch.stack([x * 14 + 0.42, y + 0.01, cones[:, 2] - y + 0.55], 1)


def _scale_error(xyb: Tensor, weights: Tensor) -> Tensor:
    """The weighted sum of the error norms of one scale; xyb is (2, 3, height, width), weights (3, 6)."""
    a, b = xyb
    moments = torch.cat([a, b, a * a, b * b, a * b])
    # Outside the picture samples count as zero, as in the reference's recursive filter.
    radius = len(_RECURSIVE_TAPS) // 2
    mean_a, mean_b, mean_aa, mean_bb, mean_ab = _blur(moments, _RECURSIVE_TAPS, radius).split(3)
    luminance = 1 - (mean_a - mean_b) ** 2
    covariance = 2 * (mean_ab - mean_a * mean_b) + 0.0009
    variances = (mean_aa - mean_a**2) + (mean_bb - mean_b**2) + 0.0009
    edge_a, edge_b = (a - mean_a).abs(), (b - mean_b).abs()
    change = (edge_b - edge_a) / (1 + edge_a)
    error = torch.zeros(())
    for index, signed in enumerate((1 - luminance * covariance / variances, change, -change)):
        positive = signed.clamp(min=0)
        # The root's gradient is infinite at 0.
        fourth = ((positive**4).mean((1, 2)) + 1e-20) ** 0.25
        error = error + weights[:, index] @ positive.mean((1, 2)) + weights[:, 3 + index] @ fourth
    return error


def _mean_similarity(pair: Tensor, luminance: bool) -> Tensor:
    """SSIM's contrast and structure term, times that of luminance where asked, as a mean by channel."""
    a, b = pair
    moments = torch.cat([a, b, a * a, b * b, a * b])
    mean_a, mean_b, mean_aa, mean_bb, mean_ab = _blur(moments, _SSIM_TAPS, 0).split(3)
    contrast_constant, luminance_constant = (0.03 * 255) ** 2, (0.01 * 255) ** 2
    covariance = 2 * (mean_ab - mean_a * mean_b) + contrast_constant
    variances = mean_aa - mean_a**2 + mean_bb - mean_b**2 + contrast_constant
    similarity = covariance / variances
    if luminance:
        means = mean_a**2 + mean_b**2 + luminance_constant
        similarity = similarity * (2 * mean_a * mean_b + luminance_constant) / means
    return similarity.mean((1, 2))


def _blur(planes: Tensor, taps: Tensor, padding: int) -> Tensor:
    kernel = taps.to(planes.dtype)
    across = functional.conv2d(planes[:, None], kernel.view(1, 1, 1, -1), padding=(0, padding))
    return functional.conv2d(across, kernel.view(1, 1, -1, 1), padding=(padding, 0))[:, 0]


def _recursive_taps(sigma: float = 1.5, radius: int = 5) -> Tensor:
    """Impulse response of SSIMULACRA 2's blur: three cosines that end at their zeros.

    Source: D. Charalampidis, "Recursive implementation of the Gaussian filter using truncated cosine
    functions", IEEE TSP 2016, equations 37, 44, 50, 52 to 56.
    """
    omega = torch.tensor([1.0, 3.0, 5.0], dtype=torch.float64) * math.pi / (2 * radius)
    sign = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
    p = sign / torch.tan(omega / 2)
    r = sign * p**2 / torch.sin(omega)
    rho = torch.exp(-(sigma**2) * omega**2 / 2) / radius
    d = [p[i] * r[j] - r[i] * p[j] for i, j in ((0, 1), (1, 2), (2, 0))]
    zeta = torch.stack([d[1] / d[0], d[2] / d[0], torch.ones_like(d[0])])
    wanted = torch.stack([torch.ones_like(d[0]), torch.full_like(d[0], radius**2 - sigma**2), zeta @ rho])
    beta = torch.linalg.solve(torch.stack([p, r, zeta]), wanted)
    offsets = torch.arange(1 - radius, radius, dtype=torch.float64)
    return (beta[:, None] * torch.cos(omega[:, None] * offsets)).sum(0).float()


def _gaussian_taps(sigma: float = 1.5, radius: int = 5) -> Tensor:
    offsets = torch.arange(-radius, radius + 1, dtype=torch.float64)
    taps = torch.exp(-(offsets**2) / (2 * sigma**2))
    return taps / taps.sum()


def _dct_basis() -> Tensor:
    """Rows are frequencies, columns samples."""
    frequency = torch.arange(8.0)[:, None]
    basis = torch.cos((2 * torch.arange(8.0) + 1) * frequency * math.pi / 16) / 2
    basis[0] /= math.sqrt(2)
    return basis


_RECURSIVE_TAPS = _recursive_taps()
_SSIM_TAPS = _gaussian_taps()
_DCT_BASIS = _dct_basis()

"""The C++ core: JPEG levels, reader, writer, scan scripts, level search; metrics; loops of training.

A level is a quantised DCT coefficient. Blocks hold 64 of them in zigzag order, DC first and not differenced.
Every function that gets something it cannot process raises `CoreError`.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

ScanMode = Literal["sequential", "progressive", "smallest"]
ColorSpace = Literal["grey", "ycbcr", "rgb", "cmyk", "ycck", "unknown"]

class CoreError(ValueError):
    """Input that the core cannot process; the message says what was got and what is allowed."""

class Plane:
    """Quantised levels of one component."""

    def __init__(
        self,
        levels: npt.NDArray[np.int16],
        id: int = 1,  # noqa: A002 (the frame header's word)
        sampling: tuple[int, int] = (1, 1),
        quant_index: int = 0,
    ) -> None:
        """Copy the levels.

        Args:
            levels: (rows, columns, 64) int16, C-contiguous: blocks in raster order, levels in zigzag order.
            id: Component identifier in the frame header, 0..255.
            sampling: Horizontal and vertical sampling factor, each 1..4.
            quant_index: Quantisation table, 0..3.
        """

    @property
    def id(self) -> int: ...
    @property
    def sampling(self) -> tuple[int, int]: ...
    @property
    def quant_index(self) -> int: ...
    @property
    def blocks_wide(self) -> int:
        """Blocks across that belong to the picture; more may be stored to complete MCUs."""
    @property
    def blocks_high(self) -> int: ...
    @property
    def stored_wide(self) -> int: ...
    @property
    def stored_high(self) -> int: ...
    @property
    def levels(self) -> npt.NDArray[np.int16]:
        """Writable view without copy: (stored_high, stored_wide, 64)."""

class LevelImage:
    """A JPEG picture as quantised levels and their tables."""

    def __init__(
        self,
        width: int,
        height: int,
        planes: Sequence[Plane],
        quant_tables: Sequence[npt.NDArray[np.uint16]],
    ) -> None:
        """Copy the planes and complete their MCUs where they come without padding.

        Args:
            width: 1..65535 pixels.
            height: 1..65535 pixels.
            planes: 1 to 4 components.
            quant_tables: Up to 4 tables of (64,) uint16 steps in zigzag order, 1..65535 (above 255 the file
                is no longer baseline).

        Raises:
            CoreError: Sizes, sampling, tables and levels that do not agree.
        """

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def planes(self) -> list[Plane]: ...
    @property
    def quant_tables(self) -> list[npt.NDArray[np.uint16]]:
        """Four writable views of (64,) steps in zigzag order; tables that no plane names are zero."""

class Scan:
    """One scan of a file. The defaults are those of a sequential scan."""

    def __init__(
        self, components: Sequence[int], ss: int = 0, se: int = 63, ah: int = 0, al: int = 0
    ) -> None: ...
    @property
    def components(self) -> list[int]:
        """Indices of planes, ascending."""
    @property
    def ss(self) -> int:
        """First zigzag position of the band."""
    @property
    def se(self) -> int:
        """Last zigzag position of the band."""
    @property
    def ah(self) -> int:
        """Point transform of the scan before on this band, 0 in a first scan."""
    @property
    def al(self) -> int:
        """Point transform: low bits that this scan leaves out."""
    def __eq__(self, other: object, /) -> bool: ...

class MarkerSegment:
    """An APPn or COM segment."""

    def __init__(self, marker: int, payload: bytes) -> None:
        """Take the marker's code (0xE0..0xEF or 0xFE) and up to 65,533 bytes, without marker and length."""

    @property
    def marker(self) -> int: ...
    @property
    def payload(self) -> bytes: ...
    def __eq__(self, other: object, /) -> bool: ...

class ScanInfo:
    """A scan of a file that was read."""

    @property
    def scan(self) -> Scan: ...
    @property
    def table_bytes(self) -> int:
        """Bytes of Huffman table segments since the scan before."""
    @property
    def data_bytes(self) -> int:
        """Bytes of entropy-coded data, stuffed bytes and restart markers included."""

class JpegContents:
    """What a JPEG file holds."""

    @property
    def image(self) -> LevelImage: ...
    @property
    def segments(self) -> list[MarkerSegment]:
        """APPn and COM segments in order, without the JFIF header and Adobe's APP14."""
    @property
    def color_space(self) -> ColorSpace:
        """What libjpeg-turbo takes the components for (jdapimin.c, default_decompress_parms)."""
    @property
    def has_jfif(self) -> bool:
        """Whether a JFIF header that counts stands before the first scan."""
    @property
    def writes_jfif(self) -> bool:
        """Whether a file of the same colours is to have a JFIF header."""
    @property
    def written_adobe_transform(self) -> int | None:
        """The transform of the Adobe segment that a file of the same colours is to have, or None."""
    @property
    def density(self) -> tuple[int, int, int] | None:
        """Of the JFIF header: unit (0 aspect ratio, 1 dots an inch, 2 dots a centimetre), x and y."""
    @property
    def adobe_transform(self) -> int | None:
        """0 RGB or CMYK, 1 YCbCr, 2 YCCK; None without an Adobe segment before the first scan."""
    @property
    def progressive(self) -> bool: ...
    @property
    def complete(self) -> bool:
        """Whether the scans carry every coefficient down to its last bit."""
    @property
    def restart_interval(self) -> int:
        """MCUs between restart markers, 0 without."""
    @property
    def scans(self) -> list[ScanInfo]: ...
    @property
    def end(self) -> int:
        """Position behind the EOI marker, the size of the file without one."""
    @property
    def has_eoi(self) -> bool: ...
    @property
    def warnings(self) -> list[str]:
        """What decoders forgive, and what is missing of a picture that they show; 16 at most."""

class PlacedSegment:
    """A marker segment as it stands in a file."""

    @property
    def marker(self) -> int: ...
    @property
    def offset(self) -> int:
        """Of its marker, behind fill bytes; the segment ends 4 + len(payload) bytes further on."""
    @property
    def payload(self) -> bytes: ...

class MarkerWalk:
    """The structure of a JPEG file."""

    @property
    def segments(self) -> list[PlacedSegment]:
        """All segments up to EOI, SOS among them; those behind the first SOS lie between scans."""
    @property
    def end(self) -> int:
        """Position behind the EOI marker, the size of the file without one."""
    @property
    def has_eoi(self) -> bool: ...

def walk_markers(file: bytes) -> MarkerWalk:
    """Return the marker segments of a JPEG file; nothing is decoded.

    Stray bytes are passed over as libjpeg does it. A segment that the end of the file cuts off ends the walk.

    Raises:
        CoreError: The file does not begin with FF D8.
    """

def read_levels(file: bytes, *, max_pixels: int | None = None, max_scans: int = 256) -> JpegContents:
    """Return levels, tables and metadata of a JPEG file: baseline, extended sequential or progressive.

    What libjpeg-turbo forgives and shows whole is read, with a warning. Bytes behind the EOI marker are
    ignored. A missing EOI is accepted when every coefficient has been read to its last bit.

    Raises:
        CoreError: A damaged or truncated file (with the byte position), an unsupported kind (arithmetic,
            lossless, 12 bits), or more than `max_pixels` or `max_scans`.
    """

def write_jpeg(
    image: LevelImage,
    *,
    mode: ScanMode = "smallest",
    script: Sequence[Scan] | None = None,
    partial_script: bool = False,
    segments: Sequence[MarkerSegment] = (),
    density: tuple[int, int, int] | None = (0, 1, 1),
    adobe_transform: int | None = None,
) -> bytes:
    """Return a JPEG file with Huffman tables that are optimal for each scan.

    Args:
        image: AC levels within -1023..1023, DC levels and their differences within -2047..2047.
        mode: Kind of file; ``smallest`` compares the exact sizes of the best script of either kind.
        script: These scans instead of searched ones.
        partial_script: Let the script stop before every coefficient is coded to its last bit, as the scans of
            an incomplete progressive file do.
        segments: To stand behind the JFIF header.
        density: Unit, x and y of the JFIF header, or None for a file without one.
        adobe_transform: 0 (RGB, CMYK), 1 (YCbCr) or 2 (YCCK) for an Adobe segment.

    Raises:
        CoreError: Levels that 8-bit JPEG cannot hold, a wrong script, malformed segments.
    """

def standard_progressive_script(image: LevelImage) -> list[Scan]:
    """Return the script that libjpeg writes by default."""

def search_scan_script(image: LevelImage, mode: ScanMode = "smallest") -> tuple[list[Scan], int]:
    """Return the script of least size and that size in bytes.

    The size is exact but for the file header and stuffed bytes (one data byte in a few hundred).
    """

def script_size_bytes(image: LevelImage, script: Sequence[Scan]) -> int:
    """Return the size of a script's scans in bytes, as `search_scan_script` counts it."""

def optimal_code_lengths(counts: npt.NDArray[np.uint64]) -> list[int]:
    """Return the optimal Huffman code lengths for (256,) symbol counts.

    No length is above 16, the all-ones code stays free, and symbols that do not occur have length 0.
    """

SSIMULACRA2_MIN_SIDE: int
MS_SSIM_MIN_SIDE: int

class Ssimulacra2Reference:
    def __init__(self, original: npt.NDArray[np.uint8], portable: bool = False) -> None: ...
    def score(self, decoded: npt.NDArray[np.uint8]) -> float: ...

def ms_ssim(original: npt.NDArray[np.uint8], decoded: npt.NDArray[np.uint8]) -> float: ...

COEFFICIENT_SCALE: int
"""Steps of a stored coefficient in one unit of JPEG's 8x8 DCT."""

class CoefficientImage:
    """DCT coefficients before quantisation."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def components(self) -> int: ...
    def values(self, component: int) -> npt.NDArray[np.int16]:
        """Read-only view: (rows, columns, 64) in zigzag order, in 1 / COEFFICIENT_SCALE."""
    def with_values(self, values: Sequence[npt.NDArray[np.int16]]) -> CoefficientImage:
        """Return the same picture with other coefficients: one (rows, columns, 64) array a component.

        Raises:
            CoreError: Another number of components or of coefficients.
        """

def forward_transform(
    pixels: npt.NDArray[np.uint8],
    subsampling: str = "4:2:0",
    fitted_chroma: bool = True,
    compensate_luma: bool = True,
    threads: int = 1,
) -> CoefficientImage:
    """Return the coefficients of (H, W) grey or (H, W, 3) sRGB pixels in full-range YCbCr.

    Args:
        pixels: C-contiguous, 1..65535 a side.
        subsampling: ``4:4:4``, ``4:2:2`` or ``4:2:0``; ignored for grey.
        fitted_chroma: Chroma samples that minimise the squared error after the decoder's triangle filter,
            rather than means.
        compensate_luma: Let luma take up what it can of the chroma sampling error.
        threads: The result does not depend on it.
    """

def chroma_sampling_error(
    pixels: npt.NDArray[np.uint8], subsampling: str = "4:2:0", threads: int = 1
) -> float:
    """Return what chroma sampling alone costs: mean squared RGB error over pixels and channels.

    Measured on one row in eight, before anything is quantised; 0 for grey and 4:4:4.
    """

def sample_mcu_rows(coefficients: CoefficientImage, stride: int) -> CoefficientImage:
    """Return every `stride`th row of MCUs, the first among them: a smaller picture of similar statistics."""

def dequantise(levels: LevelImage) -> CoefficientImage:
    """Return the coefficients that a decoder reconstructs, clamped to +-2047."""

def masking_weights(
    coefficients: CoefficientImage,
    *,
    knee: float,
    luma_exponent: float,
    chroma_exponent: float,
    step_share: float,
    threads: int = 1,
) -> list[npt.NDArray[np.float32]]:
    """Return one (rows, columns) array of weights in 0..1 a component; see `beholder.observers.Masking`."""

class BlockPredictor:
    """The compact network that predicts block sensitivities; see `beholder.observers`."""

    def __init__(self, tensors: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Copy the weights.

        Args:
            tensors: C-contiguous float32 by name, as benchmarks/train_predictor.py writes them.

        Raises:
            CoreError: Tensors that are missing, unknown, of another size or not finite.
        """

    def predict(self, coefficients: CoefficientImage, threads: int = 1) -> list[npt.NDArray[np.float32]]:
        """Return one (rows, columns) array of positive weights of mean 1 a component."""

def weighted_error(
    coefficients: CoefficientImage,
    levels: LevelImage,
    *,
    weights: npt.NDArray[np.float32],
    threads: int = 1,
) -> float:
    """Return the sum of weights[c, i] * (C - Q K)^2 over the blocks of the picture."""

def optimise_levels(
    coefficients: CoefficientImage,
    scale: float,
    *,
    weights: npt.NDArray[np.float32],
    block_weights: Sequence[npt.NDArray[np.float32]],
    start_steps: npt.NDArray[np.float32],
    lambda_ratio: float,
    zeroing_surcharge: float = 0.0,
    source_steps: Sequence[npt.NDArray[np.uint16]] = (),
    rounds: int = 2,
    update_steps: bool = True,
    mode: ScanMode = "smallest",
    threads: int = 1,
) -> tuple[LevelImage, list[Scan]]:
    """Return the levels and tables of least weighted error plus lambda times rate, and the scans to write.

    Args:
        coefficients: Of the picture.
        scale: The search starts from steps of scale * start_steps; lambda is lambda_ratio * scale^2.
        weights: (components, 64), zigzag order, positive.
        block_weights: One (rows, columns) array a component, or none.
        start_steps: (components, 64), positive.
        lambda_ratio: Price of a bit over scale^2, 0 or more.
        zeroing_surcharge: Share of a coefficient's energy charged on top when a level is zeroed, 0 or more.
        source_steps: Steps that the coefficients are multiples of, one (64,) table a component, or none.
        rounds: Turns of levels, symbol costs and steps, 1..100; one more where progressive scans are to be
            written.
        update_steps: Move steps to the centroid of what their levels stand for.
        mode: Kind of file that the levels are for.
        threads: 1 or more; no more are started than there are processors, or than the system grants. The
            result does not depend on it.

    Raises:
        CoreError: Arrays of a wrong shape, or values that are out of range or not finite.
    """

def activate(
    sums: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    scale: npt.NDArray[np.float32],
    min: float,  # noqa: A002
    max: float,  # noqa: A002
    rectified: bool,
    channels: int,
    out: npt.NDArray[np.float32],
    passes: npt.NDArray[np.uint8],
) -> None:
    """Write activations of sums: ``clamp(sums + bias)``, or ``clamp(round((sums + bias) * scale))``.

    Args:
        sums: Rows of `channels` values, C-contiguous, as all arrays here.
        bias: Rows, each for an equal share of consecutive rows of `sums`.
        scale: Likewise; empty where activations are not rounded.
        min: Smallest activation.
        max: Largest activation.
        rectified: No gradient passes where the value is 0 or less.
        channels: Values in a row.
        out: Takes the activations.
        passes: Takes which gradients pass each: 1 the negative ones, 2 the positive ones, 3 both.
    """

def propagate_activation(
    gradient: npt.NDArray[np.float32],
    passes: npt.NDArray[np.uint8],
    scale: npt.NDArray[np.float32],
    channels: int,
    by_sum: npt.NDArray[np.float32],
    by_bias: npt.NDArray[np.float32],
) -> None:
    """Write the gradients of sums and biases for that of activations; arrays as in `activate`."""

def rectify_rows(
    sums: npt.NDArray[np.uint16],
    bias: npt.NDArray[np.float32],
    scale: npt.NDArray[np.float32],
    out: npt.NDArray[np.uint16],
) -> None:
    """Write ``leaky_relu(sums + bias) * scale``; see `beholder.learned.fused_block`, as below.

    Args:
        sums: (places, channels) bfloat16, as its bits; C-contiguous, as all arrays here.
        bias: (channels,).
        scale: (samples, channels), each row for an equal share of consecutive places.
        out: As `sums`.

    Raises:
        CoreError: Sizes do not fit each other.
    """

def propagate_rectified_rows(
    gradient: npt.NDArray[np.uint16],
    sums: npt.NDArray[np.uint16],
    bias: npt.NDArray[np.float32],
    scale: npt.NDArray[np.float32],
    by_sum: npt.NDArray[np.uint16],
    by_bias: npt.NDArray[np.float32],
    by_scale: npt.NDArray[np.float32],
) -> None:
    """Write the gradients of `rectify_rows` for that of what it gives."""

def gate_rows(
    sums: npt.NDArray[np.uint16],
    bias: npt.NDArray[np.float32],
    scale: npt.NDArray[np.float32],
    out: npt.NDArray[np.uint16],
) -> None:
    """Write ``a * hardsigmoid(b) * scale`` for (places, 2 * channels) of ``a, b = sums + bias``."""

def propagate_gated_rows(
    gradient: npt.NDArray[np.uint16],
    sums: npt.NDArray[np.uint16],
    bias: npt.NDArray[np.float32],
    scale: npt.NDArray[np.float32],
    by_sum: npt.NDArray[np.uint16],
    by_bias: npt.NDArray[np.float32],
    by_scale: npt.NDArray[np.float32],
) -> None:
    """Write the gradients of `gate_rows` for that of what it gives."""

def add_rows(
    values: npt.NDArray[np.uint16],
    sums: npt.NDArray[np.uint16],
    bias: npt.NDArray[np.float32],
    out: npt.NDArray[np.uint16],
) -> None:
    """Write ``values + sums + bias``."""

def total_rows(values: npt.NDArray[np.uint16], totals: npt.NDArray[np.float32]) -> None:
    """Write the (channels,) totals over all places."""

def convolve_places(
    height: int,
    width: int,
    values: npt.NDArray[np.uint16],
    kernel: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    out: npt.NDArray[np.uint16],
) -> None:
    """Write the depthwise 3x3 convolution of (B, height, width, channels), for a (9, channels) kernel."""

def propagate_places(
    height: int,
    width: int,
    gradient: npt.NDArray[np.uint16],
    values: npt.NDArray[np.uint16],
    kernel: npt.NDArray[np.float32],
    by_value: npt.NDArray[np.uint16],
    by_kernel: npt.NDArray[np.float32],
    by_bias: npt.NDArray[np.float32],
) -> None:
    """Write the gradients of `convolve_places` for that of what it gives."""

def rate_residuals(
    residual: npt.NDArray[np.float32],
    scale_index: npt.NDArray[np.float32],
    smallest_scale: float,
    log_step: float,
    tail: float,
    tail_sum: float,
    bits: npt.NDArray[np.float32],
    by_residual: npt.NDArray[np.float32],
    by_scale_index: npt.NDArray[np.float32],
) -> None:
    """Write the bits of residuals under a Gaussian with a tail, and their derivatives.

    Args:
        residual: Symbols less their mean.
        scale_index: Of each residual; fractions are allowed.
        smallest_scale: Standard deviation of index 0.
        log_step: Logarithm of the ratio of neighbouring standard deviations.
        tail: Share of the tail in the mixture.
        tail_sum: Of ``1 / (1 + |k|)^2`` over all whole k.
        bits: Takes ``-log2 P`` of the unit bin around each residual.
        by_residual: Takes its derivatives.
        by_scale_index: Takes its derivatives.
    """

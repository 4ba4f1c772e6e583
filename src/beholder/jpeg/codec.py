"""From a picture to a JPEG file: coefficients once, then levels at whatever scale meets the target.

::

    pixels --forward transform--> coefficients --level search at a scale--> levels, scans --> file
    JPEG file --read levels, dequantise--^                ^-- quality, or a search for a target
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
from numpy.typing import NDArray

from beholder import _core
from beholder.errors import InputError, TargetError, UnsupportedImageError, UsageError
from beholder.image import Picture, decode_jpeg, read_jpeg_levels
from beholder.jpeg.closed_loop import Watched, close_loop
from beholder.jpeg.color_spaces import YCBCR_SPACES
from beholder.jpeg.options import JpegOptions, Subsampling
from beholder.jpeg.quality import quality_of_scale, scale_of_quality
from beholder.jpeg.result import EncodeResult
from beholder.jpeg.target import MAX_SCALE, MIN_SCALE, Trial, search_scale
from beholder.jpeg_header import subsampling_name
from beholder.jpeg_metadata import complete_jpeg, marker_segments
from beholder.metrics import Ssimulacra2Reference, psnr_db, ssimulacra2
from beholder.observers import (
    DEFAULT_MODEL,
    MachineChoice,
    Observer,
    PictureBlocks,
    Sampling,
    Sensitivity,
    block_weights,
    load_network,
    lookers,
    mse,
    named_observer,
)

_MODES: dict[str, _core.ScanMode] = {
    "auto": "smallest",
    "sequential": "sequential",
    "progressive": "progressive",
}
# Photographs at a scale of 20, and the powers of the scale that sizes and errors follow: geometric means over
# those that `quality` is fitted on. Only the number of steps of a search depends on them.
_TYPICAL_SCALE = 20.0
_TYPICAL_BPP = 0.52
_TYPICAL_SQUARED_ERROR = 23.0
_SLOPE_OF_SIZE = -0.9
_SLOPE_OF_ERROR = 1.1
_SLOPE_OF_DIVERGENCE = 1.5
# Size of a file after the search of scans over that of sequential levels of one turn, which estimates count.
_TYPICAL_GAIN = 0.965
# Estimates look at one in so many rows of MCUs, from so many luma blocks on.
_SAMPLED_ROWS = ((32768, 4), (4096, 2), (0, 1))
# Squared error of a decoder's rounding to whole samples, by component (weighted as in `mse`), then in RGB.
_ROUNDING = (1 + 1.086 + 0.825) / 12 + 1 / 12
_FACTORS: dict[str, tuple[int, int]] = {"4:2:0": (2, 2), "4:2:2": (2, 1), "4:4:4": (1, 1)}
# Points by which the first trial may score higher than asked for; later ones by up to twice that.
_SSIMULACRA2_TO_SPARE = 0.25


def encode_picture(picture: Picture, options: JpegOptions) -> EncodeResult:
    """Return the picture as a JPEG file.

    Raises:
        InputError: The picture is a damaged JPEG.
        UnsupportedImageError: It is of a kind that this coding does not take.
        TargetError: No setting reaches the target.
        UsageError: Lossless coding of pixels was asked for.
    """
    if picture.jpeg is not None:
        return _encode_jpeg(picture, picture.jpeg, options)
    if options.lossless:
        raise UsageError(
            f"{picture.name}: is no JPEG; only the coding of a JPEG can be optimised without loss"
        )
    if picture.components == 1:
        return _encode_pixels(picture, options, "4:4:4")
    if options.pixel_subsampling == "auto":
        return _encode_best_subsampling(picture, options)
    return _encode_pixels(picture, options, options.pixel_subsampling)


def _encode_pixels(picture: Picture, options: JpegOptions, subsampling: Subsampling) -> EncodeResult:
    return _Encoder(picture, options, *pixel_coefficients(picture, options, subsampling)).encode()


def pixel_coefficients(
    picture: Picture, options: JpegOptions, subsampling: Subsampling
) -> tuple[_core.CoefficientImage, Sampling]:
    """The coefficients of a picture's pixels, and the sampling factors of its components."""
    coefficients = _core.forward_transform(picture.pixels, subsampling, threads=options.threads)
    if picture.components == 1:
        return coefficients, ((1, 1),)
    return coefficients, (_FACTORS[subsampling], (1, 1), (1, 1))


def _encode_best_subsampling(picture: Picture, options: JpegOptions) -> EncodeResult:
    """4:4:4 where it scores higher at the size of 4:2:0 (PSNR for `mse`, SSIMULACRA 2 else), else 4:2:0."""
    halved = _encode_pixels(picture, options, "4:2:0")
    limit = replace(options, quality=None, bpp=None, psnr=None, ssimulacra2=None, size_bytes=len(halved.data))
    try:
        full = _encode_pixels(picture, limit, "4:4:4")
    except TargetError:  # full chroma does not fit
        return halved
    score = psnr_db if options.observer == "mse" or not _can_score(picture) else ssimulacra2
    if score(picture.pixels, _decode(full.data)) <= score(picture.pixels, _decode(halved.data)):
        return halved
    # Full chroma wins; where a quality or a score was asked for, meet that one rather than the size.
    return full if options.size_bytes or options.bpp else _encode_pixels(picture, options, "4:4:4")


def _encode_jpeg(picture: Picture, file: bytes, options: JpegOptions) -> EncodeResult:
    contents = read_jpeg_levels(file, picture.name)
    if options.lossless or contents.color_space not in YCBCR_SPACES:
        result = _rewrite(picture, contents, options)
    elif contents.complete:
        result = _optimise(picture, contents, options)
    else:
        result = _encode_incomplete(picture, contents, options)
    warnings = tuple(contents.warnings)
    return replace(result, notes=result.notes + warnings, source_warnings=warnings)


def _optimise(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    """Return a file of a JPEG's own coefficients with new levels and tables."""
    planes = contents.image.planes
    source_steps = [contents.image.quant_tables[plane.quant_index] for plane in planes]
    sampling = tuple(plane.sampling for plane in planes)
    return _Encoder(picture, options, _core.dequantise(contents.image), sampling, source_steps).encode()


def _encode_incomplete(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    """Return a file of what decoders show of an incomplete JPEG, which they smooth (libjpeg, jdcoefct.c)."""
    name = subsampling_name(tuple(plane.sampling for plane in contents.image.planes))
    return _encode_pixels(picture, options, cast(Subsampling, name) if name in _FACTORS else "4:4:4")


def _rewrite(picture: Picture, contents: _core.JpegContents, options: JpegOptions) -> EncodeResult:
    """Return the same levels and tables with the scans and Huffman codes of least size.

    Raises:
        InputError: Levels are beyond what 8-bit JPEG holds, as damaged files can give them.
        UnsupportedImageError: An incomplete progressive file is to become sequential.
        TargetError: The file is larger than was asked for.
    """
    try:
        script = _script_of_same_picture(picture, contents, options)
        data = _write(picture, contents.image, script, options, contents)
    except _core.CoreError as error:
        raise InputError(f"{picture.name}: damaged JPEG: {error}") from error
    notes = picture.notes
    if not options.lossless:
        notes += ("CMYK or RGB JPEG: only its coding is optimised, its levels are kept",)
    limit = options.size_bytes or (options.bpp or math.inf) * picture.width * picture.height / 8
    if len(data) > limit:
        raise TargetError(
            f"{picture.name}: CMYK or RGB JPEG, of which only the coding is optimised, and that gives "
            f"{len(data)} bytes ({8 * len(data) / (picture.width * picture.height):.3f} bpp); ask for more, "
            "or convert it to RGB pixels first"
        )
    return EncodeResult(
        data=data,
        width=picture.width,
        height=picture.height,
        quality=None,
        subsampling=subsampling_name(tuple(plane.sampling for plane in contents.image.planes)),
        progressive=_is_progressive(script),
        notes=notes,
        picture=picture,
    )


def _script_of_same_picture(
    picture: Picture, contents: _core.JpegContents, options: JpegOptions
) -> list[_core.Scan]:
    """Return the scans of least size, or those of the file itself where some are missing.

    Decoders smooth what the scans of an incomplete file leave open (libjpeg, do_block_smoothing), so that
    only the same scans show the same picture.
    """
    if contents.complete:
        return _core.search_scan_script(contents.image, _MODES[options.scans])[0]
    if options.scans == "sequential":
        raise UnsupportedImageError(
            f"{picture.name}: the last scans of this progressive JPEG are missing, and a sequential one "
            "would show another picture; leave out --scans sequential"
        )
    return [info.scan for info in contents.scans]


def _write(
    picture: Picture,
    image: _core.LevelImage,
    script: list[_core.Scan],
    options: JpegOptions,
    source: _core.JpegContents | None = None,
) -> bytes:
    """Return the file of an image in YCbCr or grey, or in the colours of the `source` whose levels it has."""
    metadata = picture.metadata if options.metadata == "keep" else picture.metadata.stripped()
    density = (0, 1, 1)
    if metadata.density is not None:
        density = (metadata.density.unit, metadata.density.x, metadata.density.y)
    jpeg = _core.write_jpeg(
        image,
        script=script,
        partial_script=source is not None and not source.complete,
        segments=[_core.MarkerSegment(s.marker, s.payload) for s in marker_segments(metadata)],
        density=density if source is None or source.writes_jfif else None,
        adobe_transform=None if source is None else source.written_adobe_transform,
    )
    return complete_jpeg(jpeg, metadata)


def _is_progressive(script: list[_core.Scan]) -> bool:
    return any(scan.se < 63 or scan.al > 0 for scan in script)


def _decode(data: bytes) -> NDArray[np.uint8]:
    return decode_jpeg(data, "result")


def _can_score(picture: Picture) -> bool:
    """Whether the picture is large enough for SSIMULACRA 2."""
    return min(picture.width, picture.height) >= _core.SSIMULACRA2_MIN_SIDE


def _typical_scale(amount: float, typical: float, slope: float) -> float:
    """The scale at which a photograph like most has this amount, where searches begin."""
    scale = _TYPICAL_SCALE * math.pow(amount / typical, 1 / slope)
    return min(max(scale, MIN_SCALE), MAX_SCALE)


def observer_of(options: JpegOptions) -> Observer:
    """Who looks, with the profile and the network that were asked for.

    Raises:
        UsageError: There is no such profile or network, or what runs networks is not installed.
        InputError: The profile is damaged.
    """
    if options.kl is not None:
        load_network(options.model or DEFAULT_MODEL)
    if not isinstance(options.observer, str):
        if options.effort == "loop" and not lookers(options.observer):
            raise UsageError(
                f"effort 'loop' needs a network that looks, and the observer {options.observer.name} has "
                "none; beholder.observers.load gives one"
            )
        return options.observer
    if not options.is_machine:
        return named_observer(options.observer)
    defaults = MachineChoice()
    return MachineChoice(
        profile=options.profile,
        weight=defaults.weight if options.machine_weight is None else options.machine_weight,
        adapt=options.adapt or ("network" if options.effort == "loop" else defaults.adapt),
        model=options.model,
    ).observer()


@dataclass(frozen=True)
class _File:
    data: bytes
    progressive: bool


@dataclass(frozen=True, eq=False)
class _Blocks:
    """What levels are searched for.

    Attributes:
        coefficients: Of the blocks.
        weights: Of the blocks, (rows, columns) by component, or none.
        share: Of the picture that the blocks are.
    """

    coefficients: _core.CoefficientImage
    weights: list[NDArray[np.float32]]
    share: float = 1.0


class _Encoder:
    """One picture's coefficients and weights, to be encoded at any scale."""

    def __init__(
        self,
        picture: Picture,
        options: JpegOptions,
        coefficients: _core.CoefficientImage,
        sampling: Sampling,
        source_steps: list[NDArray[np.uint16]] | None = None,
    ) -> None:
        self._picture = picture
        self._options = options
        self._sampling = sampling
        self._source_steps = source_steps
        self._observer = observer_of(options)
        orientation = picture.metadata.orientation
        blocks = PictureBlocks(coefficients, lambda: picture.pixels, options.threads, orientation)
        self._sensitivity: Sensitivity = self._observer.sensitivity(sampling, blocks)
        self._whole = _Blocks(coefficients, block_weights(self._sensitivity, blocks))

    @cached_property
    def _watched(self) -> Watched[_File] | None:
        """The networks of the closed loop, where one was asked for."""
        options = self._options
        if options.effort != "loop":
            return None
        looking = lookers(self._observer)
        if not looking:  # a machine by name with a predictor, or with nobody who adapts
            looking = [(1.0, load_network(options.model or DEFAULT_MODEL))]
        return Watched(
            looking,
            self._picture.pixels,
            self._sampling,
            lambda file: _decode(file.data),
            self._picture.metadata.orientation,
        )

    def encode(self) -> EncodeResult:
        options = self._options
        if options.quality is not None:
            trial = self._trial(scale_of_quality(self._observer.name, options.quality), lambda file: 0.0)
        elif options.bpp is not None:
            limit = options.bpp * self._picture.width * self._picture.height / 8
            trial = self._meet_size(limit, f"{options.bpp:g} bpp")
        elif options.size_bytes is not None:
            trial = self._meet_size(options.size_bytes, f"{options.size_bytes} bytes")
        elif options.psnr is not None:
            trial = self._meet_psnr(options.psnr)
        elif options.kl is not None:
            trial = self._meet_divergence(options.kl)
        else:
            assert options.ssimulacra2 is not None, "one way to say how good is always there"
            trial = self._meet_ssimulacra2(options.ssimulacra2)
        return EncodeResult(
            data=trial.file.data,
            width=self._picture.width,
            height=self._picture.height,
            quality=options.quality or quality_of_scale(self._observer.name, trial.scale),
            subsampling=subsampling_name(self._sampling),
            progressive=trial.file.progressive,
            notes=self._picture.notes,
            picture=self._picture,
        )

    @cached_property
    def _sample(self) -> _Blocks:
        """Some rows of MCUs, for estimates."""
        rows, columns = self._whole.coefficients.values(0).shape[:2]
        stride = next(stride for least, stride in _SAMPLED_ROWS if rows * columns >= least)
        if stride == 1:
            return self._whole
        coefficients = _core.sample_mcu_rows(self._whole.coefficients, stride)
        weights = [
            np.concatenate([weights[row : row + down] for row in range(0, len(weights), stride * down)])
            for weights, (_, down) in zip(self._whole.weights, self._sampling, strict=False)
        ]
        return _Blocks(coefficients, weights, coefficients.values(0).shape[0] / rows)

    def _search_levels(
        self, blocks: _Blocks, scale: float, mode: _core.ScanMode, *, rounds: int = 2
    ) -> tuple[_core.LevelImage, list[_core.Scan]]:
        sensitivity = self._sensitivity
        return _core.optimise_levels(
            blocks.coefficients,
            scale,
            weights=sensitivity.frequency,
            block_weights=blocks.weights,
            start_steps=sensitivity.start_steps,
            source_steps=self._source_steps or [],
            lambda_ratio=sensitivity.lambda_ratio,
            zeroing_surcharge=sensitivity.zeroing_surcharge,
            rounds=rounds,
            mode=mode,
            threads=self._options.threads,
        )

    def _file(self, scale: float) -> _File:
        if self._watched is None:
            return self._file_of(self._whole.coefficients, scale)
        return close_loop(
            self._whole.coefficients,
            encode=lambda coefficients: self._file_of(coefficients, scale),
            size=lambda file: len(file.data),
            watched=self._watched,
            steps=np.float32(scale) * self._sensitivity.start_steps,
        )

    def _file_of(self, coefficients: _core.CoefficientImage, scale: float) -> _File:
        blocks = replace(self._whole, coefficients=coefficients)
        image, script = self._search_levels(blocks, scale, _MODES[self._options.scans])
        return _File(_write(self._picture, image, script, self._options), _is_progressive(script))

    def _trial(self, scale: float, amount: Callable[[bytes], float]) -> Trial[_File]:
        file = self._file(scale)  # on its own, so that the levels are gone when pixels are decoded
        return Trial(scale, amount(file.data), file)

    def _meet_size(self, size_bytes: float, wanted: str) -> Trial[_File]:
        pixels = self._picture.width * self._picture.height
        # What stands behind the picture does not shrink with the scale.
        trailer = len(self._picture.metadata.trailer) if self._options.metadata == "keep" else 0
        gain = 1.0 if self._options.scans == "sequential" else _TYPICAL_GAIN

        def estimate(scale: float) -> float:
            image, script = self._search_levels(self._sample, scale, "sequential", rounds=1)
            return gain * _core.script_size_bytes(image, script) / self._sample.share

        room = size_bytes - trailer
        found = None
        if room > 0:
            found = search_scale(
                lambda scale: self._trial(scale, lambda data: len(data) - trailer),
                room,
                start=_typical_scale(room * 8 / pixels, _TYPICAL_BPP, _SLOPE_OF_SIZE),
                slope=_SLOPE_OF_SIZE,
                tolerance=0.01,
                estimate=estimate,
            )
        if found is not None:
            return found
        least = len(self._trial(MAX_SCALE, len).file.data)
        behind = f", {trailer} of them behind the picture (a video or further pictures)" if trailer else ""
        raise TargetError(
            f"{self._picture.name}: no setting gives {wanted}: the smallest file has {least} bytes "
            f"({8 * least / pixels:.3f} bpp){behind}; ask for more, scale the picture down or strip "
            "its metadata"
        )

    def _meet_psnr(self, target: float) -> Trial[_File]:
        pixels = self._picture.pixels

        def squared_error(psnr: float) -> float:
            return 255.0**2 * math.pow(10.0, -psnr / 10.0)

        flat = mse().sensitivity(self._sampling).frequency
        unquantised = _ROUNDING
        if self._source_steps is None and len(self._sampling) > 1:
            unquantised += _core.chroma_sampling_error(
                pixels, subsampling_name(self._sampling), threads=self._options.threads
            )

        def estimate(scale: float) -> float:
            sample = self._sample
            image, _ = self._search_levels(sample, scale, "sequential", rounds=1)
            error = _core.weighted_error(sample.coefficients, image, weights=flat)
            return error / (sample.share * self._picture.width * self._picture.height) + unquantised

        found = search_scale(
            lambda scale: self._trial(scale, lambda data: squared_error(psnr_db(pixels, _decode(data)))),
            squared_error(target),
            start=_typical_scale(squared_error(target), _TYPICAL_SQUARED_ERROR, _SLOPE_OF_ERROR),
            slope=_SLOPE_OF_ERROR,
            tolerance=0.01,
            estimate=estimate,
        )
        if found is None:
            best = psnr_db(pixels, _decode(self._trial(MIN_SCALE, len).file.data))
            raise TargetError(self._out_of_reach(f"a PSNR of {target:g} dB", f"{best:.2f} dB"))
        return found

    def _meet_divergence(self, limit: float) -> Trial[_File]:
        network = load_network(self._options.model or DEFAULT_MODEL)
        original = self._picture.pixels

        def divergence(data: bytes) -> float:
            return network.distance(original, _decode(data), self._picture.metadata.orientation)

        found = search_scale(
            lambda scale: self._trial(scale, divergence),
            limit,
            start=_TYPICAL_SCALE,
            slope=_SLOPE_OF_DIVERGENCE,
            tolerance=0.1,
        )
        if found is None:
            best = divergence(self._trial(MIN_SCALE, len).file.data)
            raise TargetError(
                self._out_of_reach(f"a divergence of {limit:g} of {network.name}", f"{best:.3g}")
            )
        return found

    def _meet_ssimulacra2(self, target: float) -> Trial[_File]:
        if not _can_score(self._picture):
            least = _core.SSIMULACRA2_MIN_SIDE
            raise TargetError(
                f"{self._picture.name}: SSIMULACRA 2 needs {least} x {least} pixels; ask for a quality or a "
                "PSNR"
            )
        reference = Ssimulacra2Reference(self._picture.pixels)

        def missing(data: bytes) -> float:
            return 100.0 - reference.score(_decode(data))

        found = search_scale(
            lambda scale: self._trial(scale, missing),
            100.0 - target,
            start=20.0,
            slope=0.8,
            tolerance=_SSIMULACRA2_TO_SPARE / (100.0 - target),
        )
        if found is None:
            best = 100.0 - missing(self._trial(MIN_SCALE, len).file.data)
            raise TargetError(self._out_of_reach(f"SSIMULACRA 2 of {target:g}", f"{best:.2f}"))
        return found

    def _out_of_reach(self, wanted: str, best: str) -> str:
        name = subsampling_name(self._sampling)
        return (
            f"{self._picture.name}: {wanted} is out of reach in {name}, where {best} is the best; ask for "
            + ("less, or for 4:4:4" if name.startswith("4:2") else "less")
        )

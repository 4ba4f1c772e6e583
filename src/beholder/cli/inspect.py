"""``beholder inspect``."""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from beholder.batch.records import Record
from beholder.cli.output import format_size, printable
from beholder.cli.reporting import check_inputs, read_input, report_each
from beholder.codecs.registry import codec_of_file
from beholder.errors import UsageError
from beholder.image.jpeg_pixels import ZIGZAG
from beholder.jpeg.inspect import JpegReport, QuantTable
from beholder.jpeg.options import JpegOptions
from beholder.learned.container import LARGEST_DIAL, QUALITIES
from beholder.learned.inspect import LearnedReport
from beholder.options import names_of

_MOST_TILES_SHOWN = 8
# What decoders see in the components (libjpeg, jdapimin.c).
_COLOR_SPACES = {
    "grey": "grey",
    "ycbcr": "YCbCr",
    "rgb": "RGB",
    "cmyk": "CMYK",
    "ycck": "YCCK",
    "unknown": "unknown",
}
# What a viewer does to show the picture upright (EXIF 4.6.2).
_ORIENTATIONS = {
    1: "upright",
    2: "mirrored left to right",
    3: "to be turned by 180 degrees",
    4: "mirrored top to bottom",
    5: "mirrored, to be turned by 90 degrees to the left",
    6: "to be turned by 90 degrees to the right",
    7: "mirrored, to be turned by 90 degrees to the right",
    8: "to be turned by 90 degrees to the left",
}


def run(arguments: argparse.Namespace) -> int:
    """Print a report on each file, or draw a heat map, and return the exit code.

    Raises:
        UsageError: Two inputs are to come from standard input, or the flags cannot be used together.
        OutputError: The heat map exists already.
    """
    if arguments.heatmap is not None:
        from beholder.cli import heatmap  # noqa: PLC0415 -- the encoder loads with it

        return heatmap.run(arguments)
    _refuse_flags_of_heatmaps(arguments)
    check_inputs(arguments.inputs)
    return report_each(arguments.inputs, _inspect, command="inspect", json=arguments.json, apart=True)


def _refuse_flags_of_heatmaps(arguments: argparse.Namespace) -> None:
    given = [name for name in (*names_of(JpegOptions), "overwrite") if name in vars(arguments)]
    if given:
        flag = given[0].replace("_", "-")
        raise UsageError(f"--{flag} is for a heat map; say where to write it: --heatmap FILE.png")


def _inspect(path: str) -> tuple[Record, str]:
    data, name = read_input(path)
    report: JpegReport | LearnedReport = codec_of_file(data, name).inspect(data, name=name)
    record = Record(
        command="inspect",
        input=path,
        status="inspected",
        input_bytes=report.size_bytes,
        width=report.width,
        height=report.height,
        rate_bpp=report.rate_bpp,
        report=report,
    )
    if isinstance(report, LearnedReport):
        return replace(record, quality=report.quality), _format_learned(report)
    return (
        replace(record, subsampling=report.subsampling, progressive=report.progressive),
        _format_jpeg(report),
    )


def _format_learned(report: LearnedReport) -> str:
    weights = f"{report.identity} ({report.weights})" if report.weights else f"{report.identity}, not shipped"
    tiles = ", ".join(format_size(size) for size in report.tile_bytes[:_MOST_TILES_SHOWN])
    more = f" and {len(report.tile_bytes) - _MOST_TILES_SHOWN} more" * (
        len(report.tile_bytes) > _MOST_TILES_SHOWN
    )
    lines = [
        f"{printable(report.name)}: {report.width}x{report.height}, {format_size(report.size_bytes)}, "
        f"{report.rate_bpp:.3f} bpp, learned codec, {'grey' if report.grey else 'colour'}",
        f"quality: {report.quality} of 0..{QUALITIES - 1}",
        f"observer: {report.observer} (dial {report.observer_dial} of 0..{LARGEST_DIAL})",
        f"weights: {weights}" + (f", adapter {report.adapter}" if report.adapter else ""),
        f"tiles: {tiles}{more}",
    ]
    metadata = (("icc", report.icc_bytes), ("exif", report.exif_bytes), ("xmp", report.xmp_bytes))
    lines += [f"metadata: {kind}, {size} bytes" for kind, size in metadata if size]
    return "\n".join(lines)


def _format_jpeg(report: JpegReport) -> str:
    kind = "progressive" if report.progressive else "sequential"
    lines = [
        f"{printable(report.name)}: {report.width}x{report.height}, {format_size(report.size_bytes)}, "
        f"{report.rate_bpp:.3f} bpp, {report.subsampling}, {kind}",
        f"colour space: {_color_space(report)}",
        f"orientation: {report.orientation} ({_ORIENTATIONS[report.orientation]})",
        f"quality: {_quality(report)}",
    ]
    if report.restart_interval:
        lines.append(f"restart interval: {report.restart_interval} MCUs")
    total_bits = sum(component.data_bits for component in report.components)
    for component in report.components:
        h, v = component.sampling
        share = component.data_bits / total_bits
        lines.append(
            f"component {component.id}: sampling {h}x{v}, quantisation table {component.quant_index}, "
            f"{format_size(component.data_bits // 8)} of data ({share:.1%})"
        )
    lines.append(f"Huffman tables: {report.huffman_tables}")
    for number, scan in enumerate(report.scans):
        ids = ",".join(str(report.components[index].id) for index in scan.components)
        band = f"{scan.ss}-{scan.se}, bits {scan.ah}/{scan.al}" if report.progressive else "all coefficients"
        lines.append(
            f"scan {number}: component {ids}, {band}: tables {scan.table_bytes} bytes, data {scan.data_bytes}"
        )
    lines += [f"metadata: {entry.kind}, {entry.size_bytes} bytes" for entry in report.metadata]
    lines += [f"behind EOI: {part.kind}, {part.size_bytes} bytes" for part in report.trailer]
    lines += [f"warning: {warning}" for warning in report.warnings]
    lines += [_format_table(table) for table in report.quant_tables]
    return "\n".join(lines)


def _color_space(report: JpegReport) -> str:
    return _COLOR_SPACES.get(report.color_space, report.color_space)


def _quality(report: JpegReport) -> str:
    if report.ijg_quality is None:
        return f"no libjpeg setting to compare {_color_space(report)} with"
    if report.ijg_quality.exact:
        return f"{report.ijg_quality.quality}, with libjpeg's own tables (Annex K)"
    return (
        f"nearest to libjpeg's {report.ijg_quality.quality}, but with other tables than libjpeg's (Annex K)"
    )


def _format_table(table: QuantTable) -> str:
    """The table in raster order, as people read it."""
    raster = np.empty(64, dtype=np.int64)
    raster[ZIGZAG] = table.steps
    rows = "\n".join(" ".join(f"{step:4d}" for step in row) for row in raster.reshape(8, 8))
    return f"quantisation table {table.index}:\n{rows}"

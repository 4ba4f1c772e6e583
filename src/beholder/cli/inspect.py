"""``beholder inspect``."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np

from beholder.batch.jobs import STANDARD_STREAM
from beholder.batch.records import Record, format_record
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable
from beholder.cli.sizes import format_size
from beholder.codecs.registry import codec_of_file
from beholder.errors import BeholderError, UsageError
from beholder.image.read import read_bytes
from beholder.jpeg.color_spaces import NAMES
from beholder.jpeg.ijg_quality import ZIGZAG
from beholder.jpeg.inspect import JpegReport, QuantTable
from beholder.jpeg.options import JpegOptions
from beholder.learned.container import QUALITIES
from beholder.learned.inspect import LearnedReport
from beholder.options import names_of

_MOST_TILES_SHOWN = 8
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
    """Prints a report a file, or draws a heat map, and returns the exit code.

    Raises:
        UsageError: Two inputs are to come from standard input, or the flags cannot be used together.
        OutputError: The heat map exists already.
    """
    if arguments.heatmap is not None:
        from beholder.cli import heatmap  # noqa: PLC0415 -- the encoder loads with it

        return heatmap.run(arguments)
    _refuse_flags_of_heatmaps(arguments)
    if arguments.inputs.count(STANDARD_STREAM) > 1:
        raise UsageError("standard input (-) is one file; give it once")
    code = ExitCode.DONE
    for number, path in enumerate(arguments.inputs):
        try:
            report = _inspect(path)
        except BeholderError as error:
            print_error(str(error))
            if arguments.json:
                failed = Record(command="inspect", input=path, status="failed", error=str(error))
                print_out(format_record(failed))
            code = ExitCode.SOME_FAILED
            continue
        if arguments.json:
            print_out(format_record(_record(path, report)))
        else:
            print_out(("\n" if number else "") + _format(report))
    return code


def _refuse_flags_of_heatmaps(arguments: argparse.Namespace) -> None:
    given = [name for name in (*names_of(JpegOptions), "overwrite") if name in vars(arguments)]
    if given:
        flag = given[0].replace("_", "-")
        raise UsageError(f"--{flag} is for a heat map; say where to write it: --heatmap FILE.png")


def _inspect(path: str) -> JpegReport | LearnedReport:
    if path == STANDARD_STREAM:
        data, name = read_bytes(sys.stdin.buffer, name="standard input")
    else:
        data, name = read_bytes(path)
    report: JpegReport | LearnedReport = codec_of_file(data, name).inspect(data, name=name)
    return report


def _record(path: str, report: JpegReport | LearnedReport) -> Record:
    of_codec: dict[str, Any] = (
        {"quality": report.quality}
        if isinstance(report, LearnedReport)
        else {"subsampling": report.subsampling, "progressive": report.progressive}
    )
    return Record(
        command="inspect",
        input=path,
        status="inspected",
        input_bytes=report.size_bytes,
        width=report.width,
        height=report.height,
        rate_bpp=report.rate_bpp,
        report=report,
        **of_codec,
    )


def _format(report: JpegReport | LearnedReport) -> str:
    return _format_learned(report) if isinstance(report, LearnedReport) else _format_jpeg(report)


def _format_learned(report: LearnedReport) -> str:
    weights = f"{report.identity} ({report.weights})" if report.weights else f"{report.identity}, not shipped"
    tiles = ", ".join(format_size(size) for size in report.tile_bytes[:_MOST_TILES_SHOWN])
    more = f" and {len(report.tile_bytes) - _MOST_TILES_SHOWN} more" * (
        len(report.tile_bytes) > _MOST_TILES_SHOWN
    )
    lines = [
        f"{printable(report.name)}: {report.width}x{report.height}, {format_size(report.size_bytes)}, "
        f"{report.rate_bpp:.3f} bpp, learned codec, {'grey' if report.grey else 'colour'}",
        f"quality: {report.quality} of 0..{QUALITIES - 1}, observer dial {report.observer_dial}",
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
        f"colour space: {NAMES[report.color_space]}",
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


def _quality(report: JpegReport) -> str:
    if report.ijg_quality is None:
        return f"no libjpeg setting to compare {NAMES[report.color_space]} with"
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

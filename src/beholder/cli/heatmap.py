"""``beholder inspect --heatmap``."""

from __future__ import annotations

import argparse
import io
import os
from pathlib import Path

from beholder.batch.plan import STANDARD_STREAM
from beholder.batch.records import HeatmapRecord, Record, format_record
from beholder.cli.exit_code import ExitCode
from beholder.cli.output import print_error, print_out, printable
from beholder.cli.reporting import read_input
from beholder.errors import BeholderError, UsageError
from beholder.image.read import read_picture
from beholder.jpeg.heatmap import block_map, draw_heatmap
from beholder.jpeg.options import JpegOptions
from beholder.option_flags import flags_given
from beholder.safe_write import check_writable, write_file


def run(arguments: argparse.Namespace) -> int:
    """Draw the heat map of one picture and return the exit code.

    Raises:
        UsageError: The flags cannot be used together, or there is no such observer.
        OutputError: The heat map exists already.
    """
    if len(arguments.inputs) != 1:
        raise UsageError(f"--heatmap is drawn of one picture, got {len(arguments.inputs)}")
    if "observer" not in vars(arguments):
        raise UsageError(
            "--heatmap shows what an observer is sensitive to: give --observer human, mse or machine"
        )
    source, target = arguments.inputs[0], arguments.heatmap
    if Path(target).suffix.lower() != ".png":
        raise UsageError(f"{target}: a heat map is a PNG file; give it a name that ends in .png")
    if source != STANDARD_STREAM and os.path.realpath(source) == os.path.realpath(target):
        raise UsageError(f"{target}: the heat map would replace the picture itself; name another file")
    overwrite = vars(arguments).get("overwrite", False)
    check_writable(target, overwrite=overwrite)
    options = JpegOptions(**flags_given(arguments, JpegOptions))
    try:
        record = _draw(source, target, options, overwrite=overwrite)
    except UsageError:
        raise
    except BeholderError as error:
        print_error(str(error))
        if arguments.json:
            failed = Record(command="inspect", input=source, output=target, status="failed", error=str(error))
            print_out(format_record(failed))
        return ExitCode.SOME_FAILED
    print_out(format_record(record) if arguments.json else _line(record))
    return ExitCode.DONE


def _draw(source: str, target: str, options: JpegOptions, *, overwrite: bool) -> Record:
    data, name = read_input(source)
    picture = read_picture(data, background=options.background_color, name=name)
    blocks = block_map(picture, options)
    file = io.BytesIO()
    draw_heatmap(picture, blocks).save(file, "PNG", optimize=True)
    write_file(target, file.getvalue(), overwrite=overwrite)
    return Record(
        command="inspect",
        input=source,
        output=target,
        status="drawn",
        notes=picture.notes,
        output_bytes=len(file.getvalue()),
        width=picture.width,
        height=picture.height,
        heatmap=HeatmapRecord(
            observer=blocks.observer,
            block_size=blocks.block_size,
            min_weight=float(blocks.weights.min()),
            max_weight=float(blocks.weights.max()),
        ),
    )


def _line(record: Record) -> str:
    drawn = record.heatmap
    assert drawn is not None, "the record of a heat map"
    found = (
        "weighs all blocks alike"
        if drawn.min_weight == drawn.max_weight
        else f"weighs blocks {drawn.min_weight:.2g} to {drawn.max_weight:.2g} times the mean"
    )
    return printable(f"{record.input} -> {record.output}: {drawn.observer} {found}")

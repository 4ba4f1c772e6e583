"""The flags of the commands that work on pictures: encode, decode, inspect, compare."""

from __future__ import annotations

import argparse

from beholder.cli.command_parser import Commands, add_command
from beholder.codec_options import DecodeOptions, EncodeOptions
from beholder.codecs.registry import CODECS, all_codecs
from beholder.jpeg.options import JpegOptions
from beholder.option_flags import add_flags, flag_type, seconds, whole_number
from beholder.options import read_size

_ENCODE_EXAMPLES = """\
examples:
  beholder encode photo.png                         photo.jpg beside it
  beholder encode old.jpg -o new.jpg --lossless     every pixel of the JPEG is kept
  beholder encode old.jpg -o new.jpg -q 75          smaller, with loss
  beholder encode photos/ -r --in-place --lossless  the JPEG files below photos/ are replaced
  beholder encode photos/ -r -o out/ -q 60 -j 8     a tree, mirrored below out/
  beholder encode photos/ -r -o out/ --skip-existing    goes on where a run was stopped
  beholder encode a.png --bytes 60k
  beholder encode - -o - < a.png > a.jpg
  beholder encode a.png --codec learned -q 40       a.bhd beside it (needs beholder[learned])

A JPEG file is encoded again with loss, at quality 75 unless another is given, from its own coefficients; with
--lossless every pixel is kept. -o names a file for one input, and a folder (which need not exist, but then
ends in /) for several inputs or -r.
Exit code: 0 all done, 1 some failed, 2 wrong usage, 3 nothing matched, 130 interrupted, 143 terminated.
"""

_DECODE_EXAMPLES = """\
examples:
  beholder decode photo.bhd                   photo.png beside it
  beholder decode photos/ -r -o out/ -j 2     a tree, mirrored below out/
  beholder decode photo.bhd -o - | display -
"""

_INSPECT_EXAMPLES = """\
examples:
  beholder inspect photo.jpg                                        tables, scans, where the bytes are
  beholder inspect photo.png --observer human --heatmap heat.png    where people see errors
  beholder inspect photo.png --observer machine --machine-weight 1 --adapt network --heatmap heat.png
                                                                    where a network looks
"""


def add_encode(commands: Commands) -> None:
    """Add ``beholder encode``."""
    encode = add_command(
        commands,
        "encode",
        told="write small JPEG files, or smaller ones of the learned codec",
        description="Write pictures of any format that can be read as small JPEG files, or with --codec "
        "learned as smaller .bhd files, which beholder decode reads.",
        epilog=_ENCODE_EXAMPLES,
    )
    _add_batch(encode)
    codec_help = "jpeg (default), which every program reads, or learned"
    encode.add_argument("--codec", choices=tuple(CODECS), default="jpeg", help=codec_help)
    in_place_help = "let a JPEG's result replace the JPEG itself; needs --lossless, or -q or another target"
    encode.add_argument("--in-place", action="store_true", help=in_place_help)
    loss_help = "with --in-place, replace also a JPEG that holds data which cannot be kept, as a note says"
    encode.add_argument("--allow-loss", action="store_true", help=loss_help)
    encode.add_argument(
        "--config", metavar="FILE", help="TOML file with options of the encoder; flags override it"
    )
    encode.add_argument("--write-config", metavar="FILE", help="write the resolved options as TOML")
    add_flags(encode, {codec.name: codec.Options for codec in all_codecs()})


def add_time_limit(command: argparse.ArgumentParser, what: str) -> None:
    """Add the flag of the limit of a `beholder.batch.worker_pool.WorkerPool`, which stops `what`."""
    limit_help = f"stop {what} (default: no limit)"
    command.add_argument(
        "--time-limit", type=seconds, dest="time_limit_s", metavar="SECONDS", help=limit_help
    )


def _add_batch(command: argparse.ArgumentParser) -> None:
    """What commands share that make a file of each of many."""
    add = command.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="file, folder (with -r), or - for standard input")
    add("-o", "--output", metavar="PATH", help="file, folder, or - for standard output")
    recursive_help = "take all files below folders (links to folders are not followed)"
    add("-r", "--recursive", action="store_true", help=recursive_help)
    add("-j", "--jobs", type=whole_number(1, 256), default=1, metavar="N", help="files at once (default 1)")
    add_time_limit(command, "a file that takes longer, which counts as failed")
    existing = command.add_mutually_exclusive_group()
    existing.add_argument("--overwrite", action="store_true", help="replace result files that exist")
    skip_help = "leave out inputs whose result exists, as after a batch that was stopped"
    existing.add_argument("--skip-existing", action="store_true", help=skip_help)
    newer_help = "convert only inputs that are newer than their result, which is replaced, or have none"
    existing.add_argument("--newer", action="store_true", help=newer_help)
    preserve_help = "give results the access and modification times of their inputs"
    add("-p", "--preserve", action="store_true", help=preserve_help)
    add("--dry-run", action="store_true", help="say what would be written, read and write nothing")
    add("--max-pixels", type=flag_type(read_size), metavar="N", help="largest picture to read (default 178M)")
    told = command.add_mutually_exclusive_group()
    told.add_argument("--quiet", action="store_true", help="print errors only")
    told.add_argument("-v", "--verbose", action="store_true", help="print one line a file")
    told.add_argument("--json", action="store_true", help="print one JSON record a file")


def add_decode(commands: Commands) -> None:
    """Add ``beholder decode``."""
    decode = add_command(
        commands,
        "decode",
        told="write pictures from files of the learned codec",
        description="Write the pictures of .bhd files, the learned codec's, as PNG, TIFF, PPM or BMP.",
        epilog=_DECODE_EXAMPLES,
    )
    _add_batch(decode)
    add_flags(decode, DecodeOptions)


def add_inspect(commands: Commands) -> None:
    """Add ``beholder inspect``."""
    inspect = add_command(
        commands,
        "inspect",
        told="show how JPEG and .bhd files are made, and what an observer is sensitive to",
        description="Show how JPEG files and .bhd files, the learned codec's, are made, or draw what an "
        "observer is sensitive to in a picture.",
        epilog=_INSPECT_EXAMPLES,
    )
    inputs_help = "JPEG or .bhd file, or - for standard input; for a heat map one picture of any format"
    inspect.add_argument("inputs", nargs="+", metavar="FILE", help=inputs_help)
    inspect.add_argument("--json", action="store_true", help="print one JSON record a file")
    group = inspect.add_argument_group("heat map")
    group.add_argument("--heatmap", metavar="PNG", help="draw the observer's weights over the picture")
    overwrite_help = "replace a heat map that exists"
    group.add_argument("--overwrite", action="store_true", default=argparse.SUPPRESS, help=overwrite_help)
    add_flags(group, JpegOptions, only=("observer", "machine_weight", "adapt", "model", "background"))


def add_compare(commands: Commands) -> None:
    """Add ``beholder compare``."""
    compare = add_command(
        commands,
        "compare",
        told="score a compressed picture against its original",
        description="Print the rate of a compressed picture, and its PSNR, MS-SSIM and SSIMULACRA2.",
    )
    compare.add_argument("original", help="file, or - for standard input")
    compare.add_argument("compressed", nargs="+", help="files to score, of any format")
    add_flags(compare, EncodeOptions, only=("background",))
    add_flags(compare, DecodeOptions, only=("weights", "device"))
    compare.add_argument("--json", action="store_true", help="print one JSON record a compressed file")

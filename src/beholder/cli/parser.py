"""The flags of every command."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeAlias, get_args

import beholder
from beholder.cli.sizes import parse_size
from beholder.jpeg.options import DEFAULT_QUALITY, Adapt, Effort, Scans, Subsampling
from beholder.learned import options as learned
from beholder.learned.container import QUALITIES
from beholder.option_values import MetadataPolicy
from beholder.training.flags import add_flags

_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_ENCODE_EXAMPLES = """\
examples:
  beholder encode photo.png                       photo.jpg beside it
  beholder encode photos/ -r -o out/ -q 60 -j 8   a tree, mirrored below out/
  beholder encode old.jpg -o small.jpg            re-optimised from its own coefficients
  beholder encode a.png --bytes 60k
  beholder encode - -o - < a.png > a.jpg
  beholder encode a.png --codec learned -q 40     a.bhd beside it (needs beholder[learned])

-o names a file for one input, and a folder (which need not exist, but then ends in /) for several inputs or
-r. Exit code: 0 all done, 1 some failed, 2 wrong usage, 3 nothing matched, 130 interrupted,
143 terminated.
"""

_DECODE_EXAMPLES = """\
examples:
  beholder decode photo.bhd                   photo.png beside it
  beholder decode photos/ -r -o out/ -j 2     a tree, mirrored below out/
  beholder decode photo.bhd -o - | display -
"""

_WEIGHTS_HELP = "weights that ship with the package, by name, or a file (default: those the file names)"
_DEVICE_HELP = "such as cpu or cuda:1 (default: a GPU when there is one)"

_INSPECT_EXAMPLES = """\
examples:
  beholder inspect photo.jpg                                        tables, scans, where the bytes are
  beholder inspect photo.png --observer human --heatmap heat.png    where people see errors
  beholder inspect photo.png --observer machine --machine-weight 1 --adapt network --heatmap heat.png
                                                                    where a network looks
"""

_CALIBRATE_EXAMPLES = """\
examples:
  beholder calibrate --model torchvision:resnet50 --images photos/ -o resnet50.json
  beholder calibrate --model ./detector.pt --task detection --input 416 --preprocess yolox.toml \\
      --images photos/ -o detector.json

After an interruption the same command goes on from FILE.partial, which lies beside the profile until that is
done.
"""


_TRAIN_EXAMPLES = """\
examples:
  beholder train --example > codec.toml           every key, with what it means
  beholder train codec.toml
  beholder train codec.toml --steps 2000 --output runs/short
  beholder train codec.toml --from photograph     from the weights that ship
  beholder train codec.toml --data photo=photos screen=screens --shares screen=0.3
  beholder train --output runs/short --export my.safetensors
  torchrun --nproc-per-node 4 -m beholder.training codec.toml

The run in the output folder, if there is one, goes on from its last checkpoint.
"""

_EVALUATE_EXAMPLES = """\
examples:
  beholder evaluate --list                  codecs and scores, and how to get those that are not here
  beholder evaluate --images kodak/ --codecs jpeg,webp,avif,beholder:human -o runs/kodak
  beholder evaluate --images imagenet/ --labels labels.csv --codecs jpeg,beholder:machine \\
      --scores psnr,top1 --anchor jpeg -o runs/imagenet
  beholder evaluate --images coco/val2017 --annotations instances_val2017.json --codecs jpeg,webp \\
      --scores map-box:detector.toml -o runs/coco
  beholder evaluate --preset s1 --images imagenet/ --labels labels.csv -o runs/s1

Writes rows.csv (one row for each picture, codec and quality), means.csv, deltas.csv, table.md and run.json
into the output folder, and replaces those of an earlier run. After an interruption the same command goes on:
what was measured lies in the folder's cache/, and a later run with more codecs or scores uses it too.
"""

_REPORT_EXAMPLES = """\
examples:
  beholder report runs/kodak -o report.html
  beholder report runs/kodak runs/imagenet -o report.html --anchors all
  beholder report runs/kodak -o report.html --pictures 6 --rate 0.25 --figures figures/

The page is one file that opens without a network: curves, deltas, times, and pictures that each codec brings
to the same rate. For these the codecs encode again, and the originals must be where they were; what is not
there is said in the page. --figures also writes the charts as PNG (needs matplotlib), and means and deltas as
CSV.
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` in its result names the module to run."""
    parser = argparse.ArgumentParser(
        prog="beholder", description="Image compression for whoever looks at the picture.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"beholder {beholder.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_encode(commands)
    _add_decode(commands)
    _add_inspect(commands)
    _add_compare(commands)
    _add_calibrate(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_report(commands)
    return parser


def _command(
    commands: _Commands, name: str, *, told: str, description: str, epilog: str | None = None
) -> argparse.ArgumentParser:
    """A command, run by the module of its name.

    Args:
        commands: Of the program.
        name: On the command line.
        told: In the list of all commands.
        description: Above its flags.
        epilog: Below them, as it stands.
    """
    command = commands.add_parser(
        name,
        help=told,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(command=name)
    return command


def _add_encode(commands: _Commands) -> None:
    encode = _command(
        commands,
        "encode",
        told="write small JPEG files, or smaller ones of the learned codec",
        description="Writes pictures of any format that Pillow reads as small JPEG files, or with --codec "
        "learned as smaller .bhd files, which beholder decode reads.",
        epilog=_ENCODE_EXAMPLES,
    )
    _add_batch(encode)
    codec_help = "jpeg (default), which every program reads, or learned"
    encode.add_argument("--codec", choices=("jpeg", "learned"), default="jpeg", help=codec_help)
    encode.add_argument("--in-place", action="store_true", help="let a JPEG's result replace the JPEG itself")
    encode.add_argument(
        "--config", metavar="FILE", help="TOML file with options of the encoder; flags override it"
    )
    encode.add_argument("--write-config", metavar="FILE", help="write the resolved options as TOML")
    _add_options(encode)


def _add_batch(command: argparse.ArgumentParser) -> None:
    """What commands share that make a file of each of many."""
    add = command.add_argument
    add("inputs", nargs="+", metavar="INPUT", help="file, folder (with -r), or - for standard input")
    add("-o", "--output", metavar="PATH", help="file, folder, or - for standard output")
    recursive_help = "take all files below folders (links to folders are not followed)"
    add("-r", "--recursive", action="store_true", help=recursive_help)
    add("-j", "--jobs", type=_whole(1, 256), default=1, metavar="N", help="files at once (default 1)")
    add("--overwrite", action="store_true", help="replace result files that exist")
    add("--dry-run", action="store_true", help="say what would be written, read and write nothing")
    add("--max-pixels", type=_size, metavar="N", help="largest picture to read (default 178M)")
    told = command.add_mutually_exclusive_group()
    told.add_argument("--quiet", action="store_true", help="print errors only")
    told.add_argument("-v", "--verbose", action="store_true", help="print one line a file")
    told.add_argument("--json", action="store_true", help="print one JSON record a file")


def _add_options(encode: argparse.ArgumentParser) -> None:
    """The fields of JpegOptions; a flag that is not given sets nothing, so that a TOML file can."""
    group = encode.add_argument_group("encoder")
    rate = group.add_mutually_exclusive_group()

    def add(target: argparse._ActionsContainer, *flags: str, **settings: object) -> None:
        target.add_argument(*flags, default=argparse.SUPPRESS, **settings)  # type: ignore[arg-type]

    quality_help = (
        f"1..100, the look of libjpeg-turbo at that quality (default {DEFAULT_QUALITY:g}); of the learned "
        f"codec 0..{QUALITIES - 1}, about 0.1 to 1.5 bits a pixel (default {learned.DEFAULT_QUALITY})"
    )
    add(rate, "-q", "--quality", type=float, metavar="Q", help=quality_help)
    add(rate, "--bpp", type=float, metavar="X", help="at most X bits a pixel")
    add(
        rate,
        "--bytes",
        dest="size_bytes",
        type=_size,
        metavar="N",
        help="at most N bytes, such as 60k or 1.5M",
    )
    add(rate, "--psnr", type=float, metavar="DB", help="at least DB dB over RGB")
    add(rate, "--ssimulacra2", type=float, metavar="X", help="at least this SSIMULACRA2 score")
    add(
        rate,
        "--kl",
        type=float,
        metavar="NATS",
        help="let the model's answer move by at most NATS (needs torch)",
    )
    observer_help = (
        "whose errors are weighed: human (default), mse, machine, or machine:PROFILE, a file of calibrate's"
    )
    add(group, "--observer", metavar="NAME", help=observer_help)
    weight_help = "of the machine in its mixture with human, 0..1 (default 0.5)"
    add(group, "--machine-weight", type=float, metavar="M", help=weight_help)
    adapt_help = "who tells where in the picture a machine looks (default predictor; network needs torch)"
    add(group, "--adapt", choices=get_args(Adapt), help=adapt_help)
    model_help = (
        "the network that looks: a name, a TorchScript file, or a TOML file (default efficientnet_lite0)"
    )
    add(group, "--model", metavar="NAME", help=model_help)
    effort_help = "loop: encode several times and show each result to the network (needs torch)"
    add(group, "--effort", choices=get_args(Effort), help=effort_help)
    sampling_help = "of chroma (default 4:2:0; a JPEG keeps its own)"
    add(group, "--subsampling", choices=get_args(Subsampling), help=sampling_help)
    add(group, "--scans", choices=get_args(Scans), help="auto, the default, writes the smaller file")
    add(group, "--background", metavar="COLOUR", help="put #rrggbb, white or black behind transparent pixels")
    strip_help = "keep (default), or strip all but colour profile and orientation"
    add(group, "--metadata", choices=get_args(MetadataPolicy), help=strip_help)
    lossless_help = "of a JPEG, keep every level and optimise the coding alone"
    add(group, "--lossless", action="store_true", help=lossless_help)
    add(group, "--threads", type=int, metavar="N", help="threads a file (default 1)")
    group = encode.add_argument_group("learned codec", "The rates but --kl, --background, --metadata, and:")
    add(group, "--weights", metavar="NAME", help=_WEIGHTS_HELP)
    add(group, "--device", metavar="NAME", help=_DEVICE_HELP)


def _add_decode(commands: _Commands) -> None:
    decode = _command(
        commands,
        "decode",
        told="write pictures from files of the learned codec",
        description="Writes the pictures of .bhd files, the learned codec's, as PNG, TIFF, PPM or BMP.",
        epilog=_DECODE_EXAMPLES,
    )
    _add_batch(decode)
    decode.add_argument("--weights", metavar="NAME", help=_WEIGHTS_HELP)
    decode.add_argument("--device", metavar="NAME", help=_DEVICE_HELP)
    threads_help = "threads a file (default 1)"
    decode.add_argument("--threads", type=_whole(1, 1024), default=1, metavar="N", help=threads_help)


def _add_inspect(commands: _Commands) -> None:
    inspect = _command(
        commands,
        "inspect",
        told="show how JPEG and .bhd files are made, and what an observer is sensitive to",
        description="Shows how JPEG files and .bhd files, the learned codec's, are made, or draws what an "
        "observer is sensitive to in a picture.",
        epilog=_INSPECT_EXAMPLES,
    )
    inputs_help = "JPEG or .bhd file, or - for standard input; for a heat map one picture of any format"
    inspect.add_argument("inputs", nargs="+", metavar="FILE", help=inputs_help)
    inspect.add_argument("--json", action="store_true", help="print one JSON record a file")
    group = inspect.add_argument_group("heat map")
    group.add_argument("--heatmap", metavar="PNG", help="draw the observer's weights over the picture")

    def add(flag: str, **settings: object) -> None:
        group.add_argument(flag, default=argparse.SUPPRESS, **settings)  # type: ignore[arg-type]

    add("--overwrite", action="store_true", help="replace a heat map that exists")
    add("--observer", metavar="NAME", help="human, mse, machine, or machine:PROFILE, as for encode")
    add("--machine-weight", type=float, metavar="M", help="as for encode; 1 shows the machine alone")
    add("--adapt", choices=get_args(Adapt), help="as for encode (default predictor; network needs torch)")
    add("--model", metavar="NAME", help="the network that looks (default efficientnet_lite0)")
    add("--background", metavar="COLOUR", help="put #rrggbb, white or black behind transparent pixels")


def _add_compare(commands: _Commands) -> None:
    compare = _command(
        commands,
        "compare",
        told="score a compressed picture against its original",
        description="Prints the rate of a compressed picture, and its PSNR, MS-SSIM and SSIMULACRA2.",
    )
    compare.add_argument("original", help="file, or - for standard input")
    compare.add_argument("compressed", nargs="+", help="files to score, of any format")
    compare.add_argument(
        "--background", metavar="COLOUR", help="put #rrggbb, white or black behind transparent pixels"
    )
    compare.add_argument("--json", action="store_true", help="print one JSON record a compressed file")


def _add_calibrate(commands: _Commands) -> None:
    calibrate = _command(
        commands,
        "calibrate",
        told="find what a network is sensitive to",
        description="Writes a network's profile: what it is sensitive to in such pictures. Needs torch.",
        epilog=_CALIBRATE_EXAMPLES,
    )
    add = calibrate.add_argument
    models_help = (
        "efficientnet_lite0 (1, 2), torchvision:NAME, timm:NAME, or a TorchScript file, which is run"
    )
    add("--model", required=True, metavar="MODEL", help=models_help)
    add("--images", required=True, nargs="+", metavar="PATH", help="files, and folders with all below them")
    add("-o", "--output", required=True, metavar="FILE", help="the profile to write, as JSON")
    add("--weights", metavar="FILE", help="weights of a named network: safetensors, or a state_dict of torch")
    task_help = "classification, detection, segmentation or embedding (needed for TorchScript)"
    add("--task", metavar="TASK", help=task_help)
    add("--input", type=_whole(1, 65535), metavar="N", help="side of the network's input")
    preprocess_help = "TOML file that says how pictures become inputs (needed for TorchScript)"
    add("--preprocess", metavar="FILE", help=preprocess_help)
    labels_help = "CSV file with columns file and class_index: use the labels' cross-entropy, as S1 does"
    add("--labels", metavar="FILE", help=labels_help)
    add("--name", metavar="NAME", help="what the profile calls the network")
    add("--limit", type=_whole(1, 10**9), metavar="N", help="use N of the pictures, evenly spread")
    add("--draws", type=_whole(1, 1000), default=4, metavar="N", help="projections a picture (default 4)")
    add(
        "--batch",
        type=_whole(1, 4096),
        metavar="N",
        help="pictures in one pass (default 16 on a GPU, else 1)",
    )
    add("-j", "--jobs", type=_whole(1, 256), default=1, metavar="N", help="passes at once (default 1)")
    add("--device", metavar="NAME", help="such as cpu or cuda:1 (default: a GPU when there is one)")
    add("--overwrite", action="store_true", help="replace a profile that exists")
    add("--quiet", action="store_true", help="print errors only")


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def _add_train(commands: _Commands) -> None:
    train = _command(
        commands,
        "train",
        told="train the learned codec",
        description="Trains the learned codec by a TOML file. Needs torch.",
        epilog=_TRAIN_EXAMPLES,
    )
    add_flags(train)


def _add_evaluate(commands: _Commands) -> None:
    evaluate = _command(
        commands,
        "evaluate",
        told="compare codecs on pictures of yours: curves and Bjontegaard deltas",
        description="Encodes pictures by codecs at many qualities, decodes and scores them, and prints the "
        "Bjontegaard deltas against an anchor. Rates are of whole files.",
        epilog=_EVALUATE_EXAMPLES,
    )
    add = evaluate.add_argument
    add("--list", action="store_true", help="say which codecs, scores and published curves there are")
    add("--images", nargs="+", default=[], metavar="PATH", help="files, and folders with all below them")
    preset_help = "run a paper's experiment again and print its numbers beside: s1, s2 or s3 of --list"
    add("--preset", metavar="NAME", help=preset_help)
    parts_help = "the preset's parts to run, names of --list (default: the usual ones)"
    add("--parts", type=_names, default=(), metavar="A,B", help=parts_help)
    networks_help = "networks to look in place of the preset's: NET, or PAPERS=NET such as alexnet=net.toml"
    add("--networks", type=_names, default=(), metavar="A,B", help=networks_help)
    codecs_help = "names of --list; with --preset in place of its own, which the word preset stands for"
    add("--codecs", type=_names, default=(), metavar="A,B", help=codecs_help)
    scores_help = "names of --list (default psnr,ms-ssim,ssimulacra2); with --preset, beside its own"
    add("--scores", type=_names, default=(), metavar="A,B", help=scores_help)
    add("--anchor", metavar="NAME", help="the codec that counts as 0 (default: the first, or the preset's)")
    add("-o", "--output", metavar="FOLDER", help="where the results go")
    labels_help = "CSV file with columns file and class_index, for top1 and top5"
    add("--labels", metavar="FILE", help=labels_help)
    annotations_help = (
        "objects as COCO's instances_*.json for map-box and map-mask; a folder of labels for miou"
    )
    add("--annotations", nargs="+", default=[], metavar="PATH", help=annotations_help)
    published_help = "published mean curves over Kodak to set beside: names of --list, or files"
    add("--published", type=_names, default=(), metavar="A,B", help=published_help)
    qualities_help = "use N of each codec's qualities, evenly spread (default all)"
    add("--qualities", type=_whole(1, 1000), metavar="N", help=qualities_help)
    add("--limit", type=_whole(1, 10**9), metavar="N", help="use N of the pictures, evenly spread")
    window_help = "take deltas where the anchor has LOW to HIGH bpp (default: all that both curves cover)"
    add("--window", type=float, nargs=2, metavar=("LOW", "HIGH"), help=window_help)
    add("--cache", metavar="FOLDER", help="where measurements are kept (default cache/ in the output folder)")
    jobs_help = "worker processes, of one thread each (default: one a processor)"
    add("-j", "--jobs", type=_whole(1, 256), metavar="N", help=jobs_help)
    add("--quiet", action="store_true", help="print errors only")


def _add_report(commands: _Commands) -> None:
    report = _command(
        commands,
        "report",
        told="make a page of runs: curves, deltas, times, pictures at matched rates",
        description="Makes one page of what beholder evaluate wrote, to look at in a browser.",
        epilog=_REPORT_EXAMPLES,
    )
    add = report.add_argument
    add("runs", nargs="+", metavar="RUN", help="folders that beholder evaluate wrote")
    add("-o", "--output", required=True, metavar="FILE", help="the page to write, .html")
    anchors_help = "take deltas against these too, to choose from in the page; all takes every codec"
    add("--anchors", type=_names, default=(), metavar="A,B", help=anchors_help)
    pictures_help = "show N pictures of each run, evenly spread (default %(default)s; 0 for none)"
    add("--pictures", type=_whole(0, 1000), default=3, metavar="N", help=pictures_help)
    rate_help = "the rate of the pictures that are shown (default 0.5, or what most codecs reach)"
    add("--rate", type=float, metavar="BPP", help=rate_help)
    side_help = "of larger pictures show the middle, N pixels a side (default %(default)s)"
    add("--side", type=_whole(64, 65535), default=768, metavar="N", help=side_help)
    heatmap_help = "whose heat maps to show: human, machine, machine:PROFILE, mse (default %(default)s)"
    add("--heatmap", type=_names, default="human,machine", metavar="A,B", help=heatmap_help)
    figures_help = "also write charts as PNG and tables as CSV into this folder"
    add("--figures", metavar="FOLDER", help=figures_help)
    add("--overwrite", action="store_true", help="replace files that exist")
    add("-j", "--jobs", type=_whole(1, 256), metavar="N", help="worker processes (default: one a processor)")
    add("--quiet", action="store_true", help="print errors only")


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name; write names between single commas")
    return names

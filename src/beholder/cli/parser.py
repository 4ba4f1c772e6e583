"""The flags of every command."""

from __future__ import annotations

import argparse

import beholder
from beholder.cli.command_parser import CommandParser, Commands, add_command
from beholder.cli.picture_flags import add_compare, add_decode, add_encode, add_inspect, add_time_limit
from beholder.option_flags import whole_number
from beholder.training.run import add_training_flags

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
    parser = CommandParser(
        prog="beholder",
        description="Image compression for a chosen viewer: people, neural networks, or both.",
    )
    parser.add_argument("--version", action="version", version=f"beholder {beholder.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_encode(commands)
    add_decode(commands)
    add_inspect(commands)
    add_compare(commands)
    _add_calibrate(commands)
    _add_train(commands)
    _add_evaluate(commands)
    _add_report(commands)
    return parser


def _add_calibrate(commands: Commands) -> None:
    calibrate = add_command(
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
    add("--input", type=whole_number(1, 65535), metavar="N", help="side of the network's input")
    preprocess_help = "TOML file that says how pictures become inputs (needed for TorchScript)"
    add("--preprocess", metavar="FILE", help=preprocess_help)
    labels_help = "CSV file (file, class_index): use the labels' cross-entropy, as in Ye, arXiv 2503.10912"
    add("--labels", metavar="FILE", help=labels_help)
    add("--name", metavar="NAME", help="what the profile calls the network")
    add("--limit", type=whole_number(1, 10**9), metavar="N", help="use N of the pictures, evenly spread")
    add(
        "--draws",
        type=whole_number(1, 1000),
        default=4,
        metavar="N",
        help="projections a picture (default 4)",
    )
    add(
        "--batch",
        type=whole_number(1, 4096),
        metavar="N",
        help="pictures in one pass (default 16 on a GPU, else 1)",
    )
    add("-j", "--jobs", type=whole_number(1, 256), default=1, metavar="N", help="passes at once (default 1)")
    add("--device", metavar="NAME", help="such as cpu or cuda:1 (default: a GPU when there is one)")
    add("--overwrite", action="store_true", help="replace a profile that exists")
    add("--quiet", action="store_true", help="print errors only")


def _add_train(commands: Commands) -> None:
    train = add_command(
        commands,
        "train",
        told="train the learned codec",
        description="Trains the learned codec by a TOML file. Needs torch.",
        epilog=_TRAIN_EXAMPLES,
    )
    add_training_flags(train)


def _add_evaluate(commands: Commands) -> None:
    evaluate = add_command(
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
    add("--qualities", type=whole_number(1, 1000), metavar="N", help=qualities_help)
    add("--limit", type=whole_number(1, 10**9), metavar="N", help="use N of the pictures, evenly spread")
    window_help = "take deltas where the anchor has LOW to HIGH bpp (default: all that both curves cover)"
    add("--window", type=float, nargs=2, metavar=("LOW", "HIGH"), help=window_help)
    add("--cache", metavar="FOLDER", help="where measurements are kept (default cache/ in the output folder)")
    jobs_help = "worker processes, of one thread each (default: one a processor)"
    add("-j", "--jobs", type=whole_number(1, 256), metavar="N", help=jobs_help)
    add_time_limit(evaluate, "a picture at one quality that takes longer, and say so in its row")
    add("--quiet", action="store_true", help="print errors only")


def _add_report(commands: Commands) -> None:
    report = add_command(
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
    add("--pictures", type=whole_number(0, 1000), default=3, metavar="N", help=pictures_help)
    rate_help = "the rate of the pictures that are shown (default 0.5, or what most codecs reach)"
    add("--rate", type=float, metavar="BPP", help=rate_help)
    side_help = "of larger pictures show the middle, N pixels a side (default %(default)s)"
    add("--side", type=whole_number(64, 65535), default=768, metavar="N", help=side_help)
    heatmap_help = "heat maps to show: human, machine, machine:PROFILE, mse (default %(default)s)"
    add("--heatmap", type=_names, default="human,machine", metavar="A,B", help=heatmap_help)
    figures_help = "also write charts as PNG and tables as CSV into this folder"
    add("--figures", metavar="FOLDER", help=figures_help)
    add("--overwrite", action="store_true", help="replace files that exist")
    add(
        "-j",
        "--jobs",
        type=whole_number(1, 256),
        metavar="N",
        help="worker processes (default: one a processor)",
    )
    add("--quiet", action="store_true", help="print errors only")


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name; write names between single commas")
    return names

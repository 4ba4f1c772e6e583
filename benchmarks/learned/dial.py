"""The observer dial of the learned codec: what it saves for networks, and what that costs people.

    python -m benchmarks.learned.dial --output benchmarks/results --network mobilenet=mobilenet_v2.tflite
    python -m benchmarks.learned.dial --weights dial.safetensors --every 6      # a quick look

On the validation pictures of `../shared/data/imagenet` (`--split`), all through `beholder.evaluation`; a
stopped run goes on. Networks look at decoded pictures; none was trained again. Written are

- bits saved at equal KL divergence of each network: alpha = 1 against alpha = 0, `--effort loop` with the
  teacher against alpha = 1, and networks trained for one alpha alone (`--fixed`) against the dial there;
- first answers of the strongest classifier that are lost at a rate, beside those of other codecs;
- PSNR, MS-SSIM and KL divergence at equal rates for every alpha, whether each is monotone, and a plot;
- MS-SSIM of alpha = 0 on Kodak against BPG as published.

Numbers are read off curves of means over the pictures, between points linear in the logarithm of the rate.
Intervals of 95 % are from resamplings of the pictures, the same ones for both codecs of a difference. Codecs
and networks that are not on this machine are left out, and the result says so.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image

from beholder.evaluation.absent import Absent, look_up
from beholder.evaluation.codecs.pillow import lossless
from beholder.evaluation.codecs.registry import find_codec
from beholder.evaluation.evaluated_codec import EvaluatedCodec, evaluated
from beholder.evaluation.network_files import missing_for
from beholder.evaluation.run_record import Run
from beholder.metrics import MS_SSIM_MIN_SIDE
from beholder.observers import DEFAULT_MODEL
from beholder.observers.grammar import Name
from beholder.training.evaluate import spread_qualities
from benchmarks.learned.dial_curves import Dial, against_published, means_of, monotone, saved, top1_lost
from benchmarks.learned.dial_plot import draw_dial
from benchmarks.learned.tables import learned_dial
from benchmarks.pictures import photographs
from benchmarks.provenance import ROOT
from benchmarks.run import measure, run_flags
from benchmarks.script import SHARED, finish

_ALPHAS = (0.0, 0.25, 0.5, 0.75, 1.0)
_PEERS = ("webp", "avif", "heic:444", "bpg", "beholder:machine")
_UNSEEN = ("efficientnet_lite1",)
_UNSEEN_FILES = {"squeezenet": ROOT / "benchmarks" / "networks" / "squeezenet.toml"}
_DIVERGENCES = (0.15, 0.25, 0.40)  # nats, as the tables of docs/machine.md
_TOP1_RATE_BPP = 0.25  # where the paper states its loss
_RATES_BPP = (0.25, 0.4, 0.6, 0.9)
_PUBLISHED = "bpg_444"
# Strongest first; what is installed decides.
_CLASSIFIERS = ("efficientnet_lite2", "efficientnet_lite1", "efficientnet_lite0")
_PEOPLE = ("psnr", "ms-ssim")


@dataclass(frozen=True)
class Networks:
    """Who looks, by what tables call them.

    Attributes:
        models: As `beholder.observers.load` takes them, by title; first the teacher, which the loop shows its
            files to.
        classifier: Whose first answers count.
    """

    models: Mapping[str, str]
    classifier: str

    @property
    def teacher(self) -> str:
        """The teacher's title."""
        return next(iter(self.models))

    @property
    def titles(self) -> dict[str, str]:
        """What results call the columns that name a file."""
        return {f"kl:{model}": f"kl:{title}" for title, model in self.models.items()}

    @property
    def scores(self) -> list[str]:
        """Names of the scores by networks."""
        return [*(f"kl:{model}" for model in self.models.values()), f"top1:{self.classifier}"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures, prints the tables and writes results and plot."""
    options = _parser().parse_args(arguments)
    networks = _networks(options)
    for alpha, file in options.fixed:
        if alpha not in options.alphas:
            sys.exit(
                f"--fixed {alpha:g}={file}: {alpha:g} is none of --alphas, so there is nothing to compare"
            )
    dial = Dial({alpha: _learned(options.weights, observer=alpha) for alpha in sorted(options.alphas)})
    loop = None if options.no_loop else _loop(options, dial)
    # Who is held against whom: the machine's end against the person's, the loop and others against the dial.
    pairs = [] if dial.machine is None else [(dial.machine, dial.names[0])]
    others = [] if loop is None else [(loop, dial.names[-1])]
    others += [(_learned(file, observer=alpha), dial.by_alpha[alpha]) for alpha, file in options.fixed]
    kodak = {} if options.no_kodak else {"kodak": _kodak(dial.names[0], options)}
    paths, small = _pictures(options.data, options.split, options.every)
    own = [*dial.names, *(name for name, _ in others)]
    codecs, absent = _codecs([*own, *options.peers], own, spread_qualities(options.qualities))
    measured = measure(
        paths,
        [*codecs, evaluated(lossless())],
        [*_PEOPLE, *networks.scores],
        options,
        allow_absent=True,
        labels=options.data / "labels.csv",
    )
    record: dict[str, Any] = {
        "pictures": len(paths),
        "split": options.split,
        "weights": options.weights,
        "too_small": small,
        "absent": [str(each) for each in (*absent, *measured.absent)],
        "networks": dict(networks.models),
        "teacher": networks.teacher,
        "settings": {name: codec.settings for name, codec in measured.codecs.items()},
        "dial": [[alpha, name] for alpha, name in dial.by_alpha.items()],
        **_readings(measured, dial, [*pairs, *others], networks, options),
        **kodak,
    }
    finish(options.output, "learned_dial", record, "The observer dial", learned_dial(record))
    if options.output is not None:
        draw_dial(record, options.output / "learned_dial.png")


def _readings(
    measured: Run,
    dial: Dial,
    pairs: Sequence[tuple[str, str]],
    networks: Networks,
    options: argparse.Namespace,
) -> dict[str, Any]:
    """All that is read off the curves."""
    titles, top1 = networks.titles, f"top1:{networks.classifier}"
    shown = (*_PEOPLE, f"kl:{options.teacher}")
    return {
        "means": means_of(measured, titles),
        "saved": [
            {
                "network": titles[column.name].removeprefix("kl:"),
                **saved(measured.rows, test, anchor, column, level),
            }
            for test, anchor in pairs
            for column in measured.columns
            if column.name in titles
            for level in _DIVERGENCES
        ],
        "top1": [
            {"classifier": networks.classifier, **each}
            for column in measured.columns
            if column.name == top1
            for each in top1_lost(measured.rows, dial.names[-1], lossless().name, column, options.top1_rate)
        ],
        "monotone": [
            {
                **monotone(measured.rows, dial, column, options.rates),
                "score": titles.get(column.name, column.name),
            }
            for column in measured.columns
            if column.name in shown
        ],
    }


def _kodak(codec: str, options: argparse.Namespace) -> dict[str, Any]:
    """MS-SSIM and PSNR of alpha = 0 on Kodak against BPG as published."""
    paths = photographs(options.kodak)
    codecs, _ = _codecs([codec], [codec], spread_qualities(options.qualities))
    run = measure(paths, codecs, _PEOPLE, options, published=[_PUBLISHED])  # which refuses other pictures
    return {"pictures": len(paths), **against_published(run, codec, _PUBLISHED)}


def _learned(weights: str | None, **options: float | str) -> str:
    """Return the name of the learned codec for a person (alpha 0) or further up the dial."""
    given = tuple(
        (key, f"{value:g}" if isinstance(value, float) else value) for key, value in options.items()
    )
    return str(Name("learned", weights, tuple(pair for pair in given if pair != ("observer", "0"))))


def _loop(options: argparse.Namespace, dial: Dial) -> str:
    """Return the name of the codec that shows each file to the teacher, at the dial's end for machines."""
    model = {} if options.teacher == DEFAULT_MODEL else {"model": options.teacher}
    return _learned(options.weights, observer=max(dial.by_alpha), effort="loop", **model)


def _codecs(
    names: Sequence[str], own: Sequence[str], qualities: Sequence[int]
) -> tuple[list[EvaluatedCodec], tuple[Absent, ...]]:
    """Return the codecs that are there, ours at these qualities, and those that are not.

    A loop has its own qualities below 0 too: at 0 the answer has hardly moved yet.
    """
    found, absent = look_up(names, find_codec)
    for each in absent:
        if each.name in own:
            sys.exit(str(each))
        print(f"left out: {each}", file=sys.stderr)
    exact = tuple(float(quality) for quality in qualities)
    spread = [
        replace(codec, qualities=(*(each for each in codec.qualities if each < 0), *exact))
        if codec.name in own
        else codec
        for codec in found
    ]
    return spread, tuple(absent)


def _networks(options: argparse.Namespace) -> Networks:
    given = dict(options.network)
    models = {Path(options.teacher).stem: options.teacher, **{name: name for name in _UNSEEN}}
    models |= {name: str(path) for name, path in _UNSEEN_FILES.items()} | given
    classifier = options.classifier or next(
        (name for name in _CLASSIFIERS if missing_for(name) is None), _CLASSIFIERS[-1]
    )
    return Networks(models, classifier)


def _pictures(folder: Path, split: str, every: int) -> tuple[list[Path], list[str]]:
    """Return pictures of a split, and the names of those on which MS-SSIM is not defined, left out."""
    table = folder / "labels.csv"
    if not table.is_file():
        sys.exit(f"{table}: no such file; give the folder of ImageNet's pictures with --data")
    with table.open(encoding="utf-8", newline="") as file:
        names = [row["file"] for row in csv.DictReader(file) if split in ("all", row["split"])]
    paths = [folder / "images" / name for name in sorted(names)][::every]
    large: list[Path] = []
    small: list[Path] = []
    for path in paths:
        with Image.open(path) as image:
            (large if min(image.size) >= MS_SSIM_MIN_SIDE else small).append(path)
    return large, [path.name for path in small]


def _parser() -> argparse.ArgumentParser:
    parser = run_flags(__doc__, "learned-dial", data="imagenet")
    add = parser.add_argument
    add("--weights", help="file of weights, or name of weights that ship (default: those)")
    add("--alphas", type=float, nargs="+", default=list(_ALPHAS), metavar="ALPHA", help="places on the dial")
    add("--qualities", type=int, default=8, help="of each of them (default 8)")
    add(
        "--peers",
        nargs="*",
        default=list(_PEERS),
        metavar="CODEC",
        help="as beholder evaluate --list names them",
    )
    add("--no-loop", action="store_true", help="leave --effort loop out, which takes seven times as long")
    add("--teacher", default=DEFAULT_MODEL, metavar="NETWORK", help=f"default {DEFAULT_MODEL}")
    add(
        *("--network", "--networks"),
        type=_named_file,
        nargs="+",
        default=[],
        metavar="NAME=FILE",
        help="further networks that training never saw",
    )
    add(
        "--classifier",
        metavar="NETWORK",
        help="whose first answers count (default: the largest EfficientNet-Lite)",
    )
    add(
        "--fixed",
        type=_fixed,
        nargs="+",
        default=[],
        metavar="ALPHA=FILE",
        help="weights trained for one alpha alone, one of --alphas",
    )
    add("--split", choices=("val", "train", "all"), default="val", help="of the pictures (default val)")
    add("--every", type=int, default=1, metavar="N", help="take each Nth picture")
    add(
        "--rates", type=float, nargs="+", default=list(_RATES_BPP), metavar="BPP", help="to compare alphas at"
    )
    add("--top1-rate", type=float, default=_TOP1_RATE_BPP, metavar="BPP", help="to count first answers at")
    add("--kodak", type=Path, default=SHARED / "data" / "kodak", help="folder of Kodak's photographs")
    add("--no-kodak", action="store_true", help="leave Kodak out")
    return parser


def _fixed(text: str) -> tuple[float, str]:
    alpha, file = _named_file(text, "ALPHA=FILE")
    try:
        found = float(alpha)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise argparse.ArgumentTypeError(f"{text!r}; ALPHA must be a number from 0 to 1")
    return found, file


def _named_file(text: str, form: str = "NAME=FILE") -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not (name and equals and Path(file).is_file()):
        raise argparse.ArgumentTypeError(f"{text!r}; it must be {form}, with a file that is there")
    return name, file


if __name__ == "__main__":
    main()

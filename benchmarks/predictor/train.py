"""Trains the compact predictor of block sensitivities: src/beholder/observers/predictor.safetensors.

    python -m benchmarks.predictor.targets --data ../shared --cache CACHE --photos DIR [DIR ...]
    python -m benchmarks.predictor.train --data ../shared --cache CACHE --photos DIR [DIR ...]

::

    targets of the networks (predictor_targets.py) -> log(share of the mean + floor), mean over networks -+
    coefficients -> features (predictor_features.py) -> network (predictor_network.py) -> squared difference

The loss is the variance of the difference within a picture: the weights are used with mean 1 a component.
The checkpoint in the cache holds everything that a stopped run needs to go on. Held-out photographs (every
8th of a folder) are never trained on, neither whole nor in parts. Needs torch.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import save_file

from beholder import _core
from benchmarks.predictor.features import MEANS, MEASURES, Features, features
from benchmarks.predictor.network import PredictorNetwork, export, tensors
from benchmarks.predictor.targets import Piece, add_data_options, pieces
from benchmarks.provenance import ROOT
from benchmarks.script import table

Array = npt.NDArray[np.float32]

TARGET_FLOOR = 0.02  # share of the mean: what the crop cuts away has no sensitivity at all
COMPONENT_WEIGHTS = (1.0, 0.3, 0.3)
COLUMNS = ("Y", "Cb", "Cr", "Y inside", "Cb inside", "Cr inside")
SAMPLINGS = ("4:2:0", "4:2:0", "4:4:4", "4:2:2")  # one drawn a piece
BATCH = 16
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.02
AVERAGING = 0.998  # of the weights, over steps
STATE = ("network", "average", "optimiser", "schedule")  # that a checkpoint holds
NOISE = 0.05  # added to a picture's measures as a whole: exposure and contrast


@dataclass(frozen=True, kw_only=True)
class Example:
    """A piece as the network sees it, with its target.

    Attributes:
        features: Inputs.
        target: (R, C, 3): mean over networks of log(share of the mean + floor).
        folder: Where the photograph is from.
    """

    features: Features
    target: Array
    folder: str

    def flipped(self) -> "Example":
        """The mirrored picture; blocks that the right edge cuts come to the left."""
        cells, blocks = self.features.cells[:, ::-1].copy(), self.features.blocks[:, ::-1].copy()
        inputs = replace(self.features, cells=cells, blocks=blocks)
        return replace(self, features=inputs, target=self.target[:, ::-1].copy())


def log_target(sensitivities: Array) -> Array:
    """(R, C, 3) for (networks, 3, R, C) block sensitivities."""
    shares = sensitivities / sensitivities.mean((2, 3), keepdims=True)
    return np.asarray(np.log(shares + TARGET_FLOOR).mean(0).transpose(1, 2, 0), np.float32)


def load_example(piece: Piece, cache: Path, index: int) -> Example:
    """Inputs and target of a piece whose target is in the cache."""
    target = log_target(np.load(cache / f"{piece.key}.npy"))
    sampling = "4:2:0" if piece.held_out else SAMPLINGS[index % len(SAMPLINGS)]
    inputs = features(_core.forward_transform(piece.pixels(), sampling))
    # Blocks stored only to complete the last MCUs have no target.
    rows, columns = target.shape[:2]
    inputs = replace(inputs, blocks=inputs.blocks[:rows, :columns].copy())
    return Example(features=inputs, target=target, folder=piece.folder)


def loss_of(network: PredictorNetwork, batch: Sequence[Example]) -> torch.Tensor:
    """Mean over the pictures of the variance of the difference, components weighted."""
    predicted = network([tensors(example.features) for example in batch])
    weights = torch.tensor(COMPONENT_WEIGHTS)
    losses = []
    for example, log_sensitivity in zip(batch, predicted, strict=True):
        difference = log_sensitivity - torch.from_numpy(example.target)
        losses.append((difference.var((0, 1), correction=0) * weights).sum())
        # A small pull towards the target's own level, since the offset is free otherwise.
        losses[-1] = losses[-1] + 0.01 * difference.mean((0, 1)).square().sum()
    return torch.stack(losses).mean()


def augment(example: Example, random: np.random.Generator) -> Example:
    """The example, mirrored half of the time, with another exposure and contrast."""
    chosen = example.flipped() if random.random() < 0.5 else example
    offset = random.normal(0, NOISE, MEASURES).astype(np.float32)
    offset[MEANS:] += random.normal(0, NOISE)
    cells = chosen.features.cells.copy()
    cells[..., :MEASURES] += offset
    inputs = replace(chosen.features, cells=cells, blocks=chosen.features.blocks + offset)
    return replace(chosen, features=inputs)


def batches(examples: Sequence[Example], random: np.random.Generator) -> list[list[Example]]:
    """Batches of pictures of about the same size, in random order."""
    sizes = np.array([example.features.cells.shape[:2] for example in examples])
    order = np.lexsort((sizes[:, 0] * random.uniform(0.9, 1.1, len(sizes)), sizes[:, 1] // 8))
    groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    return [[examples[i] for i in groups[g]] for g in random.permutation(len(groups))]


def central(rows: int, columns: int) -> npt.NDArray[np.bool_]:
    """(rows, columns): whether every one of the networks sees the whole block."""
    half = 0.85 * min(rows, columns) / 2
    v, u = np.ogrid[:rows, :columns]
    return np.asarray((abs(v + 0.5 - rows / 2) + 0.5 <= half) & (abs(u + 0.5 - columns / 2) + 0.5 <= half))


def correlations(network: PredictorNetwork, examples: Sequence[Example]) -> Array:
    """(pictures, 6): correlation of predicted and true log sensitivity over each picture's blocks.

    Y, Cb, Cr over all blocks, then over those that every network sees: that classifiers crop is easily
    learnt.
    """
    network.eval()
    rows = []
    with torch.no_grad():
        for example in examples:
            (predicted,) = network([tensors(example.features)])
            shape = example.target.shape[:2]
            rows.append(
                [
                    np.corrcoef(predicted[..., c].numpy()[where], example.target[..., c][where])[0, 1]
                    for where in (np.ones(shape, np.bool_), central(*shape))
                    for c in range(predicted.shape[-1])
                ]
            )
    network.train()
    return np.array(rows, np.float32)


def summary(measured: Array, folders: Sequence[str]) -> dict[str, dict[str, float]]:
    """Number of photographs and mean correlations, folder by folder and for all."""
    rows = {}
    for folder in [*sorted(set(folders)), "all"]:
        own = measured[[folder in {"all", one} for one in folders]]
        means = own.mean(0).astype(float).round(3).tolist()
        rows[folder] = {"photographs": len(own), **dict(zip(COLUMNS, means, strict=True))}
    return rows


def correlation_table(result: dict[str, Any]) -> str:
    """Return the correlations on held-out photographs in Markdown."""
    rows = [
        [folder, row["photographs"], *(f"{row[column]:.3f}" for column in COLUMNS)]
        for folder, row in result["held_out"].items()
    ]
    lines = [
        "Correlation of predicted and true log block sensitivity, mean over held-out photographs;",
        '"inside": the central square that every network sees, since that they crop is easily learnt.',
        f"Trained on {result['pieces']} pieces in {result['epochs']} epochs;",
        f"{result['parameters']} parameters, {result['file_bytes']} bytes (benchmarks/predictor/train.py).",
        "",
        *table(["folder", "photographs", *COLUMNS], rows),
    ]
    return "\n".join(lines) + "\n"


class Training:
    """Network, its running average, optimiser; saved and loaded as one."""

    def __init__(self, epochs: int, steps_an_epoch: int) -> None:
        torch.manual_seed(0)
        self.network = PredictorNetwork()
        self.average = PredictorNetwork()
        self.average.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, betas=(0.9, 0.98)
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, LEARNING_RATE, total_steps=epochs * steps_an_epoch, pct_start=0.1
        )
        self.epoch = 0

    def step(self, batch: Sequence[Example]) -> float:
        """One update; returns the loss."""
        loss = loss_of(self.network, batch)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.schedule.step()
        step = self.schedule.last_epoch
        keep = min(AVERAGING, step / (step + 10))
        with torch.no_grad():
            for mean, value in zip(self.average.parameters(), self.network.parameters(), strict=True):
                mean.lerp_(value, 1 - keep)
        return float(loss.detach())

    def save(self, path: Path) -> None:
        """Writes the checkpoint, at once or not at all."""
        state = {name: getattr(self, name).state_dict() for name in STATE}
        unfinished = path.with_suffix(".tmp")
        torch.save({"epoch": self.epoch, **state}, unfinished)
        unfinished.replace(path)

    def load(self, path: Path) -> None:
        """Goes on from a checkpoint."""
        state = torch.load(path, weights_only=True)
        for name in STATE:
            getattr(self, name).load_state_dict(state[name])
        self.epoch = state["epoch"]


def train(
    training: Training, examples: Sequence[Example], epochs: int, held_out: Sequence[Example], path: Path
) -> None:
    """Runs the epochs left; random numbers depend on the epoch alone, so resuming changes nothing."""
    start = time.monotonic()
    while training.epoch < epochs:
        random = np.random.default_rng(training.epoch)
        torch.manual_seed(training.epoch)
        losses = [
            training.step([augment(example, random) for example in batch])
            for batch in batches(examples, random)
        ]
        training.epoch += 1
        training.save(path)
        line = (
            f"epoch {training.epoch}/{epochs}: loss {np.mean(losses):.4f}, {time.monotonic() - start:.0f} s"
        )
        if training.epoch % 5 == 0:
            line += f", held-out correlation {correlations(training.average, held_out).mean(0).round(3)}"
        print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Trains, writes the weights and the held-out correlations."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_options(parser)
    parser.add_argument("--epochs", type=int, default=45)
    parser.add_argument("--checkpoint", type=Path, help="default: CACHE/checkpoint.pt")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("src/beholder/observers/predictor.safetensors")
    )
    parser.add_argument("--result", type=Path, default=ROOT / "benchmarks/results/predictor.json")
    options = parser.parse_args()
    torch.set_num_threads(1)
    known = [
        piece
        for piece in pieces(options.data, options.photos, options.rounds)
        if (options.cache / f"{piece.key}.npy").exists()
    ]
    examples = [load_example(piece, options.cache, i) for i, piece in enumerate(known) if not piece.held_out]
    held_out = [load_example(piece, options.cache, i) for i, piece in enumerate(known) if piece.held_out]
    print(f"{len(examples)} pieces, {len(held_out)} photographs held out", file=sys.stderr)
    training = Training(options.epochs, -(-len(examples) // BATCH))
    checkpoint = options.checkpoint or options.cache / "checkpoint.pt"
    if checkpoint.exists():
        training.load(checkpoint)
    train(training, examples, options.epochs, held_out, checkpoint)
    weights = {name: values.astype(np.float16) for name, values in export(training.average).items()}
    save_file(weights, options.output, metadata={"trained_by": "benchmarks/predictor/train.py"})
    measured = correlations(training.average, held_out)
    result = {
        "pieces": len(examples),
        "epochs": options.epochs,
        "parameters": sum(values.size for values in weights.values()),
        "file_bytes": options.output.stat().st_size,
        "held_out": summary(measured, [example.folder for example in held_out]),
    }
    options.result.write_text(json.dumps(result, indent=2) + "\n")
    options.result.with_suffix(".md").write_text(correlation_table(result))
    print(correlation_table(result))


if __name__ == "__main__":
    main()

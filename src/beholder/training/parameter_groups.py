"""Which parameters learn how fast."""

from __future__ import annotations

from typing import Any

from torch import nn

from beholder.learned.network import CompressionNetwork

# Learning rates over that of the blocks. AdamW's step is as large for every weight, whatever comes of it.
_LINEAR = 0.01  # starts as an orthonormal transform, to be left nearly as it is
_LAST = 0.1  # its noise goes straight into latents and pixels, where high qualities mind it
_ENTROPY = 2.0  # follows the transforms
_TABLES = 16.0  # logarithms, and sixteenths of a scale index: they have far to go


def parameter_groups(model: CompressionNetwork, weight_decay: float) -> list[dict[str, Any]]:
    """Returns the optimiser's groups: `params`, `weight_decay` (of convolutions alone) and `rate`.

    Args:
        model: To be trained.
        weight_decay: Of those groups that decay.
    """
    transforms = (model.analysis, model.synthesis)
    linear = {id(part.linear.weight) for part in transforms}
    last = {id(own) for part in transforms for own in part.leave.parameters()}
    blocks = {id(own) for part in transforms for own in part.parameters()}
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        decay = weight_decay if parameter.ndim == 4 else 0.0
        if id(parameter) in linear:
            key = _LINEAR, 0.0
        elif id(parameter) in last:
            key = _LAST, decay
        elif id(parameter) in blocks:
            key = 1.0, decay
        elif name.endswith(".anchors"):
            key = _TABLES, 0.0
        else:
            key = _ENTROPY, decay
        groups.setdefault(key, []).append(parameter)
    return [{"params": own, "weight_decay": decay, "rate": rate} for (rate, decay), own in groups.items()]

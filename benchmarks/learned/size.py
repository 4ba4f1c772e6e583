"""Counts the learned codec's parameters, and its multiplications for each pixel.

    python -m benchmarks.learned.size

Every convolution is counted at the size of what it makes, on a picture of 1024x1024; what stands between
convolutions is a few operations a value and is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from beholder.learned.architecture import Architecture
from beholder.learned.freeze import FrozenConvolution, freeze
from beholder.learned.network import CompressionNetwork
from beholder.learned.networks import build_network

_SIDE = 1024
_BUDGET_KMAC = 120
_BUDGET_PARAMETERS = 6_000_000


def main() -> None:
    """Prints a table, and fails if a budget is exceeded."""
    codec = build_network(Architecture())
    parameters = {name: _parameters(part) for name, part in codec.named_children()}
    kmac = kmac_a_pixel(codec)
    print(f"| {'part':16} | {'parameters':>10} | {'kMAC a pixel':>12} |\n|{'-' * 18}|{'-' * 12}|{'-' * 14}|")
    for name, count in parameters.items():
        print(f"| {name:16} | {count:10,} | {kmac.get(name, 0.0):12.2f} |")
    total_parameters, total_kmac = sum(parameters.values()), sum(kmac.values())
    print(f"| {'all':16} | {total_parameters:10,} | {total_kmac:12.2f} |")
    if total_parameters > _BUDGET_PARAMETERS or total_kmac > _BUDGET_KMAC:
        raise SystemExit(f"the budget is {_BUDGET_PARAMETERS:,} parameters and {_BUDGET_KMAC} kMAC a pixel")


def kmac_a_pixel(codec: CompressionNetwork) -> dict[str, float]:
    """Returns thousands of multiplications for each pixel, by part of the network."""
    counts: Counter[str] = Counter()
    frozen = freeze(codec)

    def count_convolution(part: str) -> Any:
        def hook(module: nn.Module, _: object, made: Tensor) -> None:
            weight = module.weight
            assert isinstance(weight, Tensor)
            counts[part] += weight.numel() * made.shape[-2] * made.shape[-1]

        return hook

    def counted_products(part: str, products: Callable[[Tensor, Tensor], Tensor]) -> Any:
        def count(values: Tensor, weight: Tensor) -> Tensor:
            counts[part] += values.numel() * weight.shape[-2]
            return products(values, weight)

        return count

    for part, child in frozen.named_children():
        for module in child.modules():
            # 1x1 convolutions of the entropy path are matrix products, some for a quarter of the channels.
            if isinstance(module, FrozenConvolution) and module.groups == 1:
                module.products = counted_products(part, module.products)  # type: ignore[method-assign]
            elif isinstance(module, nn.Conv2d | FrozenConvolution):
                module.register_forward_hook(count_convolution(part))
    with torch.no_grad():
        frozen(torch.zeros(1, 3, _SIDE, _SIDE), torch.tensor([32]))
    return {part: value / _SIDE**2 / 1000 for part, value in counts.items()}


def _parameters(part: nn.Module) -> int:
    return sum(parameter.numel() for parameter in part.parameters())


if __name__ == "__main__":
    main()

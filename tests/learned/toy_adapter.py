"""A kind of adapter as one would be added: this file, and a line in `beholder.learned.adapters`."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from beholder.learned import adapters
from beholder.learned.condition import Condition


class Adapter(adapters.Adapter):
    """Adds to every sample of a component."""

    kind = "toy"
    reach = 0

    def __init__(self, components: int = 3) -> None:
        super().__init__()
        self.sizes = {"components": components}
        self.added = nn.Parameter(torch.zeros(components))

    def forward(self, latents: Tensor, condition: Condition, synthesis: Callable[[Tensor], Tensor]) -> Tensor:
        return synthesis(latents) + self.added[:, None, None]

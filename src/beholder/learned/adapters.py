"""Adapters: small networks in files of their own that change what a decoder makes of the latents.

A picture's file names its adapter by identity, and an adapter's file the weights that it belongs to. A kind
of adapter is a module with a class `Adapter`, a subclass of the one here, and a line in `ADAPTERS`. There is
none yet.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

import torch
from torch import Tensor, nn

from beholder.errors import InputError
from beholder.learned.condition import Condition
from beholder.learned.tensor_files import read_tensors, told_if_damaged, write_tensors
from beholder.learned.weight_files import identity_of_weights

ADAPTERS: dict[str, str] = {}


class Adapter(nn.Module):
    """Stands between the latents and the picture, and so may change either.

    Attributes:
        kind: In `ADAPTERS`.
        sizes: The keyword arguments that make another of the same shape.
        reach: How many pixels around a place it looks at, beside what the synthesis does.
    """

    kind: str
    sizes: dict[str, int]
    reach: int

    def forward(self, latents: Tensor, condition: Condition, synthesis: Callable[[Tensor], Tensor]) -> Tensor:
        """Return the (B, 3, H, W) picture, as the synthesis gives it.

        Args:
            latents: (B, latents, H/16, W/16), without their gain.
            condition: Of the batch.
            synthesis: The network's.
        """
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class LoadedAdapter:
    """An adapter and what its file says.

    Attributes:
        adapter: For inference.
        weights: Identity of the weights that it belongs to.
        identity: Of its file.
    """

    adapter: Adapter
    weights: bytes
    identity: bytes

    def check_weights(self, weights: bytes) -> None:
        """Check that it belongs to the weights of an identity.

        Raises:
            InputError: Names both.
        """
        if weights != self.weights:
            raise InputError(
                f"belongs to weights {self.weights.hex()}, not to {weights.hex()}; "
                "give the file of the former, or another adapter"
            )


def write_adapter(adapter: Adapter, weights: bytes) -> bytes:
    """Return the file of an adapter, its convolutions in float16.

    Args:
        adapter: That was trained.
        weights: Identity of the weights that it belongs to.

    Raises:
        ValueError: A value does not fit.
    """
    state = adapter.state_dict()
    types = {name: torch.float16 if values.ndim == 4 else torch.float32 for name, values in state.items()}
    made = json.dumps({"kind": adapter.kind, **adapter.sizes})
    return write_tensors(state, types, {"kind": "adapter", "adapter": made, "weights": weights.hex()})


def read_adapter(data: bytes) -> LoadedAdapter:
    """Return the adapter of a file, on the CPU.

    Raises:
        InputError: The file is damaged, of something else, or of a kind that this Beholder does not have.
    """
    with told_if_damaged("adapter"):
        metadata, tensors = read_tensors(data, "adapter")
        sizes = json.loads(metadata["adapter"])
        kind = sizes.pop("kind")
        if kind not in ADAPTERS:
            raise InputError(f"no kind of adapter is called {kind!r} in this Beholder; get a later one")
        with torch.random.fork_rng(devices=[]):  # the start of its weights is of no interest
            adapter: Adapter = import_module(ADAPTERS[kind]).Adapter(**sizes)
        adapter.load_state_dict({name: values.float() for name, values in tensors.items()})
        weights = bytes.fromhex(metadata["weights"])
    adapter.eval().requires_grad_(False)
    return LoadedAdapter(adapter, weights, identity_of_weights(data))

"""Frozen networks that teach the codec what machines look at: maps of features, and answers, of crops."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from beholder.errors import UsageError
from beholder.observers import load
from beholder.observers.network.calling import called, check_finite
from beholder.observers.network.observer import NetworkObserver
from beholder.observers.network.tasks import Task

_PROBE = 128  # pixels a side of what is tried
_MAP_SIDES = (64, 32, 16, 8, 4)  # of its maps at 1/2 to 1/32


@dataclass(frozen=True)
class Seen:
    """What a network makes of crops.

    Attributes:
        maps: (N, channels, h, w) features of each depth, the finest first.
        answer: Of the network's task; None where it is of several crops at once.
        cells: Crops a side of each map; 1 where each crop has maps of its own.
        count: Of the crops.
    """

    maps: tuple[Tensor, ...]
    answer: Any
    cells: int
    count: int

    def by_crop(self, error: Tensor) -> Tensor:
        """Return (count,) means of a (N, h, w) map of errors over each crop."""
        if self.cells == 1:
            return error.mean(dim=(1, 2))
        return functional.adaptive_avg_pool2d(error[:, None], self.cells).flatten()[: self.count]


class Teacher(Protocol):
    """A network that looks at crops."""

    name: str
    task: Task[Any]

    def look(self, crops: Tensor, scale: float) -> Seen:
        """Return what it sees in (B, 3, S, S) crops, R, G, B in 0..255, which are scaled before.

        Args:
            crops: Of pictures.
            scale: By which crops are scaled, as far as the network's input lets us choose.
        """


def load_teacher(name: str, device: torch.device) -> Teacher:
    """Return the network of a name or file, as `beholder.observers` loads it, looking at crops of any size.

    A network in Python that takes inputs of any size sees each crop; its features are what its layers give at
    each resolution. Others see mosaics of crops on an input of their own size; their features are the maps
    among their outputs.

    Raises:
        UsageError: There is no such network, or it gives no maps of features.
    """
    network = load(name, device=device)
    if not isinstance(network.module, torch.jit.ScriptModule):
        try:
            return _EachCrop(network)
        except UsageError:
            pass  # an input of one size alone, as of vision transformers
    return _Mosaic(network)


class _EachCrop:
    """A network in Python, of which each module can be listened to."""

    def __init__(self, network: NetworkObserver) -> None:
        self.name, self.task = network.name, network.task
        self._network = network
        self._heard = threading.local()  # workers look at the same time
        self._layers = self._last_of_each_resolution()
        for layer in self._layers:
            layer.register_forward_hook(self._hear)

    def look(self, crops: Tensor, scale: float) -> Seen:
        side = max(32, round(crops.shape[-1] * scale))
        if side != crops.shape[-1]:
            crops = functional.interpolate(crops, (side, side), mode="bilinear", antialias=True)
        self._heard.maps = []
        answer = self._answer(crops)
        return Seen(tuple(self._heard.maps), answer, 1, len(crops))

    def _answer(self, crops: Tensor) -> Any:
        network = self._network
        inputs = network.preprocessing.normalized(crops)
        output = called(network.name, lambda: network.module(inputs), tuple(inputs.shape))
        answer = network.task.answer(output)
        check_finite(network.name, answer)
        return answer

    def _hear(self, _layer: nn.Module, _inputs: object, output: Tensor) -> None:
        self._heard.maps.append(output)

    def _last_of_each_resolution(self) -> list[nn.Module]:
        """Return the layers whose features count: of all at a half, a quarter, ... of the input the last."""
        heard: list[tuple[int, nn.Module]] = []
        calls: Counter[nn.Module] = Counter()

        def hear(layer: nn.Module, _inputs: object, output: object) -> None:
            calls[layer] += 1
            # Sizes between them are of padded maps, and a layer that is called again gives many maps.
            if isinstance(output, Tensor) and output.ndim == 4 and output.shape[-1] in _MAP_SIDES:
                heard.append((output.shape[-1], layer))

        hooks = [layer.register_forward_hook(hear) for layer in self._network.module.modules()]
        try:
            with torch.no_grad():
                self._answer(torch.full((1, 3, _PROBE, _PROBE), 127.0, device=self._network.device))
        finally:
            for hook in hooks:
                hook.remove()
        last = {side: layer for side, layer in heard if calls[layer] == 1}
        if not last:
            raise UsageError(f"{self.name}: none of its layers gives a map of features; take another teacher")
        return list(last.values())


class _Mosaic:
    """A network with an input of one size: crops lie side by side on it."""

    def __init__(self, network: NetworkObserver) -> None:
        self.name, self.task = network.name, network.task
        self._network = network
        canvas = network.preprocessing.canvas
        if canvas is None:
            raise UsageError(
                f"{self.name}: as a teacher it needs a `canvas` in its description, the size of its input"
            )
        self._canvas = canvas
        with torch.no_grad():
            self._maps(torch.full((1, 3, *canvas), 127.0, device=network.device))

    def look(self, crops: Tensor, scale: float) -> Seen:
        rows, columns = self._canvas
        wanted = round(min(rows, columns) / max(1.0, scale * crops.shape[-1]))
        cells = max(math.ceil(math.sqrt(len(crops))), wanted)
        height, width = rows // cells, columns // cells
        crops = functional.interpolate(crops, (height, width), mode="bilinear", antialias=True)
        fill = crops.new_tensor(self._network.preprocessing.fill)[:, None, None]
        empty = fill.expand(cells * cells - len(crops), 3, height, width)
        tiles = torch.cat([crops, empty]).reshape(cells, cells, 3, height, width)
        mosaic = tiles.permute(2, 0, 3, 1, 4).reshape(1, 3, cells * height, cells * width)
        pad = (0, columns - mosaic.shape[-1], 0, rows - mosaic.shape[-2])
        return Seen(self._maps(functional.pad(mosaic, pad)), None, cells, len(crops))

    def _maps(self, canvas: Tensor) -> tuple[Tensor, ...]:
        network = self._network
        inputs = network.preprocessing.normalized(canvas)
        output = called(network.name, lambda: network.module(inputs), tuple(inputs.shape))
        parts: Sequence[object] = output if isinstance(output, list | tuple) else [output]
        maps = tuple(part for part in parts if isinstance(part, Tensor) and part.ndim == 4)
        if not maps:
            raise UsageError(
                f"{self.name}: gives no maps of features among its outputs; take another teacher, or export "
                "it with its features"
            )
        return maps

"""Files of small networks."""

from pathlib import Path

import torch


def save(module: torch.nn.Module, path: Path, example: torch.Tensor) -> None:
    """As TorchScript."""
    torch.jit.trace(module.eval(), example).save(path)


def describe(path: Path, text: str) -> str:
    """A description of the TorchScript file of the same name; its path."""
    path.write_text(f'network = "{path.stem}.pt"\n{text}')
    return str(path)

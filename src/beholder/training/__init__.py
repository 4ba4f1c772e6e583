"""Training of the learned codec: configuration, data, losses, loop.

``beholder train codec.toml``, ``python -m beholder.training codec.toml`` and ``torchrun -m beholder.training
codec.toml`` are the same; the last two need no compiled core, so that a machine with a GPU can run them from
the source tree.
"""

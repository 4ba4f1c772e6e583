"""Training of the learned codec: configuration, data, losses, loop.

``beholder train codec.toml``, ``python -m beholder.training codec.toml`` and ``torchrun -m beholder.training
codec.toml`` are the same; the last starts several processes.
"""

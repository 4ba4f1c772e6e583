"""The learning rate of each step."""

from __future__ import annotations

import math

from beholder.training.config import TrainingConfig


def learning_rate(config: TrainingConfig, step: int) -> float:
    """Returns the rate of a step: a linear rise, a plateau, and half a cosine down to the last step."""
    if step < config.warmup:
        return config.learning_rate * (step + 1) / config.warmup
    decay = config.decay or max(1, config.steps - config.warmup)
    progress = min(1.0, max(0.0, 1 - (config.steps - step) / decay))
    fall = (1 + math.cos(math.pi * progress)) / 2
    return config.final_learning_rate + (config.learning_rate - config.final_learning_rate) * fall


def average_decay(config: TrainingConfig, step: int) -> float:
    """Returns the moving average's decay at a step: short at first, to forget the random start."""
    return min(config.average, (1 + step) / (10 + step))

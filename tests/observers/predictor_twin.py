"""The compact predictor in plain numpy: the slow twin of native/predictor/predictor*.cpp."""

from itertools import pairwise

import numpy as np

from benchmarks.predictor.features import features

LEVELS = 4


def depthwise(x, weight, bias):
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    rows, columns = x.shape[:2]
    taps = [weight[dy, dx] * padded[dy : dy + rows, dx : dx + columns] for dy in range(3) for dx in range(3)]
    return sum(taps) + bias


class Twin:
    """Weights by name, as in the file."""

    def __init__(self, tensors):
        self.tensors = {name: values.astype(np.float64) for name, values in tensors.items()}

    def dense(self, name, x):
        return x @ self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def residual(self, name, x):
        weight, bias = (self.tensors[f"{name}.depthwise.{part}"] for part in ("weight", "bias"))
        return x + self.dense(f"{name}.pointwise", np.maximum(depthwise(x, weight, bias), 0))

    def coarse(self, cells):
        x = np.maximum(self.dense("stem", cells), 0)
        skips = []
        for level in range(LEVELS):
            if level > 0:
                x = np.maximum(self.dense(f"down.{level - 1}", halve(x)), 0)
            block = 0
            while f"encoder.{level}.{block}.depthwise.weight" in self.tensors:
                x = self.residual(f"encoder.{level}.{block}", x)
                block += 1
            skips.append(x)
        x = x + np.maximum(self.dense("context", x.mean((0, 1))), 0)
        for level in reversed(range(LEVELS - 1)):
            raised = self.dense(f"up.{level}", x).repeat(2, 0).repeat(2, 1)
            skip = skips[level]
            x = self.residual(f"decoder.{level}", skip + raised[: skip.shape[0], : skip.shape[1]])
        return self.dense("coarse", x)

    def predict(self, coefficients):
        """One (rows, columns) array a component."""
        inputs = features(coefficients)
        rows, columns = inputs.blocks.shape[:2]
        coarse = interpolate(
            interpolate(self.coarse(inputs.cells), inputs.cell, rows), inputs.cell, columns, axis=1
        )
        hidden = np.maximum(self.dense("hidden", np.concatenate([coarse, inputs.blocks], -1)), 0)
        sensitivity = np.exp(self.dense("output", hidden))
        weights = []
        for c in range(coefficients.components):
            shape = coefficients.values(c).shape[:2]
            covered = mean_over(mean_over(sensitivity[..., min(c, 2)], shape[0], 0), shape[1], 1)
            weights.append(covered / covered.mean())
        return weights


def halve(x):
    """Means over 2x2 of what is there."""
    for axis in (0, 1):
        x = np.stack(
            [
                x.take(range(i, min(i + 2, x.shape[axis])), axis).mean(axis)
                for i in range(0, x.shape[axis], 2)
            ],
            axis,
        )
    return x


def interpolate(x, side, count, axis=0):
    """Linear between the centres of cells of `side` blocks, constant beyond the outermost."""
    place = np.clip((np.arange(count) + 0.5) / side - 0.5, 0, x.shape[axis] - 1)
    first = place.astype(int)
    second = np.minimum(first + 1, x.shape[axis] - 1)
    share = np.expand_dims(place - first, [1 - axis, 2])
    return x.take(first, axis) * (1 - share) + x.take(second, axis) * share


def mean_over(x, count, axis):
    """Means over the places that each of `count` covers."""
    edges = np.arange(count + 1) * x.shape[axis] // count
    parts = [x.take(range(a, max(b, a + 1)), axis).mean(axis) for a, b in pairwise(edges)]
    return np.stack(parts, axis)

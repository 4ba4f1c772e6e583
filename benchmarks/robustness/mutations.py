"""Damage that any file may suffer, and how damage of several kinds is drawn."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], bytearray]


@dataclass(frozen=True)
class FileKind:
    """Files of one format and what may happen to them.

    Attributes:
        suffix: Of their names, with the dot.
        seeds: Valid files.
        mutations: Drawn with equal chance; each is given the generator, a file and all seeds.
    """

    suffix: str
    seeds: Sequence[bytes]
    mutations: Sequence[Mutation]

    def mutate(self, rng: random.Random) -> bytes:
        """Return a seed with one to four mutations."""
        return self.mutated(rng, rng.choice(self.seeds))

    def mutated(self, rng: random.Random, seed: bytes) -> bytes:
        """Return this seed with one to four mutations."""
        data = bytearray(seed)
        for _ in range(rng.choice([1, 1, 2, 4])):
            data = rng.choice(self.mutations)(rng, data, self.seeds)
        return bytes(data)


def truncate(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Cuts the end off."""
    return data[: rng.randrange(len(data) + 1)]


def flip_bits(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Flips one to eight bits anywhere."""
    for _ in range(rng.randint(1, 8)):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def overwrite(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Overwrites a run of bytes with one value or noise."""
    if data:
        start = rng.randrange(len(data))
        length = min(rng.randint(1, 64), len(data) - start)
        value = rng.choice([0, 0xFF, None])
        data[start : start + length] = bytes(
            rng.randrange(256) if value is None else value for _ in range(length)
        )
    return data


def splice(rng: random.Random, data: bytearray, seeds: Sequence[bytes]) -> bytearray:
    """Joins the beginning of one file to the end of another."""
    other = rng.choice(seeds)
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other)) :]


ANY_FILE: tuple[Mutation, ...] = (truncate, flip_bits, overwrite, splice)

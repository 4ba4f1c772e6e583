"""Residuals to bytes and back: range asymmetric numeral systems over tables grouped by scale index.

A group of residuals that share a table is one call of `constriction`. The coder is a stack (last in, first
out), so the encoder pushes groups in the reverse of the order in which the decoder takes them.

A residual beyond its table is coded as the table's last symbol, and then as a number: five bits that say how
many follow, then those.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from beholder.errors import InputError, UsageError

LARGEST_RESIDUAL = (1 << 15) - 1

_LENGTH_VALUES = 32
_WORD_BYTES = 4


class ResidualCoder:
    """Codes integers by the frequency table of each."""

    def __init__(self, tables: Sequence[npt.NDArray[np.int64]]) -> None:
        """Build the coder's models.

        Args:
            tables: Of each scale index: frequencies of residuals -reach..reach and, last, of all others.
        """
        import constriction  # noqa: PLC0415  # training runs where it is not

        self._stream: Any = constriction.stream
        self._models = [
            self._stream.model.Categorical(table / table.sum(), perfect=False, lazy=False) for table in tables
        ]
        self._code_lengths = [np.log2(table.sum() / table) for table in tables]
        self._reaches = [(len(table) - 2) // 2 for table in tables]
        self._length_model = self._stream.model.Uniform(_LENGTH_VALUES)

    def encode(self, batches: Sequence[tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]]) -> bytes:
        """Return the bytes of batches of residuals, each (n,) with the (n,) scale index of each residual.

        Raises:
            UsageError: A residual is larger than 32767.
        """
        coder = self._stream.stack.AnsCoder()
        for residuals, indices in reversed(batches):
            largest = int(np.abs(residuals).max(initial=0))
            if largest > LARGEST_RESIDUAL:
                raise UsageError(f"a residual of {largest}; the largest that is coded is {LARGEST_RESIDUAL}")
            for index, places in reversed(_groups(indices)):
                self._push(coder, residuals[places], index)
        words: npt.NDArray[np.uint32] = coder.get_compressed()
        return words.astype("<u4").tobytes()

    def bits(self, batches: Sequence[tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]]) -> float:
        """Return the bits that batches take by the tables alone, without what a coder adds."""
        total = 0.0
        for residuals, indices in batches:
            for index, places in _groups(indices):
                reach, own = self._reaches[index], np.abs(residuals[places])
                symbols = np.where(own > reach, 2 * reach + 1, residuals[places] + reach)
                total += self._code_lengths[index][symbols].sum()
                lengths = np.log2(2 * (own[own > reach] - reach - 1) + 1).astype(int)
                total += (lengths + math.log2(_LENGTH_VALUES)).sum()
        return total

    def decoder(self, data: bytes) -> ResidualDecoder:
        """Return a decoder of what `encode` gave.

        Raises:
            InputError: The bytes are no whole words.
        """
        return ResidualDecoder(self, data)

    def _push(self, coder: Any, residuals: npt.NDArray[np.int32], index: int) -> None:
        reach = self._reaches[index]
        beyond = residuals[np.abs(residuals) > reach]
        for value in reversed(beyond.tolist()):
            excess = 2 * (abs(value) - reach - 1) + (value < 0)
            length = (excess + 1).bit_length() - 1
            if length:
                rest = np.array([excess + 1 - (1 << length)], np.int32)
                coder.encode_reverse(rest, self._stream.model.Uniform(1 << length))
            coder.encode_reverse(np.array([length], np.int32), self._length_model)
        symbols = np.where(np.abs(residuals) > reach, 2 * reach + 1, residuals + reach).astype(np.int32)
        coder.encode_reverse(symbols, self._models[index])


class ResidualDecoder:
    """Takes batches of residuals from bytes, in the order in which they were given to the encoder."""

    def __init__(self, coder: ResidualCoder, data: bytes) -> None:
        if len(data) % _WORD_BYTES:
            raise InputError(f"damaged: {len(data)} bytes of symbols; their number must be a multiple of 4")
        words = np.frombuffer(data, "<u4").astype(np.uint32)
        if words.size and words[-1] == 0:
            raise InputError("damaged: the symbols end in a word of 0, which no encoder writes")
        self._coder = coder
        self._stack: Any = coder._stream.stack.AnsCoder(words)

    def take(self, indices: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
        """Return (n,) residuals for (n,) scale indices.

        Raises:
            InputError: There is a number that no encoder writes.
        """
        residuals = np.empty(indices.shape, np.int32)
        for index, places in _groups(indices):
            reach = self._coder._reaches[index]
            symbols = np.asarray(self._stack.decode(self._coder._models[index], len(places)), np.int32)
            values = symbols - reach
            for place in np.flatnonzero(symbols == 2 * reach + 1):
                values[place] = self._number(reach)
            residuals[places] = values
        return residuals

    def is_at_end(self) -> bool:
        """Whether all that was encoded has been taken."""
        return bool(self._stack.is_empty())

    def _number(self, reach: int) -> int:
        length = int(self._stack.decode(self._coder._length_model, 1)[0])
        if length > LARGEST_RESIDUAL.bit_length() + 1:
            raise InputError(f"damaged: a residual of {length} bits; no encoder writes one")
        rest = int(self._stack.decode(self._coder._stream.model.Uniform(1 << length), 1)[0]) if length else 0
        excess = (1 << length) + rest - 1
        size = reach + 1 + excess // 2
        if size > LARGEST_RESIDUAL:
            raise InputError(f"damaged: a residual of {size}; the largest is {LARGEST_RESIDUAL}")
        return -size if excess % 2 else size


def _groups(indices: npt.NDArray[np.uint8]) -> list[tuple[int, npt.NDArray[np.intp]]]:
    """Return each scale index that occurs, from the smallest, with the places where it does, in order."""
    order = np.argsort(indices, kind="stable")
    found, starts = np.unique(indices[order], return_index=True)
    return list(zip(found.tolist(), np.split(order, starts[1:]), strict=True)) if indices.size else []

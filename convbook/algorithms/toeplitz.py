"""Toeplitz blocks: fold a signal into rows, and multiply them with the matrix of a short filter.

Convolution with a filter is the product with a Toeplitz matrix, which is zero but for a band. Cut it into blocks of
`b` columns: all blocks are alike, so the signal, folded into rows of `b` samples as it lies in memory, times one block
gives `b` outputs a row, and nothing is copied. A row of outputs sees its own row of samples and the next few: that
many blocks, and as many products, which are added up.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from numpy.lib.stride_tricks import as_strided

from convbook.algorithms import cost
from convbook.algorithms.algorithm import Algorithm
from convbook.algorithms.layer import Layer
from convbook.arguments import Array

_BUDGET = 1 << 20


@dataclass(frozen=True)
class Toeplitz(Algorithm):
    """Products of folded signals with Toeplitz blocks: one spatial axis, one filter for each channel, stride 1."""

    #: The outputs that one row of a product holds.
    fold: int = 16

    name: ClassVar[str] = "toeplitz"

    @classmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool) -> Self | str:
        """Choose the length of a row."""
        if len(layer.windows.size) != 1 or not layer.unit_steps or layer.channels_each != 1 or layer.filters_each != 1:
            return "it needs one spatial axis, one filter for each channel, stride 1 and dilation 1"
        if not cost.has_fast_product(layer.dtype):
            return f"there is no fast matrix product of {layer.dtype}"
        if not finite:
            return "it would multiply infinities and NaNs by the zeros beside the band"
        taps, outputs = layer.taps, layer.windows.output[0]
        width = cost.width(layer.dtype)

        def estimate(fold: int) -> float:
            blocks = row_blocks(taps, fold)
            # Small square blocks stay in registers: they suffer less than thin matrices of their size.
            products = cost.product(blocks * fold * outputs, max(2, outputs // fold), 4 * fold, 4 * fold, layer.dtype)
            return products + (blocks - 1) * outputs * 0.3 * width + fold * fold * blocks * 2

        nanoseconds, fold = min((estimate(fold), fold) for fold in (16, 32, 64))
        rows = min(outputs, max(fold, _BUDGET // layer.dtype.itemsize // 2))
        size = 2 * rows * layer.dtype.itemsize
        return cls(layer, 1, layer.groups, rows, (nanoseconds + 5_000) * layer.channels * layer.batch, size, fold)

    def outputs(self, rows: int) -> tuple[int, ...]:
        """Compute whole rows; and as the last ones see whole rows, see so many cells."""
        seen = (-(-rows // self.fold) + row_blocks(self.layer.taps, self.fold) - 1) * self.fold
        return (seen - self.layer.taps + 1,)

    def prepare(self, weight: Array) -> Array:
        """Cut the Toeplitz matrix of each filter into blocks, of shape ``(channels, blocks, b, b)``."""
        taps, fold = self.layer.taps, self.fold
        blocks = row_blocks(taps, fold)
        padded = np.zeros((len(weight), (blocks + 1) * fold), weight.dtype)
        padded[:, fold - 1 : fold - 1 + taps] = weight[:, 0]
        channel, item = padded.strides
        # Sample t of a row and the next ones meets output r with tap t - r.
        band = as_strided(
            padded[:, fold - 1 :], (len(weight), blocks * fold, fold), (channel, item, -item), writeable=False
        )
        return np.ascontiguousarray(band).reshape(len(weight), blocks, fold, fold)

    def run(self, cells: Array, first: int, prepared: Array, out: Array) -> None:
        """Multiply the rows with each block, and add up."""
        fold, blocks = self.fold, prepared.shape[1]
        length = out.shape[2]
        count = -(-length // fold)
        whole = length == count * fold
        for example, results in zip(cells, out, strict=True):
            for line, toeplitz, result in zip(example, prepared, results, strict=True):
                rows = np.ascontiguousarray(line).reshape(-1, fold)
                found = result.reshape(count, fold, copy=False) if whole and result.flags.c_contiguous else None
                total = np.matmul(rows[:count], toeplitz[0], out=found)
                for block in range(1, blocks):
                    total += rows[block : block + count] @ toeplitz[block]
                if found is None:
                    result[...] = total.ravel()[:length]


def row_blocks(taps: int, fold: int) -> int:
    """Return how many rows of samples one row of outputs sees."""
    return -(-(fold + taps - 1) // fold)

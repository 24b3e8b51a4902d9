"""Lowered columns: lay out what each window sees as a column, and multiply once.

The columns (im2col) of a whole layer would be as many times larger than the input as a window has taps. Of a tile
of it, that stays in the cache between its copy and its product, nobody notices the size. A 1×1 window's columns are
the input itself: nothing is copied.
"""

import math
from operator import mul
from typing import ClassVar, Self

import numpy as np

from convbook.algorithms import cost, scratch
from convbook.algorithms.algorithm import Algorithm, cut
from convbook.algorithms.layer import Layer
from convbook.arguments import Array

_BUDGET = 2 << 20


class Columns(Algorithm):
    """The matrix product on lowered columns: any layer, any type, any number of axes."""

    name: ClassVar[str] = "columns"

    @classmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool = True) -> Self:
        """Return the plan; it is never refused."""
        depth = layer.channels_each * layer.taps
        copied = 0 if layer.pointwise else layer.channels * layer.taps * layer.positions
        nanoseconds = (
            cost.product(
                layer.multiply_adds,
                layer.filters_each,
                min(layer.positions * layer.batch, 1024),
                depth,
                layer.dtype,
            )
            + cost.copies(copied, layer.windows.output[-1], layer.dtype, strided=layer.strided)
        ) * layer.batch
        numbers = copied + layer.filters * layer.positions
        images, groups, rows, size = cut(layer, threads, numbers=numbers, budget=_BUDGET, columns=1024)
        if layer.pointwise and images == 1:
            groups, rows = layer.groups, layer.windows.output[0]
        blocks = layer.batch / images * layer.groups / groups * layer.windows.output[0] / rows
        return cls(layer, images, groups, rows, nanoseconds + blocks * cost.CALLS, size)

    @property
    def contained(self) -> bool:
        """Whether infinities and NaNs reach the outputs that see them, and no other: only what is seen is read."""
        return True

    def prepare(self, weight: Array) -> Array:
        """Flatten each filter to a row."""
        return weight.reshape(self.layer.groups, self.layer.filters_each, -1)

    def run(self, cells: Array, first: int, prepared: Array, out: Array) -> None:
        """Multiply the filters with the columns of the block."""
        columns = lowered(cells, self.layer, out.shape[2:])
        if len(out) == 1:
            np.matmul(prepared, columns, out=out.reshape((*prepared.shape[:2], -1), copy=False))
        else:
            product = scratch.empty((*prepared.shape[:2], columns.shape[2]), columns.dtype)
            np.matmul(prepared, columns, out=product)
            out[...] = product.reshape(out.shape[1], len(out), *out.shape[2:]).swapaxes(0, 1)

    def gradient(self, x: Array, first: int, y: Array, out: Array) -> None:
        """Multiply a block of outputs with its columns, for the gradient of the weight."""
        layer = self.layer
        columns = lowered(self.cells(x, first, y.shape[2]), layer, self.outputs(y.shape[2]))
        given = y.swapaxes(0, 1)
        if len(y) > 1 or y.dtype != layer.dtype:
            given = scratch.empty(given.shape, layer.dtype)
            np.copyto(given, y.swapaxes(0, 1))
        np.matmul(given.reshape(*out.shape[:2], -1), columns.transpose(0, 2, 1), out=out)


def lowered(cells: Array, layer: Layer, outputs: tuple[int, ...]) -> Array:
    """Lay out windows as ``(groups, channels * taps, images * positions)``."""
    windows, images = layer.windows, len(cells)
    shape = (cells.shape[1] // layer.channels_each, layer.channels_each * layer.taps, images * math.prod(outputs))
    if layer.pointwise and images == 1:
        return cells.reshape(shape)
    image, channel, *steps = cells.strides
    each = (cells.shape[1], *windows.kernel, images, *outputs)
    strides = (channel, *map(mul, windows.dilation, steps), image, *map(mul, windows.stride, steps))
    columns = scratch.empty(each, cells.dtype)
    np.copyto(columns, scratch.strided(cells, each, strides))
    return columns.reshape(shape)

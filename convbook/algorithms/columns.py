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

#: A product with so many columns is nearly as fast as one with more.
_WIDE = 128


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
        if _nothing_to_copy(layer):
            images, groups, rows, size = max(1, -(-layer.batch // threads)), layer.groups, layer.windows.output[0], 0
        blocks = layer.batch / images * layer.groups / groups * layer.windows.output[0] / rows
        return cls(layer, images, groups, rows, nanoseconds + blocks * cost.CALLS, size)

    @property
    def contained(self) -> bool:
        """Whether infinities and NaNs reach the outputs that see them, and no other: only what is seen is read."""
        return True

    def prepare(self, weight: Array) -> Array:
        """Flatten each filter to a row."""
        return weight.reshape(self.layer.groups, self.layer.filters_each, -1)

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Multiply the filters with the columns of the block."""
        images = len(out)
        if images == 1 or _nothing_to_copy(self.layer):
            by_group = out.reshape((images, *prepared.shape[:2], -1), copy=False)
            np.matmul(prepared, self._columns(cells, images, out), out=by_group)
            return
        columns = lowered(cells, self.layer, out.shape[2:])
        product = scratch.empty((*prepared.shape[:2], columns.shape[2]), columns.dtype)
        np.matmul(prepared, columns, out=product)
        out[...] = product.reshape(out.shape[1], images, *out.shape[2:]).swapaxes(0, 1)

    def gradient(self, cells: Array, y: Array, out: Array) -> None:
        """Multiply a block of outputs with its columns, for the gradient of the weight."""
        layer, images = self.layer, len(y)
        if images == 1 or _nothing_to_copy(layer):
            columns = self._columns(cells, images, y).swapaxes(-1, -2)
            for example, part in enumerate(columns):
                found = scratch.empty(out.shape, out.dtype) if example else out
                given = y[example].astype(layer.dtype, copy=False).reshape(*out.shape[:2], -1)
                np.matmul(given, part, out=found)
                if example:
                    out += found
            return
        given = scratch.empty((y.shape[1], images, *y.shape[2:]), layer.dtype)
        np.copyto(given, y.swapaxes(0, 1))
        columns = lowered(cells, layer, y.shape[2:])
        np.matmul(given.reshape(*out.shape[:2], -1), columns.transpose(0, 2, 1), out=out)

    def _columns(self, cells: Array, images: int, out: Array) -> Array:
        """Return the columns of each example by itself: ``(images, groups, depth, positions)``."""
        if self.layer.pointwise:
            return cells.reshape(images, -1, self.layer.channels_each, math.prod(cells.shape[2:]))
        return lowered(cells, self.layer, out.shape[2:])[None]


def _nothing_to_copy(layer: Layer) -> bool:
    """Tell whether the examples are their own columns, and large enough to be multiplied one by one."""
    return layer.pointwise and layer.positions >= _WIDE


def lowered(cells: Array, layer: Layer, outputs: tuple[int, ...]) -> Array:
    """Lay out windows as ``(groups, channels * taps, images * positions)``."""
    windows, images = layer.windows, len(cells)
    shape = (cells.shape[1] // layer.channels_each, layer.channels_each * layer.taps, images * math.prod(outputs))
    image, channel, *steps = cells.strides
    apart = steps if layer.unit_steps else map(mul, windows.dilation, steps)
    along = steps if layer.unit_steps else map(mul, windows.stride, steps)
    each, strides = (cells.shape[1], *windows.kernel, images, *outputs), (channel, *apart, image, *along)
    columns = scratch.empty(each, cells.dtype)
    np.copyto(columns, scratch.strided(cells, each, strides))
    return columns.reshape(shape)

"""Sums over taps: add up shifted copies of the input, each times one weight, where filters see few channels.

A depthwise filter reads each number once for each of its taps and has nothing to share: no matrix product does fewer
operations, and a thin one wastes most of them. So copy each row once per tap of a row only, as a band does; then what
the taps of one column of the filter see are views of the copies, as long as all rows together, and one fused loop
(einsum's) multiplies and adds them up without a number in between. Rows that a stride skips are sorted by their phase
first, so that those a tap sees lie side by side.
"""

import math
from collections.abc import Iterator
from typing import ClassVar, Self

import numpy as np

from convbook.algorithms import cost, scratch
from convbook.algorithms.algorithm import Algorithm, cut
from convbook.algorithms.layer import Layer
from convbook.algorithms.rows import lower_rows
from convbook.arguments import Array

_BUDGET = 2 << 20

#: Below so many positions in a row of the fused loop, starting the loop costs more than running it.
_LONG = 1024


class Taps(Algorithm):
    """Sums of shifted copies, one tap after the other: two spatial axes, any type."""

    name: ClassVar[str] = "taps"

    @classmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool = True) -> Self | str:
        """Count the loops and the copies."""
        if len(layer.windows.size) != 2:
            return "it needs two spatial axes"
        (height, row), (_, width) = layer.windows.output, layer.windows.kernel
        phases = min(layer.windows.stride[0], layer.windows.kernel[0])
        copied = layer.channels * width * phases * layer.positions
        numbers = copied + layer.filters * layer.positions * min(phases, 2)
        images, groups, rows, size = cut(layer, threads, numbers=numbers, budget=_BUDGET, columns=_LONG)
        copying = cost.copies(copied, row, layer.dtype, strided=layer.strided)
        if images > 1:  # and back
            copying += cost.copies(layer.filters * layer.positions, row, layer.dtype)
        adding = cost.loops(layer.multiply_adds, images * rows * row, layer.dtype)
        blocks = layer.batch / images * layer.groups / groups * height / rows
        calls = blocks * cost.CALLS * phases * (2 + width)
        return cls(layer, images, groups, rows, layer.batch * (copying + adding) + calls, size)

    @property
    def contained(self) -> bool:
        """Whether infinities and NaNs reach the outputs that see them, and no other: only what is seen is read."""
        return True

    def prepare(self, weight: Array) -> Array:
        """Sort the weights by group: ``(groups, filters, channels, *kernel)``."""
        layer = self.layer
        return weight.reshape(layer.groups, layer.filters_each, layer.channels_each, *layer.windows.kernel)

    def cells(self, x: Array, first: int, rows: int) -> Array:
        """Hand the examples on as they are: rows are copied where they lie."""
        return x

    def run(self, cells: Array, first: int, prepared: Array, out: Array) -> None:
        """Copy rows once per tap of a row, phase by phase, and add up what the filters' taps see."""
        images, filters, rows, row = out.shape
        shape = (*prepared.shape[:2], rows * images * row)
        direct = images == 1
        total = out.reshape(shape, copy=False) if direct else scratch.empty(shape, out.dtype)
        found = total
        for taps, views in seen_rows(cells, self.layer, first, rows):
            np.einsum("gcijn,gfcij->gfn", views, prepared[:, :, :, taps], out=found)
            if found is not total:
                total += found
            elif self.layer.windows.stride[0] > 1:
                found = scratch.empty(shape, out.dtype)
        if not direct:
            out[...] = total.reshape(filters, rows, images, row).transpose(2, 0, 1, 3)

    def gradient(self, x: Array, first: int, y: Array, out: Array) -> None:
        """Multiply a block of outputs with what each tap sees, for the gradient of the weight."""
        layer = self.layer
        by_rows = y.transpose(1, 2, 0, 3)
        given = scratch.empty(by_rows.shape, layer.dtype)
        np.copyto(given, by_rows)
        given = given.reshape(*out.shape[:2], -1)
        weights = out.reshape((*out.shape[:2], layer.channels_each, *layer.windows.kernel), copy=False)
        for taps, views in seen_rows(x, layer, first, y.shape[2]):
            np.einsum("gcijn,gfn->gfcij", views, given, out=weights[:, :, :, taps])


def seen_rows(x: Array, layer: Layer, first: int, rows: int) -> Iterator[tuple[slice, Array]]:
    """Yield taps of a column, and what they see: ``(groups, channels, taps, taps of a row, positions)``.

    `x` holds some of the groups.
    """
    images, channels = len(x), layer.channels_each
    groups = x.shape[1] // channels
    width, row, stride = layer.windows.kernel[1], layer.windows.output[1], layer.windows.stride[0]
    for taps, phase, start, apart in _phases(layer):
        count = len(range(layer.windows.kernel[0])[taps])
        copies = scratch.empty((groups, channels, width, (count - 1) * apart + rows, images, row), layer.dtype)
        lower_rows(x, layer, (first + start) * stride + phase - layer.windows.padding[0][0], stride, copies)
        per_group, per_channel, per_tap, per_row, _, item = copies.strides
        yield (
            taps,
            scratch.strided(
                copies,
                (groups, channels, count, width, rows * images * row),
                (per_group, per_channel, apart * per_row, per_tap, item),
            ),
        )


def _phases(layer: Layer) -> Iterator[tuple[slice, int, int, int]]:
    """Yield taps of a column whose rows have one phase of the stride, that phase, their first row in it, and the step.

    Tap `m` sees row ``stride * o + dilation * m`` of the cells for output `o`: of the rows of phase
    ``dilation * m % stride``, the one at ``o + dilation * m // stride``.
    """
    stride, dilation, kernel = layer.windows.stride[0], layer.windows.dilation[0], layer.windows.kernel[0]
    step = stride // math.gcd(stride, dilation)
    for m in range(min(step, kernel)):
        yield slice(m, None, step), dilation * m % stride, dilation * m // stride, dilation * step // stride

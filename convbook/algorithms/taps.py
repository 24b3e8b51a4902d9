"""Sums over taps: add up shifted copies of the input, each times one weight, where filters see few channels.

A depthwise filter reads each number once for each of its taps and has nothing to share: no matrix product does fewer
operations, and a thin one wastes most of them. So copy each row once per tap of a row only, as a band does; then what
the taps of one column of the filter see are views of the copies, as long as all rows together, and one fused loop
(einsum's) multiplies and adds them up without a number in between. Rows that a stride skips are sorted by their phase
first, so that those a tap sees lie side by side.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convbook.algorithms import cost, scratch
from convbook.algorithms.algorithm import BLOCK, Algorithm, cut
from convbook.algorithms.layer import Layer
from convbook.algorithms.rows import lower_rows
from convbook.arguments import Array

#: The bytes of the copies that are made and added up at once.
_BUDGET = 2 << 20

#: Below so many positions in a row of the fused loop, starting the loop costs more than running it.
_LONG = 1024


@dataclass(frozen=True)
class Taps(Algorithm):
    """Sums of shifted copies, one tap after the other: two spatial axes, any type."""

    #: The groups that are computed at once.
    groups: int = 1

    name: ClassVar[str] = "taps"

    @classmethod
    def plan(cls, layer: Layer, threads: int, *, finite: bool = True) -> Self | str:
        """Count the loops and the copies."""
        if len(layer.windows.size) != 2:
            return "it needs two spatial axes"
        height, row = layer.windows.output
        stride = layer.windows.stride[0]
        copied = layer.channels_each * layer.windows.kernel[1] * min(stride, layer.windows.kernel[0]) * row
        numbers = layer.groups * (copied * height + layer.filters_each * layer.positions * min(stride, 2))
        images, rows, size = cut(layer, threads, numbers=numbers, budget=BLOCK // 2, columns=_LONG)
        groups = min(layer.groups, max(1, _BUDGET // max(1, size // layer.groups)))
        calls = math.ceil(layer.batch / images) * math.ceil(height / rows) * math.ceil(layer.groups / groups)
        loops = layer.multiply_adds / (rows * row * images)
        each = cost.COPY_STRIDED if layer.strided else cost.COPY
        arithmetic = layer.multiply_adds * cost.MULTIPLY_ADD_IN_A_LOOP + layer.groups * copied * height * each
        nanoseconds = layer.batch * (arithmetic * cost.width(layer.dtype) + loops * cost.LOOP) + calls * cost.CALLS
        return cls(layer, images, rows, nanoseconds, size, groups)

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
        """Take some groups at a time, whose rows stay in the cache from the copy to the sum."""
        layer = self.layer
        each, filters = layer.channels_each, layer.filters_each
        for group in range(0, layer.groups, self.groups):
            start = scratch.mark()
            some = slice(group, group + self.groups)
            x, y = cells[:, group * each : some.stop * each], out[:, group * filters : some.stop * filters]
            self._add_up(x, first, prepared[some], y)
            scratch.release(start)

    def _add_up(self, x: Array, first: int, weight: Array, out: Array) -> None:
        """Copy rows once per tap of a row, phase by phase, and add up what the filters' taps see."""
        images, filters, rows, row = out.shape
        shape = (*weight.shape[:2], rows * images * row)
        direct = images == 1
        total = out.reshape(shape, copy=False) if direct else scratch.empty(shape, out.dtype)
        found = total
        for taps, views in seen_rows(x, self.layer, first, rows):
            np.einsum("gcijn,gfcij->gfn", views, weight[:, :, :, taps], out=found)
            if found is not total:
                total += found
            elif self.layer.windows.stride[0] > 1:
                found = scratch.empty(shape, out.dtype)
        if not direct:
            out[...] = total.reshape(filters, rows, images, row).transpose(2, 0, 1, 3)

    def gradient(self, x: Array, first: int, y: Array, out: Array) -> None:
        """Multiply a block of outputs with what each tap sees, for the gradient of the weight."""
        layer = self.layer
        each, filters = layer.channels_each, layer.filters_each
        shape = (layer.groups, filters, each, *layer.windows.kernel)
        weights = out.reshape(shape, copy=False)
        for group in range(0, layer.groups, self.groups):
            start = scratch.mark()
            some = slice(group, min(layer.groups, group + self.groups))
            by_rows = y[:, group * filters : some.stop * filters].transpose(1, 2, 0, 3)
            given = scratch.empty(by_rows.shape, layer.dtype)
            np.copyto(given, by_rows)
            given = given.reshape(some.stop - group, filters, -1)
            for taps, views in seen_rows(x[:, group * each : some.stop * each], layer, first, y.shape[2]):
                np.einsum("gcijn,gfn->gfcij", views, given, out=weights[some][:, :, :, taps])
            scratch.release(start)


def seen_rows(x: Array, layer: Layer, first: int, rows: int) -> Iterator[tuple[slice, Array]]:
    """Yield taps of a column, and what they see: ``(groups, channels, taps, taps of a row, positions)``.

    `x` may hold some of the groups only.
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

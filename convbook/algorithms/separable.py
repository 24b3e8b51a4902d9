"""Separable windows: a box of cells is a row of columns, so reduce along one axis after the other.

A maximum or a sum over 5×5 cells then takes 5 + 5 operations for an output instead of 25, each a pass over whole
strided slices. Maxima take fewer still: the maximum of 4 neighbors is that of two maxima of 2.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from convbook.algorithms.threads import available, spread
from convbook.algorithms.totals import FEW, in_pairs
from convbook.arguments import Array
from convbook.shapes import Geometry
from convbook.windows import crop, extend, index

#: The bytes of input that are reduced at once, so that what lies between two axes stays in the cache.
_BLOCK = 1 << 20

#: With fewer bytes of input, a second thread would cost more than it saves.
_WORTH_SPREADING = 1 << 21


def windows_reduced(x: Array, windows: Geometry, combine: np.ufunc, fill: Any, dtype: np.dtype[Any]) -> Array:
    """Combine all cells of each window by a maximum or a sum, of shape ``(N, C, *output)``.

    Cells of the padding hold `fill`.
    """
    y = np.empty((*x.shape[:2], *windows.output), dtype)
    planes, results = planes_of(x), planes_of(y)
    last = len(windows.size)

    def reduce(block: slice) -> None:
        cells = extend(planes[block].astype(dtype, copy=False), windows, fill)
        for axis in range(1, last + 1):
            cells = _along(cells, axis, windows, combine, results[block] if axis == last else None)

    spread(reduce, plane_blocks(planes), available() if planes.nbytes > _WORTH_SPREADING else 1)
    return y


def spread_evenly(y: Array, windows: Geometry) -> Array:
    """Add each output to all cells of its window, of shape ``(N, C, *size)``: the adjoint of a sum."""
    x = np.empty((*y.shape[:2], *windows.size), y.dtype)
    planes, results = planes_of(y), planes_of(x)
    for block in plane_blocks(results):
        cells = planes[block]
        for axis in range(len(windows.size), 0, -1):
            reach, outputs, stride, dilation = _of_axis(windows, axis)
            longer = np.zeros((*cells.shape[:axis], reach, *cells.shape[axis + 1 :]), y.dtype)
            for tap in range(windows.kernel[axis - 1]):
                longer[_every(axis, tap * dilation, outputs, stride)] += cells
            cells = longer
        results[block] = crop(cells, windows)
    return x


def planes_of(x: Array) -> Array:
    """Return the planes of an array of shape ``(N, C, *spatial)`` one after the other, even if they are empty."""
    return x.reshape(x.shape[0] * x.shape[1], *x.shape[2:])


def plane_blocks(planes: Array) -> Iterator[slice]:
    """Cut the first axis so that a block stays in the cache."""
    each = max(1, planes[:1].nbytes)
    step = max(1, _BLOCK // each)
    return (slice(first, first + step) for first in range(0, len(planes), step))


def _along(cells: Array, axis: int, windows: Geometry, combine: np.ufunc, out: Array | None) -> Array:
    """Combine the taps along one axis."""
    _, outputs, stride, dilation = _of_axis(windows, axis)
    kernel = windows.kernel[axis - 1]
    reached = 1  # how many taps a cell stands for already
    if combine is np.maximum and stride == 1:
        while 2 * reached < kernel:
            count = cells.shape[axis] - reached * dilation
            cells = combine(cells[_every(axis, 0, count)], cells[_every(axis, reached * dilation, count)])
            reached *= 2
    starts = [*range(0, kernel - reached, reached), kernel - reached]
    slices: list[Array] = [cells[_every(axis, start * dilation, outputs, stride)] for start in starts]
    if len(slices) == 1:
        if out is not None:
            out[...] = slices[0]
        return slices[0]
    if combine is np.add and len(slices) > FEW:
        sums = in_pairs(slices.__getitem__, 0, len(slices), cells.dtype)
        if out is not None:
            out[...] = sums
        return sums
    found: Array = combine(slices[0], slices[1], out=out)
    for further in slices[2:]:
        combine(found, further, out=found)
    return found


def _of_axis(windows: Geometry, axis: int) -> tuple[int, int, int, int]:
    """Return reach, outputs, stride and dilation of one axis of planes, the first of which counts planes."""
    axis -= 1
    return windows.reach[axis], windows.output[axis], windows.stride[axis], windows.dilation[axis]


def _every(axis: int, start: int, count: int, step: int = 1) -> tuple[Any, ...]:
    """Index `count` cells along an axis, `step` apart."""
    return index(*(slice(None),) * axis, slice(start, start + step * (count - 1) + 1, step))

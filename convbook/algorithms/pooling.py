"""Separable windows: a box of cells is a row of columns, so reduce along one axis after the other.

A maximum or a sum over 5×5 cells then takes 5 + 5 operations for an output instead of 25, each a pass over whole
strided slices. Maxima take fewer still: the maximum of 4 neighbors is that of two maxima of 2.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product, repeat
from operator import add
from typing import Any, NamedTuple

import numpy as np

from convbook._arguments import Array
from convbook._geometry import Geometry, index, met_along, part
from convbook.algorithms.pairwise import FEW, in_groups
from convbook.algorithms.scratch import BLOCK
from convbook.algorithms.threads import available, spread

#: The bytes of cells that are reduced at once, so that what lies between two axes stays in the cache; and how many
#: they may be where windows are large. Some three such arrays are needed at a time.
_BLOCK, _MOST = 1 << 20, BLOCK // 4

#: With fewer bytes of input, a second thread would cost more than it saves.
_WORTH_SPREADING = 1 << 21

#: Taps or windows are far apart if this many times more cells lie between them than they see.
_FAR = 4


class Piece(NamedTuple):
    """Some outputs of some planes, which are computed at once."""

    planes: slice
    outputs: tuple[slice, ...]
    #: The windows of these outputs, on whole planes.
    windows: Geometry


@dataclass(frozen=True)
class _Cut:
    """How planes are cut into pieces."""

    #: How many taps along each axis are combined at once: all, or one if they are far apart.
    at_once: tuple[int, ...]
    #: How many planes make a piece, and which parts of them.
    together: int
    parts: tuple[tuple[tuple[slice, ...], Geometry], ...]

    def pieces(self, planes: int) -> Iterator[Piece]:
        """Yield the pieces of this many planes."""
        for first in range(0, planes, self.together):
            for outputs, windows in self.parts:
                yield Piece(slice(first, first + self.together), outputs, windows)


class _Reduction(NamedTuple):
    """What is combined, and how."""

    combine: np.ufunc
    #: What cells of the padding hold.
    fill: Any
    dtype: np.dtype[Any]
    at_once: tuple[int, ...]


def windows_reduced(x: Array, windows: Geometry, combine: np.ufunc, fill: Any, dtype: np.dtype[Any]) -> Array:
    """Combine all cells of each window by a maximum or a sum, of shape ``(N, C, *output)``.

    Cells of the padding hold `fill`.
    """
    y = np.empty((*x.shape[:2], *windows.output), dtype)
    planes, results = planes_of(x), planes_of(y)
    # Sums of many numbers are added in pairs, which takes more memory.
    cut = _cut(windows, dtype.itemsize * (1 + (combine is np.add and max(windows.kernel) > FEW)))
    reduction = _Reduction(combine, fill, dtype, cut.at_once)

    def reduce(piece: Piece) -> None:
        target = results[index(piece.planes, *piece.outputs)]
        _reduced(planes[piece.planes], piece.windows, len(windows.size), (), reduction, target)

    threads = available() if planes.nbytes > _WORTH_SPREADING else 1
    spread(reduce, cut.pieces(len(planes)), threads)
    return y


def spread_evenly(y: Array, windows: Geometry) -> Array:
    """Add each output to all cells of its window, of shape ``(N, C, *size)``: the adjoint of a sum."""
    x = np.zeros((*y.shape[:2], *windows.size), y.dtype)
    if x.size == 0:
        return x
    planes, results = planes_of(y), planes_of(x)
    rows, last, width = windows.output[0], len(windows.size) - 1, windows.size[-1]
    if last == 0:
        _add_along(planes, windows, 0, slice(0, width), results)
        return x
    # Between two axes there are outputs along the first ones and cells along the last ones, for some rows of outputs.
    column = math.prod(map(max, windows.size[1:-1], windows.output[1:-1]))
    fit = max(1, _BLOCK // (y.itemsize * column))
    together, rows = max(1, fit // (width * rows)), min(rows, max(1, fit // width))
    for first in range(0, len(planes), together):
        some = slice(first, first + together)
        for top in reversed(range(0, windows.output[0], rows)):  # as the taps that meet a cell: see `runs`
            values = planes[some, top : top + rows]
            those = part(windows, (slice(top, top + values.shape[1]), *map(slice, repeat(0), windows.output[1:])))
            for left in range(0, width, fit):
                reached = slice(left, min(left + fit, width))
                cells = values
                for axis in range(last, 0, -1):
                    along = reached if axis == last else slice(0, windows.size[axis])
                    shape = (*cells.shape[: axis + 1], along.stop - along.start, *cells.shape[axis + 2 :])
                    cells = _add_along(cells, those, axis, along, np.zeros(shape, y.dtype))
                _add_along(cells, those, 0, slice(0, windows.size[0]), results[some][..., reached])
    return x


def planes_of(x: Array) -> Array:
    """Return the planes of an array of shape ``(N, C, *spatial)`` one after the other, even if they are empty."""
    return x.reshape(x.shape[0] * x.shape[1], *x.shape[2:])


def runs(planes: int, windows: Geometry, itemsize: int) -> Iterator[Piece]:
    """Cut outputs, for what works tap by tap, into runs in row-major order, and yield the last one of a plane first.

    The taps that meet a cell in row-major order belong to windows in the opposite order. So what is added to cells
    piece by piece, and tap by tap for each, is added in the order of taps.
    """
    return _cut(windows, itemsize, runs=True).pieces(planes)


@lru_cache(256)
def _cut(windows: Geometry, itemsize: int, *, runs: bool = False) -> _Cut:
    """Choose how many outputs along each axis make a piece, and how many taps are combined at once."""
    outputs, steps, gaps = list(windows.output), windows.stride, windows.dilation
    axes = range(len(outputs))
    at_once = [1] * len(outputs) if runs else list(windows.kernel)

    def cells(axis: int) -> int:
        if at_once[axis] == 1:
            return outputs[axis]
        return (outputs[axis] - 1) * steps[axis] + gaps[axis] * (at_once[axis] - 1) + 1

    def size() -> int:
        return itemsize * math.prod(map(cells, axes))

    for axis in axes:
        if cells(axis) > _FAR * outputs[axis] * at_once[axis]:
            at_once[axis] = 1
    # With fewer outputs than this, most cells would be seen by several pieces.
    least = [1 if k == 1 else -(-(d * (k - 1) + 1) // s) for k, s, d in zip(at_once, steps, gaps, strict=True)]
    while size() > _BLOCK and (axis := next((axis for axis in axes if outputs[axis] > least[axis]), -1)) >= 0:
        outputs[axis] = max(least[axis], min(outputs[axis] - 1, outputs[axis] * _BLOCK // size()))
    while size() > _MOST:
        if sparse := [axis for axis in axes if cells(axis) > outputs[axis] * at_once[axis]]:
            at_once[sparse[0]] = 1
            continue
        axis = max(axes, key=lambda axis: cells(axis) if outputs[axis] * at_once[axis] > 1 else 0)
        of_outputs, of_taps = (outputs[axis] - 1) * steps[axis], gaps[axis] * (at_once[axis] - 1)
        if outputs[axis] > 1 and of_outputs >= of_taps:
            outputs[axis] = -(-outputs[axis] // 2)
        elif at_once[axis] > 1:
            at_once[axis] = -(-at_once[axis] // 2)
        else:
            break
    whole = tuple(outputs) == windows.output
    largest = max(math.prod(windows.size), math.prod(windows.output))
    together = max(1, _BLOCK // (itemsize * largest)) if whole else 1
    parts = []
    for corner in product(*map(range, repeat(0), windows.output, outputs)):
        some = tuple(map(slice, corner, map(min, map(add, corner, outputs), windows.output)))
        parts.append((some, windows if whole else part(windows, some)))
    return _Cut(tuple(at_once), together, tuple(reversed(parts) if runs else parts))


def _reduced(
    planes: Array,
    windows: Geometry,
    axes: int,
    behind: tuple[slice, ...],
    reduction: _Reduction,
    out: Array | None = None,
) -> Array:
    """Combine the taps along the first axes; along those behind, some cells are wanted as they are."""
    if axes == 0:
        as_they_are: Array = planes[index(slice(None), *behind)]
        return as_they_are
    kernel, at_once = windows.kernel[axes - 1], reduction.at_once[axes - 1]

    def chunk(first: int, out: Array | None) -> Array:
        taps = min(at_once, kernel - first)
        cells = _cells(planes, windows, axes, behind, reduction, first, taps)
        return _along(cells, axes, windows, taps, reduction.combine, out)

    if reduction.combine is np.add and kernel > FEW * at_once:
        sums = in_groups(lambda number: chunk(number * at_once, None), -(-kernel // at_once), reduction.dtype)
        return _put(sums, out)
    found = chunk(0, out)
    for first in range(at_once, kernel, at_once):
        mine = first > at_once or found is out  # all else is not to be written to
        found = reduction.combine(found, chunk(first, None), out=found if mine else None)
    return found


def _cells(
    planes: Array,
    windows: Geometry,
    axis: int,
    behind: tuple[slice, ...],
    reduction: _Reduction,
    first: int,
    taps: int,
) -> Array:
    """Return the cells that some taps along an axis see, from the first of these on, reduced along the axes before."""
    n, stride, dilation, outputs = (
        sizes[axis - 1] for sizes in (windows.size, windows.stride, windows.dilation, windows.output)
    )
    step = stride if taps == 1 else 1
    start = dilation * first - windows.padding[axis - 1][0]
    reach = outputs if taps == 1 else (outputs - 1) * stride + dilation * (taps - 1) + 1
    low = min(reach, max(0, -(start // step)))
    high = max(low, min(reach, (n - 1 - start) // step + 1))
    inside = slice(start + low * step, start + (high - 1) * step + 1, step) if low < high else slice(0, 0)
    cells = _reduced(planes, windows, axis - 1, (inside, *behind), reduction)
    if high - low == reach:
        return cells.astype(reduction.dtype, copy=False)
    extended = np.empty((*cells.shape[:axis], reach, *cells.shape[axis + 1 :]), reduction.dtype)
    every = (slice(None),) * axis
    extended[index(*every, slice(low))] = reduction.fill
    extended[index(*every, slice(low, high))] = cells
    extended[index(*every, slice(high, None))] = reduction.fill
    return extended


def _along(cells: Array, axis: int, windows: Geometry, taps: int, combine: np.ufunc, out: Array | None) -> Array:
    """Combine the taps along one axis of extended cells."""
    outputs, stride, dilation = windows.output[axis - 1], windows.stride[axis - 1], windows.dilation[axis - 1]
    if taps == 1:
        stride = 1  # the cells are those that the tap sees
    reached = 1  # how many taps a cell stands for already
    if combine is np.maximum and stride == 1:
        while 2 * reached < taps:
            count = cells.shape[axis] - reached * dilation
            cells = combine(cells[_every(axis, 0, count)], cells[_every(axis, reached * dilation, count)])
            reached *= 2
    starts = [*range(0, taps - reached, reached), taps - reached]
    slices: list[Array] = [cells[_every(axis, start * dilation, outputs, stride)] for start in starts]
    if len(slices) == 1:
        return _put(slices[0], out)
    if combine is np.add and len(slices) > FEW:
        return _put(in_groups(slices.__getitem__, len(slices), cells.dtype), out)
    found: Array = combine(slices[0], slices[1], out=out)
    for further in slices[2:]:
        combine(found, further, out=found)
    return found


def _put(found: Array, out: Array | None) -> Array:
    """Put what is found into `out`, if that is given, and return where it lies."""
    if out is None:
        return found
    out[...] = found
    return out


def _add_along(values: Array, windows: Geometry, axis: int, some: slice, out: Array) -> Array:
    """Add values to those of some cells along an axis that their windows see there."""
    every = (slice(None),) * (axis + 1)
    for _, outputs, cells in met_along(windows, axis, some):
        out[index(*every, cells)] += values[index(*every, outputs)]
    return out


def _every(axis: int, start: int, count: int, step: int = 1) -> tuple[Any, ...]:
    """Index `count` cells along an axis, `step` apart."""
    return index(*(slice(None),) * axis, slice(start, start + step * (count - 1) + 1, step))

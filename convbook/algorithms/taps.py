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

from convbook._arguments import Array
from convbook.algorithms import cost, scratch
from convbook.algorithms.base import Block, OfGradient, cut, lent
from convbook.algorithms.lowered_rows import lower_rows
from convbook.algorithms.problem import Problem

_BUDGET = 2 << 20

#: Taps of a column, and a view of what they see.
Seen = Iterator[tuple[slice, Array]]

#: Below this many positions in a row of the fused loop, starting the loop costs more than running it.
_LONG = 1024


class Taps(OfGradient):
    """Sums of shifted copies, one tap after the other: two spatial axes, any type."""

    name: ClassVar[str] = "taps"

    @classmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool = True, gradient: bool = False) -> Self | str:
        """Count the loops and the copies."""
        if len(problem.windows.size) != 2:
            return "it needs two spatial axes"
        (_, row), (_, width) = problem.windows.output, problem.windows.kernel
        phases = min(problem.windows.stride[0], problem.windows.kernel[0])
        copied = problem.channels * width * phases * problem.positions
        numbers = copied + problem.filters * problem.positions * min(phases, 2)

        weights = problem.filters * problem.channels_each * problem.taps * problem.dtype.itemsize
        sum_too = lent(weights) / problem.dtype.itemsize if gradient else 0

        def needs(images: int, groups: int, box: tuple[int, ...]) -> float:
            rows, row = box
            copies = sum(_rows_copied(count, apart, rows) for _, count, _, _, apart in _phases(problem))
            totals = 2 + (problem.windows.stride[0] > 1)
            seen, made = problem.channels_each * width * copies, problem.filters_each * rows * totals
            return sum_too * (images == 1) + images * groups * row * (seen + made)

        copying = cost.copies(copied, row, problem.dtype, strided=problem.strided)
        share = cut(
            problem,
            threads,
            needs,
            numbers=numbers,
            budget=_BUDGET,
            columns=_LONG,
            nanoseconds=problem.batch * (copying + cost.loops(problem.multiply_adds, _LONG, problem.dtype)),
            handoffs=_handoffs(problem),
        )
        if share.images > 1:  # and back
            copying += cost.copies(problem.filters * problem.positions, row, problem.dtype)
        adding = cost.loops(problem.multiply_adds, share.images * math.prod(share.box), problem.dtype)
        calls = share.blocks(problem) * cost.costs.calls * phases * (2 + width)
        return cls(problem, *share[:3], problem.batch * (copying + adding) + calls, share.bytes, 0)

    @property
    def handoffs(self) -> int:
        """A block's calls: in each phase two for each tap of a row, as it is copied, and the fused loop."""
        return _handoffs(self.problem)

    @property
    def keeps_nonfinite_local(self) -> bool:
        """Whether non-finite values reach no output that does not see them: only what is seen is read."""
        return True

    def prepare(self, weight: Array) -> Array:
        """Sort the weights by group: ``(groups, filters, channels, *kernel)``."""
        problem = self.problem
        return weight.reshape(problem.groups, problem.filters_each, problem.channels_each, *problem.windows.kernel)

    def cells(self, x: Array, block: Block) -> Seen:
        """Copy rows once per tap of a row, phase by phase, when they are asked for."""
        return seen_rows(x[block.examples], self.problem, *block.outputs[2:])

    def run(self, cells: Seen, prepared: Array, out: Array) -> None:
        """Add up what the filters' taps see."""
        images, filters, rows, row = out.shape
        shape = (*prepared.shape[:2], rows * images * row)
        direct = images == 1
        total = scratch.reshaped(out, shape) if direct else scratch.empty(shape, out.dtype)
        found = total
        for taps, views in cells:
            np.einsum("gcijn,gfcij->gfn", views, prepared[:, :, :, taps], out=found)
            if found is not total:
                total += found
            elif self.problem.windows.stride[0] > 1:
                found = scratch.empty(shape, out.dtype)
        if not direct:
            out[...] = total.reshape(filters, rows, images, row).transpose(2, 0, 1, 3)

    def gradient(self, cells: Seen, y: Array, out: Array) -> None:
        """Multiply a block of outputs with what each tap sees, for the gradient of the weight."""
        problem = self.problem
        by_rows = y.transpose(1, 2, 0, 3)
        given = scratch.empty(by_rows.shape, problem.dtype)
        np.copyto(given, by_rows)
        given = given.reshape(*out.shape[:2], -1)
        weights = scratch.reshaped(out, (*out.shape[:2], problem.channels_each, *problem.windows.kernel))
        for taps, views in cells:
            np.einsum("gcijn,gfn->gfcij", views, given, out=weights[:, :, :, taps])


def seen_rows(x: Array, problem: Problem, some: slice, columns: slice) -> Seen:
    """Yield taps of a column, and what they see: ``(groups, channels, taps, taps of a row, positions)``.

    `some` are rows of outputs, `columns` positions in them; `x` holds some of the groups.
    """
    images, channels, first, rows = len(x), problem.channels_each, some.start, some.stop - some.start
    groups = x.shape[1] // channels
    width, row, stride = problem.windows.kernel[1], columns.stop - columns.start, problem.windows.stride[0]
    for taps, count, phase, start, apart in _phases(problem):
        top = (first + start) * stride + phase - problem.windows.padding[0][0]
        copied = _rows_copied(count, apart, rows)
        copies = scratch.empty((groups, channels, width, copied, images, row), problem.dtype)
        if apart <= rows:
            lower_rows(x, problem, top, stride, columns.start, copies)
        else:  # what lies between is seen by none
            for tap in range(count):
                its = copies[:, :, :, tap * rows : (tap + 1) * rows]
                lower_rows(x, problem, top + tap * apart * stride, stride, columns.start, its)
        per_group, per_channel, per_tap, per_row, _, item = copies.strides
        yield (
            taps,
            scratch.strided(
                copies,
                (groups, channels, count, width, rows * images * row),
                (per_group, per_channel, min(apart, rows) * per_row, per_tap, item),
            ),
        )


def _handoffs(problem: Problem) -> int:
    phases = min(problem.windows.stride[0], problem.windows.kernel[0])
    return phases * (2 * problem.windows.kernel[1] + 3)


def _rows_copied(taps: int, apart: int, rows: int) -> int:
    """Return how many rows are copied for this many rows of outputs and taps of a column: those that the taps see."""
    return (taps - 1) * min(apart, rows) + rows


def _phases(problem: Problem) -> Iterator[tuple[slice, int, int, int, int]]:
    """Yield taps of a column whose rows have one phase of the stride, and their number, phase, first row and step.

    Tap `m` sees row ``stride * o + dilation * m`` of the cells for output `o`: of the rows of phase
    ``dilation * m % stride``, the one at ``o + dilation * m // stride``.
    """
    stride, dilation, kernel = problem.windows.stride[0], problem.windows.dilation[0], problem.windows.kernel[0]
    step = stride // math.gcd(stride, dilation)
    for m in range(min(step, kernel)):
        count = len(range(m, kernel, step))
        yield slice(m, None, step), count, dilation * m % stride, dilation * m // stride, dilation * step // stride

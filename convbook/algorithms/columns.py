"""Lowered columns: lay out what each window sees as a column, and multiply once.

The columns (im2col) of a whole layer would be as many times larger than the input as a window has taps. Of a tile
of it, that stays in the cache between its copy and its product, nobody notices the size. A 1×1 window's columns are
the input itself: nothing is copied. And where taps or windows lie far apart, the columns are fewer numbers than the
cells between them: then they are gathered tap by tap.
"""

import math
from dataclasses import dataclass
from operator import mul
from typing import ClassVar, Self

import numpy as np

from convbook._arguments import Array
from convbook._geometry import index, met, part
from convbook.algorithms import cost, scratch
from convbook.algorithms.base import Block, OfGradient, cut, fitted, lent
from convbook.algorithms.problem import Problem, in_line

_BUDGET = 2 << 20

#: The calls of a block: zeros, cells among them, columns, and the product.
_HANDOFFS = 4

#: A product with this many columns is nearly as fast as one with more.
_WIDE = 128


@dataclass(frozen=True)
class Columns(OfGradient):
    """The matrix product on lowered columns: any layer, any type, any number of axes."""

    #: Whether taps or windows lie so far apart that a block's columns are fewer numbers than the cells between them.
    sparse: bool = False

    name: ClassVar[str] = "columns"

    @classmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool = True, gradient: bool = False) -> Self:
        """Return the plan; it is never refused."""
        depth = problem.channels_each * problem.taps
        copied = 0 if problem.pointwise else problem.channels * problem.taps * problem.positions
        nanoseconds = (
            cost.product(
                problem.multiply_adds,
                problem.filters_each,
                min(problem.positions * problem.batch, 1024),
                depth,
                problem.dtype,
            )
            + cost.copies(copied, problem.windows.output[-1], problem.dtype, strided=problem.strided)
        ) * problem.batch
        numbers = copied + problem.filters * problem.positions

        weights = problem.filters * depth * problem.dtype.itemsize
        sum_too = lent(weights) / problem.dtype.itemsize if gradient else 0

        def needs(images: int, groups: int, box: tuple[int, ...]) -> float:
            positions = math.prod(box)
            columns = groups * problem.channels_each * problem.taps * positions
            # Those that are laid out, and the cells that they are copied from, if these have to be copied, too.
            if _nothing_to_copy(problem) and box[1:] == problem.windows.output[1:]:
                copies = 0
            else:
                copies = columns + min(columns, groups * problem.channels_each * _cells(problem, box))
            outputs = groups * problem.filters_each * positions  # before they are put in their place
            return sum_too * (images == 1) + images * (copies + outputs * (1 + (images > 1)))

        if _nothing_to_copy(problem):
            images = max(1, -(-problem.batch // threads))
            share = fitted(problem, images, problem.groups, problem.windows.output, needs)
        else:
            share = cut(
                problem,
                threads,
                needs,
                numbers=numbers,
                budget=_BUDGET,
                columns=1024,
                nanoseconds=nanoseconds,
                handoffs=_HANDOFFS,
            )
        sparse = not problem.pointwise and _cells(problem, share.box) > problem.taps * math.prod(share.box)
        return cls(problem, *share[:3], nanoseconds + share.blocks(problem) * cost.costs.calls, share.bytes, 0, sparse)

    @property
    def keeps_nonfinite_local(self) -> bool:
        """Whether non-finite values reach no output that does not see them: only what is seen is read."""
        return True

    def worthwhile(self) -> bool:
        """Return True, since something must be: where one position needs more than its room, nothing needs less."""
        return True

    @property
    def handoffs(self) -> int:
        """A block's calls."""
        return _HANDOFFS

    def prepare(self, weight: Array) -> Array:
        """Flatten each filter to a row."""
        return weight.reshape(self.problem.groups, self.problem.filters_each, -1)

    def cells(self, x: Array, block: Block) -> Array:
        """Return the cells that a block's outputs see, or, if these lie far apart, their columns at once."""
        if not self.sparse:
            return block.cells.of(x, self.problem.dtype)
        if block.cells.is_view and x.dtype == self.problem.dtype:
            return lowered(
                x[block.cells.inside], self.problem, tuple(some.stop - some.start for some in block.outputs[2:])
            )
        return gathered(x[block.examples], self.problem, block.outputs[2:])

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Multiply the filters with the columns of the block."""
        images = len(out)
        if images == 1 or _nothing_to_copy(self.problem):
            by_group = scratch.reshaped(out, (images, *prepared.shape[:2], -1))
            np.matmul(prepared, self._columns(cells, images, out), out=by_group)
            return
        columns = self._lowered(cells, out)
        product = scratch.empty((*prepared.shape[:2], columns.shape[2]), columns.dtype)
        np.matmul(prepared, columns, out=product)
        out[...] = product.reshape(out.shape[1], images, *out.shape[2:]).swapaxes(0, 1)

    def gradient(self, cells: Array, y: Array, out: Array) -> None:
        """Multiply a block of outputs with its columns, for the gradient of the weight."""
        problem, images = self.problem, len(y)
        if images == 1 or _nothing_to_copy(problem):
            columns = self._columns(cells, images, y).swapaxes(-1, -2)
            found = scratch.empty(out.shape, out.dtype) if images > 1 else out
            for example, seen in enumerate(columns):
                given = y[example].astype(problem.dtype, copy=False).reshape(*out.shape[:2], -1)
                np.matmul(given, seen, out=found if example else out)
                if example:
                    out += found
            return
        given = scratch.empty((y.shape[1], images, *y.shape[2:]), problem.dtype)
        np.copyto(given, y.swapaxes(0, 1))
        np.matmul(given.reshape(*out.shape[:2], -1), self._lowered(cells, y).transpose(0, 2, 1), out=out)

    def _columns(self, cells: Array, images: int, out: Array) -> Array:
        """Return the columns of each example by itself: ``(images, groups, depth, positions)``."""
        if self.problem.pointwise and in_line(cells):
            return cells.reshape(images, -1, self.problem.channels_each, math.prod(cells.shape[2:]))
        return self._lowered(cells, out)[None]

    def _lowered(self, cells: Array, out: Array) -> Array:
        return cells if self.sparse else lowered(cells, self.problem, out.shape[2:])


def _nothing_to_copy(problem: Problem) -> bool:
    """Return whether the examples are their own columns, and large enough to be multiplied one by one."""
    return problem.pointwise and problem.positions >= _WIDE and not (problem.exact or problem.converted)


def _cells(problem: Problem, box: tuple[int, ...]) -> int:
    """Return how many cells lie between the first and the last that this many outputs see, in one channel."""
    windows = problem.windows
    return math.prod((o - 1) * s + span for o, s, span in zip(box, windows.stride, windows.span, strict=True))


def lowered(cells: Array, problem: Problem, outputs: tuple[int, ...]) -> Array:
    """Lay out windows as ``(groups, channels * taps, images * positions)``."""
    windows, images = problem.windows, len(cells)
    shape = (cells.shape[1] // problem.channels_each, problem.channels_each * problem.taps, images * math.prod(outputs))
    image, channel, *steps = cells.strides
    apart = steps if problem.unit_steps else map(mul, windows.dilation, steps)
    along = steps if problem.unit_steps else map(mul, windows.stride, steps)
    each, strides = (cells.shape[1], *windows.kernel, images, *outputs), (channel, *apart, image, *along)
    columns = scratch.empty(each, cells.dtype)
    np.copyto(columns, scratch.strided(cells, each, strides))
    return columns.reshape(shape)


def gathered(x: Array, problem: Problem, outputs: tuple[slice, ...]) -> Array:
    """Lay out the same windows, tap by tap, without the cells that none of them sees; zeros beyond the input."""
    windows = part(problem.windows, outputs)
    columns = scratch.zeros((x.shape[1], *windows.kernel, len(x), *windows.output), problem.dtype)
    for tap, those, cells in met(windows):
        columns[index(slice(None), *tap, slice(None), *those)] = x[:, :, *cells].swapaxes(0, 1)
    return columns.reshape(x.shape[1] // problem.channels_each, problem.channels_each * problem.taps, -1)

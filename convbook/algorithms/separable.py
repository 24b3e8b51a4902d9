"""Separable kernels: a column times a row, so convolve along the columns, then along the rows.

Of `K × L` products an output takes `K + L`. Both are products with a band matrix, and neither copies: the rows that a
few rows of outputs see are a matrix as they lie in memory, and so are, of all rows, the columns that a few columns of
outputs see.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convbook._arguments import Array
from convbook.algorithms import cost, scratch
from convbook.algorithms.base import Algorithm, fitted, round_up
from convbook.algorithms.direct import of_copies
from convbook.algorithms.exactness import exponent, is_finite
from convbook.algorithms.problem import Problem
from convbook.algorithms.scaling import scaled

_BUDGET = 1 << 20


@dataclass(frozen=True)
class Separable(Algorithm):
    """Two products with band matrices: one image, one filter, stride 1. The filter must be separable."""

    #: The rows of outputs of one product down the columns, and the columns of outputs of one along the rows.
    down: int = 8
    along: int = 16

    name: ClassVar[str] = "separable"
    indirect: ClassVar[bool] = True

    @classmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool) -> Self | str:
        """Find the numbers of rows and columns that cost least together."""
        if (
            len(problem.windows.size) != 2
            or not problem.unit_steps
            or problem.batch * problem.channels * problem.filters != 1
        ):
            return "it needs one image, one filter, stride 1 and dilation 1"
        if problem.exact or not cost.has_fast_product(problem.dtype):
            return f"there is no fast matrix product of {'integers' if problem.exact else problem.dtype}"
        if not finite:
            return "it would multiply infinities and NaNs by the zeros beside the bands"
        (height, width), (taps, taps_in_a_row) = problem.windows.output, problem.windows.kernel
        row = round_up(width, 64) + taps_in_a_row - 1
        each, size = problem.positions, problem.dtype.itemsize

        def cost_down(rows: int) -> float:
            return cost.product((rows + taps - 1) * each, rows, row, rows + taps - 1, problem.dtype)

        def cost_along(columns: int) -> float:
            seen = columns + taps_in_a_row - 1
            return cost.product(seen * each, max(2, height), columns, seen, problem.dtype)

        nanoseconds, down = min((cost_down(rows), rows) for rows in (8, 16, 32))
        more, along = min((cost_along(columns), columns) for columns in (8, 16, 32, 64))
        nanoseconds += more + each * cost.width(problem.dtype) + 15_000
        rows = max(_BUDGET // (2 * row * size), 2 * taps)
        rows = min(height, round_up(min(rows, -(-height // threads)), down))

        def needs(images: int, groups: int, box: tuple[int, ...]) -> float:
            rows, row = round_up(box[0], down), round_up(box[1], along)
            between = (2 * rows + taps - 1) * (row + taps_in_a_row - 1)  # and the cells
            return between + 2 * rows * row  # outputs, before they are cut and put in their place

        share = fitted(problem, 1, 1, (rows, width), needs, down)
        return cls(problem, *share[:3], nanoseconds, share.bytes, 0, down, along)

    @property
    def handoffs(self) -> int:
        """A block's calls: cells, two products, and to put them in place."""
        return 5

    def outputs(self, box: tuple[int, ...]) -> tuple[int, ...]:
        """Compute whole groups of rows and of columns."""
        return round_up(box[0], self.down), round_up(box[1], self.along)

    def prepare(self, weight: Array) -> tuple[Array, Array]:
        """Shift copies of the column and of the row down a band matrix each."""
        column, row = factors(weight[0, 0])
        return _band(column, self.down).T, _band(row, self.along)

    def run(self, cells: Array, prepared: tuple[Array, Array], out: Array) -> None:
        """Multiply groups of rows with the one band, then groups of columns with the other."""
        column, row = prepared
        cells = scratch.contiguous(cells)
        width, item = cells.shape[3], cells.itemsize
        line = width * item
        groups = (cells.shape[2] - column.shape[1]) // self.down + 1
        seen = (groups, column.shape[1], width)
        between = scratch.empty((groups, self.down, width), cells.dtype)
        np.matmul(column, np.ndarray(seen, cells.dtype, cells, 0, (self.down * line, line, item)), out=between)
        rows, columns = groups * self.down, (width - row.shape[0]) // self.along + 1
        computed = (1, 1, rows, columns * self.along)
        whole = out.shape == computed and out.flags.c_contiguous
        found = out if whole else scratch.empty(computed, out.dtype)
        step = self.along * item
        np.matmul(
            np.ndarray((columns, rows, row.shape[0]), cells.dtype, between, 0, (step, line, item)),
            row,
            out=np.ndarray((columns, rows, self.along), out.dtype, found, 0, (step, columns * step, item)),
        )
        if not whole:
            out[...] = found[:, :, : out.shape[2], : out.shape[3]]


def factors(h: Array) -> tuple[Array, Array]:
    """Return the column and the row through the largest element: a separable kernel is their product."""
    i, j = divmod(int(np.abs(h).argmax()), h.shape[1])
    return h[:, j], h[i] / h[i, j]


def one_by_one(a: Array, b: Array) -> Array:
    """Convolve with the column of a separable kernel, then with its row, each by sums of shifted copies."""
    column, row = factors(b)
    return of_copies(of_copies(a, column[:, None]), row[None])


def is_separable(h: Array) -> bool:
    """Return whether a floating-point kernel is a column times a row, but for rounding."""
    if h.ndim != 2 or h.dtype.kind not in "fc":
        return False
    if not (is_finite(h) and h.any()):
        return False
    h = scaled(h, -exponent(h))
    sizes = np.abs(h)
    column, row = factors(h)
    return bool((np.abs(column[:, None] * row - h) <= 4 * np.finfo(h.dtype).eps * sizes).all())


def _band(taps: Array, together: int) -> Array:
    """Return the matrix of shape ``(together + K - 1, together)`` that has the taps from the diagonal on down."""
    band = np.zeros((together + len(taps) - 1, together), taps.dtype)
    row, item = band.strides
    np.ndarray((len(taps), together), band.dtype, band, 0, (row, row + item))[...] = taps[:, None]
    return band

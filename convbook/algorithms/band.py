"""Banded lowering: copy each row once per tap of a row only, and let several rows of outputs share the copies.

The rows that `b` rows of outputs see lie one after the other, so with ``L[row, channel, tap, position]`` they are one
matrix, and the next `b` rows of outputs see another that overlaps the first: a view, not a copy. The filters become
a band matrix of `b` shifted copies of themselves. It multiplies by zeros, too; but where filters are few, a product
with one row per filter would run at the speed of memory, and the zeros come for free.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convbook._arguments import Array
from convbook.algorithms import cost, scratch
from convbook.algorithms.base import Algorithm, Block, cut, prepared_at_most, round_up
from convbook.algorithms.lowered_rows import lower_rows
from convbook.algorithms.problem import Problem

_BUDGET = 2 << 20


@dataclass(frozen=True)
class Band(Algorithm):
    """The matrix product with a band matrix of filters: two spatial axes."""

    #: The rows of outputs that one product computes.
    together: int = 1

    name: ClassVar[str] = "band"

    @classmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool) -> Self | str:
        """Find the number of rows that cost least together."""
        if len(problem.windows.size) != 2:
            return "it needs two spatial axes"
        if not cost.has_fast_product(problem.dtype):
            return f"there is no fast matrix product of {problem.dtype}"
        if not finite and _has_gaps(problem):
            return "it would multiply infinities and NaNs by the zeros between rows of a dilated filter"
        height, row = problem.windows.output
        choices = [b for b in (1, 2, 4, 8, 16, 32) if b == 1 or (finite and b <= height)]
        if problem.filters_each == 1 and len(choices) > 1:
            del choices[0]  # one row times a matrix never is the fastest
        choices = [b for b in choices if _prepared(problem, b) <= prepared_at_most(problem)] or choices[:1]
        nanoseconds, together = min((cls._cost(problem, b), b) for b in choices)
        taps_in_a_row = problem.windows.kernel[1]
        numbers = problem.channels * taps_in_a_row * height * problem.windows.stride[0] * row

        def needs(images: int, groups: int, box: tuple[int, ...]) -> float:
            rows, row = round_up(box[0], together), box[1]
            copies = problem.channels_each * taps_in_a_row * rows_seen(problem, rows)
            return images * groups * row * (copies + problem.filters_each * (rows + box[0]))

        share = cut(
            problem,
            threads,
            needs,
            numbers=numbers + problem.filters * problem.positions,
            budget=_BUDGET << (problem.groups > 1),  # products of groups are short: larger blocks make fewer calls
            columns=128 * height if row < 128 else 1,
            nanoseconds=nanoseconds * problem.batch,
            handoffs=_handoffs(problem),
            unit=together,
            rows=4 * together,
        )
        calls = share.blocks(problem) * cost.costs.calls * (2 + taps_in_a_row)
        made = _prepared(problem, together)
        return cls(problem, *share[:3], nanoseconds * problem.batch + calls, share.bytes, made, together)

    @property
    def handoffs(self) -> int:
        """A block's calls: two for each tap of a row, to copy it and to set zeros beside it, and the product."""
        return _handoffs(self.problem)

    @property
    def keeps_nonfinite_local(self) -> bool:
        """Whether non-finite values reach no output that does not see them: if no zeros are multiplied."""
        return self.together == 1 and not _has_gaps(self.problem)

    @staticmethod
    def _cost(problem: Problem, together: int) -> float:
        row = problem.windows.output[1]
        depth = rows_seen(problem, together) * problem.channels_each * problem.windows.kernel[1]
        made = problem.filters * depth * problem.positions
        columns = min(row * problem.batch, max(row, 256))
        copied = problem.channels * problem.windows.kernel[1] * problem.positions * problem.windows.stride[0]
        copying = cost.copies(copied, row, problem.dtype, strided=problem.strided)
        back = cost.copies(problem.filters * problem.positions, row, problem.dtype)
        return cost.product(made, problem.filters_each * together, columns, depth, problem.dtype) + copying + back

    def cells(self, x: Array, block: Block) -> Array:
        """Copy the rows once per tap: ``(groups, rows, channels, taps, examples, positions)``."""
        problem, (_, _, rows, columns), x = self.problem, block.outputs, x[block.examples]
        seen = rows_seen(problem, round_up(rows.stop - rows.start, self.together))
        width, row = problem.windows.kernel[1], columns.stop - columns.start
        copies = scratch.empty(
            (x.shape[1] // problem.channels_each, seen, problem.channels_each, width, len(x), row), problem.dtype
        )
        first = rows.start * problem.windows.stride[0] - problem.windows.padding[0][0]
        lower_rows(x, problem, first, 1, columns.start, copies.transpose(0, 2, 3, 1, 4, 5))
        return copies

    def prepare(self, weight: Array) -> Array:
        """Shift copies of the filters down a band matrix, of shape ``(groups, 1, filters * b, depth)``."""
        problem = self.problem
        (stride, _), (dilation, _), (kernel, width) = (
            problem.windows.stride,
            problem.windows.dilation,
            problem.windows.kernel,
        )
        filters = weight.reshape(problem.groups, problem.filters_each, problem.channels_each, kernel, width)
        filters = filters.transpose(0, 1, 3, 2, 4)
        seen = rows_seen(problem, self.together)
        band = np.zeros(
            (problem.groups, problem.filters_each, self.together, seen, problem.channels_each, width), weight.dtype
        )
        for row in range(self.together):
            start = row * stride
            band[:, :, row, start : start + dilation * (kernel - 1) + 1 : dilation] = filters
        return band.reshape(problem.groups, 1, problem.filters_each * self.together, -1)

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Multiply overlapping views of the copies with the band."""
        problem, b = self.problem, self.together
        images, _, rows, row = out.shape
        groups, filters, stride = len(prepared), problem.filters_each, problem.windows.stride[0]
        whole = -(-rows // b)
        per_group, per_row, _, per_tap, _, item = cells.strides
        shape = (groups, whole, prepared.shape[-1], images * row)
        views = scratch.strided(cells, shape, (per_group, b * stride * per_row, per_tap, item))
        if images == 1 and filters == 1 and rows == whole * b:  # the product lies as the outputs do
            np.matmul(prepared, views, out=scratch.reshaped(out, (groups, whole, b, row)))
            return
        product = scratch.empty((groups, whole, filters * b, images * row), problem.dtype)
        np.matmul(prepared, views, out=product)
        product = product.reshape(groups, whole, filters, b, images, row).transpose(4, 0, 2, 1, 3, 5)
        by_group = scratch.reshaped(out, (images, groups, filters, rows, row))
        full = rows // b
        head = scratch.reshaped(by_group[:, :, :, : full * b], (images, groups, filters, full, b, row))
        np.copyto(head, product[:, :, :, :full])
        if full < whole:
            by_group[:, :, :, full * b :] = product[:, :, :, full, : rows - full * b]


def rows_seen(problem: Problem, together: int) -> int:
    """Return how many rows of cells this many rows of outputs see."""
    return (together - 1) * problem.windows.stride[0] + problem.windows.span[0]


def _has_gaps(problem: Problem) -> bool:
    """Return whether there are rows between those that a filter sees: the band has zeros for them."""
    return problem.windows.span[0] > problem.windows.kernel[0]


def _handoffs(problem: Problem) -> int:
    return 2 * problem.windows.kernel[1] + 3


def _prepared(problem: Problem, together: int) -> int:
    """Return the bytes of the band matrices."""
    rows = problem.filters * together
    return (
        rows * rows_seen(problem, together) * problem.channels_each * problem.windows.kernel[1] * problem.dtype.itemsize
    )

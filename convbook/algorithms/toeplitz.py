"""Toeplitz blocks: read a signal as rows that overlap, and multiply them with the matrix of a short filter.

Convolution with a filter is the product with a Toeplitz matrix, which is zero but for a band. Cut it into blocks of
`b` columns: all blocks are alike, with `b + K - 1` rows for `K` taps. So the stretches of `b + K - 1` samples that
start every `b` samples, times one block, give `b` outputs each. Every few of them do not overlap, and are a matrix as
they lie in memory: a handful of such phases, in one stacked product, and nothing is copied.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from convbook._arguments import Array
from convbook.algorithms import cost, scratch
from convbook.algorithms.base import Algorithm, fitted, prepared_at_most, round_up
from convbook.algorithms.problem import Problem

_BUDGET = 1 << 20


@dataclass(frozen=True)
class Toeplitz(Algorithm):
    """Products of stretches of a signal with a Toeplitz block: one spatial axis, one filter a channel, stride 1."""

    #: The outputs that one stretch gives.
    fold: int = 16

    name: ClassVar[str] = "toeplitz"

    @classmethod
    def plan(cls, problem: Problem, threads: int, *, finite: bool) -> Self | str:
        """Choose how many outputs a stretch gives: with few, products are thin; with many, they are mostly zeros."""
        if (
            len(problem.windows.size) != 1
            or not problem.unit_steps
            or problem.channels_each != 1
            or problem.filters_each != 1
        ):
            return "it needs one spatial axis, one filter for each channel, stride 1 and dilation 1"
        if not cost.has_fast_product(problem.dtype):
            return f"there is no fast matrix product of {problem.dtype}"
        if not finite:
            return "it would multiply infinities and NaNs by the zeros beside the band"
        taps, outputs, width = problem.taps, problem.windows.output[0], cost.width(problem.dtype)

        def estimate(fold: int) -> float:
            seen = fold + taps - 1
            rows = max(1, outputs // (phases(taps, fold) * fold))
            return cost.product(seen * outputs, max(2, rows), fold, seen, problem.dtype) + seen * fold * width * 0.5

        folds = [fold for fold in (8, 16, 32, 64) if _prepared(problem, fold) <= prepared_at_most(problem)] or [8]
        nanoseconds, fold = min((estimate(fold), fold) for fold in folds)
        nanoseconds += outputs * width * 0.6 + 5_000
        unit = phases(taps, fold) * fold
        rows = min(outputs, round_up(max(1, _BUDGET // problem.dtype.itemsize // 2), unit))

        def needs(images: int, groups: int, box: tuple[int, ...]) -> float:
            computed = round_up(box[0], unit)
            return groups * (3 * computed + taps - 1)  # cells; outputs, before they are cut and put in their place

        share = fitted(problem, 1, problem.groups, (rows,), needs, unit)
        nanoseconds *= problem.channels * problem.batch
        return cls(problem, *share[:3], nanoseconds, share.bytes, _prepared(problem, fold), fold)

    @property
    def handoffs(self) -> int:
        """A block's calls: cells, the product, and to put it in place."""
        return 4

    def outputs(self, box: tuple[int, ...]) -> tuple[int, ...]:
        """Compute whole stretches, as many in each phase."""
        return (round_up(box[0], phases(self.problem.taps, self.fold) * self.fold),)

    def prepare(self, weight: Array) -> Array:
        """Put each filter into its Toeplitz block: sample t of a stretch meets output r with tap t - r."""
        channels, _, taps = weight.shape
        block = np.zeros((channels, self.fold + taps - 1, self.fold), weight.dtype)
        channel, row, item = block.strides
        np.ndarray((channels, taps, self.fold), block.dtype, block, 0, (channel, row, row + item))[...] = weight[
            :, 0, :, None
        ]
        return block

    def run(self, cells: Array, prepared: Array, out: Array) -> None:
        """Multiply the stretches of all phases with the block."""
        apart = phases(self.problem.taps, self.fold)
        groups = -(-out.shape[2] // (apart * self.fold))
        computed = (*out.shape[:2], groups * apart * self.fold)
        whole = out.shape == computed and out.flags.c_contiguous
        found = out if whole else scratch.empty(computed, out.dtype)
        stretches = self._stretches(scratch.contiguous(cells), apart, groups, prepared.shape[1])
        np.matmul(stretches, prepared[:, None], out=self._stretches(found, apart, groups, self.fold))
        if not whole:
            out[...] = found[:, :, : out.shape[2]]

    def _stretches(self, lines: Array, apart: int, groups: int, length: int) -> Array:
        """View lines as stretches that start every `fold` cells: ``(examples, channels, phases, groups, length)``."""
        example, channel, item = lines.strides
        step = self.fold * item
        shape = (*lines.shape[:2], apart, groups, length)
        return np.ndarray(shape, lines.dtype, lines, 0, (example, channel, step, apart * step, item))


def phases(taps: int, fold: int) -> int:
    """Return how many stretches start before the first one ends: from one of them to the next, none overlap."""
    return -(-(fold + taps - 1) // fold)


def _prepared(problem: Problem, fold: int) -> int:
    """Return the bytes of the blocks of all matrices."""
    return problem.channels * (fold + problem.taps - 1) * fold * problem.dtype.itemsize

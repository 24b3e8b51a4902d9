"""One layer's sums, whoever computes them: what is convolved with what, and which cells a block of outputs sees."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from convbook._arguments import Array
from convbook._caching import Caching, cached_property
from convbook._geometry import Geometry, index
from convbook.algorithms import scratch
from convbook.algorithms.exactness import compute_dtype


@dataclass(frozen=True)
class Problem(Caching):
    """The sizes of a convolution of `batch` examples, and the dtype in which it is computed."""

    batch: int
    channels: int
    filters: int
    groups: int
    windows: Geometry
    dtype: np.dtype[Any]
    #: Only sums of the very products will do: integers, which rounding would falsify.
    exact: bool
    #: Whether blocks of the arrays are copied before they are read: for their dtype, or for how they lie in memory.
    converted: bool = False

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """The hash is computed once: every call looks its plan up."""
        sizes = self.batch, self.channels, self.filters, self.groups
        return hash((sizes, self.windows, self.dtype, self.exact, self.converted))

    @cached_property
    def channels_each(self) -> int:
        """The channels that one filter sees."""
        return self.channels // self.groups

    @cached_property
    def filters_each(self) -> int:
        """The filters of one group."""
        return self.filters // self.groups

    @cached_property
    def taps(self) -> int:
        """The taps of a filter in one channel."""
        return math.prod(self.windows.kernel)

    @cached_property
    def positions(self) -> int:
        """The outputs of one filter on one example."""
        return math.prod(self.windows.output)

    @cached_property
    def strided(self) -> bool:
        """Whether windows are more than one cell apart on the last axis: copies then skip cells."""
        return self.windows.stride[-1] > 1

    @cached_property
    def unit_steps(self) -> bool:
        """Whether stride and dilation are 1 everywhere."""
        return set(self.windows.stride) == set(self.windows.dilation) == {1}

    @cached_property
    def pointwise(self) -> bool:
        """Whether each output sees one cell, the one of its own position: nothing has to be laid out."""
        same_rows = self.windows.output[1:] == self.windows.size[1:]
        steps = set(self.windows.stride) == {1}
        return self.taps == 1 and steps and same_rows and not any(map(any, self.windows.padding))

    @cached_property
    def small(self) -> bool:
        """Whether a second thread would cost more than it could save."""
        return self.multiply_adds * self.batch < 1_000_000

    @cached_property
    def multiply_adds(self) -> int:
        """The products in the sums of one example, by the definition."""
        return self.filters * self.channels_each * self.taps * self.positions


#: A problem: one object for the same sizes, by which is looked up what has been found for it.
problem_with = lru_cache(1024)(Problem)


def problem_of(x: Array, weight: Array, windows: Geometry, groups: int, dtype: np.dtype[Any]) -> Problem:
    """Describe the convolution of two arrays."""
    exact, compute_in = dtype.kind in "iu", compute_dtype(x, weight, dtype)
    converted = not x.dtype == dtype == compute_in or not in_line(x)
    return problem_with(x.shape[0], x.shape[1], weight.shape[0], groups, windows, compute_in, exact, converted)


def unsigned(array: Array, dtype: np.dtype[Any]) -> Array:
    """Return signed integers, none of them negative, as unsigned ones for sums of those: NumPy's copies refuse them."""
    return array.astype(dtype, copy=False) if dtype.kind == "u" else array


@dataclass(frozen=True)
class Cut:
    """How to cut cells out of an input: a view of it, or where zeros lie beyond it, a copy in scratch memory."""

    #: The cells that lie within the input.
    inside: tuple[Any, ...]
    #: The spatial sizes, and where the cells are put among the zeros; nothing where there are none.
    sizes: tuple[int, ...]
    place: tuple[Any, ...]

    @property
    def is_view(self) -> bool:
        """Whether all cells lie within the input."""
        return not self.sizes

    def of(self, x: Array, dtype: np.dtype[Any], empty: Callable[..., Array] = scratch.empty) -> Array:
        """Return the cells of `x`, as a view where that is possible, else in memory that `empty` gives."""
        inside: Array = x[self.inside]
        if self.is_view:
            if inside.dtype == dtype:
                return inside
            cells = empty(inside.shape, dtype)
            cells[...] = inside
            return cells
        cells = empty((*inside.shape[:2], *self.sizes), dtype)
        cells.fill(0)
        cells[self.place] = inside
        return cells


def in_line(x: Array) -> bool:
    """Return whether the spatial axes of ``(N, C, *spatial)`` lie in memory as one axis."""
    return all(x.strides[axis] == x.shape[axis + 1] * x.strides[axis + 1] for axis in range(2, x.ndim - 1))


def seen(windows: Geometry, examples: tuple[slice, slice], corner: tuple[int, ...], outputs: tuple[int, ...]) -> Cut:
    """Return the cut of the cells that `outputs` windows per axis see, from the one at `corner` on.

    `examples` are the examples and the channels. A negative padding crops.
    """
    lengths, inner, outer = [], [], []
    axes = zip(windows.size, windows.padding, windows.stride, windows.span, corner, outputs, strict=True)
    for n, (before, _), stride, span, first, count in axes:
        start = first * stride - before
        length = (count - 1) * stride + span
        low = max(start, 0)
        high = max(low, min(n, start + length))
        lengths.append(length)
        inner.append(slice(low - start, high - start))
        outer.append(slice(low, high))
    inside = index(*examples, *outer)
    if all(s.stop - s.start == length for s, length in zip(outer, lengths, strict=True)):
        return Cut(inside, (), ())
    return Cut(inside, tuple(lengths), index(..., *inner))

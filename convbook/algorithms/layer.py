"""One layer's sums, whoever computes them: what is convolved with what, and which cells a block of outputs sees."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from convbook.algorithms import scratch
from convbook.arguments import Array
from convbook.shapes import Geometry
from convbook.windows import index


@dataclass(frozen=True)
class Layer:
    """The sizes of a convolution of `batch` examples, and the dtype in which it is computed."""

    batch: int
    channels: int
    filters: int
    groups: int
    windows: Geometry
    dtype: np.dtype[Any]
    #: Only sums of the very products will do: integers, which rounding would falsify.
    exact: bool

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """The hash is computed once: every call looks its plan up."""
        return hash((self.batch, self.channels, self.filters, self.groups, self.windows, self.dtype, self.exact))

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
        return self.taps == 1 and set(self.windows.stride) == {1} and not any(map(any, self.windows.padding))

    @cached_property
    def small(self) -> bool:
        """Whether a second thread would cost more than it could save."""
        return self.multiply_adds * self.batch < 1_000_000

    @cached_property
    def multiply_adds(self) -> int:
        """The products in the sums of one example, by the definition."""
        return self.filters * self.channels_each * self.taps * self.positions


class _Seen(NamedTuple):
    """Where the cells that some windows see lie in the input, and where among them; and how many there are."""

    outer: tuple[Any, ...]
    inner: tuple[Any, ...]
    lengths: tuple[int, ...]
    inside: bool


@lru_cache(1024)
def _seen(windows: Geometry, first: int, outputs: tuple[int, ...]) -> _Seen:
    lengths, inner, outer = [], [], []
    axes = zip(windows.size, windows.padding, windows.stride, windows.span, outputs, strict=True)
    for axis, (n, (before, _), stride, span, count) in enumerate(axes):
        start = (first * stride if axis == 0 else 0) - before
        length = (count - 1) * stride + span
        low = max(start, 0)
        high = max(low, min(n, start + length))
        lengths.append(length)
        inner.append(slice(low - start, high - start))
        outer.append(slice(low, high))
    inside = all(cells.stop - cells.start == length for cells, length in zip(outer, lengths, strict=True))
    return _Seen(index(..., *outer), index(..., *inner), tuple(lengths), inside)


def seen_cells(x: Array, windows: Geometry, first: int, outputs: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return the cells that `outputs` windows per axis see, from row `first` on; zeros lie beyond the input.

    A row is an index on the first spatial axis. The result is a view of `x` where that is possible, or else lies in
    scratch memory. A negative padding crops.
    """
    seen = _seen(windows, first, outputs)
    if seen.inside:
        cells: Array = x[seen.outer]
        return cells.astype(dtype, copy=False)
    cells = scratch.zeros((*x.shape[:2], *seen.lengths), dtype)
    cells[seen.inner] = x[seen.outer]
    return cells

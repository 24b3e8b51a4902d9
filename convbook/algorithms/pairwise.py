"""Pairwise summation: sums of many numbers whose rounding errors grow with the logarithm of their count, in any layout.

A number that is added to a large sum loses its last digits; so sums of two are added, then sums of four, and so on.
NumPy's own sums do this only along an axis whose numbers are neighbors in memory: one by one, sixteen million times 0.1
in float32 make a mean of 0.115.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from convbook._arguments import Array

#: Up to this many numbers may be added one by one.
FEW = 64

#: Into how many parts a long axis is cut, which are added in pairs: the more, the less memory sums of two take.
_PARTS = 32


def total(x: Array, axes: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return the sum over some axes, in `dtype`."""
    # Sums of integers are exact in any order, and numbers that are neighbors NumPy adds in pairs itself.
    last = tuple(range(x.ndim - len(axes), x.ndim))
    neighbors = x.flags.c_contiguous and axes == last and x.dtype == dtype
    if dtype.kind not in "iu" and math.prod(x.shape[axis] for axis in axes) > FEW and not neighbors:
        for axis in axes:
            x = np.moveaxis(x, axis, -1)
            while (n := x.shape[-1]) > FEW:
                x = _folded(x, max(n // _PARTS, FEW // 2), dtype)
            x = np.moveaxis(x.sum(axis=-1, dtype=dtype, keepdims=True), -1, axis)
    sums: Array = x.sum(axis=axes, dtype=dtype)
    return sums


def in_pairs(term: Callable[[int], Array], first: int, last: int, dtype: np.dtype[Any]) -> Array:
    """Add the terms from `first` up to `last`, which are asked for when they are needed; a single one is returned."""
    if last - first == 1:
        return term(first)
    middle = (first + last) // 2
    before, after = in_pairs(term, first, middle, dtype), in_pairs(term, middle, last, dtype)
    return np.add(before, after, out=None if middle - first == 1 else before, dtype=dtype)


def in_groups(term: Callable[[int], Array], count: int, dtype: np.dtype[Any]) -> Array:
    """Add this many terms: few of them one by one, such sums in pairs, so that not many sums are kept at a time."""

    def group(which: int) -> Array:
        found, numbers = term(which * FEW), range(which * FEW + 1, min((which + 1) * FEW, count))
        for number in numbers:
            found = np.add(found, term(number), out=None if number == numbers[0] else found, dtype=dtype)
        return found

    return in_pairs(group, 0, -(-count // FEW), dtype)


def _folded(x: Array, size: int, dtype: np.dtype[Any]) -> Array:
    """Lay parts of `size` elements of the last axis over each other and add them up; what is left over goes first."""
    parts, left = divmod(x.shape[-1], size)
    sums = in_pairs(lambda part: x[..., part * size : (part + 1) * size], 0, parts, dtype)
    sums[..., :left] += x[..., parts * size :]
    return sums

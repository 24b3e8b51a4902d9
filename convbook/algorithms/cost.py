"""What things cost, in nanoseconds: the planner's whole knowledge of the machine.

The constants are rounded from measurements on two cores with 256-bit vectors. Only their ratios matter: a machine
that is twice as fast at everything makes the same choices. Between neighbors in cost a wrong guess costs little.
"""

import math
from typing import Any

import numpy as np

#: Nanoseconds of one multiply-add inside a large matrix product, by type; others have no fast product.
_MULTIPLY_ADD = {"f4": 0.025, "f8": 0.05, "c8": 0.1, "c16": 0.2}
_SLOW_MULTIPLY_ADD = 1.0

#: Nanoseconds of one matrix product, whatever its size.
_PRODUCT = 300

#: Nanoseconds of one float32 copied to its place in a layout, from its neighbor's or not; and of a run of neighbors.
_COPY, _COPY_STRIDED, _RUN = 0.3, 0.5, 7

#: Nanoseconds of one float32 put at another place of a matrix that is transposed.
TURN = 2

#: Nanoseconds of one float32 multiplied and added in a fused loop over memory, and of starting such a loop.
_MULTIPLY_ADD_IN_A_LOOP, _LOOP = 0.18, 40

#: Nanoseconds that the calls of a handful of functions take, whatever they compute.
CALLS = 10_000


def has_fast_product(dtype: np.dtype[Any]) -> bool:
    """Return whether matrix products of this type are BLAS's."""
    return f"{dtype.kind}{dtype.itemsize}" in _MULTIPLY_ADD


def width(dtype: np.dtype[Any]) -> float:
    """Return how many float32 one number is, in bytes: what costs memory costs in proportion."""
    return dtype.itemsize / 4


def copies(numbers: float, run: int, dtype: np.dtype[Any], *, strided: bool = False) -> float:
    """Return the cost of copying this many numbers into a layout, in runs of this many neighbors."""
    return numbers * ((_COPY_STRIDED if strided else _COPY) * width(dtype) + _RUN / run)


def loops(multiply_adds: float, run: int, dtype: np.dtype[Any]) -> float:
    """Return the cost of this many multiply-adds in fused loops over this many neighbors each."""
    return multiply_adds * (_MULTIPLY_ADD_IN_A_LOOP * width(dtype) + _LOOP / run)


def lanes(dtype: np.dtype[Any]) -> int:
    """Return how many real Fourier transforms SciPy computes at once, one in each lane of a 128-bit vector."""
    return max(1, 16 // dtype.itemsize)


def transform(cells: int, axes: int, dtype: np.dtype[Any], number: int) -> float:
    """Return the cost of one of a number of real Fourier transforms of this many cells that are computed in one call.

    Along one axis, transforms that leave lanes empty cost as much as those that fill them. Along several axes there
    are always enough lines to fill them, but the lines stride through memory. What leaves the cache waits for it.
    """
    of_a_line = 0.6 if number < lanes(dtype) else 0.11 + 0.12 * width(dtype)
    each = of_a_line if axes == 1 else 0.32
    if cells * dtype.itemsize * min(number, lanes(dtype)) > 8 << 20:
        each *= 2
    return cells * math.log2(max(2, cells)) * each


def product(multiply_adds: float, m: int, n: int, k: int, dtype: np.dtype[Any]) -> float:
    """Return the cost of products of ``m × k`` with ``k × n`` matrices that make this many multiply-adds in all.

    Thin matrices are slower: of an inner loop of registers filled with rows and columns, some stay empty. One
    row is a vector: its product runs at the speed of memory, and starts slowly.
    """
    each = _MULTIPLY_ADD.get(f"{dtype.kind}{dtype.itemsize}", _SLOW_MULTIPLY_ADD)
    if m == 1:
        return multiply_adds * each * 6 * (1 + 12 / k)
    n = max(1, n)
    return multiply_adds * (each * (1 + 8 / m) * (1 + 20 / n) * (1 + 4 / k) + _PRODUCT / (m * n * k))

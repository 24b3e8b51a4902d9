"""What the numbers of arrays are: finite or not, how large, and whether a type holds sums of their products exactly.

What shapes and types decide is found once for all calls that are alike. These are the facts for which each call has to
look at its numbers; most of them cost one pass.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from convbook._arguments import Array
from convbook._geometry import full_shape

#: This many numbers are looked at together.
_AT_ONCE = 1 << 16


# Integers: what a type holds -------------------------------------------------------------------------------------
def largest_magnitude(array: Array) -> int:
    """Return the largest magnitude of integers."""
    return max(int(array.max()), -int(array.min()))


def fits_float64(a: Array, b: Array, terms: int | None = None) -> bool:
    """Return whether sums of products of two integer arrays stay where float64 holds every integer."""
    terms = math.prod(b.shape[1:]) if terms is None else terms
    if a.size == 0 or b.size == 0:
        return True
    return largest_magnitude(a) * largest_magnitude(b) * terms < 2**53


def compute_dtype(x: Array, weight: Array, dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return float64 instead of an integer type if no sum leaves the integers that it holds, else `dtype`."""
    return np.dtype(np.float64) if dtype.kind in "iu" and fits_float64(x, weight) else dtype


def rounds_exactly(a: Array, b: Array) -> bool:
    """Return whether a transform in float64 is sure to err by less than 1/2 in every sum, if they are of integers."""
    if a.dtype.kind in "fc":
        return True
    length = math.prod(full_shape(a.shape, b.shape)) * 2**a.ndim  # no fast length is twice the least one
    norms = [float(np.linalg.norm(array.astype(np.float64).ravel())) for array in (a, b)]
    return 32 * 2.0**-53 * math.log2(2 * length) * norms[0] * norms[1] < 0.5


# Floats: how far they are from the ends of their type -----------------------------------------------------------
def is_finite(array: Array) -> bool:
    """Return whether there are neither infinities nor NaNs: the sum of the squares would show them."""
    if array.dtype.kind not in "fc":
        return True
    return bool(np.isfinite(_squares(array, np.result_type(array, np.float32))) or _all_finite(array))


def exponent(array: Array) -> int:
    """Return the least `e` with all finite parts of numbers below ``2**e``; 0 if there are none but zeros."""
    largest = 0.0
    for some in _pieces(array, array.dtype):
        for part in (some.real, some.imag) if array.dtype.kind == "c" else (some,):
            largest = max(largest, np.max(np.abs(part), where=np.isfinite(part), initial=0))
    return int(np.frexp(largest)[1])


def norm_exponents(array: Array, dtype: np.dtype[Any]) -> tuple[int, int] | None:
    """Return the exponents of powers of two that enclose the norm, (0, 0) for zeros; None if it is not finite.

    Where the sum of the squares overflows or loses digits, the largest number tells; of integers, their type does.
    """
    several = array.size.bit_length() // 2 + 1  # the norm is less than this power of two times the largest number
    if array.dtype.kind in "biu":
        return 0, 8 * array.itemsize + several
    limits, squares = np.finfo(dtype), _squares(array, dtype)
    if limits.smallest_normal * 2**40 <= squares <= limits.max:
        twice = int(np.frexp(squares)[1])
        return (twice - 1) // 2, -(-twice // 2)
    if not _all_finite(array):
        return None
    below = exponent(array)
    return (below - 1, below + several) if array.any() else (0, 0)


def _squares(array: Array, dtype: np.dtype[Any]) -> Any:
    """Return the sum of the squares of the magnitudes, in `dtype`."""
    if array.flags.c_contiguous and array.dtype == dtype:
        return np.vdot(array, array).real
    # Whole, other arrays would be copied.
    with np.errstate(over="ignore", invalid="ignore"):
        return sum((np.vdot(some, some).real for some in _pieces(array, dtype)), np.zeros((), dtype).real[()])


def _all_finite(array: Array) -> bool:
    return all(np.isfinite(some).all() for some in _pieces(array, array.dtype))


def _pieces(array: Array, dtype: np.dtype[Any]) -> Iterator[Array]:
    """Yield the numbers in `dtype`, some thousands at a time, in the order in which they lie in memory."""
    flags: Any = ["external_loop", "buffered", "zerosize_ok"]
    pieces = np.nditer(array, flags, op_dtypes=[dtype], casting="unsafe", order="K", buffersize=_AT_ONCE)
    yield from (np.asarray(some) for some in pieces)

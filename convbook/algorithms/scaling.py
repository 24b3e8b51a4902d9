"""Powers of two, by which floats are scaled without rounding: away from the ends of their type.

No square overflows or vanishes then; and no transform. A sum of products is at most the product of two norms, and so is
each of its products; but what transforms add up on the way may be much larger, or be products of numbers much smaller.
So operands whose norms come near the largest number of their type, or near the smallest, are multiplied by powers of
two before they are transformed, and the sums are multiplied back.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from convbook._arguments import Array

#: By less than 2 to this power do transforms enlarge numbers: Fourier's by their length, Winograd's by some thousands.
_ENLARGED = 40

#: So many numbers are looked at together.
_AT_ONCE = 1 << 16

#: Numbers less than 2 to this power above the smallest normal one lose digits that the error bounds count on.
_REDUCED = 10


class Shifts(NamedTuple):
    """The powers of two by which two operands are multiplied before they are transformed: mostly none."""

    of_a: int
    of_b: int
    #: Whether the product of the norms is a number of the type: no sum overflows, nor does the error of a transform.
    bounded: bool


def is_finite(array: Array) -> bool:
    """Tell whether there are neither infinities nor NaNs: the sum of the squares would show them."""
    if array.dtype.kind not in "fc":
        return True
    return bool(np.isfinite(_squares(array, np.result_type(array, np.float32))) or _all_finite(array))


def shifts(a: Array, b: Array, dtype: np.dtype[Any]) -> Shifts | None:
    """Find the powers of two for operands of sums in `dtype`; None if they hold infinities or NaNs."""
    if dtype.kind in "iu":
        return Shifts(0, 0, bounded=True)  # such sums are transformed only where they are far from the ends of float64
    of_a, of_b = _norm(a, dtype), _norm(b, dtype)
    if of_a is None or of_b is None:
        return None
    limits = np.finfo(dtype)
    least, most = int(limits.minexp) + _REDUCED, int(limits.maxexp) - _ENLARGED

    def at_an_end(low: int, high: int) -> bool:
        return low < least or high > most

    for_a = -exponent(a) if at_an_end(*of_a) else 0
    for_b = -exponent(b) if at_an_end(*of_b) else 0
    if at_an_end(of_a[0] + of_b[0] + for_a + for_b, of_a[1] + of_b[1] + for_a + for_b):
        for_a, for_b = -exponent(a), -exponent(b)
    return Shifts(for_a, for_b, bounded=of_a[1] + of_b[1] <= limits.maxexp)


def at_ease(function: Callable[[Array, Array], Array], a: Array, b: Array, dtype: np.dtype[Any]) -> Array:
    """Call a function that is linear in both operands, for sums in `dtype`: with them shifted, where that is needed."""
    found = shifts(a, b, dtype)
    if found is None or not (found.of_a or found.of_b):
        return function(a, b)
    a, b = a.astype(dtype, copy=False), b.astype(dtype, copy=False)
    return scaled(function(scaled(a, found.of_a), scaled(b, found.of_b)), -found.of_a - found.of_b)


def exponent(array: Array) -> int:
    """Return the least `e` with all finite parts of numbers below ``2**e``; 0 if there are none but zeros."""
    largest = 0.0
    for some in _pieces(array, array.dtype):
        for part in (some.real, some.imag) if array.dtype.kind == "c" else (some,):
            largest = max(largest, np.max(np.abs(part), where=np.isfinite(part), initial=0))
    return int(np.frexp(largest)[1])


def scaled(array: Array, exponent: int) -> Array:
    """Return the array of floats times ``2**exponent``."""
    if array.dtype.kind != "c":
        product: Array = np.ldexp(array, exponent)
        return product
    parts = np.empty_like(array)
    parts.real, parts.imag = np.ldexp(array.real, exponent), np.ldexp(array.imag, exponent)
    return parts


def _norm(array: Array, dtype: np.dtype[Any]) -> tuple[int, int] | None:
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

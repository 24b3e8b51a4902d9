"""Powers of two, by which floats are scaled without rounding: away from the ends of their type.

No square overflows or vanishes then; and no transform. A sum of products is at most the product of two norms, and so is
each of its products; but what transforms add up on the way may be much larger, or be products of numbers much smaller.
So operands whose norms come near the largest number of their type, or near the smallest, are multiplied by powers of
two before they are transformed, and the sums are multiplied back.
"""

from typing import Any, NamedTuple

import numpy as np

from convbook._arguments import Array
from convbook.algorithms.exactness import exponent, norm_exponents

#: By less than 2 to this power do transforms amplify numbers: Fourier's by their length, Winograd's by some thousands.
_AMPLIFIED = 40

#: Numbers less than 2 to this power above the smallest normal one lose digits that the error bounds count on.
_REDUCED = 10


class Shifts(NamedTuple):
    """The powers of two by which two operands are multiplied before they are transformed: mostly none."""

    of_a: int
    of_b: int
    #: Whether the product of the norms is a number of the type: no sum overflows, nor does the error of a transform.
    bounded: bool


def shifts(a: Array, b: Array, dtype: np.dtype[Any]) -> Shifts | None:
    """Find the powers of two for operands of sums in `dtype`; None if they hold infinities or NaNs."""
    if dtype.kind in "iu":
        return Shifts(0, 0, bounded=True)  # such sums are transformed only where they are far from the ends of float64
    of_a, of_b = norm_exponents(a, dtype), norm_exponents(b, dtype)
    if of_a is None or of_b is None:
        return None
    limits = np.finfo(dtype)
    least, most = int(limits.minexp) + _REDUCED, int(limits.maxexp) - _AMPLIFIED

    def at_an_end(low: int, high: int) -> bool:
        return low < least or high > most

    for_a = -exponent(a) if at_an_end(*of_a) else 0
    for_b = -exponent(b) if at_an_end(*of_b) else 0
    if at_an_end(of_a[0] + of_b[0] + for_a + for_b, of_a[1] + of_b[1] + for_a + for_b):
        for_a, for_b = -exponent(a), -exponent(b)
    return Shifts(for_a, for_b, bounded=of_a[1] + of_b[1] <= limits.maxexp)


def prescaled(a: Array, b: Array, by: Shifts | None, dtype: np.dtype[Any]) -> tuple[Array, Array, int]:
    """Return the operands of sums in `dtype`, multiplied by their powers of two, and the power that undoes both."""
    if by is None or not (by.of_a or by.of_b):
        return a, b, 0
    a, b = a.astype(dtype, copy=False), b.astype(dtype, copy=False)
    return scaled(a, by.of_a), scaled(b, by.of_b), -by.of_a - by.of_b


def scaled(array: Array, exponent: int) -> Array:
    """Return the array of floats times ``2**exponent``."""
    if array.dtype.kind != "c":
        product: Array = np.ldexp(array, exponent)
        return product
    parts = np.empty_like(array)
    parts.real, parts.imag = np.ldexp(array.real, exponent), np.ldexp(array.imag, exponent)
    return parts

"""Powers of two, by which floats are scaled without rounding: so that no square overflows or vanishes."""

import numpy as np

from convbook.arguments import Array


def exponent(array: Array) -> int:
    """Return the least `e` with all finite parts of numbers below ``2**e``; 0 if there are none but zeros."""
    if array.dtype.kind == "c":
        return max(exponent(array.real), exponent(array.imag))
    _, found = np.frexp(np.max(np.abs(array), where=np.isfinite(array), initial=0))
    return int(found)


def scaled(array: Array, exponent: int) -> Array:
    """Return the array of floats times ``2**exponent``."""
    if array.dtype.kind != "c":
        product: Array = np.ldexp(array, exponent)
        return product
    parts = np.empty_like(array)
    parts.real, parts.imag = np.ldexp(array.real, exponent), np.ldexp(array.imag, exponent)
    return parts

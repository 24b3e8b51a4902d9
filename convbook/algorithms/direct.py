"""Sums of products, added up as they are defined: all `N + K - 1` along each axis of two arrays.

NumPy convolves lines: with a loop of its own for few taps, with a dot product for each output otherwise. A kernel of
some more taps is convolved in pieces of few. A small image is a line, too, if zeros between its rows keep them apart;
of larger arrays, shifted copies are added up.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from convbook._arguments import Array
from convbook._geometry import full_shape
from convbook.algorithms import cost
from convbook.algorithms.exactness import is_finite

#: NumPy has a loop of its own for real kernels of at most this many taps.
_FEW = 11


@dataclass(frozen=True)
class Sums:
    """The cheapest way to add up, for two arrays, the larger one first.

    The estimates are of what was measured beside `cost`'s, in microseconds.
    """

    microseconds: float
    way: Callable[[Array, Array], Array]


def plan(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> Sums:
    """Choose the way by the sizes."""
    if len(n) == 1:
        (size,), (taps,) = n, k
        whole, pieces = _cost_of_line(size, taps, dtype), -(-taps // _FEW)
        if pieces > 1 and dtype in (np.float32, np.float64):
            in_pieces = pieces * (2.5 + 5e-4 * size * (1 + cost.width(dtype))) + 2e-4 * size * taps
            if in_pieces < whole:
                return Sums(in_pieces, partial(of_pieces, pieces=pieces))
        return Sums(whole, of_line)
    spaced = 9 + _cost_of_line(*_spaced(n, k), dtype)
    copies = math.prod(k) * (5 + 7e-4 * math.prod(n) * cost.width(dtype))
    return Sums(spaced, of_spaced) if spaced < copies else Sums(copies, of_copies)


def of_line(a: Array, b: Array, mode: str = "full") -> Array:
    """Convolve lines: NumPy correlates with the conjugate."""
    line: Array = np.correlate(a, b[::-1].conj(), mode)  # type: ignore[call-overload]
    return line


def of_pieces(a: Array, b: Array, *, pieces: int) -> Array:
    """Add up the convolutions of a line with pieces of a real kernel."""
    y = np.zeros(a.size + b.size - 1, a.dtype)
    taps = -(-b.size // pieces)
    for first in range(0, b.size, taps):
        piece = b[first : first + taps]
        y[first : first + a.size + piece.size - 1] += np.correlate(a, piece[::-1], "full")
    return y


def of_spaced(a: Array, b: Array) -> Array:
    """Convolve arrays as one line each, their rows one after the other, with zeros between them.

    The zeros leave room for what a row convolved with a row has more, so that no sum runs into the next row. But
    infinities and NaNs would not stay in theirs.
    """
    if not (is_finite(a) and is_finite(b)):
        return of_copies(a, b)
    shape = full_shape(a.shape, b.shape)
    lines = []
    for array in (a, b):
        spaced = np.zeros((array.shape[0], *shape[1:]), a.dtype)
        spaced[tuple(map(slice, array.shape))] = array
        lines.append(spaced.ravel())
    _, taps = _spaced(a.shape, b.shape)
    return of_line(lines[0], lines[1][:taps])[: math.prod(shape)].reshape(shape)


def of_copies(a: Array, b: Array) -> Array:
    """Add shifted copies of the larger array, one for each element of the smaller."""
    y = np.zeros(full_shape(a.shape, b.shape), a.dtype)
    for shift in np.ndindex(b.shape):
        y[tuple(slice(s, s + n) for s, n in zip(shift, a.shape, strict=True))] += b[shift] * a
    return y


def _spaced(n: tuple[int, ...], k: tuple[int, ...]) -> tuple[int, int]:
    """Return the lengths of signal and kernel as lines; the zeros after the kernel's last element are left out."""
    beside = full_shape(n[1:], k[1:])
    last = 0
    for size, row in zip(k, (1, *beside), strict=True):
        last = last * row + size - 1
    return n[0] * math.prod(beside), last + 1


def _cost_of_line(size: int, taps: int, dtype: np.dtype[Any]) -> float:
    if dtype.kind == "c":
        return 1 + size * (22e-3 + 4e-5 * taps * cost.width(dtype))
    if dtype.kind != "f":
        return 1 + size * (3e-3 + 7e-4 * taps)
    if taps <= _FEW:
        return 1 + size * (4e-4 + 2e-4 * taps)
    if taps < 32:  # short dot products are mostly overhead
        return 1 + 9e-4 * size * taps
    return 1 + size * (12e-3 + 7e-5 * taps * cost.width(dtype))

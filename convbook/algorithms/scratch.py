"""Memory that stays: what a block needs between its copies and its products lies in a buffer that is kept.

A new array of a megabyte comes from the system page by page, and the first touch of a page can cost more than the
arithmetic on its thousand numbers. So each thread keeps one buffer, from whose front arrays are taken and given
back all at once. Results never lie here.
"""

import math
import os
import threading
from typing import Any

import numpy as np

from convbook._arguments import Array

#: The bytes that each thread keeps. No block of any algorithm is planned to hold more beside input, weights and
#: output, unless a single filter is large. Every thread works on one block at a time.
BLOCK = 16 << 20

#: Smaller arrays are new ones: the allocator keeps such memory by itself.
_SMALL = 1 << 15

#: Arrays start at multiples of this, the size of a cache line.
_LINE = 64


class _Buffer(threading.local):
    """What one thread keeps."""

    memory: Array | None = None
    used: int = 0


_buffer = _Buffer()


class Borrowed:
    """Gives back, at the end of a ``with``, all arrays that were taken within it: others will lie there."""

    __slots__ = ("_start",)

    def __enter__(self) -> None:
        self._start = _buffer.used

    def __exit__(self, *_: object) -> None:
        _buffer.used = self._start


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return an array for temporary numbers; one that does not fit into the buffer is new."""
    size = math.prod(shape) * dtype.itemsize
    start = _buffer.used
    if size < _SMALL or start + size > BLOCK:
        return np.empty(shape, dtype)
    if _buffer.memory is None:
        memory = np.empty(BLOCK + _LINE, np.uint8)
        _buffer.memory = memory[-memory.ctypes.data % _LINE :]
    _buffer.used = start + -(-size // _LINE) * _LINE
    return np.ndarray(shape, dtype, _buffer.memory, start)


def zeros(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return an array of zeros for temporary numbers."""
    if math.prod(shape) * dtype.itemsize < _SMALL:
        return np.zeros(shape, dtype)
    array = empty(shape, dtype)
    array.fill(0)
    return array


def contiguous(array: Array) -> Array:
    """Return the array, or a copy for temporary numbers if its rows do not lie one after the other."""
    if array.flags.c_contiguous:
        return array
    copied = empty(array.shape, array.dtype)
    np.copyto(copied, array)
    return copied


def forget() -> None:
    """Let go of this thread's buffer, as those who measure memory must."""
    _buffer.memory, _buffer.used = None, 0


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=forget)  # or each page of the parent's would be copied when it is written to


def strided(array: Array, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """View an array with other strides from its first element on: overlapping windows, without a copy."""
    if array.flags.c_contiguous:  # ten times faster, and checked against the array's end
        return np.ndarray(shape, array.dtype, array, 0, strides)
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def reshaped(array: Array, shape: tuple[int, ...]) -> Array:
    """View an array in another shape, to write to it; it is an error if only a copy can have that shape.

    NumPy says so itself, with ``copy=False``, from 2.1 on. What is seen here is the view's base, which NumPy sets to
    the array or, of a view, to that array's own: in 50 nanoseconds, less than the keyword takes.
    """
    view = array.reshape(shape)
    if view.base is not array and view.base is not array.base:
        raise ValueError(f"Of an array {array.shape} with strides {array.strides}, {shape} is a copy and not a view.")
    return view

"""Convolution on a circle: multiply the spectra of two arrays, of all of them or of blocks.

On a circle that is long enough no sum is wrapped around onto another. What one tap more costs is nothing; what is lost
is that errors are relative to the largest sums, not to each.
"""

import math
from collections.abc import Callable
from itertools import product
from typing import Any, Final

import numpy as np

from convbook._arguments import Array
from convbook._geometry import full_shape
from convbook.algorithms import cost

#: This many sums of two lines are worth being transformed in phases; of more, each phase leaves the cache.
_IN_PHASES: Final = range(1 << 14, 1 << 19)
#: The elements of spectra that are multiplied at once, so that they stay in the cache.
_AT_ONCE: Final = 1 << 11


def fft(a: Array, b: Array) -> Array:
    """Convolve on a circle that is long enough for all sums: none is wrapped around onto another."""
    shape = full_shape(a.shape, b.shape)
    of_phases = a.ndim == 1 and shape[0] in _IN_PHASES and a.dtype.char not in "gG"
    y = _in_phases(a, b) if of_phases else _on_a_circle(b, _lengths(shape))(a)
    return _in_dtype(a.dtype, y[tuple(map(slice, shape))])


def _in_phases(a: Array, b: Array) -> Array:
    """Convolve long lines by one transform for every second or fourth sample each, which SciPy computes at once.

    Phase r of the result is the sum of the products of all phases i and j with i + j = r, or with i + j = r + P,
    where P is their number; these reach one further.
    """
    from scipy import fft

    real = a.dtype.kind != "c"
    phases = 4 if a.dtype in (np.float32, np.complex64) else 2
    (length,) = _lengths((-(-full_shape(a.shape, b.shape)[0] // phases),))

    def spectra(line: Array) -> Array:
        padded = np.zeros((length, phases), line.dtype)
        padded.ravel()[: line.size] = line
        found: Array = fft.rfft(padded.T) if real else fft.fft(padded.T)
        return found

    of_a, of_b = spectra(a), spectra(b)
    count = of_a.shape[1]
    delay = _one_further(length, count).astype(of_a.dtype)
    total = np.empty((count, phases), of_a.dtype)
    for first in range(0, count, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        here, there = of_a[:, part], of_b[:, part]
        later = np.concatenate([here * delay[part], here])
        products = later[phases:] * there[0]
        for phase in range(1, phases):
            products += later[phases - phase : 2 * phases - phase] * there[phase]
        total[part] = products.T
    backward = fft.irfft if real else fft.ifft
    y: Array = backward(total, length, axis=0, overwrite_x=True)
    return y.ravel()


def _one_further(length: int, count: int) -> Array:
    """Return the first factors that delay a signal by one sample on a circle: powers of a root of unity."""
    fine = np.exp(-2j * np.pi / length * np.arange(256))
    coarse = np.exp(-2j * np.pi / length * 256 * np.arange(-(-count // 256)))
    powers: Array = np.multiply.outer(coarse, fine).ravel()
    return powers[:count]


def overlap_add(a: Array, b: Array) -> Array:
    """Cut the larger array into blocks, convolve each by a short transform, add where the results overlap."""
    lengths = _lengths(block_sizes(a.shape, b.shape))
    with_b = _on_a_circle(b, lengths)
    steps = [length - k + 1 for length, k in zip(lengths, b.shape, strict=True)]
    y = np.zeros(full_shape(a.shape, b.shape), a.dtype)
    for corner in product(*(range(0, n, step) for n, step in zip(a.shape, steps, strict=True))):
        block = a[tuple(slice(c, c + step) for c, step in zip(corner, steps, strict=True))]
        shape = full_shape(block.shape, b.shape)
        place = tuple(slice(c, c + size) for c, size in zip(corner, shape, strict=True))
        y[place] += _in_dtype(a.dtype, with_b(block)[tuple(map(slice, shape))])
    return y


def _lengths(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Find transform lengths at or above `shape` with no prime factor above 5."""
    from scipy.fft import next_fast_len

    return tuple(next_fast_len(size, real=True) for size in shape)


def block_sizes(sizes: tuple[int, ...], taps: tuple[int, ...]) -> tuple[int, ...]:
    """Find the transform lengths for blocks of a signal: some 8 times the kernel's, where an output costs least.

    Blocks of less than some 4096 elements cost more in calls than in arithmetic; and no length need exceed
    what the whole signal takes.
    """
    least = math.ceil(4096 ** (1 / len(sizes)))
    return tuple(min(n + k - 1, max(8 * k, least)) for n, k in zip(sizes, taps, strict=True))


def _on_a_circle(kernel: Array, lengths: tuple[int, ...]) -> Callable[[Array], Array]:
    """Transform the kernel once; return what convolves signals with it on a circle of these lengths."""
    from scipy import fft

    several, size = kernel.ndim > 1, lengths if kernel.ndim > 1 else lengths[0]
    if kernel.dtype.kind == "c":
        forward, backward = (fft.fftn, fft.ifftn) if several else (fft.fft, fft.ifft)
    else:
        forward, backward = (fft.rfftn, fft.irfftn) if several else (fft.rfft, fft.irfft)
    spectrum = forward(kernel, size)

    def convolved(x: Array) -> Array:
        y: Array = backward(forward(x, size) * spectrum, size, overwrite_x=True)
        return y

    return convolved


def _in_dtype(dtype: np.dtype[Any], y: Array) -> Array:
    """Return the result of a transform in `dtype`, rounded if that is a type of integers."""
    return (np.rint(y) if dtype.kind in "iu" else y).astype(dtype, copy=False)


def costs(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> dict[str, float]:
    """Estimate the microseconds of both ways."""
    size, axes = math.prod(full_shape(n, k)), len(n)
    dtype = dtype if dtype.kind in "fc" else np.dtype(np.float64)
    twice = 2 if dtype.kind == "c" else 1
    phases = cost.lanes(dtype) if axes == 1 and size in _IN_PHASES else 1

    def transform(size: int, phases: int) -> float:
        # What goes through memory whole costs more than twice as much where it is twice as wide.
        through_memory = size * 1.5 * cost.width(dtype) ** 2
        return (cost.transform(size, axes, dtype, phases) * twice + through_memory) * 1e-3

    blocks = block_sizes(n, k)
    number = math.prod(-(-a // (length - b + 1)) for a, b, length in zip(n, k, blocks, strict=True))
    block = transform(math.prod(blocks), 1)
    adding = math.prod(n) * 1.5e-3 * cost.width(dtype)
    return {
        "fft": 50 + 3 * transform(size, phases),
        "overlap-add": 30 + adding + block + number * (30 + 2 * block),
    }

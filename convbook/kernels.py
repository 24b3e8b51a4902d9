r"""Kernels with a name: smoothing, differences, sharpening; and the separation of a kernel into cheaper ones.

All are written for cross-correlation, :py:func:`convbook.correlate`, as image libraries and layers apply
them: element `m` of a kernel multiplies the pixel `m` places ahead. For :py:func:`convbook.convolve` turn the
odd ones (:py:func:`convbook.kernels.sobel`) around; the others are symmetric.

Two numbers describe a kernel `h` on each axis, in which `m` is counted from its center: the sum :math:`\sum_m
h[m]`, which is what a constant image is multiplied by, and the second moment :math:`\sum_m m^2 h[m]`. For a
kernel of sum 1 the latter is the variance, and variances add up when smoothings follow each other.
"""

import math
import sys
from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    as_array,
    flag,
    integer,
    is_several,
    mean_dtypes,
    must_be_possible,
    per_axis,
    positive,
    show,
)
from convbook.algorithms.exactness import exponent
from convbook.algorithms.scaling import scaled

__all__ = [
    "binomial",
    "box",
    "gaussian",
    "laplacian",
    "laplacian_of_gaussian",
    "separate",
    "sharpen",
    "sobel",
]

#: Of a narrower bell every sample but the highest ones is 0 in float64; its formula would overflow.
_NARROWEST = 1e-3


def box(size: int | Sequence[int]) -> Array:
    r"""Average all elements of a window alike.

    .. math:: h[m] = \frac{1}{k}, \qquad \sum_m h[m] = 1, \qquad \sum_m m^2 h[m] = \frac{k^2 - 1}{12}

    In words: `k` equal numbers that add up to 1.

    Derived in :doc:`/pictures/choosing-a-kernel`.

    Parameters
    ----------
    size : int or sequence of ints
        The number `k` of elements, or one for each axis.

    Returns
    -------
    numpy.ndarray
        The kernel: one axis for an int, else as many as there are sizes.

    Raises
    ------
    ValueError
        If a size is below 1 or there is none.
    TypeError
        If a size is not an integer.

    Examples
    --------
    >>> from convbook.kernels import box
    >>> box(4).tolist()
    [0.25, 0.25, 0.25, 0.25]
    >>> box((2, 1)).tolist()
    [[0.5], [0.5]]
    """
    sizes = _per_axis("size", size)
    return np.full(sizes, 1 / math.prod(sizes))


def binomial(size: int | Sequence[int]) -> Array:
    r"""Smooth with the coefficients of a row of Pascal's triangle.

    .. math:: h[m] = 2^{-(k - 1)} \binom{k - 1}{m}, \qquad \sum_m h[m] = 1, \qquad
        \sum_m (m - \bar m)^2 h[m] = \frac{k - 1}{4}

    In words: average two neighbors, and do so `k - 1` times. The result approaches a Gaussian, in exact
    fractions.

    Derived in :doc:`/pictures/choosing-a-kernel`.

    Parameters
    ----------
    size : int or sequence of ints
        The number `k` of elements, or one for each axis. The axes' kernels are multiplied.

    Returns
    -------
    numpy.ndarray
        The kernel: one axis for an int, else as many as there are sizes.

    Raises
    ------
    ValueError
        If a size is below 1 or there is none.
    TypeError
        If a size is not an integer.

    Examples
    --------
    Sixteenths of 1, 4, 6, 4, 1:

    >>> from convbook.kernels import binomial
    >>> binomial(5).tolist()
    [0.0625, 0.25, 0.375, 0.25, 0.0625]
    """
    sizes = _per_axis("size", size)
    return _outer([[math.comb(k - 1, m) / 2 ** (k - 1) for m in range(k)] for k in sizes])


def gaussian(
    sigma: float | Sequence[float], *, size: int | Sequence[int] | None = None, truncate: float = 4.0
) -> Array:
    r"""Smooth with a sampled bell curve.

    .. math:: h[m] = \frac{1}{Z}\, e^{-m^2 / (2 \sigma^2)}, \qquad \sum_m h[m] = 1, \qquad
        \sum_m m^2 h[m] \approx \sigma^2

    In words: weights that fall with the distance from the center, the faster the smaller `sigma`, divided by
    their sum `Z`. It is the only kernel that is both separable and (before it is sampled) the same in all
    directions.

    Derived in :doc:`/pictures/choosing-a-kernel`.

    Parameters
    ----------
    sigma : float or sequence of floats
        The standard deviation in pixels, or one for each axis.
    size : int or one int per axis, optional
        The number of elements. By default the curve is cut off after `truncate` standard deviations on each
        side: `2 * int(truncate * sigma + 0.5) + 1` elements, as in ``scipy.ndimage``. With an even size the
        center lies between two elements.
    truncate : float
        See `size`.

    Returns
    -------
    numpy.ndarray
        The kernel: one axis for a number, else as many as there are deviations.

    Raises
    ------
    ValueError
        If a deviation, a size or the cut is not greater than 0, their numbers differ, or no array could hold the
        kernel.
    TypeError
        If a deviation or the cut is not a number, or a size not an integer.

    Notes
    -----
    For deviations of 0.8 pixels and more, cut off after 4 of them, the second moment is within 0.11 % of
    :math:`\sigma^2`; a cut after 3 costs up to 3 %. Below, the samples are too far apart for the curve: at half a
    pixel the moment is 14 % too small.

    Examples
    --------
    With :math:`\sigma^2 = 1 / (2 \ln 2)` the weights are 1/16, 1/2, 1, 1/2, 1/16, divided by their sum, 17/8:

    >>> import numpy as np
    >>> from convbook.kernels import gaussian
    >>> (17 / 8 * gaussian(np.sqrt(0.5 / np.log(2)), size=5)).round(12).tolist()
    [0.0625, 0.5, 1.0, 0.5, 0.0625]
    """
    cut = positive("truncate", truncate)
    entries = list(sigma) if is_several(sigma) else [sigma]
    sigmas = [positive("sigma", entry) for entry in entries]
    if not sigmas:
        raise ValueError(f"`sigma` (={show(sigma)}) must have at least one entry.")
    if size is None:
        sizes = tuple(2 * int(min(cut * s, sys.maxsize) + 0.5) + 1 for s in sigmas)
        must_be_possible("sigma", sigma, sizes)
    else:
        sizes = per_axis("size", size, len(sigmas), 1, axis="axis")
        must_be_possible("size", size, sizes)
    return _outer([_bell(k, s) for k, s in zip(sizes, sigmas, strict=True)])


def sobel(axis: int, *, ndim: int = 2) -> Array:
    r"""Take the difference along one axis, and smooth a little along the others.

    .. math:: h = [-1, 0, 1] \otimes [1, 2, 1] \otimes \dots, \qquad \sum_m h[m] = 0, \qquad
        \sum_m m_{\text{axis}}\, h[m] = 2 \cdot 4^{d - 1}

    In words: the pixel ahead less the pixel behind, added up over neighboring rows with the weights 1, 2, 1.
    Flat regions give 0; a slope of 1 per pixel gives 8 in an image (of `d` = 2 axes).

    Derived in :doc:`/pictures/choosing-a-kernel`.

    Parameters
    ----------
    axis : int
        Along which axis the difference is taken: 0 finds edges that run across the rows, 1 across the
        columns.
    ndim : int
        The number `d` of axes.

    Returns
    -------
    numpy.ndarray of int64
        The kernel, with three elements along each axis.

    Raises
    ------
    ValueError
        If there is no such axis.
    TypeError
        If an argument is not an integer.

    Notes
    -----
    Named after I. Sobel, who showed it in a talk at Stanford in 1968. For a slope in gray values per pixel
    divide the result by :math:`2 \cdot 4^{d - 1}`. In convolution its sign changes.

    Examples
    --------
    >>> from convbook.kernels import sobel
    >>> sobel(1).tolist()
    [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    """
    ndim = _axes(ndim)
    chosen = integer("axis", axis)
    if not -ndim <= chosen < ndim:
        raise ValueError(f"`axis` (={chosen}) must be from {-ndim} to {ndim - 1} for `ndim` {ndim}.")
    return _outer([[-1, 0, 1] if a == chosen % ndim else [1, 2, 1] for a in range(ndim)])


def laplacian(ndim: int = 2, *, diagonals: bool = False) -> Array:
    r"""Compare an element with its neighbors: the sum of second differences.

    .. math:: (x \star h)[n] = \sum_{|m| = 1} (x[n + m] - x[n]), \qquad \sum_m h[m] = 0, \qquad
        \sum_m m_a^2\, h[m] = 2

    In words: all neighbors, each less the element itself. Constants and straight slopes give 0, so it detects
    edges and dots but does not sharpen: that is :py:func:`convbook.kernels.sharpen`. On :math:`n^2` it gives
    2 along each axis.

    Derived in :doc:`/pictures/choosing-a-kernel`.

    Parameters
    ----------
    ndim : int
        The number of axes.
    diagonals : bool
        Whether neighbors across corners count as well. Then the second moment is :math:`2 \cdot 3^{d - 1}` on
        each of `d` axes.

    Returns
    -------
    numpy.ndarray of int64
        The kernel, with three elements along each axis.

    Raises
    ------
    ValueError
        If there are fewer axes than one.
    TypeError
        If `ndim` is not an integer or `diagonals` not a truth value.

    Examples
    --------
    >>> from convbook.kernels import laplacian
    >>> laplacian().tolist()
    [[0, 1, 0], [1, -4, 1], [0, 1, 0]]
    >>> laplacian(1).tolist()
    [1, -2, 1]
    """
    ndim = _axes(ndim)
    distance = reduce(np.add.outer, [np.array([1, 0, 1])] * ndim)
    kernel = (distance > 0) if flag("diagonals", diagonals) else (distance == 1)
    h: Array = kernel.astype(np.int64)
    h[distance == 0] = -h.sum()
    return h


def sharpen(amount: float = 1, *, ndim: int = 2) -> Array:
    r"""Add to each element how much it stands out from its neighbors.

    .. math:: h = \delta - a\, h_{\text{Laplace}}, \qquad \sum_m h[m] = 1, \qquad \sum_m m_i^2\, h[m] = -2a

    In words: the image less `a` times its Laplacian. Constants are kept; edges are made steeper and
    overshoot.

    Derived in :doc:`/pictures/choosing-a-kernel`.

    Parameters
    ----------
    amount : number
        The factor `a`: 0 changes nothing, negative amounts smooth.
    ndim : int
        The number of axes.

    Returns
    -------
    numpy.ndarray
        The kernel, with three elements along each axis; of integers if the amount is one.

    Raises
    ------
    ValueError
        If the amount is not finite, or so large that the kernel is not, or that 64 bits do not hold its integers;
        or if there are fewer axes than one.
    TypeError
        If the amount is not a real number, or `ndim` not an integer.

    Examples
    --------
    >>> from convbook.kernels import sharpen
    >>> sharpen().tolist()
    [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
    >>> sharpen(0.25, ndim=1).tolist()
    [-0.25, 1.5, -0.25]
    """
    ndim = _axes(ndim)
    if isinstance(amount, int):  # of any size
        a: float = amount
    else:
        given = as_array("amount", amount, real=True)
        if given.ndim or not np.isfinite(given):
            raise ValueError(f"`amount` (={show(amount)}) must be one finite number.")
        a = given.item()
    center = 1 + 2 * ndim * a
    if not (-(2**63) <= center < 2**63 if isinstance(a, int) else math.isfinite(center)):
        held = "64-bit integers" if isinstance(a, int) else "finite numbers"
        raise ValueError(f"`amount` (={show(amount)}) must give a kernel of {held}, but its center is {show(center)}.")
    h = -laplacian(ndim) * a
    h[(1,) * ndim] = center
    return h


def laplacian_of_gaussian(sigma: float, *, ndim: int = 2, size: int | None = None, truncate: float = 4.0) -> Array:
    r"""Smooth, then compare with the neighbors: blobs of a given size.

    .. math:: h[m] = \Bigl(\frac{\lvert m \rvert^2}{\sigma^4} - c\Bigr)\, g_\sigma[m], \quad
        c \approx \frac{d}{\sigma^2}, \qquad \sum_m h[m] = 0, \qquad \sum_m m_a^2\, h[m] \approx 2

    In words: the Laplacian of the bell curve :math:`g_\sigma` in `d` dimensions, sampled, with the constant `c`
    that makes its sum vanish. It answers most strongly, negatively, at the center of a bright
    blob whose radius is :math:`\sqrt{d}\, \sigma`.

    Derived in :doc:`/pictures/choosing-a-kernel`.

    Parameters
    ----------
    sigma : float
        The standard deviation of the bell curve in pixels, the same along all axes.
    ndim : int
        The number `d` of axes.
    size, truncate
        As in :py:func:`convbook.kernels.gaussian`.

    Returns
    -------
    numpy.ndarray
        The kernel, of equal size along each axis.

    Raises
    ------
    ValueError
        If an argument is not greater than 0.
    TypeError
        If an argument has a wrong type.

    Notes
    -----
    D. Marr and E. Hildreth, *Theory of edge detection* (1980): edges are where its result changes sign. For
    deviations of 0.8 pixels and more the second moment is within 1.5 % of 2, and within 0.2 % with ``truncate=6``;
    smaller ones are too narrow to be sampled.

    Examples
    --------
    Constants vanish, and the second moment is that of the Laplacian:

    >>> import numpy as np
    >>> from convbook.kernels import laplacian_of_gaussian
    >>> h = laplacian_of_gaussian(1.0, ndim=1, truncate=6)
    >>> bool(abs(h.sum()) < 1e-15), float(round(np.sum(np.arange(-6, 7) ** 2 * h), 4))
    (True, 2.0)
    """
    ndim, sigma = _axes(ndim), positive("sigma", sigma)
    g = gaussian([sigma] * ndim, size=size, truncate=truncate)
    squares = reduce(np.add.outer, [(np.arange(k) - (k - 1) / 2) ** 2 for k in g.shape])
    sigma = max(sigma, _NARROWEST)
    return np.asarray((squares - np.sum(squares * g)) * g / (sigma * sigma) / (sigma * sigma))


def separate(kernel: ArrayLike, rank: int | None = None) -> list[tuple[Array, Array]]:
    r"""Write a kernel as a sum of columns times rows.

    .. math:: h = \sum_{i=1}^{r} u_i\, v_i^{\mathsf T}

    In words: `r` pairs of a column and a row, whose tables of products add up to the kernel. Filtering with a
    column and then a row takes :math:`k_1 + k_2` products per element instead of :math:`k_1 k_2`. The least
    number of pairs is the rank of the kernel as a matrix; it is ``len(separate(kernel))``.

    Derived in :doc:`/pictures/cheap-kernels`.

    Parameters
    ----------
    kernel : array_like, shape (k_1, k_2)
        The kernel.
    rank : int, optional
        Keep at most this many pairs, the largest ones. Their sum is the closest that this many pairs can come, by
        the sum of squared errors.

    Returns
    -------
    list of (numpy.ndarray of shape (k_1,), numpy.ndarray of shape (k_2,))
        The pairs, by falling size; none for a kernel of zeros. In each, column and row have the same
        Euclidean norm, and the column's largest element is positive. Floats keep their type, integers become
        float64.

    Raises
    ------
    ValueError
        If the kernel does not have two axes, is empty or not finite, or the rank is below 1.
    TypeError
        If the kernel does not hold numbers, or such of more than double precision, or the rank is not an integer.

    Notes
    -----
    The pairs come from the singular value decomposition, truncated as C. Eckart and G. Young (1936) proved
    best. Singular values below the largest one times :math:`\max(k_1, k_2)` times the machine epsilon count
    as zero.

    Examples
    --------
    The table of products of 1, 2, 1 with itself:

    >>> from convbook.kernels import separate
    >>> [(column, row)] = separate([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    >>> column.round(12).tolist(), row.round(12).tolist()
    ([1.0, 2.0, 1.0], [1.0, 2.0, 1.0])
    >>> len(separate([[1, 2], [3, 4]]))
    2
    """
    h = as_array("kernel", kernel, ndim=2)
    if h.size == 0 or not np.isfinite(h).all():
        raise ValueError(f"`kernel` (of shape {h.shape}) must have at least one element, and finite ones only.")
    most = min(h.shape) if rank is None else integer("rank", rank, 1)
    if h.dtype.char in "gG":
        raise TypeError(f"`kernel` must hold numbers of at most double precision, not values of dtype {h.dtype}.")
    accumulate, result = mean_dtypes(h)
    h = h.astype(accumulate)
    half = -(-exponent(h) // 2)
    columns, sizes, rows = np.linalg.svd(scaled(h, -2 * half), full_matrices=False)
    pairs = []
    for column, size, row in zip(columns.T[:most], sizes, rows, strict=False):
        if size <= sizes[0] * max(h.shape) * np.finfo(sizes.dtype).eps:
            break
        peak = column[np.abs(column).argmax()]
        sign = np.conj(peak) / np.abs(peak)  # the decomposition leaves it open
        factors = sign * column * np.sqrt(size), row * np.sqrt(size) / sign
        u, v = (scaled(factor, half).astype(result, copy=False) for factor in factors)
        pairs.append((u, v))
    return pairs


def _per_axis(name: str, value: int | Sequence[int]) -> tuple[int, ...]:
    """Return one size for each axis; the caller's value says how many axes there are."""
    sizes = per_axis(name, value, len(value) if is_several(value) else 1, 1, axis="axis")
    if not sizes:
        raise ValueError(f"`{name}` (={show(value)}) must have at least one entry.")
    must_be_possible(name, value, sizes)
    return sizes


def _axes(ndim: object) -> int:
    """Return the number of axes of a kernel with three elements along each."""
    axes = integer("ndim", ndim, 1)
    must_be_possible("ndim", ndim, (3,) * min(axes, 65))
    return axes


def _bell(size: int, sigma: float) -> Array:
    squares = ((np.arange(size) - (size - 1) / 2) / max(sigma, _NARROWEST)) ** 2
    weights = np.exp(-0.5 * (squares - squares.min()))  # of an even size, the highest samples are beside the center
    return np.asarray(weights / weights.sum())


def _outer(factors: Sequence[ArrayLike]) -> Array:
    """Multiply one-dimensional kernels, each along an axis of its own."""
    return reduce(np.multiply.outer, (np.asarray(factor) for factor in factors))

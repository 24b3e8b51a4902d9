"""The sums themselves, as plain loops: slow, short, and meant to be read.

Everything fast in convbook is tested against this module, so nothing here is clever. Each function starts
with a line that checks its arguments and widens them to 64 bits, so that sums of small integers cannot wrap
around. What follows is the formula, with one loop for each of its indices. To copy one, put ``numpy.asarray``
in place of the first line.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    as_array,
    count,
    flag,
    integer,
    must_be_possible,
    must_have_shape,
    one_of,
    padding_pairs,
    per_axis,
    show,
    sum_dtypes,
)

__all__ = [  # noqa: RUF022 (in the order in which they build on each other)
    "convolve1d",
    "correlate1d",
    "convolve_loops",
    "corr1d",
    "corr2d",
    "corr2d_multi_in",
    "corr2d_multi_in_out",
    "pool2d",
    "conv_loops",
    "pool_loops",
]


def convolve1d(x: ArrayLike, h: ArrayLike) -> Array:
    r"""Convolve two sequences: every product of two elements, sorted by the sum of the indices.

    .. math:: (x * h)[n] = \sum_{i + j = n} x[i]\, h[j] = \sum_k x[k]\, h[n - k]

    In words: multiply each element of one by each element of the other, and put the product of elements `i`
    and `j` into place `i + j`. In the table of all products these places are the anti-diagonals.

    Derived in :doc:`/operation/one-sum-four-pictures`.

    Parameters
    ----------
    x : array_like, shape (N,)
        The signal.
    h : array_like, shape (K,)
        The kernel. The two may change places: the result is the same.

    Returns
    -------
    numpy.ndarray, shape (N + K - 1,)
        All the sums that have at least one term, in 64-bit arithmetic.

    Raises
    ------
    ValueError
        If an operand is not one-dimensional or has no elements.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    The products of 1, 2 and 3, 4, 5 are 3, 4, 5 and 6, 8, 10; the second row starts one place later:

    >>> from convbook.definitions import convolve1d
    >>> convolve1d([1, 2], [3, 4, 5]).tolist()
    [3, 10, 13, 10]
    """
    x, h = _operands(1, x=x, h=h)
    z = np.zeros(len(x) + len(h) - 1, x.dtype)
    for i in range(len(x)):
        for j in range(len(h)):
            z[i + j] += x[i] * h[j]
    return z


def correlate1d(x: ArrayLike, h: ArrayLike) -> Array:
    r"""Correlate two sequences: every product of two elements, sorted by the difference of the indices.

    .. math:: (x \star h)[n] = \sum_{i - j = n} x[i]\, \overline{h[j]} = \sum_m x[n + m]\, \overline{h[m]}

    In words: lay the kernel over the signal, unflipped, with its first element at place `n`, and add up the
    products. In the table of all products these places are the ordinary diagonals. Complex kernels are
    conjugated, so that the correlation of a signal with itself at lag 0 is its energy.

    Derived in :doc:`/operation/convolution-or-correlation`.

    Parameters
    ----------
    x : array_like, shape (N,)
        The signal.
    h : array_like, shape (K,)
        The kernel, or template.

    Returns
    -------
    numpy.ndarray, shape (N + K - 1,)
        The sums for `n` from `-(K - 1)` to `N - 1`: element 0 belongs to the lag `n = -(K - 1)`.

    Raises
    ------
    ValueError
        If an operand is not one-dimensional or has no elements.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    The kernel 1, 2 over 3, 4, 5: at lag -1 its 2 meets the 3, at lag 0 the sum is 1·3 + 2·4, and so on.

    >>> from convbook.definitions import correlate1d
    >>> correlate1d([3, 4, 5], [1, 2]).tolist()
    [6, 11, 14, 5]
    """
    x, h = _operands(1, x=x, h=h)
    z = np.zeros(len(x) + len(h) - 1, x.dtype)
    for i in range(len(x)):
        for j in range(len(h)):
            z[i - j + len(h) - 1] += x[i] * np.conj(h[j])
    return z


def convolve_loops(x: ArrayLike, h: ArrayLike) -> Array:
    r"""Convolve two arrays of any equal rank: the same sum as in one dimension, with tuples for indices.

    .. math:: (x * h)[n] = \sum_{i + j = n} x[i]\, h[j], \qquad i, j, n \in \mathbb{Z}^d

    In words: multiply each element of one by each element of the other, and put the product of elements `i`
    and `j` into place `i + j`, where tuples are added element by element.

    Derived in :doc:`/operation/one-sum-four-pictures`.

    Parameters
    ----------
    x, h : array_like
        Two arrays with the same number of axes.

    Returns
    -------
    numpy.ndarray
        Of size `N + K - 1` along each axis, in 64-bit arithmetic.

    Raises
    ------
    ValueError
        If the ranks differ or an operand has no elements.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    A column times a row is a table of products:

    >>> from convbook.definitions import convolve_loops
    >>> convolve_loops([[1], [2]], [[3, 4, 5]]).tolist()
    [[3, 4, 5], [6, 8, 10]]
    """
    x, h = _operands(as_array("x", x).ndim, x=x, h=h)
    z = np.zeros([n + k - 1 for n, k in zip(x.shape, h.shape, strict=True)], x.dtype)
    for i in np.ndindex(x.shape):
        for j in np.ndindex(h.shape):
            z[tuple(a + b for a, b in zip(i, j, strict=True))] += x[i] * h[j]
    return z


def corr1d(x: ArrayLike, k: ArrayLike) -> Array:
    r"""Slide a kernel along a sequence, unflipped, over all places where it fits.

    .. math:: y[n] = \sum_{m = 0}^{K - 1} x[n + m]\, k[m], \qquad 0 \le n \le N - K

    In words: at each place multiply the window by the kernel, element by element, and add up. This is the
    'valid' part of :py:func:`convbook.definitions.correlate1d` as layers use it: nothing is conjugated.

    Derived in :doc:`/operation/convolution-or-correlation`.

    Parameters
    ----------
    x : array_like, shape (N,)
        The signal.
    k : array_like, shape (K,)
        The kernel, no longer than the signal.

    Returns
    -------
    numpy.ndarray, shape (N - K + 1,)
        One sum for each place of the window, in 64-bit arithmetic.

    Raises
    ------
    ValueError
        If an operand is not one-dimensional, has no elements, or the kernel is longer than the signal.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    Differences of neighbors, 4 - 1 first:

    >>> from convbook import corr1d
    >>> corr1d([1, 4, 9, 16], [-1, 1]).tolist()
    [3, 5, 7]
    """
    x, k = _operands(1, fits=True, x=x, k=k)
    y = np.zeros(len(x) - len(k) + 1, x.dtype)
    for n in range(len(y)):
        for m in range(len(k)):
            y[n] += x[n + m] * k[m]
    return y


def corr2d(x: ArrayLike, k: ArrayLike) -> Array:
    r"""Slide a kernel over an image, unflipped, over all places where it fits.

    .. math:: y[i, j] = \sum_{a} \sum_{b} x[i + a,\, j + b]\, k[a, b]

    In words: at each place multiply the window by the kernel, element by element, and add up. Nothing is
    conjugated.

    Derived in :doc:`/pictures/first-image`; see :doc:`/operation/convolution-or-correlation` for the flip.

    Parameters
    ----------
    x : array_like, shape (H, W)
        The image.
    k : array_like, shape (K_h, K_w)
        The kernel, no larger than the image along either axis.

    Returns
    -------
    numpy.ndarray, shape (H - K_h + 1, W - K_w + 1)
        One sum for each place of the window, in 64-bit arithmetic.

    Raises
    ------
    ValueError
        If an operand is not two-dimensional, has no elements, or the kernel does not fit into the image.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    The first window is 0, 1, 3, 4, and 0·0 + 1·1 + 3·2 + 4·3 = 19:

    >>> from convbook import corr2d
    >>> corr2d([[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[0, 1], [2, 3]]).tolist()
    [[19, 25], [37, 43]]
    """
    x, k = _operands(2, fits=True, x=x, k=k)
    y = np.zeros((x.shape[0] - k.shape[0] + 1, x.shape[1] - k.shape[1] + 1), x.dtype)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            for a in range(k.shape[0]):
                for b in range(k.shape[1]):
                    y[i, j] += x[i + a, j + b] * k[a, b]
    return y


def corr2d_multi_in(x: ArrayLike, k: ArrayLike) -> Array:
    r"""Correlate an image of several channels with a kernel of as many, and add the channels up.

    .. math:: y = \sum_c x_c \star k_c

    In words: each channel of the image meets its own plane of the kernel; the results are added to one plane.

    Derived in :doc:`/layers/channels`.

    Parameters
    ----------
    x : array_like, shape (C, H, W)
        The image: `C` planes.
    k : array_like, shape (C, K_h, K_w)
        The kernel: as many planes.

    Returns
    -------
    numpy.ndarray, shape (H - K_h + 1, W - K_w + 1)
        One plane, in 64-bit arithmetic.

    Raises
    ------
    ValueError
        If the ranks are wrong, the numbers of channels differ, or the kernel does not fit into the image.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    The plane of ones adds nothing but the sum of its kernel, 10, to the 19, 25, 37, 43 of
    :py:func:`convbook.corr2d`:

    >>> import numpy as np
    >>> from convbook import corr2d_multi_in
    >>> image = np.stack([np.arange(9).reshape(3, 3), np.ones((3, 3), int)])
    >>> corr2d_multi_in(image, [[[0, 1], [2, 3]], [[1, 2], [3, 4]]]).tolist()
    [[29, 35], [47, 53]]
    """
    x, k = _operands(3, x=x, k=k)
    if len(x) != len(k):
        raise ValueError(f"`k` must have one plane for each of the {count(len(x), 'channel')} of `x`, not {len(k)}.")
    y = corr2d(x[0], k[0])
    for c in range(1, x.shape[0]):
        y += corr2d(x[c], k[c])
    return y


def corr2d_multi_in_out(x: ArrayLike, k: ArrayLike) -> Array:
    r"""Correlate an image of several channels with one kernel for each output channel.

    .. math:: y_f = \sum_c x_c \star k_{f,c}

    In words: every output plane looks at all input planes, with kernels of its own.

    Derived in :doc:`/layers/channels`.

    Parameters
    ----------
    x : array_like, shape (C, H, W)
        The image: `C` planes.
    k : array_like, shape (F, C, K_h, K_w)
        The kernels: `F` times `C` planes.

    Returns
    -------
    numpy.ndarray, shape (F, H - K_h + 1, W - K_w + 1)
        `F` planes, in 64-bit arithmetic.

    Raises
    ------
    ValueError
        If the ranks are wrong, the numbers of channels differ, or the kernels do not fit into the image.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    Kernels of one element mix the channels of each pixel: here their sum and their difference.

    >>> from convbook import corr2d_multi_in_out
    >>> corr2d_multi_in_out([[[5, 7]], [[1, 2]]], [[[[1]], [[1]]], [[[1]], [[-1]]]]).tolist()
    [[[6, 9]], [[4, 5]]]
    """
    (k,) = _operands(4, k=k)
    return np.stack([corr2d_multi_in(x, k[f]) for f in range(k.shape[0])])


def pool2d(x: ArrayLike, pool_size: int | Sequence[int], mode: str = "max") -> Array:
    r"""Take the maximum, or the mean, of every window of an image.

    .. math:: y[i, j] = \max_{a, b} x[i + a,\, j + b]
        \qquad\text{or}\qquad y[i, j] = \frac{1}{p\,q} \sum_{a, b} x[i + a,\, j + b]

    In words: the window of `p` by `q` pixels moves by one pixel at a time; each place gives one number.

    Parameters
    ----------
    x : array_like, shape (H, W)
        The image; of real numbers, for a maximum.
    pool_size : int or two ints
        The height `p` and the width `q` of the window.
    mode : {"max", "avg"}
        What is taken.

    Returns
    -------
    numpy.ndarray, shape (H - p + 1, W - q + 1)
        One number for each place of the window, in 64-bit arithmetic. Means are floats; those of integers are of
        exact sums. As in NumPy, a mean is infinite where its sum is too large for the type.

    Raises
    ------
    ValueError
        If the image is not two-dimensional, the window does not fit into it, or the mode is unknown.
    TypeError
        If the image does not hold numbers, or complex ones for a maximum, which they do not have, or the window is
        not given by integers.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook import pool2d
    >>> pool2d(np.arange(9).reshape(3, 3), 2).tolist()
    [[4, 5], [7, 8]]
    >>> pool2d(np.arange(9).reshape(3, 3), 2, "avg").tolist()
    [[2.0, 3.0], [5.0, 6.0]]
    """
    one_of("mode", mode, ("max", "avg"))
    (x,) = _operands(2, real=mode == "max", x=x)
    p, q = per_axis("pool_size", pool_size, 2, 1)
    _fits("`pool_size`", (p, q), x.shape)
    y = np.zeros((x.shape[0] - p + 1, x.shape[1] - q + 1), x.dtype if mode == "max" else np.result_type(x, 1.0))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            window = x[i : i + p, j : j + q]
            y[i, j] = window.max() if mode == "max" else sum(window.ravel().tolist()) / (p * q)
    return y


def conv_loops(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    r"""Compute the convolution layer with all its arguments, one loop for each index of its sum.

    .. math:: y[n, f, p] = b_f + \sum_c \sum_m w[f, c, m]\; x[n,\, c_0 + c,\, s p + d m - l]

    In words: output place `p` looks at the input from place `s p - l` on, with neighboring taps at the distance `d`,
    the dilation; `s` is the stride and `l` the padding before the first element. What lies outside of the input
    counts as zero. Output channel `f` sees the channels of its own group only, which start at :math:`c_0`. The sum
    is a cross-correlation, as in every framework.

    Derived in :doc:`/layers/channels`.

    Parameters
    ----------
    x : array_like, shape (N, C, *spatial)
        The batch; the number of spatial axes is what is left.
    weight : array_like, shape (F, C / groups, *kernel)
        One kernel for each pair of an output channel and an input channel of its group.
    bias : array_like, shape (F,), optional
        One constant for each output channel.
    stride, dilation : int or one int per axis
        The step from window to window, and the distance between neighboring taps, in input cells; 1 is an
        ordinary kernel.
    padding : int, one int per axis, one (before, after) pair per axis, "same" or "valid"
        Zeros around the input.
    groups : int
        Into how many independent groups the channels are split.

    Returns
    -------
    numpy.ndarray, shape (N, F, *output)
        In 64-bit arithmetic. If a window fits, the output has :math:`\lfloor (n + l + r - d(k-1) - 1)/s \rfloor + 1`
        places on each axis.

    Raises
    ------
    ValueError
        If shapes or arguments do not fit together.
    TypeError
        If an operand does not hold numbers.

    Examples
    --------
    With stride 2 and one zero before, the windows of 1, 2, 3, 4 are (0, 1) and (2, 3):

    >>> from convbook.definitions import conv_loops
    >>> conv_loops([[[1, 2, 3, 4]]], [[[10, 1]]], stride=2, padding=[(1, 0)]).tolist()
    [[[1, 23]]]
    """
    x, weight = _operands(max(as_array("x", x).ndim, 3), batch=True, x=x, weight=weight)
    axes = x.ndim - 2
    strides = per_axis("stride", stride, axes, 1)
    steps = per_axis("dilation", dilation, axes, 1)
    groups = integer("groups", groups, 1)
    batch, channels, *size = x.shape
    features, depth, *kernel = weight.shape
    pads = padding_pairs("padding", padding, axes, kernel=tuple(kernel), stride=strides, dilation=steps)
    if channels != depth * groups or features % groups:
        raise ValueError(
            f"`groups` (={groups}) must divide the {count(features, 'output channel')}, "
            f"and `weight` must have 1/{groups} of the {count(channels, 'input channel')}, not {depth}."
        )
    added = np.zeros(features, x.dtype) if bias is None else as_array("bias", bias)
    must_have_shape("bias", added, (features,), "one number for each output channel")
    dtype, _ = sum_dtypes(x, weight, added)
    x, weight, added = (array.astype(dtype) for array in (x, weight, added))
    places = [_windows(*sizes) for sizes in zip(size, kernel, strides, pads, steps, strict=True)]
    y = np.zeros((batch, features, *(len(starts) for starts in places)), dtype)
    for n in range(batch):
        for f in range(features):
            first = f // (features // groups) * depth  # the first channel of this group
            for p, start in zip(np.ndindex(y.shape[2:]), product(*places), strict=True):
                for c in range(depth):
                    for m in np.ndindex(*kernel):
                        q = tuple(s + d * k for s, d, k in zip(start, steps, m, strict=True))
                        if _inside(q, size):
                            y[n, f, *p] += weight[f, c, *m] * x[n, first + c, *q]
            y[n, f] += added[f]
    return y


def pool_loops(
    x: ArrayLike,
    kernel_size: int | Sequence[int],
    reduce: Callable[[list[Any]], Any] = max,
    *,
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[Any] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Array:
    r"""Compute a pooling layer window by window, for any way to reduce a window to a number.

    .. math:: y[n, c, p] = \operatorname{reduce}\bigl(x[n,\, c,\, s p + d m - l] : 0 \le m < k\bigr)

    In words: gather what the window at place `p` sees of the input, in row-major order, and reduce it to one
    number. Elements of the padding are not gathered: there is nothing there to see.

    Parameters
    ----------
    x : array_like, shape (N, C, *spatial)
        The batch.
    kernel_size : int or one int per axis
        The size of the window.
    reduce : callable
        Takes the list of the elements that a window sees and returns one number: ``max``, ``sum``,
        ``numpy.mean``… The list is empty where a window lies in the padding, which ``max`` refuses.
    stride : int or one int per axis, optional
        The step from window to window; by default the size of the window.
    padding : int, one int per axis or one (before, after) pair per axis
        By how many places windows may begin before, or end after, the input.
    dilation : int or one int per axis
        The distance between neighboring taps, in input cells; 1 is an ordinary window.
    ceil_mode : bool
        Whether a last window that ends beyond the padding is kept, as long as it starts within the input or
        the padding before it.

    Returns
    -------
    numpy.ndarray, shape (N, C, *output)
        One number for each window, of the type that `reduce` gives.

    Raises
    ------
    ValueError
        If the window does not fit into the padded input, or an argument is out of range.
    TypeError
        If the input does not hold numbers, or complex ones for ``max`` or ``min``, `reduce` is no function, or
        `ceil_mode` no truth value.

    Examples
    --------
    Windows of three in steps of two; with ``ceil_mode`` the last one sees a single element:

    >>> from convbook.definitions import pool_loops
    >>> pool_loops([[[3, 1, 4, 1, 5, 9]]], 3, max, stride=2).tolist()
    [[[4, 5]]]
    >>> pool_loops([[[3, 1, 4, 1, 5, 9]]], 3, sum, stride=2, ceil_mode=True).tolist()
    [[[8, 10, 14]]]
    """
    if not callable(reduce):
        raise TypeError(f"`reduce` (={show(reduce)}) must be a function of a list, such as max or sum.")
    (x,) = _operands(max(as_array("x", x).ndim, 3), batch=True, real=reduce is max or reduce is min, x=x)
    ceil_mode = flag("ceil_mode", ceil_mode)
    axes = x.ndim - 2
    kernel = per_axis("kernel_size", kernel_size, axes, 1)
    strides = per_axis("stride", kernel if stride is None else stride, axes, 1)
    steps = per_axis("dilation", dilation, axes, 1)
    pads = padding_pairs("padding", padding, axes, kernel=kernel, stride=strides, dilation=steps)
    places = [
        _windows(*sizes, ceil_mode=ceil_mode) for sizes in zip(x.shape[2:], kernel, strides, pads, steps, strict=True)
    ]
    y = []
    for plane in x.reshape(-1, *x.shape[2:]):
        for start in product(*places):
            window = [tuple(s + d * k for s, d, k in zip(start, steps, m, strict=True)) for m in np.ndindex(*kernel)]
            y.append(reduce([plane[q] for q in window if _inside(q, plane.shape)]))
    return np.array(y).reshape(*x.shape[:2], *(len(starts) for starts in places))


def _windows(
    size: int, kernel: int, stride: int, pad: tuple[int, int], dilation: int, *, ceil_mode: bool = False
) -> list[int]:
    """Find where the windows start along one axis, in places of the input: those before it are negative."""
    before, after = pad
    must_be_possible("padding", pad, (before + size + after,))
    extent = dilation * (kernel - 1) + 1
    if ceil_mode:  # the last window may reach beyond the padding, but none may start after the input
        starts = [start for start in range(-before, size, stride) if start + extent < size + after + stride]
    else:
        starts = [start for start in range(-before, size + after, stride) if start + extent <= size + after]
    if not starts:
        padded = before + size + after
        raise ValueError(f"The window (of extent {extent}) must fit into the padded input (of size {padded}).")
    return starts


def _inside(place: tuple[int, ...], shape: Sequence[int]) -> bool:
    return all(0 <= q < n for q, n in zip(place, shape, strict=True))


def _operands(
    ndim: int, *, fits: bool = False, batch: bool = False, real: bool = False, **values: ArrayLike
) -> list[Array]:
    """Check the operands of a sum and widen them to one 64-bit type: first the signal, then the kernel.

    `fits`: the kernel must fit into the signal. `batch`: the first axis counts examples and may be empty. `real`:
    complex numbers are refused.
    """
    arrays = [as_array(name, value, ndim=ndim, real=real) for name, value in values.items()]
    for name, array in zip(values, arrays, strict=True):
        if 0 in (array.shape[1:] if batch else array.shape):
            raise ValueError(f"`{name}` (of shape {array.shape}) must have at least one element along each axis.")
    if fits:
        _fits(f"`{list(values)[1]}`", arrays[1].shape, arrays[0].shape)
    dtype, _ = sum_dtypes(*arrays)
    if dtype.kind in "fc":
        dtype = np.result_type(dtype, np.float64)
    return [array.astype(dtype) for array in arrays]


def _fits(name: str, kernel: tuple[int, ...], shape: tuple[int, ...]) -> None:
    if any(k > n for k, n in zip(kernel, shape, strict=True)):
        raise ValueError(f"{name} (of shape {kernel}) must fit into the input (of shape {shape}).")

r"""Pooling: one number for each window of each channel, by maximum, mean or p-norm, and the gradients.

Windows lie as in a convolution. Cells of the padding never win a maximum; whether they count in a mean can be
chosen.
"""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial, reduce
from itertools import product
from typing import Any, Literal, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    Padding,
    PerAxis,
    as_array,
    flag,
    integer,
    is_lazy,
    mean_dtypes,
    must_be_possible,
    must_have_shape,
    per_axis,
    positive,
    real_dtype,
    show,
    sum_dtypes,
)
from convbook._geometry import Geometry, geometry, index, met
from convbook._lazy import Lazy, Place, combined, each, entry, in_whole, laid_out, seen_by, windowed
from convbook.algorithms.exactness import largest_magnitude
from convbook.algorithms.pairwise import FEW, in_groups, total
from convbook.algorithms.pooling import Piece, planes_of, runs, spread_evenly, windows_reduced

_LAYOUT = "(N, C, *spatial)"

#: What the sums of some windows are divided by.
_Divisor = Callable[[tuple[slice, ...]], Array]

#: This many bytes of cells, or of indices, are looked at together.
_AT_ONCE = 1 << 20


@overload
def max_pool(
    x: ArrayLike,
    kernel_size: PerAxis,
    *,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: Literal[False] = False,
) -> Array: ...
@overload
def max_pool(
    x: ArrayLike,
    kernel_size: PerAxis,
    *,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: Literal[True],
) -> tuple[Array, Array]: ...
def max_pool(
    x: ArrayLike,
    kernel_size: PerAxis,
    *,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Array | tuple[Array, Array]:
    r"""Take the maximum of each window.

    .. math::

       y[n, c, o] = \max_{m}\; x[n,\, c,\, s\,o + d\,m - p]

    In words: slide a window over each channel and keep the largest number it sees. Cells outside the input
    are minus infinity (or the smallest number of the type), so they never win.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, real, with one spatial axis or more.
    kernel_size, dilation : int or one int per spatial axis
        The taps of the window, and the distance between neighboring taps, in input cells; 1 is an ordinary window.
    stride : int or one int per spatial axis, optional
        The step between windows; by default the window's size, so that windows tile the input.
    padding : int, one int or one (before, after) pair per spatial axis, "same" or "valid"
        The cells added before and after the input.
    ceil_mode : bool
        Allow a last window that reaches beyond the padded input, as long as it starts before the input's end
        or in the padding before it.
    return_indices : bool
        Return also where each maximum was found.

    Returns
    -------
    y : ndarray, shape (N, C, \*output)
        The maxima, in the dtype of `x`, with the sizes of :py:func:`convbook.output_size`.
    indices : ndarray of int64, shape (N, C, \*output)
        If `return_indices`: the flat, row-major index of each maximum within its channel's spatial plane. -1
        for a window that lies in the padding altogether.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or an argument is out of its range.
    TypeError
        If `x` is complex, or an argument has the wrong type.

    Notes
    -----
    Among equal maxima the first in row-major order wins. A NaN in the window is its maximum, as in PyTorch. A
    padding of more than half the window is accepted, as in ONNX; windows that see padding only give minus
    infinity. Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 9.3.

    Beside input and output it needs some 16 MiB for each thread at most, however large windows are and however far
    apart. Of a Dask array the results are Dask arrays, chunk by chunk, as in :py:func:`convbook.convolve`; chunks
    shorter than a window are merged.

    Examples
    --------
    >>> from convbook import max_pool
    >>> x = [[[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]]
    >>> max_pool(x, 2, stride=1).tolist()
    [[[[4, 5], [7, 8]]]]
    >>> max_pool([[[7, 1, 1, 7]]], 2, return_indices=True)[1].tolist()
    [[[0, 3]]]
    """
    x, windows = _checked(x, kernel_size, stride, padding, dilation, ceil_mode, real=True, lazy=True)
    indices_too = flag("return_indices", return_indices)
    if is_lazy(x):
        return _maxima_over_chunks(x, seen_by(windows), partial(_maxima, whole=windows), indices_too)
    if indices_too:
        return _with_indices(x, windows)
    return windows_reduced(x, windows, np.maximum, _lowest(x.dtype), x.dtype)


def max_pool_vjp(
    grad: ArrayLike,
    x: ArrayLike,
    kernel_size: PerAxis,
    *,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> Array:
    r"""Pull a gradient back through :py:func:`convbook.max_pool`.

    .. math::

       \bar x[n, c, j] = \sum_{o\,:\,\operatorname{argmax}(o) = j} \bar y[n, c, o]

    In words: each window hands its gradient to the one cell that won, and to no other.

    Derived in :doc:`/layers/gradients`.

    Parameters
    ----------
    grad : array_like, shape (N, C, \*output)
        The gradient with respect to the maxima.
    x, kernel_size, stride, padding, dilation, ceil_mode
        What :py:func:`convbook.max_pool` got.

    Returns
    -------
    ndarray, shape (N, C, \*spatial)
        The gradient with respect to `x`, in the dtype of `grad` (integers become 64-bit).

    Raises
    ------
    ValueError
        As :py:func:`convbook.max_pool`, and if `grad` does not have the output's shape.
    TypeError
        As :py:func:`convbook.max_pool`.

    Notes
    -----
    Where a window has several equal maxima the pooling is not differentiable; the first in row-major order
    gets the whole gradient, as in PyTorch. The rule is one of the possible subgradients. Memory is needed as by
    :py:func:`convbook.max_pool`; gradients of float16 are first held in float32.

    Examples
    --------
    The window (7, 7) ties, and its first cell gets all:

    >>> from convbook import max_pool_vjp
    >>> max_pool_vjp([[[10, 20]]], [[[1, 2, 7, 7]]], 2).tolist()
    [[[0, 10, 20, 0]]]
    """
    grad = as_array("grad", grad)
    x, windows = _checked(x, kernel_size, stride, padding, dilation, ceil_mode, real=True)
    must_have_shape("grad", grad, (*x.shape[:2], *windows.output), "the output")
    accumulate, result = sum_dtypes(grad)
    grad_x = np.zeros(x.shape, accumulate)
    planes, grads, results = (planes_of(a) for a in (x, grad, grad_x))
    for piece in runs(len(planes), windows, max(x.itemsize, grad_x.itemsize)):
        given = grads[index(piece.planes, *piece.outputs)]
        for _, those, cells, wins in _first_maxima(planes, piece):
            results[index(piece.planes, *cells)] += np.where(wins, given[index(slice(None), *those)], 0)
    return grad_x.astype(result, copy=False)


def max_unpool(y: ArrayLike, indices: ArrayLike, output_size: PerAxis) -> Array:
    r"""Put maxima back where they were found, and zeros everywhere else.

    .. math::

       x[n, c, i[n, c, o]] = y[n, c, o]

    In words: the partial inverse of max pooling, that restores the winners and forgets the rest.

    Parameters
    ----------
    y : array_like, shape (N, C, \*pooled)
        The maxima.
    indices : array_like of int, shape (N, C, \*pooled)
        Where they were found, as :py:func:`convbook.max_pool` returns it; entries of -1 are skipped.
    output_size : int or one int per spatial axis
        The spatial size of the result.

    Returns
    -------
    ndarray, shape (N, C, \*output_size)
        In the dtype of `y`.

    Raises
    ------
    ValueError
        If shapes differ, an index lies outside the result, or no memory holds the result.
    TypeError
        If `indices` are not integers.

    Notes
    -----
    If windows overlap, the same index may come twice; the later entry, in row-major order, then stays. Used
    as a decoder by Zeiler and Fergus, *Visualizing and Understanding Convolutional Networks* (2014).

    Examples
    --------
    >>> from convbook import max_pool, max_unpool
    >>> y, indices = max_pool([[[1, 7, 3, 5]]], 2, return_indices=True)
    >>> max_unpool(y, indices, 4).tolist()
    [[[0, 7, 0, 5]]]
    """
    y = as_array("y", y, min_ndim=3, layout=_LAYOUT)
    indices = as_array("indices", indices)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"`indices` must hold integers, not values of dtype {indices.dtype}.")
    must_have_shape("indices", indices, y.shape, "`y`")
    size = per_axis("output_size", output_size, y.ndim - 2, 1)
    must_be_possible("output_size", output_size, (*y.shape[:2], *size))
    cells = math.prod(size)
    if indices.size and not -1 <= indices.min() <= indices.max() < cells:
        worst = indices[(indices < -1) | (indices >= cells)][0]
        raise ValueError(f"`indices` must lie from -1 to {cells - 1}, the cells of `output_size` {size}, not {worst}.")
    planes = np.zeros((y.shape[0] * y.shape[1], cells), y.dtype)
    winners = indices.reshape(len(planes), math.prod(y.shape[2:]))
    maxima, each = y.reshape(winners.shape), min(max(1, winners.shape[1]), _AT_ONCE // 8)
    together = max(1, _AT_ONCE // (8 * each))
    for first, start in product(range(0, len(planes), together), range(0, winners.shape[1], each)):
        some = slice(first, first + together), slice(start, start + each)
        plane, window = np.nonzero(winners[some] >= 0)
        planes[first + plane, winners[some][plane, window]] = maxima[some][plane, window]
    return planes.reshape(*y.shape[:2], *size)


def avg_pool(
    x: ArrayLike,
    kernel_size: PerAxis,
    *,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Take the mean of each window.

    .. math::

       y[n, c, o] = \frac{1}{D_o} \sum_{m} x_\text{pad}[n,\, c,\, s\,o + d\,m]

    In words: slide a window over each channel, add up what it sees, and divide by the number :math:`D_o` of
    its cells.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, with one spatial axis or more.
    kernel_size, stride, padding, dilation, ceil_mode
        As in :py:func:`convbook.max_pool`; the padding holds zeros.
    count_include_pad : bool
        Whether :math:`D_o` counts the cells of the padding too. It never counts cells beyond the padding,
        which `ceil_mode` lets a window reach.
    divisor_override : int, optional
        Divide by this instead of :math:`D_o`: any integer but 0, as in PyTorch, and so a negative one, too.

    Returns
    -------
    ndarray, shape (N, C, \*output)
        The means. Floats keep their type, integers become float64.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or an argument is out of its range.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    With ``count_include_pad=False`` a window that lies in the padding altogether has no mean: it gives NaN.
    Without padding this is a convolution with a box, channel by channel. Source: LeCun, Bottou, Bengio and
    Haffner, *Gradient-Based Learning Applied to Document Recognition* (1998).

    Integers are added up exactly, however large. Of floats, long sums are added in pairs, wherever they lie in
    memory; float16 is added up in float32. As in NumPy, a sum that is too large for the type is infinite, and so
    is its mean: the mean of two float32 numbers of 3e38 is inf.

    Memory is needed as by :py:func:`convbook.max_pool`, and for sums of integers or of float16 an array of the output's
    size more. Integers of 64 bits whose sums might not fit are added up in two halves, each an array like `x`. A Dask
    array gives one, as in :py:func:`convbook.max_pool`.

    Examples
    --------
    With a zero added at each end, the windows are (0, 2) and (4, 0), whose means count two cells or one:

    >>> from convbook import avg_pool
    >>> avg_pool([[[2, 4]]], 2, padding=1).tolist()
    [[[1.0, 2.0]]]
    >>> avg_pool([[[2, 4]]], 2, padding=1, count_include_pad=False).tolist()
    [[[2.0, 4.0]]]

    Their sums, 2 and 4, divided by -2:

    >>> avg_pool([[[2, 4]]], 2, padding=1, divisor_override=-2).tolist()
    [[[-1.0, -2.0]]]
    """
    x, windows = _checked(x, kernel_size, stride, padding, dilation, ceil_mode, lazy=True)
    divisor = _divisor(windows, count_include_pad, divisor_override)
    if is_lazy(x):
        compute = partial(_means, whole=windows, include=count_include_pad, override=divisor_override)
        return windowed(x, seen_by(windows), compute, mean_dtypes(x)[1])
    return _means_of(x, windows, divisor)


def avg_pool_vjp(
    grad: ArrayLike,
    x: ArrayLike,
    kernel_size: PerAxis,
    *,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    r"""Pull a gradient back through :py:func:`convbook.avg_pool`.

    .. math::

       \bar x_\text{pad}[n, c, j] = \sum_{o,\,m\,:\,s\,o + d\,m = j} \frac{\bar y[n, c, o]}{D_o}

    In words: each window spreads its gradient evenly over its cells; what falls into the padding is dropped.

    Derived in :doc:`/layers/gradients`.

    Parameters
    ----------
    grad : array_like, shape (N, C, \*output)
        The gradient with respect to the means.
    x, kernel_size, stride, padding, dilation, ceil_mode, count_include_pad, divisor_override
        What :py:func:`convbook.avg_pool` got. Of `x` only the shape matters.

    Returns
    -------
    ndarray, shape (N, C, \*spatial)
        The gradient with respect to `x`, in the dtype of `grad` (integers become float64).

    Raises
    ------
    ValueError
        As :py:func:`convbook.avg_pool`, and if `grad` does not have the output's shape.
    TypeError
        As :py:func:`convbook.avg_pool`.

    Notes
    -----
    Average pooling is linear, so this is its adjoint, whatever `x` holds. Shares are added in float32 for float16,
    and in double precision where they may be many. Memory is needed as by :py:func:`convbook.max_pool`, and for the
    shares an array like `grad`; sums in another type than the result's are an array of their own.

    Examples
    --------
    Windows of two cells, one apart; the middle cell is in both:

    >>> from convbook import avg_pool_vjp
    >>> avg_pool_vjp([[[2, 4]]], [[[0, 0, 0]]], 2, stride=1).tolist()
    [[[1.0, 3.0, 2.0]]]
    """
    grad = as_array("grad", grad)
    x, windows = _checked(x, kernel_size, stride, padding, dilation, ceil_mode)
    divisor = _divisor(windows, count_include_pad, divisor_override)
    must_have_shape("grad", grad, (*x.shape[:2], *windows.output), "the output")
    accumulate, result = mean_dtypes(grad)
    if max(map(min, windows.kernel, windows.output)) > FEW:  # a cell may get as many shares, added one by one
        accumulate = np.result_type(accumulate, np.float64)
    # A window without cells has nobody to give to.
    share = _shared(grad.astype(accumulate), windows, divisor, of_none=1)
    return spread_evenly(share, windows).astype(result, copy=False)


def lp_pool(
    x: ArrayLike,
    p: float,
    kernel_size: PerAxis,
    *,
    stride: PerAxis | None = None,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> Array:
    r"""Take the p-norm of each window.

    .. math::

       y[n, c, o] = \Bigl( \sum_{m} \bigl| x_\text{pad}[n,\, c,\, s\,o + d\,m] \bigr|^p \Bigr)^{1/p}

    In words: ``p=1`` adds up the magnitudes, ``p=2`` is their Euclidean length, and the larger `p`, the more
    the largest magnitude decides; ``p=inf`` is that magnitude alone.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, real or complex, with one spatial axis or more.
    p : float
        The exponent, greater than 0, perhaps infinite.
    kernel_size, stride, padding, dilation, ceil_mode
        As in :py:func:`convbook.max_pool`; the padding holds zeros.

    Returns
    -------
    ndarray, shape (N, C, \*output)
        The norms, real. Floats keep their precision, integers become float64.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or an argument is out of its range.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    It takes the magnitude of `x`; PyTorch takes `x` itself, which differs for odd `p` and negative numbers,
    and with ``ceil_mode`` it rescales windows that reach beyond the input. The largest magnitude of each
    window is taken out before the power, so that no power overflows. Source: Sermanet, Chintala and LeCun,
    *Convolutional Neural Networks Applied to House Numbers Digit Classification* (2012). Memory is needed as by
    :py:func:`convbook.max_pool`; norms in another type than the result's are an array of their own. A Dask array gives
    one, as there.

    Examples
    --------
    >>> from convbook import lp_pool
    >>> lp_pool([[[3, -4, 5, 12]]], 2, 2).tolist()
    [[[5.0, 13.0]]]
    >>> lp_pool([[[3, -4, 5, 12]]], 1, 2).tolist()
    [[[7.0, 17.0]]]
    """
    p = positive("p", p, finite=False)
    x, windows = _checked(x, kernel_size, stride, padding, dilation, ceil_mode, lazy=True)
    if is_lazy(x):
        compute = partial(_norms_in_chunk, p=p, whole=windows)
        return windowed(x, seen_by(windows), compute, real_dtype(mean_dtypes(x)[1]))
    return _norms_of(x, windows, p)


def adaptive_avg_pool(x: ArrayLike, output_size: int | Sequence[int | None]) -> Array:
    r"""Take means over as many windows as outputs are wanted.

    .. math::

       y[n, c, o] = \frac{1}{b_o - a_o} \sum_{j=a_o}^{b_o-1} x[n, c, j], \qquad
       a_o = \Bigl\lfloor \frac{o\,I}{O} \Bigr\rfloor, \quad b_o = \Bigl\lceil \frac{(o+1)\,I}{O} \Bigr\rceil

    with :math:`I` cells on the axis and :math:`O` outputs. In words: cut the axis into :math:`O` equal parts
    and let each window take every cell that its part touches; neighbors overlap where a cut goes through a
    cell.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, with one spatial axis or more.
    output_size : int or one int or None per spatial axis
        The wanted size; None keeps that axis as it is.

    Returns
    -------
    ndarray, shape (N, C, \*output_size)
        The means. Floats keep their type, integers become float64.

    Raises
    ------
    ValueError
        If `x` has no cell on a spatial axis, a size is below 1, or no memory holds the result.
    TypeError
        If a size is not an integer.

    Notes
    -----
    The windows are those of PyTorch. More outputs than cells are allowed: cells are then repeated. Sums are those
    of :py:func:`convbook.avg_pool`: exact for integers, and infinite, as in NumPy, where they are too large for
    the type, although the mean would not be. A Dask array gives one. Chunks that are smaller than the windows along all
    axes are added up by themselves; those that are so along some are merged.

    Examples
    --------
    Five cells in two parts share the middle one; in one part it is the mean of all:

    >>> from convbook import adaptive_avg_pool
    >>> adaptive_avg_pool([[[1, 2, 3, 4, 5]]], 2).tolist()
    [[[2.0, 4.0]]]
    >>> adaptive_avg_pool([[[1, 2, 3, 4, 5]]], 1).tolist()
    [[[3.0]]]
    """
    x, size = _adaptive_arguments(x, output_size)
    adapted = _Adapted(x.shape[2:], size)
    if is_lazy(x):
        if _larger_than_chunks(adapted, x):
            return _over_large_parts(x, adapted, global_avg_pool)
        compute = partial(_means_of_parts, adapted=adapted)
        return windowed(x, _seen(adapted), compute, mean_dtypes(x)[1])
    return _means_of_parts(x, None, adapted)


@overload
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int | None], *, return_indices: Literal[False] = False
) -> Array: ...
@overload
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int | None], *, return_indices: Literal[True]
) -> tuple[Array, Array]: ...
def adaptive_max_pool(
    x: ArrayLike, output_size: int | Sequence[int | None], *, return_indices: bool = False
) -> Array | tuple[Array, Array]:
    r"""Take maxima over as many windows as outputs are wanted.

    .. math::

       y[n, c, o] = \max_{a_o \le j < b_o} x[n, c, j], \qquad
       a_o = \Bigl\lfloor \frac{o\,I}{O} \Bigr\rfloor, \quad b_o = \Bigl\lceil \frac{(o+1)\,I}{O} \Bigr\rceil

    In words: the windows of :py:func:`convbook.adaptive_avg_pool`, and the largest number in each.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, real, with one spatial axis or more.
    output_size : int or one int or None per spatial axis
        The wanted size; None keeps that axis as it is.
    return_indices : bool
        Return also where each maximum was found.

    Returns
    -------
    y : ndarray, shape (N, C, \*output_size)
        The maxima, in the dtype of `x`.
    indices : ndarray of int64, shape (N, C, \*output_size)
        If `return_indices`: the flat, row-major index of each maximum within its channel's spatial plane.

    Raises
    ------
    ValueError
        If `x` has no cell on a spatial axis, a size is below 1, or no memory holds the result.
    TypeError
        If `x` is complex, or a size is not an integer.

    Notes
    -----
    Among equal maxima the first in row-major order wins, and NaN wins over numbers. The windows are those of
    PyTorch. A Dask array gives Dask arrays, as in :py:func:`convbook.adaptive_avg_pool`; with indices, chunks that are
    smaller than the windows are merged, however large these are.

    Examples
    --------
    >>> from convbook import adaptive_max_pool
    >>> adaptive_max_pool([[[5, 2, 3, 4, 1]]], 2).tolist()
    [[[5, 4]]]
    """
    x, size = _adaptive_arguments(x, output_size, real=True)
    indices_too = flag("return_indices", return_indices)
    adapted = _Adapted(x.shape[2:], size)
    if is_lazy(x):
        if _larger_than_chunks(adapted, x) and not indices_too:
            return _over_large_parts(x, adapted, global_max_pool)
        return _maxima_over_chunks(x, _seen(adapted), partial(_maxima_of_parts, adapted=adapted), indices_too)
    return _maxima_of_parts(x, None, indices_too, adapted)


def global_avg_pool(x: ArrayLike) -> Array:
    r"""Take the mean of each channel.

    .. math::

       y[n, c] = \frac{1}{|\Omega|} \sum_{j \in \Omega} x[n, c, j]

    In words: add up all cells :math:`\Omega` of the channel's spatial plane and divide by their number.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, with one spatial axis or more.

    Returns
    -------
    ndarray, shape (N, C, 1, ..., 1)
        The means; the spatial axes stay, with size 1. Floats keep their type, integers become float64.

    Raises
    ------
    ValueError
        If `x` has too few axes or no cell on a spatial axis.
    TypeError
        If `x` does not hold numbers.

    Notes
    -----
    It replaces the last dense layers, for inputs of any size: Lin, Chen and Yan, *Network in Network* (2014).
    Sums are those of :py:func:`convbook.avg_pool`: exact for integers, and infinite, as in NumPy, where they are
    too large for the type, although the mean would not be. A Dask array gives one: the sums of its chunks are added up.

    Examples
    --------
    >>> from convbook import global_avg_pool
    >>> global_avg_pool([[[[1, 2], [3, 6]]]]).tolist()
    [[[[3.0]]]]
    """
    x = _with_cells(x)
    accumulate, result = mean_dtypes(x)
    if is_lazy(x):
        return _mean_over_chunks(x, accumulate, result)
    mean = _mean(_parts(x, math.prod(x.shape[2:])), accumulate)
    return mean.astype(result, copy=False).reshape(*x.shape[:2], *(1,) * (x.ndim - 2))


def global_max_pool(x: ArrayLike) -> Array:
    r"""Take the maximum of each channel.

    .. math::

       y[n, c] = \max_{j \in \Omega} x[n, c, j]

    In words: the largest number in the channel's spatial plane :math:`\Omega`, wherever it is.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, real, with one spatial axis or more.

    Returns
    -------
    ndarray, shape (N, C, 1, ..., 1)
        The maxima, in the dtype of `x`; the spatial axes stay, with size 1.

    Raises
    ------
    ValueError
        If `x` has too few axes or no cell on a spatial axis.
    TypeError
        If `x` is complex or does not hold numbers.

    Notes
    -----
    A NaN is the maximum of its channel. A Dask array gives one, from the maxima of its chunks. Max-over-time pooling is
    this on one axis: Collobert and others, *Natural Language Processing (Almost) from Scratch* (2011).

    Examples
    --------
    >>> from convbook import global_max_pool
    >>> global_max_pool([[[[1, 2], [3, 6]]]]).tolist()
    [[[[6]]]]
    """
    x = _with_cells(x, real=True)
    if is_lazy(x):
        return combined(x, np.maximum, x.dtype)
    y: Array = x.max(axis=tuple(range(2, x.ndim)), keepdims=True)
    return y


# What the callers' arguments are turned into


def _checked(
    x: ArrayLike,
    kernel_size: object,
    stride: object,
    padding: object,
    dilation: object,
    ceil_mode: object,
    *,
    real: bool = False,
    lazy: bool = False,
) -> tuple[Array, Geometry]:
    x = as_array("x", x, min_ndim=3, layout=_LAYOUT, real=real, lazy=lazy)
    step = kernel_size if stride is None else stride
    return x, geometry(x.shape[2:], kernel_size, stride=step, padding=padding, dilation=dilation, ceil_mode=ceil_mode)


def _with_cells(x: ArrayLike, *, real: bool = False) -> Array:
    x = as_array("x", x, min_ndim=3, layout=_LAYOUT, real=real, lazy=True)
    if 0 in x.shape[2:]:
        raise ValueError(f"`x` (of shape {x.shape}) must have at least one cell on every spatial axis.")
    return x


def _adaptive_arguments(x: ArrayLike, output_size: object, *, real: bool = False) -> tuple[Array, tuple[int, ...]]:
    x = _with_cells(x, real=real)
    size = per_axis("output_size", output_size, x.ndim - 2, 1, instead_of_none=x.shape[2:])
    must_be_possible("output_size", output_size, (*x.shape[:2], *size))
    return x, size


# Where parts of an axis lie


class _Adapted(NamedTuple):
    """The windows that are parts of an axis: where they lie, whatever their number."""

    size: tuple[int, ...]
    output: tuple[int, ...]

    def outputs(self, place: Place | None) -> tuple[int, ...]:
        """Return how many outputs there are along each axis, at a place."""
        return self.output if place is None else tuple(some.stop - some.start for some in place.outputs)

    def windows(self, place: Place | None) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
        """Yield each output position with the slices that it sees."""
        axes = len(self.size)
        before = (0,) * axes if place is None else tuple(some.start for some in place.outputs)
        cells = (0,) * axes if place is None else tuple(some.start for some in place.cells)
        for position in np.ndindex(*self.outputs(place)):
            along = zip(map(int.__add__, position, before), self.size, self.output, cells, strict=True)
            yield position, tuple(slice(o * n // w - c, -(-(o + 1) * n // w) - c) for o, n, w, c in along)


# Chunk by chunk


def _larger_than_chunks(adapted: _Adapted, x: Lazy) -> bool:
    """Return whether no window is smaller than a chunk, along any axis."""
    axes = zip(adapted.size, adapted.output, x.chunks[2:], strict=True)
    return all(n // o >= max(chunks) for n, o, chunks in axes)


def _seen(adapted: _Adapted) -> list[tuple[Array, Array]]:
    """Return where the windows of each axis begin and end."""
    axes = [(np.arange(wanted), n, wanted) for n, wanted in zip(adapted.size, adapted.output, strict=True)]
    return [(o * n // wanted, -(-(o + 1) * n // wanted)) for o, n, wanted in axes]


def _maxima_over_chunks(
    x: Lazy, seen: Sequence[tuple[Array, Array]], compute: Callable[..., Any], indices_too: bool
) -> Array | tuple[Array, Array]:
    """Return the maxima, and perhaps their indices, as Dask arrays."""
    y = windowed(x, seen, partial(compute, indices_too=indices_too), x.dtype)
    return (entry(y, 0, x.dtype), entry(y, 1, np.dtype(np.int64))) if indices_too else y


def _maxima(x: Array, place: Place, indices_too: bool, whole: Geometry) -> Array | tuple[Array, Array]:
    windows = place.windows(whole)
    if not indices_too:
        return windows_reduced(x, windows, np.maximum, _lowest(x.dtype), x.dtype)
    y, indices = _with_indices(x, windows)
    return y, in_whole(indices, place, whole.size)


def _means(x: Array, place: Place, whole: Geometry, include: bool, override: int | None) -> Array:
    def counted(some: tuple[slice, ...]) -> Array:
        places = zip(some, place.outputs, strict=True)
        return _counted(whole, include, tuple(slice(a.start + o.start, a.stop + o.start) for a, o in places))

    divisor = counted if override is None else _divisor(whole, include, override)
    return _means_of(x, place.windows(whole), divisor)


def _norms_in_chunk(x: Array, place: Place, p: float, whole: Geometry) -> Array:
    return _norms_of(x, place.windows(whole), p)


def _over_large_parts(x: Lazy, adapted: _Adapted, pool: Callable[[Lazy], Array]) -> Array:
    """Pool each part by itself, from the results of the chunks in it."""
    found = np.empty(adapted.output, object)
    for o, window in adapted.windows(None):
        found[o] = pool(x[index(..., *window)])
    return laid_out(found.tolist())


def _mean_over_chunks(x: Lazy, accumulate: np.dtype[Any], result: np.dtype[Any]) -> Array:
    """Return the mean of each channel from the sums of its chunks."""
    cells = math.prod(x.shape[2:])
    sums = [combined(part, np.add, sum_dtypes(part)[0]) for part in _parts(x, cells, 2 ** (8 * x.dtype.itemsize))]
    return each(partial(_mean_from, accumulate=accumulate, cells=cells, result=result), sums, result)


def _mean_from(*sums: Array, accumulate: np.dtype[Any], cells: int, result: np.dtype[Any]) -> Array:
    mean = _divide(_joined(list(sums)).astype(accumulate), np.array(cells))
    return mean.astype(result, copy=False)


# On checked arguments


def _means_of(x: Array, windows: Geometry, divisor: _Divisor) -> Array:
    """Compute the mean of each window."""
    accumulate, result = mean_dtypes(x)
    parts = _parts(x, min(math.prod(windows.kernel), math.prod(windows.size)))
    sums = _joined([windows_reduced(part, windows, np.add, 0, sum_dtypes(part)[0]) for part in parts])
    return _shared(sums.astype(accumulate, copy=False), windows, divisor).astype(result, copy=False)


def _norms_of(x: Array, windows: Geometry, p: float) -> Array:
    """Compute the p-norm of each window."""
    accumulate, result = mean_dtypes(x)
    dtype = real_dtype(accumulate)
    limits = np.finfo(dtype)
    if not float(limits.tiny) <= p <= float(limits.max) and math.isfinite(p):  # p or 1/p would round to 0
        dtype = np.dtype(np.float64)
    y = np.empty((*x.shape[:2], *windows.output), dtype)
    planes, results = planes_of(x), planes_of(y)
    for piece in runs(len(planes), windows, y.itemsize):
        cells, out = planes[piece.planes], results[index(piece.planes, *piece.outputs)]
        _norms(cells, piece.windows, p, accumulate, out)
    return y.astype(real_dtype(result), copy=False)


def _means_of_parts(x: Array, place: Place | None, adapted: _Adapted) -> Array:
    """Compute the mean of each part, of all parts or of those at a place."""
    accumulate, result = mean_dtypes(x)
    y = np.empty((*x.shape[:2], *adapted.outputs(place)), result)
    parts = _parts(x, math.prod(x.shape[2:]))
    for o, window in adapted.windows(place):
        y[index(..., *o)] = _mean([part[index(..., *window)] for part in parts], accumulate)
    return y


def _maxima_of_parts(
    x: Array, place: Place | None, indices_too: bool, adapted: _Adapted
) -> Array | tuple[Array, Array]:
    """Find the maximum of each part, of all parts or of those at a place, and perhaps where it is."""
    y = np.empty((*x.shape[:2], *adapted.outputs(place)), x.dtype)
    indices = np.empty(y.shape if indices_too else 0, np.int64)
    for o, window in adapted.windows(place):
        if indices_too:
            y[index(..., *o)], indices[index(..., *o)] = _first_maximum(x, window)
        else:
            y[index(..., *o)] = x[index(..., *window)].max(axis=tuple(range(2, x.ndim)))
    if not indices_too:
        return y
    return y, indices if place is None else in_whole(indices, place, adapted.size)


def _norms(planes: Array, windows: Geometry, p: float, dtype: np.dtype[Any], out: Array) -> None:
    """Compute the p-norm of each window into `out`."""

    def magnitudes(those: tuple[slice, ...], cells: tuple[slice, ...]) -> Array:
        """Return what a tap sees, with zeros beyond the input."""
        found = np.zeros_like(out)
        seen = planes[index(slice(None), *cells)].astype(dtype, copy=False)
        np.abs(seen, out=found[index(slice(None), *those)])
        return found

    seen = [(those, cells) for _, those, cells in met(windows)]
    largest = np.zeros_like(out)
    for tap in seen:
        np.maximum(largest, magnitudes(*tap), out=largest)
    if math.isinf(p):
        out[...] = largest
        return
    scale = np.where((largest > 0) & (largest < np.inf), largest, 1)
    sums = in_groups(lambda tap: (magnitudes(*seen[tap]) / scale) ** p, len(seen), out.dtype) if seen else largest
    out[...] = scale * sums ** (1 / p)


def _with_indices(x: Array, windows: Geometry) -> tuple[Array, Array]:
    """Return the maxima and their flat indices; the first in row-major order, -1 where there is no cell."""
    y = windows_reduced(x, windows, np.maximum, _lowest(x.dtype), x.dtype)
    indices = np.full(y.shape, -1, np.int64)
    planes, maxima, results = planes_of(x), planes_of(y), planes_of(indices)
    apart = [math.prod(windows.size[axis + 1 :]) for axis in range(len(windows.size))]  # neighbors along an axis
    for piece in runs(len(planes), windows, indices.itemsize):
        place = index(piece.planes, *piece.outputs)
        axes = zip(piece.windows.output, windows.stride, piece.windows.padding, apart, strict=True)
        first = reduce(np.add.outer, [(s * np.arange(n) - before) * step for n, s, (before, _), step in axes])
        for tap, those, _, wins in _first_maxima(planes, piece, maxima[place]):
            further = sum(d * m * step for d, m, step in zip(windows.dilation, tap, apart, strict=True))
            np.copyto(results[place][index(slice(None), *those)], first[those] + further, where=wins)
    return y, indices


def _first_maxima(
    planes: Array, piece: Piece, maxima: Array | None = None
) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...], tuple[slice, ...], Array]]:
    """Yield for each tap the outputs of a piece that see a cell, these cells, and which it is the first maximum of."""
    planes, lowest, y = planes[piece.planes], _lowest(planes.dtype), maxima
    if y is None:
        y = windows_reduced(planes[None], piece.windows, np.maximum, lowest, planes.dtype)[0]
    undecided = np.ones(y.shape, bool)
    for tap, those, cells in met(piece.windows):
        here = index(slice(None), *those)
        seen, most = planes[index(slice(None), *cells)], y[here]
        wins = seen == most
        if y.dtype.kind == "f":
            wins |= (seen != seen) & (most != most)  # NaN beats numbers, not NaN
        wins &= undecided[here]
        undecided[here] &= ~wins
        yield tap, those, cells, wins


def _first_maximum(x: Array, window: tuple[slice, ...]) -> tuple[Array, Array]:
    """Return the largest number of each plane in a box of cells, and the flat index of the first such, ``(N, C)``."""
    planes, (rows, *beside) = planes_of(x), window
    largest, where = np.empty(len(planes), x.dtype), np.empty(len(planes), np.int64)
    row = x.itemsize * math.prod(some.stop - some.start for some in beside)
    at_once = min(rows.stop - rows.start, max(1, _AT_ONCE // row))
    together = max(1, _AT_ONCE // (row * at_once))
    for first in range(0, len(planes), together):
        some = slice(first, first + together)
        for top in range(rows.start, rows.stop, at_once):
            cells = planes[index(some, slice(top, min(top + at_once, rows.stop)), *beside)]
            lines = cells.reshape(len(cells), math.prod(cells.shape[1:]))
            winner = lines.argmax(axis=1)
            found = np.take_along_axis(lines, winner[:, None], axis=1)[:, 0]
            starts = (top, *(one.start for one in beside))
            axes = map(np.add, np.unravel_index(winner, cells.shape[1:]), starts)
            flat = np.ravel_multi_index(tuple(axes), x.shape[2:])
            if top == rows.start:
                largest[some], where[some] = found, flat
                continue
            known = largest[some]
            beaten = (found > known) | ((found != found) & (known == known))
            np.copyto(known, found, where=beaten)
            np.copyto(where[some], flat, where=beaten)
    return largest.reshape(x.shape[:2]), where.reshape(x.shape[:2])


def _lowest(dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "f":
        return dtype.type(-np.inf)
    return False if dtype.kind == "b" else np.iinfo(dtype).min


def _divisor(windows: Geometry, count_include_pad: object, divisor_override: object) -> _Divisor:
    """Return what finds the divisors of some windows."""
    include = flag("count_include_pad", count_include_pad)
    if divisor_override is None and not _are_few(windows):
        return lambda some: _counted(windows, include, some)
    if divisor_override is None:
        divisor = _cells_that_count(windows, include)
    else:
        given = integer("divisor_override", divisor_override)
        if given == 0:
            raise ValueError("`divisor_override` (=0) must not be 0.")
        if abs(given) > sys.float_info.max:
            limit = f"{sys.float_info.max:.2g} in magnitude"
            raise ValueError(f"`divisor_override` (={show(given)}) must be at most {limit}.")
        divisor = np.array(float(given))
    return lambda _: divisor


def _are_few(windows: Geometry) -> bool:
    """Return whether all windows of a plane are looked at together."""
    return 8 * math.prod(windows.output) <= _AT_ONCE


def _all(windows: Geometry) -> tuple[slice, ...]:
    return tuple(slice(0, n) for n in windows.output)


@lru_cache(64)
def _cells_that_count(windows: Geometry, include: bool) -> Array:
    return _counted(windows, include, _all(windows))


def _counted(windows: Geometry, include: bool, outputs: tuple[slice, ...]) -> Array:
    """Return how many cells count in each of some windows."""
    counts = []
    for axis, (some, (before, after)) in enumerate(zip(outputs, windows.padding, strict=True)):
        first, last = (-before, windows.size[axis] + after) if include else (0, windows.size[axis])
        starts = windows.stride[axis] * np.arange(some.start, some.stop) - before
        # This many taps lie before a cell: those with start + dilation * tap < cell.
        taps_before = (-((starts - cell) // windows.dilation[axis]) for cell in (last, first))
        counts.append(np.subtract(*(np.clip(taps, 0, windows.kernel[axis]) for taps in taps_before)))
    return reduce(np.multiply.outer, counts)


def _shared(sums: Array, windows: Geometry, divisor: _Divisor, *, of_none: int = 0) -> Array:
    """Divide what belongs to windows in place, some windows at a time if they are many; by `of_none` in place of 0."""
    planes, whole = planes_of(sums), Piece(slice(None), _all(windows), windows)
    for piece in [whole] if _are_few(windows) else runs(len(planes), windows, 8):
        divisors = divisor(piece.outputs)
        with np.errstate(invalid="ignore"):  # 0 / 0 where a window sees no cell that counts
            _divide(planes[index(piece.planes, *piece.outputs)], np.where(divisors == 0, of_none, divisors))
    return sums


# Means: sums that neither wrap nor depend on where the numbers lie in memory


def _parts(x: Array, terms: int, largest: int | None = None) -> list[Array]:
    """Return `x`, or the upper and lower 32 bits of its integers if 64 might not hold a sum of as many of them.

    The `largest` magnitude is looked for if it is not said.
    """
    if x.dtype.kind in "fcb" or x.size == 0:
        return [x]
    dtype, _ = sum_dtypes(x)
    if largest is None:
        largest = largest_magnitude(x) if x.dtype.itemsize == 8 else 2 ** (8 * x.dtype.itemsize)
    if largest * terms <= np.iinfo(dtype).max:
        return [x]
    wide = x.astype(dtype, copy=False)
    return [wide >> 32, wide & 0xFFFF_FFFF]


def _joined(sums: list[Array]) -> Array:
    """Return the sum from the sums of its parts."""
    if len(sums) == 1:
        return sums[0]
    upper, lower = sums
    joined: Array = (upper + (lower >> 32)).astype(np.float64) * 2.0**32
    joined += lower & 0xFFFF_FFFF
    return joined


def _divide(sums: Array, divisor: Array) -> Array:
    """Divide in place: complex numbers part by part, as the quotient of an infinite part must not spoil the other."""
    kind = real_dtype(sums.dtype)
    if abs(divisor).max() <= np.finfo(kind).max:  # a larger one divides in float64
        divisor = divisor.astype(kind)
    for part in (sums.real, sums.imag) if sums.dtype.kind == "c" else (sums,):
        np.divide(part, divisor, out=part)
    return sums


def _mean(parts: list[Array], accumulate: np.dtype[Any]) -> Array:
    """Return the mean over all spatial axes, of shape ``(N, C)``."""
    axes = tuple(range(2, parts[0].ndim))
    sums = _joined([total(part, axes, sum_dtypes(part)[0]) for part in parts])
    return _divide(sums.astype(accumulate, copy=False), np.array(math.prod(parts[0].shape[2:])))

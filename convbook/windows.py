r"""Borders and windows: extending an array, laying its windows out as columns, and the adjoints of both."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    Padding,
    Pair,
    PerAxis,
    as_array,
    count,
    fits,
    is_lazy,
    is_several,
    must_be_possible,
    must_have_shape,
    one_of,
    pad_pairs,
    per_axis,
    show,
    sum_dtypes,
)
from convbook._geometry import add_windows, extend, geometry, index, window_view
from convbook._lazy import continued, filled

#: The rules for cells beyond the ends, by NumPy's names.
BORDERS = ("constant", "edge", "reflect", "symmetric", "wrap")
MIRRORS = ("reflect", "symmetric")


def pad(
    x: ArrayLike,
    pad_width: Any,
    mode: str = "constant",
    value: complex = 0,
    *,
    reflect_type: str = "even",
) -> Array:
    r"""Extend an array beyond its ends by a rule.

    .. math::

       y[j] = x[\sigma(j - b)], \qquad \sigma(i) = \begin{cases}
       \min(\max(i, 0),\, n-1) & \text{edge} \\
       i \bmod n & \text{wrap} \\
       \min(r, 2n-1-r),\; r = i \bmod 2n & \text{symmetric} \\
       \min(r, 2n-2-r),\; r = i \bmod (2n-2) & \text{reflect}
       \end{cases}

    with :math:`b` cells before an axis of :math:`n`. In words: every new cell repeats a cell of `x`: the
    nearest one, the one a whole period away, or the mirror image, with the outermost cell doubled (symmetric)
    or not (reflect). With ``mode="constant"`` new cells hold `value`.

    With ``reflect_type="odd"`` a mirror image is turned upside down, too, so that it starts where `x` ends. With the
    period :math:`P` (:math:`2n`, or :math:`2n-2` for reflect), on one axis and for :math:`i = j - b`,

    .. math::

       y[j] = (-1)^f\, x[\sigma(i)] + 2\,(q + f)\, x[n-1] - 2\,q\, x[0], \qquad
       q = \lfloor i / P \rfloor, \quad f = \begin{cases} 1 & i \bmod P \ge n \\ 0 & \text{else.} \end{cases}

    In words: up to :math:`n-1` cells beyond an end, twice the end cell less the mirror image; farther out, the same
    about the end of what is there by then. So ``reflect`` continues a straight line as that line.

    Derived in :doc:`/pictures/padding`.

    Parameters
    ----------
    x : array_like
        Any array of numbers.
    pad_width : int, (before, after), one pair per axis, or dict
        As in :py:func:`numpy.pad`, over **all** axes: one width everywhere, one pair for every axis, a pair
        for each axis, or a mapping from axes to widths or pairs.
    mode : {"constant", "edge", "reflect", "symmetric", "wrap"}
        The rule, by NumPy's names.
    value : number
        What the new cells hold in constant mode; it must fit the dtype of `x`. Other modes take none.
    reflect_type : {"even", "odd"}
        Whether the mirror images of the modes reflect and symmetric are plain or turned upside down. Other modes have
        no odd form.

    Returns
    -------
    ndarray
        A new array of the dtype of `x`, larger by the widths. Only if `reflect_type` is ``"odd"``, whose cells are
        sums, integers become 64-bit, and are summed modulo 2**64.

    Raises
    ------
    ValueError
        If a width is negative, the mode is unknown or has no odd form, the value does not fit, no memory holds the
        result, or an empty axis would have to repeat a cell that it does not have.
    TypeError
        If the widths are not integers.

    Notes
    -----
    The rules may be applied over any distance: a wrap or a mirror image continues period after period. The
    adjoint, which gradients need, is :py:func:`convbook.pad_vjp`. A Dask array gives one: its chunks stay as they are,
    and new cells come in chunks of their own, no longer than the longest of them.

    The odd forms equal :py:func:`numpy.pad`'s but for two things: farther out than :math:`n-1` cells floats are rounded
    in another order, and small integers do not wrap. A single cell has no slope to continue: it is repeated. Where
    twice an end cell is too large for the type, so are the cells made of it, as in NumPy.

    Examples
    --------
    >>> from convbook import pad
    >>> pad([1, 2, 3], (2, 1), "reflect").tolist()
    [3, 2, 1, 2, 3, 2]
    >>> pad([1, 2, 3], (2, 1), "symmetric").tolist()
    [2, 1, 1, 2, 3, 3]
    >>> pad([1, 2, 3], (2, 1), "wrap").tolist()
    [2, 3, 1, 2, 3, 1]

    Turned upside down about the 1, the mirror image 4, 2 becomes 2 * 1 - 4 and 2 * 1 - 2; about the 4, the 2 becomes
    2 * 4 - 2:

    >>> pad([1, 2, 4], (2, 1), "reflect", reflect_type="odd").tolist()
    [-2, 0, 1, 2, 4, 6]
    """
    x, pairs, held = _pad_arguments(x, pad_width, mode, value, reflect_type, lazy=True)
    if is_lazy(x):
        return _padded_chunks(x, pairs, mode, held, reflect_type)
    if mode == "constant":
        y = np.full(_padded_shape(x, pairs), held, x.dtype)
        y[_middle(x, pairs)] = x
        return y
    repeated = sources(x.shape, pairs, mode)
    if reflect_type == "odd":
        return _turned(x, repeated, pairs, mode)
    return x[np.ix_(*repeated)] if repeated else x.copy()


def pad_vjp(
    grad: ArrayLike,
    x: ArrayLike,
    pad_width: Any,
    mode: str = "constant",
    value: complex = 0,
    *,
    reflect_type: str = "even",
) -> Array:
    r"""Pull a gradient back through :py:func:`convbook.pad`: the adjoint of the extension.

    .. math::

       \bar x[i] = \sum_{j\,:\,\sigma(j - b) = i} \bar y[j]

    In words: each cell of `x` receives the gradients of all cells that repeat it; cells that hold a constant
    send theirs nowhere, so in constant mode the gradient is cropped. With ``reflect_type="odd"`` a cell that is turned
    upside down sends its gradient with a minus sign, and each multiple of it that it adds of an end cell, to that end.

    Derived in :doc:`/layers/gradients`.

    Parameters
    ----------
    grad : array_like
        The gradient with respect to the padded array, of its shape.
    x, pad_width, mode, value, reflect_type
        What :py:func:`convbook.pad` got. Of `x` only the shape matters.

    Returns
    -------
    ndarray
        The gradient with respect to `x`, of its shape, in the dtype of `grad` (integers become 64-bit, and are summed
        modulo 2**64).

    Raises
    ------
    ValueError
        As :py:func:`convbook.pad`, and if `grad` does not have the padded shape.
    TypeError
        As :py:func:`convbook.pad`.

    Notes
    -----
    Dropping the borders of the gradient, as is right for zeros, is wrong for every other mode: the sums above
    are what makes :math:`\langle Px, y\rangle = \langle x, P^{\mathsf T}y\rangle` hold.

    Examples
    --------
    Reflected, ``[1, 2, 3]`` becomes ``[3, 2, 1, 2, 3, 2]``: the 2 is seen three times, the 3 twice, the 1
    once.

    >>> from convbook import pad_vjp
    >>> pad_vjp([1, 1, 1, 1, 1, 1], [1, 2, 3], (2, 1), "reflect").tolist()
    [1, 3, 2]

    Upside down, the first two cells hold 2 * 1 - 3 and 2 * 1 - 2, the last one 2 * 3 - 2. So the 1 counts 1 + 4, the 2
    counts 1 - 1 - 1, and the 3 counts 1 - 1 + 2:

    >>> pad_vjp([1, 1, 1, 1, 1, 1], [1, 2, 3], (2, 1), "reflect", reflect_type="odd").tolist()
    [5, -1, 2]
    """
    grad = as_array("grad", grad)
    x, pairs, _ = _pad_arguments(x, pad_width, mode, value, reflect_type)
    must_have_shape("grad", grad, _padded_shape(x, pairs), "the padded array")
    accumulate, result = sum_dtypes(grad)
    if mode == "constant":
        return grad[_middle(x, pairs)].astype(result)
    folded = grad.astype(accumulate)
    # the rule works axis by axis, and so does its adjoint
    for axis, source in enumerate(sources(x.shape, pairs, mode)):
        before = index(*(slice(None),) * axis)
        shorter = np.zeros((*folded.shape[:axis], x.shape[axis], *folded.shape[axis + 1 :]), accumulate)
        if reflect_type == "odd":
            turned, ends = _half_turns(x.shape[axis], pairs[axis], mode)
            for end, cells, times in ends:
                shorter[(*before, end)] = np.tensordot(folded.take(cells, axis), times.astype(accumulate), (axis, 0))
            folded[(*before, turned)] = -folded[(*before, turned)]
        np.add.at(shorter, (*before, source), folded)
        folded = shorter
    return folded.astype(result, copy=False)


def _pad_arguments(
    x: ArrayLike, pad_width: object, mode: str, value: object, reflect_type: str, *, lazy: bool = False
) -> tuple[Array, tuple[Pair, ...], Any]:
    x = as_array("x", x, lazy=lazy)
    pairs = pad_pairs("pad_width", pad_width, x.ndim)
    one_of("mode", mode, BORDERS)
    if one_of("reflect_type", reflect_type, ("even", "odd")) == "odd" and mode not in MIRRORS:
        raise ValueError(f"`reflect_type` (='odd') needs `mode` 'reflect' or 'symmetric', not {mode!r}.")
    must_be_possible("pad_width", pad_width, _padded_shape(x, pairs))
    held = fits("value", value, x.dtype)
    if mode != "constant":
        if held != 0:
            raise ValueError(f"`value` (={show(value)}) needs `mode` 'constant', not {mode!r}.")
        for axis, (n, pair) in enumerate(zip(x.shape, pairs, strict=True)):
            if n == 0 and any(pair):
                raise ValueError(
                    f"`x` (of shape {x.shape}) is empty on axis {axis}: mode {mode!r} has no cell to repeat."
                )
    return x, pairs, held


def _padded_shape(x: Array, pairs: tuple[Pair, ...]) -> tuple[int, ...]:
    return tuple(n + sum(pair) for n, pair in zip(x.shape, pairs, strict=True))


def _middle(x: Array, pairs: tuple[Pair, ...]) -> tuple[slice, ...]:
    """Return where the array itself lies in its extension."""
    return tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, pairs, strict=True))


def sources(shape: tuple[int, ...], pairs: tuple[Pair, ...], mode: str) -> list[Array]:
    """Return for each axis which cell of an array each cell of the extension repeats."""
    found = []
    for n, (before, after) in zip(shape, pairs, strict=True):
        i = np.arange(-before, n + after)
        if n == 0:
            pass  # nothing is repeated
        elif mode == "edge":
            i = np.clip(i, 0, n - 1)
        elif mode == "wrap":
            i %= n
        elif mode == "symmetric":
            i %= 2 * n
            i = np.minimum(i, 2 * n - 1 - i)
        else:  # reflect
            period = max(2 * n - 2, 1)  # a single cell mirrors itself
            i %= period
            i = np.minimum(i, period - i)
        found.append(i)
    return found


def _turned(x: Array, repeated: list[Array], pairs: tuple[Pair, ...], mode: str) -> Array:
    """Return the extension by mirror images that are turned upside down, axis by axis."""
    accumulate, result = sum_dtypes(x)
    y = x.astype(accumulate)
    for axis, source in enumerate(repeated):
        before = index(*(slice(None),) * axis)
        turned, ends = _half_turns(x.shape[axis], pairs[axis], mode)
        narrow, y = y, y.take(source, axis)
        y[(*before, turned)] = -y[(*before, turned)]
        for end, cells, times in ends:
            weights = times.astype(accumulate).reshape(-1, *(1,) * (x.ndim - axis - 1))
            y[(*before, cells)] += weights * narrow.take([end], axis)
    return y.astype(result, copy=False)


def _padded_chunks(x: Array, pairs: tuple[Pair, ...], mode: str, held: Any, reflect_type: str) -> Array:
    """Return the extension of a Dask array: its chunks as they are, and others before and after them."""
    if mode == "constant":
        return filled(x, pairs, held)
    odd = reflect_type == "odd"
    accumulate, result = sum_dtypes(x)
    if not odd:
        accumulate = result = x.dtype
    y = x.astype(accumulate)
    for axis, source in enumerate(sources(x.shape, pairs, mode)):
        if any(pairs[axis]):
            turns = _half_turns(x.shape[axis], pairs[axis], mode)
            y = continued(y, axis, source, pairs[axis], partial(_turned_cells, axis=axis, turns=turns) if odd else None)
    return y.astype(result)


def _turned_cells(
    cells: Array,
    *ends: Array,
    axis: int,
    turns: tuple[Array, list[tuple[int, Array, Array]]],
    some: slice,
) -> Array:
    """Turn mirror images upside down as :func:`_turned` does, for some of the extension along an axis."""
    before = index(*(slice(None),) * axis)

    def among(places: Array) -> Array:
        found: Array = (places >= some.start) & (places < some.stop)
        return found

    turned = turns[0][among(turns[0])] - some.start
    cells[(*before, turned)] = -cells[(*before, turned)]
    for end, (_, places, times) in zip(ends, turns[1], strict=False):
        here = among(places)
        weights = times[here].astype(cells.dtype).reshape(-1, *(1,) * (cells.ndim - axis - 1))
        cells[(*before, places[here] - some.start)] += weights * end
    return cells


def _half_turns(n: int, pair: Pair, mode: str) -> tuple[Array, list[tuple[int, Array, Array]]]:
    """Return which cells of the extension are turned upside down, and what each adds of the end cells.

    The latter is, for the first cell and the last: its index, the cells that add it, and how often each does.
    """
    if n < 2:  # there is nothing to turn, or nothing to turn it about
        return np.zeros(0, int), []
    i = np.arange(-pair[0], n + pair[1])
    # The images of the end cells belong to two periods: to the nearer one, where they are rounded once only.
    after = i > 0
    period, place = np.divmod(i - after, 2 * n if mode == "symmetric" else 2 * n - 2)
    back = place + after >= n - (i < 0)
    times = {0: -2 * period, n - 1: 2 * (period + back)}
    return np.flatnonzero(back), [(end, np.flatnonzero(many), many[many != 0]) for end, many in times.items()]


def unfold(
    x: ArrayLike,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
) -> Array:
    r"""Lay all windows out as columns (im2col).

    .. math::

       U[n,\,(c, m),\,o] = x_\text{pad}[n,\, c,\, s\,o + d\,m]

    In words: column :math:`o` lists what window :math:`o` sees, channel by channel and tap by tap. A
    convolution is then one matrix product: the weight, flattened to a row per output channel, times these
    columns.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, with one spatial axis or more.
    kernel_size, stride, dilation : int or one int per spatial axis
        The taps of a window, the step between windows and the distance between neighboring taps, in input
        cells; 1 is an ordinary kernel.
    padding : int, one int or one (before, after) pair per spatial axis, "same" or "valid"
        The zeros added before and after the input.

    Returns
    -------
    ndarray, shape (N, C * prod(kernel_size), L)
        Rows in the order ``(C, *kernel)``, columns in that of the output positions, both row-major; a new
        array of the dtype of `x`.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, an argument is out of its range, or no memory holds the padded
        input.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    The columns hold up to ``prod(kernel_size)`` copies of every cell. Lowering a convolution to a matrix
    product goes back to Chellapilla, Puri and Simard, *High Performance Convolutional Neural Networks for
    Document Processing* (2006). The adjoint is :py:func:`convbook.fold`.

    Examples
    --------
    Windows of two cells on 1 to 4; one column per window:

    >>> from convbook import unfold
    >>> unfold([[[1, 2, 3, 4]]], 2).tolist()
    [[[1, 2, 3], [2, 3, 4]]]
    """
    x = as_array("x", x, min_ndim=3, layout="(N, C, *spatial)")
    windows = geometry(x.shape[2:], kernel_size, stride=stride, padding=padding, dilation=dilation)
    seen = window_view(extend(x, windows), windows)
    columns = np.empty(seen.shape, x.dtype)
    columns[...] = seen
    rows = x.shape[1] * int(np.prod(windows.kernel))
    return columns.reshape(x.shape[0], rows, int(np.prod(windows.output)))


def fold(
    cols: ArrayLike,
    output_size: PerAxis,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
) -> Array:
    r"""Add columns back at the places they were taken from (col2im).

    .. math::

       y[n, c, j] = \sum_{o,\,m\,:\,s\,o + d\,m = j + p} U[n,\,(c, m),\,o]

    In words: each cell gets the sum of all its copies in the columns; what lies in the padding is dropped.
    This is the adjoint of :py:func:`convbook.unfold`.

    Parameters
    ----------
    cols : array_like, shape (N, C * prod(kernel_size), L)
        The columns, ordered as :py:func:`convbook.unfold` orders them.
    output_size : int or sequence of int
        The spatial size of the result. Its length is the number of spatial axes; an int means one.
    kernel_size, stride, padding, dilation
        Those of the :py:func:`convbook.unfold` that is transposed.

    Returns
    -------
    ndarray, shape (N, C, \*output_size)
        The sums, in the dtype of `cols` (integers become 64-bit, and are summed modulo 2**64).

    Raises
    ------
    ValueError
        If the columns do not belong to such windows, an argument is out of its range, or no memory holds the result.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    ``fold(unfold(x))`` is not `x` but `x` times the number of windows that see each cell.

    Examples
    --------
    Two windows of two cells, ``[1, 2]`` at 0 and ``[10, 20]`` at 1, overlap in the middle:

    >>> from convbook import fold
    >>> fold([[[1, 10], [2, 20]]], 3, 2).tolist()
    [[[1, 12, 20]]]
    """
    cols = as_array("cols", cols, ndim=3, layout="(N, C * prod(kernel_size), L)")
    axes = len(output_size) if is_several(output_size) else 1
    size = per_axis("output_size", output_size, axes, 0, axis="axis")
    must_be_possible("output_size", output_size, size)
    windows = geometry(size, kernel_size, stride=stride, padding=padding, dilation=dilation)
    taps, outputs = int(np.prod(windows.kernel)), int(np.prod(windows.output))
    if cols.shape[1] % taps:
        raise ValueError(
            f"`cols` (of shape {cols.shape}) must have a multiple of {taps} rows, the taps of `kernel_size` "
            f"{windows.kernel}."
        )
    if cols.shape[2] != outputs:
        raise ValueError(
            f"`cols` (of shape {cols.shape}) must have {count(outputs, 'column')}, one for each of the "
            f"{windows.output} windows."
        )
    accumulate, result = sum_dtypes(cols)
    lead = (cols.shape[0], cols.shape[1] // taps)
    values = cols.reshape(lead + windows.kernel + windows.output)
    y = add_windows(values, windows, np.zeros(lead + windows.size, accumulate))
    return np.ascontiguousarray(y.astype(result, copy=False))

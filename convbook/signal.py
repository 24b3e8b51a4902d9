"""Convolution and correlation of signals: any number of axes, every numeric type, three modes, five border rules.

Both functions come down to one: the convolution of two arrays without any border. A border rule other than zeros is
written out around the signal first; correlation is convolution with the kernel turned around and conjugated. What
is convolved is a layer with one channel, too, so the algorithms of layers compute it, or one of three that are at home
here: sums of shifted copies, and transforms of all or of blocks. The wanted part is cut out of the result.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from convbook.algorithms import cost
from convbook.algorithms.layer import Layer
from convbook.algorithms.layers import compute_dtype, convolved, is_finite
from convbook.algorithms.planner import ALGORITHMS as _OF_LAYERS
from convbook.algorithms.planner import Plan, plan
from convbook.algorithms.threads import available
from convbook.arguments import Array, as_array, fits, mean_dtypes, one_of, sum_dtypes
from convbook.shapes import Geometry

_MODES: Final = ("full", "same", "valid")
#: The methods that let infinities and NaNs reach the outputs that see them, and no other.
_CONTAINED: Final = ("direct", "columns", "separable")

#: Where the wanted part of all outputs starts, and how many it is, along one axis.
Part = tuple[int, int]

_BOUNDARIES: Final = ("constant", "edge", "reflect", "symmetric", "wrap")


def convolve(
    x: ArrayLike,
    h: ArrayLike,
    mode: str = "full",
    *,
    boundary: str = "constant",
    fill_value: complex = 0,
    method: str = "auto",
) -> Array:
    r"""Convolve two arrays with the same number of axes.

    .. math:: (x * h)[n] = \sum_k h[k]\, x[n - k], \qquad n, k \in \mathbb{Z}^d

    In words: add up copies of the signal, one for each element of the kernel, shifted by its index and scaled
    by its value. Along each axis a signal of `N` and a kernel of `K` elements have `N + K - 1` sums with at
    least one term.

    Derived in :doc:`/operation/one-sum-four-pictures`; see :doc:`/operation/convolution-or-correlation` for
    what it is not.

    Parameters
    ----------
    x : array_like
        The signal, with one axis or more.
    h : array_like
        The kernel, with as many axes. It may be larger than the signal.
    mode : {"full", "same", "valid"}
        Which sums are returned, along each axis:

        - ``"full"``: all `N + K - 1`;
        - ``"same"``: `N` of them, from element `(K - 1) // 2` of ``"full"`` on, as in ``scipy.signal``;
        - ``"valid"``: the `N - K + 1` in which the kernel lies wholly within the signal, from element `K - 1` on.
          A kernel that is larger along every axis changes places with the signal: `K - N + 1` sums.
    boundary : {"constant", "edge", "reflect", "symmetric", "wrap"}
        How the signal continues beyond its ends, in :py:func:`numpy.pad`'s words. It makes no difference to
        ``"valid"``, which never looks there, nor to how many sums the other modes return.
    fill_value : number
        The constant beyond the ends, for ``boundary="constant"``.
    method : str
        How the sums are computed:

        - ``"direct"``: adding up shifted copies, one for each element of the kernel;
        - ``"fft"``: one Fourier transform of everything; ``"overlap-add"``: transforms of blocks;
        - ``"separable"``: along one axis after the other, for a kernel that is a column times a row;
        - the methods of :py:func:`convbook.conv`, for which this is a layer with one channel;
        - ``"auto"``: what should be fastest, but nothing that would spread an infinity or a NaN to outputs that
          do not see it.

    Returns
    -------
    numpy.ndarray
        The sums. Floats and complex numbers keep their common type; integers and booleans are summed in 64
        bits.

    Raises
    ------
    ValueError
        If an operand is empty, the ranks differ, an argument is unknown, the fill value does not fit the
        type, or neither operand fits into the other in mode ``"valid"``.
    TypeError
        If an operand does not hold numbers.

    See Also
    --------
    convbook.correlate : The same without turning the kernel around.

    Notes
    -----
    *Precision.* Let `u` be half the machine epsilon of the type. Direct sums err, element by element, by at
    most :math:`\gamma_K \sum_k |h[k]|\,|x[n-k]|` with :math:`\gamma_K = K u / (1 - K u)` and `K` the number
    of terms (N. Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1). Transforms err by a
    small multiple of :math:`u \log_2(L)\, \lVert x \rVert_2 \lVert h \rVert_2`, the same for all elements,
    where `L` is the length of the transform: next to large results, small ones lose their digits.

    A kernel counts as separable if the product of its column and row differs from it, element by element, by
    rounding only; its sums then err as direct ones with two roundings more.

    Integer results are exact, up to the wrap-around of 64-bit integers. A transform of integers is used, and
    its result rounded, only where :math:`32\, u \log_2(2 L)\, \lVert x \rVert_2 \lVert h \rVert_2 < 1/2`;
    this is more than twice the error that can occur (R. Brent, C. Percival, P. Zimmermann, *Error bounds on
    complex floating-point multiplication*, Math. Comp. 76, 2007, section 5). Where it does not hold, the sums
    are taken directly, whatever `method` says.

    *Conventions.* The rules for the start of ``"same"``, and for ``"valid"`` with a large kernel, are
    SciPy's; ``numpy.convolve`` returns `max(N, K)` elements in ``"same"``, MATLAB starts at element `K // 2`.

    Examples
    --------
    Copies of 1, 2, 3 at 0 and (times ten) at 1:

    >>> from convbook import convolve
    >>> convolve([1, 2, 3], [1, 10]).tolist()
    [1, 12, 23, 30]

    If the signal is held at its ends, 1 stands before the 1 and 3 after the 3:

    >>> convolve([1, 2, 3], [1, 10], boundary="edge").tolist()
    [11, 12, 23, 33]
    """
    return _convolve(*_operands(x, h), mode, boundary, fill_value, method)


def correlate(
    x: ArrayLike,
    h: ArrayLike,
    mode: str = "full",
    *,
    boundary: str = "constant",
    fill_value: complex = 0,
    method: str = "auto",
) -> Array:
    r"""Correlate two arrays with the same number of axes: slide the kernel over the signal, unturned.

    .. math:: (x \star h)[n] = \sum_m x[n + m]\, \overline{h[m]}, \qquad n, m \in \mathbb{Z}^d

    In words: lay the kernel over the signal with its first element at place `n`, multiply what lies on top of
    each other, and add up. Complex kernels are conjugated. The place `n` is called the lag; ``"full"`` begins with
    the lag `-(K - 1)` along each axis, where only the kernel's last element meets the signal's first.

    Derived in :doc:`/operation/convolution-or-correlation`.

    Parameters
    ----------
    x : array_like
        The signal, with one axis or more.
    h : array_like
        The kernel, with as many axes. It may be larger than the signal.
    mode : {"full", "same", "valid"}
        Which lags are returned: as in :py:func:`convbook.convolve`, all of them, `N` from element `(K - 1) //
        2` of ``"full"`` on, or the `N - K + 1` lags from 0 on at which the kernel lies wholly within the
        signal.
    boundary, fill_value, method
        As in :py:func:`convbook.convolve`.

    Returns
    -------
    numpy.ndarray
        The sums. Floats and complex numbers keep their common type; integers and booleans are summed in 64
        bits.

    Raises
    ------
    ValueError
        If an operand is empty, the ranks differ, an argument is unknown, the fill value does not fit the
        type, or neither operand fits into the other in mode ``"valid"``.
    TypeError
        If an operand does not hold numbers.

    See Also
    --------
    convbook.normalized_correlate : The score for finding a template.

    Notes
    -----
    It is the convolution of the signal with the conjugated, reversed kernel, and is computed as that, to the
    same precision. In mode ``"valid"`` a kernel that is larger along every axis leaves the lags from `N - K`
    to 0, in this order, as in ``scipy.signal``. The default mode of ``numpy.correlate`` is ``"valid"``.

    Examples
    --------
    The pattern 1, 2, 3 scores most, 1·1 + 2·2 + 3·3 = 14, at the lag where it stands:

    >>> from convbook import correlate
    >>> correlate([0, 1, 2, 3, 0, 0], [1, 2, 3], "valid").tolist()
    [8, 14, 8, 3]

    The kernel's second element is conjugated, and meets the first of the signal at lag -1:

    >>> correlate([1, 1j], [0, 1j]).tolist()
    [-1j, (1+0j), 0j]
    """
    x, h = _operands(x, h)
    return _convolve(x, np.conj(np.flip(h)), mode, boundary, fill_value, method)


def normalized_correlate(image: ArrayLike, template: ArrayLike) -> Array:
    r"""Score how well a template matches each window of an image, whatever their brightness and contrast.

    .. math:: r[n] = \frac{\sum_m (x[n + m] - \bar{x}_n)\,(t[m] - \bar{t})}
        {\sqrt{\sum_m (x[n + m] - \bar{x}_n)^2}\; \sqrt{\sum_m (t[m] - \bar{t})^2}} \in [-1, 1]

    In words: subtract from each window its own mean, from the template its mean, and take the cosine of the
    angle between the two. By the inequality of Cauchy and Schwarz the score is 1 only where the window is the
    template times a positive number, plus a constant; it is -1 only where that number is negative.

    Derived in :doc:`/operation/convolution-or-correlation`.

    Parameters
    ----------
    image : array_like
        What is searched, of real numbers and any rank. It need not be an image.
    template : array_like
        What is sought: as many axes, and no larger along any of them.

    Returns
    -------
    numpy.ndarray
        The score of each window, of size `N - K + 1` along each axis. A window whose elements are all equal has
        no contrast and matches nothing: its score is 0. Floats keep their type; integers give float64.

    Raises
    ------
    ValueError
        If an operand is empty, the ranks differ, the template does not fit into the image, or its elements
        are all equal: it would have no pattern to look for.
    TypeError
        If an operand does not hold real numbers.

    Notes
    -----
    The score is also called normalized cross-correlation (NCC), or Pearson's correlation coefficient of
    window and template (J. P. Lewis, *Fast normalized cross-correlation*, 1995). Means are subtracted before
    anything is squared, in two passes over the template's elements: windows with little contrast keep their
    digits, and constant ones are found exactly.

    Examples
    --------
    Only the second window rises like the template, though twice as steeply; the first and the third fall, the
    last is flat:

    >>> from convbook import normalized_correlate
    >>> normalized_correlate([7, 1, 3, 2, 2], [10, 11]).tolist()
    [-1.0, 1.0, -1.0, 0.0]
    """
    x = as_array("image", image, min_ndim=1, real=True)
    t = as_array("template", template, min_ndim=1, real=True)
    _check_pair(("image", x), ("template", t))
    if any(k > n for k, n in zip(t.shape, x.shape, strict=True)):
        raise ValueError(f"`template` (of shape {t.shape}) must fit into `image` (of shape {x.shape}).")
    if np.all(t == t.flat[0]):
        raise ValueError(f"`template` (of shape {t.shape}) must not be constant: it has no pattern to look for.")
    _, result = mean_dtypes(x, t)
    x, t = _unit_scale(x), _unit_scale(t)

    places = tuple(slice(n - k + 1) for n, k in zip(x.shape, t.shape, strict=True))
    first = x[places]

    def neighbor(m: tuple[int, ...]) -> Array:
        """Element m of every window, less the window's first: exactly 0 where the window is constant."""
        return x[tuple(slice(i, i + place.stop) for i, place in zip(m, places, strict=True))] - first

    mean = np.zeros_like(first)
    for m in np.ndindex(t.shape):
        mean += neighbor(m) / t.size
    pattern = t - t.flat[0]
    pattern -= pattern.mean()
    products, squares = np.zeros_like(first), np.zeros_like(first)
    for m in np.ndindex(t.shape):
        contrast = neighbor(m) - mean
        products += contrast * pattern[m]
        squares += contrast**2
    lengths = np.sqrt(squares * np.sum(pattern**2))
    score: Array = np.divide(products, lengths, out=np.zeros_like(first), where=lengths != 0)
    return np.clip(score, -1, 1).astype(result)


def _unit_scale(array: Array) -> Array:
    """Scale by a power of two, which is exact, so that no square overflows or vanishes; in float64 at least."""
    array = array.astype(np.result_type(array, np.float64))
    _, exponent = np.frexp(np.max(np.abs(array), where=np.isfinite(array), initial=0))
    scaled: Array = np.ldexp(array, -exponent)
    return scaled


# What both have in common


def _operands(x: ArrayLike, h: ArrayLike) -> tuple[Array, Array]:
    x, h = as_array("x", x, min_ndim=1), as_array("h", h, min_ndim=1)
    _check_pair(("x", x), ("h", h))
    return x, h


def _check_pair(*operands: tuple[str, Array]) -> None:
    for name, array in operands:
        if array.size == 0:
            raise ValueError(f"`{name}` (of shape {array.shape}) must have at least one element.")
    (first, x), (second, h) = operands
    if x.ndim != h.ndim:
        raise ValueError(f"`{second}` (of shape {h.shape}) must have as many axes as `{first}` (of shape {x.shape}).")


def _convolve(x: Array, h: Array, mode: str, boundary: str, fill_value: complex, method: str) -> Array:
    one_of("mode", mode, _MODES)
    one_of("boundary", boundary, _BOUNDARIES)
    one_of("method", method, ("auto", *_ALGORITHMS, "separable", *_OF_LAYERS))
    accumulate, result = sum_dtypes(x, h)
    if type(fill_value) is not int or fill_value != 0:  # every type holds 0
        fill_value = fits("fill_value", fill_value, accumulate)
    if boundary != "constant" and fill_value != 0:
        raise ValueError(f"`fill_value` (={fill_value}) needs `boundary` 'constant', not '{boundary}'.")
    if mode == "valid" and not (_within(h, x) or _within(x, h)):
        raise ValueError(
            f"`h` (of shape {h.shape}) must fit into `x` (of shape {x.shape}), "
            "or `x` into `h`, along every axis for `mode` 'valid'."
        )
    x, h = x.astype(accumulate, copy=False), h.astype(accumulate, copy=False)

    sizes = list(zip(x.shape, h.shape, strict=True))
    parts = [_part(mode, n, k) for n, k in sizes]
    # Zeros beyond the ends need not be written out: they add nothing to any sum.
    if mode != "valid" and (boundary != "constant" or fill_value != 0):
        reach = [(k - 1 - start, start + size - n) for (n, k), (start, size) in zip(sizes, parts, strict=True)]
        constant = {"constant_values": fill_value} if boundary == "constant" else {}
        x = np.pad(x, reach, boundary, **constant)  # type: ignore[call-overload]
        parts = [(k - 1, size) for (_, k), (_, size) in zip(sizes, parts, strict=True)]
    if h.size > x.size and method != "separable":
        x, h = h, x  # it makes no difference, except to the work; but `h` is what must be a column times a row
    chosen = _choose(x, h, method)
    if chosen == "separable":
        y = _separable(x, h, parts, method)
    elif chosen in _OF_LAYERS:
        y = _as_layer(x, h, parts, chosen)
    else:
        y = _ALGORITHMS[chosen](x, h)[tuple(slice(start, start + size) for start, size in parts)]
    return np.ascontiguousarray(y, dtype=result)


def _within(small: Array, large: Array) -> bool:
    return all(k <= n for k, n in zip(small.shape, large.shape, strict=True))


def _part(mode: str, n: int, k: int) -> Part:
    """Find where in 'full' the outputs of `mode` start, and how many there are, along one axis."""
    if mode == "full":
        return 0, n + k - 1
    if mode == "same":
        return (k - 1) // 2, n
    return min(n, k) - 1, abs(n - k) + 1


# As a layer with one channel


def _layer_windows(n: tuple[int, ...], k: tuple[int, ...], parts: list[Part]) -> Geometry:
    """Lay windows of the kernel's size around the outputs: before the first lie what it sees beyond the signal."""
    ones = (1,) * len(n)
    return Geometry(
        size=n,
        kernel=k,
        stride=ones,
        padding=tuple((taps - 1 - start, 0) for taps, (start, _) in zip(k, parts, strict=True)),
        dilation=ones,
        output=tuple(size for _, size in parts),
    )


def _as_layer(x: Array, h: Array, parts: list[Part], method: str) -> Array:
    """Convolve by the algorithms of layers, which do not turn the kernel around."""
    y = convolved(x[None, None], np.flip(h)[None, None], _layer_windows(x.shape, h.shape, parts), 1, x.dtype, method)
    outputs: Array = y[0, 0]
    return outputs


def _separable(x: Array, h: Array, parts: list[Part], method: str) -> Array:
    """Convolve with the kernel's column, then with its row."""
    factors = _factors(h)
    if factors is None:
        raise ValueError(f"`method` (={method!r}) cannot use `h` (of shape {h.shape}): it is no column times a row.")
    column, row = factors
    between = _as_layer(x, column[:, None], [parts[0], (0, x.shape[1])], "auto")
    return _as_layer(between, row[None], [(0, parts[0][1]), parts[1]], "auto")


def _factors(h: Array) -> tuple[Array, Array] | None:
    """Return the column and the row whose product a floating-point kernel is, but for rounding, or None."""
    if h.ndim != 2 or h.dtype.kind not in "fc":
        return None
    largest = np.unravel_index(np.argmax(np.abs(h)), h.shape)
    if h[largest] == 0 or not np.isfinite(h[largest]):
        return None
    column, row = h[:, largest[1]], h[largest[0]] / h[largest]
    rounding = 4 * np.finfo(h.dtype).eps * np.abs(h)
    return (column, row) if bool((np.abs(np.multiply.outer(column, row) - h) <= rounding).all()) else None


# Three algorithms for all N + K - 1 sums of two arrays


def _direct(a: Array, b: Array) -> Array:
    """Add shifted copies of the larger array, one for each element of the smaller."""
    if a.ndim == 1:
        line: Array = np.convolve(a, b)
        return line
    y = np.zeros(_full_shape(a, b), a.dtype)
    for shift in np.ndindex(b.shape):
        y[tuple(slice(s, s + n) for s, n in zip(shift, a.shape, strict=True))] += b[shift] * a
    return y


def _fft(a: Array, b: Array) -> Array:
    """Convolve on a circle that is long enough for all sums: none is wrapped around onto another."""
    shape = _full_shape(a, b)
    y = _on_a_circle(b, _lengths(shape))(a)
    return _in_dtype(a.dtype, y[tuple(map(slice, shape))])


def _overlap_add(a: Array, b: Array) -> Array:
    """Cut the larger array into blocks, convolve each by a short transform, add where the results overlap."""
    lengths = _lengths(_block_sizes(a.shape, b.shape))
    with_b = _on_a_circle(b, lengths)
    steps = [length - k + 1 for length, k in zip(lengths, b.shape, strict=True)]
    y = np.zeros(_full_shape(a, b), a.dtype)
    for corner in product(*(range(0, n, step) for n, step in zip(a.shape, steps, strict=True))):
        block = a[tuple(slice(c, c + step) for c, step in zip(corner, steps, strict=True))]
        shape = _full_shape(block, b)
        place = tuple(slice(c, c + size) for c, size in zip(corner, shape, strict=True))
        y[place] += _in_dtype(a.dtype, with_b(block)[tuple(map(slice, shape))])
    return y


_ALGORITHMS: Final[dict[str, Callable[[Array, Array], Array]]] = {
    "direct": _direct,
    "fft": _fft,
    "overlap-add": _overlap_add,
}


def _full_shape(a: Array, b: Array) -> tuple[int, ...]:
    return tuple(n + k - 1 for n, k in zip(a.shape, b.shape, strict=True))


def _lengths(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Find transform lengths at or above `shape` with no prime factor above 5."""
    from scipy.fft import next_fast_len

    return tuple(next_fast_len(size, real=True) for size in shape)


def _block_sizes(sizes: tuple[int, ...], taps: tuple[int, ...]) -> tuple[int, ...]:
    """Find the transform lengths for blocks of a signal: some 8 times the kernel's, where an output costs least.

    Blocks of less than some 4096 elements cost more in calls than in arithmetic; and no length need exceed
    what the whole signal takes.
    """
    least = math.ceil(4096 ** (1 / len(sizes)))
    return tuple(min(n + k - 1, max(8 * k, least)) for n, k in zip(sizes, taps, strict=True))


def _on_a_circle(kernel: Array, lengths: tuple[int, ...]) -> Callable[[Array], Array]:
    """Transform the kernel once; return what convolves signals with it on a circle of these lengths."""
    from scipy import fft

    forward, backward = (fft.fftn, fft.ifftn) if kernel.dtype.kind == "c" else (fft.rfftn, fft.irfftn)
    spectrum = forward(kernel, lengths)

    def convolved(x: Array) -> Array:
        y: Array = backward(forward(x, lengths) * spectrum, lengths)
        return y

    return convolved


def _in_dtype(dtype: np.dtype[Any], y: Array) -> Array:
    """Return the result of a transform in `dtype`, rounded if that is a type of integers."""
    return (np.rint(y) if dtype.kind in "iu" else y).astype(dtype, copy=False)


# The choice among them


def _choose(x: Array, h: Array, method: str) -> str:
    """Name the algorithm: the one asked for, or the cheapest, unless only sums of the products themselves are right."""
    transforms = method in ("fft", "overlap-add")
    if method != "auto" and not transforms:
        return method
    if method == "auto" and _cost_of_sums(x.shape, h.shape, x.dtype) < 20 + 1.5e-3 * x.size:
        return "direct"  # about what it takes to find something better, and to write the result
    allowed = x.dtype.kind in "fc" or _rounds_exactly(x, h)
    if transforms:
        return method if allowed else "direct"
    in_products = compute_dtype(x[None, None], h[None, None], x.dtype)
    names = _ranking(x.shape, h.shape, x.dtype, in_products, allowed, _factors(h) is not None, available())
    if names[0] not in _CONTAINED and not (is_finite(x) and is_finite(h)):
        names = tuple(name for name in names if name in _CONTAINED)
    return names[0]


def _rounds_exactly(a: Array, b: Array) -> bool:
    """Tell whether a transform in float64 is sure to err by less than 1/2 in every sum of integers."""
    length = math.prod(_full_shape(a, b)) * 2**a.ndim  # no fast length is twice the least one
    norms = [float(np.linalg.norm(array.astype(np.float64).ravel())) for array in (a, b)]
    return 32 * 2.0**-53 * math.log2(2 * length) * norms[0] * norms[1] < 0.5


# Estimates, in microseconds. Only their order matters: between neighbors in cost a wrong guess costs little; what the
# constants must get right are the factors of ten on either side.


@lru_cache(1024)
def _ranking(
    n: tuple[int, ...],
    k: tuple[int, ...],
    dtype: np.dtype[Any],
    in_products: np.dtype[Any],
    transforms: bool,
    separable: bool,
    threads: int,
) -> tuple[str, ...]:
    """Return the names of the algorithms, cheapest first."""
    costs = {"direct": _cost_of_sums(n, k, dtype)}
    if transforms:
        costs |= _costs_of_transforms(n, k, dtype)

    def planned(k: tuple[int, ...]) -> Plan:
        windows = _layer_windows(n, k, [(0, a + b - 1) for a, b in zip(n, k, strict=True)])
        layer = Layer(1, 1, 1, 1, windows, in_products, exact=dtype.kind in "iu")
        return plan(layer, "auto", threads, True)

    for name, candidate in planned(k).candidates.items():
        if not isinstance(candidate, str) and candidate.worthwhile():
            costs[name] = 20 + candidate.nanoseconds * 1e-3
    if separable and min(k) > 1:
        costs["separable"] = sum(40 + planned(line).chosen.nanoseconds * 1e-3 for line in ((k[0], 1), (1, k[1])))
    return tuple(sorted(costs, key=lambda name: costs[name]))


def _cost_of_sums(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> float:
    size, taps = math.prod(n), math.prod(k)
    if len(n) > 1:
        return taps * (2 + 8e-4 * size)
    if dtype.kind not in "fc":
        return 1 + 4.3e-4 * size * taps
    if taps <= 11:  # NumPy has a loop of its own for these, a dot product for each output of others
        return 1 + size * (3e-4 + 1.3e-4 * taps)
    if taps < 32:  # short dot products are mostly overhead
        return 1 + 3.5e-4 * size * taps
    return 1 + size * (3.5e-3 + 3e-5 * taps * cost.width(dtype))


def _costs_of_transforms(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> dict[str, float]:
    def transforms(number: int, size: int) -> float:
        return number * cost.transform(size, len(n)) * cost.width(dtype) * 1e-3

    sizes = _block_sizes(n, k)
    adding = math.prod(n) * 1.5e-3 * cost.width(dtype)
    blocks = math.prod(-(-a // (size - b + 1)) for a, b, size in zip(n, k, sizes, strict=True))
    return {
        "fft": 20 + transforms(3, math.prod(a + b - 1 for a, b in zip(n, k, strict=True))),
        "overlap-add": 30 + adding + transforms(1, math.prod(sizes)) + blocks * (30 + transforms(2, math.prod(sizes))),
    }

"""Convolution and correlation of signals: any number of axes, every numeric type, three modes, five border rules.

Both functions come down to one: the convolution of two arrays without any border. A border rule other than zeros is
written out around the signal first; correlation is convolution with the kernel turned around and conjugated. What
is convolved is a layer with one channel, too, so the algorithms of layers compute it, or one of three that are at home
here: sums of shifted copies, and transforms of all or of blocks. The wanted part is cut out of the result.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from convbook.algorithms import cost
from convbook.algorithms.factors import Factors, factors, is_separable
from convbook.algorithms.layer import Layer
from convbook.algorithms.layers import compute_dtype, computed, is_finite
from convbook.algorithms.planner import ALGORITHMS as _OF_LAYERS
from convbook.algorithms.planner import Plan, plan
from convbook.algorithms.threads import WORTH_SPREADING, available
from convbook.arguments import Array, as_array, fits, mean_dtypes, one_of, sum_dtypes
from convbook.shapes import Geometry

_MODES: Final = ("full", "same", "valid")
_TRANSFORMS: Final = ("fft", "overlap-add")
#: Sums of more elements than this are worth the trouble of transforming them in phases.
_LONG: Final = 1 << 14
#: The elements of spectra that are multiplied at once, so that they stay in the cache.
_AT_ONCE: Final = 1 << 11
#: Turns an axis around.
_BACKWARDS: Final = (slice(None, None, -1),)

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
    x, h = as_array("x", x, min_ndim=1), as_array("h", h, min_ndim=1)
    return _convolve(x, h, mode, boundary, fill_value, method)


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
    x, h = as_array("x", x, min_ndim=1), as_array("h", h, min_ndim=1)
    return _convolve(x, h[_BACKWARDS * h.ndim].conj(), mode, boundary, fill_value, method)


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
    _check_pair(("image", x.shape), ("template", t.shape))
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


def _check_pair(*operands: tuple[str, tuple[int, ...]]) -> None:
    for name, shape in operands:
        if 0 in shape:
            raise ValueError(f"`{name}` (of shape {shape}) must have at least one element.")
    (first, n), (second, k) = operands
    if len(n) != len(k):
        raise ValueError(f"`{second}` (of shape {k}) must have as many axes as `{first}` (of shape {n}).")


@dataclass(frozen=True)
class _Recipe:
    """What shapes, types, mode and border decide about a call, found once for all calls that share them."""

    #: The types of the sums and of the result.
    dtype: np.dtype[Any]
    result: np.dtype[Any]
    #: How many cells of the border are written out before and after, along each axis; nothing where they are zeros.
    reach: tuple[Part, ...]
    #: Where the outputs lie among all sums, and the same as an index.
    parts: tuple[Part, ...]
    wanted: tuple[slice, ...]
    #: Whether signal and kernel change places.
    swapped: bool
    #: What the sums of the products cost, one by one; whether this is less than finding something better takes;
    #: and whether the sums are those of one line.
    microseconds: float
    quick: bool
    as_line: bool
    #: The pieces in which a kernel is convolved with a line.
    pieces: int
    #: The mode of NumPy that gives the outputs of a line; nothing if they are to be cut out of all sums.
    mode: str


@lru_cache(1024)
def _recipe(
    n: tuple[int, ...],
    k: tuple[int, ...],
    types: tuple[np.dtype[Any], np.dtype[Any]],
    mode: str,
    border: bool,
    may_swap: bool,
) -> _Recipe:
    """Find where the outputs lie and what is written out around the signal; `border` tells whether zeros are not."""
    _check_pair(("x", n), ("h", k))
    sizes = list(zip(n, k, strict=True))
    if mode == "valid" and not (_within(k, n) or _within(n, k)):
        raise ValueError(
            f"`h` (of shape {k}) must fit into `x` (of shape {n}), "
            "or `x` into `h`, along every axis for `mode` 'valid'."
        )
    parts = tuple(_part(mode, a, b) for a, b in sizes)
    reach: tuple[Part, ...] = ()
    # Zeros beyond the ends need not be written out: they add nothing to any sum.
    if border and mode != "valid":
        reach = tuple((b - 1 - first, first + size - a) for (a, b), (first, size) in zip(sizes, parts, strict=True))
        parts, mode = tuple((b - 1, size) for (_, b), (_, size) in zip(sizes, parts, strict=True)), "valid"
        n = tuple(a + before + after for a, (before, after) in zip(n, reach, strict=True))
    swapped = may_swap and math.prod(k) > math.prod(n)  # it makes no difference, except to the work
    if swapped:
        n, k = k, n
    dtype, result = sum_dtypes(*(np.empty(0, one) for one in types))
    microseconds = _cost_of_sums(n, k, dtype)
    one_line = len(n) == 1
    return _Recipe(
        dtype,
        result,
        reach,
        parts,
        tuple(slice(first, first + size) for first, size in parts),
        swapped,
        microseconds,
        microseconds < (15 if one_line else 25) + 1e-3 * math.prod(n),
        one_line or microseconds < _cost_of_copies(n, k, dtype),
        _pieces(n[0], k[0], dtype) if one_line else 1,
        mode if one_line and not (swapped and mode == "same") else "",
    )


def _convolve(x: Array, h: Array, mode: str, boundary: str, fill_value: complex, method: str) -> Array:
    one_of("mode", mode, _MODES)
    one_of("boundary", boundary, _BOUNDARIES)
    one_of("method", method, _METHODS)
    filled = type(fill_value) is not int or fill_value != 0  # every type holds 0
    border = filled or boundary != "constant"
    recipe = _recipe(x.shape, h.shape, (x.dtype, h.dtype), mode, border, method != "separable")
    if filled:
        fill_value = fits("fill_value", fill_value, recipe.dtype)
        if boundary != "constant" and fill_value != 0:
            raise ValueError(f"`fill_value` (={fill_value}) needs `boundary` 'constant', not '{boundary}'.")
    x, h = x.astype(recipe.dtype, copy=False), h.astype(recipe.dtype, copy=False)
    if recipe.reach:
        constant = {"constant_values": fill_value} if boundary == "constant" else {}
        x = np.pad(x, recipe.reach, boundary, **constant)  # type: ignore[call-overload]
    if recipe.swapped:
        x, h = h, x
    chosen, planned = _choose(x, h, recipe, method)
    if planned is not None:
        turned = h[(None, None, *_BACKWARDS * h.ndim)]  # layers do not turn the kernel around
        y = computed(planned, x[None, None], turned, recipe.dtype)[0, 0]
    else:
        y = _ALGORITHMS[chosen](x, h, recipe)
    return np.ascontiguousarray(y, dtype=recipe.result)


def _within(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    return all(k <= n for k, n in zip(small, large, strict=True))


def _part(mode: str, n: int, k: int) -> Part:
    """Find where in 'full' the outputs of `mode` start, and how many there are, along one axis."""
    if mode == "full":
        return 0, n + k - 1
    if mode == "same":
        return (k - 1) // 2, n
    return min(n, k) - 1, abs(n - k) + 1


# Algorithms of two arrays that are not layers


def _direct(a: Array, b: Array, recipe: _Recipe) -> Array:
    """Add up the products, one by one."""
    if a.ndim == 1:
        if recipe.pieces > 1:
            return _in_pieces(a, b, recipe.pieces)[recipe.wanted]
        line: Array = np.correlate(a, b[::-1].conj(), recipe.mode or "full")  # type: ignore[call-overload]
        return line if recipe.mode else line[recipe.wanted]
    if recipe.as_line and is_finite(a) and is_finite(b):
        return _as_line(a, b)[recipe.wanted]
    return _copies(a, b)[recipe.wanted]


def _in_pieces(a: Array, b: Array, pieces: int) -> Array:
    """Add up the convolutions of a line with pieces of the kernel, so short that NumPy has a loop for them."""
    y = np.zeros(a.size + b.size - 1, a.dtype)
    taps = -(-b.size // pieces)
    for first in range(0, b.size, taps):
        piece = b[first : first + taps]
        y[first : first + a.size + piece.size - 1] += np.correlate(a, piece[::-1], "full")
    return y


def _as_line(a: Array, b: Array) -> Array:
    """Convolve arrays that are small as one line each, their rows one after the other, with zeros between them.

    The zeros leave room for what a row convolved with a row has more, so that no sum runs into the next row.
    """
    shape = _full_shape(a, b)
    lines = []
    for array in (a, b):
        spaced = np.zeros((array.shape[0], *shape[1:]), a.dtype)
        spaced[tuple(map(slice, array.shape))] = array
        lines.append(spaced.ravel())
    _, taps = _line(a.shape, b.shape)
    y: Array = np.convolve(lines[0], lines[1][:taps])
    return y[: math.prod(shape)].reshape(shape)


def _line(n: tuple[int, ...], k: tuple[int, ...]) -> tuple[int, int]:
    """Return the lengths of signal and kernel as lines; beyond the kernel's last element, zeros are left out."""
    beside = [a + b - 1 for a, b in zip(n[1:], k[1:], strict=True)]
    last = 0
    for size, row in zip(k, [1, *beside], strict=True):
        last = last * row + size - 1
    return n[0] * math.prod(beside), last + 1


def _copies(a: Array, b: Array) -> Array:
    """Add shifted copies of the larger array, one for each element of the smaller."""
    y = np.zeros(_full_shape(a, b), a.dtype)
    for shift in np.ndindex(b.shape):
        y[tuple(slice(s, s + n) for s, n in zip(shift, a.shape, strict=True))] += b[shift] * a
    return y


def _separable(x: Array, h: Array, recipe: _Recipe) -> Array:
    """Convolve with the kernel's column, then with its row, each by sums of shifted copies."""
    column, row = factors(h)
    return _copies(_copies(x, column[:, None]), row[None])[recipe.wanted]


def _fft(a: Array, b: Array, recipe: _Recipe) -> Array:
    """Convolve on a circle that is long enough for all sums: none is wrapped around onto another."""
    shape = _full_shape(a, b)
    of_phases = a.ndim == 1 and shape[0] > _LONG
    y = _in_phases(a, b) if of_phases else _on_a_circle(b, _lengths(shape))(a)
    return _in_dtype(a.dtype, y[recipe.wanted])


def _in_phases(a: Array, b: Array) -> Array:
    """Convolve long lines by one transform for every second or fourth sample each, which SciPy computes at once.

    Phase r of the result is the sum of the products of all phases i and j with i + j = r, or with i + j = r + P,
    where P is their number; these reach one further.
    """
    from scipy import fft

    real = a.dtype.kind != "c"
    phases = 4 if a.dtype in (np.float32, np.complex64) else 2
    (length,) = _lengths((-(-_full_shape(a, b)[0] // phases),))

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


def _overlap_add(a: Array, b: Array, recipe: _Recipe) -> Array:
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
    return y[recipe.wanted]


_ALGORITHMS: Final[dict[str, Callable[[Array, Array, _Recipe], Array]]] = {
    "direct": _direct,
    "fft": _fft,
    "overlap-add": _overlap_add,
    "separable": _separable,
}
_METHODS: Final = ("auto", *_ALGORITHMS, *_OF_LAYERS)


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


# The choice among them


def _choose(x: Array, h: Array, recipe: _Recipe, method: str) -> tuple[str, Plan | None]:
    """Name the algorithm, with its plan if it works in blocks: the one asked for, or the cheapest that is right."""
    if method in _TRANSFORMS:
        return method if _rounds_exactly(x, h) else "direct", None
    if method == "direct" or (method == "auto" and recipe.quick):
        return "direct", None
    in_products = x.dtype if x.dtype.kind in "fc" else compute_dtype(x[None, None], h[None, None], x.dtype)
    threads = available() if recipe.microseconds * 1000 > WORTH_SPREADING else 1
    for name, planned in _candidates(x.shape, h.shape, recipe.parts, x.dtype, in_products, threads, method).items():
        if name == "separable" and not is_separable(h):
            if method == name:
                raise ValueError(
                    f"`method` (={name!r}) cannot use `h` (of shape {h.shape}): it is no column times a row."
                )
            continue
        if name in _TRANSFORMS and not _rounds_exactly(x, h):
            continue
        contained = name == "direct" or (planned is not None and planned.chosen.contained)
        if contained or (method == name and name != "separable") or (is_finite(x) and is_finite(h)):
            return name, planned
        if name == "separable":
            return name, None
    return "direct", None


def _rounds_exactly(a: Array, b: Array) -> bool:
    """Tell whether a transform in float64 is sure to err by less than 1/2 in every sum, if they are of integers."""
    if a.dtype.kind in "fc":
        return True
    length = math.prod(_full_shape(a, b)) * 2**a.ndim  # no fast length is twice the least one
    norms = [float(np.linalg.norm(array.astype(np.float64).ravel())) for array in (a, b)]
    return 32 * 2.0**-53 * math.log2(2 * length) * norms[0] * norms[1] < 0.5


# Estimates, in microseconds. Only their order matters: between neighbors in cost a wrong guess costs little; what the
# constants must get right are the factors of ten on either side.


@lru_cache(1024)
def _candidates(
    n: tuple[int, ...],
    k: tuple[int, ...],
    parts: tuple[Part, ...],
    dtype: np.dtype[Any],
    in_products: np.dtype[Any],
    threads: int,
    method: str,
) -> dict[str, Plan | None]:
    """Return the algorithms that `method` allows, cheapest first, with the plans of those that work in blocks."""
    layer = Layer(1, 1, 1, 1, _layer_windows(n, k, parts), in_products, exact=dtype.kind in "iu")
    if method in _OF_LAYERS:
        return {method: plan(layer, method, threads, True)}
    separable = Factors.plan(layer, threads, finite=True)
    plans: dict[str, Plan | None] = {
        "separable": None if isinstance(separable, str) else Plan("separable", threads, {}, separable)
    }
    if method == "separable":
        return plans
    costs = {"direct": _cost_of_sums(n, k, dtype), **_costs_of_transforms(n, k, dtype)}
    of_layers = plan(layer, "auto", threads, True)
    for name, candidate in of_layers.candidates.items():
        if not isinstance(candidate, str) and candidate.worthwhile():
            costs[name] = (15 if len(n) == 1 else 30) + candidate.nanoseconds * 1e-3
            plans[name] = replace(of_layers, method=name, chosen=candidate)
    if min(k) > 1 and not isinstance(separable, str):
        costs["separable"] = 25 + separable.nanoseconds * 1e-3
    return {name: plans.get(name) for name in sorted(costs, key=lambda name: costs[name])}


def _layer_windows(n: tuple[int, ...], k: tuple[int, ...], parts: tuple[Part, ...]) -> Geometry:
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


def _cost_of_sums(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> float:
    return (
        _cost_of_line(n[0], k[0], dtype)
        if len(n) == 1
        else min(_cost_of_spaced(n, k, dtype), _cost_of_copies(n, k, dtype))
    )


def _cost_of_copies(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> float:
    return math.prod(k) * (5 + 7e-4 * math.prod(n) * cost.width(dtype))


def _cost_of_spaced(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> float:
    return 9 + _cost_of_line(*_line(n, k), dtype)


def _cost_of_line(size: int, taps: int, dtype: np.dtype[Any]) -> float:
    pieces = _pieces(size, taps, dtype)
    return _cost_in_one(size, taps, dtype) if pieces == 1 else _cost_in_pieces(size, taps, pieces)


def _pieces(size: int, taps: int, dtype: np.dtype[Any]) -> int:
    """Choose in how many pieces a kernel is convolved with a line: in one, or in pieces of at most 11 taps."""
    pieces = -(-taps // 11)
    if pieces == 1 or dtype not in (np.float32, np.float64):
        return 1
    return pieces if _cost_in_pieces(size, taps, pieces) < _cost_in_one(size, taps, dtype) else 1


def _cost_in_one(size: int, taps: int, dtype: np.dtype[Any]) -> float:
    if dtype.kind == "c":
        return 1 + size * (22e-3 + 4e-5 * taps * cost.width(dtype))
    if dtype.kind != "f":
        return 1 + size * (3e-3 + 7e-4 * taps)
    if taps <= 11:  # NumPy has a loop of its own for these, a dot product for each output of others
        return 1 + size * (4e-4 + 2e-4 * taps)
    if taps < 32:  # short dot products are mostly overhead
        return 1 + 9e-4 * size * taps
    return 1 + size * (12e-3 + 7e-5 * taps * cost.width(dtype))


def _cost_in_pieces(size: int, taps: int, pieces: int) -> float:
    return pieces * (2.5 + 8e-4 * size) + 2e-4 * size * taps


def _costs_of_transforms(n: tuple[int, ...], k: tuple[int, ...], dtype: np.dtype[Any]) -> dict[str, float]:
    size, axes = math.prod(a + b - 1 for a, b in zip(n, k, strict=True)), len(n)
    dtype = dtype if dtype.kind in "fc" else np.dtype(np.float64)
    twice = 2 if dtype.kind == "c" else 1
    phases = cost.lanes(dtype) if axes == 1 and size > _LONG else 1

    def transform(size: int, phases: int) -> float:
        return (cost.transform(size, axes, dtype, phases) * twice + size * cost.width(dtype)) * 1e-3

    blocks = _block_sizes(n, k)
    number = math.prod(-(-a // (length - b + 1)) for a, b, length in zip(n, k, blocks, strict=True))
    block = transform(math.prod(blocks), 1)
    adding = math.prod(n) * 1.5e-3 * cost.width(dtype)
    return {
        "fft": 30 + 3 * transform(size, phases),
        "overlap-add": 30 + adding + block + number * (30 + 2 * block),
    }

"""Convolution and correlation of signals: any number of axes, every numeric type, three modes, five border rules.

Both functions come down to one: the convolution of two arrays without any border. A border rule other than zeros is
written out around the signal first; correlation is convolution with the kernel turned around and conjugated. What
is convolved is a layer with one channel, too, so the algorithms of layers compute it, or one that is not for layers:
sums as they are defined, transforms of all or of blocks, products of a kernel's factors. The planner of signals says
which.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    as_array,
    fits,
    is_lazy,
    mean_dtypes,
    must_have_as_many_axes,
    one_of,
    show,
    types_in_sums,
)
from convbook._lazy import Place, windowed
from convbook.algorithms.blockwise import computed
from convbook.algorithms.direct import of_line
from convbook.algorithms.exactness import exponent, largest_magnitude
from convbook.algorithms.fourier import fft, overlap_add
from convbook.algorithms.plan_signals import METHODS, Recipe, choose, recipe_for, recipe_of_parts
from convbook.algorithms.scaling import prescaled, scaled
from convbook.algorithms.separable import one_by_one
from convbook.windows import BORDERS, pad, sources

_MODES: Final = ("full", "same", "valid")
#: Turns an axis around.
_BACKWARDS: Final = (slice(None, None, -1),)


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

        - ``"direct"``: adding up the products as they are defined;
        - ``"fft"``: one Fourier transform of everything; ``"overlap-add"``: transforms of blocks;
        - ``"separable"``: along one axis after the other, for a kernel that is a column times a row;
        - the methods of :py:func:`convbook.conv`, for which this is a layer with one channel;
        - ``"auto"``: what should be fastest, but nothing that would spread an infinity or a NaN to outputs that
          do not see it.

    Returns
    -------
    numpy.ndarray
        The sums. Floats and complex numbers keep their common type. Integers and booleans are summed in 64 bits,
        modulo 2**64: as uint64 if one operand is and no number is negative, else as int64.

    Raises
    ------
    ValueError
        If an operand is empty, the ranks differ, an argument is unknown, the fill value does not fit the
        type, or neither operand fits into the other in mode ``"valid"``.
    TypeError
        If an operand does not hold numbers, or is a masked array.

    See Also
    --------
    convbook.correlate : The same without turning the kernel around.

    Notes
    -----
    *Precision.* Let `u` be half the machine epsilon of the type. Direct sums err, element by element, by at
    most :math:`\gamma_K \sum_k |h[k]|\,|x[n-k]|` with :math:`\gamma_K = K u / (1 - K u)` and `K` the number
    of terms (N. Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1). Transforms err by a
    small multiple of :math:`u \log_2(L)\, \lVert x \rVert_2 \lVert h \rVert_2`, the same for all elements,
    where `L` is the length of the transform: next to large results, small ones lose their digits. What falls below
    the smallest normal number of the type is off by half the smallest positive one more.

    Sums overflow only where they are no numbers of the type: operands whose norms come near its largest number, or
    its smallest, are multiplied by powers of two before they are transformed, which is exact. And ``"auto"``
    transforms only if :math:`\lVert x \rVert_2 \lVert h \rVert_2` is a number of the type.

    A kernel counts as separable if the product of its column and row differs from it, element by element, by
    rounding only; its sums then err as direct ones with two roundings more.

    Integer results are exact modulo 2**64, for uint64 with signed integers, too, where NumPy and SciPy round to
    float64. A transform of integers is used, and its result rounded, only where
    :math:`32\, u \log_2(2 L)\, \lVert x \rVert_2 \lVert h \rVert_2 < 1/2`; this is more than twice the error that
    can occur (R. Brent, C. Percival, P. Zimmermann, *Error bounds on complex floating-point multiplication*, Math.
    Comp. 76, 2007, section 5). Where it does not hold, the sums are taken directly, whatever `method` says.

    *Memory.* The methods of :py:func:`convbook.conv` and ``"separable"`` work in blocks and need what is said there.
    ``"direct"`` and ``"overlap-add"`` hold all sums of mode ``"full"`` and another array or two like them, ``"fft"``
    some more. Operands of another type than the sums, and signals with a border, are copied first.

    *Lazy arrays.* A signal that is a Dask array gives one, which follows its chunks; no task runs before its `compute`.
    Chunks shorter than the kernel are merged with their neighbors; the kernel has to be in memory. What a chunk's sums
    see of other chunks, its halo, is fetched from them. Chunks that come from a store, or from a function of their own,
    are read again for that, so that few of them are in memory at a time. Others wait there until their own sums are
    taken, which may be some rows of chunks; so do all with a `fill_value` other than 0. Signed numbers with a uint64
    kernel give int64, as signs are not known before.

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
    x, h = as_array("x", x, min_ndim=1, lazy=True), as_array("h", h, min_ndim=1)
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
        The sums. Floats and complex numbers keep their common type. Integers and booleans are summed in 64 bits,
        modulo 2**64: as uint64 if one operand is and no number is negative, else as int64.

    Raises
    ------
    ValueError
        If an operand is empty, the ranks differ, an argument is unknown, the fill value does not fit the
        type, or neither operand fits into the other in mode ``"valid"``.
    TypeError
        If an operand does not hold numbers, or is a masked array.

    See Also
    --------
    convbook.normalized_correlate : A score that does not depend on brightness and contrast.

    Notes
    -----
    It is the convolution of the signal with the conjugated, reversed kernel, and is computed as that, to the
    same precision. In mode ``"valid"`` a kernel that is larger along every axis leaves the lags from `N - K`
    to 0, in this order, as in ``scipy.signal``. The default mode of ``numpy.correlate`` is ``"valid"``. A Dask array
    gives one, as in :py:func:`convbook.convolve`.

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
    x, h = as_array("x", x, min_ndim=1, lazy=True), as_array("h", h, min_ndim=1)
    return _convolve(x, h[_BACKWARDS * h.ndim].conj(), mode, boundary, fill_value, method)


def convolve_blocks(blocks: Iterable[ArrayLike], h: ArrayLike) -> Iterator[Array]:
    r"""Convolve a signal that arrives in blocks, and give each block's sums before the next block is asked for.

    .. math:: y_b[n] = \sum_k h[k]\, x[s_b + n - k], \qquad 0 \le n < N_b

    In words: block `b` has `N_b` samples and begins at sample `s_b` of the signal `x`; its sums are those of
    :py:func:`convbook.convolve` at the same places. They look back at most `K - 1` samples, so the last `K - 1` samples
    of what has arrived are kept for the next block, and nothing else. The last `K - 1` sums follow when the blocks end.

    Derived in :doc:`/operation/modes-and-lengths`.

    Parameters
    ----------
    blocks : iterable of array_like
        The signal in pieces, cut along its first axis: of any lengths, also none, but of equal sizes along all other
        axes. It may never end, and may hand over the same array again and again with new numbers.
    h : array_like
        The kernel, with as many axes as a block. Of shape `(K, 1)` it filters each column of the blocks by itself,
        such as the channels of a recording.

    Returns
    -------
    iterator of numpy.ndarray
        One array for each block, of the block's length along the first axis; then one of length `K - 1`, unless no
        sample has come or `K` is 1. Put together they are what ``convolve(x, h)`` returns for the whole signal;
        without the last one, its causal part, ``convolve(x, h)[:N]``. Each array has the type that
        :py:func:`convbook.convolve` gives to sums of its block.

    Raises
    ------
    ValueError
        If the kernel is empty. While blocks are taken: if one has another number of axes than the kernel, no element
        along another axis than the first, or other sizes there than the first block.
    TypeError
        If `blocks` is not iterable, or the kernel or a block does not hold numbers, or is a masked array.

    See Also
    --------
    convbook.convolve : The same for a signal that is there as a whole.

    Notes
    -----
    The samples that overlap are those of the overlap-save method, also called block convolution (A. Oppenheim,
    R. Schafer, *Discrete-Time Signal Processing*, 3rd edition, section 8.7.3). Here no transform is implied: how the
    sums of a block are computed is chosen as in :py:func:`convbook.convolve`. ``scipy.signal.lfilter`` with its state
    `zi` does the same for one axis, and for filters with feedback; it keeps sums in the place of samples.

    What lies before the first sample counts as 0; a kernel with an infinity or a NaN makes NaNs of that.

    *Memory.* That of one block and its sums, whatever the length of the signal.

    Examples
    --------
    The second block is told that a 2 came before it, and the 10·3 of its last sample comes after it:

    >>> from convbook import convolve_blocks
    >>> [y.tolist() for y in convolve_blocks([[1, 2], [3]], [1, 10])]
    [[1, 12], [23], [30]]
    """
    h = as_array("h", h, min_ndim=1)
    if h.size == 0:
        raise ValueError(f"`h` (of shape {h.shape}) must have at least one element.")
    if not isinstance(blocks, Iterable):
        raise TypeError(f"`blocks` (={show(blocks)}) must be an iterable of arrays.")
    return _sums_of_blocks(blocks, h)


def _sums_of_blocks(blocks: Iterable[ArrayLike], h: Array) -> Iterator[Array]:
    """Lay each block behind the samples that its sums look back at; at the end, as many zeros."""
    before = h.shape[0] - 1
    kept: Array | None = None
    arrived = 0
    for number, block in enumerate(blocks):
        x = as_array(f"blocks[{number}]", block, ndim=h.ndim, layout="as `h` has")
        if kept is None:
            kept = np.zeros((before, *x.shape[1:]), x.dtype)
        _check_sides(number, x, kept)
        arrived += len(x)
        x = np.concatenate([kept, x])
        yield _sums_behind(x, h)
        kept = x[len(x) - before :].copy()  # a view would keep all of the block
    if kept is not None and arrived and before:
        yield _sums_behind(np.concatenate([kept, np.zeros_like(kept)]), h)


def _check_sides(number: int, block: Array, kept: Array) -> None:
    """Refuse a block that cannot lie behind the one before it."""
    sides = block.shape[1:]
    if 0 in sides:
        needed = "at least one element along every axis but the first"
        raise ValueError(f"`blocks[{number}]` (of shape {block.shape}) must have {needed}.")
    if sides != kept.shape[1:]:
        needed = f"the sizes {kept.shape[1:]} of `blocks[0]` along all axes but the first"
        raise ValueError(f"`blocks[{number}]` (of shape {block.shape}) must have {needed}.")


def _sums_behind(x: Array, h: Array) -> Array:
    """Return all sums but those of the first `K - 1` samples, which are there to be looked back at."""
    if len(x) < len(h):  # an empty block: no sums, but the type and the sides of sums
        return _sums_behind(np.zeros_like(x, shape=(len(h), *x.shape[1:])), h)[:0]
    sides = [(0, 0), *((k - 1, k - 1) for k in h.shape[1:])]
    return convolve(np.pad(x, sides), h, "valid")


def normalized_correlate(image: ArrayLike, template: ArrayLike) -> Array:
    r"""Score how well a template matches each window of an image, whatever their brightness and contrast.

    .. math:: r[n] = \frac{\sum_m (x[n + m] - \bar{x}_n)\,(t[m] - \bar{t})}
        {\sqrt{\sum_m (x[n + m] - \bar{x}_n)^2}\; \sqrt{\sum_m (t[m] - \bar{t})^2}} \in [-1, 1]

    In words: subtract from each window its own mean, from the template its mean, and take the cosine of the
    angle between the two. By the inequality of Cauchy and Schwarz the score is 1 only where the window is the
    template times a positive number, plus a constant; it is -1 only where that number is negative. In white noise
    around zero, with a template that is known up to its strength, the plain sums of :py:func:`convbook.correlate` find
    it more often: this score no longer sees how strong a window is.

    Derived in :doc:`/pictures/finding-things`.

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
    digits, and constant ones are found exactly. Large integers are subtracted from each other before they become
    floats, and contrasts are scaled, window by window, by powers of two before they are squared.

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
    must_have_as_many_axes(("image", x.shape), ("template", t.shape))
    if any(k > n for k, n in zip(t.shape, x.shape, strict=True)):
        raise ValueError(f"`template` (of shape {t.shape}) must fit into `image` (of shape {x.shape}).")
    if np.all(t == t.flat[0]):
        raise ValueError(f"`template` (of shape {t.shape}) must not be constant: it has no pattern to look for.")
    _, result = mean_dtypes(x, t)
    x, t = _wide(x), _wide(t)

    places = tuple(slice(n - k + 1) for n, k in zip(x.shape, t.shape, strict=True))
    first = x[places]

    def neighbor(m: tuple[int, ...]) -> Array:
        """Element m of every window, less the window's first: exactly 0 where the window is constant."""
        return _less(x[tuple(slice(i, i + place.stop) for i, place in zip(m, places, strict=True))], first)

    mean = _less(first, first)
    largest = np.zeros_like(mean)
    for m in np.ndindex(t.shape):
        difference = neighbor(m)
        mean += difference
        np.maximum(largest, np.abs(difference), out=largest)
    mean /= t.size
    # For each window the power of two that brings its contrast to 1, unless that is no number of the type.
    unit = np.ldexp(np.ones_like(mean), -np.maximum(np.frexp(largest)[1], np.finfo(mean.dtype).minexp + 2))
    pattern = _less(t, t.flat[0])
    pattern = scaled(pattern, -exponent(pattern))
    pattern -= pattern.mean()
    products, squares = np.zeros_like(mean), np.zeros_like(mean)
    for m in np.ndindex(t.shape):
        contrast = neighbor(m)
        contrast -= mean
        contrast *= unit
        products += contrast * pattern[m]
        contrast *= contrast
        squares += contrast
    lengths = np.sqrt(squares * np.sum(pattern**2))
    score: Array = np.divide(products, lengths, out=np.zeros_like(mean), where=lengths != 0)
    return np.clip(score, -1, 1).astype(result)


def _wide(array: Array) -> Array:
    """Return integers as float64, but those that it would round as they are; floats in float64 at least.

    Floats are scaled by a power of two, which is exact, so that no difference overflows.
    """
    if array.dtype.kind in "biu":
        rounded = array.dtype.itemsize == 8 and largest_magnitude(array) > 2**53
        return array if rounded else array.astype(np.float64)
    array = array.astype(np.result_type(array, np.float64))
    return scaled(array, -exponent(array))


def _less(a: Array, b: Array) -> Array:
    """Subtract, and round once: the difference of two integers may need 65 bits."""
    if a.dtype.kind == "f":
        return a - b
    above = a >= b
    sizes = np.where(above, a, b).astype(np.uint64) - np.where(above, b, a).astype(np.uint64)  # modulo 2**64
    return np.where(above, 1.0, -1.0) * sizes


# What both have in common


def _convolve(x: Array, h: Array, mode: str, boundary: str, fill_value: complex, method: str) -> Array:
    one_of("mode", mode, _MODES)
    one_of("boundary", boundary, BORDERS)
    one_of("method", method, METHODS)
    filled = type(fill_value) is not int or fill_value != 0  # every type holds 0
    border = filled or boundary != "constant"
    recipe = recipe_for(x.shape, h.shape, types_in_sums(x, h), mode, border, method != "separable")
    if filled:
        fill_value = fits("fill_value", fill_value, recipe.dtype)
        if boundary != "constant" and fill_value != 0:
            raise ValueError(f"`fill_value` (={fill_value}) needs `boundary` 'constant', not '{boundary}'.")
    if is_lazy(x):
        return _over_chunks(x, h, recipe, boundary, fill_value if filled else 0, method)
    x, h = x.astype(recipe.dtype, copy=False), h.astype(recipe.dtype, copy=False)
    if recipe.reach:
        constant = {"constant_values": fill_value} if boundary == "constant" else {}
        x = np.pad(x, recipe.reach, boundary, **constant)  # type: ignore[call-overload]
    return _wanted(x, h, recipe, method)


def _wanted(x: Array, h: Array, recipe: Recipe, method: str) -> Array:
    """Compute the outputs of a recipe, with the border written out around the signal."""
    if recipe.swapped:
        x, h = h, x
    chosen, planned, by = choose(x, h, recipe, method)
    if planned is not None:
        turned = h[(None, None, *_BACKWARDS * h.ndim)]  # layers do not turn the kernel around
        y = computed(planned, x[None, None], turned, recipe.dtype, by=by)[0, 0]
    elif chosen != "direct":
        x, h, back = prescaled(x, h, by, recipe.dtype)
        y = _OF_ALL_SUMS[chosen](x, h)[recipe.wanted]
        y = scaled(y, back) if back else y
    elif recipe.mode:
        y = of_line(x, h, recipe.mode)
    else:
        y = recipe.sums.way(x, h)[recipe.wanted]
    return np.ascontiguousarray(y, dtype=recipe.result)


def _over_chunks(x: Array, h: Array, recipe: Recipe, boundary: str, fill_value: complex, method: str) -> Array:
    """Compute the outputs of a recipe chunk by chunk, of a signal whose border is a few chunks more."""
    h = h.astype(recipe.dtype, copy=False)
    whole = tuple((taps - 1, 1) for taps in h.shape)
    compute = partial(_in_chunk, parts=recipe.parts, dtype=recipe.dtype, method=method)
    if method != "auto":  # what it refuses does not depend on sizes: one output tells it before anything runs
        _wanted(np.zeros_like(h), h, recipe_of_parts(h.shape, h.shape, (h.dtype,), whole, False), method)
    beyond: list[tuple[Array, int]] = []
    if recipe.reach and boundary == "constant":
        x = pad(x.astype(recipe.dtype), recipe.reach, value=fill_value)
    elif recipe.reach:
        repeated = sources(x.shape, recipe.reach, boundary)
        beyond = [(cells, before) for cells, (before, _) in zip(repeated, recipe.reach, strict=True)]
    firsts = [first - (taps - 1) + np.arange(size) for taps, (first, size) in zip(h.shape, recipe.parts, strict=True)]
    seen = [(first, first + taps) for taps, first in zip(h.shape, firsts, strict=True)]
    return windowed(x, seen, compute, recipe.result, numbers={"h": h}, beyond=beyond)


def _in_chunk(
    x: Array, place: Place, h: Array, *, parts: tuple[tuple[int, int], ...], dtype: np.dtype[Any], method: str
) -> Array:
    """Compute a chunk's outputs from the part of the signal that they see."""
    axes = zip(parts, place.outputs, place.cells, strict=True)
    own = tuple((first + some.start - cells.start, some.stop - some.start) for (first, _), some, cells in axes)
    x = x.astype(dtype, copy=False)
    if x.size == 0 or 0 in (size for _, size in own):
        return np.zeros([size for _, size in own], dtype)
    return _wanted(x, h, recipe_of_parts(x.shape, h.shape, (dtype,), own, method != "separable"), method)


#: What returns all sums of two arrays, but not as they are defined.
_OF_ALL_SUMS: Final[dict[str, Callable[[Array, Array], Array]]] = {
    "fft": fft,
    "overlap-add": overlap_add,
    "separable": one_by_one,
}

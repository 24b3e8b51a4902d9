"""Measurements on black boxes: which convention one follows, whether it commutes with shifts, is linear.

Nothing here looks inside an operator. Each function feeds it arrays and compares what comes out, so the same
lines judge NumPy, SciPy, a deep-learning framework and the exercise that somebody wrote last night.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import Array, as_array, count, integer, is_several, must_have_shape, show
from convbook.algorithms.exactness import exponent
from convbook.algorithms.scaling import scaled
from convbook.signal import convolve, correlate
from convbook.windows import BORDERS

__all__ = [
    "Convention",
    "adjoint_gap",
    "equivariance_error",
    "identify_convention",
    "invariance_error",
    "linearity_error",
]

Operator = Callable[[Array], ArrayLike]
"""Anything that takes an array and returns one."""

Transform = Operator | int | Sequence[int]
"""A callable, or by how many places arrays are shifted cyclically along their last axes."""


# Which convention is it?


@dataclass(frozen=True)
class Convention:
    """How a function of a signal and a kernel convolves.

    :py:func:`convbook.properties.identify_convention` finds it. `N` and `K` are the lengths of the signal and
    of the kernel along one axis; places are counted in the ``"full"`` result.

    Examples
    --------
    >>> from convbook.properties import Convention
    >>> print(Convention("correlation", "N - K + 1", "K - 1", "none"))
    correlation of N - K + 1 outputs, from element K - 1 of 'full' on
    """

    operation: str
    """``"convolution"`` (the kernel is turned around) or ``"correlation"`` (it is not)."""
    length: str
    """How many outputs there are: ``"N + K - 1"``, ``"N"``, ``"max(N, K)"`` or ``"N - K + 1"``."""
    start: str
    """Which element of ``"full"`` comes first: ``"0"``, ``"(K - 1) // 2"``, ``"K // 2"`` or ``"K - 1"``."""
    boundary: str
    """How the signal continues: ``"zeros"``, ``"edge"``, ``"reflect"``, ``"symmetric"``, ``"wrap"``, or ``"none"`` if
    no output looks beyond its ends."""

    def __str__(self) -> str:
        """Say it in one line."""
        beyond = "" if self.boundary == "none" else f", {self.boundary} beyond the ends"
        return f"{self.operation} of {self.length} outputs, from element {self.start} of 'full' on{beyond}"


_STARTS: Final[dict[str, Callable[[int], int]]] = {
    "0": lambda k: 0,
    "(K - 1) // 2": lambda k: (k - 1) // 2,
    "K // 2": lambda k: k // 2,
    "K - 1": lambda k: k - 1,
}
_LENGTHS: Final[dict[str, Callable[[int, int], int]]] = {
    "N": lambda n, k: n,
    "max(N, K)": max,
    "N - K + 1": lambda n, k: n - k + 1,
    "N + K - 1": lambda n, k: n + k - 1,
}
#: What a convention calls a rule for the cells beyond the ends, and the rule.
_BOUNDARIES: Final = {"zeros" if rule == "constant" else rule: rule for rule in BORDERS}


def identify_convention(f: Callable[[Array, Array], ArrayLike], *, axes: int = 1) -> Convention:
    r"""Find out which convolution a function computes, without reading it.

    .. math:: f(\delta, h)[n] = h[n + s] \quad\text{or}\quad f(\delta, h)[n] = h[K - 1 - n - s]

    In words: give it a unit impulse and a kernel without symmetry. A convolution answers with the kernel, a
    correlation with the kernel reversed; where the answer lies tells which part of the ``"full"`` result is
    returned. Signals of random numbers then tell how they are continued beyond their ends, and confirm the
    rest.

    Derived in :doc:`/operation/convolution-or-correlation`.

    Parameters
    ----------
    f : callable
        Takes a signal and a kernel, arrays of float64, and returns an array.
    axes : int
        With how many axes `f` is to be asked. All must follow the same rules.

    Returns
    -------
    Convention
        What was found: the operation, the number of outputs, where they start, and the border rule.

    Raises
    ------
    ValueError
        If the answers fit none of the known conventions: the message says which question `f` failed.
    TypeError
        If `axes` is not an integer, or an answer does not consist of numbers.

    Notes
    -----
    Kernels of 2 to 5 elements are asked, for conventions differ only in even ones, and once a kernel that is
    longer than the signal: only there NumPy's ``"same"`` (`max(N, K)` outputs) differs from SciPy's (`N`). A
    function that refuses it is taken to have one output for each element of the signal. In two dimensions an
    error that flips or shifts only one axis is found, since no axis is treated as an example of another.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook.properties import identify_convention
    >>> print(identify_convention(np.convolve))
    convolution of N + K - 1 outputs, from element 0 of 'full' on, zeros beyond the ends
    >>> print(identify_convention(np.correlate))
    correlation of N - K + 1 outputs, from element K - 1 of 'full' on
    """
    axes = integer("axes", axes, 1)
    candidates = list(_conventions())
    for question, x, h in _questions(axes):
        answer = as_array("f(x, h)", f(x, h))
        candidates = [convention for convention in candidates if _explains(convention, answer, x, h)]
        if not candidates:
            raise ValueError(f"`f` follows no known convention: its answer to {question} fits none of them.")
    # What is left differs at most for kernels that are longer than the signal.
    x, h = np.ones((3,) * axes), np.ones((8,) * axes)
    try:
        shape = np.shape(f(x, h))
    except Exception:  # a black box may refuse in any way that it likes
        shape = x.shape
    return next((convention for convention in candidates if _shape(convention, x, h) == shape), candidates[0])


def _conventions() -> Iterator[Convention]:
    """List every convention that can be told apart."""
    for operation in ("convolution", "correlation"):
        yield Convention(operation, "N - K + 1", "K - 1", "none")
        for boundary in _BOUNDARIES:
            yield Convention(operation, "N + K - 1", "0", boundary)
            for start in _STARTS:
                yield Convention(operation, "N", start, boundary)
                yield Convention(operation, "max(N, K)", start, boundary)


def _questions(axes: int) -> Iterator[tuple[str, Array, Array]]:
    """Pose a signal and a kernel at a time, and say in words what they are; no two axes have the same size."""
    rng = np.random.default_rng(0)
    for k in (2, 3, 4, 5):
        size, kernel = [11 + 2 * axis for axis in range(axes)], [k + axis for axis in range(axes)]
        h = np.arange(1.0, 1 + np.prod(kernel)).reshape(kernel)
        impulse = np.zeros(size)
        impulse[tuple(n // 2 for n in size)] = 1
        yield f"a unit impulse and a kernel of shape {h.shape}", impulse, h
        yield f"random numbers and a kernel of shape {h.shape}", rng.standard_normal(size), h


def _shape(convention: Convention, x: Array, h: Array) -> tuple[int, ...]:
    return tuple(_LENGTHS[convention.length](n, k) for n, k in zip(x.shape, h.shape, strict=True))


def _explains(convention: Convention, answer: Array, x: Array, h: Array) -> bool:
    """Return whether this is what the convention gives, up to the precision of float32."""
    shape = _shape(convention, x, h)
    if answer.shape != shape:
        return False
    operation = convolve if convention.operation == "convolution" else correlate
    boundary = _BOUNDARIES.get(convention.boundary, "constant")
    full = operation(x, h, boundary=boundary, method="direct")
    starts = [_STARTS[convention.start](k) for k in h.shape]
    expected = full[tuple(slice(start, start + size) for start, size in zip(starts, shape, strict=True))]
    return bool(np.all(np.abs(answer - expected) <= 1e-5 * np.abs(full).max()))


# How far is it from a law?


def equivariance_error(
    operator: Operator, transform: Transform, x: ArrayLike, *, output_transform: Transform | None = None
) -> float:
    r"""Measure by how much an operator and a transform fail to commute on one input.

    .. math:: \frac{\lVert T S x - S' T x \rVert_2}{\lVert T x \rVert_2}

    In words: transform the input and apply the operator; apply the operator and transform the output; the
    difference, as a fraction of the output. It is 0 if the operator is equivariant.

    Derived in :doc:`/layers/translation-invariance`.

    Parameters
    ----------
    operator : callable
        The operator `T`, from an array to an array.
    transform : callable, int or sequence of ints
        The transform `S` of the input. Integers shift it cyclically by this many places, along its last axis or
        axes.
    x : array_like
        The input.
    output_transform : callable, int or sequence of ints, optional
        The transform `S'` of the output, by default the same: after a step of two pixels, for example, an
        operator of stride 2 should have moved by one.

    Returns
    -------
    float
        The error; it is infinite if the operator maps the input to zeros, but not the transformed input, and NaN
        if infinities or NaNs in the outputs leave it undefined: never 0.

    Raises
    ------
    ValueError
        If both orders give outputs of different shapes, or a shift has more entries than the array has axes.
    TypeError
        If an argument is not of the types above.

    Notes
    -----
    One input proves nothing for all others: an error of 0 on random numbers makes equivariance likely, one
    that is clearly above rounding (some 1e-15) refutes it.

    Outputs are compared in double precision at least, whatever their type, and scaled first, so that neither their
    differences wrap around nor their squares overflow or vanish.

    Examples
    --------
    Differences of neighbors on a circle commute with shifts; multiplying each element by its own factor does
    not:

    >>> import numpy as np
    >>> from convbook.properties import equivariance_error
    >>> equivariance_error(lambda x: x - np.roll(x, 1), 1, [3.0, 1.0, 4.0, 1.0])
    0.0
    >>> equivariance_error(lambda x: x * [1, 2], 1, [0.0, 1.0])  # (1, 0) against (2, 0), of 2
    0.5
    """
    x = as_array("x", x)
    before = _transformed("transform", transform, x)
    reference = _output(operator, x)
    if output_transform is None:
        after = _transformed("transform", transform, reference)
    else:
        after = _transformed("output_transform", output_transform, reference)
    return _relative_error(_output(operator, before), after, reference)


def invariance_error(operator: Operator, transform: Transform, x: ArrayLike) -> float:
    r"""Measure by how much a transform of the input changes the output.

    .. math:: \frac{\lVert T S x - T x \rVert_2}{\lVert T x \rVert_2}

    In words: the operator of the transformed input less the operator of the input, as a fraction of the
    latter. It is 0 if the operator is invariant.

    Derived in :doc:`/layers/translation-invariance`.

    Parameters
    ----------
    operator : callable
        The operator `T`, from an array to an array.
    transform : callable, int or sequence of ints
        The transform `S`. Integers shift cyclically by this many places, along the last axis or axes.
    x : array_like
        The input.

    Returns
    -------
    float
        The error; it is infinite if the operator maps the input to zeros, but not the transformed input, and NaN
        if infinities or NaNs in the outputs leave it undefined: never 0.

    Raises
    ------
    ValueError
        If the two outputs differ in shape, or a shift has more entries than the array has axes.
    TypeError
        If an argument is not of the types above.

    Examples
    --------
    The maximum of all elements does not see a shift; the first element does, and 1 instead of 4 is an error
    of 3/4:

    >>> from convbook.properties import invariance_error
    >>> invariance_error(lambda x: x.max(), 1, [4.0, 3.0, 1.0])
    0.0
    >>> invariance_error(lambda x: x[0], 1, [4.0, 3.0, 1.0])
    0.75
    """
    x = as_array("x", x)
    reference = _output(operator, x)
    return _relative_error(_output(operator, _transformed("transform", transform, x)), reference, reference)


def linearity_error(operator: Operator, x: ArrayLike, y: ArrayLike, *, a: complex = 2, b: complex = -3) -> float:
    r"""Measure by how much an operator fails to be linear on two inputs.

    .. math:: \frac{\lVert T(a x + b y) - a\,T x - b\,T y \rVert_2}{\lVert a\,T x \rVert_2 + \lVert b\,T y \rVert_2}

    In words: apply the operator to a sum of multiples, take off the same sum of its outputs, and compare with
    the size of what was added. It is 0 if the operator is linear, and not if it adds a constant: that is
    affine.

    Derived in :doc:`/layers/translation-invariance`.

    Parameters
    ----------
    operator : callable
        The operator `T`, from an array to an array.
    x, y : array_like
        The two inputs, of equal shapes.
    a, b : number
        The two factors. One is negative by default, for rectifiers are linear as long as no sign changes. The
        operator is asked in the type of ``a * x + b * y``, in which integers have 64 bits.

    Returns
    -------
    float
        The error; it is infinite if only the operator of the sum is not zero, and NaN if infinities or NaNs in the
        outputs leave it undefined.

    Raises
    ------
    ValueError
        If the inputs differ in shape.
    TypeError
        If an input does not hold numbers.

    Examples
    --------
    Twice 1 less three times 1 is -1: its absolute value is 1, but 2·1 - 3·1 = -1, and the two terms add up to
    5.

    >>> from convbook.properties import linearity_error
    >>> linearity_error(abs, [1.0], [1.0])
    0.4
    >>> linearity_error(lambda x: 7 * x, [1.0], [1.0])
    0.0
    """
    x, y = as_array("x", x), as_array("y", y)
    must_have_shape("y", y, x.shape, "`x`")
    p, q = as_array("a", a, ndim=0), as_array("b", b, ndim=0)
    combined = _combined(p, x, q, y)
    inputs = combined, x.astype(combined.dtype, copy=False), y.astype(combined.dtype, copy=False)
    whole, of_x, of_y = _scaled_together(*(_output(operator, one) for one in inputs))
    with np.errstate(invalid="ignore"):
        whole, of_x, of_y = _scaled_together(whole, p * of_x, q * of_y)
        difference = whole - of_x - of_y
    return _ratio(_norm(difference), _norm(of_x) + _norm(of_y))


def adjoint_gap(forward: Operator, adjoint: Operator, x: ArrayLike, y: ArrayLike) -> float:
    r"""Measure by how much two operators fail to be each other's adjoint.

    .. math:: \frac{\lvert \langle A x, y \rangle - \langle x, A' y \rangle \rvert}
        {\max(\lVert A x \rVert_2 \lVert y \rVert_2,\; \lVert x \rVert_2 \lVert A' y \rVert_2)}

    In words: send `x` forward and compare it with `y`; send `y` back and compare it with `x`. For an operator
    and its adjoint, such as a layer and the gradient with respect to its input, both inner products are the
    same number.

    Derived in :doc:`/layers/gradients`.

    Parameters
    ----------
    forward : callable
        The linear operator `A`, from arrays like `x` to arrays like `y`.
    adjoint : callable
        The operator `A'` that claims to be its adjoint, from arrays like `y` to arrays like `x`.
    x, y : array_like
        An input of each, best of random numbers. Inner products conjugate their second operand.

    Returns
    -------
    float
        The gap, relative to the largest value that the inner products can have: rounding alone gives some
        1e-16. It is NaN if infinities or NaNs leave it undefined.

    Raises
    ------
    ValueError
        If an operator does not return an array of the other one's shape.
    TypeError
        If an input does not hold numbers.

    Notes
    -----
    The dot-product test of J. Claerbout, *Earth Soundings Analysis* (1992). It needs no step size, unlike
    finite differences, and one random pair finds almost every error.

    Examples
    --------
    The adjoint of taking differences is taking them the other way around, with zeros beyond the ends:

    >>> import numpy as np
    >>> from convbook.properties import adjoint_gap
    >>> adjoint_gap(np.diff, lambda y: -np.diff(y, prepend=0, append=0), [1, 5, 2], [3, 1])
    0.0

    The adjoint of multiplying by 3 is not multiplying by 4: 3 and 4 differ by a quarter of the larger.

    >>> adjoint_gap(lambda x: 3 * x, lambda y: 4 * y, [1.0], [1.0])
    0.25
    """
    x, y = as_array("x", x), as_array("y", y)
    forth, back = _output(forward, x), _output(adjoint, y)
    must_have_shape("forward(x)", forth, y.shape, "`y`")
    must_have_shape("adjoint(y)", back, x.shape, "`x`")
    first, second = _inner_product(y, forth), _inner_product(back, x)
    common = max(first.exponent, second.exponent)
    products = [found.product * 2.0 ** (found.exponent - common) for found in (first, second)]
    bounds = [found.bound * 2.0 ** (found.exponent - common) for found in (first, second)]
    return _ratio(abs(products[0] - products[1]), max(bounds))


def _output(operator: Operator, x: Array) -> Array:
    return as_array("operator(x)", operator(x))


def _transformed(name: str, transform: Transform, x: Array) -> Array:
    if callable(transform):
        return as_array(f"{name}(x)", transform(x))
    shifts = transform if is_several(transform) else (transform,)
    if len(shifts) > x.ndim:
        given = show(transform)
        raise ValueError(f"`{name}` (={given}) must have at most one shift for each of {count(x.ndim, 'axis')}.")
    steps = tuple(integer(name, shift) for shift in shifts)
    return np.roll(x, steps, axis=tuple(range(-len(steps), 0)))


# Sizes of arrays of any type: no difference wraps around, no square overflows or vanishes

#: The exponent of what is 0: below that of any number.
_VANISHED: Final = -(2**20)


def _relative_error(actual: Array, expected: Array, reference: Array) -> float:
    if actual.shape != expected.shape:
        raise ValueError(
            f"`operator` must give outputs of one shape in both orders, not {actual.shape} and {expected.shape}."
        )
    if actual.dtype.kind in "biu" and expected.dtype.kind in "biu":
        difference, reference = _scaled_together(_distances(actual, expected), reference)
    else:
        actual, expected, reference = _scaled_together(actual, expected, reference)
        with np.errstate(invalid="ignore"):  # infinity less infinity is NaN, and no news
            difference = actual - expected
    return _ratio(_norm(difference), _norm(reference))


def _distances(a: Array, b: Array) -> Array:
    """Return how far apart integers are: modulo 2**64, the larger less the smaller is right."""
    larger = a > b
    a, b = a.astype(np.uint64), b.astype(np.uint64)
    return np.where(larger, a - b, b - a)


def _combined(p: Array, x: Array, q: Array, y: Array) -> Array:
    """Return ``p * x + q * y``: of integers in 64 bits, or in float64 if these do not hold it."""
    arrays = (p, x, q, y)
    dtype = np.result_type(*arrays)
    if all(array.dtype.kind in "biu" for array in arrays):
        largest = [max(int(array.max(initial=0)), -int(array.min(initial=0))) for array in arrays]
        held = largest[0] * largest[1] + largest[2] * largest[3] < 2**63
        dtype = np.dtype(np.int64 if held else np.float64)
    with np.errstate(invalid="ignore"):
        combined: Array = p.astype(dtype) * x.astype(dtype) + q.astype(dtype) * y.astype(dtype)
    return combined


class _InnerProduct(NamedTuple):
    """An inner product and the largest value that it can have, both divided by ``2**exponent``."""

    product: complex
    bound: float
    exponent: int


def _inner_product(a: Array, b: Array) -> _InnerProduct:
    exponents = 0
    units = []
    for array in (a, b):
        array = array.astype(np.result_type(array, np.float64))
        units.append(scaled(array, -exponent(array)))
        exponents += exponent(array)
    with np.errstate(invalid="ignore"):
        product = complex(np.vdot(*units))
    bound = _norm(units[0]) * _norm(units[1])
    return _InnerProduct(product, bound, exponents if bound else _VANISHED)


def _scaled_together(*arrays: Array) -> list[Array]:
    """Return the arrays in double precision at least, divided by one power of two: their largest number is near 1."""
    floats = [array.astype(np.result_type(array, np.float64)) for array in arrays]
    largest = max((exponent(array) for array in floats if array.any()), default=0)
    return [scaled(array, -largest) for array in floats]


def _norm(array: Array) -> float:
    """Return the Euclidean norm over all elements."""
    largest = exponent(array)
    return float(np.ldexp(np.linalg.norm(scaled(array, -largest).ravel()), largest))


def _ratio(error: float, scale: float) -> float:
    if math.isnan(error) or not math.isfinite(scale):
        return math.nan
    if scale == 0:
        return 0.0 if error == 0 else math.inf
    return error / scale

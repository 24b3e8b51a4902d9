"""Linear operators as matrices: to look at, to solve with, and to test against.

A matrix holds what an operator does to every unit impulse, one column for each. Flattening is in row-major
order, so `matrix @ x.ravel()` is `operator(x).ravel()`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    as_array,
    flag,
    integer,
    is_several,
    must_be_possible,
    one_of,
    per_axis,
    sum_dtypes,
)

__all__ = ["as_matrix", "circulant", "toeplitz"]


def toeplitz(h: ArrayLike, n: int, mode: str = "full") -> Array:
    r"""Write the convolution of a signal of `n` elements with a kernel as a matrix.

    .. math:: T_{ij} = h[i - j] \quad (0 \text{ outside of } h), \qquad T x = x * h

    In words: each column is the kernel, one place lower than in the column before. All diagonals are
    constant.

    Derived in :doc:`/operation/the-only-operation`.

    Parameters
    ----------
    h : array_like, shape (K,)
        The kernel.
    n : int
        The number of elements of the signals.
    mode : {"full", "same", "valid"}
        Which rows are kept: the sums that :py:func:`convbook.convolve` returns, with zeros beyond the ends.

    Returns
    -------
    numpy.ndarray, shape (outputs, n)
        The matrix. Integers have 64 bits.

    Raises
    ------
    ValueError
        If the kernel does not have one axis or is empty, `n` is below 1 or so large that no memory holds the matrix,
        or the mode is unknown.
    TypeError
        If the kernel does not hold numbers, or `n` is not an integer.

    Notes
    -----
    For other borders and for more axes see :py:func:`convbook.matrices.as_matrix`; on a circle the matrix is
    :py:func:`convbook.matrices.circulant`. The transpose of the ``"full"`` matrix of a real kernel is
    correlation in mode ``"valid"``.

    Examples
    --------
    >>> from convbook.matrices import toeplitz
    >>> toeplitz([1, 2], 3).tolist()
    [[1, 0, 0], [2, 1, 0], [0, 2, 1], [0, 0, 2]]
    >>> toeplitz([1, 2], 3, "valid").tolist()
    [[2, 1, 0], [0, 2, 1]]
    """
    kernel = _kernel(h)
    n = integer("n", n, 1)
    one_of("mode", mode, ("full", "same", "valid"))
    k = len(kernel)
    must_be_possible("n", n, (n + k - 1, n))
    matrix = np.zeros((n + k - 1, n), kernel.dtype)
    for j in range(n):
        matrix[j : j + k, j] = kernel
    if mode == "same":
        return matrix[(k - 1) // 2 :][:n]
    if mode == "valid":
        return matrix[min(n, k) - 1 : max(n, k)]
    return matrix


def circulant(h: ArrayLike, n: int | None = None) -> Array:
    r"""Write the convolution with a kernel on a circle of `n` elements as a matrix.

    .. math:: C_{ij} = \sum_r h[i - j + r n], \qquad (C x)[i] = \sum_j h[j]\, x[(i - j) \bmod n]

    In words: each column is the kernel, turned on by one place; what leaves the circle below comes in above.
    The discrete Fourier transform makes every such matrix diagonal, and the transform of the kernel is the
    diagonal.

    Derived in :doc:`/operation/the-only-operation`.

    Parameters
    ----------
    h : array_like, shape (K,)
        The kernel. Where it is longer than the circle, its turns are added up.
    n : int, optional
        The number of elements of the circle, by default those of the kernel.

    Returns
    -------
    numpy.ndarray, shape (n, n)
        The matrix. Integers have 64 bits, and sums of them are taken modulo 2**64; float16 is added up in float32.

    Raises
    ------
    ValueError
        If the kernel does not have one axis or is empty, or `n` is below 1 or so large that no memory holds the
        matrix.
    TypeError
        If the kernel does not hold numbers, or `n` is not an integer.

    Examples
    --------
    >>> from convbook.matrices import circulant
    >>> circulant([1, 2], 3).tolist()
    [[1, 0, 2], [2, 1, 0], [0, 2, 1]]
    """
    kernel = _kernel(h)
    n = len(kernel) if n is None else integer("n", n, 1)
    must_be_possible("n", n, (n, n))
    accumulate, result = sum_dtypes(kernel)
    turn = np.zeros(n, accumulate)
    np.add.at(turn, np.arange(len(kernel)) % n, kernel)
    i = np.arange(n)
    matrix: Array = turn.astype(result)[(i[:, np.newaxis] - i) % n]
    return matrix


def as_matrix(operator: Callable[[Array], ArrayLike], input_shape: int | Sequence[int], *, sparse: bool = False) -> Any:
    r"""Write any linear operator as a matrix, by asking it for its answers to unit impulses.

    .. math:: A_{:, j} = T e_j, \qquad A\, \operatorname{vec}(x) = \operatorname{vec}(T x)

    In words: column `j` is what becomes of an array of zeros with a single 1 at place `j`.

    Derived in :doc:`/operation/the-only-operation`.

    Parameters
    ----------
    operator : callable
        The linear operator, from arrays of float64 to arrays: a layer without bias, for example.
    input_shape : int or sequence of ints
        The shape of its inputs.
    sparse : bool
        Whether to return a matrix of SciPy that holds the elements other than 0 only; it has no float16, and gets
        float32.

    Returns
    -------
    numpy.ndarray or scipy.sparse.csr_array, shape (output elements, input elements)
        The matrix.

    Raises
    ------
    ValueError
        If the operator is not linear (it is tried on zeros and on random numbers), or the shape holds no
        element, or more than any memory.
    TypeError
        If the shape does not consist of integers, `sparse` is not a truth value, or the operator's answers
        are not numbers.

    Notes
    -----
    The operator is called once for each element of the input. The adjoint of the operator is the conjugate
    transpose of the matrix.

    Examples
    --------
    Differences of neighbors, with the first element following the last:

    >>> import numpy as np
    >>> from convbook.matrices import as_matrix
    >>> as_matrix(lambda x: np.roll(x, -1) - x, 3).tolist()
    [[-1.0, 1.0, 0.0], [0.0, -1.0, 1.0], [1.0, 0.0, -1.0]]
    """
    axes = len(input_shape) if is_several(input_shape) else 1
    shape = per_axis("input_shape", input_shape, axes, 1, axis="axis")
    must_be_possible("input_shape", input_shape, shape)
    matrix = _columns(operator, shape, sparse=flag("sparse", sparse))
    # The impulses alone cannot tell: a rectifier passes each of them, as a linear operator might.
    nothing, anything = np.zeros(shape), np.random.default_rng(0).standard_normal(shape)
    limits = np.finfo(np.result_type(np.ravel(operator(nothing)), np.float16))
    gain = abs(matrix).max()
    anything /= max(1.0, float(gain / limits.max) * 4 * np.abs(anything).sum())  # its answer must not overflow
    for x in (nothing, anything):
        error = np.abs(np.ravel(operator(x)) - matrix @ x.ravel()).max(initial=0)
        rounding = max(1e-6, 10 * limits.eps) * gain * np.abs(x).sum() + x.size * limits.smallest_subnormal
        if not error <= rounding:
            raise ValueError("`operator` must be linear, but its answer to a sum is not the sum of its answers.")
    return matrix


def _columns(operator: Callable[[Array], ArrayLike], shape: tuple[int, ...], *, sparse: bool) -> Any:
    """Set the answers to the impulses side by side."""
    columns = []
    for place in np.ndindex(shape):
        impulse = np.zeros(shape)
        impulse[place] = 1
        columns.append(as_array("operator(x)", operator(impulse)).reshape(-1, 1))
        if columns[-1].size == 0:
            raise ValueError(f"`operator` must give at least one element for inputs of shape {shape}.")
        if sparse:
            from scipy.sparse import csc_array

            dtype = columns[-1].dtype  # SciPy knows neither float16 nor another machine's order of bytes
            columns[-1] = csc_array(columns[-1].astype(np.float32 if dtype == np.float16 else dtype.newbyteorder("=")))
    if sparse:
        from scipy.sparse import hstack

        return hstack(columns, format="csr")
    return np.hstack(columns)


def _kernel(h: ArrayLike) -> Array:
    kernel = as_array("h", h, ndim=1)
    if kernel.size == 0:
        raise ValueError(f"`h` (of shape {kernel.shape}) must have at least one element.")
    return kernel.astype(sum_dtypes(kernel)[1])

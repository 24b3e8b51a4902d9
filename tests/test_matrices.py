"""Matrices do what the operators do, and have the structure that they are named for."""

import re
from functools import partial

import numpy as np
import pytest
from scipy import linalg, sparse

from convbook import convolve, correlate
from convbook.matrices import as_matrix, circulant, toeplitz

RNG = np.random.default_rng(6)


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (6, 3), (6, 4), (3, 7), (5, 5)])
def test_the_toeplitz_matrix_convolves(n, k, mode):
    x, h = RNG.integers(-9, 10, n), RNG.integers(-9, 10, k)
    matrix = toeplitz(h, n, mode)
    assert (matrix @ x).tolist() == convolve(x, h, mode).tolist()
    assert all(len(set(np.diagonal(matrix, d).tolist())) == 1 for d in range(-len(matrix) + 1, n))


def test_the_full_toeplitz_matrix_is_that_of_scipy():
    h = RNG.standard_normal(4)
    np.testing.assert_array_equal(toeplitz(h, 6), linalg.convolution_matrix(h, 6))
    np.testing.assert_array_equal(toeplitz(h, 6, "valid"), linalg.convolution_matrix(h, 6, "valid"))


def test_the_transpose_of_full_convolution_is_valid_correlation():
    h, y = RNG.integers(-9, 10, 4), RNG.integers(-9, 10, 9)
    assert (toeplitz(h, 6).T @ y).tolist() == correlate(y, h, "valid").tolist()


@pytest.mark.parametrize(("n", "k"), [(6, 3), (5, 5), (4, 11), (1, 3)])
def test_the_circulant_matrix_convolves_on_a_circle(n, k):
    x, h = RNG.integers(-9, 10, n), RNG.integers(-9, 10, k)
    wrapped = np.zeros(n, int)
    np.add.at(wrapped, np.arange(n + k - 1) % n, convolve(x, h))
    assert (circulant(h, n) @ x).tolist() == wrapped.tolist()


def test_the_circulant_matrix_is_that_of_scipy_and_diagonal_for_the_fourier_transform():
    h = RNG.standard_normal(6)
    np.testing.assert_array_equal(circulant(h), linalg.circulant(h))
    fourier = np.fft.fft(np.eye(6))
    diagonal = fourier @ circulant(h) @ np.linalg.inv(fourier)
    np.testing.assert_allclose(diagonal, np.diag(np.fft.fft(h)), atol=1e-13)


def test_circulant_matrices_commute_with_the_shift_and_zero_padded_ones_do_not():
    h, shift = RNG.integers(1, 9, 3), circulant([0, 1], 6)
    np.testing.assert_array_equal(circulant(h, 6) @ shift, shift @ circulant(h, 6))
    assert (toeplitz(h, 6, "same") @ shift != shift @ toeplitz(h, 6, "same")).any()


def test_small_integers_become_64_bits_and_floats_stay():
    assert circulant(np.array([200, 100], np.uint8), 1).tolist() == [[300]]
    assert toeplitz(np.array([1], np.uint8), 2).dtype == np.int64
    assert toeplitz(np.ones(2, np.float32), 2).dtype == np.float32


def test_arguments_may_be_ranges_and_arrays_without_axes():
    assert toeplitz(range(1, 3), np.array(2)).tolist() == [[1, 0], [2, 1], [0, 2]]
    assert circulant(range(1, 3), np.array(2)).tolist() == [[1, 2], [2, 1]]
    assert as_matrix(lambda x: 2 * x, np.array(2)).tolist() == [[2, 0], [0, 2]]
    assert as_matrix(lambda x: x[:, 0], range(1, 3)).tolist() == [[1, 0]]


def test_turns_of_float16_are_added_up_in_float32_and_of_integers_modulo_two_to_the_64():
    turns = circulant(np.array([1024] + [0.4] * 50, np.float16), 1)
    assert turns.dtype == np.float16
    assert turns.tolist() == [[1044]]  # one by one, float16 would stay at 1024
    assert circulant(np.array([2**63, 5, 2**63, 1], np.uint64), 2).tolist() == [[0, 6], [6, 0]]
    assert circulant([2**62, 2**62], 1).tolist() == [[-(2**63)]]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("gain", ["smallest_subnormal", "tiny", "eps", "max"])
def test_operators_of_any_gain_are_linear_enough(dtype, gain):
    factor = getattr(np.finfo(dtype), gain)
    for thin in (False, True):
        matrix = as_matrix(lambda x: x.astype(dtype)[::2] * factor, 5, sparse=thin)
        dense = matrix.toarray() if thin else matrix
        assert np.array_equal(dense, np.eye(5)[::2] * factor)


@pytest.mark.parametrize("boundary", ["constant", "reflect", "wrap"])
def test_any_linear_operator_becomes_a_matrix_dense_or_sparse(boundary):
    h, x = RNG.standard_normal((2, 3)), RNG.standard_normal((4, 5))

    def operator(x):
        return convolve(x, h, "same", boundary=boundary)[:, ::2]

    dense, thin = as_matrix(operator, (4, 5)), as_matrix(operator, (4, 5), sparse=True)
    assert dense.shape == thin.shape == (12, 20)
    np.testing.assert_allclose(dense @ x.ravel(), operator(x).ravel(), atol=1e-14)
    assert sparse.issparse(thin)
    assert thin.format == "csr"
    np.testing.assert_array_equal(thin.toarray(), dense)
    assert thin.nnz <= 6 * 12


def test_one_dimensional_operators_give_the_named_matrices():
    h = RNG.standard_normal(4)
    for mode in ("full", "same", "valid"):
        np.testing.assert_array_equal(as_matrix(partial(convolve, h=h, mode=mode), 6), toeplitz(h, 6, mode))
    circle = as_matrix(lambda x: np.fft.ifft(np.fft.fft(x) * np.fft.fft(h, 6)), [6])
    np.testing.assert_allclose(circle, circulant(h, 6), atol=1e-15)


def test_operators_of_single_precision_and_of_small_gain_are_linear_enough():
    h = RNG.standard_normal(5).astype(np.float32)
    assert as_matrix(lambda x: convolve(x.astype(np.float32), h), 40).dtype == np.float32
    np.testing.assert_array_equal(as_matrix(lambda x: 1e-12 * x, 2), 1e-12 * np.eye(2))
    np.testing.assert_array_equal(as_matrix(lambda x: 0 * x, 2), np.zeros((2, 2)))


@pytest.mark.parametrize("dtype", ["float16", ">f4", "longdouble", "complex64"])
def test_answers_of_any_type_make_matrices_dense_or_sparse(dtype):
    h = RNG.standard_normal(3)
    operator = lambda x: convolve(x, h).astype(dtype)  # noqa: E731
    dense, thin = as_matrix(operator, 30), as_matrix(operator, 30, sparse=True)
    assert dense.dtype == np.dtype(dtype).newbyteorder("=")
    np.testing.assert_array_equal(thin.toarray(), dense)
    np.testing.assert_allclose(dense.astype(complex), toeplitz(h, 30), rtol=0, atol=1e-3)
    with pytest.raises(ValueError, match="`operator` must be linear"):
        as_matrix(lambda x: np.maximum(operator(x), 0) if dtype != "complex64" else np.abs(operator(x)), 30)


@pytest.mark.parametrize(
    "operator",
    [
        lambda x: np.maximum(x, 0),
        lambda x: 1e-12 * np.maximum(x, 0),
        lambda x: x + 1,
        lambda x: x**2,
        np.sort,
        np.abs,
    ],
)
def test_an_operator_that_is_not_linear_is_refused(operator):
    for thin in (False, True):
        with pytest.raises(ValueError, match="`operator` must be linear, but its answer to a sum is not"):
            as_matrix(operator, (2, 3), sparse=thin)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: toeplitz([], 3), "`h` (of shape (0,)) must have at least one element."),
        (lambda: toeplitz([[1]], 3), "`h` (of shape (1, 1)) must have 1 axis, not 2."),
        (lambda: toeplitz([1], 0), "`n` (=0) must be at least 1."),
        (lambda: toeplitz([1], 3, "circular"), "`mode` (='circular') must be one of 'full', 'same', 'valid'."),
        (lambda: circulant([1], 0), "`n` (=0) must be at least 1."),
        (
            lambda: toeplitz([1, 2], 2**32),
            "`n` (=4294967296) must not ask for an array of shape (4294967297, 4294967296): no memory holds it.",
        ),
        (
            lambda: circulant([1], 2**62),
            "`n` (=4611686018427387904) must not ask for an array of shape (4611686018427387904, 4611686018427387904): "
            "no memory holds it.",
        ),
        (lambda: toeplitz(1, 3), "`h` (of shape ()) must have 1 axis, not 0."),
        (
            lambda: as_matrix(abs, (2**62, 4)),
            "`input_shape` (=(4611686018427387904, 4)) must not ask for an array of shape (4611686018427387904, 4): "
            "no memory holds it.",
        ),
        (lambda: as_matrix(abs, (2, 0)), "`input_shape` (=(2, 0)) must be at least 1 on every axis."),
        (lambda: as_matrix(lambda x: x[:0], 2), "`operator` must give at least one element for inputs of shape (2,)."),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


def test_a_wrong_type_is_refused():
    with pytest.raises(TypeError, match=r"`n` \(=2\.0\) must be an integer\."):
        toeplitz([1], 2.0)
    with pytest.raises(TypeError, match=r"`sparse` \(=1\) must be True or False\."):
        as_matrix(lambda x: x, 2, sparse=1)
    with pytest.raises(TypeError, match=r"`operator\(x\)` must hold real or complex numbers"):
        as_matrix(lambda x: "a", 2)
    with pytest.raises(TypeError, match=r"`operator\(x\)` must not be a masked array"):
        as_matrix(lambda x: np.ma.array(x, mask=x > 0), 2)

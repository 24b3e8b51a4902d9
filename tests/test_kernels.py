"""Each kernel has the sum, the moments and the response that its docstring promises."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from convbook import convolve, correlate
from convbook.kernels import (
    binomial,
    box,
    gaussian,
    laplacian,
    laplacian_of_gaussian,
    separate,
    sharpen,
    sobel,
)

RNG = np.random.default_rng(5)


def moment(h, axis, order):
    """Sum m**order h[m], with m counted along one axis from the center."""
    places = np.moveaxis(np.indices(h.shape)[axis] - (h.shape[axis] - 1) / 2, 0, 0)
    return np.sum(places**order * h)


@pytest.mark.parametrize("k", range(1, 9))
def test_box_and_binomial_sum_to_one_and_have_the_promised_variance(k):
    assert box(k).tolist() == [1 / k] * k
    np.testing.assert_allclose(moment(box(k), 0, 2), (k * k - 1) / 12, atol=1e-15)
    assert binomial(k).sum() == 1
    assert moment(binomial(k), 0, 2) == (k - 1) / 4


def test_a_binomial_kernel_is_repeated_averaging_of_neighbors():
    smoothed = [1.0]
    for k in range(1, 8):
        assert binomial(k).tolist() == list(smoothed)
        smoothed = convolve(smoothed, [0.5, 0.5])


def test_two_boxes_make_a_triangle():
    np.testing.assert_allclose(convolve(box(3), box(3)), np.array([1, 2, 3, 2, 1]) / 9, rtol=1e-15)


@pytest.mark.parametrize("make", [box, binomial])
def test_sizes_per_axis_make_tables_of_products(make):
    np.testing.assert_allclose(make((2, 5)), np.outer(make(2), make(5)), rtol=1e-15)
    assert make([3, 1, 2]).shape == (3, 1, 2)
    assert make(np.array([4])).shape == (4,)


@pytest.mark.parametrize("sigma", [0.8, 1, 1.7, 3.2, 5.624])
def test_gaussian_is_that_of_scipy_and_has_the_promised_moments(sigma):
    h = gaussian(sigma)
    impulse = np.zeros(2 * len(h) + 1)
    impulse[len(h)] = 1
    filtered = ndimage.gaussian_filter1d(impulse, sigma)
    np.testing.assert_allclose(convolve(impulse, h, "same"), filtered, atol=1e-16)
    assert h.sum() == pytest.approx(1, abs=1e-15)
    assert moment(h, 0, 2) == pytest.approx(sigma**2, rel=1.1e-3)
    assert moment(gaussian(sigma, truncate=3), 0, 2) == pytest.approx(sigma**2, rel=0.03)
    assert moment(gaussian(0.5), 0, 2) == pytest.approx(0.86 * 0.5**2, rel=1e-3)


def test_gaussian_of_several_deviations_is_the_product_of_its_axes():
    h = gaussian((1, 2.5), size=(5, 8))
    np.testing.assert_allclose(h, np.outer(gaussian(1, size=5), gaussian(2.5, size=8)), rtol=1e-14)
    np.testing.assert_array_equal(h, h[::-1, ::-1])
    assert gaussian([1.5]).shape == (13,)
    assert gaussian([1, 2], size=3).shape == (3, 3)


def test_variances_of_gaussians_add_up():
    twice = convolve(gaussian(1.5, truncate=6), gaussian(2, truncate=6))
    once = gaussian(2.5, size=len(twice))
    np.testing.assert_allclose(twice, once, atol=1e-8)


@pytest.mark.parametrize("sigma", [1e-320, 1e-200, 1e-10, 0.01, 0.1, 0.3, 1, 1e10, 1e200, 1.7e308])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7, 10])
def test_gaussians_of_any_width_and_size_are_symmetric_weights_that_fall_from_the_center(sigma, size):
    h = gaussian(sigma, size=size)
    assert h.sum() == pytest.approx(1, abs=1e-15)
    assert (h >= 0).all()
    np.testing.assert_array_equal(h, h[::-1])
    assert (np.diff(h[: (size + 1) // 2]) >= 0).all()
    if sigma <= 0.01:
        assert h[h > 0].tolist() == [[0.5, 0.5], [1.0]][size % 2]
    if sigma >= 1e10:
        np.testing.assert_allclose(h, box(size), rtol=1e-15)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
def test_laplacians_of_gaussians_of_any_width_and_size_follow_their_formula(size, ndim):
    places = np.indices((size,) * ndim) - (size - 1) / 2
    squares = (places**2).sum(axis=0).astype(np.longdouble)
    for sigma in (1e-320, 1e-200, 0.01, 0.1, 0.3, 1, 30, 1e50):
        h = laplacian_of_gaussian(sigma, ndim=ndim, size=size)
        exponents = -(squares - squares.min()) / (2 * np.longdouble(sigma) ** 2)
        bell = np.exp(exponents) / np.exp(exponents).sum()
        raw = (squares - (squares * bell).sum()) * bell  # times the constant that is its mean
        expected = raw / np.longdouble(sigma) ** 4 if raw.any() else raw
        np.testing.assert_allclose(h, expected.astype(float), rtol=1e-9, atol=1e-14 * float(np.abs(expected).max()))
        assert np.isfinite(h).all()
    assert not laplacian_of_gaussian(1e200, ndim=ndim, size=size).any()


def test_kernels_take_sequences_of_any_kind_and_arrays_without_axes():
    for make in (box, binomial):
        np.testing.assert_array_equal(make(range(2, 4)), make((2, 3)))
        np.testing.assert_array_equal(make(np.array(3)), make(3))
    np.testing.assert_array_equal(gaussian(range(1, 3)), gaussian([1.0, 2.0]))
    np.testing.assert_array_equal(gaussian(np.array(1.5), size=range(3, 4)), gaussian(1.5, size=3))
    np.testing.assert_array_equal(laplacian_of_gaussian(np.array(1.5)), laplacian_of_gaussian(1.5))
    np.testing.assert_array_equal(laplacian(np.array(1)), laplacian(1))
    np.testing.assert_array_equal(sharpen(np.array(2)), sharpen(2))


def test_sobel_gives_8_on_a_slope_of_one_along_its_axis_and_0_along_the_other():
    down, right = np.indices((6, 7))
    assert (correlate(right, sobel(1), "valid") == 8).all()
    assert (correlate(right, sobel(0), "valid") == 0).all()
    assert (correlate(down, sobel(0), "valid") == 8).all()
    assert (convolve(down, sobel(0), "valid") == -8).all()
    assert (correlate(np.indices((5, 5, 5))[2], sobel(-1, ndim=3), "valid") == 2 * 4**2).all()
    assert sobel(0, ndim=1).tolist() == [-1, 0, 1]


def test_sobel_is_that_of_scipy():
    image = RNG.standard_normal((7, 9))
    for axis in (0, 1, -1):
        expected = ndimage.sobel(image, axis, mode="nearest")
        actual = correlate(image, sobel(axis), "same", boundary="edge")
        np.testing.assert_allclose(actual, expected, atol=1e-13)


def test_sobel_kernels_combine_to_any_direction():
    down, right = np.indices((6, 7))
    slope = 3 * down - 2 * right
    directional = 0.6 * sobel(0) + 0.8 * sobel(1)
    np.testing.assert_allclose(correlate(slope, directional, "valid"), 8 * (0.6 * 3 - 0.8 * 2), atol=1e-12)


@pytest.mark.parametrize("ndim", [1, 2, 3])
def test_laplacian_gives_two_on_squares_and_nothing_on_slopes(ndim):
    places = np.indices((5,) * ndim)
    assert (correlate(places[0] ** 2, laplacian(ndim), "valid") == 2).all()
    assert (correlate(3 * places[-1] + 7, laplacian(ndim), "valid") == 0).all()
    full = laplacian(ndim, diagonals=True)
    assert full.sum() == 0
    assert moment(full, ndim - 1, 2) == 2 * 3 ** (ndim - 1)
    assert sorted(set(full.ravel().tolist())) == [1 - 3**ndim, 1]
    assert laplacian(ndim).dtype == np.int64


def test_laplacian_is_that_of_scipy():
    image = RNG.standard_normal((7, 9))
    actual = correlate(image, laplacian(), "same", boundary="symmetric")
    np.testing.assert_allclose(actual, ndimage.laplace(image), atol=1e-13)


def test_six_laplacians_are_one_kernel_of_13_by_13():
    h = np.ones((1, 1), int)
    for _ in range(6):
        h = convolve(h, laplacian())
    assert h.shape == (13, 13)
    assert (h.sum(), h[6, 6], np.abs(h).sum()) == (0, 28_496, 262_144)


@pytest.mark.parametrize("amount", [1, 2, 0.5, -0.25, 0])
def test_sharpen_is_the_image_less_its_laplacian(amount):
    image = RNG.standard_normal((6, 7))
    expected = image[1:-1, 1:-1] - amount * correlate(image, laplacian(), "valid")
    np.testing.assert_allclose(correlate(image, sharpen(amount), "valid"), expected, atol=1e-13)
    assert sharpen(amount).sum() == pytest.approx(1)
    assert moment(sharpen(amount, ndim=3), 1, 2) == -2 * amount
    assert sharpen(amount).dtype == (np.int64 if isinstance(amount, int) else np.float64)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("amount", [2**60, -(2**60), np.uint8(200), np.int8(-128), np.uint64(5), np.array(7), 0])
def test_whole_amounts_give_exact_integers(amount, ndim):
    h = sharpen(amount, ndim=ndim)
    assert h.dtype == np.int64
    assert sum(h.ravel().tolist()) == 1
    assert h[(1,) * ndim] == 1 + 2 * ndim * int(amount)
    assert h[(0,) + (1,) * (ndim - 1)] == -int(amount)


@pytest.mark.parametrize("ndim", [1, 2, 3])
@pytest.mark.parametrize("sigma", [0.8, 1, 2])
def test_laplacian_of_gaussian_has_the_promised_moments(sigma, ndim):
    h = laplacian_of_gaussian(sigma, ndim=ndim)
    assert abs(h.sum()) < 1e-14
    for axis in range(ndim):
        assert moment(h, axis, 2) == pytest.approx(2, rel=0.015)
    assert moment(laplacian_of_gaussian(sigma, ndim=ndim, truncate=6), 0, 2) == pytest.approx(2, rel=0.002)


def test_laplacian_of_gaussian_is_that_of_scipy_and_finds_blobs_of_its_size():
    image = RNG.standard_normal((40, 41))
    expected = ndimage.gaussian_laplace(image, 2.0, mode="reflect", truncate=6)
    actual = correlate(image, laplacian_of_gaussian(2.0, truncate=6), "same", boundary="symmetric")
    np.testing.assert_allclose(actual, expected, atol=2e-4)

    down, right = np.indices((61, 61)) - 30
    for radius in (4.0, 7.0):
        disk = (down**2 + right**2 <= radius**2).astype(float)
        sigmas = np.arange(1.5, 8, 0.25)
        answers = [-(s**2) * np.sum(disk * laplacian_of_gaussian(s, size=61)) for s in sigmas]
        assert abs(sigmas[np.argmax(answers)] - radius / np.sqrt(2)) <= 0.25


# Separation


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.booleans(), st.integers(0, 10**6))
def test_the_pairs_add_up_to_the_kernel_and_are_as_many_as_its_rank(rows, columns, terms, imaginary, seed):
    rng = np.random.default_rng(seed)
    factors = rng.integers(-5, 6, (2, 6, terms)) * (1 + 2j * imaginary)
    h = factors[0, :rows] @ factors[1, :columns].T
    h = h if imaginary else h.real
    pairs = separate(h)
    assert len(pairs) == np.linalg.matrix_rank(h)
    rebuilt = sum((np.outer(u, v) for u, v in pairs), np.zeros(h.shape))
    np.testing.assert_allclose(rebuilt, h, atol=1e-12 * (1 + np.abs(h).max()))
    for u, v in pairs:
        assert np.linalg.norm(u) == pytest.approx(np.linalg.norm(v))
        peak = u[np.abs(u).argmax()]
        assert peak.real > 0
        assert abs(peak.imag) < 1e-9 * peak.real


def test_named_kernels_have_the_ranks_that_make_them_cheap_or_not():
    for separable in (box((3, 4)), binomial((5, 5)), gaussian((1, 2)), sobel(0), np.outer([1, 2], [3, 4])):
        assert len(separate(separable)) == 1
    for other in (laplacian(), sharpen(), laplacian_of_gaussian(1.5)):
        assert len(separate(other)) == 2
    assert separate(np.zeros((3, 3))) == []


def test_filtering_with_a_column_and_then_a_row_is_filtering_with_the_kernel():
    image = RNG.standard_normal((9, 10))
    h = laplacian_of_gaussian(1.0)
    passes = sum(convolve(convolve(image, u[:, None]), v[None]) for u, v in separate(h))
    np.testing.assert_allclose(passes, convolve(image, h), atol=1e-14)


def test_the_largest_pairs_are_the_best_approximation():
    h = RNG.standard_normal((6, 7))
    values = np.linalg.svd(h, compute_uv=False)
    for rank in (1, 3, 9):
        pairs = separate(h, rank)
        assert len(pairs) == min(rank, 6)
        error = np.linalg.norm(h - sum(np.outer(u, v) for u, v in pairs))
        assert error == pytest.approx(np.linalg.norm(values[rank:]), abs=1e-13)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("float16", "float16"),
        ("float32", "float32"),
        (">f8", "float64"),
        ("complex64", "complex64"),
        ("bool", "float64"),
        ("uint8", "float64"),
        ("int16", "float64"),
        ("uint64", "float64"),
    ],
)
def test_pairs_keep_the_type_of_floats_and_those_of_integers_are_float64(given, wanted):
    [(u, v)] = separate(np.ones((2, 3), given))
    assert u.dtype == v.dtype == np.dtype(wanted)
    np.testing.assert_allclose(np.outer(u, v).astype(complex), np.ones((2, 3)), rtol=1e-3)
    if given == "uint8":
        [(u, v)] = separate(np.outer([1, 3, 7], [1, 2, 36]).astype(given))
        np.testing.assert_allclose(np.outer(u, v), np.outer([1, 3, 7], [1, 2, 36]), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64, np.complex128])
def test_pairs_add_up_to_kernels_of_any_magnitude(dtype):
    limits = np.finfo(dtype)
    shape = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], limits.dtype)
    imaginary = 1j if np.issubdtype(dtype, np.complexfloating) else 0
    for largest in (limits.max / 4, limits.max / 1024, 1, limits.tiny * 64, limits.smallest_subnormal * 1024):
        h = (shape / 4 * largest * (1 + imaginary)).astype(dtype)
        [(u, v)] = separate(h)
        np.testing.assert_allclose(np.outer(u, v), h, rtol=20 * limits.eps, atol=0)
        skewed = h * np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
        pairs = separate(skewed.astype(dtype))
        assert len(pairs) == 3
        total = sum(np.outer(u, v).astype(np.clongdouble) for u, v in pairs)
        rounding = 40 * float(limits.eps * np.abs(h).max()) + 8 * np.longdouble(limits.smallest_subnormal)
        np.testing.assert_allclose(total, skewed, rtol=0, atol=rounding)


def test_pairs_add_up_to_the_smallest_and_the_largest_kernels():
    for value in (5e-324, 1.5e308, 2**62, -(2**63), 2**64 - 1):
        [(u, v)] = separate([[value, value], [value, value]])
        np.testing.assert_allclose(np.outer(u, v), np.full((2, 2), float(value)), rtol=1e-15)
    assert separate(np.zeros((2, 2), np.uint8)) == []


# Wrong calls


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: box(0), "`size` (=0) must be at least 1."),
        (lambda: box((3, -1)), "`size` (=(3, -1)) must be at least 1 on every axis."),
        (lambda: binomial([]), "`size` (=[]) must have at least one entry."),
        (lambda: gaussian(0), "`sigma` (=0) must be finite and greater than 0."),
        (lambda: gaussian((1.0, np.nan)), "`sigma` (=nan) must be finite and greater than 0."),
        (lambda: gaussian(()), "`sigma` (=()) must have at least one entry."),
        (lambda: gaussian(1, truncate=-1), "`truncate` (=-1) must be finite and greater than 0."),
        (lambda: gaussian((1, 2), size=(3,)), "`size` (=(3,)) must have one entry per axis: 2, not 1."),
        (lambda: sobel(2), "`axis` (=2) must be from -2 to 1 for `ndim` 2."),
        (lambda: sobel(0, ndim=0), "`ndim` (=0) must be at least 1."),
        (lambda: laplacian(0), "`ndim` (=0) must be at least 1."),
        (lambda: sharpen(np.inf), "`amount` (=inf) must be one finite number."),
        (lambda: sharpen([1]), "`amount` (=[1]) must be one finite number."),
        (lambda: laplacian_of_gaussian(-1), "`sigma` (=-1) must be finite and greater than 0."),
        (lambda: separate([1, 2]), "`kernel` (of shape (2,)) must have 2 axes, not 1."),
        (
            lambda: separate([[1, np.nan]]),
            "`kernel` (of shape (1, 2)) must have at least one element, and finite ones only.",
        ),
        (lambda: separate([[1]], 0), "`rank` (=0) must be at least 1."),
        (
            lambda: sharpen(2**62),
            "`amount` (=4611686018427387904) must give a kernel of 64-bit integers, "
            "but its center is 18446744073709551617.",
        ),
        (
            lambda: sharpen(2**70, ndim=1),
            "`amount` (=1180591620717411303424) must give a kernel of 64-bit integers, "
            "but its center is 2361183241434822606849.",
        ),
        (
            lambda: sharpen(1e308),
            "`amount` (=1e+308) must give a kernel of finite numbers, but its center is inf.",
        ),
        (
            lambda: box(2**62),
            "`size` (=4611686018427387904) must not ask for an array of shape (4611686018427387904,): "
            "no memory holds it.",
        ),
        (
            lambda: binomial((2**31, 2**31)),
            "`size` (=(2147483648, 2147483648)) must not ask for an array of shape (2147483648, 2147483648): "
            "no memory holds it.",
        ),
        (
            lambda: gaussian(1, size=2**62),
            "`size` (=4611686018427387904) must not ask for an array of shape (4611686018427387904,): "
            "no memory holds it.",
        ),
        (
            lambda: laplacian(40),
            "`ndim` (=40) must not ask for an array of shape (3, 3, 3, 3, 3, 3, ...): no memory holds it.",
        ),
        (
            lambda: sobel(0, ndim=2**70),
            "`ndim` (=1180591620717411303424) must not ask for an array of shape (3, 3, 3, 3, 3, 3, ...): "
            "no memory holds it.",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


@pytest.mark.parametrize("sigma", [1e300, 1.7e308, 10**30, 10**400, [1, 1e300]])
def test_a_bell_too_wide_for_any_memory_is_refused(sigma):
    for call in (gaussian, lambda sigma: laplacian_of_gaussian(sigma) if np.ndim(sigma) == 0 else gaussian(sigma)):
        with pytest.raises(
            ValueError, match=r"^`sigma` \(=.*\) must (not ask for an array|be at most 1\.8e\+308).*\.$"
        ):
            call(sigma)


def test_numbers_of_more_than_double_precision_have_no_singular_values():
    for dtype in (np.longdouble, np.clongdouble):
        with pytest.raises(TypeError, match=r"^`kernel` must hold numbers of at most double precision, not values of"):
            separate(np.ones((2, 2), dtype))


@pytest.mark.parametrize(
    "call",
    [
        lambda: box(2.0),
        lambda: binomial("3"),
        lambda: gaussian("1"),
        lambda: gaussian(True),
        lambda: sobel(0.0),
        lambda: laplacian(2, diagonals=1),
        lambda: sharpen(1j),
        lambda: separate([["a"]]),
    ],
)
def test_a_wrong_type_is_refused(call):
    with pytest.raises(TypeError, match=r"^`\w+` .*must .*\.$"):
        call()

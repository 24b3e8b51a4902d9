"""Sums are right wherever they are numbers of their type: nothing overflows or vanishes on the way to them.

Transforms add up numbers much larger than the sums, and multiply spectra whose products may be much smaller. All
operands here are small integers times a power of two, so the sums are known exactly, whatever the type.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from convbook import conv, conv_transpose, conv_transpose_vjp, conv_vjp, convolve, correlate, explain_plan
from convbook.algorithms.exactness import exponent, is_finite
from convbook.algorithms.plan_signals import choose, recipe_for
from convbook.algorithms.scaling import scaled, shifts
from convbook.algorithms.separable import factors, is_separable

REAL = (np.float32, np.float64, np.longdouble)
ALL = (*REAL, np.complex64, np.complex128, np.clongdouble)

#: Exponents for two operands, from the least and the largest of their type, for sums of less than 2**12 times their
#: power: large ones, small ones, and others of an operand that is itself at an end.
ENDS: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "large": lambda low, high: (high // 2 - 6, high // 2 - 6),
    "large by one operand": lambda low, high: (high - 16, 4),
    "small": lambda low, high: (low // 2, low // 2),
    "huge and tiny": lambda low, high: (high - 10, low),
    "not normal": lambda low, high: (low - 10, high // 2),
    "not normal, by the other operand": lambda low, high: (high // 2, low - 10),
}
SIZES = [((700,), (40,)), ((40, 30), (7, 9)), ((9, 8, 7), (3, 2, 4))]
LAYERS = {  # shapes of input and weight
    "winograd": ((2, 5, 13, 11), (3, 5, 3, 3)),
    "overlap-save": ((2, 4, 200), (6, 2, 60)),
    "columns": ((2, 4, 13, 11), (6, 2, 4, 3)),
    "band": ((2, 4, 13, 11), (6, 2, 4, 3)),
    "taps": ((2, 4, 13, 11), (6, 2, 4, 3)),
    "toeplitz": ((2, 2, 90), (2, 1, 7)),
}


def integers(rng: np.random.Generator, shape: tuple[int, ...], dtype: type) -> np.ndarray:
    numbers = rng.integers(-9, 10, shape).astype(np.float64)
    return numbers + 1j * rng.integers(-9, 10, shape) if np.dtype(dtype).kind == "c" else numbers


def times(array: np.ndarray, power: int, dtype: type) -> np.ndarray:
    return scaled(array.astype(dtype), power)


def error(found: np.ndarray, power: int, exact: np.ndarray) -> Any:
    """Return the largest error of sums that are `exact` times a power of two."""
    wide = scaled(found.astype(np.clongdouble), -power)
    return np.abs(wide - exact).max()


def bound(dtype: type, power: int, a: np.ndarray, b: np.ndarray) -> Any:
    """Return what transforms may err by, and half a dozen of the smallest numbers of the type."""
    limits = np.finfo(dtype)
    smallest = np.ldexp(np.longdouble(8), int(limits.minexp) - int(limits.nmant) - power)
    return 8 * np.longdouble(limits.eps) * np.linalg.norm(a) * np.linalg.norm(b) + smallest


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("dtype", ALL)
@pytest.mark.parametrize("method", ["direct", "fft", "overlap-add", "auto"])
def test_signals_have_the_sums_of_the_definition_at_the_ends_of_their_type(method: str, dtype: type, end: str) -> None:
    rng, limits = np.random.default_rng(0), np.finfo(dtype)
    p, q = ENDS[end](int(limits.minexp), int(limits.maxexp))
    for n, k in SIZES:
        x, h = integers(rng, n, dtype), integers(rng, k, dtype)
        exact = convolve(x, h, method="direct")
        for function, kernel in ((convolve, h), (correlate, np.flip(h).conj())):
            found = function(times(x, p, dtype), times(kernel, q, dtype), method=method)
            assert found.dtype == dtype
            assert error(found, p + q, exact) <= bound(dtype, p + q, x, h)  # false for NaN


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("dtype", REAL[:2])
@pytest.mark.parametrize("method", LAYERS)
def test_layers_have_the_sums_of_the_definition_at_the_ends_of_their_type(method: str, dtype: type, end: str) -> None:
    rng, limits = np.random.default_rng(1), np.finfo(dtype)
    p, q = ENDS[end](int(limits.minexp), int(limits.maxexp))
    shape, of_weight = LAYERS[method]
    x, weight = integers(rng, shape, dtype), integers(rng, of_weight, dtype)
    groups = shape[1] // of_weight[1]
    exact = conv(x, weight, padding=1, groups=groups, method="columns")
    for chosen in (method, "auto"):
        found = conv(times(x, p, dtype), times(weight, q, dtype), padding=1, groups=groups, method=chosen)
        assert error(found, p + q, exact) <= 4 * bound(dtype, p + q, x, weight)


@pytest.mark.parametrize("dtype", REAL[:2])
@pytest.mark.parametrize("end", ENDS)
def test_gradients_of_large_kernels_are_right_at_the_ends_of_their_type(dtype: type, end: str) -> None:
    # Large enough that a product of spectra is the fastest for numbers of usual size.
    rng, limits = np.random.default_rng(2), np.finfo(dtype)
    p, q = ENDS[end](int(limits.minexp), int(limits.maxexp) - 8)  # for sums of thousands of terms
    x, weight, grad = (integers(rng, (1, 1, n), dtype) for n in (6000, 500, 5501))
    given, of_weight, of_x = times(grad, p, dtype), times(weight, q, dtype), times(x, q, dtype)

    exact = np.correlate(grad[0, 0], weight[0, 0, ::-1], "full")
    for found in (conv_vjp(given, times(x, 0, dtype), of_weight)[0], conv_transpose(given, of_weight)):
        assert error(found[0, 0], p + q, exact) <= bound(dtype, p + q, grad, weight)
    exact = np.correlate(x[0, 0], weight[0, 0], "valid")
    found = conv_transpose_vjp(times(x, p, dtype), times(grad, 0, dtype), of_weight)[0]
    assert error(found[0, 0], p + q, exact) <= bound(dtype, p + q, x, weight)
    exact = np.correlate(x[0, 0], grad[0, 0], "valid")
    found = conv_vjp(given, of_x, times(weight, 0, dtype))[1]
    assert error(found[0, 0], p + q, exact) <= bound(dtype, p + q, x, grad)


@pytest.mark.parametrize(("dtype", "one", "other"), [(np.float32, 1e16, 1e17), (np.float64, 1e151, 1e152)])
def test_a_long_signal_of_large_numbers_is_smoothed_by_every_method(dtype: type, one: float, other: float) -> None:
    x, h = np.full(65_536, one, dtype), np.full(1000, other, dtype)
    inside = 1000 * np.longdouble(x[0]) * np.longdouble(h[0])
    for method in ("auto", "fft", "overlap-add", "overlap-save", "toeplitz"):
        y = convolve(x, h, "valid", method=method)
        assert np.abs(y / inside - 1).max() < 200 * np.finfo(dtype).eps
    y = conv(x[None, None], h[None, None])
    assert np.abs(y / inside - 1).max() < 200 * np.finfo(dtype).eps


def test_deep_layers_of_large_numbers_do_not_overflow() -> None:
    for large in (8e16, 4e17):  # times as much: 0.4 % of the largest number, and 27 % after 576 products
        x, weight = np.full((2, 64, 56, 56), large, np.float32), np.full((64, 64, 3, 3), large, np.float32)
        assert explain_plan(x / x, weight / weight).method == "winograd"
        inside = 576 * np.float64(x.flat[0]) ** 2
        for method in ("auto", "winograd"):
            assert np.abs(conv(x, weight, method=method) / inside - 1).max() < 1e-5


def test_float16_is_not_squared_in_float16_to_see_whether_it_is_finite() -> None:
    x, weight = (np.full(shape, 300, np.float16) for shape in ((8, 64, 56, 56), (64, 64, 3, 3)))
    assert explain_plan(x, weight).method == explain_plan(x / 300, weight / 300).method == "winograd"


# The choice


def taken(x: np.ndarray, h: np.ndarray, mode: str = "full") -> str:
    recipe = recipe_for(x.shape, h.shape, (x.dtype, h.dtype), mode, False, True)
    return choose(x, h, recipe, "auto")[0]


def test_auto_leaves_layers_of_large_numbers_to_sums_and_says_why() -> None:
    x, weight = np.ones((8, 64, 56, 56), np.float32), np.ones((64, 64, 3, 3), np.float32)
    assert explain_plan(x * np.float32(1e-30), weight * np.float32(1e-20)).method == "winograd"
    plan = explain_plan(x * np.float32(1e16), weight * np.float32(1e17))
    assert plan.method not in ("winograd", "overlap-save")
    for name in ("winograd", "overlap-save"):
        assert plan.candidates[name] == "it might overflow, although the sums do not"
    assert "might overflow" in str(plan)
    assert explain_plan(x * np.float32(1e16), weight * np.float32(1e17), method="winograd").method == "winograd"


def test_auto_transforms_signals_of_large_numbers_unless_a_sum_might_overflow() -> None:
    rng = np.random.default_rng(3)
    x, h = rng.standard_normal(30_000).astype(np.float32), rng.standard_normal(9000).astype(np.float32)
    assert taken(x, h) in ("fft", "overlap-add", "overlap-save")
    assert taken(x * np.float32(1e16), h * np.float32(1e16)) in ("fft", "overlap-add")
    assert taken(x * np.float32(1e-25), h * np.float32(1e-19)) in ("fft", "overlap-add", "overlap-save")
    assert taken(x * np.float32(1e19), h * np.float32(1e19)) == "direct"


def test_what_a_large_number_does_not_meet_is_not_lost_beside_it() -> None:
    # The largest numbers of signal and kernel would overflow, but in no sum of "valid" do they meet.
    x, h = np.ones(30_000, np.float32), np.ones(9000, np.float32)
    x[0], h[0] = 1e30, 1e25
    y = convolve(x, h, "valid")
    assert y[0] == np.float32(1e30) + np.float32(1e25)
    assert (y[1:] == np.float32(1e25)).all()


def test_products_of_a_separable_kernel_do_not_overflow_between_column_and_row() -> None:
    # The first column of the image meets only the small end of the row.
    x = np.ones((40, 50))
    x[:, 0] = 1e308
    h = np.outer(np.ones(9), [1.0] * 8 + [1e-300])
    assert is_separable(h)
    for method in ("auto", "separable"):
        y = convolve(x, h, "valid", method=method)
        assert y[:, 0] == pytest.approx(9e8 + 72)
        assert y[:, 1:] == pytest.approx(72)


@pytest.mark.parametrize("power", [-148, -100, 0, 100, 123])
def test_a_kernel_is_separable_whatever_its_magnitude(power: int) -> None:
    h = np.ldexp(np.outer([1, 2, 1], [1, 0, -3]).astype(np.float32), power)
    assert is_separable(h)
    assert is_separable((h * (1 + 1j)).astype(np.complex64))
    assert not is_separable(np.where(h == h[1, 2], h[1, 0], h))
    column, row = factors(h)
    np.testing.assert_array_equal(np.outer(column, row), h)


# Powers of two


@pytest.mark.parametrize("dtype", ALL)
def test_numbers_of_usual_size_are_not_scaled(dtype: type) -> None:
    for size in (1, 1000):
        for a, b in [(1, 1), (1e9, 1e-9), (1e-7, 1e-7), (1e10, 1e10), (0, 0)]:
            assert shifts(np.full(size, a, dtype), np.full(size, b, dtype), np.dtype(dtype)) == (0, 0, True)


def test_only_the_operand_at_an_end_is_scaled_if_that_suffices() -> None:
    one = np.ones(5, np.float32)
    dtype = one.dtype
    assert shifts(one * np.float32(2.0**-140), one, dtype) == (139, 0, True)
    assert shifts(one, one * np.float32(2.0**100), dtype) == (0, -101, True)
    assert shifts(one * np.float32(2.0**60), one * np.float32(2.0**60), dtype) == (-61, -61, True)
    assert shifts(one * np.float32(2.0**64), one * np.float32(2.0**64), dtype) == (-65, -65, False)
    assert shifts(one * np.float32(2.0**-70), one * np.float32(2.0**-70), dtype) == (69, 69, True)
    for wrong in (np.inf, -np.inf, np.nan):
        assert shifts(np.append(one, np.float32(wrong)), one, dtype) is None
        assert shifts(one, np.append(one, np.float32(wrong)), dtype) is None
    assert shifts(np.full(5, 2**62), np.ones(5, int), np.dtype(int)) == (0, 0, True)
    assert shifts(np.full(5, 255, np.uint8), one, dtype) == (0, 0, True)
    assert shifts(np.full(5, 65_504, np.float16), one, dtype) == (0, 0, True)


@pytest.mark.parametrize("dtype", [np.float16, *ALL])
def test_finite_numbers_are_finite_whatever_their_squares_are(dtype: type) -> None:
    limits = np.finfo(dtype)
    for size in (limits.max, limits.smallest_subnormal, 0):
        assert is_finite(np.full(1000, size, dtype))
    for wrong in (np.inf, np.nan):
        assert not is_finite(np.array([1, wrong, limits.max], dtype))


def test_the_exponent_of_complex_numbers_is_that_of_their_largest_part() -> None:
    for factor in (1, 1j, 1 + 1j):
        for power in (-140, -3, 0, 5, 120):
            assert exponent(np.array([factor * 2.0**power, 0], np.complex64)) == power + 1
    assert exponent(np.array([0j])) == 0
    assert exponent(np.array([4, np.inf + 8j, np.nan])) == 4

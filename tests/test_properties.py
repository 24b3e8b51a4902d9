"""The measurements give the right verdict on functions whose convention, symmetry and adjoint are known."""

import re

import numpy as np
import pytest
from scipy import ndimage, signal

from convbook import convolve, corr2d, correlate
from convbook.properties import (
    Convention,
    adjoint_gap,
    equivariance_error,
    identify_convention,
    invariance_error,
    linearity_error,
)

RNG = np.random.default_rng(3)
EVERY = {  # name of the mode -> number of outputs, start
    "full": ("N + K - 1", "0"),
    "same": ("N", "(K - 1) // 2"),
    "valid": ("N - K + 1", "K - 1"),
}


# Conventions


@pytest.mark.parametrize("mode", EVERY)
@pytest.mark.parametrize(("function", "operation"), [(np.convolve, "convolution"), (np.correlate, "correlation")])
def test_numpy_is_recognized_in_each_mode(function, operation, mode):
    length, start = EVERY[mode]
    length = "max(N, K)" if mode == "same" else length
    border = "none" if mode == "valid" else "zeros"
    found = identify_convention(lambda x, h: function(x, h, mode))
    assert found == Convention(operation, length, start, border)


@pytest.mark.parametrize("axes", [1, 2])
@pytest.mark.parametrize("mode", EVERY)
@pytest.mark.parametrize(
    ("functions", "operation"),
    [((convolve, signal.convolve), "convolution"), ((correlate, signal.correlate), "correlation")],
)
def test_convbook_and_scipy_signal_follow_one_convention(functions, operation, mode, axes):
    border = "none" if mode == "valid" else "zeros"
    for function in functions:
        found = identify_convention(lambda x, h, function=function: function(x, h, mode), axes=axes)
        assert found == Convention(operation, *EVERY[mode], border)


@pytest.mark.parametrize(
    ("mode", "border"),
    [
        ("constant", "zeros"),
        ("nearest", "edge"),
        ("mirror", "reflect"),
        ("reflect", "symmetric"),
        ("wrap", "wrap"),
    ],
)
def test_scipy_ndimage_starts_one_later_than_scipy_signal_for_even_kernels(mode, border):
    found = identify_convention(lambda x, h: ndimage.convolve(x, h, mode=mode), axes=2)
    assert found == Convention("convolution", "N", "K // 2", border)
    found = identify_convention(lambda x, h: ndimage.correlate(x, h, mode=mode))
    assert found == Convention("correlation", "N", "(K - 1) // 2", border)


def test_scipy_disagrees_with_itself_about_the_start_of_same_in_a_correlation():
    found = identify_convention(lambda x, h: signal.correlate2d(x, h, "same"), axes=2)
    assert found == Convention("correlation", "N", "K // 2", "zeros")


@pytest.mark.parametrize("boundary", ["edge", "reflect", "symmetric", "wrap"])
@pytest.mark.parametrize("mode", ["full", "same"])
def test_each_border_rule_is_recognized(mode, boundary):
    for axes in (1, 2):
        found = identify_convention(lambda x, h: correlate(x, h, mode, boundary=boundary), axes=axes)
        assert found == Convention("correlation", *EVERY[mode], boundary)


def test_causal_filters_circular_transforms_and_layers_are_recognized():
    causal = identify_convention(lambda x, h: signal.lfilter(h, [1], x))
    assert causal == Convention("convolution", "N", "0", "zeros")
    circular = identify_convention(lambda x, h: np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(h, len(x)), len(x)))
    assert circular == Convention("convolution", "N", "0", "wrap")
    layer = identify_convention(corr2d, axes=2)
    assert layer == Convention("correlation", "N - K + 1", "K - 1", "none")


def test_single_precision_is_enough_to_be_recognized():
    found = identify_convention(lambda x, h: convolve(np.float32(x), np.float32(h), "same"))
    assert found == Convention("convolution", *EVERY["same"], "zeros")


@pytest.mark.parametrize(
    "impostor",
    [
        lambda x, h: convolve(x, h[::-1]),  # flips one axis only
        lambda x, h: convolve(x, h, "same").T,
        lambda x, h: np.maximum(convolve(x, h), 0),
        lambda x, h: np.zeros_like(x),
        lambda x, h: convolve(x, h, "same", fill_value=1),
        lambda x, h: convolve(x, h / h.sum()),
        lambda x, h: np.roll(convolve(x, h, "same"), 1, axis=1),
        lambda x, h: 3.0,
    ],
)
def test_what_is_no_convolution_is_refused(impostor):
    with pytest.raises(ValueError, match=r"`f` follows no known convention: its answer to .* fits none of them"):
        identify_convention(impostor, axes=2)


def test_an_error_of_the_black_box_is_shown_as_it_is():
    with pytest.raises(ZeroDivisionError):
        identify_convention(lambda x, h: 1 // 0)


def test_a_convention_reads_as_a_sentence():
    text = "convolution of N outputs, from element (K - 1) // 2 of 'full' on, wrap beyond the ends"
    assert str(Convention("convolution", "N", "(K - 1) // 2", "wrap")) == text


# Equivariance and invariance


def circular(x):
    return convolve(x, [1.0, 5.0, 2.0], "same", boundary="wrap")


@pytest.mark.parametrize(
    ("name", "operator", "equivariant", "linear"),
    [
        ("circular convolution", circular, True, True),
        ("rectifier", lambda x: np.maximum(x, 0), True, False),
        ("median of three on a circle", lambda x: ndimage.median_filter(x, 3, mode="wrap"), True, False),
        ("less the mean", lambda x: x - x.mean(), True, True),
        ("convolution with zeros beyond the ends", lambda x: convolve(x, [1.0, 5.0, 2.0], "same"), False, True),
        ("gain by position", lambda x: x * np.arange(len(x)), False, True),
        ("reversal", lambda x: x[::-1], False, True),
        ("sorting", np.sort, False, False),
        ("a constant added", lambda x: x + 1, True, False),
    ],
)
def test_the_table_of_operators_tells_equivariant_from_not_and_linear_from_not(name, operator, equivariant, linear):
    x, y = RNG.standard_normal((2, 32))
    shift_error, sum_error = equivariance_error(operator, 3, x), linearity_error(operator, x, y)
    assert (shift_error < 1e-14) is equivariant, (name, shift_error)
    assert (sum_error < 1e-14) is linear, (name, sum_error)


def test_zeros_beyond_the_ends_leave_an_error_at_the_ends_only():
    x = RNG.standard_normal(32)
    layer = lambda x: convolve(x, np.ones(3), "same")  # noqa: E731
    wrong = ~np.isclose(layer(np.roll(x, 3)), np.roll(layer(x), 3))
    assert np.flatnonzero(wrong).tolist() == [0, 2, 3, 31]
    difference = (layer(np.roll(x, 3)) - np.roll(layer(x), 3))[wrong]
    expected = np.linalg.norm(difference) / np.linalg.norm(layer(x))
    assert equivariance_error(layer, 3, x) == pytest.approx(expected, rel=1e-12)


def test_a_stride_of_two_commutes_with_steps_of_two_in_its_own_way():
    x = RNG.standard_normal(16)
    strided = lambda x: circular(x)[::2]  # noqa: E731
    assert equivariance_error(strided, 2, x, output_transform=1) < 1e-15
    assert equivariance_error(strided, 2, x) > 0.1
    assert equivariance_error(strided, 1, x) > 0.1


def test_shifts_go_along_the_last_axes_and_transforms_may_be_functions():
    x = RNG.standard_normal((2, 5, 6))
    blur = lambda x: ndimage.uniform_filter(x, (0, 3, 3), mode="wrap")  # noqa: E731
    assert equivariance_error(blur, (1, -2), x) < 1e-15
    assert equivariance_error(blur, [3], x) < 1e-15
    assert equivariance_error(lambda x: x[:, :, ::-1], lambda x: np.roll(x, 1, axis=1), x) == 0
    assert equivariance_error(lambda x: x[:, :, ::-1], np.int64(1), x) > 0.1
    assert equivariance_error(lambda x: x[:, ::-1], 1, x) == 0


def test_global_maximum_mean_and_spectrum_are_invariant_to_shifts():
    x = RNG.standard_normal((8, 8))
    assert invariance_error(np.max, (2, 3), x) == 0
    assert invariance_error(np.mean, (2, 3), x) < 1e-13
    assert invariance_error(lambda x: np.abs(np.fft.fft2(x)), (2, 3), x) < 1e-14
    assert invariance_error(np.sort, 1, x[0]) == 0
    assert invariance_error(lambda x: x[:4].max(), (4, 0), x) > 0
    assert invariance_error(circular, 1, x[0]) > 0.1


def test_an_operator_that_gives_zeros_has_no_error_or_an_infinite_one():
    assert equivariance_error(lambda x: 0 * x, 1, [1.0, 2.0]) == 0
    assert invariance_error(lambda x: x[:1], 1, [0.0, 2.0]) == np.inf
    assert linearity_error(lambda x: 0 * x, [1.0], [2.0]) == 0


def test_linearity_is_measured_with_complex_factors_too():
    x, y = RNG.standard_normal((2, 5)) + 1j * RNG.standard_normal((2, 5))
    assert linearity_error(np.conj, x, y) < 1e-15
    assert linearity_error(np.conj, x, y, a=1j) > 0.1


# Adjoints


@pytest.mark.parametrize("n", [9, 12])
@pytest.mark.parametrize("k", [1, 4, 5])
def test_correlation_with_the_same_kernel_is_the_adjoint_of_full_convolution(n, k):
    h = RNG.standard_normal(k) + 1j * RNG.standard_normal(k)
    x, y = RNG.standard_normal(n) + 0j, RNG.standard_normal(n + k - 1) * 1j
    assert adjoint_gap(lambda x: convolve(x, h), lambda y: correlate(y, h, "valid"), x, y) < 1e-15
    if k > 1:
        wrong = adjoint_gap(lambda x: convolve(x, h), lambda y: convolve(y, h, "valid"), x, y)
        unconjugated = adjoint_gap(lambda x: convolve(x, h), lambda y: correlate(y, h.conj(), "valid"), x, y)
        assert min(wrong, unconjugated) > 1e-3


def test_the_gap_is_relative():
    x, y = RNG.standard_normal((2, 6))
    gap = adjoint_gap(lambda x: 1e30 * x, lambda y: 1e30 * y[::-1], x, y)
    assert 1e-3 < gap <= 2
    assert adjoint_gap(lambda x: 0 * x, lambda y: 0 * y, x, y) == 0


# Any type, any magnitude


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "uint16", "uint64", "int64", "float16", "complex64", ">f4"])
def test_errors_and_gaps_of_any_type_are_those_of_the_numbers(dtype):
    x = np.array([0, 1, 1, 0, 1], dtype)
    identity = lambda x: x  # noqa: E731
    assert invariance_error(identity, 1, x) == pytest.approx(2 / np.sqrt(3), rel=1e-15)
    assert equivariance_error(lambda x: x[::-1], 1, x) == pytest.approx(np.sqrt(2 / 3), rel=1e-15)
    assert equivariance_error(identity, 1, x) == linearity_error(identity, x, x) == 0
    assert adjoint_gap(identity, identity, x, x) == 0
    assert adjoint_gap(identity, lambda y: y * x, x, np.ones(5, dtype)) == 0
    assert adjoint_gap(identity, lambda y: 0 * y, x, x) == pytest.approx(1, rel=1e-15)


def test_integers_do_not_wrap_where_they_are_compared():
    x = np.array([0, 255, 200], np.uint8)
    assert invariance_error(lambda x: x, 1, x) == pytest.approx(np.sqrt(200**2 + 255**2 + 55**2) / np.hypot(200, 255))
    same = lambda x: x  # noqa: E731
    # 200 * 200 + 100 * 100 is 80 modulo 256, and so is 80 * 1 + 0.
    assert adjoint_gap(same, lambda y: np.uint8([80, 0]), np.uint8([1, 0]), np.uint8([200, 100])) > 0.1
    assert adjoint_gap(same, lambda y: y + np.uint8(128), np.uint8([2, 4]), np.uint8([2, 4])) > 0.5
    large = np.array([2**62, 2**62 + 1, 2**62])
    assert invariance_error(same, 1, large) == pytest.approx(np.sqrt(2) / (np.sqrt(3) * 2.0**62), rel=1e-12)
    ends = np.array([-(2**63), 2**63 - 1])
    assert invariance_error(same, 1, ends) == pytest.approx(2, rel=1e-15)
    assert invariance_error(lambda x: x.astype(np.uint64), 1, ends) == pytest.approx(2.0**-63, rel=1e-12)


def test_sums_of_inputs_do_not_wrap_before_the_operator_sees_them():
    same = lambda x: x  # noqa: E731
    for x, y in (
        (np.array([2**62, 5]), np.array([2**62, -7])),
        (np.array([2**62, 5]), np.array([0.5, 1j])),
        (np.array([2**63], np.uint64), np.array([-(2**63)])),
        (np.array([200, 100], np.uint8), np.array([255, 1], np.uint8)),
    ):
        assert linearity_error(same, x, y) < 1e-15
        assert linearity_error(lambda x: 3 * x, x, y) < 1e-15
        assert linearity_error(lambda x: np.abs(x), x, y, a=-2) > 0.1
    exact = linearity_error(lambda x: x + (x == 1), np.array([1]), np.array([2]), a=2**40, b=-(2**39))
    assert exact == pytest.approx(2**40 / (2**41 + 2**40), rel=1e-15)


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-160, 1, 1e160, 1e200, 1e307])
def test_relative_errors_do_not_depend_on_the_scale(scale):
    u, v = np.array([1.0, 2.0, 5.0]), np.array([2.0, -1.0, 3.0])
    x, y, tolerance = scale * u, scale * v, 1e-3 if scale == 1e-320 else 1e-14
    same = lambda x: x  # noqa: E731
    assert invariance_error(same, 1, x) == pytest.approx(np.sqrt(26 / 30), rel=tolerance)  # (5, 1, 2) for (1, 2, 5)
    assert equivariance_error(lambda x: x[::-1], 1, x) == pytest.approx(np.sqrt(26 / 30), rel=tolerance)
    assert equivariance_error(same, 1, x) == adjoint_gap(same, same, x, y) == linearity_error(same, x, x) == 0
    # The positive part of 2x - 3y = (-4, 7, 1) is (0, 7, 1), not (2, 4, 10) - (6, 0, 9).
    wanted = 5 / (np.sqrt(120) + np.sqrt(117))
    assert linearity_error(lambda x: np.maximum(x, 0), x, y) == pytest.approx(wanted, rel=tolerance)
    wanted = u @ v / 2 / np.linalg.norm(u) / np.linalg.norm(v)
    for other in (v, y, v / scale if scale > 1e-300 else v):
        assert adjoint_gap(same, lambda y: y / 2, x, other) == pytest.approx(wanted, rel=tolerance)
    assert adjoint_gap(lambda x: scale * x, lambda y: scale * y, np.ones(3), v) < 1e-15
    assert adjoint_gap(lambda x: scale * x, lambda y: scale * y[::-1], np.arange(3), v) > 0.1


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, complex(0, np.inf), complex(np.nan, 1)])
def test_an_error_that_infinities_or_nans_leave_undefined_is_not_zero(bad):
    same, constant = lambda x: x, lambda x: np.full(3, bad)
    x, ones = np.array([bad, 1.0, 2.0]), np.ones(3)
    for found in (
        invariance_error(constant, 1, ones),
        invariance_error(lambda x: x.sum(), 1, x),
        equivariance_error(same, 1, x),
        equivariance_error(same, 1, ones, output_transform=constant),
        linearity_error(constant, ones, 2 * ones),
        linearity_error(same, x, ones),
        adjoint_gap(same, same, x, x),
        adjoint_gap(constant, lambda y: 0 * y, ones, ones),
        adjoint_gap(lambda x: 0 * x, constant, ones, ones),
    ):
        assert np.isnan(found) or found == np.inf


def test_one_infinite_output_is_infinitely_far_from_a_finite_one():
    assert invariance_error(lambda x: x[0], 1, [1.0, np.inf]) == np.inf
    assert np.isnan(invariance_error(lambda x: x[0], 1, [np.inf, 1.0]))


def test_a_shift_may_come_in_any_form():
    x = np.arange(12.0).reshape(3, 4)
    for shift in ((1, 2), [1, 2], range(1, 3), np.array([1, 2])):
        assert equivariance_error(lambda x: x[::-1, ::-1], shift, x) == equivariance_error(
            lambda x: x[::-1, ::-1], (1, 2), x
        )
    assert invariance_error(np.max, np.array(1), x) == invariance_error(np.max, 2**70, x) == 0


# Wrong calls


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: identify_convention(np.convolve, axes=0), "`axes` (=0) must be at least 1."),
        (
            lambda: equivariance_error(lambda x: x, (1, 2), [1.0]),
            "`transform` (=(1, 2)) must have at most one shift for each of 1 axis.",
        ),
        (
            lambda: equivariance_error(lambda x: x, lambda x: x[1:], [1.0, 2.0], output_transform=1),
            "`operator` must give outputs of one shape in both orders, not (1,) and (2,).",
        ),
        (
            lambda: linearity_error(abs, [1.0], [1.0, 2.0]),
            "`y` (of shape (2,)) must have the shape (1,) of `x`.",
        ),
        (
            lambda: adjoint_gap(np.diff, lambda y: y, [1.0, 2.0], [1.0]),
            "`adjoint(y)` (of shape (1,)) must have the shape (2,) of `x`.",
        ),
        (
            lambda: adjoint_gap(np.diff, lambda y: y, [1.0, 2.0], [1.0, 2.0]),
            "`forward(x)` (of shape (1,)) must have the shape (2,) of `y`.",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


def test_an_answer_consists_of_numbers():
    with pytest.raises(
        TypeError, match=r"^`f\(x, h\)` must hold real or complex numbers, not values of dtype object\.$"
    ):
        identify_convention(lambda x, h: None)


def test_a_shift_is_a_whole_number():
    with pytest.raises(TypeError, match=r"`transform` \(=0\.5\) must be an integer\."):
        equivariance_error(abs, [0.5], [1.0])
    with pytest.raises(TypeError, match=r"`transform` \(=0\.5\) must be an integer\."):
        invariance_error(abs, 0.5, [1.0])

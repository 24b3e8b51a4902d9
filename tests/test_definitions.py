"""The loops are the oracle of everything else, so they are held against sums by hand and other people's code."""

import re

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage, signal

from convbook.definitions import (
    conv_loops,
    convolve1d,
    convolve_loops,
    corr1d,
    corr2d,
    corr2d_multi_in,
    corr2d_multi_in_out,
    correlate1d,
    pool2d,
    pool_loops,
)

RNG = np.random.default_rng(7)


def integers(*shape):
    return RNG.integers(-9, 10, shape)


def test_convolve1d_gives_the_sums_over_antidiagonals_worked_out_by_hand():
    assert convolve1d([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).tolist() == [6, 19, 40, 70, 110, 114, 106, 85, 50]


def test_correlate1d_gives_the_sums_over_diagonals_worked_out_by_hand():
    sums = [10, 29, 56, 90, 130, 110, 86, 59, 30]
    assert correlate1d([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).tolist() == sums


@pytest.mark.parametrize(("n", "k"), [(1, 1), (1, 4), (4, 1), (7, 3), (3, 7), (6, 6)])
def test_one_dimensional_sums_agree_with_numpy(n, k):
    x, h = integers(n) + 1j * integers(n), integers(k) - 1j * integers(k)
    np.testing.assert_array_equal(convolve1d(x, h), np.convolve(x, h))
    np.testing.assert_array_equal(correlate1d(x, h), signal.correlate(x, h, method="direct"))
    if k <= n:
        np.testing.assert_array_equal(corr1d(x, h), np.correlate(x, np.conj(h), "valid"))


@pytest.mark.parametrize(("n", "k"), [((5,), (2,)), ((4, 3), (2, 5)), ((3, 4, 2), (2, 1, 3)), ((2, 1, 3, 2),) * 2])
def test_convolve_loops_agrees_with_scipy_for_any_rank(n, k):
    x, h = integers(*n), integers(*k)
    np.testing.assert_array_equal(convolve_loops(x, h), signal.convolve(x, h, method="direct"))


def test_corr2d_agrees_with_scipy_for_unequal_sizes():
    x, k = integers(6, 9), integers(3, 2)
    np.testing.assert_array_equal(corr2d(x, k), signal.correlate2d(x, k, "valid"))


def test_channels_are_summed_and_each_output_has_its_own_kernel():
    x, k = integers(3, 6, 5), integers(2, 3, 2, 4)
    expected = np.einsum("cijab,fcab->fij", sliding_window_view(x, (2, 4), axis=(1, 2)), k)
    np.testing.assert_array_equal(corr2d_multi_in_out(x, k), expected)
    np.testing.assert_array_equal(corr2d_multi_in(x, k[1]), expected[1])


def test_small_integers_are_summed_in_64_bits():
    x = np.full((3, 3), 200, np.uint8)
    assert corr2d(x, x).tolist() == [[9 * 200 * 200]]
    assert convolve1d([True, True], [True, True]).tolist() == [1, 2, 1]
    assert corr2d(x, x).dtype == np.int64


def test_float32_is_summed_in_64_bits():
    assert corr1d(np.array([1, 2**-30], np.float32), np.ones(2, np.float32))[0] == 1 + 2**-30


def test_operands_are_not_changed():
    x, k = integers(4, 4), integers(2, 2)
    before = x.copy(), k.copy()
    corr2d(x, k), pool2d(x, 2), convolve_loops(x, k), conv_loops(x[None, None], k[None, None], [1])
    assert (x == before[0]).all()
    assert (k == before[1]).all()


@pytest.mark.parametrize("size", [2, (3, 2), [1, 4]])
def test_pool2d_agrees_with_numpy_on_windows(size):
    x = integers(5, 7)
    windows = sliding_window_view(x, (size, size) if isinstance(size, int) else tuple(size))
    np.testing.assert_array_equal(pool2d(x, size), windows.max((2, 3)))
    np.testing.assert_allclose(pool2d(x, size, "avg"), windows.mean((2, 3)), rtol=1e-15)


def test_means_of_pool2d_are_those_of_exact_sums():
    x = np.array([[2**62, 1, -(2**62)], [2**62, 2**62, 2**62]])
    assert pool2d(x, (1, 3), "avg").tolist() == [[1 / 3], [2.0**62]]
    assert pool2d(np.full((2, 2), 2**64 - 1, np.uint64), 2, "avg").tolist() == [[2.0**64]]
    assert pool2d(np.full((2, 2), 60000, np.float16), 2, "avg").tolist() == [[60000.0]]
    assert pool2d([[1 + 2j, 3]], (1, 2), "avg").tolist() == [[2 + 1j]]


def test_a_bias_counts_for_the_type_of_the_sums():
    x, weight = np.ones((1, 1, 2), int), np.ones((1, 1, 2), int)
    assert conv_loops(x, weight, [0.5]).tolist() == [[[2.5]]]
    assert conv_loops(x, weight, [1j]).tolist() == [[[2 + 1j]]]
    assert conv_loops(x, weight, np.array([200], np.uint8)).tolist() == [[[202]]]
    assert conv_loops(x, -weight, np.array([2], np.uint64)).tolist() == [[[0]]]
    assert conv_loops(x, weight, np.array([2**63 - 1], np.uint64)).tolist() == [[[2**63 + 1]]]


def windows_of(x, kernel, stride, padding, dilation):
    """Cut windows by strides: an independent way to the same elements as the loops."""
    axes = tuple(range(2, x.ndim))
    x = np.pad(x, [(0, 0), (0, 0), *padding])
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    view = sliding_window_view(x, spans, axis=axes)
    steps = tuple(slice(None, None, s) for s in stride)
    return view[(slice(None), slice(None), *steps, *(slice(None, None, d) for d in dilation))]


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation"),
    [
        ((9,), (4,), (3,), ((2, 0),), (2,)),
        ((7, 10), (2, 3), (2, 3), ((1, 0), (0, 2)), (3, 2)),
        ((4, 5, 3), (2, 1, 3), (1, 2, 1), ((0, 1), (0, 0), (1, 1)), (1, 1, 1)),
    ],
)
def test_conv_loops_agrees_with_einsum_on_windows(size, kernel, stride, padding, dilation, groups):
    x, weight, bias = integers(3, 4, *size), integers(6, 4 // groups, *kernel), integers(6)
    windows = windows_of(x, kernel, stride, padding, dilation)
    out = windows.shape[2 : 2 + len(size)]
    grouped = windows.reshape(3, groups, 4 // groups, np.prod(out), np.prod(kernel))
    w = weight.reshape(groups, 6 // groups, 4 // groups, np.prod(kernel))
    expected = np.einsum("ngcpk,gfck->ngfp", grouped, w).reshape(3, 6, *out) + bias.reshape(6, *[1] * len(size))
    actual = conv_loops(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    np.testing.assert_array_equal(actual, expected)


def test_conv_loops_knows_same_and_valid_and_empty_batches():
    x, weight = integers(2, 1, 5), integers(3, 1, 4)
    same = conv_loops(x, weight, padding="same")
    np.testing.assert_array_equal(same, conv_loops(x, weight, padding=[(1, 2)]))
    np.testing.assert_array_equal(conv_loops(x, weight, padding="valid"), conv_loops(x, weight))
    assert conv_loops(x[:0], weight).shape == (0, 3, 2)


def test_pool_loops_agrees_with_windows_for_unequal_arguments():
    x = integers(2, 3, 8, 9)
    geometry = ((2, 3), (2, 3), ((0, 0), (0, 0)), (3, 2))
    windows = windows_of(x, *geometry)
    actual = pool_loops(x, (2, 3), stride=(2, 3), dilation=(3, 2))
    np.testing.assert_array_equal(actual, windows.max((-2, -1)))


def test_pool_loops_with_stride_one_is_the_maximum_filter_of_scipy():
    x = integers(1, 1, 6, 7)
    expected = ndimage.maximum_filter(x[0, 0], (3, 5), mode="constant", cval=-100)
    np.testing.assert_array_equal(pool_loops(x, (3, 5), stride=1, padding=(1, 2))[0, 0], expected)


def test_pool_loops_shows_only_what_lies_inside_the_input():
    seen = pool_loops([[[1, 2, 3, 4, 5]]], 2, len, padding=1)
    assert seen.tolist() == [[[1, 2, 2]]]
    mean = pool_loops([[[1, 2, 3, 4, 5]]], 2, np.mean, padding=[(1, 0)])
    assert mean.tolist() == [[[1, 2.5, 4.5]]]


@pytest.mark.parametrize(
    ("ceil_mode", "padding", "windows"),
    [(False, 0, 2), (True, 0, 3), (True, 1, 3), (False, [(0, 1)], 3)],
)
def test_a_last_window_may_reach_beyond_the_padding_but_not_start_there(ceil_mode, padding, windows):
    # Windows of 2 in steps of 2 on 5 elements; with padding 1 they start at -1, 1, 3 and, not counted, at 5.
    y = pool_loops(np.ones((1, 1, 5)), 2, sum, padding=padding, ceil_mode=ceil_mode)
    assert y.shape == (1, 1, windows)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: convolve1d([], [1]), "`x` (of shape (0,)) must have at least one element along each axis."),
        (lambda: convolve1d([1], [[1]]), "`h` (of shape (1, 1)) must have 1 axis, not 2."),
        (lambda: convolve_loops([1], [[1]]), "`h` (of shape (1, 1)) must have 1 axis, not 2."),
        (lambda: correlate1d(3, [1]), "`x` (of shape ()) must have 1 axis, not 0."),
        (lambda: corr1d([1, 2], [1, 2, 3]), "`k` (of shape (3,)) must fit into the input (of shape (2,))."),
        (
            lambda: corr2d(np.ones((3, 3)), np.ones((2, 4))),
            "`k` (of shape (2, 4)) must fit into the input (of shape (3, 3)).",
        ),
        (
            lambda: corr2d_multi_in(np.ones((3, 4, 4)), np.ones((2, 2, 2))),
            "`k` must have one plane for each of the 3 channels of `x`, not 2.",
        ),
        (
            lambda: corr2d_multi_in_out(np.ones((3, 4, 4)), np.ones((3, 2, 2))),
            "`k` (of shape (3, 2, 2)) must have 4 axes, not 3.",
        ),
        (
            lambda: pool2d(np.ones((2, 2)), 3),
            "`pool_size` (of shape (3, 3)) must fit into the input (of shape (2, 2)).",
        ),
        (lambda: pool2d(np.ones((2, 2)), 1, "mean"), "`mode` (='mean') must be one of 'max', 'avg'."),
        (
            lambda: conv_loops(np.ones((1, 3, 5)), np.ones((4, 1, 2)), groups=2),
            "`groups` (=2) must divide the 4 output channels, "
            "and `weight` must have 1/2 of the 3 input channels, not 1.",
        ),
        (
            lambda: pool_loops(np.ones((1, 1, 5)), 3, dilation=3, padding=0),
            "The window (of extent 7) must fit into the padded input (of size 5).",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()


@pytest.mark.parametrize("call", [convolve_loops, conv_loops, correlate1d, corr2d])
def test_rows_of_unequal_length_are_no_array(call):
    with pytest.raises(
        ValueError, match=r"^`x` must be a rectangular array of numbers, but its rows differ in length\.$"
    ):
        call([[1], [1, 2]], [[1]])
    with pytest.raises(
        ValueError, match=r"^`x` must be a rectangular array of numbers, but its rows differ in length\.$"
    ):
        pool_loops([[[1], [1, 2]]], 2)


def test_complex_numbers_have_means_but_no_maximum():
    sentence = r"^`x` must hold real numbers, which have an order, not values of dtype complex128\.$"
    for call in (
        lambda: pool2d([[1j, 2]], 1),
        lambda: pool2d([[1j, 2]], 1, "max"),
        lambda: pool_loops([[[1j, 2]]], 2),
        lambda: pool_loops([[[1j, 2]]], 2, min),
    ):
        with pytest.raises(TypeError, match=sentence):
            call()
    assert pool_loops([[[1j, 2]]], 2, sum).tolist() == [[[2 + 1j]]]


def test_what_reduces_is_a_function_and_ceil_mode_a_truth_value():
    with pytest.raises(TypeError, match=r"^`reduce` \(='max'\) must be a function of a list, such as max or sum\.$"):
        pool_loops([[[1, 2]]], 2, "max")
    with pytest.raises(TypeError, match=r"^`ceil_mode` \(='no'\) must be True or False\.$"):
        pool_loops([[[1, 2]]], 2, ceil_mode="no")


def test_text_is_not_a_signal():
    with pytest.raises(TypeError, match=r"`x` must hold real or complex numbers, not values of dtype <U1\."):
        corr1d(["a"], [1])

"""Convolution and correlation of signals: against the definition with every border, SciPy, NumPy and the laws."""

import re
from itertools import repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy import signal as scipy_signal

from convbook import convolve, convolve_blocks, correlate, normalized_correlate
from convbook.algorithms import direct
from convbook.algorithms.blockwise import computed
from convbook.algorithms.exactness import rounds_exactly
from convbook.algorithms.fourier import block_sizes
from convbook.algorithms.plan_signals import choose, recipe_for, windows_around
from convbook.algorithms.planner import Plan
from convbook.algorithms.problem import Problem
from convbook.algorithms.separable import Separable, factors, is_separable
from convbook.definitions import convolve1d, convolve_loops, correlate1d

BOUNDARIES = ("constant", "edge", "reflect", "symmetric", "wrap")
METHODS = ("direct", "fft", "overlap-add", "auto")
MODES = ("full", "same", "valid")
FLOATS = (np.float16, np.float32, np.float64, np.longdouble)
COMPLEX = (np.complex64, np.complex128)
INTEGERS = (np.bool_, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)


def chosen(x, h):
    """Name the algorithm that "auto" takes."""
    recipe = recipe_for(x.shape, h.shape, (x.dtype, h.dtype), "full", False, True)
    return choose(x, h, recipe, "auto")[0]


def draw(rng, shape, dtype):
    numbers = rng.integers(0 if np.dtype(dtype).kind in "bu" else -9, 10, shape)
    if np.dtype(dtype).kind == "c":
        return (numbers + 1j * rng.integers(-9, 10, shape)).astype(dtype)
    return numbers.astype(dtype)


def beyond(i, n, boundary):
    """Say which of n elements stands at place i, by each border rule; None for the constant."""
    if boundary == "constant":
        return i if 0 <= i < n else None
    if boundary == "edge":
        return min(max(i, 0), n - 1)
    if boundary == "wrap":
        return i % n
    if boundary == "symmetric":
        i %= 2 * n
        return min(i, 2 * n - 1 - i)
    i %= max(2 * n - 2, 1)
    return min(i, 2 * n - 2 - i)


def by_definition(x, h, mode="full", boundary="constant", fill_value=0):
    """Add up h[k] x[n - k], term by term, with exact Python numbers."""
    if mode == "valid":  # nothing beyond the ends counts, not even if the kernel is the larger
        boundary, fill_value = "constant", 0
    parts = {
        "full": [(0, n + k - 1) for n, k in zip(x.shape, h.shape, strict=True)],
        "same": [((k - 1) // 2, n) for n, k in zip(x.shape, h.shape, strict=True)],
        "valid": [(min(n, k) - 1, abs(n - k) + 1) for n, k in zip(x.shape, h.shape, strict=True)],
    }[mode]
    y = np.zeros([size for _, size in parts], object)
    for place in np.ndindex(y.shape):
        for k in np.ndindex(h.shape):
            i = [
                beyond(p + start - j, n, boundary) for p, (start, _), j, n in zip(place, parts, k, x.shape, strict=True)
            ]
            y[place] += h[k].item() * (fill_value if None in i else x[tuple(i)].item())
    return y


@pytest.mark.parametrize("seed", range(400))
def test_every_mode_border_method_and_type_gives_the_sums_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    axes = rng.integers(1, 4)
    x_type, h_type = rng.choice([*INTEGERS, *FLOATS, *COMPLEX], 2)
    x = draw(rng, rng.integers(1, 7 - axes, axes), x_type)
    h = draw(rng, rng.integers(1, 7 - axes, axes), h_type)
    mode, boundary, method = rng.choice(MODES), rng.choice(BOUNDARIES), rng.choice(METHODS)
    fill_value = int(rng.integers(3)) if boundary == "constant" and mode != "valid" else 0
    if mode == "valid" and len(set(np.sign(np.subtract(x.shape, h.shape))) - {0}) > 1:
        mode = "same"
    before = x.copy(), h.copy()

    y = convolve(x, h, mode, boundary=boundary, fill_value=fill_value, method=method)
    expected = by_definition(x, h, mode, boundary, fill_value)
    common = np.result_type(x, h)
    if all(a.dtype.kind in "biu" for a in (x, h)):
        unsigned = np.uint64 in (x_type, h_type) and not (x < 0).any() and not (h < 0).any()
        assert y.dtype == (np.uint64 if unsigned else np.int64)
        assert y.tolist() == expected.tolist()
    else:
        assert y.dtype == common
        tolerance = 8 * max(np.finfo(common).eps, 1e-18) * (np.abs(expected).max() + 1) * h.size
        assert np.abs(y - expected).max() <= tolerance

    flipped = np.conj(h[(slice(None, None, -1),) * axes])
    z = correlate(x, flipped, mode, boundary=boundary, fill_value=fill_value, method=method)
    np.testing.assert_array_equal(z, y)
    assert (x == before[0]).all()
    assert (h == before[1]).all()


SIZES = [((7,), (3,)), ((7,), (4,)), ((3,), (6,)), ((5, 8), (3, 4)), ((3, 2), (4, 5)), ((4, 3, 5), (2, 3, 2))]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("n", "k"), SIZES)
def test_modes_starts_and_swaps_are_those_of_scipy_signal(n, k, mode):
    rng = np.random.default_rng(1)
    x, h = draw(rng, n, np.complex128), draw(rng, k, np.complex128)
    np.testing.assert_array_equal(
        convolve(x, h, mode, method="direct"), scipy_signal.convolve(x, h, mode, method="direct")
    )
    np.testing.assert_array_equal(
        correlate(x, h, mode, method="direct"), scipy_signal.correlate(x, h, mode, method="direct")
    )


@pytest.mark.parametrize(("ours", "theirs"), [("constant", "fill"), ("wrap", "wrap"), ("symmetric", "symm")])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("n", "k"), [((6, 9), (3, 5)), ((5, 6), (4, 2)), ((3, 4), (3, 4))])
def test_borders_are_those_of_scipy_convolve2d(n, k, mode, ours, theirs):
    rng = np.random.default_rng(2)
    x, h = draw(rng, n, np.int64), draw(rng, k, np.int64)
    fill = 3 if ours == "constant" else 0
    expected = scipy_signal.convolve2d(x, h, mode, boundary=theirs, fillvalue=fill)
    np.testing.assert_array_equal(convolve(x, h, mode, boundary=ours, fill_value=fill), expected)
    if mode != "same":  # with even kernels SciPy's own correlate2d and correlate differ
        expected = scipy_signal.correlate2d(x, h, mode, boundary=theirs, fillvalue=fill)
        np.testing.assert_array_equal(correlate(x, h, mode, boundary=ours, fill_value=fill), expected)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("constant", "constant"), ("edge", "nearest"), ("reflect", "mirror"), ("symmetric", "reflect"), ("wrap", "wrap")],
)
@pytest.mark.parametrize(("n", "k"), [((9,), (5,)), ((3,), (7,)), ((5, 4), (3, 5)), ((4, 2, 3), (3, 3, 5))])
def test_borders_are_those_of_scipy_ndimage_under_other_names(n, k, ours, theirs):
    rng = np.random.default_rng(3)
    x, h = draw(rng, n, np.float64), draw(rng, k, np.float64)
    np.testing.assert_allclose(convolve(x, h, "same", boundary=ours), ndimage.convolve(x, h, mode=theirs), atol=1e-11)
    np.testing.assert_allclose(correlate(x, h, "same", boundary=ours), ndimage.correlate(x, h, mode=theirs), atol=1e-11)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("n", "k"), [((5000,), (37,)), ((37,), (9000,)), ((90, 300), (7, 60)), ((200, 3), (2, 70))])
def test_long_signals_in_many_blocks_agree_with_scipy(n, k, method):
    rng = np.random.default_rng(4)
    x, h = draw(rng, n, np.int64), draw(rng, k, np.int64)
    expected = scipy_signal.fftconvolve(x, h)
    y = convolve(x, h, method=method)
    np.testing.assert_array_equal(y, np.rint(expected))
    y = convolve(x.astype(float), h.astype(float), method=method)
    np.testing.assert_allclose(y, expected, atol=1e-13 * np.linalg.norm(x) * np.linalg.norm(h))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128, np.longdouble, np.int64])
@pytest.mark.parametrize(("n", "k"), [((9000,), (7500,)), ((20_001,), (1,)), ((9001,), (9000,))])
def test_long_lines_whose_phases_are_transformed_apart_give_the_same_sums(n, k, dtype):
    rng = np.random.default_rng(12)
    x, h = draw(rng, n, dtype), draw(rng, k, dtype)
    exact = scipy_signal.fftconvolve(x.astype(np.clongdouble), h.astype(np.clongdouble))
    y = convolve(x, h, method="fft")
    assert y.dtype == dtype
    assert y.shape == exact.shape
    if dtype == np.int64:
        assert (y == np.rint(exact.real)).all()
    else:
        assert np.abs(y - exact).max() < 8 * np.finfo(dtype).eps * np.linalg.norm(x) * np.linalg.norm(h)


@pytest.mark.parametrize(
    ("n", "k", "way"),
    [
        ((700,), (5,), "of_line"),
        ((2000,), (25,), "of_pieces"),
        ((8, 9), (3, 2), "of_spaced"),
        ((4, 5, 6), (2, 3, 2), "of_spaced"),
        ((90, 80), (3, 2), "of_copies"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_way_to_add_up_stays_within_the_bound_of_direct_sums(n, k, way, dtype):
    planned = direct.plan(n, k, np.dtype(dtype)).way
    assert getattr(planned, "func", planned).__name__ == way
    rng = np.random.default_rng(13)
    x, h = rng.standard_normal(n).astype(dtype), rng.standard_normal(k).astype(dtype)
    exact, sizes = (
        scipy_signal.convolve(a.astype(np.longdouble), b.astype(np.longdouble), method="direct")
        for a, b in ((x, h), (np.abs(x), np.abs(h)))
    )
    unit = np.finfo(dtype).eps / 2
    gamma = h.size * unit / (1 - h.size * unit)
    assert (np.abs(convolve(x, h, method="direct") - exact) <= gamma * sizes).all()
    x.flat[x.size // 2] = np.inf
    assert (~np.isfinite(convolve(x, h, method="direct"))).sum() == h.size


def test_a_separable_kernel_is_applied_in_many_blocks_and_by_two_threads():
    rng = np.random.default_rng(14)
    x = rng.standard_normal((300, 4000))
    for k, wide in ((5, 3), (33, 2), (2, 40)):
        for threads in (1, 2):
            h = np.multiply.outer(rng.standard_normal(k), rng.standard_normal(wide))
            windows = windows_around(x.shape, h.shape, ((0, 300 + k - 1), (0, 4000 + wide - 1)))
            algorithm = Separable.plan(Problem(1, 1, 1, 1, windows, x.dtype, exact=False), threads, finite=True)
            assert len(algorithm.blocks) > 1
            y = computed(Plan("separable", 1, {}, algorithm), x[None, None], h[None, None, ::-1, ::-1], x.dtype)
            np.testing.assert_allclose(y[0, 0], convolve(x, h, method="direct"), atol=1e-12 * k)


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128, np.longdouble])
def test_separable_kernels_of_other_types_keep_their_type(dtype):
    rng = np.random.default_rng(15)
    x, column, row = draw(rng, (9, 11), dtype), draw(rng, 4, dtype) + 1, draw(rng, 3, dtype) + 1
    h = np.multiply.outer(column, row)
    y = convolve(x, h, "same", method="separable")
    assert y.dtype == dtype
    expected = convolve(x, h, "same", method="direct")
    np.testing.assert_allclose(y, expected, atol=16 * np.finfo(dtype).eps * np.abs(expected).max())


# Numbers that can be checked by hand


def test_the_peak_of_a_match_stands_at_its_end_in_full():
    y = convolve([0, 0, 0, 1, 2, 3, 2, 1, 0, 0], [1, 2, 3, 2, 1])
    assert y.tolist() == [0, 0, 0, 1, 4, 10, 16, 19, 16, 10, 4, 1, 0, 0]


def test_an_even_kernel_shows_where_same_starts():
    impulse = [0, 0, 1, 0, 0]
    assert convolve(impulse, [1, 2], "same").tolist() == [0, 0, 1, 2, 0]
    assert correlate(impulse, [1, 2], "same").tolist() == [0, 0, 2, 1, 0]


def test_same_has_the_length_of_the_signal_even_if_the_kernel_is_longer():
    assert convolve([1, 2], [1, 1, 1, 1, 1], "same").tolist() == [3, 3]


def test_the_fill_value_may_be_negative():
    assert convolve([1, 1], [1, 1, 1], "same", fill_value=-1).tolist() == [1, 1]


def test_images_in_eight_bits_do_not_wrap_around():
    assert convolve(np.array([200, 200], np.uint8), np.array([1, 1], np.uint8)).tolist() == [200, 400, 200]


def test_the_correlation_of_a_signal_with_itself_is_its_energy_at_lag_zero():
    assert correlate([1, 2, 3], [1, 2, 3]).tolist() == [3, 8, 14, 8, 3]
    assert correlate([1j, 2j], [1j, 2j]).tolist() == [2, 5, 2]
    assert convolve([1j, 2j], [1j, 2j]).tolist() == [-1, -4, -4]


def test_correlation_finds_the_pattern_and_convolution_its_mirror_image():
    signal = [0, 0, 1, 2, 3, 0, 0, 3, 2, 1, 0]
    score = correlate(signal, [1, 2, 3], "valid")
    assert (score.argmax(), score.max()) == (2, 14)
    assert convolve(signal, [1, 2, 3], "valid").argmax() == 7


def test_a_bright_plateau_beats_the_match():
    score = correlate([0, 0, 1, 2, 3, 2, 1, 0, 0, 5, 5, 5, 5, 5], [1, 2, 3, 2, 1], "valid")
    assert score[2] == 19
    assert score[9] == score.max() == 45


# Laws


signals = st.lists(st.integers(-1000, 1000), min_size=1, max_size=12)
law = settings(deadline=None, derandomize=True, max_examples=60)


@law
@given(signals, signals, signals)
def test_convolution_is_commutative_associative_and_bilinear(a, b, c):
    n = max(len(b), len(c))
    b_and_c = np.pad(b, (0, n - len(b))) + 5 * np.pad(c, (0, n - len(c)))
    assert convolve(a, b).tolist() == convolve(b, a).tolist() == convolve1d(a, b).tolist()
    assert convolve(convolve(a, b), c).tolist() == convolve(a, convolve(b, c)).tolist()
    parts = [np.pad(convolve(a, part), (0, n - len(part))) for part in (b, c)]
    assert convolve(a, b_and_c).tolist() == (parts[0] + 5 * parts[1]).tolist()


@law
@given(signals, signals, signals)
def test_correlation_twice_is_correlation_with_the_convolution(x, h, g):
    assert correlate(correlate(x, h), g).tolist() == correlate(x, convolve(h, g)).tolist()
    assert correlate(h, x).tolist() == correlate(x, h)[::-1].tolist() == correlate1d(h, x).tolist()


@law
@given(signals, signals, st.integers(0, 5))
def test_a_shifted_signal_gives_the_shifted_result(x, h, shift):
    shifted = convolve([0] * shift + x, h)
    assert shifted.tolist() == [0] * shift + convolve(x, h).tolist()
    wrapped = convolve(np.roll(x, shift), h, "same", boundary="wrap")
    assert wrapped.tolist() == np.roll(convolve(x, h, "same", boundary="wrap"), shift).tolist()


def test_correlation_is_neither_commutative_nor_associative():
    x, h, g = [1, 2], [3, 4], [5, 6]
    assert correlate(x, h).tolist() != correlate(h, x).tolist()
    assert correlate(correlate(x, h), g).tolist() != correlate(x, correlate(h, g)).tolist()


def test_cropping_to_same_loses_commutativity_and_associativity():
    a, b, c = [1, 2, 3, 4], [1, 5], [2, 7, 1]
    assert convolve(a, b, "same").tolist() != convolve(b, a, "same").tolist()
    twice = convolve(convolve(a, b, "same"), c, "same")
    assert twice.tolist() != convolve(a, convolve(b, c), "same").tolist()


def test_symmetric_kernels_do_not_tell_convolution_from_correlation():
    x = np.arange(7) ** 2
    assert convolve(x, [1, 3, 1]).tolist() == correlate(x, [1, 3, 1]).tolist()
    assert convolve(x, [1, 3, 2]).tolist() != correlate(x, [1, 3, 2]).tolist()


# Precision


@pytest.mark.parametrize("method", ["fft", "overlap-add"])
@pytest.mark.parametrize(
    "shape", [((3000,), (700,)), ((12_000,), (9000,)), ((60, 50), (9, 8)), ((4096,), (1,)), ((1000,), (1000,))]
)
def test_transforms_err_by_less_than_the_bound_that_makes_rounding_safe(shape, method):
    rng = np.random.default_rng(5)
    x, h = (rng.integers(-(2**20), 2**20, size) for size in shape)
    exact = scipy_signal.convolve(x, h, method="direct")
    y = convolve(x.astype(float), h.astype(float), method=method)
    bound = 32 * 2.0**-53 * np.log2(2 * exact.size) * np.linalg.norm(x) * np.linalg.norm(h)
    assert np.abs(y - exact).max() < bound / 8  # it is meant to be generous
    np.testing.assert_array_equal(convolve(x, h, method=method), exact)


@pytest.mark.parametrize("method", METHODS)
def test_integers_too_large_for_a_transform_are_summed_exactly_all_the_same(method):
    x, h = np.array([2**40 + 1, 2**40 - 1, 3]), np.array([2**20 + 1, 1])
    exact = [int(a) for a in np.convolve(x.astype(object), h.astype(object))]
    assert convolve(x, h, method=method).tolist() == exact
    x = np.array([2**63 + 1, 5], np.uint64)
    assert convolve(x, np.array([1], np.uint64), method=method).tolist() == [2**63 + 1, 5]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kernel", [[1, 2], [1, -2], [True, False], np.array([3, 1], np.int16), np.array([-3, 1])])
def test_unsigned_and_signed_integers_are_summed_modulo_two_to_the_64(method, kernel):
    for x in (np.array([2**63 + 1, 5, 2**64 - 1], np.uint64), np.array([5, 3, 4], np.uint64)):
        exact = np.convolve(x.astype(object), np.array(kernel).astype(object))
        negative = np.asarray(kernel).min() < 0
        for y in (convolve(x, kernel, method=method), correlate(x, kernel[::-1], method=method)):
            assert y.dtype == (np.int64 if negative else np.uint64)
            assert [int(a) % 2**64 for a in y] == [int(a) % 2**64 for a in exact]
        for found in (convolve1d(x >> 40, kernel), convolve_loops(x >> 40, kernel)):
            assert found.dtype == y.dtype
            assert found.tolist() == convolve(x >> 40, kernel).tolist()
        assert correlate1d(kernel, x >> 40).dtype == y.dtype
    assert convolve(np.array([1, 2], np.uint64), [-1, 1], fill_value=-3).tolist() == [-4, -1, 5]
    assert convolve([2**63, 1], [1, 1]).tolist() == [2**63, 2**63 + 1, 1]


def test_rounding_counts_as_safe_exactly_up_to_the_bound():
    # One element each: the transform has at most 2 elements, and 32 u log2(4) |a| |b| is 2**-47 |a| |b|.
    assert rounds_exactly(np.array([2**46 - 1]), np.array([1]))
    assert not rounds_exactly(np.array([2**46]), np.array([1]))
    assert not rounds_exactly(np.array([2**40]), np.array([-(2**6)]))
    # 5 by 2 sums need at most 40 elements, in two dimensions.
    a, b = np.array([[3], [4], [0], [0]]), np.array([[1, 0], [0, 0]])
    largest = 0.5 / (32 * 2.0**-53 * np.log2(80)) / 5
    assert rounds_exactly(int(0.999 * largest) * a, b)
    assert not rounds_exactly(int(1.001 * largest) * a, b)


def test_blocks_are_eight_times_the_kernel_but_neither_tiny_nor_longer_than_the_sums():
    for n, k, sizes in [
        ((10**6,), (2000,), (16_000,)),
        ((10**6,), (3,), (4096,)),
        ((100,), (3,), (102,)),
        ((500, 700), (4, 20), (64, 160)),
        ((500, 10), (4, 2), (64, 11)),
        ((90, 90, 90), (1, 2, 3), (16, 16, 24)),
    ]:
        assert block_sizes(n, k) == sizes


def test_a_kernel_counts_as_separable_up_to_four_roundings():
    kernel = np.ones((2, 2))
    kernel[1, 1] = 1 - 3.5 * np.finfo(float).eps
    assert is_separable(kernel)
    kernel[1, 1] = 1 - 4.5 * np.finfo(float).eps
    assert not is_separable(kernel)


def test_a_transform_loses_small_results_next_to_large_ones_and_direct_sums_do_not():
    x = np.zeros(2000)
    x[0], x[1500] = 1e20, 1.0
    h = np.ones(500)
    assert convolve(x, h, method="direct")[1600] == 1
    assert abs(convolve(x, h, method="fft")[1600] - 1) > 0.1


def test_one_nan_spoils_three_of_sixteen_sums_unless_a_transform_is_asked_for():
    x = np.ones(16)
    x[7] = np.nan
    assert np.isnan(convolve(x, [1.0, 2.0, 1.0])).sum() == 3
    assert np.isnan(convolve(x, [1.0, 2.0, 1.0], method="fft")).all()
    image = np.ones((8, 9))
    image[3, 4] = np.nan
    assert np.isnan(convolve(image, np.ones((3, 2)))).sum() == 6
    assert np.isnan(convolve(image, np.ones((3, 2)), method="separable")).sum() == 6
    long = np.ones(20_000)
    long[7] = np.inf
    assert np.isinf(convolve(long, np.ones(500))).sum() == 500


@pytest.mark.parametrize(
    ("n", "k", "cheapest"),
    [
        ((10,), (3,), "direct"),
        ((10**6,), (5,), "direct"),
        ((10**6,), (20,), "toeplitz"),
        ((10**6,), (2000,), "overlap-save"),
        ((9, 9), (3, 3), "direct"),
        ((500, 700), (63, 63), "separable"),
    ],
)
def test_auto_takes_what_is_cheaper_by_far(n, k, cheapest):
    assert chosen(np.ones(n), np.ones(k)) == cheapest


def test_auto_takes_transforms_of_kernels_that_are_large_but_not_separable():
    rng = np.random.default_rng(7)
    assert chosen(np.ones((500, 700)), rng.standard_normal((5, 5))) == "band"
    assert chosen(np.ones((500, 700)), rng.standard_normal((63, 63))) == "overlap-save"
    assert chosen(np.ones((300, 300)), rng.standard_normal((290, 290))) == "fft"


def test_auto_knows_that_sums_of_integers_are_slow_one_by_one():
    assert chosen(np.ones(10**5), np.ones(5)) == "direct"
    assert chosen(np.ones(10**5, int), np.ones(40, int)) == "toeplitz"
    huge = np.full(10**5, 2**60)
    assert chosen(huge, np.ones(9, int)) == "direct"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [*FLOATS, *COMPLEX])
def test_floats_keep_their_type_and_its_precision(dtype, method):
    rng = np.random.default_rng(6)
    x, h = rng.standard_normal(300).astype(dtype), rng.standard_normal(40).astype(dtype)
    y = convolve(x, h, method=method)
    assert y.dtype == dtype
    exact = convolve_loops(x.astype(np.clongdouble), h.astype(np.clongdouble))
    assert np.abs(y - exact).max() < 3 * np.finfo(dtype).eps * np.linalg.norm(exact, np.inf)


@pytest.mark.parametrize(
    "method", ["columns", "band", "taps", "toeplitz", "winograd", "overlap-save", "separable", "auto"]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_algorithms_of_layers_give_the_sums_of_signals_and_images(method, dtype):
    rng = np.random.default_rng(20)
    for seed in range(30):
        axes = {"toeplitz": 1, "band": 2, "taps": 2, "winograd": 2, "separable": 2}.get(method, 1 + seed % 3)
        x = rng.standard_normal(rng.integers(1, 300 // 3**axes, axes)).astype(dtype)
        h = rng.standard_normal([3, 3] if method == "winograd" else rng.integers(1, 40 // 3**axes + 2, axes))
        if method == "winograd":
            x = rng.standard_normal(rng.integers(3, 30, 2)).astype(dtype)
        elif h.size > x.size:
            x, h = h.astype(dtype), x.astype(np.float64)
        if method == "separable":
            h = np.multiply.outer(h[:, 0], h[0])
            if h.size > x.size:
                x = rng.standard_normal(h.shape).astype(dtype)
        h = h.astype(dtype)
        mode, boundary = MODES[seed % 2], BOUNDARIES[seed % 5]
        found = convolve(x, h, mode, boundary=boundary, method=method)
        wanted = convolve(x.astype(float), h.astype(float), mode, boundary=boundary, method="direct")
        assert found.dtype == dtype
        assert found.shape == wanted.shape
        assert np.abs(found - wanted).max() < 20 * np.finfo(dtype).eps * np.linalg.norm(x) * np.linalg.norm(h)


def test_a_kernel_that_is_a_column_times_a_row_is_noticed_and_no_other():
    rng = np.random.default_rng(21)
    for dtype in (np.float32, np.float64, np.complex64):
        column, row = rng.standard_normal(7).astype(dtype), rng.standard_normal(4).astype(dtype)
        row[2] = 0
        h = np.multiply.outer(column, row)
        assert is_separable(h)
        np.testing.assert_allclose(np.multiply.outer(*factors(h)), h, rtol=4 * np.finfo(dtype).eps)
        for place in [(0, 0), (6, 2)]:
            other = h.copy()
            other[place] += 1e-3
            assert not is_separable(other)
    assert not is_separable(np.zeros((3, 3)))
    assert not is_separable(np.full((3, 3), np.nan))
    assert not is_separable(np.ones((2, 2), int))
    assert not is_separable(np.ones((2, 2, 2)))
    with pytest.raises(
        ValueError, match=re.escape("`method` (='separable') cannot use `h` (of shape (2, 2)): it is no")
    ):
        convolve(np.ones((3, 3)), np.eye(2), method="separable")


@pytest.mark.parametrize(("n", "k"), [((50_000,), (20,)), ((200, 200), (3, 3)), ((200, 200), (31, 31))])
def test_auto_spreads_a_nan_to_the_sums_that_hold_it_and_to_no_other(n, k):
    rng = np.random.default_rng(22)
    for h in (rng.standard_normal(k), np.ones(k)):
        x = rng.standard_normal(n)
        assert chosen(x, h) != "direct"
        for wrong in (np.nan, np.inf):
            x.flat[x.size // 3] = wrong
            assert (~np.isfinite(convolve(x, h))).sum() == np.prod(k)


# The normalized score


@pytest.mark.parametrize(("n", "k"), [((30,), (5,)), ((9, 12), (3, 4)), ((4, 5, 6), (2, 1, 3))])
def test_the_normalized_score_is_the_correlation_coefficient_of_each_window(n, k):
    rng = np.random.default_rng(8)
    image, template = rng.standard_normal(n), rng.standard_normal(k)
    score = normalized_correlate(image, template)
    for place in np.ndindex(score.shape):
        window = image[tuple(slice(p, p + size) for p, size in zip(place, k, strict=True))]
        coefficient = np.corrcoef(window.ravel(), template.ravel())[0, 1]
        np.testing.assert_allclose(score[place], coefficient, atol=1e-13)


@law
@given(
    st.lists(st.integers(-50, 50), min_size=4, max_size=20),
    st.floats(0.1, 1e6),
    st.floats(-1e3, 1e3),
    st.integers(-900, 900),
)
def test_the_normalized_score_ignores_brightness_contrast_and_scale(values, contrast, brightness, exponent):
    image, template = np.array(values, float), np.array([1.0, 5.0, 2.0])
    score = normalized_correlate(image, template)
    assert (np.abs(score) <= 1).all()
    assert normalized_correlate(-image, template).tolist() == (-score).tolist()
    assert normalized_correlate(image * 2.0**exponent, template * 2.0**-exponent).tolist() == score.tolist()
    stretched = normalized_correlate(contrast * image + brightness, template)
    np.testing.assert_allclose(stretched[score != 0], score[score != 0], atol=1e-6)


def test_the_template_scores_one_where_it_stands_and_nowhere_else():
    rng = np.random.default_rng(9)
    image = rng.standard_normal((20, 30))
    score = normalized_correlate(image, 7 * image[4:9, 11:18] - 3)
    assert np.argwhere(score > 1 - 1e-12).tolist() == [[4, 11]]
    assert normalized_correlate(image, -image[4:9, 11:18]).min() == pytest.approx(-1, abs=1e-14)


def test_rounding_never_takes_a_perfect_score_beyond_one():
    rng = np.random.default_rng(11)
    for _ in range(300):
        template = np.append(rng.integers(-50, 50, rng.integers(3, 9)), 51.0)
        scores = [normalized_correlate(image, template)[0] for image in (template, -template)]
        assert scores == pytest.approx([1, -1], abs=1e-14)
        assert max(np.abs(scores)) <= 1


def test_a_nan_does_not_keep_other_windows_from_being_scaled():
    assert normalized_correlate([1e200, 2e200, 4e200, np.nan], [1, 2, 4])[0] == pytest.approx(1)


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
@pytest.mark.parametrize("offset", [0, 2**40, 2**62])
def test_large_integers_are_subtracted_before_they_are_rounded(dtype, offset):
    small = np.array([0, 1, 0, 3, 3, 4, 9, 2])
    score = normalized_correlate(small.astype(dtype) + dtype(offset), np.array([0, 1, 3], dtype) + dtype(offset))
    assert score.tolist() == normalized_correlate(small, [0, 1, 3]).tolist()
    template = np.array([0, 1], dtype) + dtype(offset)
    assert normalized_correlate(np.full(3, offset, dtype), template).tolist() == [0, 0]


def test_differences_of_integers_may_need_65_bits():
    least, most = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    assert normalized_correlate([least, most, 0, 0, most], [least, most]).tolist() == [1, -1, 0, 1]
    assert normalized_correlate([0, 1, 0], np.array([2**64 - 1, 0], np.uint64)).tolist() == [-1, 1]


@pytest.mark.parametrize("dtype", [np.float64, np.longdouble])
def test_a_window_of_little_contrast_keeps_its_digits_beside_large_numbers(dtype):
    for tiny in (1e-140, 1e-200, 1e-250):
        image = np.array([0, 1, 3, 0, 0, 0, 0, 0], dtype) * dtype(tiny)
        image[-1] = 1e40
        score = normalized_correlate(image, np.array([0, 1, 3], dtype))
        assert score[0] == pytest.approx(1)
        assert score[1] == pytest.approx(-0.5)
    limits = np.finfo(dtype)
    ends = np.array([limits.max, -limits.max, limits.max], dtype)
    assert normalized_correlate(ends, [0, 1]).tolist() == [-1, 1]
    ends = np.array([limits.smallest_subnormal, 0, limits.smallest_subnormal], dtype)
    assert normalized_correlate(ends, [0, 1]).tolist() == [-1, 1]
    assert normalized_correlate([1, 2, 0], ends[:2]).tolist() == [-1, 1]


def test_windows_without_contrast_score_exactly_zero():
    image = np.full(30, 0.1)  # the mean of thirty 0.1 is not 0.1
    image[20] = 0.3
    score = normalized_correlate(image, [0.1, 0.1, 0.4])
    assert (score[:18] == 0).all()
    assert score[18] == pytest.approx(1)


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32, np.float64])
def test_the_normalized_score_has_a_float_type(dtype):
    score = normalized_correlate(np.array([0, 200, 250, 3], dtype), np.array([1, 9], dtype))
    assert score.dtype == (np.float32 if dtype == np.float32 else np.float64)
    assert score.tolist() == [1, 1, -1]


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32])
def test_the_normalized_score_is_computed_in_float64_and_rounded_once(dtype):
    rng = np.random.default_rng(10)
    image, template = (rng.integers(0, 250, size).astype(dtype) for size in (200, 30))
    exact = normalized_correlate(image.astype(np.float64), template.astype(np.float64))
    score = normalized_correlate(image, template)
    np.testing.assert_array_equal(score, exact.astype(score.dtype))


def test_a_nan_spoils_the_windows_that_hold_it_and_no_other():
    score = normalized_correlate([1, 2, 3, np.nan, 1, 5, 2], [1, 2, 4])
    assert np.isnan(score).tolist() == [False, True, True, True, False]


# Wrong calls


@pytest.mark.parametrize("dtype", [*FLOATS, *COMPLEX, *INTEGERS])
@pytest.mark.parametrize("axes", [1, 2, 3])
def test_blocks_put_together_are_the_convolution_of_the_whole_signal(dtype, axes):
    rng = np.random.default_rng(axes)
    for lengths in ([7], [1] * 6, [3, 0, 1, 8], [0, 0, 2, 0], [2, 5]):
        x = draw(rng, (sum(lengths), *rng.integers(1, 5, axes - 1)), dtype)
        h = draw(rng, rng.integers(1, 5, axes), dtype)
        sums = list(convolve_blocks(np.split(x, np.cumsum(lengths)[:-1]), h))
        whole = convolve(x, h)
        assert [len(y) for y in sums] == [*lengths] + [len(h) - 1] * (len(h) > 1)
        assert {y.dtype for y in sums} == {whole.dtype}
        np.testing.assert_array_equal(np.concatenate(sums), whole)  # small whole numbers, so exactly


def test_blocks_are_answered_before_the_next_one_is_asked_for():
    asked = []

    def source():
        for block in ([1.0, 2.0], [3.0], [4.0]):
            asked.append(block)
            yield block

    sums = convolve_blocks(source(), [1, 10])
    assert asked == []
    assert next(sums).tolist() == [1, 12]
    assert asked == [[1, 2]]
    assert next(sums).tolist() == [23]
    assert asked == [[1, 2], [3]]


def test_a_signal_that_never_ends_is_filtered_as_it_comes():
    sums = convolve_blocks(repeat(np.ones(2)), [1, 1, 1])
    assert [next(sums).tolist() for _ in range(3)] == [[1, 2], [3, 3], [3, 3]]


def test_blocks_may_come_in_one_array_that_is_filled_again():
    def source():
        buffer = np.zeros(2)
        for start in (1, 3, 5):
            buffer[:] = start, start + 1
            yield buffer
        buffer[:] = np.nan

    assert [y.tolist() for y in convolve_blocks(source(), [1, 10])] == [[1, 12], [23, 34], [45, 56], [60]]


def test_sums_of_blocks_may_be_changed_and_blocks_are_not():
    block, h = np.array([1.0, 2.0]), np.array([1.0])
    for y in convolve_blocks([block, block], h):
        assert y.tolist() == [1, 2]
        y[:] = 0
    assert block.tolist() == [1, 2]


def test_each_channel_of_a_recording_is_filtered_by_a_kernel_of_one_column():
    rng = np.random.default_rng(0)
    x, h = rng.normal(size=(50, 2)), rng.normal(size=7)
    sums = np.concatenate(list(convolve_blocks(np.split(x, [20, 21]), h[:, None])))
    np.testing.assert_allclose(sums, np.stack([np.convolve(channel, h) for channel in x.T], axis=1), atol=1e-13)


@pytest.mark.parametrize("blocks", [[], [[]], [[], []]])
def test_a_signal_without_a_sample_has_no_sums(blocks):
    assert [y.tolist() for y in convolve_blocks(blocks, [1, 2, 3])] == [[] for _ in blocks]


def test_a_nan_in_one_block_is_seen_by_as_many_sums_as_the_kernel_has_elements():
    x = np.arange(40.0)
    x[9] = np.nan
    sums = np.concatenate(list(convolve_blocks(np.split(x, 4), np.ones(5))))
    assert np.flatnonzero(np.isnan(sums)).tolist() == [9, 10, 11, 12, 13]


def test_what_is_carried_over_is_what_the_state_of_lfilter_stands_for():
    rng = np.random.default_rng(0)
    x, h = rng.normal(size=100), rng.normal(size=9)
    state = np.zeros(8)
    for block, y in zip(np.split(x, [3, 50]), convolve_blocks(np.split(x, [3, 50]), h), strict=False):
        want, state = scipy_signal.lfilter(h, 1, block, zi=state)
        np.testing.assert_allclose(y, want, atol=1e-13)


@pytest.mark.parametrize("function", [convolve, correlate])
@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (([], [1]), {}, "`x` (of shape (0,)) must have at least one element."),
        (([[1]], [[]]), {}, "`h` (of shape (1, 0)) must have at least one element."),
        ((3, [1]), {}, "`x` (of shape ()) must have at least 1 axis, not 0."),
        (([1], 3), {}, "`h` (of shape ()) must have at least 1 axis, not 0."),
        (([1], [[1]]), {}, "`h` (of shape (1, 1)) must have as many axes as `x` (of shape (1,))."),
        (([1, [2]], [1]), {}, "`x` must be a rectangular array of numbers, but its rows differ in length."),
        (([1], [1], "middle"), {}, "`mode` (='middle') must be one of 'full', 'same', 'valid'."),
        (
            ([1], [1]),
            {"boundary": "nearest"},
            "`boundary` (='nearest') must be one of 'constant', 'edge', 'reflect', 'symmetric', 'wrap'.",
        ),
        (
            ([1], [1]),
            {"method": "fast"},
            "`method` (='fast') must be one of 'auto', 'direct', 'fft', 'overlap-add', 'separable', 'columns', "
            "'band', 'taps', 'toeplitz', 'winograd', 'overlap-save'.",
        ),
        (([1], [1]), {"fill_value": 0.5}, "`fill_value` (=0.5) cannot be held by an array of dtype int64."),
        (
            (np.ones(1, np.uint64), np.ones(1, np.uint64)),
            {"fill_value": -1},
            "`fill_value` (=-1) cannot be held by an array of dtype uint64.",
        ),
        (
            ([1], [1]),
            {"fill_value": 2, "boundary": "wrap"},
            "`fill_value` (=2) needs `boundary` 'constant', not 'wrap'.",
        ),
        (
            (np.ones((3, 4)), np.ones((2, 5)), "valid"),
            {},
            "`h` (of shape (2, 5)) must fit into `x` (of shape (3, 4)), "
            "or `x` into `h`, along every axis for `mode` 'valid'.",
        ),
    ],
)
def test_a_wrong_call_is_refused_with_a_sentence(function, arguments, options, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        function(*arguments, **options)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([1, 2], 3), "`template` (of shape ()) must have at least 1 axis, not 0."),
        (([1, 2], [1, 2, 3]), "`template` (of shape (3,)) must fit into `image` (of shape (2,))."),
        (([1, 2], [4, 4]), "`template` (of shape (2,)) must not be constant: it has no pattern to look for."),
        (([1, 2], [[4, 5]]), "`template` (of shape (1, 2)) must have as many axes as `image` (of shape (2,))."),
        (([], [1]), "`image` (of shape (0,)) must have at least one element."),
    ],
)
def test_a_wrong_search_is_refused_with_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        normalized_correlate(*arguments)


def test_complex_numbers_have_no_normalized_score_and_text_no_convolution():
    with pytest.raises(TypeError, match="`template` must hold real numbers, which have an order"):
        normalized_correlate([1, 2], [1j, 2])
    with pytest.raises(TypeError, match="`image` must hold real numbers, which have an order"):
        normalized_correlate([1j, 2], [1, 2])
    with pytest.raises(TypeError, match="`h` must hold real or complex numbers, not values of dtype <U1"):
        convolve([1], "a")
    with pytest.raises(ValueError, match=re.escape("`fill_value` (of shape (1,)) must have 0 axes (a single number)")):
        convolve([1], [1], fill_value=[1])
    for word in (None, ["full"], 1, True, np.array("full")):  # some cannot be looked up in a table
        for name in ("mode", "boundary", "method"):
            with pytest.raises(TypeError, match=rf"`{name}` \(=.*\) must be one of"):
                convolve([1], [1], **{name: word})


def test_what_equals_another_argument_is_not_taken_for_it():
    x = np.array([1, 2], np.int8)
    assert convolve(x, [1, 1]).dtype == convolve(x.astype(bool), [True, True]).dtype == np.int64
    assert convolve(x.astype(">f4"), np.ones(2, "<f4")).dtype == np.dtype(np.float32).newbyteorder("=")
    assert convolve([1, 2], [1, 1], fill_value=False).tolist() == [1, 3, 2]
    assert convolve([1, 2], [1, 1], fill_value=True).tolist() == [2, 3, 3]
    assert convolve([1, 2], [1, 1], fill_value=0.0, boundary="edge").tolist() == [2, 3, 4]
    assert convolve([1, 2], [1, 1], fill_value=1).tolist() == [2, 3, 3]


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_a_separable_kernel_may_be_larger_than_the_signal(mode: str) -> None:
    x = np.random.default_rng(0).normal(size=(3, 4))
    h = np.outer(np.arange(1.0, 6.0), np.arange(2.0, 9.0))
    np.testing.assert_allclose(
        convolve(x, h, mode, method="separable"), convolve(x, h, mode, method="direct"), rtol=1e-12
    )

"""Poolings against the loops of `definitions`, and the corners on which frameworks disagree."""

import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from convbook import (
    adaptive_avg_pool,
    adaptive_max_pool,
    avg_pool,
    avg_pool_vjp,
    conv,
    conv_transpose_vjp,
    conv_vjp,
    global_avg_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    max_pool_vjp,
    max_unpool,
)
from convbook.definitions import pool2d, pool_loops

INF, NAN = float("inf"), float("nan")


def drawn(rng: np.random.Generator, axes: int) -> tuple[np.ndarray, dict[str, Any]]:
    """Draw a small call with everything unequal; numbers are small integers, so that ties are frequent."""
    kernel, stride, dilation = ([int(v) for v in rng.integers(1, 4, axes)] for _ in range(3))
    pads = [tuple(int(v) for v in rng.integers(0, 4, 2)) for _ in range(axes)]
    spans = [d * (k - 1) + 1 - sum(p) for k, d, p in zip(kernel, dilation, pads, strict=True)]
    size = [max(1, span) + int(rng.integers(0, 4)) for span in spans]
    x = rng.integers(-3, 4, (int(rng.integers(0, 3)), int(rng.integers(1, 3)), *size))
    options = {
        "kernel_size": kernel,
        "stride": stride if rng.random() < 0.8 else None,
        "padding": pads,
        "dilation": dilation,
        "ceil_mode": bool(rng.random() < 0.5),
    }
    return x, options


def calls(axes: int, times: int) -> list[tuple[np.ndarray, dict[str, Any]]]:
    rng = np.random.default_rng(axes)
    return [drawn(rng, axes) for _ in range(times)]


over_ranks = pytest.mark.parametrize(("axes", "times"), [(1, 80), (2, 30), (3, 8), (4, 2)])


def loops(x: np.ndarray, reduce: Callable[[list[Any]], Any], options: dict[str, Any]) -> np.ndarray:
    return pool_loops(x, reduce=reduce, **options).astype(float)


@over_ranks
def test_max_pool_is_the_loops(axes: int, times: int) -> None:
    for x, options in calls(axes, times):
        found = max_pool(x.astype(float), **options)
        assert np.array_equal(found, loops(x, lambda seen: max(seen, default=-INF), options))
        assert np.array_equal(found, max_pool(x.astype(float), **options, return_indices=True)[0])


@over_ranks
def test_max_pool_indices_point_at_the_first_maximum(axes: int, times: int) -> None:
    for x, options in calls(axes, times):
        y, indices = max_pool(x, **options, return_indices=True)
        # Windows over the positions themselves: the first of those that hold the maximum is the smallest.
        cells = np.arange(int(np.prod(x.shape[2:]))).reshape(1, 1, *x.shape[2:])
        for n, c in np.ndindex(*x.shape[:2]):
            plane = x[n, c].ravel()
            wanted = pool_loops(
                cells, reduce=lambda seen, p=plane: min((-p[i], i) for i in seen)[1] if seen else -1, **options
            )
            assert np.array_equal(indices[n, c], wanted[0, 0])
            found = indices[n, c] >= 0
            assert np.array_equal(plane[indices[n, c][found]], y[n, c][found])


@over_ranks
def test_avg_pool_is_the_loops_without_the_padding(axes: int, times: int) -> None:
    for x, options in calls(axes, times):
        found = avg_pool(x, **options, count_include_pad=False)
        wanted = loops(x, lambda seen: sum(seen) / len(seen) if seen else NAN, options)
        assert np.allclose(found, wanted, rtol=1e-15, atol=1e-15, equal_nan=True)


@over_ranks
def test_avg_pool_counts_the_padding_but_nothing_beyond_it(axes: int, times: int) -> None:
    for x, options in calls(axes, times):
        padded = np.pad(np.ones((1, 1, *x.shape[2:]), int), [(0, 0), (0, 0), *options["padding"]], constant_values=1)
        cells = pool_loops(
            padded, reduce=len, **(options | {"padding": 0, "stride": options["stride"] or options["kernel_size"]})
        )
        found = avg_pool(x, **options)
        sums = loops(x, sum, options)
        # The loops on the padded array may find one more window, that starts in the padding behind the input.
        inner = tuple(slice(n) for n in found.shape[2:])
        assert np.allclose(found * cells[:, :, *inner], sums, rtol=1e-14, atol=1e-14)
        for divisor in (7, -2):
            assert np.array_equal(avg_pool(x, **options, divisor_override=divisor), sums / divisor)
            without = avg_pool(x, **options, divisor_override=divisor, count_include_pad=False)
            assert np.array_equal(without, sums / divisor)


@over_ranks
def test_lp_pool_is_the_loops(axes: int, times: int) -> None:
    for x, options in calls(axes, times):
        for p in (0.5, 1, 2, 3):
            wanted = loops(x, lambda seen, p=p: sum(abs(v) ** p for v in seen) ** (1 / p), options)
            assert np.allclose(lp_pool(x, p, **options), wanted, rtol=1e-13, atol=0)
        largest = loops(x, lambda seen: max((abs(v) for v in seen), default=0), options)
        assert np.array_equal(lp_pool(x, INF, **options), largest)


@over_ranks
def test_pooling_gradients_pair_with_their_outputs(axes: int, times: int) -> None:
    rng = np.random.default_rng(0)
    for x, options in calls(axes, times):
        y, indices = max_pool(x, **options, return_indices=True)
        grad = rng.integers(-9, 10, y.shape)
        found = max_pool_vjp(grad, x, **options)
        wanted = np.zeros((*x.shape[:2], int(np.prod(x.shape[2:]))), int)
        for place in np.ndindex(*y.shape):
            if indices[place] >= 0:
                wanted[*place[:2], indices[place]] += grad[place]
        assert np.array_equal(found, wanted.reshape(x.shape))
        for include in (True, False):
            means = avg_pool(x, **options, count_include_pad=include)
            back = avg_pool_vjp(grad, x, **options, count_include_pad=include)
            assert back.shape == x.shape
            assert (grad * np.nan_to_num(means)).sum() == pytest.approx((back * x).sum(), rel=1e-12, abs=1e-10)
        for divisor in (3, -2):
            means = avg_pool(x, **options, divisor_override=divisor)
            back = avg_pool_vjp(grad, x, **options, divisor_override=divisor)
            assert (grad * means).sum() == pytest.approx((back * x).sum(), abs=1e-10)


def test_lists_will_do() -> None:
    assert avg_pool([[[1, 3, 5, 9]]], 2).tolist() == [[[2, 7]]]
    assert avg_pool_vjp([[[2, 4]]], [[[0, 0, 0, 0]]], 2).tolist() == [[[1, 1, 2, 2]]]
    assert max_pool_vjp([[[2, 4]]], [[[1, 3, 9, 5]]], 2).tolist() == [[[0, 2, 4, 0]]]


def test_windows_that_step_by_one_are_the_books_pool2d() -> None:
    x = np.random.default_rng(0).normal(size=(5, 7))
    assert np.array_equal(max_pool(x[None, None], (2, 3), stride=1)[0, 0], pool2d(x, (2, 3)))
    assert np.allclose(avg_pool(x[None, None], (2, 3), stride=1)[0, 0], pool2d(x, (2, 3), "avg"), rtol=1e-14)


def test_average_pooling_is_a_convolution_with_a_box() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 7, 8))
    box = np.full((3, 1, 2, 3), 1 / 6)
    wanted = conv(x, box, stride=(1, 2), padding=1, groups=3)
    assert np.allclose(avg_pool(x, (2, 3), stride=(1, 2), padding=1), wanted, rtol=0, atol=1e-15)


def test_nan_wins_every_maximum_and_the_first_of_them_is_found() -> None:
    x = [[[1, NAN, 3, NAN, 2, 0]]]
    y, indices = max_pool(x, 4, stride=2, return_indices=True)
    assert np.isnan(y).all()
    assert indices.tolist() == [[[1, 3]]]
    assert np.isnan(max_pool(x, 4, stride=2)).all()
    assert max_pool_vjp([[[5, 7]]], x, 4, stride=2).tolist() == [[[0, 5, 0, 7, 0, 0]]]
    assert adaptive_max_pool(x, 1, return_indices=True)[1].tolist() == [[[1]]]
    assert np.isnan(global_max_pool(x)).all()


def test_minus_infinity_has_a_place_and_padding_has_none() -> None:
    y, indices = max_pool([[[-INF, -INF]]], 2, stride=1, padding=[(1, 2)], return_indices=True)
    assert y.tolist() == [[[-INF] * 4]]
    assert indices.tolist() == [[[0, 0, 1, -1]]]
    smallest = np.array([[[-128, -128]]], np.int8)
    y, indices = max_pool(smallest, 2, stride=1, padding=1, return_indices=True)
    assert y.tolist() == [[[-128] * 3]]
    assert indices.tolist() == [[[0, 0, 1]]]


def test_ties_go_to_the_first_in_row_major_order() -> None:
    x = np.ones((1, 1, 3, 3))
    assert max_pool(x, 2, stride=1, return_indices=True)[1].tolist() == [[[[0, 1], [3, 4]]]]
    assert max_pool_vjp(np.ones((1, 1, 2, 2)), x, 2, stride=1).tolist() == [[[[1, 1, 0], [1, 1, 0], [0, 0, 0]]]]
    assert max_pool_vjp([[[1, 2, 4]]], [[[5, 5, 5, 5]]], 2, stride=1).tolist() == [[[1, 2, 4, 0]]]


def test_padding_beyond_half_the_window_is_accepted() -> None:
    assert max_pool([[[1.0, 2.0]]], 3, stride=1, padding=2).tolist() == [[[1, 2, 2, 2]]]
    assert max_pool([[[1.0]]], 1, stride=1, padding=1).tolist() == [[[-INF, 1, -INF]]]
    assert avg_pool([[[6.0]]], 1, stride=1, padding=1).tolist() == [[[0, 6, 0]]]
    means = avg_pool([[[6.0]]], 1, stride=1, padding=1, count_include_pad=False)
    assert np.array_equal(means, [[[NAN, 6, NAN]]], equal_nan=True)


def test_ceil_mode_keeps_a_window_that_starts_in_time() -> None:
    x = np.arange(1.0, 6)[None, None]
    assert max_pool(x, 2, ceil_mode=True).tolist() == [[[2, 4, 5]]]
    assert avg_pool(x, 2, ceil_mode=True).tolist() == [[[1.5, 3.5, 5]]]  # cells beyond the padding never count
    assert max_pool(x[:, :, :4], 2, stride=3, padding=1, ceil_mode=True).tolist() == [[[1, 4]]]
    # (0, 1, 2, 3) and (3, 4, 0): the zero of the padding counts, the cell beyond it does not.
    assert avg_pool(x[:, :, :4], 4, stride=3, padding=1, ceil_mode=True).tolist() == [[[1.5, 7 / 3]]]


def test_the_stride_is_the_window_unless_it_is_given() -> None:
    x = np.arange(12.0).reshape(1, 1, 2, 6)
    assert max_pool(x, (1, 3)).tolist() == [[[[2, 5], [8, 11]]]]
    assert max_pool(x, (1, 3), stride=(1, 2)).tolist() == [[[[2, 4], [8, 10]]]]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float32", "float64"])
def test_maxima_keep_the_type(dtype: str) -> None:
    x = np.array([[[0, 1, 1, 0]]], dtype)
    for found in (
        max_pool(x, 2),
        max_pool(x, 2, return_indices=True)[0],
        adaptive_max_pool(x, 2),
        global_max_pool(x),
        max_unpool(x, [[[3, 1, 0, 2]]], 4),
    ):
        assert found.dtype == x.dtype
    assert max_pool(x, 2, padding=1).tolist() == x[:, :, [0, 1, 3]].tolist()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("bool", "float64"),
        ("uint8", "float64"),
        ("float16", "float16"),
        ("float32", "float32"),
        ("complex64", "complex64"),
    ],
)
def test_means_keep_floats_and_make_integers_floats(given: str, wanted: str) -> None:
    x = np.array([[[0, 1, 1, 0]]], given)
    real = np.zeros(0, wanted).real.dtype
    for found in (avg_pool(x, 2), adaptive_avg_pool(x, 2), global_avg_pool(x), avg_pool_vjp(x, np.zeros((1, 1, 8)), 2)):
        assert found.dtype == np.dtype(wanted)
    assert lp_pool(x, 2, 2).dtype == real
    assert avg_pool(x, 2).tolist() == [[[0.5, 0.5]]]


def test_sums_of_small_types_do_not_overflow() -> None:
    white = np.full((1, 1, 1000), 255, np.uint8)
    for found in (avg_pool(white, 1000), adaptive_avg_pool(white, 1), global_avg_pool(white)):
        assert found.tolist() == [[[255.0]]]
    ones = np.ones((1, 1, 5000), np.float16)
    for found in (avg_pool(ones, 5000), adaptive_avg_pool(ones, 1), global_avg_pool(ones)):
        assert found.tolist() == [[[1.0]]]
    large = np.full((1, 1, 4), 60000, np.float16)  # the sum of two is infinite in float16
    for found in (avg_pool(large, 4), adaptive_avg_pool(large, 1), global_avg_pool(large)):
        assert found.tolist() == [[[float(large[0, 0, 0])]]]
    assert max_pool_vjp(np.full((1, 1, 3), 200, np.uint8), [[[0, 0, 9, 0, 0]]], 3, stride=1).max() == 600
    assert np.isinf(avg_pool([[[complex(INF, 0), 0]]], 2)).all()


MEANS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "avg_pool": lambda x: avg_pool(x, x.shape[2:]),
    "adaptive_avg_pool": lambda x: adaptive_avg_pool(x, 1),
    "global_avg_pool": global_avg_pool,
    "pool2d": lambda x: np.array([[pool2d(plane, plane.shape, "avg") for plane in example] for example in x]),
}
over_means = pytest.mark.parametrize("mean", MEANS.values(), ids=list(MEANS))


@over_means
@pytest.mark.parametrize("dtype", ["int64", "uint64", ">i8", "int32", "uint8"])
def test_means_of_integers_are_those_of_exact_sums_however_large_these_are(
    mean: Callable[[np.ndarray], np.ndarray], dtype: str
) -> None:
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    rows = [[high] * 6, [low] * 6, [high, low, 1, high, low, 1], [high, high - 1, 0, 0, 1, 2], [high // 2] * 6]
    x = np.array(rows, dtype).reshape(5, 1, 2, 3)
    for found, row in zip(mean(x).ravel().tolist(), rows, strict=True):
        assert found == pytest.approx(float(Fraction(sum(row), 6)), rel=3e-16, abs=0)


def test_windows_of_large_integers_are_each_summed_exactly() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(-(2**63), 2**63 - 1, (2, 3, 7, 8), endpoint=True)
    options: dict[str, Any] = {"stride": (1, 2), "padding": (1, 0), "dilation": (2, 1)}
    found = avg_pool(x, (3, 2), **options, count_include_pad=False)
    exact = pool_loops(x, (3, 2), lambda seen: float(Fraction(sum(map(int, seen)), len(seen))), **options)
    assert np.allclose(found, exact, rtol=3e-16, atol=0)
    assert lp_pool([[[2**62, 2**62]]], 1, 2).item() == 2.0**63
    assert avg_pool_vjp([[[2**62, 2**62]]], [[[0, 0, 0]]], 2, stride=1).tolist() == [[[2.0**61, 2.0**62, 2.0**61]]]
    assert avg_pool([[[2**62, 2**62]]], 2, divisor_override=2**70).item() == 2.0**-7


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_a_divisor_may_be_too_large_for_the_type_of_the_numbers(kind: type) -> None:
    sums, divisor = np.full((1, 1, 1), 3e38 if kind is not np.float16 else 3e4, kind), -(10**39)
    wanted = kind(float(sums[0, 0, 0]) / divisor)
    assert avg_pool(sums, 1, divisor_override=divisor).item() == wanted
    assert avg_pool_vjp(sums, sums, 1, divisor_override=divisor).item() == wanted


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda x: x,
    "channels last": lambda x: np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1),
    "transposed": lambda x: np.ascontiguousarray(x.T).T,
    "reversed": lambda x: np.ascontiguousarray(x[..., ::-1])[..., ::-1],
    "every other": lambda x: np.repeat(x, 2, axis=-1)[..., ::2],
    "broadcast": lambda x: np.broadcast_to(x.flat[0], x.shape),
    "big-endian": lambda x: x.astype(x.dtype.newbyteorder(">")),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 4e-6), ("float64", 1e-14), ("float16", 1e-3)])
def test_a_mean_is_as_accurate_wherever_its_numbers_lie(
    layout: Callable[[np.ndarray], np.ndarray], dtype: str, tolerance: float
) -> None:
    tenth = float(np.array(0.1, dtype))
    x = layout(np.full((1, 3, 1 << 9, 1 << 11), 0.1, dtype))
    assert x.shape == (1, 3, 1 << 9, 1 << 11)
    for mean in (MEANS["avg_pool"], MEANS["adaptive_avg_pool"], MEANS["global_avg_pool"]):
        assert mean(x).ravel() / tenth == pytest.approx([1] * 3, rel=tolerance)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_the_gradient_of_a_bias_is_as_accurate_wherever_the_numbers_lie(
    layout: Callable[[np.ndarray], np.ndarray],
) -> None:
    for shape in ((1 << 20, 2, 1, 1), (1, 2, 1, 1 << 20)):
        grad = layout(np.full(shape, 0.1, np.float32))
        x = np.broadcast_to(np.float32(0), (shape[0], 1, *shape[2:]))
        weight, bias = np.zeros((2, 1, 1, 1), np.float32), np.zeros(2, np.float32)
        transposed = conv_transpose_vjp(grad, x, weight.swapaxes(0, 1), bias)
        for _, _, found in (conv_vjp(grad, x, weight, bias), transposed):
            assert found / float(np.float32(0.1)) == pytest.approx([1 << 20] * 2, rel=4e-6)


def test_long_windows_add_in_pairs_and_back() -> None:
    x = np.full((1, 1, 1 << 15), 0.1, np.float32)
    assert avg_pool(x, 1 << 15).item() == pytest.approx(float(x[0, 0, 0]), rel=2e-6)
    grad, zeros = x[:, :, : 1 << 12], np.zeros((1, 1, (1 << 13) - 1))
    back, wanted = (avg_pool_vjp(given, zeros, 1 << 12, stride=1) for given in (grad, grad.astype(float)))
    assert np.allclose(back, wanted, rtol=2e-7, atol=0)
    x[..., 0] = 1
    for p in (1, 2, 3):
        exact = (np.sum(x.astype(float) ** p)) ** (1 / p)
        assert lp_pool(x, p, 1 << 15).item() == pytest.approx(exact, rel=2e-6)


def test_cells_that_count_take_no_memory_for_each_pair_of_window_and_tap() -> None:
    x = np.ones((1, 1, 8000))
    tracemalloc.start()
    means = avg_pool(x, 4000, stride=1, padding=1, count_include_pad=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (means == 1).all()
    assert peak < 8 << 20


def test_the_mean_of_an_infinite_part_is_infinite_and_leaves_the_other_part_alone() -> None:
    x = np.array([[[complex(INF, 1), complex(1, 2)]]])
    for found in (avg_pool(x, 2), adaptive_avg_pool(x, 1), global_avg_pool(x)):
        assert (found.item().real, found.item().imag) == (INF, 1.5)
    back = avg_pool_vjp(x[..., :1], np.zeros((1, 1, 2)), 2).ravel()
    assert (back.real == INF).all()
    assert (back.imag == 0.5).all()


def test_a_sum_beyond_the_type_has_an_infinite_mean_as_in_numpy() -> None:
    x = np.full((1, 1, 1, 2), 3e38, np.float32)
    with np.errstate(over="ignore"):
        assert np.isinf([x.mean(), *(MEANS[name](x).item() for name in MEANS if name != "pool2d")]).all()
    assert MEANS["pool2d"](x).item() == float(x[0, 0, 0, 0])  # definitions add up in double precision


POOLINGS: dict[str, Callable[..., Any]] = {
    "max_pool": max_pool,
    "indices": lambda x, k, **options: max_pool(x, k, return_indices=True, **options)[1],
    "avg_pool": avg_pool,
    "avg_pool of cells inside": lambda x, k, **options: avg_pool(x, k, count_include_pad=False, **options),
    "lp_pool": lambda x, k, **options: lp_pool(x, 2, k, **options),
    "lp_pool of the largest": lambda x, k, **options: lp_pool(x, INF, k, **options),
}


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int64", "float16", "float64"])
@pytest.mark.parametrize("shape", [(2, 3, 0), (1, 2, 0, 4), (2, 1, 3, 0), (0, 2, 0), (2, 0, 0), (1, 1, 0, 0)])
def test_windows_on_no_cells_see_the_padding_only(shape: tuple[int, ...], dtype: str) -> None:
    x, axes = np.zeros(shape, dtype), len(shape) - 2
    lowest = -INF if x.dtype.kind == "f" else 0 if dtype in ("bool", "uint8") else np.iinfo(dtype).min
    for options in ({"padding": 1}, {"padding": 1, "stride": 1, "ceil_mode": True}, {"padding": 2, "dilation": 2}):
        found = {name: pooling(x, 2, **options) for name, pooling in POOLINGS.items()}
        output = found["max_pool"].shape
        assert output[:2] == shape[:2]
        assert all(size > 0 for size in output[2:])
        for name, seen in zip(POOLINGS, (lowest, -1, 0, NAN, 0, 0), strict=True):
            assert found[name].shape == output
            assert np.array_equal(found[name], np.full(output, seen), equal_nan=True)
        grad = np.ones(output)
        for back in (max_pool_vjp(grad, x, 2, **options), avg_pool_vjp(grad, x, 2, **options)):
            assert back.shape == shape
        assert max_unpool(found["max_pool"], found["indices"], (3,) * axes).shape == (*shape[:2], *(3,) * axes)


def test_steps_and_gaps_that_are_never_taken_may_be_of_any_size() -> None:
    x = np.array([[[3.0, 1.0, 2.0]]])
    for huge in (2**31, 2**62, 2**63, 2**64, 2**70):
        for name, wanted in zip(POOLINGS, (3, 0, 2, 2, 10**0.5, 3), strict=True):
            assert POOLINGS[name](x, 2, stride=huge).ravel().tolist() == [wanted]
        for pooling in (max_pool, avg_pool):
            assert pooling(x, 1, stride=1, dilation=huge).tolist() == x.tolist()
        assert max_pool_vjp([[[5]]], x, 2, stride=huge).tolist() == [[[5, 0, 0]]]
        assert avg_pool_vjp([[[5]]], x, 2, stride=huge).tolist() == [[[2.5, 2.5, 0]]]


def test_powers_beyond_the_range_of_the_type_are_no_other_powers() -> None:
    for dtype in (np.float16, np.float32, np.float64):
        for p in (1e-320, 1e-60, 1e-39, 1e39, 1e300):
            assert lp_pool(np.array([[[3, 0, 0, 0]]], dtype), p, 2).tolist() == [[[3, 0]]]


def test_lp_pool_neither_overflows_nor_vanishes() -> None:
    assert lp_pool(np.array([[[3e30, 4e30]]], np.float32), 2, 2) == pytest.approx(5e30, rel=1e-6)
    assert lp_pool([[[3e-200, 4e-200]]], 2, 2) == pytest.approx(5e-200, rel=1e-14)
    assert lp_pool([[[0, 0, INF, 1, 3 + 4j, 0]]], 2, 2).tolist() == [[[0, INF, 5]]]
    assert np.isnan(lp_pool([[[NAN, 1.0]]], 3, 2)).all()


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_adaptive_windows_take_every_cell_that_their_part_touches(axes: int) -> None:
    rng = np.random.default_rng(axes)
    for _ in range(25):
        size, wanted = (tuple(int(v) for v in rng.integers(1, 6, axes)) for _ in range(2))
        x = rng.integers(-3, 4, (2, 2, *size)).astype(float)
        means, (maxima, indices) = adaptive_avg_pool(x, wanted), adaptive_max_pool(x, wanted, return_indices=True)
        flat = np.arange(int(np.prod(size))).reshape(size)
        for o in np.ndindex(*wanted):
            touched = [
                [j for j in range(n) if j * m < (i + 1) * n and (j + 1) * m > i * n]
                for i, n, m in zip(o, size, wanted, strict=True)
            ]
            seen = x[:, :, *np.ix_(*touched)].reshape(2, 2, -1)
            assert np.allclose(means[:, :, *o], seen.mean(-1), rtol=1e-14, atol=1e-15)
            assert np.array_equal(maxima[:, :, *o], seen.max(-1))
            assert np.array_equal(indices[:, :, *o], flat[np.ix_(*touched)].ravel()[seen.argmax(-1)])


def test_adaptive_sizes_may_keep_an_axis() -> None:
    x = np.arange(24.0).reshape(1, 1, 4, 6)
    assert adaptive_avg_pool(x, (None, 1)).shape == (1, 1, 4, 1)
    assert np.array_equal(adaptive_max_pool(x, (4, None)), x)
    assert adaptive_avg_pool(x, 2).shape == (1, 1, 2, 2)
    assert adaptive_avg_pool(np.zeros((0, 3, 4)), 2).shape == (0, 3, 2)
    assert np.array_equal(adaptive_avg_pool(x, 1), global_avg_pool(x))
    assert np.array_equal(adaptive_max_pool(x, 1), global_max_pool(x))


def test_infinity_stays_where_it_is_seen() -> None:
    assert adaptive_avg_pool([[[INF, 1, 2, 3]]], 2).tolist() == [[[INF, 2.5]]]
    assert avg_pool([[[INF, 1, 2, 3]]], 2).tolist() == [[[INF, 2.5]]]


def test_global_pooling_keeps_the_spatial_axes() -> None:
    x = np.arange(24.0).reshape(2, 1, 3, 4)
    assert global_avg_pool(x).tolist() == [[[[5.5]]], [[[17.5]]]]
    assert global_max_pool(x).tolist() == [[[[11]]], [[[23]]]]
    assert global_max_pool(np.zeros((0, 3, 4))).shape == (0, 3, 1)
    assert global_max_pool(np.zeros((2, 0, 4))).shape == (2, 0, 1)


def test_max_unpool_restores_the_winners_and_forgets_the_rest() -> None:
    x = np.random.default_rng(0).permutation(2 * 3 * 4 * 6).reshape(2, 3, 4, 6)
    y, indices = max_pool(x, (2, 3), return_indices=True)
    back = max_unpool(y, indices, (4, 6))
    assert np.array_equal(max_pool(back, (2, 3)), y)
    assert np.array_equal(back[back > 0], x[back > 0])
    assert np.count_nonzero(back) == y.size - (y == 0).sum()
    assert max_unpool([[[9, 5]]], [[[-1, 2]]], 3).tolist() == [[[0, 0, 5]]]
    assert max_unpool([[[9, 5]]], [[[1, 1]]], 3).tolist() == [[[0, 5, 0]]]


def test_inputs_stay_as_they_were() -> None:
    x = np.arange(12.0).reshape(1, 2, 6)
    x.flags.writeable = False
    grad = np.ones((1, 2, 3))
    grad.flags.writeable = False
    for found in (
        max_pool(x, 1),
        avg_pool(x, 1),
        lp_pool(x, 1, 1),
        adaptive_avg_pool(x, 6),
        adaptive_max_pool(x, 6),
        global_max_pool(x[:, :, :1]),
        global_avg_pool(x[:, :, :1]),
        max_pool_vjp(grad, x, 2),
        avg_pool_vjp(grad, x, 2),
    ):
        assert found.flags.writeable
        assert not np.shares_memory(found, x)

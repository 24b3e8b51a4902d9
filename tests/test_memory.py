"""What a call needs beside its arrays: 16 MiB for each thread, and the filters in their form, however far taps lie."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.fft  # noqa: F401 (what an import takes is not the call's)

from convbook import (
    adaptive_max_pool,
    avg_pool,
    avg_pool_vjp,
    conv,
    conv_transpose,
    conv_transpose_vjp,
    conv_vjp,
    convolve,
    explain_plan,
    fold,
    global_avg_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    max_pool_vjp,
    max_unpool,
    unfold,
)
from convbook.algorithms import scratch, threads

FAR = 4_000_000


def beside(call: Callable[[], Any]) -> int:
    """Return the bytes that a call allocates at most, without its results."""
    scratch.forget()
    tracemalloc.start()
    try:
        results = call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - sum(result.nbytes for result in (results if isinstance(results, tuple) else (results,)))


def limit(prepared: int = 0) -> float:
    """Return the bytes that a call may need beside its arrays; a little is Python's."""
    return 1.05 * (threads.available() * scratch.BLOCK + prepared) + 500_000


def ones(*shape: int, dtype: Any = np.float64) -> np.ndarray:
    return np.ones(shape, dtype)


def zeros(*shape: int, dtype: Any = np.float64) -> np.ndarray:
    return np.zeros(shape, dtype)


LAYERS: dict[str, tuple[Callable[[], np.ndarray], Callable[[], np.ndarray], dict[str, Any]]] = {
    "two taps far apart": (lambda: zeros(1, 1, FAR + 10), lambda: ones(1, 1, 2), {"dilation": FAR}),
    "and padding": (lambda: zeros(1, 1, FAR + 10), lambda: ones(1, 1, 2), {"dilation": FAR, "padding": 5}),
    "of bytes": (lambda: zeros(1, 1, FAR + 10, dtype=np.uint8), lambda: ones(1, 1, 2, dtype=int), {"dilation": FAR}),
    "nine taps far apart": (
        lambda: zeros(1, 1, 3010, 3010),
        lambda: ones(1, 1, 3, 3),
        {"dilation": 1500, "padding": 1},
    ),
    "nine of bytes": (
        lambda: zeros(1, 1, 3010, 3010, dtype=np.int8),
        lambda: ones(1, 1, 3, 3, dtype=np.int8),
        {"dilation": 1500},
    ),
    "rows far apart": (
        lambda: zeros(1, 1, FAR + 3, 2),
        lambda: ones(1, 1, 3, 1),
        {"dilation": (FAR // 2, 1), "padding": 1},
    ),
    "columns far apart": (
        lambda: zeros(1, 1, 2, FAR + 3),
        lambda: ones(1, 1, 1, 3),
        {"dilation": (1, FAR // 2), "padding": 1},
    ),
    "small outputs of many examples, far apart": (
        lambda: zeros(100, 1, 203, 203),
        lambda: ones(1, 1, 3, 3),
        {"dilation": 100, "padding": 1},
    ),
    "windows far apart": (lambda: zeros(1, 1, FAR), lambda: ones(1, 1, 1), {"stride": 100_000, "padding": 3}),
    "points far apart": (lambda: zeros(1, 1, 2000, 2000), lambda: ones(1, 1, 1, 1), {"stride": 50, "padding": 3}),
    "padding larger than the input": (
        lambda: ones(1, 1, 5),
        lambda: ones(1, 1, 3),
        {"dilation": FAR, "padding": FAR},
    ),
    "a long row": (
        lambda: ones(1, 32, 3, 20_000, dtype=np.float32),
        lambda: ones(4, 32, 3, 3, dtype=np.float32),
        {"padding": 1},
    ),
    "a long row, deep": (
        lambda: ones(1, 96, 4, 4096, dtype=np.float32),
        lambda: ones(96, 96, 3, 3, dtype=np.float32),
        {"padding": 1},
    ),
    "a long row, depthwise": (
        lambda: ones(1, 4, 3, 300_000, dtype=np.float32),
        lambda: ones(4, 1, 3, 3, dtype=np.float32),
        {"padding": 1, "groups": 4},
    ),
    "a long row, large kernel": (
        lambda: ones(1, 1, 33, 50_000, dtype=np.float32),
        lambda: ones(1, 1, 31, 31, dtype=np.float32),
        {},
    ),
    "planes of volumes": (
        lambda: ones(1, 48, 3, 56, 56, dtype=np.float32),
        lambda: ones(8, 48, 3, 3, 3, dtype=np.float32),
        {"padding": 1},
    ),
    "many channels of a line": (
        lambda: ones(1, 256, 30_000, dtype=np.float32),
        lambda: ones(256, 1, 9, dtype=np.float32),
        {"padding": 4, "groups": 256},
    ),
    "one by one, bytes": (
        lambda: ones(64, 16, 64, 64, dtype=np.uint8),
        lambda: ones(8, 16, 1, 1, dtype=np.int8),
        {},
    ),
    "a kernel of a quarter million": (
        lambda: ones(1, 1, 500_000, dtype=np.float32),
        lambda: ones(1, 1, 250_000, dtype=np.float32),
        {},
    ),
    "large kernels of many channels": (
        lambda: ones(1, 96, 64, 64, dtype=np.float32),
        lambda: ones(96, 1, 31, 31, dtype=np.float32),
        {"padding": 15, "groups": 96},
    ),
    "turned axes": (
        lambda: ones(4, 200, 200, 24, dtype=np.float32).transpose(0, 3, 1, 2),
        lambda: ones(24, 24, 1, 1, dtype=np.float32),
        {},
    ),
    "turned rows": (
        lambda: ones(4, 24, 200, 200, dtype=np.float32).swapaxes(2, 3),
        lambda: ones(24, 24, 1, 1, dtype=np.float32),
        {},
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_needs_a_block_for_each_thread_beside_its_arrays(name: str) -> None:
    arrays, kernel, options = LAYERS[name]
    x, weight = arrays(), kernel()
    plan = explain_plan(x, weight, **options).chosen
    assert beside(lambda: conv(x, weight, **options)) < limit(plan.prepared)
    for method in ("columns", "taps", "band", "toeplitz", "winograd", "overlap-save"):
        try:
            plan = explain_plan(x, weight, method=method, **options).chosen
        except ValueError:
            continue
        if plan.worthwhile() and plan.nanoseconds < 1e9:
            assert plan.bytes <= max(scratch.BLOCK, 16 * weight[:1].nbytes)
            assert beside(lambda method=method: conv(x, weight, method=method, **options)) < limit(plan.prepared)


@pytest.mark.parametrize("name", [name for name in LAYERS if "kernel" not in name])
def test_the_gradients_of_a_layer_need_no_more_but_some_weights(name: str) -> None:
    arrays, kernel, options = LAYERS[name]
    x, weight = arrays(), kernel()
    grad = np.ones_like(conv(x, weight, **options))
    weights = 4 * max(1, threads.available()) * weight.size * 8
    assert beside(lambda: conv_vjp(grad, x, weight, **options)) < limit(weights)
    assert beside(lambda: conv_transpose(grad, weight, **options)) < limit(weights)
    large = np.ones_like(conv_transpose(grad, weight, **options))
    assert beside(lambda: conv_transpose_vjp(large, grad, weight, **options)) < limit(weights)


def test_a_transposed_layer_with_a_long_stride_looks_at_its_taps_only() -> None:
    x, weight = ones(1, 1, 3), ones(1, 1, 2)
    assert beside(lambda: conv_transpose(x, weight, stride=FAR)) < limit()
    found = conv_transpose(x, weight, stride=FAR)
    assert found.shape == (1, 1, 2 * FAR + 2)
    assert np.flatnonzero(found).tolist() == [0, 1, FAR, FAR + 1, 2 * FAR, 2 * FAR + 1]


@pytest.mark.parametrize(
    ("x", "h"),
    [
        (lambda: ones(2_000_000, dtype=np.float32), lambda: ones(1000, dtype=np.float32)),
        (lambda: ones(2_000_000, dtype=int), lambda: ones(1000, dtype=int)),
        (lambda: ones(40, 300_000, dtype=np.float32), lambda: ones(5, 5, dtype=np.float32)),
        (lambda: ones(40, 300_000, dtype=np.float32), lambda: np.eye(5, dtype=np.float32)),
        (lambda: ones(300_000, 40, dtype=np.float32), lambda: np.eye(15, dtype=np.float32)),
    ],
)
def test_long_signals_are_convolved_in_blocks(x: Callable[[], np.ndarray], h: Callable[[], np.ndarray]) -> None:
    signal, kernel = x(), h()
    assert beside(lambda: convolve(signal, kernel)) < limit()


# Poolings ------------------------------------------------------------------------------------------------------------
#: The array, the window, and the options.
POOLINGS: dict[str, tuple[Callable[[], np.ndarray], Any, dict[str, Any]]] = {
    "two taps far apart": (lambda: zeros(1, 1, FAR + 10), 2, {"stride": 1, "dilation": FAR, "padding": 1}),
    "nine taps far apart": (lambda: zeros(1, 1, 3010, 3010), 3, {"stride": 1, "dilation": 1500}),
    "nine taps far apart, and padding": (
        lambda: zeros(1, 1, 3010, 3010),
        3,
        {"stride": 1, "dilation": 1500, "padding": 1},
    ),
    "columns far apart": (
        lambda: zeros(1, 1, 3, FAR // 2 + 9),
        (2, 2),
        {"stride": 1, "dilation": (1, FAR // 2), "padding": 1},
    ),
    "windows far apart": (lambda: zeros(1, 1, FAR), 3, {"stride": 100_000, "padding": 1}),
    "padding larger than the input": (lambda: ones(1, 1, 5), 3, {"stride": 1_000_000, "padding": FAR}),
    "a large plane": (lambda: zeros(1, 1, 2000, 2000, dtype=np.float32), 3, {"stride": 1, "padding": 1}),
    "a large plane of bytes": (lambda: zeros(1, 1, 2000, 2000, dtype=np.uint8), 3, {"stride": 2, "padding": 1}),
    "large windows of a large plane": (
        lambda: zeros(1, 1, 2500, 2500, dtype=np.float32),
        2400,
        {"stride": 20, "padding": 5},
    ),
    "a long line": (lambda: zeros(1, 1, FAR, dtype=np.float32), 40, {"stride": 3}),
    "a long row": (lambda: zeros(1, 1, 3, FAR // 2), (2, 3), {"stride": 1}),
    "many planes": (lambda: zeros(64, 16, 64, 64, dtype=np.float32), 2, {}),
    "many planes of bytes": (lambda: zeros(64, 16, 64, 64, dtype=np.uint8), 3, {"stride": 2, "padding": 1}),
    "volumes": (lambda: zeros(1, 2, 100, 120, 90, dtype=np.float32), 3, {"stride": 2, "padding": 1}),
}


@pytest.mark.parametrize("name", POOLINGS)
def test_a_pooling_needs_a_block_for_each_thread_beside_its_arrays(name: str) -> None:
    array, kernel, options = POOLINGS[name]
    x = array()
    y = max_pool(x, kernel, **options)
    assert beside(lambda: max_pool(x, kernel, **options)) < limit()
    # Sums of integers are an array by themselves.
    sums = y.size * 8 * (x.dtype.kind != "f")
    assert beside(lambda: avg_pool(x, kernel, **options)) < limit(sums)
    assert beside(lambda: avg_pool(x, kernel, count_include_pad=False, **options)) < limit(sums)
    if "large windows" in name:
        return  # the others look at each tap by itself
    assert beside(lambda: max_pool(x, kernel, **options, return_indices=True)) < limit()
    assert beside(lambda: lp_pool(x, 2, kernel, **options)) < limit()
    grad = np.ones(y.shape, np.float32)
    assert beside(lambda: max_pool_vjp(grad, x, kernel, **options)) < limit()
    assert beside(lambda: avg_pool_vjp(grad, x, kernel, **options)) < limit(grad.nbytes)  # the shares


@pytest.mark.parametrize(
    "array",
    [
        lambda: zeros(1, 1, 2000, 2000, dtype=np.float32),
        lambda: zeros(1, 3, 1500, 1500).swapaxes(2, 3),
        lambda: zeros(1, 1, FAR),
        lambda: zeros(500, 20, 20, 20),
    ],
)
def test_poolings_of_whole_planes_need_a_block(array: Callable[[], np.ndarray]) -> None:
    x = array()
    for size in (1, 2, 7):
        assert beside(lambda size=size: adaptive_max_pool(x, size, return_indices=True)) < limit()
        assert beside(lambda size=size: adaptive_max_pool(x, size)) < limit()
    assert beside(lambda: global_max_pool(x)) < limit()
    assert beside(lambda: global_avg_pool(x)) < limit()


def test_maxima_are_put_back_without_arrays_of_places() -> None:
    for shape in ((1, 1, 1500, 1500), (600, 50, 8, 8)):
        x = np.arange(float(np.prod(shape))).reshape(shape)
        y, indices = max_pool(x, 2, return_indices=True)
        assert beside(lambda y=y, indices=indices, shape=shape: max_unpool(y, indices, shape[2:])) < limit()
        back = max_unpool(y, indices, shape[2:])
        assert np.array_equal(back, np.where((np.indices(shape[2:]) % 2).all(0), x, 0))


def test_columns_are_added_without_the_padding() -> None:
    columns = unfold(ones(1, 1, 3), 2, dilation=FAR, padding=FAR)
    assert beside(lambda: fold(columns, 3, 2, dilation=FAR, padding=FAR)) < limit()
    assert fold(columns, 3, 2, dilation=FAR, padding=FAR).tolist() == [[[2, 2, 2]]]


def test_poolings_far_apart_are_those_of_the_definition() -> None:
    rng = np.random.default_rng(31)
    for _ in range(150):
        axes = int(rng.integers(1, 4))
        kernel, stride = rng.integers(1, 5, axes).tolist(), rng.choice([1, 2, 9, 40], axes).tolist()
        dilation, outputs = rng.choice([1, 2, 11, 40], axes).tolist(), rng.integers(1, 7, axes).tolist()
        span = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
        padding = [tuple(int(p) for p in rng.integers(0, n + 1, 2)) for n in span]
        size = [max(1, (o - 1) * s + n - sum(p)) for o, s, n, p in zip(outputs, stride, span, padding, strict=True)]
        if np.prod(size) > 200_000:
            continue
        x = rng.integers(-9, 9, (1, 2, *size)).astype(float)
        options: dict[str, Any] = {"stride": stride, "dilation": dilation, "padding": padding}
        seen = windows_of(x, kernel, **options)
        y, indices = max_pool(x, kernel, return_indices=True, **options)
        assert np.array_equal(y, seen.max(-1))
        inside = indices >= 0
        assert np.array_equal(
            np.take_along_axis(x.reshape(2, -1), indices.reshape(2, -1), 1).reshape(y.shape)[inside], y[inside]
        )
        assert np.array_equal(inside, np.isfinite(y))
        zero = np.where(np.isfinite(seen), seen, 0)
        assert np.allclose(avg_pool(x, kernel, divisor_override=1, **options), zero.sum(-1))
        assert np.allclose(lp_pool(x, 1, kernel, **options), np.abs(zero).sum(-1))
        grad = rng.integers(-9, 9, y.shape).astype(float)
        step = rng.standard_normal(x.shape)
        found = (avg_pool_vjp(grad, x, kernel, divisor_override=1, **options) * step).sum()
        moved = windows_of(step, kernel, **options)
        assert found == pytest.approx((np.where(np.isfinite(moved), moved, 0).sum(-1) * grad).sum(), abs=1e-6)
        assert max_pool_vjp(grad, x, kernel, **options).sum() == grad[inside].sum()


def windows_of(x: np.ndarray, kernel: list[int], stride: Any, dilation: Any, padding: Any) -> np.ndarray:
    """Return what each window sees, with minus infinity beyond the input."""
    padded = np.pad(x, [(0, 0), (0, 0), *padding], constant_values=-np.inf)
    for axis, (k, s, d) in enumerate(zip(kernel, stride, dilation, strict=True)):
        outputs = (padded.shape[2 + axis] - d * (k - 1) - 1) // s + 1
        padded = padded.take(s * np.arange(outputs)[:, None] + d * np.arange(k), 2 + axis)
        padded = np.moveaxis(padded, 3 + axis, -1)
    return padded.reshape(*padded.shape[: 2 + len(kernel)], -1)

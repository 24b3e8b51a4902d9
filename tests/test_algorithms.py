"""Every algorithm, forced in turn, gives the sums of the definition; and what the planner promises holds."""

import itertools
import tracemalloc
from collections.abc import Callable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convbook import (
    avg_pool,
    avg_pool_vjp,
    conv,
    conv_transpose,
    conv_vjp,
    explain_plan,
    max_pool,
    max_pool_vjp,
)
from convbook._geometry import geometry
from convbook.algorithms import (
    band,
    base,
    columns,
    gradients,
    overlap_save,
    plan_layers,
    pooling,
    scratch,
    taps,
    threads,
    toeplitz,
    winograd,
)
from convbook.algorithms.problem import Problem

METHODS = ("auto", "columns", "band", "taps", "toeplitz", "winograd", "overlap-save")


def by_taps(
    x: np.ndarray,
    weight: np.ndarray,
    *,
    stride: tuple[int, ...],
    padding: list[tuple[int, int]],
    dilation: tuple[int, ...],
    groups: int,
) -> np.ndarray:
    """Add up what each tap sees, times its weight, in the precision of the operands."""
    x = np.pad(x, [(0, 0), (0, 0), *padding])
    spans = [d * (k - 1) + 1 for k, d in zip(weight.shape[2:], dilation, strict=True)]
    size = [(n - span) // s + 1 for n, span, s in zip(x.shape[2:], spans, stride, strict=True)]
    x = x.reshape(x.shape[0], groups, -1, *x.shape[2:])
    weight = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
    y = np.zeros((x.shape[0], groups, weight.shape[1], *size), np.result_type(x, weight))
    for tap in np.ndindex(*weight.shape[3:]):
        seen = tuple(
            slice(d * m, d * m + s * (o - 1) + 1, s) for d, m, s, o in zip(dilation, tap, stride, size, strict=True)
        )
        y += np.einsum("ngc...,gfc->ngf...", x[:, :, :, *seen], weight[:, :, :, *tap])
    return y.reshape(y.shape[0], -1, *size)


def drawn(rng: np.random.Generator, method: str) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """Draw a layer that the method can compute, with everything else unequal."""
    axes = {"band": 2, "taps": 2, "winograd": 2, "toeplitz": 1}.get(method, int(rng.integers(1, 4)))
    unit = method in ("winograd", "overlap-save", "toeplitz")
    groups = 1 if method == "winograd" else int(rng.integers(1, 4))
    each, filters, batch = (int(v) for v in rng.integers(1, 4, 3))
    if method == "toeplitz":
        each = filters = 1
    kernel = [3, 3] if method == "winograd" else rng.integers(1, 6 if axes < 3 else 3, axes)
    stride, dilation = ([1] * axes if unit else rng.integers(1, 4, axes).tolist() for _ in range(2))
    padding = [tuple(int(p) for p in rng.integers(0, 4, 2)) for _ in range(axes)]
    size = [
        max(1, d * (k - 1) + 1 - sum(p)) + int(rng.integers(0, 40 if axes < 3 else 6))
        for k, d, p in zip(kernel, dilation, padding, strict=True)
    ]
    x, weight = (
        rng.standard_normal((batch, groups * each, *size)),
        rng.standard_normal((groups * filters, each, *kernel)),
    )
    return x, weight, {"stride": tuple(stride), "padding": padding, "dilation": tuple(dilation), "groups": groups}


def error(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.abs(found - wanted).max(initial=0) / max(1, np.abs(wanted).max(initial=0)))


@pytest.fixture
def tiny_blocks(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Cut everything into as many blocks as can be."""
    for module in (columns, band, taps, toeplitz):
        monkeypatch.setattr(module, "_BUDGET", 1)
    monkeypatch.setattr(overlap_save, "_LEAST", 1)
    monkeypatch.setattr(overlap_save, "_AT_ONCE", 1)
    for module in (base, overlap_save):
        monkeypatch.setattr(module, "room", lambda problem: 1)
    monkeypatch.setattr(winograd, "BLOCK", 1)
    real = base.cut
    for module in (columns, band, taps, winograd):
        monkeypatch.setattr(module, "cut", lambda *a, **k: real(*a, **(k | {"columns": 1, "rows": 0})))
    plan_layers.plan.cache_clear()
    yield
    plan_layers.plan.cache_clear()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_method_gives_the_sums_of_the_definition(method: str, dtype: type) -> None:
    rng = np.random.default_rng(METHODS.index(method))
    # The interpolation of Winograd's values amplifies their rounding errors.
    bound = (20 if method == "winograd" else 10) * np.finfo(dtype).eps
    for _ in range(40):
        x, weight, options = drawn(rng, method)
        x, weight = x.astype(dtype), weight.astype(dtype)
        found = conv(x, weight, method=method, **options)
        assert found.dtype == dtype
        assert error(found, by_taps(x.astype(float), weight.astype(float), **options)) < bound


@pytest.mark.usefixtures("tiny_blocks")
@pytest.mark.parametrize("method", METHODS)
def test_layers_in_many_blocks_are_the_same_layers(method: str) -> None:
    rng = np.random.default_rng(10)
    for _ in range(20):
        x, weight, options = drawn(rng, method)
        assert error(conv(x, weight, method=method, **options), by_taps(x, weight, **options)) < 1e-14
        plan = explain_plan(x, weight, method=method, **options).chosen
        assert plan.images == 1
        assert plan.rows <= max(plan.outputs((1,) * len(plan.box))[0], getattr(plan, "together", 1))


@pytest.mark.parametrize("method", ["auto", "columns", "taps", "band"])
def test_layers_whose_taps_or_windows_lie_far_apart_are_the_same_layers(method: str) -> None:
    rng = np.random.default_rng(32)
    for _ in range(40):
        axes = 2 if method in ("taps", "band") else int(rng.integers(1, 4))
        kernel, outputs = rng.integers(1, 4, axes).tolist(), rng.integers(1, 5, axes).tolist()
        stride, dilation = rng.choice([1, 2, 17], axes).tolist(), rng.choice([1, 3, 19], axes).tolist()
        span = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
        padding = [tuple(int(p) for p in rng.integers(0, n + 1, 2)) for n in span]
        size = [max(1, (o - 1) * s + n - sum(p)) for o, s, n, p in zip(outputs, stride, span, padding, strict=True)]
        groups, each, filters, batch = (int(v) for v in rng.integers(1, 4, 4))
        x = rng.integers(-9, 9, (batch, groups * each, *size)).astype(rng.choice(["i1", "f4", "f8"]))
        weight = rng.integers(-9, 9, (groups * filters, each, *kernel)).astype(x.dtype)
        options: dict[str, Any] = {"stride": tuple(stride), "padding": padding, "dilation": tuple(dilation)}
        options["groups"] = groups
        wanted = by_taps(x.astype(float), weight.astype(float), **options)
        y = conv(x, weight, method=method, **options)
        assert np.array_equal(y, wanted)
        grad = rng.integers(-9, 9, y.shape).astype(x.dtype)
        grad_x, grad_weight = conv_vjp(grad, x, weight, **options)
        inner = (grad.astype(float) * wanted).sum()
        assert (grad_x * x.astype(float)).sum() == inner == (grad_weight * weight.astype(float)).sum()


@pytest.mark.parametrize("shared_by", [2, 3])
def test_threads_share_the_blocks_and_change_nothing(monkeypatch: pytest.MonkeyPatch, shared_by: int) -> None:
    held = []
    blas = SimpleNamespace(lib_controllers=[], limit=lambda limits: held.append(limits) or nullcontext())
    monkeypatch.setattr(threads, "_blas", lambda: blas)
    monkeypatch.setattr(threads, "available", lambda: shared_by)
    monkeypatch.setattr(threads, "WORTH_SPREADING", 0)
    rng = np.random.default_rng(11)
    for method, (n, size) in itertools.product(set(METHODS) - {"toeplitz"}, [(5, 20), (1, 90)]):
        x, weight = rng.standard_normal((n, 5, size, size)), rng.standard_normal((6, 5, 3, 3))
        options = {"stride": (1, 1), "padding": [(1, 1)] * 2, "dilation": (1, 1), "groups": 1}
        assert error(conv(x, weight, method=method, **options), by_taps(x, weight, **options)) < 1e-14
        grad = rng.standard_normal((n, 6, size, size))
        grad_x, grad_weight = conv_vjp(grad, x, weight, **options)
        assert (grad_x * x).sum() == pytest.approx((grad_weight * weight).sum(), rel=1e-9)
    assert set(held) == {1}
    assert not threads._crew.busy.locked()


def test_an_error_in_a_block_reaches_the_caller_and_frees_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        threads, "_blas", lambda: SimpleNamespace(lib_controllers=[], limit=lambda limits: nullcontext())
    )

    def work(block: int) -> None:
        if block == 3:
            raise KeyError(block)

    with pytest.raises(KeyError):
        threads.spread(work, range(8), 2)
    done: list[int] = []
    threads.spread(done.append, range(8), 2)
    assert sorted(done) == list(range(8))


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_batch_gives_an_empty_output(method: str) -> None:
    if method == "toeplitz":
        assert conv(np.ones((0, 1, 8)), np.ones((1, 1, 3)), method=method).shape == (0, 1, 6)
    else:
        assert conv(np.ones((0, 5, 8, 9)), np.ones((6, 5, 3, 3)), method=method).shape == (0, 6, 6, 7)


@pytest.mark.parametrize("method", ["columns", "band"])
@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "complex64", "complex128", "float16", "uint64"])
def test_products_of_every_type_are_exact_where_the_type_is(method: str, dtype: str) -> None:
    rng = np.random.default_rng(12)
    x = rng.integers(0, 2 if dtype == "bool" else 9, (2, 4, 9, 8)).astype(dtype)
    weight = rng.integers(0, 2 if dtype == "bool" else 9, (6, 2, 3, 2)).astype(dtype)
    options: dict[str, Any] = {"stride": (1, 2), "padding": [(1, 0), (2, 1)], "dilation": (2, 1), "groups": 2}
    wide = np.complex128 if "complex" in dtype else np.float64
    found = conv(x, weight, method=method, **options)
    assert np.array_equal(found, by_taps(x.astype(wide), weight.astype(wide), **options))


def test_integers_beyond_float64_are_summed_in_integers() -> None:
    x, weight = np.array([[[[2**53 + 1, 3, -5]]]]), np.array([[[[1, 1]]]])
    assert conv(x, weight).tolist() == [[[[2**53 + 4, -2]]]]
    grad_x, grad_weight = conv_vjp(np.array([[[[2**53 + 1, 1]]]]), x, weight)
    assert grad_x.tolist() == [[[[2**53 + 1, 2**53 + 2, 1]]]]
    assert grad_weight.tolist() == [[[[(2**53 + 1) ** 2 % 2**64 + 3, 3 * (2**53 + 1) - 5]]]]
    # Each product fits, their sum does not.
    x = np.full((1, 1, 1, 9), 2**50 + 1)
    assert conv(x, np.ones((1, 1, 1, 9), int)).tolist() == [[[[9 * 2**50 + 9]]]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "c", "f", "size"), [(2, 64, 64, 28), (1, 256, 128, 14), (4, 512, 512, 7)])
def test_winograd_errs_at_most_four_times_as_much_as_the_sums(n: int, c: int, f: int, size: int, dtype: type) -> None:
    rng = np.random.default_rng(13)
    wide = np.float64 if dtype == np.float32 else np.longdouble
    for draw in (rng.standard_normal, rng.random):
        x, weight = draw((n, c, size, size)).astype(dtype), rng.standard_normal((f, c, 3, 3)).astype(dtype)
        some = slice(0, 8)  # of the filters: enough to measure an error
        options: dict[str, Any] = {"stride": (1, 1), "padding": [(1, 1)] * 2, "dilation": (1, 1), "groups": 1}
        exact = by_taps(x.astype(wide), weight[some].astype(wide), **options)
        rms = {
            method: np.sqrt(((conv(x, weight, method=method, padding=1)[:, some] - exact) ** 2).mean())
            for method in ("winograd", "columns")
        }
        assert 0 < rms["winograd"] < 4 * rms["columns"]


def test_gradients_of_the_input_err_as_little_as_the_sums() -> None:
    rng = np.random.default_rng(21)
    x, weight = rng.standard_normal((1, 64, 56, 56), np.float32), rng.standard_normal((64, 64, 3, 3), np.float32)
    grad = rng.standard_normal((1, 64, 56, 56), np.float32)
    turned = np.flip(weight.swapaxes(0, 1), (2, 3))
    assert explain_plan(grad, turned, padding=1).method == "winograd"
    exact = conv(grad.astype(float), turned.astype(float), padding=1, method="columns")
    found, _ = conv_vjp(grad, x, weight, padding=1)
    plain, amplified = (conv(grad, turned, padding=1, method=method) for method in ("columns", "winograd"))
    assert np.std(found - exact) < 1.2 * np.std(plain - exact) < 0.6 * np.std(amplified - exact)


def test_auto_lets_infinities_and_nans_reach_what_sees_them_only() -> None:
    rng = np.random.default_rng(14)
    for shape, kernel in [
        ((1, 64, 58, 58), (64, 64, 3, 3)),
        ((1, 1, 200, 200), (1, 1, 25, 25)),
        ((1, 1, 200, 200), (1, 1, 5, 5)),
    ]:
        x, weight = rng.standard_normal(shape), rng.standard_normal(kernel)
        assert explain_plan(x, weight).method != "columns"
        for wrong in (np.nan, np.inf, -np.inf):
            y, spoiled = conv(x, weight), x.copy()
            spoiled[0, 0, 17, 19] = wrong
            found = conv(spoiled, weight)
            sees = np.zeros(y.shape, bool)
            reach = [slice(max(0, p - k + 1), p + 1) for p, k in zip((17, 19), kernel[2:], strict=True)]
            sees[:, :, *reach] = True
            assert np.array_equal(~np.isfinite(found), sees)
            np.testing.assert_allclose(found[~sees], y[~sees], atol=1e-9)
        bad_filter = weight.copy()
        bad_filter[0, 0, 1, 1] = np.nan
        found = conv(x, bad_filter)
        assert np.isnan(found[:, 0]).all()
        assert np.isfinite(found[:, 1:]).all()


def test_numbers_whose_sum_overflows_are_convolved_all_the_same() -> None:
    x = np.full((1, 1, 50, 50), np.finfo(np.float32).max / 2, np.float32)
    assert (conv(x, np.full((1, 1, 1, 2), 0.5, np.float32)) == x[..., 1:]).all()


@pytest.mark.parametrize(("size", "kernel", "channels"), [(128, 3, 16), (64, 7, 32), (300, 5, 1)])
def test_gradients_of_large_layers_are_those_of_the_definition(size: int, kernel: int, channels: int) -> None:
    rng = np.random.default_rng(15)
    for stride, dilation, groups in [(1, 1, 1), (2, 1, 1), (3, 2, 1), (1, 1, channels)]:
        x = rng.standard_normal((2, channels, size, size - 3))
        weight = rng.standard_normal((channels, channels // groups, kernel, kernel))
        options: dict[str, Any] = {"stride": stride, "dilation": dilation, "groups": groups, "padding": kernel // 2}
        grad = rng.standard_normal(conv(x, weight, **options).shape)
        grad_x, grad_weight = conv_vjp(grad, x, weight, **options)
        for which, gradient in ((0, grad_x), (1, grad_weight)):
            step = rng.standard_normal(gradient.shape)
            moved = conv(step, weight, **options) if which == 0 else conv(x, step, **options)
            assert (gradient * step).sum() == pytest.approx((grad * moved).sum(), rel=1e-9, abs=1e-6)


def test_phases_of_the_transposed_convolution_meet_every_cell_once() -> None:
    rng = np.random.default_rng(16)
    for _ in range(60):
        stride, dilation, kernel = (int(v) for v in rng.integers(1, 6, 3))
        x, weight = rng.integers(-9, 9, (1, 2, int(rng.integers(1, 9)))), rng.integers(-9, 9, (2, 3, kernel))
        found = conv_transpose(x, weight, stride=stride, dilation=dilation)
        wanted = np.zeros((1, 3, (x.shape[2] - 1) * stride + dilation * (kernel - 1) + 1), int)
        for o, m in np.ndindex(x.shape[2], kernel):
            wanted[:, :, stride * o + dilation * m] += x[:, :, o] @ weight[:, :, m]
        assert np.array_equal(found, wanted)


@pytest.mark.parametrize(
    ("shape", "kernel", "options"),
    [
        ((8, 64, 56, 56), (64, 64, 3, 3), {"padding": 1}),
        ((2, 32, 224, 224), (32, 32, 3, 3), {"padding": 1}),
        ((1, 1, 1500, 1500), (1, 1, 31, 31), {}),
        ((4, 96, 112, 112), (96, 1, 3, 3), {"groups": 96}),
        ((1, 4, 1_000_000), (4, 4, 9), {}),
    ],
)
def test_a_block_bounds_the_memory_beside_input_and_output(
    shape: tuple[int, ...], kernel: tuple[int, ...], options: dict[str, Any]
) -> None:
    x, weight = np.ones(shape, np.float32), np.ones(kernel, np.float32)
    conv(x[:1], weight, **options)
    for method in METHODS:
        try:
            working = explain_plan(x, weight, method=method, **options)
        except ValueError:
            continue
        if not working.chosen.worthwhile():
            continue
        assert working.chosen.bytes <= base.BLOCK
        scratch.forget()
        tracemalloc.start()
        y = conv(x, weight, method=method, **options)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak - y.nbytes < 1.05 * (base.BLOCK * working.threads + working.chosen.prepared) + 500_000


def test_a_plan_is_data_and_a_table() -> None:
    x, weight = np.ones((2, 64, 56, 56), np.float32), np.ones((64, 64, 3, 3), np.float32)
    plan = explain_plan(x, weight, padding=1)
    assert plan.method == "winograd"
    assert plan.chosen is plan.candidates["winograd"]
    costs = {name: getattr(candidate, "nanoseconds", None) for name, candidate in plan.candidates.items()}
    assert plan.candidates["toeplitz"].startswith("it needs one spatial axis")
    assert costs["winograd"] < costs["columns"] < costs["overlap-save"]
    assert explain_plan(x, weight, padding=1, method="columns").method == "columns"
    lines = str(plan).splitlines()
    assert [line.split()[0].rstrip("*") for line in lines] == ["method", *METHODS[1:]]
    assert next(line for line in lines if "*" in line).startswith("winograd")
    assert "needs 3×3 filters" in str(explain_plan(x, weight, stride=2))


def test_a_plan_is_for_the_layer_that_conv_computes() -> None:
    x, weight = np.ones((2, 6, 9, 8)), np.ones((4, 3, 3, 2))
    options = {"stride": (2, 1), "padding": ((0, 1), (2, 0)), "dilation": (1, 3), "groups": 2}
    for given, sound in (({}, np.ones((4, 6, 3, 2))), (options, weight)):
        problem = explain_plan(x, sound, **given).chosen.problem
        y = conv(x, sound, **given)
        assert (problem.batch, problem.channels, problem.filters) == (2, 6, 4)
        assert (problem.batch, problem.filters, *problem.windows.output) == y.shape
        assert (problem.groups, problem.dtype, problem.exact) == (given.get("groups", 1), y.dtype, False)
        assert problem.windows.stride == given.get("stride", (1, 1))
        assert problem.windows.padding == given.get("padding", ((0, 0), (0, 0)))
        assert problem.windows.dilation == given.get("dilation", (1, 1))


@pytest.mark.parametrize(
    ("shape", "kernel", "options", "method"),
    [
        ((8, 256, 56, 56), (64, 256, 1, 1), {}, "columns"),
        ((8, 128, 28, 28), (256, 128, 3, 3), {"stride": 2, "padding": 1}, "columns"),
        ((8, 96, 112, 112), (96, 1, 3, 3), {"groups": 96, "padding": 1}, "band"),
        ((1, 8, 60, 60), (2, 8, 7, 7), {"padding": 3}, "band"),
        ((1, 1, 512, 512), (1, 1, 63, 63), {}, "overlap-save"),
    ],
)
@pytest.mark.parametrize("number", [1, 2, 16])
def test_the_planner_takes_what_measurements_found_fastest_for_any_number_of_threads(
    shape: tuple[int, ...],
    kernel: tuple[int, ...],
    options: dict[str, Any],
    method: str,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(threads, "available", lambda: number)
    assert explain_plan(np.ones(shape, np.float32), np.ones(kernel, np.float32), **options).method == method


def test_a_layer_that_one_thread_computes_is_cut_as_if_there_were_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    x, weight = np.ones((1, 8, 60, 60), np.float32), np.ones((2, 8, 7, 7), np.float32)
    plans = []
    for number in (1, 2, 16, 64):
        monkeypatch.setattr(threads, "available", lambda number=number: number)
        plans.append(explain_plan(x, weight, padding=3))
    assert plans[0].chosen.nanoseconds < threads.WORTH_SPREADING
    assert plans == [plans[0]] * 4


@pytest.mark.parametrize(
    ("arrays", "options", "sentence"),
    [
        (
            lambda: (np.ones((1, 1, 9, 9)), np.ones((1, 1, 2, 2))),
            {"method": "winograd"},
            "`method` (='winograd') cannot compute this layer: it needs 3×3 filters, stride 1, dilation 1 and one "
            "group.",
        ),
        (
            lambda: (np.ones((1, 1, 9), int), np.ones((1, 1, 2), int)),
            {"method": "overlap-save"},
            "`method` (='overlap-save') cannot compute this layer: it rounds, so it computes float32 and float64 only, "
            "not integers.",
        ),
        (
            lambda: (np.ones((1, 1, 9)), np.ones((1, 1, 2))),
            {"method": "band"},
            "`method` (='band') cannot compute this layer: it needs two spatial axes.",
        ),
        (
            lambda: (np.ones((1, 1, 9)), np.ones((1, 1, 2))),
            {"method": "fastest"},
            "`method` (='fastest') must be one of 'auto', 'columns', 'band', 'taps', 'toeplitz', 'winograd', "
            "'overlap-save'.",
        ),
    ],
)
@pytest.mark.parametrize("function", [conv, explain_plan])
def test_a_method_that_does_not_fit_is_refused_with_the_reason(
    function: Callable[..., Any], arrays: Callable[[], Any], options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the whole sentence is compared)
        function(*arrays(), **options)
    assert str(caught.value) == sentence


def test_poolings_in_blocks_of_one_plane_are_the_same_poolings(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(17)
    for kernel, stride in itertools.product((1, 2, 3, 4, 5, 8, 9), (1, 2, 3)):
        x = rng.integers(-9, 9, (2, 1, 20, 21)).astype(float)
        options: dict[str, Any] = {"stride": stride, "padding": (kernel // 2, 0), "dilation": (1, 2)}
        seen = np.lib.stride_tricks.sliding_window_view(
            np.pad(x, [(0, 0), (0, 0), (kernel // 2,) * 2, (0, 0)], constant_values=-np.inf),
            (kernel, 2 * kernel - 1),
            (2, 3),
        )[:, :, ::stride, ::stride, :, ::2]
        grad = rng.standard_normal(seen.shape[:4])
        found = []
        for block in (1, 1 << 18):
            monkeypatch.setattr(pooling, "_BLOCK", block)
            y, indices = max_pool(x, kernel, **options, return_indices=True)
            assert np.array_equal(y, seen.max((4, 5)))
            assert np.array_equal(max_pool(x, kernel, **options), y)
            mean = avg_pool(x, kernel, **options)
            assert np.allclose(mean, np.where(np.isinf(seen), 0, seen).mean((4, 5)), atol=1e-14)
            back = avg_pool_vjp(grad, x, kernel, **options)
            assert (back * x).sum() == pytest.approx((grad * mean).sum(), abs=1e-9)
            found.append((y, indices, mean, back, max_pool_vjp(grad, x, kernel, **options)))
        for others in found[1:]:
            assert all(np.array_equal(a, b) for a, b in zip(found[0], others, strict=True))
    pooling._cut.cache_clear()


@pytest.mark.parametrize("method", METHODS)
def test_results_never_lie_in_the_memory_that_is_kept(method: str) -> None:
    rng = np.random.default_rng(18)
    if method == "toeplitz":
        x, weight = rng.standard_normal((1, 2, 90_000)), rng.standard_normal((2, 1, 9))
    else:
        x, weight = rng.standard_normal((2, 8, 90, 90)), rng.standard_normal((8, 8, 3, 3))
    y = conv(x, weight, method=method, padding=1, groups=len(weight) // weight.shape[1])
    before = y.copy()
    results = [y, *conv_vjp(y, x, weight, padding=1, groups=len(weight) // weight.shape[1])]
    with scratch.Borrowed():
        kept = scratch.empty((scratch._SMALL,), np.dtype(np.float64))
    assert np.shares_memory(kept, scratch._buffer.memory)
    assert not any(np.shares_memory(result, scratch._buffer.memory) for result in results)
    assert np.array_equal(y, before)


def test_scratch_arrays_lie_apart_until_they_are_released_and_large_ones_are_new() -> None:
    scratch.forget()
    kind = np.dtype(np.float32)
    with scratch.Borrowed():
        arrays = [scratch.empty((n,), kind) for n in (10_001, 20_000, 30_003)]
        assert all(array.ctypes.data % 64 == 0 for array in arrays)
        assert not any(np.shares_memory(a, b) for a, b in itertools.combinations(arrays, 2))
        assert not np.shares_memory(scratch.empty((scratch.BLOCK,), kind), scratch._buffer.memory)
        assert scratch.empty((4,), kind).base is None
    with scratch.Borrowed():
        assert np.shares_memory(scratch.zeros((10_001,), kind), arrays[0])
        assert not arrays[0].any()


def test_an_error_within_a_block_gives_its_memory_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any) -> None:
        scratch.empty((100_000,), np.dtype(np.float64))
        raise KeyError("planted")

    x, weight = np.ones((1, 4, 60, 60)), np.ones((4, 4, 3, 3))
    conv(x, weight)
    monkeypatch.setattr(columns.Columns, "run", run)
    with pytest.raises(KeyError):
        conv(x, weight, method="columns")
    assert scratch._buffer.used == 0


def test_folded_columns_and_turned_filters_give_the_same_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(19)
    for _ in range(60):
        x, weight, options = drawn(rng, "columns")
        grad = rng.standard_normal(conv(x, weight, **options).shape)
        found = []
        for folding in (True, False):
            monkeypatch.setattr(gradients, "_folding_pays", lambda problem, folding=folding: folding)
            found.append(conv_vjp(grad, x, weight, **options)[0])
        assert error(*found) < 1e-13


def test_folding_pays_where_weights_are_many_and_positions_few() -> None:
    def pays(channels: int, filters: int, size: int, kernel: int, stride: int) -> bool:
        windows = geometry((size, size), (kernel, kernel), stride=stride, padding=kernel // 2, dilation=1)
        return gradients._folding_pays(Problem(1, channels, filters, 1, windows, np.dtype(np.float32), False))

    assert pays(512, 512, 7, 3, 1)
    assert pays(128, 256, 28, 3, 2)
    assert not pays(64, 64, 56, 3, 1)
    assert not pays(3, 64, 500, 3, 1)


def test_both_ways_to_the_gradient_of_the_weight_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(20)
    for _ in range(60):
        x, weight, options = drawn(rng, "taps")
        grad = rng.standard_normal(conv(x, weight, **options).shape)
        found = []
        for way in (columns.Columns, taps.Taps):
            monkeypatch.setattr(gradients, "_of_gradient", lambda problem, threads, way=way: way.plan(problem, threads))
            found.append(conv_vjp(grad, x, weight, **options)[1])
        assert error(*found) < 1e-13
        wanted = (grad * conv(x, found[0], **options)).sum()
        assert (found[0] ** 2).sum() == pytest.approx(wanted, rel=1e-9)

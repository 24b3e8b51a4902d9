"""Parts of the algorithms by themselves: what no sum of a whole layer would show, or only by chance."""

import dataclasses
import itertools
import math
import re
import threading
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from convbook import conv, conv_vjp
from convbook._geometry import geometry
from convbook.algorithms import band, columns, cost, direct, fourier, scratch, taps, threads
from convbook.algorithms.blockwise import computed
from convbook.algorithms.exactness import fits_float64, rounds_exactly
from convbook.algorithms.plan_layers import ALGORITHMS, plan
from convbook.algorithms.planner import Plan
from convbook.algorithms.problem import Problem
from convbook.algorithms.separable import Separable, factors, is_separable
from convbook.algorithms.winograd import cook_toom
from convbook.definitions import convolve_loops

#: What is planted in a module by its name reaches nothing in the library as one file.
of_modules = pytest.mark.skipif(not hasattr(threads, "__file__"), reason="the library as one file has no modules")

FLOAT, DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


def layer(
    x: tuple[int, ...],
    weight: tuple[int, ...],
    *,
    groups: int = 1,
    dtype: np.dtype[Any] = DOUBLE,
    exact: bool = False,
    **options: Any,
) -> Problem:
    """Describe a layer by the shapes of its input and its weight."""
    options = {"stride": 1, "padding": 0, "dilation": 1} | options
    return Problem(x[0], x[1], weight[0], groups, geometry(x[2:], weight[2:], **options), dtype, exact)


#: For each algorithm shapes that it can compute, and where a number is planted that is not finite.
SHAPES = {
    "columns": ((2, 3, 12, 13), (4, 3, 3, 3)),
    "band": ((2, 3, 12, 13), (4, 3, 3, 3)),
    "taps": ((2, 3, 12, 13), (4, 3, 3, 3)),
    "winograd": ((2, 3, 12, 13), (4, 3, 3, 3)),
    "overlap-save": ((2, 3, 12, 13), (4, 3, 3, 3)),
    "toeplitz": ((2, 1, 90), (1, 1, 5)),
}


# What algorithms say of themselves ----------------------------------------------------------------------------
@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", SHAPES)
def test_an_algorithm_says_truly_whether_it_keeps_what_is_not_finite_where_it_is_seen(name: str, value: float) -> None:
    of_x, of_weight = SHAPES[name]
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=of_x), rng.uniform(1, 2, size=of_weight)
    place = (1, 0, *(n // 2 for n in of_x[2:]))
    seen = np.zeros((of_x[0], of_weight[0], *(n - k + 1 for n, k in zip(of_x[2:], of_weight[2:], strict=True))), bool)
    seen[(1, slice(None), *(slice(p - k + 1, p + 1) for p, k in zip(place[2:], of_weight[2:], strict=True)))] = True
    x[place] = value
    planned = plan(layer(of_x, of_weight), name, 1, True)
    ways = [planned.chosen]
    if name == "band":  # of one row of outputs, and of several
        ways = [dataclasses.replace(planned.chosen, together=b) for b in (1, 2)]
    for way in ways:
        with np.errstate(invalid="ignore"):
            y = computed(Plan(name, 1, {}, way), x, weight, DOUBLE)
        assert not np.isfinite(y[seen]).any()
        assert way.keeps_nonfinite_local is bool(np.isfinite(y[~seen]).all())


@pytest.mark.parametrize("dilation", [(2, 1), (1, 2), (3, 3)])
def test_the_planner_keeps_a_nan_where_it_is_seen_also_with_dilation(dilation: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    x, weight = rng.normal(size=(1, 4, 64, 64)).astype(np.float32), rng.normal(size=(1, 4, 5, 5)).astype(np.float32)
    x[0, 0, 13, 13] = np.nan
    found = {name: np.isnan(conv(x, weight, dilation=dilation, method=name)) for name in ("auto", "taps")}
    np.testing.assert_array_equal(found["auto"], found["taps"])
    planned = plan(layer(x.shape, weight.shape, dilation=dilation), "band", 1, True).chosen
    one_row = dataclasses.replace(planned, together=1)
    spread = np.isnan(computed(Plan("band", 1, {}, one_row), x.astype(float), weight.astype(float), DOUBLE))
    assert one_row.keeps_nonfinite_local is bool((spread == found["taps"]).all()) is (dilation[0] == 1)


@pytest.mark.parametrize("algorithm", [*ALGORITHMS.values(), Separable], ids=lambda algorithm: algorithm.name)
def test_where_numbers_are_not_finite_only_what_keeps_them_local_is_planned(algorithm: Any) -> None:
    for of_x, of_weight in [*SHAPES.values(), ((1, 1, 30, 30), (1, 1, 3, 3)), ((1, 6, 40), (6, 1, 9))]:
        planned = algorithm.plan(layer(of_x, of_weight, groups=1 if of_weight[1] > 1 else of_x[1]), 1, finite=False)
        assert len(planned) > 20 if isinstance(planned, str) else planned.keeps_nonfinite_local is True


@pytest.mark.parametrize("algorithm", [*ALGORITHMS.values(), Separable], ids=lambda algorithm: algorithm.name)
def test_of_types_without_fast_products_and_of_exact_sums_an_algorithm_says_in_words_if_it_has_none(
    algorithm: Any,
) -> None:
    rounds = algorithm.name in ("winograd", "overlap-save", "separable")
    for of_x, of_weight in [*SHAPES.values(), ((1, 1, 30, 30), (1, 1, 3, 3))]:
        for kind, exact in [("d", True), ("i8", True), ("g", False), ("f", False)]:
            planned = algorithm.plan(layer(of_x, of_weight, dtype=np.dtype(kind), exact=exact), 1, finite=True)
            if rounds and (exact or kind == "g"):
                assert isinstance(planned, str)
            assert len(planned) > 20 if isinstance(planned, str) else planned.nanoseconds > 0


def test_tiles_of_spectra_are_whole_or_the_rest_of_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each output is written: what lies in fresh memory is planted here."""
    rng, rests = np.random.default_rng(9), 0
    x, weight = rng.normal(size=(2, 2, 40, 21)), rng.normal(size=(3, 2, 5, 4))
    y = conv(x, weight, method="columns")
    one = layer(x.shape, weight.shape)
    chosen = plan(one, "overlap-save", 1, True).chosen
    for tile in (1, 2, 5, 7, 13, 36):
        way = dataclasses.replace(chosen, tile=tile)
        rests += one.windows.output[0] % tile > 0
        out = np.full(y.shape, np.nan)
        found = computed(Plan("overlap-save", 1, {}, way), x, weight, DOUBLE, out)
        np.testing.assert_allclose(found, y, atol=1e-12)
    assert rests > 2


def test_the_text_of_a_plan_has_its_times_in_milliseconds_and_its_memory_in_mebibytes() -> None:
    planned = plan(layer((4, 64, 90, 90), (64, 64, 3, 3)), "auto", 2, True)
    head, *lines = str(planned).splitlines()
    assert head.split() == ["method", "estimate", "block"]
    for line, (name, candidate) in zip(lines, planned.candidates.items(), strict=True):
        assert line.startswith(name)
        assert ("*" in line) == (name == planned.method)
        if isinstance(candidate, str):
            assert line.endswith(candidate)
            continue
        milliseconds, mebibytes = re.search(r"([\d.]+) ms .* ([\d.]+) MiB", line).groups()
        assert float(milliseconds) == pytest.approx(candidate.nanoseconds / 1e6, abs=6e-4)
        assert float(mebibytes) == pytest.approx(candidate.bytes / 2**20, abs=0.06)
        assert candidate.bytes > 2**18
        assert ("on request only" in line) != candidate.worthwhile()


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_blocks_of_a_plan_hold_each_output_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    for seed in range(24):
        if seed == 12:
            for module in (band, columns, taps):
                monkeypatch.setattr(module, "_BUDGET", 1)
        of_x, of_weight = SHAPES[name]
        groups = of_x[1] if name == "columns" and seed % 2 else 1
        of_weight = (6, of_x[1] // groups, *of_weight[2:]) if groups > 1 else of_weight
        of_x = (int(rng.integers(1, 6)), of_x[1], *(int(rng.integers(7, 90)) for _ in of_x[2:]))
        one = layer(of_x, of_weight, groups=groups)
        counts = np.zeros((one.batch, one.filters, *one.windows.output), int)
        plan.cache_clear()
        for block in plan(one, name, int(rng.integers(1, 4)), True).chosen.blocks:
            counts[block.outputs] += 1
        assert (counts == 1).all()
    plan.cache_clear()


# Memory that is lent ------------------------------------------------------------------------------------------
def test_lent_arrays_are_given_back_in_the_order_in_which_they_were_lent() -> None:
    scratch.forget()
    with scratch.Borrowed():
        first = scratch.empty((10_000,), DOUBLE)
        first[:] = 1
        with scratch.Borrowed():
            inner = scratch.empty((10_000,), DOUBLE)
            inner[:] = 2
        again = scratch.empty((10_000,), DOUBLE)
        assert np.shares_memory(again, inner)
        assert not np.shares_memory(again, first)
        assert (first == 1).all()
    with scratch.Borrowed():
        assert np.shares_memory(scratch.empty((10_000,), DOUBLE), first)


def test_the_first_array_of_a_new_thread_starts_with_its_buffer() -> None:
    found: list[int] = []

    def work() -> None:
        array = scratch.empty((10_000,), DOUBLE)
        array[:] = 1
        found.append(array.ctypes.data % 64)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [0]


def test_zeros_are_zeros_wherever_they_lie() -> None:
    scratch.forget()
    for shape in ((3, 4), (100, 101), (2000, 1200)):  # small ones, kept ones, and such as do not fit
        for kind in (FLOAT, DOUBLE, np.dtype(complex)):
            for _ in range(2):
                with scratch.Borrowed():
                    array = scratch.zeros(shape, kind)
                    assert (array.shape, array.dtype) == (shape, kind)
                    assert not array.any()
                    array[...] = 7


def test_what_is_lent_is_as_large_as_was_asked_and_no_larger_than_the_buffer() -> None:
    scratch.forget()
    cells = scratch.BLOCK // DOUBLE.itemsize
    with scratch.Borrowed():
        whole = scratch.empty((cells,), DOUBLE)
        assert whole.size == cells
        small = scratch.empty((5000,), DOUBLE)
        assert not np.shares_memory(small, whole)
        small[:] = 3
        whole[:] = 4
        assert (small == 3).all()
    with scratch.Borrowed():
        assert np.shares_memory(scratch.empty((cells,), DOUBLE), whole)
        assert not np.shares_memory(scratch.empty((cells + 1,), DOUBLE), whole)


def test_views_with_other_strides_are_those_of_numpy_of_any_array() -> None:
    lines = np.arange(24.0).reshape(4, 6)
    for array in (lines, lines[:, ::2], lines[::-1]):
        down, right = array.strides
        view = scratch.strided(array, (2, 2, 2), (down, down, right))
        wanted = np.array([[array[i + j, :2] for j in range(2)] for i in range(2)])
        np.testing.assert_array_equal(view, wanted)


def test_an_array_in_another_shape_is_written_through_whatever_memory_it_has() -> None:
    lent = np.ndarray((2, 3, 4), DOUBLE, bytearray(2 * 3 * 4 * 8))
    for array in (np.zeros((2, 3, 4)), np.zeros((2, 4, 4))[:, 1:], np.zeros((2, 3, 8))[..., ::2], lent, lent[:, ::-1]):
        scratch.reshaped(array, (2, 3, 2, 2))[...] = np.arange(24.0).reshape(2, 3, 2, 2)
        np.testing.assert_array_equal(array, np.arange(24.0).reshape(2, 3, 4))
    assert scratch.reshaped(np.zeros((3, 0, 4))[:, :, ::2], (-1,)).shape == (0,)


def test_a_shape_that_only_a_copy_can_have_is_an_error() -> None:
    for array in (np.zeros((4, 6)).T, np.zeros((4, 6))[:, :5], np.zeros((4, 6))[::2, ::-1]):
        with pytest.raises(ValueError, match="is a copy and not a view"):
            scratch.reshaped(array, (-1,))


# Threads ------------------------------------------------------------------------------------------------------
@pytest.fixture
def _free_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three threads be used, whatever BLAS there is."""
    libraries = [SimpleNamespace(num_threads=number) for number in (4, 3)]
    blas = SimpleNamespace(limit=lambda limits: nullcontext(), lib_controllers=libraries)
    monkeypatch.setattr(threads, "_blas", lambda: blas)
    monkeypatch.setattr(threads, "WORTH_SPREADING", 0)


@of_modules
@pytest.mark.usefixtures("_free_threads")
def test_as_many_threads_are_available_as_every_library_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threads.available() == 3
    idle = SimpleNamespace(lib_controllers=[SimpleNamespace(num_threads=0)])
    for blas in (None, idle):
        monkeypatch.setattr(threads, "_blas", lambda blas=blas: blas)
        assert threads.available() == 1


@pytest.mark.usefixtures("_free_threads")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_as_many_threads_as_asked_for_work_at_once_and_no_more(number: int) -> None:
    """As many blocks can wait for each other; one more cannot."""
    together = threading.Barrier(number)
    threads.spread(lambda _: together.wait(20), range(2 * number), number)
    too_many = threading.Barrier(number + 1)
    with pytest.raises(threading.BrokenBarrierError):
        threads.spread(lambda _: too_many.wait(0.2), range(number + 1), number)
    done: list[int] = []
    threads.spread(done.append, range(17), number)
    assert sorted(done) == list(range(17))


@pytest.mark.usefixtures("_free_threads")
def test_work_that_spreads_work_of_its_own_waits_for_nobody() -> None:
    done: list[int] = []

    def all_of_it() -> None:
        threads.spread(lambda _: threads.spread(done.append, range(5), 2), range(3), 2)

    caller = threading.Thread(target=all_of_it, daemon=True)
    caller.start()
    caller.join(20)
    assert not caller.is_alive()
    assert sorted(done) == sorted(3 * list(range(5)))


@pytest.mark.usefixtures("_free_threads")
def test_layers_without_anything_to_copy_are_the_same_for_several_threads() -> None:
    rng = np.random.default_rng(7)
    for batch, size in ((1, 30), (6, 3), (3, 120), (7, 90)):
        x, weight = rng.normal(size=(batch, 5, size, size)), rng.normal(size=(7, 5, 1, 1))
        want = np.einsum("ncij,fc->nfij", x, weight[:, :, 0, 0])
        np.testing.assert_allclose(conv(x, weight), want, rtol=1e-12, atol=1e-12)
        grad = rng.normal(size=want.shape)
        found = conv_vjp(grad, x, weight)
        np.testing.assert_allclose(found[0], np.einsum("nfij,fc->ncij", grad, weight[:, :, 0, 0]), atol=1e-12)
        np.testing.assert_allclose(found[1][:, :, 0, 0], np.einsum("nfij,ncij->fc", grad, x), atol=1e-10)


@of_modules
@pytest.mark.parametrize("stride", [1, 2])
def test_every_short_line_in_blocks_of_one_output_sees_its_cells_and_zeros(
    monkeypatch: pytest.MonkeyPatch, stride: int
) -> None:
    monkeypatch.setattr(columns, "_BUDGET", 1)
    real = columns.cut
    monkeypatch.setattr(columns, "cut", lambda *given, **options: real(*given, **(options | {"columns": 1})))
    plan.cache_clear()
    rng = np.random.default_rng(8)
    for n, k, before, after in itertools.product(range(1, 5), range(1, 6), range(4), range(4)):
        if n + before + after < k:
            continue
        x, weight = rng.normal(size=(1, 1, n)), rng.normal(size=(1, 1, k))
        found = conv(x, weight, padding=[(before, after)], stride=stride, method="columns")
        want = np.correlate(np.pad(x[0, 0], (before, after)), weight[0, 0], "valid")[::stride]
        np.testing.assert_allclose(found[0, 0], want, atol=1e-12)
    plan.cache_clear()


# Numbers ------------------------------------------------------------------------------------------------------
def test_products_fit_float64_up_to_the_last_integer_that_it_holds() -> None:
    ones = np.ones((1, 1, 1), np.int64)
    assert fits_float64(ones * (2**53 - 1), ones)
    assert not fits_float64(ones * 2**53, ones)
    assert not fits_float64(ones * -(2**53), ones)
    assert not fits_float64(np.array([[[1, -(2**53)]]]), ones)
    assert not fits_float64(ones, np.array([[[1], [-(2**53)]]]))
    assert fits_float64(ones * (2**52 - 1), np.ones((1, 2, 1), np.int64))
    assert not fits_float64(ones * 2**52, np.ones((1, 2, 1), np.int64))
    assert not fits_float64(ones * 2**26, ones * 2**26, terms=2)
    assert fits_float64(ones[:0], ones * 2**62)


def test_sums_by_transforms_are_taken_for_exact_up_to_a_bound_that_they_keep() -> None:
    rng = np.random.default_rng(2)
    taken = set()
    for exponent, shape in itertools.product(range(1, 31, 2), [(40,), (6, 7)]):
        a, b = (rng.integers(-(2**exponent), 2**exponent, shape) for _ in range(2))
        exact = rounds_exactly(a, b)
        taken.add(exact)
        if exact:
            np.testing.assert_array_equal(fourier.fft(a, b), convolve_loops(a, b))
        bound = 32 * 2.0**-53 * math.log2(2 * np.prod([2 * n - 1 for n in shape]) * 2 ** len(shape))
        norms = [float(np.sqrt(np.sum(array.astype(float) ** 2))) for array in (a, b)]
        assert exact == (bound * norms[0] * norms[1] < 0.5)
    assert taken == {True, False}
    assert rounds_exactly(np.array([1e300]), np.array([1e300]))


# Sums of lines, pieces and copies -----------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["f", "d", "F", "D", "i8"])
def test_every_way_to_add_up_two_arrays_gives_the_sums_of_the_definition(kind: str) -> None:
    rng = np.random.default_rng(3)
    for n, k in [((9,), (4,)), ((30,), (13,)), ((5, 6), (2, 3)), ((3, 4, 5), (2, 1, 3)), ((4, 1), (2, 1))]:
        a, b = (_drawn(rng, kind, shape) for shape in (n, k))
        want = convolve_loops(a, b)
        tolerance = 0 if kind == "i8" else 50 * np.finfo(kind).eps * np.abs(want).max()
        ways = {"of_copies": direct.of_copies(a, b), "overlap_add": fourier.overlap_add(a, b)}
        ways["planned"] = direct.plan(n, k, a.dtype).way(a, b)
        if len(n) == 1:
            ways["of_line"] = direct.of_line(a, b)
            if kind in "fd":
                ways |= {f"of_pieces {pieces}": direct.of_pieces(a, b, pieces=pieces) for pieces in range(1, k[0] + 1)}
        else:
            ways["of_spaced"] = direct.of_spaced(a, b)
        if kind != "i8":
            ways["fft"] = fourier.fft(a, b)
        for name, found in ways.items():
            assert found.dtype == a.dtype, name
            np.testing.assert_allclose(found, want, rtol=0, atol=tolerance, err_msg=name)


def test_long_lines_are_transformed_in_phases_to_the_same_sums() -> None:
    rng = np.random.default_rng(4)
    for kind, taps_of_kernel in itertools.product("fdFD", (300, 16_384)):
        a, b = _drawn(rng, kind, (20_000,)), _drawn(rng, kind, (taps_of_kernel,))
        y, places = fourier.fft(a, b), (0, 1, 150, taps_of_kernel, 19_999, 20_000 + taps_of_kernel - 2)
        for n in places:
            first, last = max(0, n - len(b) + 1), min(n, len(a) - 1)
            want = np.dot(a[first : last + 1].astype("D"), b[n - last : n - first + 1][::-1].astype("D"))
            assert abs(y[n] - want) < 100 * np.finfo(kind).eps * np.linalg.norm(a) * np.linalg.norm(b)
        assert y.shape == (20_000 + taps_of_kernel - 1,)


def _drawn(rng: np.random.Generator, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    if kind == "i8":
        return rng.integers(-99, 99, shape)
    parts = rng.normal(size=(2, *shape))
    return (parts[0] + 1j * parts[1] if kind in "FD" else parts[0]).astype(kind)


# Kernels that are products ------------------------------------------------------------------------------------
def test_separable_kernels_are_told_from_others() -> None:
    column, row = np.array([1.0, -3, 2]), np.array([2.0, 5])
    kernel = np.outer(column, row)
    assert is_separable(kernel)
    assert is_separable(kernel.astype(np.complex64) * 1j)
    found = factors(kernel)
    np.testing.assert_allclose(np.outer(*found), kernel)
    other = kernel.copy()
    other[0, 0] += 1e-13 * np.abs(kernel).max()
    assert not is_separable(other)
    assert not is_separable(np.zeros((3, 2)))
    assert not is_separable(np.full((3, 2), np.inf))
    assert not is_separable(np.full((3, 2), np.nan))
    assert not is_separable(np.ones((3, 2), int))
    assert not is_separable(np.ones((3, 2, 2)))


def test_winograds_matrices_compute_every_short_filter_by_any_points() -> None:
    rng = np.random.default_rng(5)
    for points, outputs, filter_taps in [
        ((0, 1, -1), 2, 3),
        ((0, 1, -1, 2, -2), 4, 3),
        ((0, 1, -1, 2), 3, 3),
        ((0,), 1, 2),
    ]:
        of_tile, of_filter, to_outputs = cook_toom(points, outputs, filter_taps)
        tile, weights = rng.normal(size=outputs + filter_taps - 1), rng.normal(size=filter_taps)
        found = to_outputs @ ((of_filter @ weights) * (of_tile @ tile))
        np.testing.assert_allclose(found, np.correlate(tile, weights, "valid"))


# The gradient of the weight -----------------------------------------------------------------------------------
@pytest.mark.parametrize("shared_by", [1, 2, 3])
def test_a_share_of_the_gradient_without_a_block_of_some_group_adds_zeros(
    monkeypatch: pytest.MonkeyPatch, shared_by: int
) -> None:
    """Fresh memory holds what was there before: here what nobody could overlook."""
    fresh = np.empty

    def empty(shape: Any, dtype: Any = float, **options: Any) -> np.ndarray:
        array = fresh(shape, dtype, **options)
        if array.dtype.kind == "f":
            array.fill(1e300 if array.dtype == DOUBLE else 1e30)
        return array

    monkeypatch.setattr(threads, "available", lambda: shared_by)
    monkeypatch.setattr(threads, "WORTH_SPREADING", 0)
    spread = threads.spread
    monkeypatch.setattr(threads, "spread", lambda work, blocks, _, *first: spread(work, blocks, 1, *first))
    rng = np.random.default_rng(6)
    # From blocks of a row of one group to one block of all groups, and between them some of one group each.
    for exponent, groups, each in itertools.product(range(16, 25, 2), (2, 3), (1, 2)):
        for module in (columns, taps):
            monkeypatch.setattr(module, "_BUDGET", 1 << exponent)
        batch, rows = 1, 50 + 10 * shared_by + exponent  # of their own: what is kept of a layer knows no budgets
        x, weight = rng.normal(size=(batch, groups * each, rows, 173)), rng.normal(size=(9 * groups, each, 2, 3))
        y = conv(x, weight, groups=groups)
        assert y.size * 6 * each > 1e6, "more threads than one would pay"
        grad = rng.normal(size=y.shape)
        with monkeypatch.context() as patched:
            patched.setattr(np, "empty", empty)
            _, found = conv_vjp(grad, x, weight, groups=groups)
        want = np.zeros_like(weight)
        for f, c, i, j in np.ndindex(weight.shape):
            channel = f // 9 * each + c
            want[f, c, i, j] = np.sum(grad[:, f] * x[:, channel, i : i + y.shape[2], j : j + y.shape[3]])
        np.testing.assert_allclose(found, want, rtol=1e-9, atol=1e-9)


# Estimates ----------------------------------------------------------------------------------------------------
def test_estimates_are_positive_and_more_work_or_wider_numbers_cost_more() -> None:
    for one in (FLOAT, DOUBLE, np.dtype(np.complex64)):
        wider = {"f": DOUBLE, "d": np.dtype(complex), "F": np.dtype(complex)}[one.char]
        for m, n, k in itertools.product((1, 2, 30, 500), repeat=3):
            product = cost.product(m * n * k, m, n, k, one)
            assert 0 < product < cost.product(m * n * k, m, n, k, wider)
            assert product < cost.product(2 * m * n * k, m, n, k, one)
        for run in (1, 10, 1000):
            for estimate in (cost.copies, cost.loops):
                assert 0 < estimate(100, run, one) < estimate(200, run, one)
                assert estimate(100, run, one) < estimate(100, run, wider)
                assert estimate(100, 10 * run, one) < estimate(100, run, one)
            assert cost.copies(100, run, one) < cost.copies(100, run, one, strided=True)
        for cells, axes in itertools.product((64, 4096, 1 << 20), (1, 2, 3)):
            assert 0 < cost.transform(cells, axes, one, 8) < cost.transform(2 * cells, axes, one, 8)
        assert cost.transform(64, 1, one, 8) <= cost.transform(64, 1, one, 1)
    assert [cost.lanes(np.dtype(kind)) for kind in "fdFD"] == [4, 2, 2, 1]
    assert [cost.has_fast_product(np.dtype(kind)) for kind in ("f", "d", "F", "D", "i8", "e", "g")] == [True] * 4 + [
        False
    ] * 3


def test_the_estimates_of_larger_layers_are_larger_for_every_algorithm() -> None:
    for name, (of_x, of_weight) in SHAPES.items():
        before = 0.0
        for scale in (1, 3, 9):
            chosen = plan(layer((of_x[0], of_x[1], *(n * scale for n in of_x[2:])), of_weight), name, 1, True).chosen
            assert before < chosen.nanoseconds
            before = chosen.nanoseconds
            assert 0 <= chosen.bytes <= 2 * scratch.BLOCK

"""Borders against numpy.pad, unfold and fold against explicit windows."""

import itertools

import numpy as np
import pytest

from convbook import fold, output_size, pad, pad_vjp, unfold
from convbook._geometry import geometry
from convbook.windows import BORDERS, MIRRORS


@pytest.mark.parametrize("mode", BORDERS)
def test_pad_is_numpys_over_any_distance(mode: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(150):
        shape = tuple(rng.integers(1, 5, rng.integers(1, 4)))
        widths = [tuple(int(w) for w in rng.integers(0, 9, 2)) for _ in shape]
        x = rng.integers(0, 100, shape)
        assert np.array_equal(pad(x, widths, mode), np.pad(x, widths, mode))  # type: ignore[call-overload]


@pytest.mark.parametrize("mode", MIRRORS)
def test_odd_mirrors_are_numpys_over_any_distance(mode: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(150):
        shape = tuple(rng.integers(1, 6, rng.integers(1, 4)))
        widths = [tuple(int(w) for w in rng.integers(0, 17, 2)) for _ in shape]
        x = rng.integers(-99, 100, shape)
        wanted = np.pad(x, widths, mode, reflect_type="odd")  # type: ignore[call-overload]
        assert np.array_equal(pad(x, widths, mode, reflect_type="odd"), wanted)
        turned = pad(x + 1j * x[::-1], widths, mode, reflect_type="odd")
        assert np.array_equal(turned, wanted + 1j * pad(x[::-1], widths, mode, reflect_type="odd"))
        assert np.array_equal(pad(x, widths, mode, reflect_type="even"), pad(x, widths, mode))


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("mode", MIRRORS)
def test_odd_mirrors_round_once_as_numpy_does_up_to_one_length(mode: str, kind: type) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 4)).astype(kind)
    found = pad(x, ((4, 3), (2, 3)), mode, reflect_type="odd")
    assert found.dtype == kind
    wanted = np.pad(x.astype(np.float64), ((4, 3), (2, 3)), mode, reflect_type="odd")
    if kind is np.float16:  # NumPy rounds each axis to float16, convbook only the result
        assert np.array_equal(found, wanted.astype(kind))
    else:
        assert np.array_equal(found, np.pad(x, ((4, 3), (2, 3)), mode, reflect_type="odd"))


@pytest.mark.parametrize("width", [3, 11, (7, 0)])
def test_odd_reflection_continues_a_straight_line_and_what_curves_alike_on_both_sides(width: object) -> None:
    line = np.arange(5) * 3 - 7
    before, after = np.broadcast_to(np.asarray(width), 2)
    assert np.array_equal(pad(line, width, "reflect", reflect_type="odd"), np.arange(-before, 5 + after) * 3 - 7)
    wave = np.array([0, 2, 3, 2, 0])  # half a period of an odd function
    period = np.array([0, 2, 3, 2, 0, -2, -3, -2])
    wanted = period[np.arange(-before, 5 + after) % 8]
    assert np.array_equal(pad(wave, width, "reflect", reflect_type="odd"), wanted)


def test_odd_mirrors_do_not_wrap_small_integers() -> None:
    steep = np.array([250, 255], np.uint8)
    assert pad(steep, 2, "reflect", reflect_type="odd").tolist() == [240, 245, 250, 255, 260, 265]
    assert pad(steep[::-1], 1, "symmetric", reflect_type="odd").tolist() == [255, 255, 250, 250]
    assert pad([True, False], 1, "reflect", reflect_type="odd").tolist() == [2, 1, 0, -1]
    large = np.array([2, 3, 2**63], np.uint64)
    found = pad(large, (1, 2), "reflect", reflect_type="odd")
    assert found.dtype == np.uint64
    assert found.tolist() == [1, 2, 3, 2**63, 2**64 - 3, 2**64 - 2]


def test_odd_mirrors_let_an_infinity_reach_its_own_images_only() -> None:
    assert pad([np.inf, 2, 3, 4], (0, 2), "reflect", reflect_type="odd").tolist() == [np.inf, 2, 3, 4, 5, 6]
    assert pad([1, 2, np.inf], (1, 0), "reflect", reflect_type="odd").tolist() == [0, 1, 2, np.inf]
    grad = [0, 0, np.inf, 0, 0]
    assert pad_vjp(grad, [1, 2, 3], 1, "reflect", reflect_type="odd").tolist() == [0, np.inf, 0]


def test_a_single_cell_has_no_slope_to_continue() -> None:
    for mode in MIRRORS:
        assert pad([7], 3, mode, reflect_type="odd").tolist() == [7] * 7
        assert pad_vjp(np.arange(7), [7], 3, mode, reflect_type="odd").tolist() == [21]


@pytest.mark.parametrize("width", [2, (1, 2), ((1, 2),), ((1, 2), (0, 3)), ((1,), (2,)), [3], {0: 2}, {-1: (1, 0)}])
@pytest.mark.parametrize("mode", ["constant", "reflect"])
def test_pad_takes_widths_as_numpy_does(width: object, mode: str) -> None:
    x = np.arange(12).reshape(3, 4)
    spelled = width
    if isinstance(width, dict):  # numpy.pad takes mappings from version 2.2 on
        spelled = [width.get(0, (0, 0)), width.get(-1, (0, 0))]
        spelled = [(w, w) if isinstance(w, int) else w for w in spelled]
    assert np.array_equal(pad(x, width, mode), np.pad(x, spelled, mode))  # type: ignore[call-overload]


def test_pad_fills_with_the_value_in_the_type_of_the_array() -> None:
    found = pad(np.array([1, 2], np.uint8), (1, 2), value=200)
    assert found.tolist() == [200, 1, 2, 200, 200]
    assert found.dtype == np.uint8
    assert np.isnan(pad([1.0], 1, value=float("nan"))[[0, 2]]).all()


def test_a_single_cell_mirrors_itself() -> None:
    assert pad([7], 3, "reflect").tolist() == pad([7], 3, "symmetric").tolist() == [7] * 7


def test_empty_arrays_can_be_padded_with_a_constant_or_not_at_all() -> None:
    assert pad([], (1, 2)).tolist() == [0, 0, 0]
    for mode in BORDERS:
        assert pad(np.zeros((0, 2)), ((0, 0), (1, 1)), mode).shape == (0, 4)


def test_pad_returns_a_new_array() -> None:
    x = np.arange(3)
    for mode in BORDERS:
        assert not np.shares_memory(pad(x, 0, mode), x)
    for mode in MIRRORS:
        assert not np.shares_memory(pad(x, 0, mode, reflect_type="odd"), x)


def test_pad_vjp_counts_how_often_each_cell_is_seen() -> None:
    assert pad_vjp(np.ones(7), np.zeros(3), 2, "edge").tolist() == [3, 1, 3]
    assert pad_vjp(np.ones(7), np.zeros(3), 2, "wrap").tolist() == [2, 3, 2]
    assert pad_vjp(np.ones(7), np.zeros(3), 2, "symmetric").tolist() == [2, 3, 2]
    assert pad_vjp(np.arange(7), np.zeros(3), (1, 3)).tolist() == [1, 2, 3]
    assert pad_vjp([[1, 2], [10, 20]], [[0], [0]], ((0, 0), (1, 0)), "edge").tolist() == [[3], [30]]


def test_the_vjp_of_odd_mirrors_is_their_transposed_matrix() -> None:
    rng = np.random.default_rng(0)
    for mode, n, before, after in itertools.product(MIRRORS, (1, 2, 3, 5), (0, 1, 4, 13), (0, 2, 11)):
        columns = [pad(e, (before, after), mode, reflect_type="odd") for e in np.eye(n, dtype=int)]
        grad = rng.integers(-9, 10, n + before + after)
        found = pad_vjp(grad, np.zeros(n), (before, after), mode, reflect_type="odd")
        assert np.array_equal(found, np.array(columns) @ grad)
    # Of [1, 2, 3] the mirror images turned upside down are 2 * 1 - 2 and 2 * 3 - 2.
    assert pad_vjp([10, 0, 0, 0, 1], [1, 2, 3], 1, "reflect", reflect_type="odd").tolist() == [20, -11, 2]


def test_pad_vjp_sums_small_types_in_large_ones() -> None:
    assert pad_vjp(np.full(300, 200, np.uint8), np.zeros(1), (0, 299), "edge").tolist() == [60_000]
    halves = pad_vjp(np.full(4097, 1, np.float16), np.zeros(1), (0, 4096), "edge")
    assert halves.dtype == np.float16
    assert halves[0] == np.float16(4097)  # adding ones up in float16 would stop at 2048


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_unfold_lists_what_each_window_sees(axes: int) -> None:
    rng = np.random.default_rng(axes)
    for _ in range(20):
        kernel, stride, dilation = (tuple(int(v) for v in rng.integers(1, 4, axes)) for _ in range(3))
        pads = [tuple(int(v) for v in rng.integers(0, 3, 2)) for _ in range(axes)]
        size = [
            max(1, d * (k - 1) + 1 - sum(p)) + int(rng.integers(0, 3))
            for k, d, p in zip(kernel, dilation, pads, strict=True)
        ]
        x = rng.integers(0, 100, (2, 3, *size))
        found = unfold(x, kernel, stride=stride, padding=pads, dilation=dilation)
        padded = np.pad(x, [(0, 0), (0, 0), *pads])
        outputs = output_size(size, kernel, stride=stride, padding=pads, dilation=dilation)
        for column, o in enumerate(np.ndindex(*outputs)):
            rows = [
                padded[(slice(None), c, *(s * i + d * j for s, i, d, j in zip(stride, o, dilation, m, strict=True)))]
                for c in range(3)
                for m in np.ndindex(*kernel)
            ]
            assert np.array_equal(found[:, :, column], np.transpose(rows))


def test_windows_follow_each_other_unless_a_stride_is_given() -> None:
    assert unfold([[[1, 2, 3, 4]]], 2).tolist() == [[[1, 2, 3], [2, 3, 4]]]
    assert unfold([[[1, 2, 3, 4]]], 2, stride=2).tolist() == [[[1, 3], [2, 4]]]
    assert fold([[[1, 1, 1], [1, 1, 1]]], 4, 2).tolist() == [[[1, 2, 2, 1]]]


def test_unfold_keeps_the_type_and_shares_no_memory() -> None:
    x = np.arange(4, dtype=np.float16).reshape(1, 1, 4)
    columns = unfold(x, 1)
    assert columns.dtype == np.float16
    assert not np.shares_memory(columns, x)
    columns[...] = 0
    assert x.tolist() == [[[0, 1, 2, 3]]]


def test_fold_of_unfold_counts_the_windows_that_see_a_cell() -> None:
    options = {"stride": (1, 2), "padding": ((1, 0), (0, 2)), "dilation": (2, 1)}
    x = np.arange(1, 31).reshape(1, 1, 5, 6)
    seen = fold(unfold(np.ones_like(x), (2, 3), **options), (5, 6), (2, 3), **options)  # type: ignore[arg-type]
    assert np.array_equal(fold(unfold(x, (2, 3), **options), (5, 6), (2, 3), **options), seen * x)  # type: ignore[arg-type]
    # Rows pair up as (-1, 1), (0, 2), (1, 3), (2, 4): row 0 is in one pair, row 1 in two; columns 2, 4 in two windows.
    assert seen[0, 0, :2].tolist() == [[1, 1, 2, 1, 2, 1], [2, 2, 4, 2, 4, 2]]


def test_fold_adds_up_in_64_bits_and_float16_in_float32() -> None:
    assert fold(np.full((1, 300, 300), 255, np.uint8), 599, 300).max() == 255 * 300
    cols = np.ones((1, 3000, 3000), np.float16)
    assert fold(cols, 5999, 3000).max() == np.float16(3000)


def test_fold_of_an_int_has_one_spatial_axis() -> None:
    assert fold(np.ones((2, 6, 4)), 5, 2).shape == (2, 3, 5)
    assert fold(np.ones((0, 6, 4)), (5,), (2,)).shape == (0, 3, 5)
    assert fold(np.ones((2, 8, 4)), (3, 3), 2).shape == (2, 2, 3, 3)


@pytest.mark.parametrize("step", [2**20, 2**62, 2**200])
def test_windows_may_be_any_number_of_cells_apart_if_there_is_one(step: int) -> None:
    x = np.arange(30).reshape(1, 1, 5, 6)
    cols = unfold(x, (2, 3), stride=step, padding=1)
    assert np.array_equal(cols, unfold(x, (2, 3), stride=99, padding=1))
    assert np.array_equal(
        fold(cols, (5, 6), (2, 3), stride=step, padding=1), fold(cols, (5, 6), (2, 3), stride=99, padding=1)
    )
    assert np.array_equal(unfold(x, 1, dilation=step), unfold(x, 1))
    assert geometry((5, 6), (1, 2), stride=(step, 1), padding=0, dilation=(step, 1)).dilation == (1, 1)
    assert geometry((5, 6), (1, 2), stride=step, padding=0, dilation=1, on_array=False).stride == (step, step)

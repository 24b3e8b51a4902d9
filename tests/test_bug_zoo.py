"""What the bug zoo says hides a fault hides it, and what it says finds a fault finds it."""

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import convbook
from book.execution import chapters

PAGE = Path(__file__).parents[1] / "docs" / "appendices" / "bug-zoo.md"
Pairs = Iterator[tuple[Any, Any]]


@cache
def zoo() -> dict[str, Any]:
    """Run the page, without its figure and its solutions, and return its names."""
    names: dict[str, Any] = {}
    for cell in chapters.read(PAGE).cells:
        if not {"solution", "hide-input"} & set(cell.metadata.get("tags", [])):
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell.source, f"{PAGE}:{cell.line}", "exec"), names)
    return names


def lines(sizes: Any = range(1, 8), taps: Any = range(1, 5)) -> Pairs:
    rng = np.random.default_rng(0)
    for n, m in product(sizes, taps):
        if m <= n:
            for _ in range(5):
                yield rng.integers(-9, 10, n), rng.integers(-9, 10, m)


def grids(k: Any) -> Pairs:
    rng = np.random.default_rng(0)
    for n in (3, 5, 6):
        yield rng.integers(-9, 10, (n, n + 1)), np.array(k)


def tables(channels: Any = range(1, 5)) -> Pairs:
    rng = np.random.default_rng(0)
    for c in channels:
        yield rng.integers(-9, 10, c), rng.integers(-9, 10, (c, c))


def palindromes() -> Pairs:
    return ((x, k + k[::-1]) for x, k in lines())


def flat() -> Pairs:
    return ((0 * x + 3, k) for x, k in lines())


def impulse(place: int, *k: int, size: int = 7) -> Pairs:
    return iter([(np.eye(size, dtype=int)[place % size], np.array(k))])


def same(right: str, wrong: str, x: Any, k: Any) -> bool:
    names = zoo()
    good, bad = (np.asarray(names[f](x.copy(), k.copy())) for f in (right, wrong))
    return np.array_equal(good, bad)


HIDES: list[tuple[str, str, Callable[[], Pairs]]] = [
    ("convolve", "never_flipped", palindromes),
    ("convolve", "flipped_twice", flat),
    ("convolve_grid", "rows_flipped", lambda: grids([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])),
    ("smooth", "divided_by_count", lambda: ((x, 0 * k + 1) for x, k in lines())),
    ("every_second", "one_too_many", lambda: ((x, k) for x, k in lines() if (len(x) - len(k)) % 2 == 0)),
    ("same", "odd_cell_before", lambda: lines(taps=(1, 3))),
    ("reflected", "edge_repeated", lambda: ((x, k) for x, k in flat() if len(x) > 1)),
    ("every_second", "thinned_first", lambda: lines(taps=[1])),
    ("slide", "without_stride", lines),
    ("slide", "gaps_counted", lambda: lines(taps=[1])),
    ("causal", "by_spectra", lambda: ((np.pad(x, (0, len(k) - 1)), k) for x, k in lines())),
    ("causal", "by_longer_spectra", lines),
    ("filters_first", "reshaped", lambda: lines(taps=[1])),
    ("filters_first", "reshaped", lambda: ((x, x) for x, _ in lines())),
    ("out_in", "in_out", lambda: ((x, k + k.T) for x, k in tables())),
    ("out_in", "in_out", lambda: tables(channels=[1])),
]
FOUND: list[tuple[str, str, Callable[[], Pairs]]] = [
    ("convolve", "never_flipped", lambda: impulse(3, 1, 2, 3)),
    ("convolve", "flipped_twice", lambda: impulse(3, 1, 2, 3)),
    ("convolve_grid", "rows_flipped", lambda: grids([[1, 0, -1], [2, 0, -2], [1, 0, -1]])),
    ("smooth", "divided_by_count", lambda: iter([(np.full(5, 3), np.array([1, 2, 1]))])),
    ("slide", "one_short", lines),
    ("every_second", "one_too_many", lambda: ((x, k) for x, k in lines() if (len(x) - len(k)) % 2)),
    ("padded", "padded_before", lambda: impulse(3, 1, 2, 3)),
    ("same", "odd_cell_before", lambda: impulse(3, 1, 2)),
    ("reflected", "edge_repeated", lambda: iter([(np.arange(5), np.ones(1, int))])),
    ("every_second", "thinned_first", lambda: impulse(3, 1, 2)),
    ("every_second", "late_windows", lambda: iter([(np.arange(1, 8), np.array([1, 2]))])),
    ("slide", "gaps_counted", lambda: lines(taps=(2, 3, 4))),
    ("causal", "by_spectra", lambda: impulse(-1, 0, 2, 0)),
    ("causal", "by_spectra", lambda: impulse(-1, 1, 0, 3)),
    ("filters_first", "reshaped", lambda: impulse(3, 1, 2, 3)),
    ("out_in", "in_out", lambda: ((x, np.arange(9).reshape(3, 3)) for x in np.eye(3, dtype=int))),
]


@pytest.mark.parametrize(("right", "wrong", "inputs"), HIDES)
def test_what_hides_a_fault_hides_it(right: str, wrong: str, inputs: Callable[[], Pairs]) -> None:
    answers = [same(right, wrong, x, k) for x, k in inputs()]
    assert answers
    assert all(answers)


@pytest.mark.parametrize(("right", "wrong", "inputs"), FOUND)
def test_what_finds_a_fault_finds_it(right: str, wrong: str, inputs: Callable[[], Pairs]) -> None:
    answers = [same(right, wrong, x, k) for x, k in inputs()]
    assert answers
    assert not any(answers)


def test_a_square_hides_a_turned_kernel_of_differences() -> None:
    names, k = zoo(), np.array([1, 0, -1])
    for x, _ in lines(range(3, 8)):
        assert np.square(names["convolve"](x, k)).tolist() == np.square(names["never_flipped"](x, k)).tolist()


def test_swapped_strides_are_found_by_the_shape_or_by_the_numbers_as_the_page_says() -> None:
    for h, w, s, t in product(range(1, 8), range(1, 8), range(1, 5), range(1, 5)):
        if s != t:
            sums = np.arange(h * w).reshape(h, w)
            right, wrong = sums[::s, ::t], sums[::t, ::s]
            shape = -(-h // s) != -(-h // t) or -(-w // s) != -(-w // t)
            assert (right.shape != wrong.shape) == shape
            assert np.array_equal(right, wrong) == (not shape and max(h, w) <= min(s, t))


def test_a_strided_layer_that_pads_as_tensorflow_is_another_one_for_odd_kernels() -> None:
    k = np.array([1, 2, 3])
    x = np.array([0, 0, 1, 0, 0, 0])
    after, both = (np.correlate(np.pad(x, p), k, "valid")[::2].tolist() for p in ((0, 1), (1, 1)))
    assert (after, both) == ([3, 1, 0], [0, 2, 0])


def test_dark_bytes_hide_the_wrap_unless_a_weight_is_negative() -> None:
    dark = np.array([3, 5], np.uint8)
    assert np.convolve(dark, np.ones(2, np.uint8), "valid").tolist() == [8]
    assert (dark[:1] - dark[1:]).tolist() == [254]
    assert np.convolve(np.full(2, 200, np.uint8), np.ones(2), "valid").tolist() == [400]
    picture = ndimage.correlate(np.full((3, 3), 200, np.uint8), np.ones((3, 3)))
    assert picture.dtype == np.uint8
    assert (picture == 8).all()


def in_the_type_that_numpy_gives(x: Any, w: Any, bias: Any = 0, **settings: Any) -> Any:
    """Let bytes under weights that are bytes give bytes, as NumPy does, and be right otherwise."""
    y = convbook.conv(x, w, **settings)
    y = y.astype(np.result_type(x, w)) if np.result_type(x, w) == np.uint8 else y
    return y + np.reshape(bias, (-1, 1, 1))


def cut_off(x: Any, w: Any, **settings: Any) -> Any:
    return convbook.conv(x, w, **settings).astype(x.dtype if x.dtype != np.uint8 else float)


def test_bytes_in_picture_and_weights_are_tested_and_asked_for() -> None:
    names = zoo()
    found = [test.__name__ for test in names["TESTS"] if names["finds"](test, in_the_type_that_numpy_gives)]
    assert found == ["loop", "linear"]
    assert names["suspects"](in_the_type_that_numpy_gives) == {"bytes": ["eight bits"]}


def test_weights_with_fractions_are_asked_for() -> None:
    assert zoo()["suspects"](cut_off) == {"fractions": ["?"]}


def test_a_layer_that_writes_into_its_input_is_asked_about_copies() -> None:
    def spoiling(x: Any, w: Any, **settings: Any) -> Any:
        y = convbook.conv(x, w, **settings)
        x[...] = 0
        w[...] = 0
        return y

    assert zoo()["suspects"](spoiling) == {"input": ["changed"]}


def wrong_for(fault: str, x: Any, w: Any, **settings: Any) -> bool:
    right, got = convbook.conv(x, w, **settings), zoo()["FAULTS"][fault](x, w, **settings)
    return right.shape != got.shape or not np.allclose(right, got)


def test_channels_groups_and_biases_hide_faults_as_the_page_says() -> None:
    rng = np.random.default_rng(0)

    def drawn(*shape: int) -> Any:
        return rng.integers(1, 99, shape)

    for channels in range(1, 9):
        x, w = drawn(2, channels, 5, 6), drawn(channels, channels, 3, 2)
        assert wrong_for("axes for channels", x, w) == (channels > 4)
        assert wrong_for("bias too often", x, w, bias=np.full(channels, 7)) == (channels > 1)
        assert not wrong_for("bias too often", x, w)
        assert not wrong_for("channels dealt", x, w)
        assert not wrong_for("channels dealt", x, w[:, :1], groups=channels)
    names = zoo()
    for count in range(1, 9):
        x = drawn(count, 1, 1)
        assert (names["all_channels"](x, x) == names["as_many_as_axes"](x, x)) == (count <= 3)
    assert wrong_for("channels dealt", drawn(1, 4, 5, 6), drawn(4, 2, 3, 2), groups=2)
    assert not wrong_for("strides swapped", drawn(1, 1, 7, 9), drawn(1, 1, 3, 2), stride=2)


def test_an_impulse_in_the_last_of_many_channels_finds_axes_taken_for_channels() -> None:
    last = np.zeros((5, 1, 1))
    last[-1] = 1
    assert zoo()["all_channels"](last, last) != zoo()["as_many_as_axes"](last, last)


def test_a_maximum_that_begins_too_high_is_found_by_numbers_below_the_start() -> None:
    lowest = int(np.iinfo(np.int32).min)
    for start in (0, -99_999):
        assert max(start, 0, 3) == 3
        assert max(start, lowest, lowest) != lowest
    assert max(-99_999, -5, -3) == -3


def test_a_list_that_is_too_short_agrees_as_far_as_zip_looks() -> None:
    for x, k in lines():
        right, wrong = zoo()["slide"](x, k), zoo()["one_short"](x, k)
        assert all(a == b for a, b in zip(right, wrong, strict=False))


def test_what_padding_does_wrong_shows_at_the_rim_alone() -> None:
    names = zoo()
    for x, k in lines(range(2, 8), (1, 2, 3)):
        right, wrong = names["padded"](0 * x + 3, k), names["padded_before"](0 * x + 3, k)
        assert right.shape == wrong.shape
        assert right[2:-2].tolist() == wrong[2:-2].tolist()
        right, wrong = names["reflected"](x, k), names["edge_repeated"](x, k)
        assert right[1:-1].tolist() == wrong[1:-1].tolist()


def test_a_border_that_is_not_folded_back_hides_behind_zeros_and_inside() -> None:
    for n in range(4, 9):
        slopes = np.arange(1, n + 3)
        zeros, folded = (convbook.pad_vjp(slopes, np.zeros(n), 1, mode) for mode in ("constant", "reflect"))
        assert np.array_equal(zeros, slopes[1:-1])
        assert np.flatnonzero(folded != slopes[1:-1]).tolist() == [1, n - 2]


def test_complete_data_hide_that_a_nan_spreads() -> None:
    x, k = np.array([4, 0, 3, 1]), np.array([1, 1])
    assert np.allclose(np.fft.ifft(np.fft.fft(x, 5) * np.fft.fft(k, 5)).real[:4], zoo()["causal"](x, k))


# The cages of memory, and the table of symptoms ---------------------------------------------------------------------
def test_unequal_numbers_of_channels_stop_an_exchange_of_in_and_out() -> None:
    with pytest.raises(ValueError, match="mismatch"):
        zoo()["in_out"](np.ones(2), np.ones((3, 2)))


def ahead(x: Any, k: Any) -> Any:
    for i in range(len(x) - len(k) + 1):
        x[i] = x[i : i + len(k)] @ k
    return x[: len(x) - len(k) + 1]


def back(x: Any, k: Any) -> Any:
    for i in range(len(x)):
        seen = x[max(0, i - len(k) + 1) : i + 1]
        x[i] = seen @ k[: len(seen)][::-1]
    return x


def on_a_copy(f: Any, after: bool = False) -> Any:
    def called(x: Any, k: Any) -> Any:
        x = x.copy()
        y = f(x, k)
        return x if after else y

    return called


def test_the_inputs_of_the_cage_are_the_smallest_that_show_a_write_into_the_input() -> None:
    names = zoo()
    smallest = names["smallest"]
    assert smallest(names["slide"], on_a_copy(ahead)) == "no difference"
    left = smallest(on_a_copy(names["slide"], after=True), on_a_copy(ahead, after=True))
    assert left == "x [1], k [0]\nright [1], wrong [0]"
    assert smallest(names["causal"], on_a_copy(back)) == "x [1, 0], k [0, 1]\nright [0, 1], wrong [0, 0]"


def test_an_input_that_forbids_it_stops_a_write_and_a_second_call_shows_it() -> None:
    for f in (ahead, back):
        x, k = np.array([1, 2, 3, 4]), np.array([2, 1])
        first = f(x, k).tolist()
        assert f(x, k).tolist() != first
        x.flags.writeable = False
        with pytest.raises(ValueError, match="read-only"):
            f(x, k)


def writing(x: Any, w: Any, **settings: Any) -> Any:
    y = convbook.conv(x, w, **settings)
    x[...] = 0
    return y


def test_a_layer_that_writes_into_its_input_is_found_by_the_tests_whose_pictures_forbid_it() -> None:
    names = zoo()
    found = {test.__name__ for test in names["TESTS"] if names["finds"](test, writing)}
    assert found == {"sizes", "loop", "adjoint", "linear", "shift"}


def test_a_layer_that_exchanges_in_and_out_is_named_wherever_it_stops() -> None:
    def exchanged(x: Any, w: Any, **settings: Any) -> Any:
        return convbook.conv(x, w.swapaxes(0, 1), **settings)

    found = zoo()["suspects"](exchanged)
    assert found["as many out as in"] == ["in, out swapped"]
    assert all(answer[0].startswith("refused: ") for name, answer in found.items() if name in ("plain", "stride"))
    assert all("in, out swapped" in found[name] for name in ("plain", "stride"))


CAGES = {
    "kernel turned": "flip",
    "rows turned": "one-axis",
    "columns turned": "one-axis",
    "one window short": "one-short",
    "rounded up": "rounded-up",
    "padded before": "padded-before",
    "wrapped around": "transform",
    "strides swapped": "strides-swapped",
    "thinned first": "thinned",
    "windows late": "late",
    "dilation from 0": "dilation",
    "channels dealt": "groups",
    "axes for channels": "axes",
    "bias too often": "bias",
    "reshaped": "reshaped",
    "eight bits": "bytes",
    "NaN spreads": "nan",
    "in, out swapped": "in-out",
}


def where_to_look() -> dict[str, set[str]]:
    """Read the first table: what is seen, and the cages to which it leads."""
    _, _, table = PAGE.read_text(encoding="utf-8").partition("| what you see | where to look |\n|---|---|\n")
    rows = [line.strip("| ").split(" | ") for line in table.partition("\n\n")[0].splitlines()]
    return {seen: set(re.findall(r"\(#cage-([\w-]+)\)", cages)) for seen, cages in rows}


def cages_that_are_no_layers() -> dict[str, set[str]]:
    """Sort by symptom what is no switch of the layer, with the functions of the cages."""
    names = zoo()
    found: dict[str, set[str]] = {}

    def note(symptom: str, cage: str, shows: bool) -> None:
        if shows:
            found.setdefault(symptom, set()).add(cage)

    pairs = list(lines(range(6, 9), (2, 3, 4)))
    for cage, right, wrong in (
        ("same-even", "same", "odd_cell_before"),
        ("mirror", "reflected", "edge_repeated"),
        ("mean", "smooth", "divided_by_count"),
    ):
        answers = [(names[right](x, k), names[wrong](x, k), k) for x, k in pairs if k.sum()]
        wrong_ones = [(a, b, k) for a, b, k in answers if not np.array_equal(a, b)]
        assert wrong_ones
        moved = [np.array_equal(a[:-1], b[1:]) for a, b, _ in wrong_ones]
        note("all one place off", cage, all(moved))
        note("right if the kernel is odd", cage, all(len(k) % 2 == 0 for *_, k in wrong_ones))
        inside = [np.array_equal(a[1:-1], b[1:-1]) for a, b, _ in wrong_ones]
        note("wrong at the rim only", cage, all(inside))
        ratios = [np.allclose(b * k.size, a * k.sum()) for a, b, k in wrong_ones]
        note("right but for a factor", cage, all(ratios))
        note("right if there is no border", cage, all(inside))  # those see none of it
    slopes = np.arange(1, 9)
    gone = np.flatnonzero(convbook.pad_vjp(slopes, np.zeros(6), 1, "reflect") != slopes[1:-1]).tolist()
    note("gradients wrong at the rim only", "folded", gone == [1, 4])
    x = np.array([1, 2, 3])
    first, again = (ahead(x, np.array([2])).tolist() for _ in range(2))
    note("right once, wrong the next time", "in-place", (first, again) == ([2, 4, 6], [4, 8, 12]))
    note("right unless numbers are negative", "maximum", max(0, -5, -3) != -3 and max(0, 5, 3) == 5)
    return found


def test_the_first_table_leads_from_each_symptom_to_the_faults_that_show_it() -> None:
    wanted = {symptom: {CAGES[fault] for fault in faults} for symptom, faults in zoo()["seen"].items()}
    for symptom, cages in cages_that_are_no_layers().items():
        wanted[symptom] = wanted.get(symptom, set()) | cages
    assert where_to_look() == wanted


def test_every_cage_stands_in_the_first_table_and_has_a_heading() -> None:
    labels = re.findall(r"^\(cage-([\w-]+)\)=\n### ", PAGE.read_text(encoding="utf-8"), re.M)
    assert sorted(labels) == sorted(set().union(*where_to_look().values()))
    assert set(CAGES) == set(zoo()["FAULTS"])

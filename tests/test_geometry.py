"""Where windows lie, and which cells their taps meet: against slices and views of whole arrays."""

import itertools

import numpy as np

from convbook import unfold
from convbook._geometry import Geometry, add_windows, extend, geometry, met, met_along, part, window_view


def layouts() -> list[dict[str, object]]:
    return [
        {"size": (n,), "kernel_size": k, "stride": s, "padding": [p], "dilation": d, "ceil_mode": up}
        for n, k, s, p, d, up in itertools.product(
            (1, 4, 7), (1, 2, 3), (1, 3, 9), ((0, 0), (2, 0), (0, 4), (5, 1)), (1, 2), (False, True)
        )
        if n + sum(p) >= d * (k - 1) + 1
    ]


def test_extend_holds_just_what_windows_reach() -> None:
    for layout in layouts():
        windows = geometry(**layout)  # type: ignore[arg-type]
        x = np.arange(1.0, windows.size[0] + 1)
        extended = extend(x, windows, fill=-1)
        (before, _), (reach,) = windows.padding[0], windows.reach
        wanted = np.concatenate([np.full(before, -1), x, np.full(20, -1)])[:reach]
        assert np.array_equal(extended, wanted)


def test_extend_copies_only_where_a_cell_is_added() -> None:
    for layout in layouts():
        windows = geometry(**layout)  # type: ignore[arg-type]
        x = np.zeros(windows.size)
        added = windows.padding[0][0] > 0 or windows.reach[0] > windows.size[0]
        assert np.shares_memory(extend(x, windows), x) != added
    # One cell before the second axis, and windows that leave the last cell unused: at -1 and 2.
    assert unfold([[[[1, 2, 3, 4]]]], 1, stride=(1, 3), padding=((0, 0), (1, 0))).tolist() == [[[0, 3]]]


def test_the_window_view_copies_nothing_and_cannot_be_written() -> None:
    for layout in layouts():
        windows = geometry(**layout)  # type: ignore[arg-type]
        extended = np.arange(float(windows.reach[0]))
        view = window_view(extended, windows)
        assert np.shares_memory(view, extended)
        assert not view.flags.writeable
        for tap in range(windows.kernel[0]):
            assert np.array_equal(view[tap], extended[tap * windows.dilation[0] :: windows.stride[0]][: view.shape[1]])
        assert view[-1, -1] == windows.reach[0] - 1  # the last tap of the last window is the last cell


def test_add_windows_is_the_adjoint_of_the_window_view() -> None:
    rng = np.random.default_rng(0)
    for layout in layouts():
        windows = geometry(**layout)  # type: ignore[arg-type]
        x = rng.integers(-9, 9, (2, *windows.size)).astype(float)
        seen = window_view(extend(x, windows), windows)
        y = rng.integers(-9, 9, seen.shape).astype(float)
        assert (seen * y).sum() == (x * add_windows(y, windows, np.zeros(x.shape))).sum()


def test_each_tap_meets_the_cells_that_its_windows_see_within_the_input() -> None:
    for layout in layouts():
        windows = geometry(**layout)  # type: ignore[arg-type]
        view = window_view(extend(np.arange(windows.size[0]), windows, -1), windows)
        found = np.full(view.shape, -1)
        for tap, outputs, cells in met(windows):
            found[tap][outputs] = np.arange(windows.size[0])[cells]
        assert np.array_equal(found, view)
        assert [tap for tap, _, _ in met(windows)] == sorted({(m,) for m, _ in np.argwhere(view >= 0).tolist()})


def test_taps_meet_parts_of_the_input_and_parts_of_the_windows() -> None:
    for layout in layouts():
        windows = geometry(**layout)  # type: ignore[arg-type]
        every = {(m, o + 1, c) for m, o, c in triples(windows, slice(0, windows.size[0]))}
        for first in range(windows.output[0]):
            some = part(windows, (slice(first, windows.output[0]),))
            later = {(m, o + 1 + first, c) for m, o, c in triples(some, slice(0, windows.size[0]))}
            assert later == {(m, o, c) for m, o, c in every if o > first}
        for first, last in itertools.combinations(range(windows.size[0] + 1), 2):
            some = {(m, o + 1, c + first) for m, o, c in triples(windows, slice(first, last))}
            assert some == {(m, o, c) for m, o, c in every if first <= c < last}


def triples(windows: Geometry, some: slice) -> set[tuple[int, int, int]]:
    """List tap, output and cell wherever they meet, by their definition as slices."""
    found = set()
    for tap, outputs, cells in met_along(windows, 0, some):
        pairs = zip(range(outputs.start, outputs.stop), range(cells.start, cells.stop, cells.step), strict=True)
        found |= {(tap, o, c) for o, c in pairs}
    return found


def test_taps_of_several_axes_come_in_row_major_order() -> None:
    windows = geometry((3, 4), (2, 2), stride=(1, 3), padding=((0, 1), (2, 0)), dilation=1)
    assert [(tap, *outputs) for tap, outputs, _ in met(windows)] == [
        ((0, 0), slice(0, 3), slice(1, 2)),
        ((0, 1), slice(0, 3), slice(1, 2)),
        ((1, 0), slice(0, 2), slice(1, 2)),
        ((1, 1), slice(0, 2), slice(1, 2)),
    ]

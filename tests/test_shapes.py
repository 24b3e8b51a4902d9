"""Sizes against windows that are laid out one by one, receptive fields against perturbed inputs."""

import itertools

import numpy as np
import pytest

from convbook import (
    conv,
    conv_transpose,
    input_sizes,
    output_size,
    receptive_field,
    same_padding,
    transposed_output_size,
)


def layout(n: int, k: int, s: int, p: tuple[int, int], d: int) -> int:
    """Count windows by laying them out on the padded axis, one after the other."""
    found = start = 0
    while start + d * (k - 1) < n + sum(p):  # the last tap lies on the axis
        found, start = found + 1, start + s
    return found


def test_the_theorem_holds_in_every_small_case() -> None:
    cases = 0
    for n, k, s, d in itertools.product(range(1, 13), range(1, 6), range(1, 5), range(1, 4)):
        for p in itertools.product(range(4), range(4)):
            wanted = layout(n, k, s, p, d)
            if wanted:
                assert output_size(n, k, stride=s, padding=[p], dilation=d) == wanted
            else:
                with pytest.raises(ValueError, match="spans"):
                    output_size(n, k, stride=s, padding=[p], dilation=d)
            cases += 1
    assert cases == 11_520


def test_rounding_up_adds_a_window_that_starts_before_the_end() -> None:
    for n, k, s, d in itertools.product(range(1, 10), range(1, 5), range(1, 5), range(1, 3)):
        for p in itertools.product(range(3), range(4)):
            padded, span = n + sum(p), d * (k - 1) + 1
            # A window belongs if one a stride earlier would leave cells over, and if it starts in time.
            starts = range(0, padded + s, s)
            wanted = sum(1 for start in starts if start - s + span < padded and start < n + p[0])
            assert wanted in (layout(n, k, s, p, d), layout(n, k, s, p, d) + 1) or p[1] >= span
            if wanted:
                assert output_size(n, k, stride=s, padding=[p], dilation=d, ceil_mode=True) == wanted
            else:
                with pytest.raises(ValueError, match="spans"):
                    output_size(n, k, stride=s, padding=[p], dilation=d, ceil_mode=True)


@pytest.mark.parametrize(
    ("n", "k", "options", "wanted"),
    [
        (7, 3, {"stride": 2}, 3),
        (10, 3, {"stride": 2}, 4),
        (227, 11, {"stride": 4}, 55),
        (224, 7, {"stride": 2, "padding": 3}, 112),
        (32, 5, {"padding": "same"}, 32),
        (32, 4, {"padding": "same", "dilation": 3}, 32),
        (32, 5, {"padding": "valid"}, 28),
        (2, 3, {"stride": 2, "ceil_mode": True}, 1),
        (5, 2, {"stride": 2, "ceil_mode": True}, 3),
        (0, 3, {"padding": 2}, 2),
    ],
)
def test_known_sizes(n: int, k: int, options: dict[str, object], wanted: int) -> None:
    assert output_size(n, k, **options) == wanted  # type: ignore[arg-type]


def test_a_sequence_of_sizes_gives_one_size_per_axis() -> None:
    assert output_size((8, 8), (3, 5), stride=(3, 4), padding=((0, 0), (1, 1))) == (2, 2)
    assert output_size([9], 3) == (7,)
    assert output_size(np.array([9, 8]), 3) == (7, 6)
    assert output_size(np.int64(9), 3) == 7
    assert input_sizes((2, 2), (3, 1), stride=2) == (range(5, 7), range(3, 5))
    assert transposed_output_size((2, 3), (3, 1), stride=2) == (5, 5)


def test_input_sizes_are_exactly_those_that_give_the_output() -> None:
    for k, s, d, up in itertools.product(range(1, 5), range(1, 5), range(1, 4), (False, True)):
        for p in itertools.product(range(4), range(4)):
            options = {"stride": s, "padding": [p], "dilation": d, "ceil_mode": up}
            by_output: dict[int, list[int]] = {}
            for n in range(40):
                try:
                    by_output.setdefault(output_size(n, k, **options), []).append(n)  # type: ignore[arg-type]
                except ValueError:
                    continue
            for o in range(1, 5):
                assert list(input_sizes(o, k, **options)) == by_output.get(o, [])  # type: ignore[arg-type]


def test_no_input_size_may_give_the_output() -> None:
    assert list(input_sizes(1, 1, padding=2)) == []  # padding alone gives 4 outputs
    assert list(input_sizes(4, 1, padding=2)) == [0]


def test_the_transposed_size_leads_back_to_every_input_size() -> None:
    for m, k, s, d in itertools.product(range(1, 12), range(1, 5), range(1, 5), range(1, 4)):
        for p in itertools.product(range(3), range(3)):
            slack = m + sum(p) - (d * (k - 1) + 1)
            if slack < 0:
                continue
            options = {"stride": s, "padding": [p], "dilation": d}
            o = output_size(m, k, **options)  # type: ignore[arg-type]
            assert transposed_output_size(o, k, output_padding=slack % s, **options) == m  # type: ignore[arg-type]


def test_sizes_are_those_of_the_layers() -> None:
    x, weight = np.zeros((1, 1, 9, 8)), np.zeros((1, 1, 3, 2))
    options = {"stride": (2, 3), "padding": ((1, 0), (2, 2)), "dilation": (2, 1)}
    assert conv(x, weight, **options).shape[2:] == output_size((9, 8), (3, 2), **options)  # type: ignore[arg-type]
    found = conv_transpose(x, weight, output_padding=(1, 2), **options)  # type: ignore[arg-type]
    assert found.shape[2:] == transposed_output_size((9, 8), (3, 2), output_padding=(1, 2), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("n", "k", "s", "wanted"),
    [
        (224, 7, 2, (2, 3)),
        (224, 3, 2, (0, 1)),
        (7, 3, 2, (1, 1)),
        (5, 2, 1, (0, 1)),
        (5, 4, 1, (1, 2)),
        (9, 1, 3, (0, 0)),
    ],
)
def test_same_padding_is_tensorflows(n: int, k: int, s: int, wanted: tuple[int, int]) -> None:
    assert same_padding(n, k, stride=s) == (wanted,)


def test_same_padding_gives_one_output_per_stride_and_pads_no_more_than_needed() -> None:
    for n, k, s, d in itertools.product(range(1, 14), range(1, 6), range(1, 5), range(1, 4)):
        ((before, after),) = same_padding(n, k, stride=s, dilation=d)
        wanted = len(range(0, n, s))
        assert output_size(n, k, stride=s, dilation=d, padding=[(before, after)]) == wanted
        assert after - before in (0, 1)
        if before + after:
            smaller = [(before, after - 1)]
            try:
                assert output_size(n, k, stride=s, dilation=d, padding=smaller) < wanted
            except ValueError:  # no window fits at all
                assert wanted == 1


def test_same_padding_agrees_with_the_word_for_stride_1() -> None:
    for n, k, d in itertools.product(range(8, 12), range(1, 6), range(1, 3)):
        x, weight = np.arange(n)[None, None], np.arange(1, k + 1)[None, None]
        pads = same_padding(n, k, dilation=d)
        assert np.array_equal(conv(x, weight, padding="same", dilation=d), conv(x, weight, padding=pads, dilation=d))


VGG16 = [(3, 1, 1, 1), (3, 1, 1, 1), (2, 2)] * 2 + [(3, 1, 1, 1)] * 3 + [(2, 2)]
VGG16 += ([(3, 1, 1, 1)] * 3 + [(2, 2)]) * 2


@pytest.mark.parametrize(
    ("layers", "size", "jump"),
    [
        ([], 1, 1),
        ([(3, 1), (3, 1)], 5, 1),
        ([(3, 2), (3, 2)], 7, 4),
        ([(2, 1, 2**i) for i in range(10)], 1024, 1),
        (VGG16, 212, 32),
        ([(11, 4), (3, 2), (5, 1, 1, 2), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)], 195, 32),
    ],
)
def test_known_receptive_fields(layers: list[tuple[int, ...]], size: int, jump: int) -> None:
    assert receptive_field(layers)[:2] == (size, jump)


def test_a_field_starts_at_the_first_cell_unless_padding_is_given() -> None:
    assert receptive_field([(3, 2)]) == receptive_field([(3, 2, 1)]) == receptive_field([(3, 2, 1, 0)]) == (3, 2, 1)
    assert receptive_field([(3, 2, 2)]) == (5, 2, 2)
    assert receptive_field([(3, 2, 2, 1)]) == (5, 2, 1)


def test_receptive_fields_are_what_a_perturbation_reaches() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        layers = []
        for _ in range(rng.integers(1, 4)):
            k, s, d = rng.integers(1, 4, 3)
            layers.append((int(k), int(s), int(d), (int(rng.integers(0, 3)), int(rng.integers(0, 3)))))
        n = 80
        reached = np.eye(n)[:, None]  # a batch of unit impulses: which outputs does each cell reach?
        for k, s, d, p in layers:
            reached = conv(reached, np.ones((1, 1, k)), stride=s, dilation=d, padding=[p])
        size, jump, start = receptive_field(layers)
        for o in range(reached.shape[2]):
            cells = np.flatnonzero(reached[:, 0, o])
            first = start + o * jump - (size - 1) / 2
            last = first + size - 1
            assert first == int(first)
            if len(cells):
                assert first <= cells[0]
                assert cells[-1] <= last
            if first >= 0 and last < n:
                assert (cells[0], cells[-1]) == (first, last)


def test_a_named_padding_moves_the_field_as_its_cells_before() -> None:
    assert receptive_field([(4, 1, 1, "same")]) == receptive_field([(4, 1, 1, (1, 2))]) == (4, 1, 0.5)
    assert receptive_field([(4, 1, 1, np.int64(2))]) == (4, 1, -0.5)


def test_sizes_are_counted_whatever_their_length() -> None:
    far = 2**62
    assert output_size(5, 2, stride=far) == 1
    assert output_size(5, 2, stride=far, padding=far, dilation=far) == 2
    assert output_size(far * far, 3, padding=far) == far * far + 2 * far - 2
    assert input_sizes(2, 3, stride=far) == range(far + 3, 2 * far + 3)
    assert transposed_output_size(3, 2, stride=far, output_padding=far - 1) == 3 * far + 1
    assert same_padding(far, 3, stride=2, dilation=far) == ((far - 1, far),)
    assert receptive_field([(3, far)] * 3) == (3 + 2 * far + 2 * far**2, far**3, float(far**2))


def test_the_center_of_a_field_is_rounded_once() -> None:
    # The first layer moves it to 2**53 + 1/2, the second back by as much less a half: floats would lose the halves.
    assert receptive_field([(2**54 + 2, 1), (1, 1, 1, 2**53)]).start == 0.5
    assert receptive_field(np.array([(3, 1), (3, 2)])) == receptive_field([(3, 1), (3, 2)])
    with pytest.raises(ValueError, match="`layers` must have a first field whose center a float holds"):
        receptive_field([(3, 2**62)] * 20)

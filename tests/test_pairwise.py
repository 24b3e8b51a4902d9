"""Pairwise sums count every number once, and their rounding errors hardly grow."""

import numpy as np
import pytest

from convbook.algorithms.pairwise import FEW, in_pairs, total


@pytest.mark.parametrize("dtype", ["int64", "float32", "float64", "complex64"])
def test_a_total_counts_every_number_once_whatever_the_sizes_and_axes(dtype: str) -> None:
    rng = np.random.default_rng(0)
    for n in [*range(5), *range(FEW - 2, FEW + 3), *range(95, 100), 1023, 1024, 1025, 1055, 1056, 3001]:
        for shape, axes in (((n,), (0,)), ((2, n, 3), (1,)), ((n, 2, 3), (0, 2)), ((3, n), (0, 1)), ((2, 3, n), (2,))):
            x = rng.integers(-9, 10, shape).astype(dtype)
            found = total(x, axes, np.dtype(dtype))
            assert found.dtype == dtype
            assert np.array_equal(found, x.astype(complex).sum(axis=axes))


def test_a_total_changes_nothing_that_it_reads() -> None:
    x = np.ones((500, 3), np.float32)
    x.flags.writeable = False
    assert total(x, (0,), np.dtype(np.float32)).tolist() == [500] * 3
    assert (x == 1).all()


def test_terms_are_added_in_pairs_each_once_and_only_when_needed() -> None:
    asked: list[int] = []

    def term(i: int) -> np.ndarray:
        asked.append(i)
        return np.array([2.0**i])

    for last in range(4, 20):
        asked.clear()
        assert in_pairs(term, 3, last, np.dtype(float)).tolist() == [2.0**last - 2.0**3]
        assert asked == list(range(3, last))


def test_the_error_of_a_total_grows_with_the_logarithm_of_the_count() -> None:
    x = np.random.default_rng(0).random((1 << 18, 2), np.float32)
    errors = np.abs(total(x, (0,), x.dtype) - x.sum(axis=0, dtype=float)) / x.sum(axis=0, dtype=float)
    assert errors.max() < 4e-7

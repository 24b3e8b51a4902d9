"""Pooling and a shift: every output is that of the library on the signal, wrapped around, and so is what changes."""

import random
import re
from typing import Any

import numpy as np

import convbook
from explorers import DASH, RUN, Use, address, explorer, settings, values

WAYS = {"maximum": "maximum", "mean": "mean", "blurred": "max, blur, drop"}
USE = Use(
    "Signal[2]",
    "5",
    "max(5, 1) = 5, mean (5 + 1)/2 = 3, blurred (1·5 + 2·5 + 1·1)/4 = 4",
    "Output 2: max(0, 0) = 0",
    pasted=("Signal[0]", "3\t1\t4\t1", "max(4, 1) = 4"),
    number="x",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "x": values(rng, 24),
        "window": rng.randint(1, 6),
        "stride": rng.randint(1, 6),
        "shift": rng.randint(-12, 12),
        "place": rng.randint(0, 23),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    for when in ("before", "after"):
        assert {name: way.tolist() for name, way in names[when].items()} == {
            words: found["result"][when][way] for way, words in WAYS.items()
        }


def pooled(x: np.ndarray, window: int, stride: int) -> dict[str, list[float]]:
    """Pool a signal that wraps around, by the library."""
    around = convbook.pad(x, (1, window), "wrap")  # from cell -1 on
    dense = convbook.max_pool(around[None, None], window, stride=1)[0, 0]
    return {
        "maximum": dense[1:-1][::stride].tolist(),
        "mean": convbook.avg_pool(around[None, None, 1:-1], window, stride=stride)[0, 0].tolist(),
        "blurred": convbook.corr1d(dense, [0.25, 0.5, 0.25])[::stride].tolist(),
    }


def test_outputs_are_those_of_the_library_and_so_is_what_a_shift_changes() -> None:
    explored = explorer("pool")
    changes = 0
    for one in settings("pool"):
        x, window, stride = np.array(one["x"]), one["window"], one["stride"]
        found = explored(address(one))
        result = found["result"]
        assert result["shifted"] == np.roll(x, one["shift"]).tolist(), one
        before, after = pooled(x, window, stride), pooled(np.roll(x, one["shift"]), window, stride)
        for way in WAYS:
            np.testing.assert_allclose(result["before"][way], before[way], rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(result["after"][way], after[way], rtol=1e-12, atol=1e-12)
            by = np.abs(np.subtract(after[way], before[way]))
            assert result["changes"][way]["count"] == np.count_nonzero(by > 1e-9), one
            np.testing.assert_allclose(result["changes"][way]["most"], by.max(), atol=1e-9)
            changes += result["changes"][way]["count"]
        assert found["places"] == ["place", 0, len(before["mean"]) - 1]
    assert changes


def test_a_shift_by_the_stride_moves_the_outputs_by_one_place() -> None:
    """A signal that wraps around, and is a whole number of strides long."""
    result = explorer("pool")("x=3,1,4,1,5,9,2,6,5&window=2&stride=3&shift=3&place=0")["result"]
    for way in WAYS:
        assert result["after"][way] == np.roll(result["before"][way], 1).tolist()


def test_a_rounding_is_no_change() -> None:
    """The mean of three numbers, added in another order."""
    result = explorer("pool")("x=0.1,0.2,0.3&window=3&stride=1&shift=1&place=0")["result"]
    assert result["before"]["mean"] != result["after"]["mean"]
    assert result["changes"]["mean"] == {"count": 0, "most": 0}


def test_the_sentence_of_pooling_computes_to_its_results() -> None:
    explored = explorer("pool")
    for one in settings("pool", RUN):
        found = explored(address(one))
        said = found["sentence"].replace(DASH, "-").replace("·", "*")
        n, result = found["state"]["place"], found["result"]
        sums = re.findall(r"(max\([^a-z]*\)|\([^a-z]*\)/\d) = (-?[\d.e+-]+?)(?=[,;.](?:\s|$))", said)
        shown = [result[when][way][n] for when in ("before", "after") for way in WAYS]
        assert len(sums) == len(shown) == 6, said
        for (formula, value), expected in zip(sums, shown, strict=True):
            computed = eval(formula, {"max": lambda *cells: max(cells)})
            np.testing.assert_allclose([computed, float(value)], expected, rtol=1e-5, atol=1e-6)
        head, _, tail = said.partition(". Outputs that change: ")
        assert head.startswith(f"Output {n}: ")
        for part, (way, words) in zip(tail.removesuffix(".").split("; "), WAYS.items(), strict=True):
            count, most = result["changes"][way]["count"], result["changes"][way]["most"]
            counted, _, by = part.partition(", by up to ")
            assert counted == f"{words} {count} of {len(result['before'][way])}"
            assert abs(float(by or 0) - most) <= 1e-5 * most


def test_the_sentence_of_pooling_is_what_a_reader_would_write() -> None:
    said = explorer("pool")("x=0,0,1,1,0,0,1,1&window=2&stride=2&shift=1&place=1")["sentence"]
    assert said == (
        "Output 1: max(1, 1) = 1, mean (1 + 1)/2 = 1, blurred (1·1 + 2·1 + 1·1)/4 = 1; shifted by 1: max(0, 1) = 1, "
        "mean (0 + 1)/2 = 0.5, blurred (1·0 + 2·1 + 1·1)/4 = 0.75. Outputs that change: maximum 2 of 4, by up to 1; "
        "mean 4 of 4, by up to 0.5; max, blur, drop 4 of 4, by up to 0.25."
    )

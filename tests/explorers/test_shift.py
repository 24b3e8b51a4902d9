"""Two ways around a square: every picture is the library's, and what is said of them is what they are."""

import random
from typing import Any

import numpy as np

from book.explorers.kinds.shift import moved, operate
from explorers import DASH, Use, address, explorer, settings, table

USE = Use(
    "Picture x[1, 1]",
    "7",
    "T(Sx) and S(Tx) agree in all 40 cells.",
    "agree in all 40 cells.",
    pasted=("Picture x[0, 0]", "0\t1\t0\t0\r\n0\t1\t1\t0\r\n", "agree in all 8 cells."),
    choice=("Operator T", "maximum of pairs", "times its column"),
    number="x",
)


def setting(rng: random.Random) -> dict[str, Any]:
    width = rng.randint(2, 9)
    return {
        "x": table(rng, rng.randint(1, 4), width),
        "operator": rng.choice(["left edges", "sum of three", "maximum of pairs", "mean of pairs", "times its column"]),
        "border": rng.choice(["on a circle", "zeros"]),
        "places": rng.randint(-width, width),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["difference"].tolist() == found["result"]["difference"]


def test_both_ways_are_those_of_the_library() -> None:
    explored = explorer("shift")
    equal = 0
    for one in settings("shift"):
        result = explored(address(one))["result"]
        x, operator, border, places = np.array(one["x"]), one["operator"], one["border"], one["places"]
        steps = places // 2 if "pairs" in operator else places
        assert result["sx"] == moved(x, places, border).tolist(), one
        assert result["tx"] == operate(x, operator, border).tolist(), one
        assert result["tsx"] == operate(moved(x, places, border), operator, border).tolist(), one
        assert result["stx"] == moved(operate(x, operator, border), steps, border).tolist(), one
        equal += not np.any(result["difference"])
    assert 40 < equal < 300


def test_a_picture_is_moved_as_numpy_rolls_it() -> None:
    x = np.arange(10).reshape(2, 5)
    for places in range(-5, 6):
        assert moved(x, places, "on a circle").tolist() == np.roll(x, places, axis=1).tolist()


def test_the_sentence_counts_the_cells_that_differ() -> None:
    explored = explorer("shift")
    for one in settings("shift", 60):
        found = explored(address(one))
        difference = np.array(found["result"]["difference"])
        words = found["sentence"].partition(".")[0].split()
        count = 0 if "agree" in words else int(words[words.index("in") + 1])
        assert count == np.count_nonzero(difference)
    said = explored("x=0,4,0,0&operator=maximum of pairs&border=zeros&places=-1")["sentence"]
    assert said == (
        f"T(Sx) and S(Tx) differ in 1 of 2 cells, by up to 4. The output was moved by {DASH}1, for it has no place for "
        f"half of {DASH}1."
    )

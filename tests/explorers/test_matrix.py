"""Matrices: those of the library, whose rows give what a convolution gives."""

import random
from typing import Any

import numpy as np

import convbook
from convbook.matrices import circulant, toeplitz
from explorers import DASH, RUN, Use, address, explorer, floats, settings, values

USE = Use(
    "Kernel h[0]",
    "-4",
    f"row 0 reads places 0, 3, 4: y[0] = {DASH}4·3 + 3·1 + 2·5 = 1",
    f"row 1 reads places 0, 1, 4: y[1] = 2·3 {DASH} 4·1 + 3·5 = 17",
    pasted=("Signal x[0]", "1\t2\t3\t4", "y[0] = 1·1 + 3·3 + 2·4 = 18"),
    choice=("Form", "valid", "full"),
    number="h",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "x": values(rng, 9),
        "h": values(rng, 6 if rng.random() < 0.8 else 14),
        "form": rng.choice(["full", "same", "valid", "circle"]),
        "row": rng.randint(0, 20),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["matrix"].tolist() == found["result"]["matrix"]
    assert names["y"].tolist() == found["result"]["y"]


def test_a_matrix_is_that_of_the_library_and_gives_the_convolution() -> None:
    explored = explorer("matrix")
    for one in settings("matrix"):
        x, h, form = floats(one["x"]), floats(one["h"]), one["form"]
        found = explored(address(one))
        result, row = found["result"], found["state"]["row"]
        n, shifts = len(x), np.arange(len(x) + len(h) - 1)
        if form == "circle":
            matrix, y = circulant(h, n), np.zeros(n)
            np.add.at(y, shifts % n, convbook.convolve(x, h, method="direct"))
            inside = circulant([1] * len(h), n) > 0
        else:
            matrix, y = toeplitz(h, n, form), convbook.convolve(x, h, form, method="direct")
            inside = toeplitz([1] * len(h), n, form) > 0
        assert result["matrix"] == matrix.tolist(), one
        assert result["y"] == y.tolist(), one
        assert result["inside"] == inside.tolist(), one
        assert row == min(one["row"], len(matrix) - 1), one
        assert result["reads"] == np.flatnonzero(inside[row]).tolist(), one


def test_the_sentence_of_a_row_computes_to_its_result() -> None:
    explored = explorer("matrix")
    for one in settings("matrix", RUN):
        found = explored(address(one))
        says, sum_, total = found["sentence"].replace(DASH, "-").replace("·", "*").split(" = ")
        row, y = found["state"]["row"], found["result"]["y"]
        assert says.endswith(f": y[{row}]")
        assert eval(sum_) == y[row]
        assert abs(float(total) - y[row]) <= 1e-5 * abs(y[row])

"""One sum at a time: it is that of the library, and its sentence computes to it."""

import random
from typing import Any

from scipy.signal import correlation_lags

import convbook
from explorers import DASH, RUN, Use, address, explorer, floats, settings, values

USE = Use(
    "Kernel h[0]",
    "-4",
    "y[2] = 3·2 + 1·(−1) + 4·(−4) = −11",
    "y[3] = 1·2 + 4·(−1) + 1·(−4) = −6",
    pasted=("Signal x[0]", "7\t8\t9", "y[2] = 7·2 + 8·(−1) + 9·1 = 15"),
    choice=("Mode", "same", "valid"),
    number="h",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "x": values(rng, 12),
        "h": values(rng, 7 if rng.random() < 0.8 else 16),
        "operation": rng.choice(["convolution", "correlation"]),
        "mode": rng.choice(["full", "same", "valid"]),
        "n": rng.randint(0, 20),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["y"].tolist() == found["result"]["y"]


def test_a_sum_is_that_of_the_library_and_so_are_its_products() -> None:
    explored = explorer("window")
    for one in settings("window"):
        x, h, mode = floats(one["x"]), floats(one["h"]), one["mode"]
        function = convbook.convolve if one["operation"] == "convolution" else convbook.correlate
        found = explored(address(one))
        expected = function(x, h, mode, method="direct").tolist()
        assert found["result"]["y"] == expected, one
        n = found["state"]["n"]
        assert n == min(one["n"], len(expected) - 1), one
        pairs = found["result"]["pairs"]
        assert sum(a * b for a, b in pairs) == expected[n], one
        window, first = found["result"]["window"], found["result"]["first"]
        assert window == (h[::-1] if one["operation"] == "convolution" else h), one
        assert pairs == [[x[first + m], w] for m, w in enumerate(window) if 0 <= first + m < len(x)], one


def test_outputs_stand_at_their_places_in_the_full_sum_or_at_their_lags() -> None:
    explored = explorer("window")
    for one in settings("window"):
        x, h = one["x"], one["h"]
        result = explored(address(one))["result"]
        if one["operation"] == "convolution":
            expected = [sum(x[k] * h[n - k] for k in range(len(x)) if 0 <= n - k < len(h)) for n in result["axis"]]
        else:
            expected = [sum(x[n + m] * h[m] for m in range(len(h)) if 0 <= n + m < len(x)) for n in result["axis"]]
            lags = correlation_lags(len(x), len(h), "full").tolist()
            assert one["mode"] != "full" or result["axis"] == lags, one
        assert result["y"] == expected, one


def test_the_sentence_of_a_sum_computes_to_its_result() -> None:
    explored = explorer("window")
    for one in settings("window", RUN):
        found = explored(address(one))
        head, sum_, total = found["sentence"].replace(DASH, "-").replace("·", "*").split(" = ")
        n, y = found["state"]["n"], found["result"]["y"]
        assert head == f"y[{n}]"
        assert eval(sum_) == y[n]
        assert abs(float(total) - y[n]) <= 1e-5 * abs(y[n])


def test_the_sentence_of_a_sum_is_what_a_reader_would_write() -> None:
    said = explorer("window")("x=2,0,-1&h=-4,3,1&operation=convolution&mode=valid&n=0")["sentence"]
    assert said == "y[0] = 2·1 + 0·3 − 1·(−4) = 6"

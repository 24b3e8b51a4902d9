"""A drawn signal: its outputs are the library's."""

import random
from typing import Any

import convbook
from explorers import DASH, RUN, Use, address, explorer, floats, settings, values

USE = Use(
    "Weights w[2]",
    "1",
    "y[3] = 4·0.25 + 9·0.5 + 3·1 = 8.5",
    "y[4] = 9·0.25 + 3·0.5 + 2·1 = 5.75",
    pasted=("Signal x[0]", "4\t8\t4\t0", "y[1] = 8·0.25 + 4·0.5 + 0·0.25 = 4"),
    number="x",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {"x": values(rng, 24), "h": values(rng, 9), "n": rng.randint(0, 23)}


def refused(found: dict[str, Any]) -> str:
    return "" if found["result"]["y"] else "window shape cannot be larger"


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["y"].tolist() == found["result"]["y"]


def test_outputs_and_sentences_are_those_of_the_library() -> None:
    explored = explorer("drawn")
    for place, one in enumerate(settings("drawn")):
        found = explored(address(one))
        x, h = floats(one["x"]), floats(one["h"])
        if len(h) > len(x):
            assert found["result"]["y"] == []
            assert found["sentence"] == f"A window of {len(h)} weights does not fit on {len(x)} values."
            continue
        expected = convbook.correlate(x, h, "valid", method="direct").tolist()
        assert found["result"]["y"] == expected
        n = found["state"]["n"]
        assert n == min(one["n"], len(expected) - 1)
        if place < RUN:
            _, sum_, total = found["sentence"].replace(DASH, "-").replace("·", "*").split(" = ")
            assert eval(sum_) == expected[n]
            assert abs(float(total) - expected[n]) <= 1e-5 * abs(expected[n])

"""Sizes: those of the library, and where its windows are."""

import random
from math import ceil, floor
from typing import Any

import numpy as np

import convbook
from explorers import DASH, RUN, SETTINGS, Use, address, explorer, settings

USE = Use(
    "Stride s",
    "3",
    "outputs = ⌊(10 + 1 + 1 − 3) / 3⌋ + 1 = 4",
    "Output 2 sees cells 5, 6, 7",
    choice=("Rounding", "up", "down"),
    number="n",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "n": rng.randint(1, rng.choice([48, 48, 256])) if rng.random() < 0.7 else rng.randint(1, 4),
        "kernel": rng.randint(1, 12),
        "stride": rng.randint(1, rng.choice([9, 9, 256])),
        "dilation": rng.randint(1, 5),
        "before": rng.choice([0, rng.randint(0, 9)]),
        "after": rng.choice([0, rng.randint(0, 9)]),
        "rounding": rng.choice(["down", "up"]),
        "output": rng.randint(0, rng.choice([9, 299])),
    }


def refused(found: dict[str, Any]) -> str:
    """Say with what sentence the code of a setting must fail, if it must."""
    return "" if found["result"]["size"] else "must fit into the padded input"


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["starts"] == found["result"]["starts"]


def test_a_size_is_that_of_the_library_and_windows_are_where_it_puts_them() -> None:
    explored = explorer("sizes")
    fitting = 0
    for one in settings("sizes"):
        n, kernel, stride, dilation, before, after, up, _ = one.values()
        result = explored(address(one))["result"]
        options = {"stride": stride, "dilation": dilation, "padding": [(before, after)], "ceil_mode": up == "up"}
        try:
            size = convbook.output_size(n, kernel, **options)
        except ValueError:
            assert (result["size"], result["starts"]) == (0, []), one
            continue
        fitting += 1
        assert result["size"] == size, one
        assert result["reach"] == dilation * (kernel - 1) + 1
        assert result["starts"] == [stride * place - before for place in range(size)], one
        end = before + result["starts"][-1] + result["reach"]
        assert result["left"] == max(n + before + after - end, 0), one
        # Which cells the windows see, by the library: cell c holds c + 1, and the border 0. Windows that begin in the
        # border after the input, or reach beyond it, see no more of the input than if that border were longer.
        longer = {"stride": stride, "dilation": dilation, "padding": [(before, max(end - n - before, 0))]}
        seen = convbook.unfold(np.arange(1, n + 1)[None, None], kernel, **longer)[0, :, :size]
        assert result["seen"] == [int((seen == cell + 1).sum()) for cell in range(n)], one
    assert SETTINGS / 2 < fitting < SETTINGS


def test_the_formula_of_a_size_computes_to_the_size() -> None:
    explored, rounds = explorer("sizes"), {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*", DASH: "-"}
    for one in settings("sizes", RUN):
        found = explored(address(one))
        for part in found["sentence"].partition(".")[0].split("; "):
            if "=" not in part:
                assert part.startswith("no output")
                continue
            _, formula, value = part.split(" = ")
            for sign, python in rounds.items():
                formula = formula.replace(sign, python)
            assert eval(formula, {"floor": floor, "ceil": ceil, "min": min}) == int(value), found["sentence"]

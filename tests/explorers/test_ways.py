"""Two ways, estimated: the estimates are the planner's for layers that are one block."""

import json
import random
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

import convbook
from book.explorers.kinds.ways import parts
from convbook.algorithms.cost import Costs
from explorers import RUN, Use, address, context, explorer, settings

USE = Use(
    "Filters F",
    "32",
    "by columns 425 + 148 + 10 = 583 µs",
    "by a band of 8 rows",
    number="filters",
)


def setting(rng: random.Random) -> dict[str, Any]:
    height = rng.randint(1, 64)
    return {
        "channels": rng.randint(1, 16) if rng.random() < 0.5 else rng.randint(1, 3),
        "filters": rng.randint(1, 64) if rng.random() < 0.5 else rng.randint(1, 4),
        "kernel": rng.randint(1, 7),
        "height": height,
        "width": rng.randint(1, 128),
        "p": rng.randint(0, min(5, height.bit_length() - 1)),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    if len(names["columns"].blocks) == 1:
        assert names["columns"].nanoseconds / 1000 == pytest.approx(sum(found["result"]["columns"]))


def test_the_prices_are_those_of_the_library() -> None:
    made = context("ways")
    made.eval('globalThis.prices = () => JSON.stringify(joined("explorers/ways.js").PRICES)')
    prices = json.loads(made.get("prices")())
    assert prices == {name: asdict(Costs())[name] for name in prices}


def test_an_estimate_is_the_planners_where_a_layer_is_one_block() -> None:
    explored = explorer("ways")
    compared = {"columns": 0, "band": 0}
    for one in settings("ways"):
        result = explored(address(one))["result"]
        channels, filters, kernel, height, width, p = one.values()
        assert [result["columns"], result["band"]] == [pytest.approx(list(way)) for way in parts(*one.values())]
        x = np.ones((1, channels, height + kernel - 1, width + kernel - 1), np.float32)
        plan = convbook.explain_plan(x, np.ones((filters, channels, kernel, kernel), np.float32))
        for name in compared:
            way = plan.candidates[name]
            if len(way.blocks) > 1 or (name == "band" and way.together != 2**p):
                continue
            compared[name] += 1
            assert sum(result[name]) == pytest.approx(way.nanoseconds / 1000), (name, one)
        if result["fits"]:
            assert len(plan.candidates["columns"].blocks) == 1, one
    assert compared["columns"] > 100
    assert compared["band"] > 20


def test_the_sentence_adds_up() -> None:
    explored = explorer("ways")
    for one in settings("ways", RUN):
        sums = [part.split(" = ") for part in explored(address(one))["sentence"].split(";")]
        for (words, *_), way in zip(sums, parts(*one.values()), strict=True):
            shown = [
                float(word) for word in words.rpartition("columns " if "columns" in words else "rows ")[2].split(" + ")
            ]
            assert shown == pytest.approx(list(way), rel=0.01)

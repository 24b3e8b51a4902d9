"""Three ways, estimated: the estimates are the planner's for layers that are one block."""

import json
import random
import re
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

import convbook
from book.explorers.kinds.ways import parts
from convbook.algorithms.cost import Costs
from convbook.algorithms.planner import Plan
from explorers import RUN, Use, address, context, explorer, settings

USE = Use(
    "Filters F",
    "32",
    "by columns 425 + 148 + 10 = 583 µs",
    "by a band of 8 rows",
    number="filters",
    choice=("Layer", "depthwise", "dense"),
)


def setting(rng: random.Random) -> dict[str, Any]:
    height = rng.randint(1, 64)
    return {
        "channels": rng.randint(1, 16) if rng.random() < 0.5 else rng.randint(1, 3),
        "filters": rng.randint(1, 64) if rng.random() < 0.5 else rng.randint(1, 4),
        "kernel": rng.randint(1, 7),
        "height": height,
        "width": rng.randint(1, 128),
        "layer": rng.choice(["dense", "depthwise"]),
        "p": rng.randint(0, min(5, height.bit_length() - 1)),
    }


def planned(one: dict[str, Any]) -> Plan:
    """Plan the layer of a setting."""
    channels, filters, kernel, height, width, layer, _ = one.values()
    all_filters, seen, groups = (filters, channels, 1) if layer == "dense" else (filters * channels, 1, channels)
    x = np.ones((1, channels, height + kernel - 1, width + kernel - 1), np.float32)
    return convbook.explain_plan(x, np.ones((all_filters, seen, kernel, kernel), np.float32), groups=groups)


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
    compared = {"columns": 0, "band": 0, "taps": 0}
    for one in settings("ways"):
        result = explored(address(one))["result"]
        plan, p = planned(one), one["p"]
        assert [result[name] for name in compared] == [pytest.approx(list(way)) for way in parts(*one.values())]
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
    assert compared["taps"] > 100


def test_no_other_way_is_chosen_for_the_sizes_of_the_explorer() -> None:
    kind = explorer("ways")
    for one in settings("ways", RUN):
        plan = planned(one)
        assert plan.method in kind(address(one))["result"], one
        others = [way for name, way in plan.candidates.items() if name not in ("columns", "band", "taps")]
        assert all(isinstance(way, str) or not way.worthwhile() for way in others), one


def test_the_chapter_says_for_which_kernels_taps_are_ahead() -> None:
    def least(channels: int, filters: int, kernel: int, layer: str) -> str:
        found = {}
        for p in range(6):
            columns, band, taps = map(sum, parts(channels, filters, kernel, 40, 100, layer, p))
            found |= {"columns": columns, f"band of {2**p}": band, "taps": taps}
        return min(found, key=lambda name: found[name])

    ahead = [least(16, 1, kernel, "depthwise") for kernel in range(1, 8)]
    assert ahead == ["taps", "taps", *["band of 8"] * 5]
    assert least(4, 1, 5, "dense") == "band of 8"


def test_taps_are_behind_in_every_dense_layer() -> None:
    for one in settings("ways", 200):
        channels, filters, kernel, height, width, _, _ = one.values()
        sizes = range(min(6, height.bit_length()))
        found = [parts(channels, filters, kernel, height, width, "dense", p) for p in sizes]
        assert min(min(sum(columns), sum(band)) for columns, band, _ in found) < sum(found[0][2]), one


def test_the_sentence_adds_up() -> None:
    explored = explorer("ways")
    for one in settings("ways", RUN):
        sums = re.findall(r"([\d.]+) \+ ([\d.]+) \+ ([\d.]+) = ([\d.]+) µs", explored(address(one))["sentence"])
        for shown, way in zip(sums, parts(*one.values()), strict=True):
            assert [float(number) for number in shown] == pytest.approx([*way, sum(way)], rel=0.01)

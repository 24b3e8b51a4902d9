"""Counts of weights: those that are found by going through all pairs of an output and a pixel."""

import random
import re
from typing import Any

import numpy as np

import convbook
from explorers import DASH, RUN, Use, address, explorer, settings

USE = Use(
    "Reach Δ",
    "1",
    "local: 2998²·1·1 = 8,988,004 weights, for on an axis 1000·3 − 1·2 = 2998 pairs",
    "same and local: (1 + 1 + 1)²·1·1 = 9 weights",
    number="n",
)


def setting(rng: random.Random) -> dict[str, Any]:
    most = rng.choice([5, 5, 5, 12, 12, 1000])
    n = rng.randint(1, most)
    return {
        "n": n,
        "hidden": n if rng.random() < 0.3 else rng.randint(1, most),
        "reach": rng.randint(0, rng.choice([2, most - 1])),
        "inputs": rng.choice([1, rng.randint(1, 64)]),
        "outputs": rng.choice([1, rng.randint(1, 64)]),
        "layer": rng.randint(0, 3),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert list(names["counts"].items()) == list(zip(found["result"]["names"], found["result"]["counts"], strict=True))


def on_axis(n: int, hidden: int, reach: int) -> list[int]:
    """Count along one axis, pair by pair: all pairs, their offsets, and the same of those that are near."""
    output, pixel = np.divmod(np.arange(hidden * n), n)
    offset = pixel - output
    near = offset[np.abs(offset) <= reach]
    return [offset.size, np.unique(offset).size, near.size, np.unique(near).size]


def test_counts_are_those_of_all_pairs() -> None:
    explored, millions = explorer("parameters"), 0
    for one in settings("parameters"):
        n, hidden, reach, inputs, outputs, _ = one.values()
        counts = explored(address(one))["result"]["counts"]
        assert counts == [count**2 * inputs * outputs for count in on_axis(n, hidden, reach)], one
        millions += counts[0] > 10**12
    assert millions > 5


def test_counts_are_those_of_the_different_weights_of_whole_layers() -> None:
    """Of all four axes at once, and the local ones by the library's own layer."""
    explored = explorer("parameters")
    small = [one for one in settings("parameters") if one["n"] <= 5 and one["hidden"] <= 5]
    assert len(small) > 100
    for one in small:
        n, hidden, reach, *_ = one.values()
        setting = one | {"inputs": 1, "outputs": 1}
        counts = explored(address(setting))["result"]["counts"]
        i, j, p, q = np.indices((hidden, hidden, n, n))
        near = (abs(p - i) <= reach) & (abs(q - j) <= reach)
        names = 100 * (p - i) + q - j  # a name for each offset
        assert counts == [i.size, np.unique(names).size, near.sum(), np.unique(names[near]).size], one
        if n == hidden:
            kernel = np.arange(1, (2 * reach + 1) ** 2 + 1).reshape(1, 1, 2 * reach + 1, -1)
            pixels = np.eye(n * n, dtype=int).reshape(n * n, 1, n, n)
            weights = convbook.conv(pixels, kernel, padding=reach)
            assert weights.shape == (n * n, 1, n, n)
            used = weights[weights != 0]
            assert counts[2:] == [used.size, np.unique(used).size], one


def test_the_sentence_of_a_count_computes_to_the_whole_number() -> None:
    explored = explorer("parameters")
    for one in settings("parameters", RUN):
        for layer in range(4):
            found = explored(address(one | {"layer": layer}))
            result = found["result"]
            said = found["sentence"].replace(DASH, "-").replace("·", "*").replace("²", "**2")
            name, total, count = re.match(r"([a-z ]+): ([^=]+) = ([\d,]+) weights", said).groups()
            assert name == result["names"][layer]
            assert eval(total) == int(count.replace(",", "")) == result["counts"][layer]
            if pairs := re.search(r"axis ([^=]+) = (\d+) pairs", said):
                assert eval(pairs[1]) == int(pairs[2]) == result["pairs"]
            if layer:
                times = float(re.search(r"has (\S+) times", said)[1])
                ratio = result["counts"][0] / result["counts"][layer]
                assert abs(times - ratio) <= 1e-5 * ratio


def test_the_chapters_own_numbers_are_said_whole() -> None:
    explored, line = explorer("parameters"), "n=1000&hidden=1000&reach=10&inputs=1&outputs=1&layer="
    assert explored(line + "0")["sentence"] == (
        "dense: 1000²·1000²·1·1 = 1,000,000,000,000 weights, one for each pixel and each output."
    )
    assert explored(line + "2")["sentence"] == (
        "local: 20890²·1·1 = 436,392,100 weights, for on an axis 1000·21 − 10·11 = 20890 pairs of an output and a "
        "pixel lie at most 10 apart; the dense layer has 2291.52 times as many."
    )
    largest = "n=1000&hidden=1000&reach=999&inputs=64&outputs=64&layer=0"
    assert "= 4,096,000,000,000,000 weights" in explored(largest)["sentence"]

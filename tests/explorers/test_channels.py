"""Channels: which ones reach an output, and how many weights and products there are, by the library's layer."""

import random
import re
from typing import Any

import numpy as np

import convbook
from convbook import nn
from explorers import DASH, RUN, SETTINGS, Use, address, explorer, settings

USE = Use(
    "Groups G",
    "1",
    "Output channel 4 sees input channels 0, 1, 2, 3: 4·3² = 36 weights. The layer has 6·(4 / 1)·3² = 216 weights",
    "Output channel 5 sees",
    number="groups",
)


def setting(rng: random.Random) -> dict[str, Any]:
    groups = rng.choice([1, 2, 3, 4, 6])
    inputs, outputs = (groups * rng.randint(1, 48 // groups) for _ in range(2))
    return {
        "inputs": inputs if rng.random() < 0.9 else rng.randint(1, 48),
        "outputs": outputs if rng.random() < 0.9 else rng.randint(1, 48),
        "groups": groups if rng.random() < 0.9 else rng.randint(1, 48),
        "kernel": rng.randint(1, 6),
        "side": rng.randint(1, 8),
        "output": rng.randint(0, 47),
    }


def refused(found: dict[str, Any]) -> str:
    """Say with what sentence the code of a setting must fail, if it must."""
    return "must divide" if any(found["result"]["uneven"]) else ""


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    result = found["result"]
    assert (names["weight"].size, names["work"]) == (result["weights"], result["work"])
    assert names["seen"].tolist() == result["seen"][found["state"]["output"]]


def test_an_output_channel_sees_what_reaches_it_in_the_librarys_layer() -> None:
    explored, rng, even = explorer("channels"), np.random.default_rng(0), 0
    for one in settings("channels"):
        inputs, outputs, groups, kernel, side, _ = one.values()
        found = explored(address(one))
        result = found["result"]
        assert result["uneven"] == [inputs % groups != 0, outputs % groups != 0], one
        if any(result["uneven"]):
            assert found["sentence"].startswith("no layer: "), one
            assert (result["weights"], result["work"], result["seen"]) == (0, 0, outputs * [[]]), one
            continue
        even += 1
        layer = nn.Conv(inputs, outputs, kernel, groups=groups, rng=rng)
        shape = layer.parameters["weight"].shape
        assert result["weights"] == layer.parameters["weight"].size, one
        # One channel at a time, and the output channels that answer; then ones, so that a sum counts products.
        pixels = np.eye(inputs)[:, :, None, None] * np.ones((kernel, kernel))
        answers = convbook.conv(pixels, np.ones(shape), groups=groups)[:, :, 0, 0]
        assert result["seen"] == [np.flatnonzero(column).tolist() for column in answers.T], one
        picture = np.ones((1, inputs, side + kernel - 1, side + kernel - 1))
        assert result["work"] == convbook.conv(picture, np.ones(shape), groups=groups).sum(), one
    assert SETTINGS / 2 < even < SETTINGS


def test_the_sentence_of_an_output_channel_computes_to_its_counts() -> None:
    explored = explorer("channels")
    for one in settings("channels", RUN):
        found = explored(address(one))
        if any(found["result"]["uneven"]):
            continue
        said = found["sentence"].replace(DASH, "-").replace("·", "*").replace("²", "**2")
        own, weights, work = re.findall(r"(\d[\d*()/ ]*) = ([\d,]+) (?:weights|multiply-adds)", said)
        state, result = found["state"], found["result"]
        for total, count in (own, weights, work):
            assert eval(total) == int(count.replace(",", "")), said
        assert eval(own[0]) == len(result["seen"][state["output"]]) * state["kernel"] ** 2
        assert (eval(weights[0]), eval(work[0])) == (result["weights"], result["work"])


def test_the_sentence_of_an_output_channel_is_what_a_reader_would_say() -> None:
    explored = explorer("channels")
    assert explored("inputs=4&outputs=6&groups=2&kernel=3&side=10&output=4")["sentence"] == (
        "Output channel 4 lies in group 1 and sees input channels 2, 3: 2·3² = 18 weights. The layer has "
        "6·(4 / 2)·3² = 108 weights; at 10² places it makes 108·10² = 10,800 multiply-adds."
    )
    assert explored("inputs=4&outputs=6&groups=4&kernel=3&side=10&output=4")["sentence"] == (
        "no layer: 6 output channels cannot be split into 4 equal groups."
    )

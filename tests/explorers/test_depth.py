"""Receptive fields: those of the library's formula, and where slopes of an output arrive."""

import random
import re
from typing import Any

import numpy as np
import pytest

import convbook
from explorers import DASH, KINDS, RUN, SETTINGS, Use, address, context, explorer, settings

USE = Use(
    "Input size n",
    "9",
    "Layer 2: field = 3 + (3 − 1)·1·1 = 5; jump = 1·2 = 2; outputs = ⌊(7 − 3) / 2⌋ + 1 = 3.",
    "Layer 3: field = 5 + (3 − 1)·2·2 = 13; jump = 2·1 = 2; no output: its window reaches over 5, and 3 come in.",
    pasted=("Layers[0, taps]", "2\t1\t1\r\n2\t1\t2\r\n", "Layer 2: field = 2 + (2 − 1)·2·1 = 4"),
    number="n",
)


def setting(rng: random.Random) -> dict[str, Any]:
    depth, wild = rng.choice([1, 2, 2, 3, 3, 4, 5, 12]), rng.random() < 0.2
    taps, stride, dilation = (16, 8, 512) if wild else (4, 2, 3)
    return {
        "layers": [[rng.randint(1, taps), rng.randint(1, stride), rng.randint(1, dilation)] for _ in range(depth)],
        "n": rng.choice([rng.randint(1, 20), rng.randint(20, 4096)]),
        "layer": rng.randint(1, 12),
    }


def refused(found: dict[str, Any]) -> str:
    """Say with what sentence the code of a setting must fail, if it must."""
    return "" if found["result"]["fields"][-1]["outputs"] else "must fit into the padded input"


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    last = found["result"]["fields"][-1]
    assert (names["size"], names["jump"], names["outputs"]) == (last["size"], last["jump"], last["outputs"])


def test_a_field_is_that_of_the_library() -> None:
    explored = explorer("depth")
    for one in settings("depth"):
        outputs, fields = one["n"], explored(address(one))["result"]["fields"]
        assert fields[0] == {"size": 1, "jump": 1, "outputs": outputs}
        for last, (taps, stride, dilation) in enumerate(one["layers"], 1):
            size, jump, _ = convbook.receptive_field(one["layers"][:last])
            try:
                outputs = outputs and convbook.output_size(outputs, taps, stride=stride, dilation=dilation)
            except ValueError:
                outputs = 0
            assert fields[last] == {"size": size, "jump": jump, "outputs": outputs}, one
        assert len(fields) == len(one["layers"]) + 1


def test_the_largest_field_is_still_a_whole_number() -> None:
    layers = [[16, 8, 512]] * 12
    found = explorer("depth")(address({"layers": layers, "n": 4096, "layer": 12}))
    size, jump, _ = convbook.receptive_field(layers)
    assert (found["result"]["fields"][12]["size"], found["result"]["fields"][12]["jump"]) == (size, jump)
    assert size < 2**53
    assert f" = {size};" in found["sentence"]


def test_what_an_output_sees_is_where_its_slope_arrives() -> None:
    explored, seen, gaps = explorer("depth"), 0, 0
    for one in settings("depth"):
        found = explored(address(one))
        layer, nodes = found["state"]["layer"], found["result"]["nodes"]
        layers = one["layers"][:layer]
        size, *_ = convbook.receptive_field(layers)
        assert bool(nodes) == (size <= 64), one
        if not nodes:
            continue
        # Ones as weights, so that nothing cancels; one change in the input and one slope in the output.
        values = [np.ones((1, 1, size))]
        for taps, stride, dilation in layers:
            values.append(convbook.conv(values[-1], np.ones((1, 1, taps)), stride=stride, dilation=dilation))
        slope = np.ones((1, 1, 1))
        assert values[-1].shape == slope.shape, one
        for below in range(layer - 1, -1, -1):
            taps, stride, dilation = layers[below]
            windows = {"stride": stride, "dilation": dilation}
            slope, _ = convbook.conv_vjp(slope, values[below], np.ones((1, 1, taps)), **windows)
            assert nodes[below] == np.flatnonzero(slope).tolist(), one
        assert nodes[layer] == [0]
        seen += 1
        holes = sorted(set(range(size)) - set(nodes[0]))
        gaps += bool(holes)
        says = f"it has holes, which this output does not see: {', '.join(map(str, holes))}." if holes else "no holes."
        assert found["sentence"].endswith(says), one
        for cell in holes[:2]:  # and changing such a cell changes nothing
            x = np.zeros((1, 1, size))
            x[0, 0, cell] = 1
            for taps, stride, dilation in layers:
                x = convbook.conv(x, np.ones((1, 1, taps)), stride=stride, dilation=dilation)
            assert x[0, 0, 0] == 0
    assert seen > SETTINGS / 2
    assert gaps > SETTINGS / 20


def test_the_sentence_of_a_field_computes_to_its_numbers() -> None:
    explored = explorer("depth")
    for one in settings("depth", RUN):
        found = explored(address(one))
        field = found["result"]["fields"][found["state"]["layer"]]
        said = found["sentence"].replace(DASH, "-").replace("·", "*").replace("⌊(", "((").replace(" / ", " // ")
        said = said.replace("⌋", ")")
        parts = {name: (formula, int(value)) for name, formula, value in re.findall(FORMULA, said)}
        assert set(parts) == {"field", "jump"} | ({"outputs"} if field["outputs"] else set())
        assert [eval(formula) for formula, _ in parts.values()] == [value for _, value in parts.values()], said
        assert [value for _, value in parts.values()] == [field["size"], field["jump"], field["outputs"]][: len(parts)]


FORMULA = r"(field|jump|outputs) = ([^=;]+) = (\d+)"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ("17,1,1", "“taps” is a whole number from 1 to 16, not 17."),
        ("3,1,1;3,9,1", "“stride” is a whole number from 1 to 8, not 9."),
        ("3,1,513", "“dilation” is a whole number from 1 to 512, not 513."),
        ("3,1,0", "“dilation” is a whole number from 1 to 512, not 0."),
        ("2.5,1,1", "“taps” is a whole number from 1 to 16, not 2.5."),
        ("3,1", "A row has 3 numbers: taps, stride, dilation."),
        ("3,1,1,1", "A row has 3 numbers: taps, stride, dilation."),
    ],
)
def test_a_row_that_is_no_layer_is_refused_by_the_page_and_by_the_build(rows: str, says: str) -> None:
    assert context("depth").get("fault")(f"layers={rows}") == says
    with pytest.raises(ValueError, match=r"must (be a whole number|have 3 numbers)"):
        KINDS["depth"].readers["layers"](rows)

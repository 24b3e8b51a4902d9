"""The paths of slopes: what arrives along them is the gradient of the library."""

import random
import re
from typing import Any

import numpy as np
import pytest

import convbook
from explorers import DASH, RUN, SETTINGS, Use, address, context, explorer, floats, settings, values

USE = Use(
    "Stride s",
    "1",
    "∂L/∂x[2] = 1·1 + 2·(−1) + 3·2 = 5: x[2] reaches y[0] by w[2], y[1] by w[1] and y[2] by w[0]",
    "∂L/∂x[3] = 2·1 + 3·(−1) + 1·2 = 1",
    pasted=("Weights w[0]", "7\t8", "∂L/∂x[2] = 2·7 = 14: x[2] reaches y[1] by w[0]"),
    choice=("Slope of", "weight", "input"),
    number="stride",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "x": values(rng, 8),
        "w": values(rng, 5 if rng.random() < 0.5 else 3),
        "stride": rng.randint(1, 3),
        "slopes": values(rng, 8),
        "of": rng.choice(["input", "weight"]),
        "place": rng.randint(0, 7),
    }


def refused(found: dict[str, Any]) -> str:
    return "" if found["result"]["y"] else "must fit into"


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["of_x"][0, 0].tolist() == found["result"]["ofX"]
    assert names["of_w"][0, 0].tolist() == found["result"]["ofW"]


def test_what_arrives_along_the_paths_is_the_gradient_of_the_library() -> None:
    explored, fitting = explorer("paths"), 0
    for one in settings("paths"):
        x, w, stride, of = floats(one["x"]), floats(one["w"]), one["stride"], one["of"]
        found = explored(address(one))
        result, slopes, place = found["result"], found["state"]["slopes"], found["state"]["place"]
        assert place == min(one["place"], len(x if of == "input" else w) - 1)
        if len(w) > len(x):
            assert (result["y"], result["paths"], len(slopes)) == ([], [], 1)
            with pytest.raises(ValueError, match="must fit into"):
                convbook.conv([[x]], [[w]], stride=stride)
            continue
        fitting += 1
        y = convbook.conv([[x]], [[w]], stride=stride)[0, 0]
        assert result["y"] == y.tolist(), one
        assert slopes == (one["slopes"] + len(y) * [1])[: len(y)], one
        of_x, of_w = convbook.conv_vjp([[slopes]], [[x]], [[w]], stride=stride)
        assert result["ofX"] == of_x[0, 0].tolist(), one
        assert result["ofW"] == of_w[0, 0].tolist(), one
        # Of all paths those of the chosen number add up to its slope.
        assert len(result["paths"]) == len(y) * len(w)
        chosen = [path for path in result["paths"] if path["chosen"]]
        factors = [w[path["m"]] if of == "input" else x[path["j"]] for path in chosen]
        assert result["pairs"] == [[slopes[path["n"]], factor] for path, factor in zip(chosen, factors, strict=True)]
        total = sum(a * b for a, b in result["pairs"])
        assert total == (result["ofX"] if of == "input" else result["ofW"])[place], one
    assert SETTINGS / 2 < fitting < SETTINGS


def test_the_sentence_of_a_slope_computes_to_it_and_names_its_paths() -> None:
    explored, unseen = explorer("paths"), 0
    for one in settings("paths", RUN):
        found = explored(address(one))
        result, said = found["result"], found["sentence"].replace(DASH, "-").replace("·", "*")
        if not result["y"]:
            assert re.fullmatch(r"no output: \d weights do not fit into \d inputs?", said)
            continue
        of, place = found["state"]["of"], found["state"]["place"]
        head, *sums = said.partition(": ")[0].split(" = ")
        assert head == f"∂L/∂{'x' if of == 'input' else 'w'}[{place}]"
        for each in sums:
            np.testing.assert_allclose(
                eval(each), (result["ofX"] if of == "input" else result["ofW"])[place], rtol=1e-5
            )
        named = re.findall(r"y\[(\d)\] by w\[(\d)\]|x\[(\d)\] to y\[(\d)\]", said)
        chosen = [path for path in result["paths"] if path["chosen"]]
        expected = [(path["n"], path["m"]) if of == "input" else (path["j"], path["n"]) for path in chosen]
        assert [tuple(int(number) for number in one if number) for one in named] == expected
        unseen += not named
    assert unseen


def test_the_sentence_of_a_slope_is_what_a_reader_would_say() -> None:
    said = [
        explorer("paths")(f"x=0,1,2,3,4&w=2,-1,1&stride={stride}&slopes=1,2,3&of={of}&place={place}")["sentence"]
        for stride, of, place in [(1, "input", 1), (2, "weight", 0), (3, "input", 4)]
    ]
    assert said == [
        f"∂L/∂x[1] = 1·({DASH}1) + 2·2 = 3: x[1] reaches y[0] by w[1] and y[1] by w[0]",
        "∂L/∂w[0] = 1·0 + 2·2 = 4: w[0] takes x[0] to y[0] and x[2] to y[1]",
        "∂L/∂x[4] = 0: no window sees x[4]",
    ]


def test_a_list_that_a_drawing_has_no_room_for_is_refused_in_a_sentence() -> None:
    assert context("paths").get("fault")("w=1,2,3,4,5,6") == "A list has 1 to 5 numbers, not 6."

"""Copies of a kernel: their sum is the library's transposed convolution, and so are their numbers and sizes."""

import random
import re
from typing import Any

import numpy as np

import convbook
from explorers import DASH, RUN, SETTINGS, Use, address, explorer, floats, settings, values

USE = Use(
    "Stride s",
    "3",
    "outputs = (3 − 1)·3 + 4 − 2·1 + 0 = 8. v[1] writes 2·1 = 2 into z[2]",
    "v[2] writes 1·1 = 1 into z[5]",
    pasted=("Input v[0]", "7\t8\t9", "v[1] writes 8·1 = 8 into z[1]"),
    number="stride",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "v": values(rng, 8),
        "w": values(rng, 6),
        "stride": rng.randint(1, 9) if rng.random() < 0.5 else rng.randint(1, 3),
        "padding": rng.choice([0, 1, rng.randint(0, 9)]),
        "output_padding": rng.choice([0, rng.randint(0, 2), rng.randint(0, 8)]),
        "dilation": rng.choice([1, rng.randint(1, 5)]),
        "place": rng.randint(0, 9),
    }


def windows(one: dict[str, Any]) -> dict[str, int]:
    return {name: one[name] for name in ("stride", "padding", "output_padding", "dilation")}


def refused(found: dict[str, Any]) -> str:
    """Say with what sentence the code of a setting must fail, if it must."""
    if found["result"]["fits"]:
        return ""
    return "must be smaller than `stride`" if "must be smaller" in found["sentence"] else "must leave an output"


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["z"][0, 0].tolist() == found["result"]["z"]


def test_copies_add_up_to_the_transposed_convolution_of_the_library() -> None:
    explored = explorer("transposed")
    fitting = 0
    for one in settings("transposed"):
        v, w = floats(one["v"]), floats(one["w"])
        result = explored(address(one))["result"]
        try:
            z = convbook.conv_transpose([[v]], [[w]], **windows(one))[0, 0]
        except ValueError:
            assert (result["fits"], result["z"], result["copies"]) == (False, [], []), one
            continue
        fitting += 1
        assert result["fits"], one
        assert result["z"] == z.tolist(), one
        assert result["size"] == len(z) == convbook.transposed_output_size(len(v), len(w), **windows(one)), one
        # Ones that are written with ones count copies.
        ones = np.ones((1, 1, len(v)), int), np.ones((1, 1, len(w)), int)
        assert result["copies"] == convbook.conv_transpose(*ones, **windows(one))[0, 0].tolist(), one
        # What is cropped is there too: it is what no padding would have left.
        whole = convbook.conv_transpose([[v]], [[w]], stride=one["stride"], dilation=one["dilation"])[0, 0].tolist()
        assert result["sums"] == whole + [0.0] * max(one["output_padding"] - one["padding"], 0), one
        assert [sum(a * b for a, b in pairs) for pairs in result["pairs"]] == result["sums"], one
    assert SETTINGS / 2 < fitting < SETTINGS


def test_the_sentence_about_a_copy_computes_to_what_the_copy_alone_writes() -> None:
    explored, several = explorer("transposed"), 0
    for one in settings("transposed", RUN):
        found = explored(address(one))
        result, place, w = found["result"], found["state"]["place"], floats(one["w"])
        said = found["sentence"].replace(DASH, "-").replace("·", "*")
        if one["output_padding"] < max(one["stride"], one["dilation"]):
            reach, outputs = re.findall(r"(?:reach|outputs) = ([^=]+) = (-?\d+)", said)
            assert eval(reach[0]) == int(reach[1]) == result["reach"]
            assert eval(outputs[0]) == int(outputs[1]) == result["size"]
        if not result["fits"]:
            assert "no output" in said
            continue
        alone = np.zeros((1, 1, len(one["v"])))
        alone[0, 0, place] = one["v"][place]
        z = convbook.conv_transpose(alone, [[w]], **windows(one))[0, 0]
        written = re.findall(r"([^ ]+) = ([^ ]+) into (?:z\[(\d+)\]|a cropped cell)", said)
        assert len(written) == len(w)
        for product, value, output in written:
            assert abs(eval(product) - float(value)) <= 1e-5 * abs(eval(product)), said
            if output:
                assert z[int(output)] == eval(product), said
        kept = [int(output) for *_, output in written if output]
        if kept:
            output, total, value = re.search(r"there z\[(\d+)\] = ([^=]+) = (\S+)\. Copies", said).groups()
            assert eval(total) == result["z"][int(output)]
            assert abs(eval(total) - float(value)) <= 1e-5 * abs(eval(total))
            assert total.count("*") == max(result["copies"][cell] for cell in kept)
            several += total.count("*") > 1
    assert several > RUN / 4


def test_the_sentence_about_a_copy_is_what_a_reader_would_say() -> None:
    said = explorer("transposed")("v=1,2,1&w=1,2,3&stride=2&padding=1&output_padding=0&dilation=1&place=1")["sentence"]
    assert said == (
        "reach = 1·(3 − 1) + 1 = 3; outputs = (3 − 1)·2 + 3 − 2·1 + 0 = 5. v[1] writes 2·1 = 2 into z[1], 2·2 = 4 into "
        "z[2], 2·3 = 6 into z[3]; there z[1] = 1·3 + 2·1 = 5. Copies on an output: 1 to 2."
    )

"""Border rules: what stands outside is what the library puts there."""

import random
from typing import Any

import convbook
from explorers import Use, address, explorer, floats, settings, values

USE = Use(
    "Signal x[2]",
    "9",
    "place −2 lies outside: reflect takes x[2] = 9",
    "reflect takes x[1] = 2",
    pasted=("Signal x[0]", "7\r\n8\r\n9\r\n", "reflect takes x[2] = 9"),
    choice=("Rule", "wrap", "edge"),
    number="x",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "x": values(rng, 8),
        "rule": rng.choice(["constant", "edge", "reflect", "symmetric", "wrap"]),
        "before": rng.randint(0, 12),
        "after": rng.randint(0, 12),
        "value": rng.randint(-999, 999),
        "place": rng.randint(-12, 20),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["y"].tolist() == found["result"]["y"]


def test_a_border_takes_its_values_where_the_library_takes_them() -> None:
    explored = explorer("padding")
    for one in settings("padding"):
        x, rule, widths = floats(one["x"]), one["rule"], (one["before"], one["after"])
        result = explored(address(one))["result"]
        held = {"value": one["value"]} if rule == "constant" else {}
        assert result["y"] == convbook.pad(x, widths, rule, **held).tolist(), one
        places = convbook.pad(list(range(len(x))), widths, rule, **({"value": -1} if held else {})).tolist()
        assert [-1 if source is None else source for source in result["sources"]] == places, one


def test_the_sentence_of_a_border_is_what_a_reader_would_say() -> None:
    said = explorer("padding")("x=5,6,7&rule=reflect&before=2&after=0&value=0&place=-2")["sentence"]
    assert said == "place −2 lies outside: reflect takes x[2] = 7 (a mirror in the middle of the end cell)"

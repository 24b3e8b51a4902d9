"""A border rule against the truth: guesses, means and errors are those of the library."""

import random
from typing import Any

import numpy as np

import convbook
from explorers import DASH, Use, address, explorer, settings, values

USE = Use(
    "True signal[0]",
    "3",
    "reflect guesses 12, 11 outside, where 3, 9 was; (3 + 9 + 10 + 11 + 12)/5 = 9 is true: off by 2.2; mean |error|",
    "y[1] = (11 + 10 + 11 + 12 + 13)/5 = 11.4: reflect guesses 11 outside, where 9 was",
    pasted=("True signal[0]", "7\r\n8\r\n9\r\n7\r\n8\r\n9\r\n", "y[0] = "),
    choice=("Rule", "wrap", "edge"),
    number="taps",
)


def setting(rng: random.Random) -> dict[str, Any]:
    truth = values(rng, 16)
    before = rng.randint(0, min(5, len(truth) - 1))
    return {
        "truth": truth,
        "before": before,
        "after": rng.randint(0, min(5, len(truth) - 1 - before)),
        "rule": rng.choice(["constant", "edge", "reflect", "symmetric", "wrap"]),
        "value": rng.randint(-999, 999),
        "taps": rng.randint(1, 7),
        "place": rng.randint(0, 23),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    outputs = found["result"]["outputs"]
    assert names["y"].tolist() == [one["y"] for one in outputs]
    assert names["error"].tolist() == [one["error"] for one in outputs if one["error"] is not None]


def test_a_guess_is_the_library_s_and_an_error_is_what_it_changes() -> None:
    explored = explorer("outside")
    with_errors = without_truth = 0
    for one in settings("outside"):
        truth, before, taps = np.array(one["truth"], float), one["before"], one["taps"]
        x = truth[before : len(truth) - one["after"]]
        left, right = (taps - 1) // 2, taps // 2
        held = {"value": one["value"]} if one["rule"] == "constant" else {}
        padded = convbook.pad(x, (left, right), one["rule"], **held)
        found = explored(address(one))
        result = found["result"]
        assert [guess for _, guess in result["around"]] == [*padded[:left], *padded[left + len(x) :]], one
        for n, output in enumerate(result["outputs"]):
            assert output["guessed"] == padded[n : n + taps].tolist(), one
            first = before + n - left
            if first < 0 or first + taps > len(truth):
                without_truth += 1
                assert output["error"] is None, one
            else:
                with_errors += output["error"] != 0
                assert output["error"] == padded[n : n + taps].sum() / taps - truth[first : first + taps].sum() / taps
        assert result["known"] == sum(output["error"] is not None for output in result["outputs"])
    assert with_errors > 100
    assert without_truth > 100


def test_the_sentence_of_an_output_says_what_was_guessed_and_what_was_true() -> None:
    said = explorer("outside")("truth=7,3,3,1,5&before=1&after=1&rule=edge&value=0&taps=3&place=0")["sentence"]
    assert said == (
        "y[0] = (3 + 3 + 3)/3 = 3: edge guesses 3 outside, where 7 was; (7 + 3 + 3)/3 = 4.33333 is true: off by "
        f"{DASH}1.33333; mean |error| 0.888889 over 3 of 3 outputs"
    )
    said = explorer("outside")("truth=7,3,3&before=0&after=0&rule=wrap&value=0&taps=3&place=1")["sentence"]
    assert said == "y[1] = (7 + 3 + 3)/3 = 4.33333: sees no cell outside; mean |error| 0 over 1 of 3 outputs"

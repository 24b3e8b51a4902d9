"""Four pictures: their products and sums are those of the library, and each picture has them all."""

import random
import re
from typing import Any

import numpy as np

import convbook
from explorers import DASH, RUN, Use, address, explorer, floats, settings, values

USE = Use(
    "Signal x[1]",
    "-4",
    f"y[2] = {DASH}4·2 + 5·1 = {DASH}3: the products with i + j = 2; the term with t² is {DASH}3t²",
    "y[3] = 5·2 = 10",
    pasted=("Kernel h[0]", "1\t0\t2", "y[2] = 3·2 + 4·0 + 5·1 = 11"),
    number="h",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {"x": values(rng, 9), "h": values(rng, 7 if rng.random() < 0.8 else 12), "n": rng.randint(0, 18)}


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    four = [names[name] for name in ("diagonal", "window", "column", "coefficient")]
    assert four == [found["result"]["y"][found["state"]["n"]]] * 4
    assert names["table"].tolist() == found["result"]["table"]


def test_every_picture_has_the_products_and_the_sums_of_the_library() -> None:
    explored = explorer("four")
    for one in settings("four"):
        x, h = floats(one["x"]), floats(one["h"])
        found = explored(address(one))
        n, result = found["state"]["n"], found["result"]
        y = convbook.convolve(x, h, method="direct").tolist()
        assert n == min(one["n"], len(y) - 1), one
        assert result["y"] == y, one
        assert result["table"] == np.outer(x, h).tolist(), one
        diagonal = [[x[i], h[j]] for i in range(len(x)) for j in range(len(h)) if i + j == n]
        assert result["pairs"] == diagonal, one


def coefficient(term: str, n: int) -> float:
    """Read a term of a polynomial whose power must be n."""
    number, t, power = re.fullmatch(r"([^t]*)(t?)(.*)", term.replace(DASH, "-")).groups()  # type: ignore[union-attr]
    digits = int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))) if power else len(t)
    value = float(number + "1" if t and number in ("", "-") else number)
    assert digits == n or (value == 0 and not t)
    return value


def test_the_terms_are_those_of_the_polynomials() -> None:
    explored = explorer("four")
    for one in settings("four"):
        result = explored(address(one))["result"]
        for terms, numbers in zip(result["terms"], (one["x"], one["h"], result["y"]), strict=True):
            read = [coefficient(term, n) for n, term in enumerate(terms)]
            np.testing.assert_allclose(read, numbers, rtol=5e-6)  # six digits are shown


def test_a_term_is_written_as_in_a_school_book() -> None:
    said = explorer("four")("x=1,-1,0,2.5&h=1&n=2")["result"]["terms"][0]
    assert said == ["1", f"{DASH}t", "0", "2.5t³"]


def test_the_sentence_computes_to_its_result() -> None:
    explored = explorer("four")
    for one in settings("four", RUN):
        found = explored(address(one))
        said = found["sentence"].partition(":")[0].replace(DASH, "-").replace("·", "*")
        head, sum_, total = said.split(" = ")
        n, y = found["state"]["n"], found["result"]["y"]
        assert head == f"y[{n}]"
        assert eval(sum_) == y[n]
        assert abs(float(total) - y[n]) <= 1e-5 * abs(y[n])

"""Learning rates: factors and losses are those of NumPy's eigenvalues and of descents computed in fractions."""

import random
import re
from fractions import Fraction
from typing import Any

import numpy as np

import convbook
from explorers import DASH, RUN, Use, address, explorer, floats, settings, values

USE = Use(
    "Rows",
    "3",
    "steep: 1 − 0.05·42 = −1.1; flat: 1 − 0.05·6 = 0.7.",
    "steep: 1 − 0.051·42 = −1.142; flat: 1 − 0.051·6 = 0.694.",
    pasted=("A row of the picture[0]", "1\t0", "steep: 1 − 0.05·12 = 0.4; flat: 1 − 0.05·0 = 1."),
    number="rows",
)


def setting(rng: random.Random) -> dict[str, Any]:
    first = rng.choice([1, *values(rng, 4, 4)])
    row = rng.choice([[1], [0, 1], [0, 1, 2, 3], [0, 1, -1, -2]])
    return {
        "x": [rng.choice(row) for _ in range(rng.randint(1, 9))],
        "rows": rng.randint(1, 6),
        "first": first,
        "second": rng.choice([-1, -first, *values(rng, 2, 2)]),
        "steps": rng.randint(1, 40),
        "rate": rng.choice([rng.randint(0, 100), rng.randint(0, 30)]),
    }


def curvature(one: dict[str, Any]) -> Any:
    """Compute the Hessian from the slopes of the library's layer: a quadratic loss has slopes that are linear."""
    picture = np.tile(np.array(one["x"], float), (one["rows"], 1))[None, None]
    if picture.shape[-1] < 2:
        return np.zeros((2, 2))
    columns = []
    for weights in np.eye(2):
        kernel = weights.reshape(1, 1, 1, 2)
        residual = convbook.conv(picture, kernel)
        columns.append(convbook.conv_vjp(2 * residual, picture, kernel)[1].ravel())
    return np.array(columns)


def descent(hessian: Any, one: dict[str, Any], steps: int) -> list[Fraction]:
    """Walk downhill without rounding: errors are whole numbers, in quarters and in thousandths for each step."""
    (a, b), (_, c) = hessian.astype(int).tolist()
    e, f, rate, unit = int(4 * one["first"] - 4), int(4 * one["second"] + 4), one["rate"], 16
    losses = []
    for _ in range(steps + 1):
        losses.append(Fraction(a * e * e + 2 * b * e * f + c * f * f, 2 * unit))
        e, f, unit = 1000 * e - rate * (a * e + b * f), 1000 * f - rate * (b * e + c * f), unit * 10**6
    return losses


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    result = found["result"]
    np.testing.assert_allclose(names["factors"], result["factors"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(names["losses"], floats(result["losses"]), rtol=1e-6, atol=1e-9)


def test_factors_and_losses_are_those_of_the_layer_and_of_numpy() -> None:
    explored, exploded = explorer("rate"), 0
    for one in settings("rate"):
        result, hessian = explored(address(one))["result"], curvature(one)
        eigenvalues = np.linalg.eigvalsh(hessian)[::-1]
        np.testing.assert_allclose(result["eigenvalues"], eigenvalues, rtol=1e-9, atol=1e-9, err_msg=str(one))
        factors = 1 - one["rate"] / 1000 * eigenvalues
        np.testing.assert_allclose(result["factors"], factors, rtol=1e-9, atol=1e-9, err_msg=str(one))
        losses = [float(loss) for loss in descent(hessian, one, one["steps"])]
        np.testing.assert_allclose(floats(result["losses"]), losses, rtol=1e-6, atol=1e-12, err_msg=str(one))
        np.testing.assert_allclose(np.sum(floats(result["modes"]), axis=0), floats(result["losses"]), rtol=1e-12)
        exploded += losses[-1] > 1000 * losses[0]
    assert exploded > 40


def test_an_explosion_is_said_when_the_losses_explode() -> None:
    explored, said = explorer("rate"), dict.fromkeys(VERDICTS, 0)
    largest = [{"x": [1, 0], "rows": 10, "first": 2, "second": second, "steps": 5, "rate": 100} for second in (-1, 3)]
    for one in [*settings("rate"), *largest]:
        found = explored(address(one))
        losses = descent(curvature(one), one, 200)
        verdict = next(words for words in VERDICTS if words in found["sentence"])
        said[verdict] += 1
        assert VERDICTS[verdict](losses), one
    assert min(said.values()) > 1, said


#: What is said, and what must then be true of 200 exact losses.
VERDICTS = {
    "no window sees anything but 0": lambda losses: set(losses) == {0},
    "a rate of 0 changes nothing": lambda losses: len(set(losses)) == 1,
    "the weights are right from the start": lambda losses: set(losses) == {0},
    "it explodes": lambda losses: losses[-1] > losses[-2] > losses[-3],
    "the start has no error that grows": lambda losses: losses[-1] <= losses[0],
    "stays as large": lambda losses: losses[-1] <= losses[1] <= losses[0],
    "a flat one stays": lambda losses: losses[-1] <= losses[1] <= losses[0],
    "both errors go to 0": lambda losses: losses[-1] <= losses[-2] <= losses[0],
}


def test_the_largest_rate_that_does_not_explode_is_said_to_go_nowhere() -> None:
    found = explorer("rate")("x=1,0&rows=10&first=2&second=-1&steps=5&rate=100")
    assert found["result"]["losses"] == 6 * [10]
    assert "0.1 is 2 / 20 = 0.1, where a steep error changes its sign and stays as large" in found["sentence"]


def test_a_loss_that_no_number_can_hold_ends_the_curve() -> None:
    result = explorer("rate")("x=1000000,0&rows=12&first=2&second=-1&steps=40&rate=100")["result"]
    assert 1 < len(result["losses"]) < 41
    assert max(result["losses"]) <= 1e300


def test_the_sentence_of_a_rate_computes_to_its_factors() -> None:
    explored = explorer("rate")
    for one in settings("rate", RUN):
        found = explored(address(one))
        said = found["sentence"].replace(DASH, "-").replace("·", "*")
        for part, factor in zip(said.partition(". ")[0].split("; "), found["result"]["factors"], strict=True):
            total, value = part.partition(": ")[2].split(" = ")
            assert abs(eval(total) - factor) <= 1e-4 * max(1, abs(factor)), said
            assert abs(float(value) - factor) <= 1e-5 * max(1, abs(factor)), said
        if limit := re.search(r"(2 / \S+) = ([\d.e+-]+\d)", said):
            assert abs(eval(limit[1]) - float(limit[2])) <= 1e-5 * float(limit[2])


def test_the_sentence_of_the_notebooks_rate_is_what_the_chapter_says() -> None:
    said = explorer("rate")("x=1,1,0,0,0,0,1,1,1&rows=6&first=2&second=1&steps=4&rate=50")["sentence"]
    assert said == (
        "steep: 1 − 0.05·84 = −3.2; flat: 1 − 0.05·12 = 0.4. In 4 steps the loss goes from 192 to 2078080: it "
        "explodes, for 0.05 lies above 2 / 84 = 0.0238095."
    )

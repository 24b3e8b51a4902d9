"""Division by a blur: what comes back is what NumPy's transforms give, and what the normal equations say."""

import random
from typing import Any

import numpy as np
import pytest

from book.explorers.kinds.deblur import restored
from explorers import RUN, Use, address, explorer, settings, values

USE = Use(
    "Noise ε[0]",
    "1",
    "λ = 0.1: of each wave",
    "λ = 0.178: of each wave",
    pasted=("Signal x[0]", "6\t0\t12\t0", "λ = 0.1: of each wave 0 to 0.909 is kept"),
    number="x",
)


def setting(rng: random.Random) -> dict[str, Any]:
    x = values(rng, 24, 2)
    return {"x": x, "h": values(rng, min(len(x), 7)), "e": values(rng, 5), "p": rng.randint(-24, 8)}


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["z"].tolist() == pytest.approx(found["result"]["z"], rel=1e-6, abs=1e-6)


def test_what_comes_back_solves_the_normal_equations() -> None:
    explored = explorer("deblur")
    for one in settings("deblur"):
        result = explored(address(one))["result"]
        x, weight = one["x"], 10 ** (one["p"] / 4)
        y, z = restored(x, one["h"], one["e"], weight)
        assert result["y"] == pytest.approx(y.tolist(), abs=1e-9), one
        # A wave that the blur has lost is divided by λ alone: rounding is divided, too.
        assert result["z"] == pytest.approx(z.tolist(), rel=1e-6, abs=1e-6), one
        assert result["error"] == pytest.approx(np.linalg.norm(z - x), rel=1e-6, abs=1e-6)
        assert result["blurred"] == pytest.approx(np.linalg.norm(y - x), rel=1e-9, abs=1e-9)
        kernel = np.zeros(len(x))
        kernel[(np.arange(len(one["h"])) - len(one["h"]) // 2) % len(x)] = one["h"]
        power = np.abs(np.fft.fft(kernel)) ** 2
        assert result["kept"] == pytest.approx((power / (power + weight)).tolist(), abs=1e-9)


def test_the_curve_holds_the_error_of_every_weight() -> None:
    explored = explorer("deblur")
    for one in settings("deblur", RUN):
        result = explored(address(one))["result"]
        assert result["errors"][one["p"] + 24] == result["error"]
        assert result["weights"] == pytest.approx((10 ** (np.arange(-24, 9) / 4)).tolist())
        errors = [np.linalg.norm(restored(one["x"], one["h"], one["e"], weight)[1] - one["x"]) for weight in (1e-2, 1)]
        assert [result["errors"][16], result["errors"][24]] == pytest.approx(errors, rel=1e-6, abs=1e-6)


def test_the_four_numbers_of_the_chapter_come_back_as_it_says() -> None:
    """With λ = 1/9 in the chapter; here with the next quarter of a power of ten below, and by its formula."""
    result = explorer("deblur")("x=6,0,12,0&h=0.16666666666666666,0.6666666666666666,0.16666666666666666&e=0&p=-4")[
        "result"
    ]
    assert result["y"] == pytest.approx([4, 3, 8, 3])
    assert result["kept"] == pytest.approx([1 / 1.1, 4 / 4.9, 1 / 1.9, 4 / 4.9])

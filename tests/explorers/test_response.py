"""A kernel's response: the factors are NumPy's transform, the output is the library's, and aliases are what is seen."""

import random
from typing import Any

import numpy as np
import pytest

from convbook.matrices import circulant
from explorers import RUN, Use, address, explorer, settings, values

USE = Use(
    "Kernel h[0]",
    "1",
    "The wave of 3 cycles comes out times 1.",
    "The wave of 4 cycles comes out times",
    pasted=("Kernel h[0]", "1\t0\t0\t-1", "The wave of 3 cycles comes out times 1.848"),
    choice=("Keep every s-th", "2", "8"),
    number="h",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {"h": values(rng, 12), "stride": rng.choice("123468"), "k": rng.randint(0, 12)}


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    assert names["kept"].tolist() == pytest.approx(found["result"]["kept"], abs=1e-9)


def test_a_wave_comes_out_as_the_library_convolves_it_on_the_circle() -> None:
    explored = explorer("response")
    for one in settings("response"):
        found = explored(address(one))
        result, k = found["result"], found["state"]["k"]
        wave = np.cos(2 * np.pi * k * np.arange(24) / 24)
        assert result["x"] == pytest.approx(wave.tolist(), abs=1e-9)
        assert result["y"] == pytest.approx((circulant(one["h"], 24) @ wave).tolist(), abs=1e-9), one
        factors = np.fft.fft(one["h"], 24)[:13]
        assert result["sizes"] == pytest.approx(np.abs(factors).tolist(), abs=1e-9)
        if abs(factors[k]) > 1e-9:
            assert np.exp(-1j * result["late"]) == pytest.approx(factors[k] / abs(factors[k]), abs=1e-9)


def test_what_is_kept_has_the_frequency_that_is_said() -> None:
    explored = explorer("response")
    for one in settings("response"):
        result = explored(address(one))["result"]
        assert result["kept"] == result["y"][:: int(one["stride"])]
        amounts = np.abs(np.fft.rfft(result["kept"]))
        amounts[result["alias"]] = 0
        assert amounts == pytest.approx(0, abs=1e-8), one


def test_the_sentence_says_size_angle_and_alias() -> None:
    explored = explorer("response")
    assert explored("h=1,1,0&stride=4&k=4")["sentence"] == (
        "The wave of 4 cycles comes out times 1.732, 30° late; on the 6 places that are kept it looks like 2 cycles."
    )
    assert explored("h=1,1&stride=1&k=12")["sentence"] == "The wave of 12 cycles comes out as zeros."
    assert all(explored(address(one))["sentence"] for one in settings("response", RUN))

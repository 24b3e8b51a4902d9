"""Modes: each part is the one that the library's own function returns."""

import json
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import ndimage, signal
from site_builds import ROOT

import convbook
from explorers import DASH, KINDS, Use, address, explorer, settings

USE = Use(
    "Kernel K",
    "9",
    "length = max(6, 9) = 9, full[2 : 11]. Place 5 of full reads x[0] to x[5] and is number 3 of the result.",
    "Place 6 of full reads x[0] to x[5] and is number 4 of the result.",
    choice=("Library", "torch", "scipy.signal"),
    number="size",
)


def setting(rng: random.Random) -> dict[str, Any]:
    return {
        "size": rng.randint(1, rng.choice([24, 128])) if rng.random() < 0.6 else rng.randint(1, 6),
        "kernel": rng.randint(1, 24) if rng.random() < 0.6 else rng.randint(1, 5),
        "mode": rng.choice(["full", "same", "valid"]),
        "library": rng.choice(["numpy", "scipy.signal", "scipy.ndimage", "torch"]),
        "place": rng.randint(0, rng.choice([40, 155])),
    }


def refused(found: dict[str, Any]) -> str:
    return "must fit into the padded input" if found["result"]["refused"] else ""


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    start, length = found["result"]["start"], found["result"]["length"]
    assert names["part"].tolist() == names["full"][start : start + length].tolist()


def layer(x: Any, h: Any, mode: str) -> Any:
    """Compute with the layer of the library, whose sizes and starts are PyTorch's."""
    return convbook.conv(x[None, None], h[None, None], padding={"full": len(h) - 1, "same": "same", "valid": 0}[mode])[
        0, 0
    ]


#: What a library has itself, by name and mode: NumPy and SciPy are here, and the layer stands for PyTorch.
FUNCTIONS: dict[str, Callable[[Any, Any, str], Any]] = {
    "numpy": np.convolve,
    "scipy.signal": signal.convolve,
    "scipy.ndimage": lambda x, h, mode: ndimage.convolve1d(x, h, mode="constant") if mode == "same" else None,
    "torch": layer,
}


def test_each_part_is_what_the_function_of_the_library_returns() -> None:
    explored, rng = explorer("modes"), np.random.default_rng(0)
    missing = refusals = 0
    for one in settings("modes"):
        size, kernel, mode, library, _ = one.values()
        result = explored(address(one))["result"]
        x, h = rng.normal(size=size), rng.normal(size=kernel)
        full = np.convolve(x, h[::-1] if library == "torch" else h)
        assert result["full"] == len(full), one
        if library == "torch" and mode == "valid" and kernel > size:
            with pytest.raises(ValueError, match="must fit into"):
                layer(x, h, mode)
            assert (result["refused"], result["length"]) == (True, 0), one
            refusals += 1
            continue
        assert not result["refused"], one
        part = FUNCTIONS[library](x, h, mode)
        assert result["missing"] == (part is None), one
        if part is None:  # what is cut instead
            part = np.convolve(x, h, mode)
            missing += 1
        starts = [s for s in range(len(full) - len(part) + 1) if np.allclose(full[s : s + len(part)], part)]
        assert ([result["start"]], result["length"]) == (starts, len(part)), one
    assert missing
    assert refusals


def test_the_rule_for_pytorch_is_what_it_was_seen_to_do() -> None:
    """Its recorded answers, to an impulse and to a kernel that is longer than the signal."""
    record = json.loads((ROOT / "docs" / "_data" / "conventions.json").read_text(encoding="utf-8"))["torch"]
    impulse, digits = np.eye(1, 9, 4, dtype=int)[0], 10 ** np.arange(4)
    questions = {"impulse": (impulse, [1, 2, 3, 4]), "kernel of 6, signal of 4": (digits, [1, 2, 3, 4, 5, 6])}
    for question, (x, h) in questions.items():
        full = np.convolve(x, h[::-1])
        for mode, call in (("same", "F.conv1d, same"), ("valid", "F.conv1d")):
            found = explorer("modes")(f"size={len(x)}&kernel={len(h)}&mode={mode}&library=torch&place=0")["result"]
            seen = record[question][call]
            if found["refused"]:
                assert seen == "refused: RuntimeError"
            else:
                assert full[found["start"] :][: found["length"]].tolist() == seen


def test_what_a_place_reads_is_what_changes_it() -> None:
    explored = explorer("modes")
    for one in settings("modes"):
        size, kernel = one["size"], one["kernel"]
        found = explored(address(one))
        terms = [np.convolve(impulse, np.ones(kernel))[found["state"]["place"]] for impulse in np.eye(size)]
        read = np.flatnonzero(terms)
        assert found["result"]["reads"] == [read[0], read[-1]], one
        counts = np.convolve(np.ones(size), np.ones(kernel)).round()
        complete = np.flatnonzero(counts == min(size, kernel))
        assert found["result"]["complete"] == [complete[0], complete[-1]], one


def test_the_formulas_compute_to_their_numbers() -> None:
    explored = explorer("modes")
    for one in settings("modes"):
        found = explored(address(one))
        result, said = found["result"], found["sentence"].replace(DASH, "-")
        numbers = {"min": min, "max": max, "N": one["size"]}
        start, length = (eval(rule.replace(DASH, "-"), numbers) for rule in result["rules"])
        assert start == result["start"]
        if result["refused"]:
            assert said.startswith(f"conv1d refuses {one['kernel']} weights for {one['size']} numbers")
            continue
        assert length == result["length"]
        assert f"full[{start} : {start + length}]. Place" in said
        index = found["state"]["place"] - start
        assert said.endswith(f"is number {index} of the result." if 0 <= index < length else "is left out."), said


def test_the_figure_of_a_setting_has_the_part_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr("convbook.figures.slices_of_full", lambda *given: drawn.append(given))
    for one in settings("modes"):
        found = explorer("modes")(address(one))
        if one["kernel"] <= one["size"]:
            KINDS["modes"].draw(**found["state"])
            size, kernels, slices = drawn.pop()
            part = (found["result"]["start"], found["result"]["length"])
            assert (size, kernels, list(slices.values())[-1]) == (one["size"], [one["kernel"]], [part])

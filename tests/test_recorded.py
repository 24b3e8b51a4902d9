"""PyTorch's recorded answers, forward and gradients in float64; see tests/peers/record.py."""

import json
from pathlib import Path

import numpy as np
import pytest
from peers.cases import FAMILIES, Case, mismatch, ours

RECORDED = Path(__file__).parent / "peers" / "recorded"


def recorded(family: str) -> list[tuple[Case, dict[str, np.ndarray]]]:
    """Read the cases of one family, each with what the peer answered."""
    with np.load(RECORDED / f"{family}.npz") as file:
        manifest, values = json.loads(bytes(file["manifest"])), file["values"]
    found, start = [], 0
    for case in manifest["cases"]:
        arrays: dict[str, dict[str, np.ndarray]] = {"given": {}, "wanted": {}}
        for kind, name, dtype, shape in case["arrays"]:
            stop = start + int(np.prod(shape))
            arrays[kind][name] = values[start:stop].astype(dtype).reshape(shape)
            start = stop
        found.append((Case(family, arrays["given"], case["options"]), arrays["wanted"]))
    assert start == len(values)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_every_recorded_answer_is_reproduced(family: str) -> None:
    cases = recorded(family)
    assert len(cases) == 100
    for number, (case, wanted) in enumerate(cases):
        grad = wanted.pop("grad")
        difference = mismatch(ours(case, grad), wanted)
        assert not difference, f"case {number}: {difference} for {case.options}"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_disturbed_answer_is_noticed(family: str) -> None:
    case, wanted = next(pair for pair in recorded(family) if pair[1]["y"].size)
    grad = wanted.pop("grad")
    wanted["y"].flat[-1] += 1e-9
    assert mismatch(ours(case, grad), wanted)


def test_the_recorded_cases_cover_the_corners() -> None:
    cases = [case for case, _ in recorded("conv")]
    x = [case.arrays["x"] for case in cases]
    assert {array.ndim - 2 for array in x} == {1, 2, 3}
    assert {0, 1, 2} <= {array.shape[0] for array in x}
    assert {1, 2, 3} == {case.options["groups"] for case in cases}
    assert any(case.options["padding"] == "same" for case in cases)
    kernels = {case.arrays["weight"].shape[2:] for case in cases}
    assert any(len(set(kernel)) == len(kernel) > 1 for kernel in kernels)
    assert any(k % 2 == 0 for kernel in kernels for k in kernel)
    for name in ("stride", "dilation"):
        given = [np.atleast_1d(case.options[name]).tolist() for case in cases]
        assert {1, 2, 3} == {entry for entries in given for entry in entries}

"""The planner's costs are a table: a user's own file may replace it, and it can be fitted to the times of a machine."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl  # noqa: F401  (the script needs it, which the library does not: these are no tests of the library)

from convbook.algorithms import cost
from convbook.algorithms.plan_layers import ALGORITHMS

ROOT = Path(__file__).parent.parent

CHOSEN = """
import numpy as np, convbook
print(convbook.explain_plan(np.ones((8, 64, 56, 56), np.float32), np.ones((64, 64, 3, 3), np.float32)).method)
"""


def chosen(costs: str) -> subprocess.CompletedProcess[str]:
    """Plan a layer in a program of its own, whose environment names a file of costs."""
    environment = os.environ | {"CONVBOOK_COSTS": costs, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", CHOSEN], env=environment, capture_output=True, text=True, check=False)


def test_a_file_that_the_environment_names_replaces_the_costs(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(json.dumps({"multiply_add_in_a_loop": 1e-6, "each_loop": 1e-6}), encoding="utf-8")
    assert chosen("").stdout == "winograd\n"
    assert chosen(str(path)).stdout == "taps\n"


def test_what_a_file_leaves_out_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text('{"copy": 2}', encoding="utf-8")
    assert cost.Costs.read(str(path)) == replace(cost.Costs(), copy=2)
    assert cost.Costs.read(None) == cost.Costs.read("") == cost.Costs()


@pytest.mark.parametrize("text", ['{"copie": 1}', '{"copy": 0}', '{"copy": -1}', '{"copy": "1"}', '{"copy": true}'])
def test_a_cost_that_is_unknown_or_not_positive_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(text, encoding="utf-8")
    ((name, value),) = json.loads(text).items()
    found = chosen(str(path))
    assert found.returncode
    last = found.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ValueError: The file that CONVBOOK_COSTS names (={str(path)!r}) needs to map")
    assert last.endswith(f"it has {name!r}: {value!r}.")


@pytest.mark.parametrize("text", ["[1]", "3", "null", '{"copy": NaN}', '{"copy": Infinity}'])
def test_a_file_that_holds_something_else_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "costs.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="needs to map names of costs"):
        cost.Costs.read(str(path))


def test_a_machine_that_takes_what_is_estimated_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are made up of costs; the fit, which knows times only, finds the ratios of these costs."""
    monkeypatch.syspath_prepend(str(ROOT / "tests" / "bench"))
    import calibrate

    made_up = replace(
        cost.Costs(), multiply_add=0.013, copy=0.6, multiply_add_in_a_loop=0.1, moved=3.0, each_doubling=0.5
    )
    rows = []
    for layer in calibrate.methods.layers():
        ways = {name: {"times": [1.0]} for name in ALGORITHMS}
        row = {"threads": 1, "layer": layer.name, "ways": ways}
        (one,) = calibrate.timed([row])
        monkeypatch.setattr(cost, "costs", made_up)
        times = calibrate.estimates(one)
        least = min(times.values())
        monkeypatch.setattr(cost, "costs", cost.Costs())
        rows.append(
            row | {"ways": {name: {"times": [7 * each] if each < 30 * least else []} for name, each in times.items()}}
        )
    record = tmp_path / "record.json"
    record.write_text(json.dumps({"methods": {"rows": rows}}), encoding="utf-8")
    out = tmp_path / "costs.json"
    command = [sys.executable, "calibrate.py", "--record", str(record), "--out", str(out)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT / "tests" / "bench", env=environment, capture_output=True, text=True, check=True
    )
    found, wanted = json.loads(out.read_text(encoding="utf-8")), asdict(made_up)
    ratios = np.array(
        [found[name] / wanted[name] for name in ("multiply_add", "copy", "multiply_add_in_a_loop", "moved")]
    )
    np.testing.assert_allclose(ratios / ratios[0], 1, rtol=0.25)
    right = [int(line.split()[1]) for line in done.stdout.splitlines()[:2]]
    assert right[0] < right[1] >= 0.95 * len(rows)
    assert cost.Costs.read(str(out)).copy == found["copy"]

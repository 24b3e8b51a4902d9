"""The part of the benchmark that times programs which chapters print: what it writes, and its record."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import threadpoolctl  # noqa: F401  (the scripts need it, which the library does not: these are no tests of the library)

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "docs" / "_data" / "steps.json"
WAYS = {"seven loops", "a window at a time", "all columns", "columns in blocks", "the library"}


@pytest.fixture(scope="module", params=["small", "committed"])
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the committed record, or one that is made anew for small sizes."""
    path = RECORD
    if request.param == "small":
        path = tmp_path_factory.mktemp("bench") / "steps.json"
        script = [sys.executable, "tests/bench/steps.py", "--small", "--out", str(path)]
        paths = {**os.environ, "PYTHONPATH": os.pathsep.join([".", "docs/_ext"])}
        found = subprocess.run(script, cwd=ROOT, env=paths, capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stderr
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def test_the_record_says_when_where_and_with_what_it_was_made(record: dict[str, Any]) -> None:
    assert {"date", "machine", "python", "blas", "versions"} <= set(record)
    assert set(record["versions"]) == {"convbook", "numpy"}


def test_every_program_that_is_timed_has_as_many_times_as_the_others_of_its_part(record: dict[str, Any]) -> None:
    assert set(record["steps"]["ways"]) == WAYS
    groups = [
        [*record["steps"]["ways"].values()],
        [record["blocks"]["product alone"], *record["blocks"]["rows"].values()],
        [*record["bands"]["rows"].values()],
        *([*found.values()] for found in record["spectra"]["taps"].values()),
        *([*found.values()] for found in record["winograd"]["channels"].values()),
    ]
    assert len(groups) > 10
    for group in groups:
        assert len(group) >= 2
        assert len({len(times) for times in group}) == 1
        assert min(min(times) for times in group) > 0


def test_the_multiplications_are_those_of_the_layer(record: dict[str, Any]) -> None:
    steps = record["steps"]
    _, _, high, wide = steps["input"]
    filters, channels, rows, columns = steps["weight"]
    places = (high - rows + 1) * (wide - columns + 1)
    assert steps["multiplications"] == filters * channels * rows * columns * places


def test_transforms_are_timed_where_the_memory_of_a_call_is_kept(record: dict[str, Any]) -> None:
    # More than all arrays of a call, and less than the 32 MiB up to which glibc learns from what is freed.
    assert 8 * 4 * 8 * record["spectra"]["samples"] < record["spectra"]["freed"] < 2**25

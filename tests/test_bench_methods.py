"""The part of the benchmark that holds the planner's estimates against a clock: what it writes, and what it leaves."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import threadpoolctl  # noqa: F401  (the scripts need it, which the library does not: these are no tests of the library)

SCRIPT = Path(__file__).parent / "bench" / "methods.py"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return a record into which two small layers were written, each for one thread."""
    path = tmp_path_factory.mktemp("bench") / "bench.json"
    path.write_text(json.dumps({"date": "2020-01-01", "rows": [{"case": "a", "ratio": 0.5}], "methods": {"rows": []}}))
    found = run("--threads", "1", "--layer", "lenet 5×5 6→16 @14", "--out", str(path))
    assert found.returncode == 0, found.stderr
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def test_what_else_is_in_the_record_stays(record: dict[str, Any]) -> None:
    assert record["date"] == "2020-01-01"
    assert record["rows"] == [{"case": "a", "ratio": 0.5}]


def test_the_part_says_when_where_and_with_what_it_was_made(record: dict[str, Any]) -> None:
    assert {"date", "machine", "python", "blas", "versions", "rows"} <= set(record["methods"])
    assert set(record["methods"]["versions"]) == {"convbook", "numpy", "scipy"}


def test_each_layer_has_the_choice_and_an_estimate_and_times_of_each_way_that_can_compute_it(
    record: dict[str, Any],
) -> None:
    rows = record["methods"]["rows"]
    assert [(row["threads"], row["layer"]) for row in rows] == [
        (1, "lenet 5×5 6→16 @14, batch 1"),
        (1, "lenet 5×5 6→16 @14, batch 8"),
    ]
    for row in rows:
        # It needs 3 × 3 filters for Winograd, and a signal for Toeplitz blocks.
        assert set(row["ways"]) == {"columns", "band", "taps", "overlap-save"}
        possible = {name: way["estimate"] for name, way in row["ways"].items() if not way["on request"]}
        assert row["chosen"] == min(possible, key=lambda name: possible[name])
        assert all(len(way["times"]) >= 5 and min(way["times"]) > 0 for way in row["ways"].values())


def test_what_is_written_has_a_line_for_each_row_and_reads_back_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(SCRIPT.parent)
    from measuring import as_text, update

    record = {"date": "d", "blas": ["a", "b"], "none": [], "part": {"rows": [{"case": "3×3"}, {"case": "5×5"}]}}
    text = as_text(record)
    assert json.loads(text) == record
    assert [line for line in text.splitlines() if "case" in line] == ['{"case": "3×3"},', '{"case": "5×5"}']
    path = tmp_path / "new" / "record.json"
    update(path, record)
    update(path, {"date": "e"})
    assert json.loads(path.read_text(encoding="utf-8")) == record | {"date": "e"}


def test_ways_that_do_not_answer_the_same_are_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(SCRIPT.parent)
    from measuring import agree

    agree("a layer", {"one": lambda: [1.0, 2.0], "two": lambda: [1.0, 2.001]}, 1e-2)
    with pytest.raises(SystemExit, match=r"a layer: one and two differ by 0\.0005"):
        agree("a layer", {"one": lambda: [1.0, 2.0], "two": lambda: [1.0, 2.001]}, 1e-4)

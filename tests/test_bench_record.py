"""The committed record of the benchmark, which the part on speed draws: that it is whole and says what it measured.

What it says is not tested: no test knows how fast a machine should be.
"""

import json
import re
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
RECORD = json.loads((ROOT / "docs" / "_data" / "bench.json").read_text(encoding="utf-8"))
ROWS = RECORD["rows"]
#: The part that holds the planner's estimates against a clock.
METHODS = RECORD["methods"]
#: What says when, where and with what a part was made.
ABOUT = {"date", "machine", "python", "blas", "versions"}
#: What a row holds, and its types.
SCHEMA = {
    "threads": int,
    "family": str,
    "case": str,
    "peer": str,
    "ratio": float,
    "samples": list,
    "peak": float,
    "extra_mib": float,
}
#: The families for which there are goals.
FAMILIES = {
    "dense layers",
    "depthwise and grouped layers",
    "layers, backward",
    "pooling",
    "single-channel images, SciPy",
    "single-channel images, OpenCV",
    "1-D signals",
    "small calls, SciPy",
    "small calls, PyTorch",
    "dense layers, by lot",
    "depthwise layers, by lot",
    "backward, by lot",
}


def name(row: dict[str, Any]) -> str:
    return f"{row['family']}, {row['case']}, threads {row['threads']}"


def test_the_record_says_when_where_and_with_what_it_was_made() -> None:
    assert set(RECORD) == {*ABOUT, "rows", "refused", "methods"}
    assert set(METHODS) == {*ABOUT, "rows", "hopeless"}
    assert set(RECORD["versions"]) == {"convbook", "numpy", "scipy", "torch", "cv2"}
    assert set(METHODS["versions"]) == {"convbook", "numpy", "scipy"}
    for part in (RECORD, METHODS):
        assert date.fromisoformat(part["date"]) > date(2020, 1, 1)
        assert re.fullmatch(r"3\.\d+\.\d+\S*", part["python"])
        assert len(part["machine"]) > 5
        assert part["blas"]
        assert all(re.match(r"\d+\.\d+", version) for version in part["versions"].values())


def test_every_row_has_the_same_fields_of_the_same_types() -> None:
    assert ROWS
    for row in ROWS:
        assert set(row) == set(SCHEMA), name(row)
        for field, kind in SCHEMA.items():
            assert isinstance(row[field], kind), f"{name(row)}: {field}"
        assert all(isinstance(sample, float) for one in row["samples"] for sample in one), name(row)


def test_a_case_stands_once_for_each_number_of_threads() -> None:
    names = [name(row) for row in ROWS]
    assert len(set(names)) == len(names)


def test_ratios_peaks_and_samples_are_positive() -> None:
    for row in ROWS:
        assert min(row["ratio"], row["peak"], *map(min, row["samples"])) > 0, name(row)


def test_every_case_was_measured_in_two_passes_of_five_samples_or_more() -> None:
    for row in ROWS:
        assert len(row["samples"]) == 2, name(row)
        assert min(map(len, row["samples"])) >= 5, name(row)
        # Both were rounded to three digits after the point.
        assert row["ratio"] == pytest.approx(median(sum(row["samples"], [])), abs=1.1e-3), name(row)  # noqa: RUF017


def test_the_middle_half_of_the_samples_of_a_case_spreads_by_a_quarter_at_most() -> None:
    for row in ROWS:
        for samples in row["samples"]:
            lower, _, upper = quantiles(samples, method="inclusive")
            assert upper - 5e-4 <= 1.25 * (lower + 5e-4), name(row)  # rounded to three digits after the point


def test_a_refused_case_has_its_reason_and_no_ratio() -> None:
    measured = {name(row) for row in ROWS}
    for row in RECORD["refused"]:
        assert set(row) == {"threads", "family", "case", "reason"}
        assert re.search(r"\d", row["reason"]), row
        assert name(row) not in measured


def test_threads_are_those_that_the_benchmark_sets() -> None:
    counts = {row["threads"] for row in ROWS}
    assert 1 in counts
    assert counts <= {1, 2}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_each_family_with_a_goal_was_measured_or_refused_with_every_number_of_threads(family: str) -> None:
    tried = [row["threads"] for row in [*ROWS, *RECORD["refused"]] if row["family"] == family]
    assert set(tried) == {row["threads"] for row in ROWS}
    assert any(row["family"] == family for row in ROWS)


def test_the_page_of_the_record_has_a_goal_for_these_families_and_no_other() -> None:
    text = (ROOT / "docs" / "speed" / "record.md").read_text(encoding="utf-8")
    stated = re.search(r"^goals = \{.*?\n(.*?)^\}", text, re.M | re.S)
    assert stated is not None
    assert set(re.findall(r'^    "(.*?)": \(', stated[1], re.M)) == FAMILIES


def test_the_peer_of_a_family_is_what_the_family_is_measured_against() -> None:
    named = {"SciPy": {"scipy.ndimage", "scipy.signal"}, "OpenCV": {"opencv", "opencv sep"}, "PyTorch": {"torch"}}
    layers = {"dense layers", "depthwise and grouped layers", "layers, backward", "pooling"}
    for row in ROWS:
        _, _, against = row["family"].partition(", ")
        if row["family"] in layers or against == "by lot":
            assert row["peer"] == "torch", name(row)
        elif against in named:
            assert row["peer"] in named[against], name(row)


# The planner's part ----------------------------------------------------------------------------------------------
def test_each_layer_of_the_bench_was_computed_in_more_than_one_way_with_one_thread_and_with_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(ROOT / "tests" / "bench")
    from shapes import DENSE, GROUPED

    timed = {
        (row["layer"], row["threads"]): sum(bool(way["times"]) for way in row["ways"].values())
        for row in METHODS["rows"]
    }
    assert len(timed) == len(METHODS["rows"])
    assert set(timed) >= {(f"{shape}, batch 1", threads) for shape in DENSE + GROUPED for threads in (1, 2)}
    assert min(timed.values()) > 1
    assert {way for row in METHODS["rows"] for way in row["ways"]} == {
        "columns",
        "band",
        "taps",
        "toeplitz",
        "winograd",
        "overlap-save",
    }


def test_the_planner_chose_the_least_estimate_of_those_that_it_may_take() -> None:
    for row in METHODS["rows"]:
        possible = {name: way["estimate"] for name, way in row["ways"].items() if not way["on request"]}
        assert possible[row["chosen"]] <= 1.001 * min(possible.values()), row["layer"]


def test_a_way_has_five_positive_times_or_more_unless_its_estimate_is_hopeless() -> None:
    for row in METHODS["rows"]:
        least = min(way["estimate"] for way in row["ways"].values())
        for name, way in row["ways"].items():
            if way["estimate"] < 0.999 * METHODS["hopeless"] * least:
                assert len(way["times"]) >= 5, f"{row['layer']}, {name}"
            assert all(time > 0 for time in way["times"])
        assert len({len(way["times"]) for way in row["ways"].values()} - {0}) == 1, row["layer"]

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
}


def name(row: dict[str, Any]) -> str:
    return f"{row['family']}, {row['case']}, threads {row['threads']}"


def test_the_record_says_when_where_and_with_what_it_was_made() -> None:
    assert set(RECORD) == {"date", "machine", "python", "blas", "versions", "rows", "refused"}
    assert date.fromisoformat(RECORD["date"]) > date(2020, 1, 1)
    assert re.fullmatch(r"3\.\d+\.\d+\S*", RECORD["python"])
    assert len(RECORD["machine"]) > 5
    assert RECORD["blas"]
    assert set(RECORD["versions"]) == {"convbook", "numpy", "scipy", "torch", "cv2"}
    assert all(re.match(r"\d+\.\d+", version) for version in RECORD["versions"].values())


def test_every_row_has_the_same_fields_of_the_same_types() -> None:
    assert ROWS
    for row in ROWS:
        assert set(row) == set(SCHEMA), name(row)
        for field, kind in SCHEMA.items():
            assert isinstance(row[field], kind), f"{name(row)}: {field}"
        assert all(isinstance(sample, float) for sample in row["samples"]), name(row)


def test_a_case_stands_once_for_each_number_of_threads() -> None:
    names = [name(row) for row in ROWS]
    assert len(set(names)) == len(names)


def test_ratios_peaks_and_samples_are_positive() -> None:
    for row in ROWS:
        assert min(row["ratio"], row["peak"], *row["samples"]) > 0, name(row)


def test_every_ratio_is_the_median_of_five_samples_or_more() -> None:
    for row in ROWS:
        assert len(row["samples"]) >= 5, name(row)
        # Both were rounded to three digits after the point.
        assert row["ratio"] == pytest.approx(median(row["samples"]), abs=1.1e-3), name(row)


def test_the_middle_half_of_the_samples_of_a_case_spreads_by_a_quarter_at_most() -> None:
    for row in ROWS:
        lower, _, upper = quantiles(row["samples"], method="inclusive")
        assert upper <= 1.25 * lower, name(row)


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
def test_each_family_with_a_goal_was_measured_with_every_number_of_threads(family: str) -> None:
    assert {row["threads"] for row in ROWS if row["family"] == family} == {row["threads"] for row in ROWS}


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
        if row["family"] in layers:
            assert row["peer"] == "torch", name(row)
        elif against in named:
            assert row["peer"] in named[against], name(row)

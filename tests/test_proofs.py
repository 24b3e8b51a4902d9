"""The page of proofs: what it says in full is stated, proved, tried, and found from its list."""

import re

import pytest
from site_builds import ROOT

PATH = ROOT / "docs" / "appendices" / "proofs.md"
LIST, *SECTIONS = re.split(r"^(?=\(sec-)", PATH.read_text(encoding="utf-8"), flags=re.M)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.splitlines()[0])
def test_a_theorem_is_stated_proved_and_tried_in_that_order_and_once(section: str) -> None:
    parts = [r":::\{admonition\} Theorem\n", r"\*Proof\.\* ", r"\$\\square\$\n", r"^expect: \|\n"]
    found = [[match.start() for match in re.finditer(part, section, re.M)] for part in parts]
    assert [len(places) for places in found] == [1, 1, 1, 1]
    assert found == sorted(found)


def test_each_theorem_is_found_from_the_list() -> None:
    labels = [re.match(r"\((sec-[\w-]+)\)=", section)[1] for section in SECTIONS]
    assert [label for label in labels if LIST.count(f"(#{label})") != 1] == []

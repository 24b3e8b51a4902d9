"""What readers predict: the place for the switch, the guards beside outputs, and exercises that take an answer."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
from site_builds import Site
from small_site import small_site, told_of_faults

EXERCISE = """
:::{{exercise}} {label}
:label: ex-{label}
What is it?
:::
"""
CELL = """
```{{code-cell}} python
---
{head}
---
{code}
```
"""


def exercise(label: str) -> str:
    return EXERCISE.format(label=label)


def cell(code: str, expect: str = "", *, tags: str = "remove-cell", **head: str) -> str:
    lines = [f"tags: [{tags}]", *(f"{key}: {value}" for key, value in head.items())]
    if expect:
        lines.append(f"expect: |\n  {expect}")
    return CELL.format(head="\n".join(lines), code=code)


ANSWER = {"answer": "the four numbers, as a list"}
RIGHT = (
    exercise("taken")
    + cell("[6, 3, 8, 4]", "[6, 3, 8, 4]", name="the-answer", **ANSWER)
    + cell("[8, 4, 6, 3]", "[8, 4, 6, 3]", mistake="Not flipped, & the wrong way.")
    + cell("print('6, \"3\"')", '6, "3"', mistake="No end <yet>.")
    + exercise("shown")
    + cell("7 / 2", "3.5", tags="solution", answer="half of seven", name="half")
    + cell("1 / 3", "0.333...", tags="hide-input")
)
#: what is planted, and what the build says at the line of its cell
FAULTS = {
    "an answer before any exercise": (cell("11", "11", **ANSWER), "no exercise stands before this answer"),
    "an answer after a cell of the text": (
        exercise("far") + cell("12", "12", tags="hide-input") + cell("13", "13", **ANSWER),
        "no exercise stands before this answer",
    ),
    "words that say nothing": (exercise("mute") + cell("14", "14", answer="true"), "needs words that a reader"),
    "an answer without a guard": (
        exercise("open") + cell("15", **ANSWER),
        "the answer has no guard",
    ),
    "an answer in plain sight": (
        exercise("told") + cell("16", "16", tags="hide-input", **ANSWER),
        "an answer lies in the solution",
    ),
    "a mistake in plain sight": (
        exercise("seen") + cell("17", "17", **ANSWER) + cell("18", "18", tags="solution", mistake="One too many."),
        "a mistake is not shown: tag the cell `remove-cell`",
    ),
    "a mistake without an answer": (
        exercise("lone") + cell("19", "19", mistake="One too many."),
        "its exercise has no answer before this mistake",
    ),
    "a second answer": (
        exercise("two") + cell("20", "20", **ANSWER) + cell("21", "21", **ANSWER),
        "its exercise has an answer already",
    ),
    "a mistake that is right": (
        exercise("right") + cell("22.0", "22.", **ANSWER) + cell("22.000001", "22.", mistake="One too many."),
        "this mistake gives the same as the answer",
    ),
    "two mistakes that are one": (
        exercise("same")
        + cell("23", "23", **ANSWER)
        + cell("24", "24", mistake="One too many.")
        + cell("2 * 12", "24", mistake="Twice the half."),
        "this mistake gives the same as the mistake 'One too many.'",
    ),
    "both at once": (
        exercise("both") + cell("25", "25", mistake="One too many.", **ANSWER),
        "either an answer or a mistake, not both",
    ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build a site with a chapter that takes answers."""
    made = small_site(tmp_path_factory.mktemp("answers"))
    made.change("docs/part/first.md", "## A recipe\n", RIGHT + "\n## A recipe\n")
    result = made.build()
    assert not result.failed, result.warnings
    return made


def places(page: str) -> list[dict[str, str]]:
    found = re.findall(r'<div class="answer" ([^>]*)><div inert><label><span>Your answer: (.*?)</span>', page)
    return [
        {"asked": asked} | {key: unescape(value) for key, value in re.findall(r'data-(\w+)="([^"]*)"', data)}
        for data, asked in found
    ]


def test_the_page_holds_the_computed_answer_and_the_mistakes_and_shows_neither(site: Site) -> None:
    page = site.page("part/first")
    first, second = places(page)
    assert first["asked"] == ANSWER["answer"]
    assert first["answer"] == "[6, 3, 8, 4]"
    assert json.loads(first["mistakes"]) == [
        ["[8, 4, 6, 3]\n", "Not flipped, & the wrong way."],
        ['6, "3"\n', "No end <yet>."],
    ]
    assert (second["answer"], json.loads(second["mistakes"])) == ("3.5", [])
    without = re.sub(r'<div class="answer" [^>]*>', "", page)
    assert "8, 4, 6, 3" not in without
    assert "the-answer" not in without
    assert "Not flipped" not in without
    assert "3.5" in without, "an answer may be a cell of the solution that is shown"


def test_the_place_stands_in_its_exercise_before_the_fold_of_the_solution(site: Site) -> None:
    body = site.page("part/first").partition('id="ex-shown"')[2]
    assert 0 < body.index('class="answer"') < body.index('<details class="solution">')


def test_an_output_has_its_guard_beside_it_only_where_the_page_shows_something_else(site: Site) -> None:
    guards = re.findall(r'<p class="cell-checked"[^>]*?(?: data-guard="([^"]*)")?>checked', site.page("part/first"))
    assert sorted(filter(None, guards)) == ["0.333...", "ValueError: too small"]
    assert guards.count("") > 2


def test_only_a_page_with_checked_outputs_has_a_place_for_the_switch_and_it_is_below_the_title(site: Site) -> None:
    assert site.page("part/first").count('</h1><div class="predict-place">') == 1
    assert site.page("index").count("predict-place") == 0
    index = site.file("searchindex.js").read_text(encoding="utf-8")
    assert "shift" not in index, "the words of the place are no words of the page"


def test_downloads_have_neither_answers_nor_mistakes_that_no_page_shows(site: Site) -> None:
    for file in ("part/first.ipynb", "part/first.py"):
        text = site.file(file).read_text(encoding="utf-8")
        assert "8, 4, 6, 3" not in text
        assert "mistake" not in text
        assert ANSWER["answer"] not in text


def test_another_builder_writes_the_exercise_without_the_place(site: Site) -> None:
    assert not site.build("text").failed
    text = site.file("part/first.txt", "text").read_text(encoding="utf-8")
    assert "What is it?" in text
    assert "8, 4, 6, 3" not in text


def test_what_no_reader_could_answer_stops_the_build_with_file_and_line(tmp_path: Path) -> None:
    assert set(told_of_faults(small_site(tmp_path), FAULTS).values()) == {"```{code-cell} python"}

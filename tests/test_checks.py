"""Each exercise that checks a reader's code: the solution is right, the gap is not, each mistake has its words."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from book import ROOT
from book.checks import chapter
from book.checks.judge import judge
from book.downloads.notebooks import JUDGE
from book.execution import chapters
from book.execution.chapters import TASK, Cell
from book.live import runner
from book.live.cells import needs
from book.snippets.slicer import Page

DOCS = ROOT / "docs"
PARTS, RECORDS = ("operation", "pictures", "layers", "speed", "beyond"), ("how-fast", "record")
TASKS = [
    pytest.param(path, number, check, id=f"{path.stem}-{check.name}")
    for path in chapters.below(DOCS)
    for number, check in chapter.by_cell(path.read_text(encoding="utf-8"), chapters.read(path).cells).items()
]


@pytest.fixture(autouse=True)
def as_in_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "_kept", [])
    monkeypatch.setenv("MATPLOTLIBRC", str(DOCS / "_ipython" / "matplotlibrc"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(DOCS / "speed")  # cells name files from a folder beside the data


def wrong(cells: list[Cell], number: int, check: chapter.Check) -> Any:
    """Run a cell as a page does that checks it, and give what is wrong."""
    code = [{"name": one.name, "code": one.source, "fails": False} for one in cells]
    cell = code[number] | {"check": {"name": check.name, "code": check.code}}
    result = runner.run([code[n] for n in needs(Page(cells), number)], cell)
    assert result["error"] is None
    return result["wrong"]


def solution_of(cells: list[Cell], number: int) -> int:
    return next(n for n in range(number + 1, len(cells)) if "solution" in cells[n].tags)


@pytest.mark.parametrize(("path", "number", "check"), TASKS)
def test_the_solution_is_right_and_the_gap_is_not(path: Path, number: int, check: chapter.Check) -> None:
    cells = chapters.read(path).cells
    assert wrong(cells, solution_of(cells, number), check) is None
    assert wrong(cells, number, check)


@pytest.mark.parametrize(("path", "number", "check"), TASKS)
def test_each_mistake_is_told_by_its_own_words(path: Path, number: int, check: chapter.Check) -> None:
    names = check.names()
    told = {words: judge(check.name, mistake, names) for words, mistake in names["mistakes"].items()}
    assert told == {words: words for words in told}
    assert len(told) >= 2, "a check that knows one mistake teaches little"


def test_every_chapter_has_two_exercises_that_check_code_and_each_has_a_level_and_a_hint() -> None:
    numbered = {path for path in chapters.below(DOCS) if path.parent.name in PARTS and path.stem not in RECORDS}
    for path in numbered:
        text = path.read_text(encoding="utf-8")
        assert len(chapter.checks_of(text)) >= 2, path
        for check in chapter.checks_of(text):
            exercise = "\n".join(text.splitlines()[: check.line]).rpartition("::::{exercise}")[2]
            assert ":level:" in exercise, check
            assert ":::{hint}" in exercise, check


def test_every_check_follows_a_cell_with_a_gap() -> None:
    for path in chapters.below(DOCS):
        text = path.read_text(encoding="utf-8")
        cells = chapters.read(path).cells
        gaps = [number for number, cell in enumerate(cells) if TASK in cell.tags]
        found = chapter.by_cell(text, cells)
        assert list(found) == gaps, path
        assert len(found) == len(chapter.checks_of(text)) == text.count("{check}"), path
        for check in found.values():
            assert not check.names().keys() & {one.__name__ for one in JUDGE}, check


# The judge --------------------------------------------------------------------------------------------------
def halves(x: list[float]) -> list[float]:
    return [one / 2 for one in x]


CHECK = {"cases": [([1, 2],), ([3],)], "right": halves, "mistakes": {"You double.": lambda x: [2 * one for one in x]}}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (halves, None),
        (lambda x: [2 * one for one in x], "You double."),
        (lambda x: [0.5, 1.0], "`halves([3])` gives [0.5, 1.0], not [1.5]."),
        (lambda x: x[5], "`halves([1, 2])` ends with IndexError: list index out of range, not [0.5, 1.0]."),
        (3, "`halves` is not a function."),
        (..., "`halves` has no value yet."),
        (lambda x: None, "`halves([1, 2])` gives None, not [0.5, 1.0]."),
    ],
)
def test_what_is_said_of_a_function(found: Any, words: str | None) -> None:
    assert judge("halves", found, CHECK) == words


def test_of_long_arrays_the_first_number_that_differs_is_told_and_a_complex_number_is_no_real_one() -> None:
    wanted = np.arange(60.0).reshape(6, 10)
    check = {"cases": [(1,)], "right": lambda x: wanted, "mistakes": {}}
    assert judge("f", lambda x: wanted + (wanted == 23), check) == "`f(1)` has 24.0 at [2, 3], not 23.0."
    assert (
        judge("f", lambda x: wanted[:5], check)
        == "`f(1)` gives an array of shape (5, 10), not an array of shape (6, 10)."
    )
    check["right"] = lambda x: np.array([1.0, 2e-16])
    assert judge("f", lambda x: np.array([1 + 0j, 0]), check) == "`f(1)` gives [(1+0j), 0j], not [1.0, 0.0]."


def test_lists_of_unequal_lengths_are_compared_one_by_one() -> None:
    check = {"cases": [([[1], [2, 3]],)], "right": lambda x: x[::-1], "mistakes": {}}
    assert judge("turned", lambda x: list(reversed(x)), check) is None
    assert judge("turned", lambda x: x, check) == "`turned([[1], [2, 3]])` gives [[1], [2, 3]], not [[2, 3], [1]]."


def test_a_function_that_changes_what_it_is_given_is_told_so() -> None:
    def eats(x: list[float]) -> list[float]:
        return [x.pop(0) / 2 for _ in range(len(x))]

    assert judge("halves", eats, CHECK) == "`halves([1, 2])` is right, but it changes what it is given."


def test_of_a_value_the_check_says_itself_what_is_wrong() -> None:
    check = {"fault": lambda found: None if found == 3 else f"{found} is not 3.", "mistakes": {}}
    assert [judge("n", found, check) for found in (3, 4)] == [None, "4 is not 3."]
    check["fault"] = lambda found: found.missing
    assert judge("n", 3, check) == "`n` could not be checked: AttributeError: 'int' object has no attribute 'missing'"

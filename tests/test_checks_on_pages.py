"""Exercises with a gap on their page, in its notebook, in the plan of its cells, and in the list of all."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from site_builds import Site
from small_site import small_site, told_of_faults

EXERCISE = """
::::{exercise} Write a half
:label: ex-half
:level: warm-up
Write `half(x)`.

:::{hint}
Divide.
:::

:::{hint}
By $2$.
:::
::::
"""
TASK = """
```{code-cell} python
---
tags: [task]
name: task-half
---
def half(x):
    return x  # your code
```
"""
CHECK = """
```{check} half
cases = [(6,), (9,)]


def right(x):
    return x / 2


mistakes = {"You take whole numbers.": lambda x: x // 2, "You subtract.": lambda x: x - 2}
```
"""
SOLUTION = """
```{code-cell} python
---
tags: [solution]
name: solution-half
expect: |
  4.5
---
def half(x):
    return x / 2


half(9)
```
"""
FAULTS = {
    "a gap without an exercise": (TASK, "no exercise stands before this cell with a gap"),
    "a check without a gap": (
        EXERCISE.replace("half", "third") + CHECK,
        "no cell tagged `task` stands before this check",
    ),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = small_site(tmp_path_factory.mktemp("checks"))
    made.change("docs/part/first.md", "## A recipe\n", EXERCISE + TASK + CHECK + SOLUTION + "\n## A recipe\n")
    made.change("docs/part/second.md", "# Second\n", "# Second\n\n```{checked-exercises}\n```\n")
    result = made.build()
    assert not result.failed, result.warnings
    return made


def test_the_gap_its_check_the_hints_and_the_solution_follow_each_other_in_the_exercise(site: Site) -> None:
    body = site.page("part/first").partition('id="ex-half"')[2]
    parts = ("your code", '<p class="task" data-cell="task-half">', "Hint 1 of 2", "Hint 2 of 2", "Solution</summary>")
    places = [body.index(part) for part in parts]
    assert places == sorted(places)
    assert "whole numbers" not in site.page("part/first")


def test_the_notebook_has_the_check_after_the_gap_and_it_tells_the_mistakes_apart(site: Site, tmp_path: Path) -> None:
    book = nbformat.read(site.file("part/first.ipynb"), as_version=4)
    code = [cell.source for cell in book.cells if cell.cell_type == "code"]
    gap = next(n for n, source in enumerate(code) if "your code" in source)
    assert code[gap + 1].startswith("# Checks `half`")
    said = []
    for line in ("x", "x // 2", "x - 2", "x / 2"):
        program = f"def half(x):\n    return {line}\n\n\n{code[gap + 1]}\n"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
        said.append(run.stdout.strip())
    assert said == ["`half(6)` gives 6, not 3.0.", "You take whole numbers.", "You subtract.", "Right."]
    assert "**Hint 1 of 2**" in "".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


def test_a_list_has_all_exercises_with_their_chapters_and_levels(site: Site) -> None:
    page = site.page("part/second")
    assert re.search(
        r'<ul class="task-list[^"]*">\s*<li><p><a class="fills-task-half reference internal" '
        r'href="first.html#ex-half">Write a half</a> \(warm-up\)</p>',
        page,
    )


def test_the_source_alone_has_the_check_with_its_cell(site: Site) -> None:
    from book.checks.chapter import by_cell
    from book.execution import chapters

    path = site.source("part/first")
    cells = chapters.read(path).cells
    ((number, check),) = by_cell(path.read_text(encoding="utf-8"), cells).items()
    assert (cells[number].name, check.name) == ("task-half", "half")
    assert "cases = " in json.dumps(check.code)


def test_what_belongs_to_no_exercise_stops_the_build_with_file_and_line(tmp_path: Path) -> None:
    told = told_of_faults(small_site(tmp_path), FAULTS)
    assert list(told.values()) == ["```{code-cell} python", "```{check} half"]

"""The cells of a page as its Run buttons need them: what each needs, what its guard says, and why one cannot run."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from book.execution.chapters import Cell
from book.live import cells as live
from book.snippets import snippets_of
from book.snippets.copies import copies_of
from book.snippets.slicer import Page

CELLS = [
    Cell.of("import numpy as np\n\nx = np.arange(3)\ny = np.ones(3)", name="arrays"),
    Cell.of("h = [1, 2]", name="kernel"),
    Cell.of("x[0] = 5", name="change"),
    Cell.of("print(y.sum())", name="sum", expect="3.0"),
    Cell.of("both = x.sum() + len(h)\nboth", name="both", expect="10"),
    Cell.of("1 / 0", name="fails", tags=["raises-exception"], expect="ZeroDivisionError: division by zero"),
]


def plan(*cells: Cell) -> list[dict[str, object]]:
    copies = {s.number: copies_of(s, cells[s.number], "part/page") for s in snippets_of(cells, "part/page")}
    return live.with_reasons(live.plan(cells, copies, {}, "part/page"), {"numpy", "scipy"})


def test_a_cell_needs_the_cells_from_which_its_values_come_and_those_that_change_them() -> None:
    assert [live.needs(Page(CELLS), number) for number in range(6)] == [[], [], [0], [0], [0, 1, 2], []]


def test_a_needed_cell_is_run_whole_so_what_the_rest_of_it_needs_counts() -> None:
    cells = [Cell.of("a = 1"), Cell.of("b = a + 1; c = 2"), Cell.of("print(c)")]
    assert live.needs(Page(cells), 2) == [0, 1]


def test_the_plan_says_what_a_page_must_know() -> None:
    found = {cell["name"]: cell for cell in plan(*CELLS)}
    assert found["both"]["needs"] == [0, 1, 2]
    assert (found["both"]["guard"], found["both"]["binds"], found["both"]["shown"]) == ("10", ["both"], True)
    assert found["fails"]["fails"] is True
    assert all(cell["reason"] is None and cell["free"] is None for cell in found.values())


def test_a_hidden_cell_is_in_the_plan_for_those_that_need_it() -> None:
    hidden = Cell.of("n = 3", tags=["remove-cell"])
    found = plan(hidden, Cell.of("print(n)", name="shown", expect="3"))
    assert [cell["shown"] for cell in found] == [False, True]
    assert found[1]["needs"] == [0]


@pytest.mark.parametrize(
    ("code", "metadata", "reason"),
    [
        ("import torch.nn", {}, "It needs torch, which is not among this site's packages for browsers."),
        (
            "def f():\n    from dask import array",
            {},
            "It needs dask, which is not among this site's packages for browsers.",
        ),
        ("import subprocess", {}, "It starts processes, which a browser does not have."),
        ("x = 1", {"no-run": "It takes an hour."}, "It takes an hour."),
        ("import json\nimport numpy.fft\nfrom convbook import conv\nfrom myst_nb import glue", {}, None),
    ],
)
def test_why_a_cell_cannot_run_is_a_sentence(code: str, metadata: dict[str, str], reason: str | None) -> None:
    assert plan(Cell.of(code, **metadata))[0]["reason"] == reason


def test_a_cell_that_needs_one_which_cannot_run_cannot_run_either() -> None:
    found = plan(Cell.of("import torch\nx = torch.ones(2)"), Cell.of("print(x)"))
    assert found[1]["reason"] == found[0]["reason"] is not None


def test_the_library_of_a_page_is_the_same_bytes_twice_and_holds_what_python_needs_there() -> None:
    packed = live.library()
    live.library.cache_clear()
    assert packed == live.library()
    with zipfile.ZipFile(BytesIO(packed)) as archive:
        names = set(archive.namelist())
    assert {"convbook/__init__.py", "convbook/algorithms/__init__.py", "matplotlibrc"} <= names
    assert {"book/execution/fresh.py", "book/live/runner.py", "book/page/svg.py"} <= names


def test_the_size_of_the_first_run_is_that_of_all_that_a_browser_fetches(tmp_path: Path) -> None:

    lock = {"packages": {"numpy": {"packed": 2_000_000}}, "convbook": {"core": {"packed": 5_000_000}}}
    (tmp_path / live.LOCK).write_text(json.dumps(lock), encoding="utf-8")
    assert live.first_run(tmp_path) == f"{7 + len(live.library()) / 1e6:.1f} MB"

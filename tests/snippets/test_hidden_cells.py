"""What a notebook takes of the cells that its page hides; `test_adversarial` has many more of them."""

import re
from collections.abc import Collection
from pathlib import Path

import nbformat
from apart import printed_by

from book.downloads import notebooks
from book.execution import chapters
from book.execution.session import Session


def page_of(cells: Collection[str], hidden: Collection[int], raising: Collection[int] = ()) -> notebooks.Page:
    """Make an executed page with some hidden cells."""
    made = []
    for n, cell in enumerate(cells):
        tags = [*(["remove-cell"] if n in hidden else []), *(["raises-exception"] if n in raising else [])]
        made.append(nbformat.v4.new_code_cell(cell, id=f"cell-{n}", metadata={"tags": tags}))
    parts: list[str | int] = ["# A page", *(n for n in range(len(cells)) if n not in hidden)]
    return notebooks.Page(nbformat.v4.new_notebook(cells=made), parts, "")


def notebook_of(cells: Collection[str], hidden: Collection[int], raising: Collection[int] = ()) -> list[str]:
    """Give the code cells of the notebook of a page."""
    book = nbformat.reads(notebooks.notebook(page_of(cells, hidden, raising)), as_version=4)
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


# What they do -------------------------------------------------------------------------------------------------
#: Cells, the second and the third hidden; all of them run in IPython's own shell.
PLANTED = [
    "import numpy as np\n\na = np.arange(9.0).reshape(3, 3)\nb, rng = a, np.random.default_rng(0)\n\n\n"
    "def double(v):\n    print('loud')\n    v *= 2\n    return v",
    "from myst_nb import glue\n\nnp.random.seed(7)\nglue('drawn', rng.normal())\nglue('sum', a.sum())\n"
    "np.set_printoptions(precision=2)\nrng.shuffle(a)\nunused = a.copy()\ndouble(b[1:])",
    "for _ in range(2):\n    print(rng.random())\nnp.fill_diagonal(b, 0)\nprint(a)\na[0].sum()",
    "print(a, a / 3)",
    "np.random.rand(), rng.normal()",
]


def session_outputs(folder: Path, cells: Collection[str]) -> list[object]:
    outputs = []
    with Session(folder) as session:
        for n, cell in enumerate(cells):
            found, error = session.run(chapters.Cell(folder / "page.md", 1, 1, f"cell-{n}", cell, {}))
            assert error is None, error
            outputs.append(found)
    return outputs


def test_a_notebook_shows_in_jupyters_shell_what_its_page_shows_and_nothing_else(tmp_path: Path) -> None:
    page = session_outputs(tmp_path, PLANTED)
    taken = notebook_of(PLANTED, {1, 2})
    assert session_outputs(tmp_path, taken) == [page[0], [], [], *page[3:]]
    assert not re.search("glue|unused|a.sum", "\n".join(taken[1:3]))


def test_the_value_of_a_hidden_cell_is_not_shown(tmp_path: Path) -> None:
    cells = ["xs = [1, 2]", "xs.pop()", "xs"]
    page, own = session_outputs(tmp_path, cells), session_outputs(tmp_path, notebook_of(cells, {1}))
    assert page[1]
    assert own == [[], [], page[2]]


def test_the_figure_of_a_hidden_cell_is_closed_before_a_notebook_would_show_it(tmp_path: Path) -> None:
    cells = [
        "import matplotlib.pyplot as plt",
        "fig, ax = plt.subplots()\nax.plot([1, 2])",
        "print(len(ax.lines), plt.get_fignums())",
    ]
    first, hidden, last = session_outputs(tmp_path, notebook_of(cells, {1}))
    assert (first, hidden) == ([], [])
    assert last == [{"output_type": "stream", "name": "stdout", "text": "1 []\n"}]


def test_a_hidden_cell_that_raises_leaves_what_it_did_and_raises_nothing() -> None:
    cells = ["a = [1]", "a.append(2)\na[9]\na.append(3)", "print(a)"]
    assert printed_by(*notebook_of(cells, {1}, {1})) == ["", "", "[1, 2]\n"]


def test_after_a_shown_cell_that_raises_what_a_hidden_one_bound_is_still_there() -> None:
    cells = ["a = 1", "b = 2", "b = 1 // 0\nb = 3", "print(b)"]
    assert printed_by(*notebook_of(cells, {1}, {2}), raising={2}) == printed_by(*cells, raising={2})


def test_a_page_that_has_other_uses_for_the_names_of_modules_still_runs() -> None:
    cells = [
        "io = contextlib = 3\nxs = []\n\n\ndef loud():\n    print('x')\n    xs.append(io)",
        "loud()",
        "print(xs, io)",
    ]
    assert printed_by(*notebook_of(cells, {1})) == ["", "", "[3] 3\n"]


# What comes along ----------------------------------------------------------------------------------------------
HIDDEN = """import numpy as np
from myst_nb import glue

xs = []
xs.append(np.pi)
seen = xs[0]
np.allclose([x for x in xs], seen)
glue("pi", seen)
"""


def test_hidden_statements_are_taken_where_they_define_or_change_what_is_shown_and_nowhere_else() -> None:
    taken = "import numpy as np\n\nxs = []\nxs.append(np.pi)"
    assert notebook_of(["1", HIDDEN, "x = 1\nprint(np.sum(xs), x)"], {1})[1:-1] == [taken]
    assert notebook_of(["1", HIDDEN, "print(np.e)"], {1})[1:-1] == ["import numpy as np"]
    assert notebook_of(["1", HIDDEN, "print(1)"], {1})[1:-1] == []


def test_nothing_is_taken_of_a_hidden_cell_after_the_last_that_is_shown() -> None:
    assert notebook_of(["x = 1", "print(x)", "x = 2\nimport numpy as np\nnp.random.seed(1)"], {2}) == [
        "x = 1",
        "print(x)",
    ]


def test_a_function_of_a_hidden_cell_that_keeps_numbers_for_the_text_needs_no_book() -> None:
    cells = [
        "from myst_nb import glue\n\n\ndef keep(name, values):\n    glue(name, values[-1])\n    values.append(name)",
        "xs = [1]",
        "keep('one', xs)",
        "print(xs)",
    ]
    taken = notebook_of(cells, {0, 2})
    assert "myst_nb" not in "\n".join(taken)
    assert printed_by(*taken)[-1] == "[1, 'one']\n"


def test_a_number_that_is_only_kept_for_the_text_is_left() -> None:
    cells = [
        "xs = [3]",
        "import myst_nb\nmyst_nb.glue('last', xs.pop())\nmyst_nb.glue('n', len(xs), display=False)",
        "print(xs)",
    ]
    taken = notebook_of(cells, {1})
    assert taken[1] == "xs.pop();"
    assert printed_by(*taken)[-1] == "[]\n"

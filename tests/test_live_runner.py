"""What runs a cell in the page: as a notebook would, from a fresh state, and with short errors."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from book import ROOT
from book.execution import chapters, guards
from book.live import runner
from book.live.cells import needs
from book.snippets.slicer import Page


@pytest.fixture(autouse=True)
def book(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Draw as in the book, keep nothing of another test, and leave NumPy's and matplotlib's settings as they were."""
    import matplotlib as mpl

    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setattr(runner, "_kept", [])
    monkeypatch.setitem(sys.modules, "myst_nb", sys.modules.get("myst_nb"))  # the runner has its own
    monkeypatch.setenv("MATPLOTLIBRC", "")
    runner.setup(str(ROOT / "docs" / "_ipython" / "matplotlibrc"))
    options, errors, parameters = np.get_printoptions(), np.geterr(), mpl.rcParams.copy()
    yield
    np.set_printoptions(**options)
    np.seterr(**errors)
    mpl.rcParams.update(parameters)


def cell(code: str, name: str = "own", *, fails: bool = False) -> dict[str, Any]:
    return {"name": name, "code": code, "fails": fails}


def run(code: str, *needed: dict[str, Any]) -> dict[str, Any]:
    return runner.run(needed, cell(code))


# What is shown ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("print(1)\n2 + 3", "1\n5\n"),
        ("2 + 3;", ""),
        ("2 + 3  # five", "5\n"),
        ("2 + 3;  # quiet", ""),
        ("x = 'a;'\nx", "'a;'\n"),
        ("None", ""),
        ("display(1, [2])\n3", "1\n[2]\n3\n"),
        ("import numpy as np\nnp.arange(3)", "array([0, 1, 2])\n"),
        ("int, {2, 1}, (3,)", "(int, {1, 2}, (3,))\n"),
        ("{'a': [1]}", "{'a': [1]}\n"),
        ("def f(x, y=2): ...\n\n\nf, len", "(<function __main__.f(x, y=2)>, <function len(obj, /)>)\n"),
        ("a = [1]\na.append(a)\na", "[1, [...]]\n"),
        ("x = {1, 'a'}\nlen(x), {1, 2.0}", "(2, {1, 2.0})\n"),
        ("print('x', end='')\n1", "x\n1\n"),
        ("from myst_nb import glue\nglue('n', 5, display=False)\nprint(1)", "5\n1\n"),
        ("for i in range(2):\n    print(i)", "0\n1\n"),
        ("", ""),
    ],
)
def test_a_run_shows_what_a_notebook_shows(code: str, shown: str) -> None:
    assert run(code)["shown"] == shown


def test_a_kept_number_counts_as_shown_and_is_not_displayed() -> None:
    assert run("from myst_nb import glue\nglue('n', 5)")["outputs"] == []


def test_a_warning_is_an_output_of_its_own_and_no_part_of_what_the_guard_sees() -> None:
    result = run("import warnings\nwarnings.warn('Mind the gap.')\n1")
    assert result["outputs"][0] == {"kind": "stderr", "text": "UserWarning: Mind the gap."}
    assert result["shown"] == "1\n"


def test_a_figure_is_a_drawing_in_the_colors_of_the_page() -> None:
    code = "import matplotlib.pyplot as plt\nfrom convbook.figures.style import BLUE\nplt.plot([1, 2], color=BLUE);"
    (drawing,) = run(code)["outputs"]
    assert drawing["kind"] == "svg"
    assert drawing["text"].startswith('<svg class="figure-svg"')
    assert "var(--fig-blue,#1762b6)" in drawing["text"]


def test_a_process_that_has_not_yet_imported_matplotlib_draws_in_the_style_of_the_book() -> None:
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'docs' / '_ext')!r}]\n"
        f"from book.live import runner; runner.setup({str(ROOT / 'docs' / '_ipython' / 'matplotlibrc')!r})\n"
        "cell = {'name': 'own', 'code': 'import matplotlib.pyplot as plt\\nplt.title(1);', 'fails': False}\n"
        "(drawing,) = runner.run([], cell)['outputs']\n"
        "print(drawing['text'].count('fill:var(--fig-ink'), 'viewBox=\"0 0 360 180\"' in drawing['text'])"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    number, has_size = process.stdout.split()
    assert int(number) > 0
    assert has_size == "True"


def test_a_figure_of_a_needed_cell_is_not_shown_again() -> None:
    assert run("1", cell("import matplotlib.pyplot as plt\nplt.plot([1])"))["outputs"] == [
        {"kind": "text", "text": "1"}
    ]


def test_a_figure_that_cannot_be_drawn_is_an_error_after_what_was_printed() -> None:
    result = run("import matplotlib.pyplot as plt\nprint('before')\nplt.title(r'$\\frac$');")
    assert result["outputs"][0] == {"kind": "text", "text": "before"}
    assert result["error"]["type"] == "ValueError"


def test_output_without_an_end_is_stopped_with_a_sentence_whatever_the_cell_catches() -> None:
    result = run("while True:\n    try: print('x' * 1000)\n    except Exception: pass")
    assert (result["error"]["type"], result["error"]["message"]) == (
        "Stopped",
        "A page shows 100000 characters of output.",
    )


@pytest.mark.parametrize("code", ["print('a')\nprint('x' * 300_000)", "print('a')\n['x' * 300_000]"])
def test_of_one_output_that_is_too_long_the_beginning_is_shown(code: str) -> None:
    result = run(code)
    assert result["error"]["type"] == "Stopped"
    assert len(result["shown"].partition("\nStopped: ")[0].replace("\n", "")) in (100_000, 99_999)


def test_an_error_that_cannot_say_what_it_is_has_its_type() -> None:
    result = run("class Odd(Exception):\n    def __str__(self): raise ValueError\n\n\nraise Odd")
    assert (result["error"]["type"], result["error"]["message"]) == ("Odd", "")


# Errors -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "kind", "message", "line"),
    [
        ("a = 1\n\n1 / 0", "ZeroDivisionError", "division by zero", 3),
        ("def f():\n    raise ValueError('No.')\n\nf()", "ValueError", "No.", 2),
        (
            "import numpy as np\nnp.ones(2).reshape(3)",
            "ValueError",
            "cannot reshape array of size 2 into shape (3,)",
            2,
        ),
        ("1 +", "SyntaxError", "invalid syntax", 1),
        ("raise SystemExit", "SystemExit", "The cell has ended itself.", 1),
    ],
)
def test_an_error_is_its_last_line_and_the_line_of_the_cell(code: str, kind: str, message: str, line: int) -> None:
    assert run(code)["error"] == {"type": kind, "message": message, "line": line, "cell": None}


def test_an_error_ends_what_the_guard_sees_as_a_traceback_does() -> None:
    assert run("print(1)\nraise ValueError('No.')")["shown"] == "1\nValueError: No.\n"
    assert run("raise ValueError")["shown"] == "ValueError\n"


def test_the_line_of_an_error_is_one_of_the_cell_where_a_needed_cell_has_defined_what_raises() -> None:
    needed = cell("def f():\n    x = 1\n    raise ValueError('No.')", "first")
    assert run("y = 1\nf()", needed)["error"] == {"type": "ValueError", "message": "No.", "line": 2, "cell": None}


def test_an_exception_of_any_kind_ends_in_a_result() -> None:
    code = "class Own(BaseException): ...\n\n\nraise Own('No.')"
    assert run(code)["error"]["type"] == "Own"
    assert run("input('Who?')")["error"]["message"].startswith("In a page there is nobody to answer")


def test_an_error_in_a_needed_cell_names_that_cell_and_nothing_more_is_run() -> None:
    result = run("print(1)", cell("1 / 0", "first"))
    assert (result["error"]["cell"], result["error"]["line"], result["outputs"]) == ("first", 1, [])


def test_a_needed_cell_that_is_meant_to_fail_may_fail() -> None:
    assert run("a", cell("a = 1\nraise ValueError", "first", fails=True))["shown"] == "1\n"


def test_a_missing_module_and_an_unknown_name_are_named() -> None:
    assert run("import nothing_of_this_name.part")["missing"] == "nothing_of_this_name"
    assert run("print(h)")["unknown"] == "h"
    assert run("1")["missing"] is None


# A fresh state ----------------------------------------------------------------------------------------------
def test_nothing_of_a_run_is_left_for_the_next() -> None:
    run("a = 1")
    assert run("a")["unknown"] == "a"


def test_settings_of_a_run_end_with_it() -> None:
    code = (
        "import numpy as np\nimport matplotlib\nnp.set_printoptions(precision=2)\nmatplotlib.rcParams['font.size'] = 3"
    )
    run(code)
    assert run("import numpy as np\nnp.array([1 / 3])")["shown"] == "array([0.33333333])\n"
    assert run("import matplotlib\nmatplotlib.rcParams['font.size']")["shown"] == "11.0\n"


def test_what_long_cells_have_left_is_kept_and_another_run_begins_from_it(tmp_path: Path) -> None:
    count = tmp_path / "count"
    slow = cell(f"import time\nopen({str(count)!r}, 'a').write('x')\ntime.sleep(0.4)\na = [1]", "slow")
    assert run("a.append(2)\na", slow)["shown"] == "[1, 2]\n"
    assert run("a.append(3)\na", slow)["shown"] == "[1, 3]\n"
    assert run("b", slow, cell("def f():\n    return a\n\n\nb = f()", "more"))["shown"] == "[1]\n"
    assert count.read_text() == "x"


def test_a_run_that_needs_an_earlier_cell_too_begins_from_what_is_kept(tmp_path: Path) -> None:
    count = tmp_path / "count"
    slow = cell(
        f"import time\nimport math\nopen({str(count)!r}, 'a').write('x')\ntime.sleep(0.4)\na = math.pi > 3", "slow"
    )
    earlier = cell("import math\nb = math.e > 3", "earlier")
    assert run("a", slow)["shown"] == "True\n"
    assert run("a, b", earlier, slow)["shown"] == "(True, False)\n"
    assert count.read_text() == "x"


@pytest.mark.parametrize(
    ("earlier", "shown"),
    [
        ("a = 5", "([1], [1])"),  # it binds what a kept cell binds after it
        ("def more():\n    a.append(1)", "([1], [1])"),  # it uses what a kept cell has left
        ("def more(:", "invalid syntax"),
    ],
)
def test_an_earlier_cell_that_shares_a_name_with_kept_ones_is_run_before_them(earlier: str, shown: str) -> None:
    slow = cell("import time\ntime.sleep(0.4)\na = [1]\nb = a", "slow")
    assert run("a, b", slow)["shown"] == "([1], [1])\n"
    result = run("a, b", cell(earlier, "earlier"), slow)
    assert result["shown"] == f"{shown}\n" or result["error"]["message"] == shown


def test_kept_cells_are_run_anew_when_their_code_is_another(tmp_path: Path) -> None:
    slow = "import time\ntime.sleep(0.4)\na = {}"
    assert run("a", cell(slow.format(1), "slow"))["shown"] == "1\n"
    assert run("a", cell(slow.format(2), "slow"))["shown"] == "2\n"


REPEATED = {
    "f()": [
        "import numpy as np\ndef f(rng=np.random.default_rng(0)): return int(rng.integers(1000))",
        "import numpy as np\ndef f(x=np.zeros(2)):\n    x += 1\n    return x.tolist()",
        "def f(*, x=[]):\n    x.append(1)\n    return x",
        "from functools import lru_cache\n@lru_cache\ndef f():\n    print('called')",
        "from functools import wraps\nfrom convbook import conv\ndef counted(g):\n    calls = []\n    @wraps(g)\n"
        "    def f():\n        calls.append(1)\n        return len(calls)\n    return f\nf = counted(conv)",
        "def made():\n    class K:\n        n = 0\n        def f(self):\n            type(self).n += 1\n"
        "            return self.n\n    return K()\nf = made().f",
    ],
    "a[0] = 5\nb.tolist(), b.strides, np.shares_memory(a, b), b.flags.writeable": [
        "import numpy as np\na = np.zeros(3)\nb = a[::2]",
        "import numpy as np\na = np.zeros(5)\nb = np.lib.stride_tricks.sliding_window_view(a, 3)",
        "import numpy as np\na = np.zeros(3)\nb = np.broadcast_to(a, (2, 3))",
        "import numpy as np\na = np.zeros((3, 4)).T\nb = a[1:]",
    ],
    "push(1)\na": ["a = []\npush = a.append"],
    "g.n = getattr(g, 'n', 0) + 1\ng.n": ["def g(): pass"],
    "print(C.n)\ndel C.n": ["class C:\n    n = 1"],
    "len(s)": [
        "import numpy as np\nclass P:\n    def __init__(s): s.x = 1\n"
        "    def __hash__(s): return int(np.sum(s.__dict__.get('x', 0)))\ns = {P()}"
    ],
    "(np.sum([1]), os.getcwd(), k)": [
        "import numpy as np\nimport os, builtins\nnp.sum = lambda x: 'mine'\nos.chdir('/')\nbuiltins.k = 3"
    ],
}


@pytest.mark.parametrize(("code", "needed"), [(code, one) for code, several in REPEATED.items() for one in several])
def test_a_run_shows_the_same_again_whatever_it_has_changed(
    monkeypatch: pytest.MonkeyPatch, code: str, needed: str
) -> None:
    monkeypatch.setattr(runner, "WORTH_KEEPING", 10)
    expected = run(code, cell(needed, "slow"))["shown"]
    monkeypatch.setattr(runner, "WORTH_KEEPING", -1)
    assert [run(code, cell(needed, "slow"))["shown"] for _ in range(3)] == [expected] * 3


@pytest.mark.parametrize(
    ("earlier", "slow", "code"),
    [
        ("from posixpath import join", "from shlex import join", "join.__module__"),
        ("import numpy as np\nt = np.float32", "import numpy as np\nt = np.float64", "t.__name__"),
        ("from math import *", "e = 7", "e"),
        ("exec('a = 1')", "a = 2", "a"),
        ("b = np.zeros(2)", "import numpy as np", "b"),
        ("i = 7", "for i in range(2): pass\ndel i", "i"),
        ("import numpy as np\nnp.random.seed(0)", "import numpy as np\nnp.random.seed(5)", "np.random.rand()"),
    ],
)
def test_an_earlier_cell_is_run_later_only_if_that_shows_the_same(
    monkeypatch: pytest.MonkeyPatch, earlier: str, slow: str, code: str
) -> None:
    monkeypatch.setattr(runner, "WORTH_KEEPING", 10)
    expected = run(code, cell(earlier, "earlier"), cell(slow, "slow"))
    monkeypatch.setattr(runner, "WORTH_KEEPING", -1)
    run("1", cell(slow, "slow"))
    assert run(code, cell(earlier, "earlier"), cell(slow, "slow")) == expected


@pytest.mark.parametrize(
    "code",
    [
        "class C:\n    found = []\n\n\ndef more():\n    C.found.append(1)\n    return C.found",
        "def more(found=[]):\n    found.append(1)\n    return found",
        "def more():\n    more.found.append(1)\n    return more.found\n\n\nmore.found = []",
        "def make():\n    found = []\n\n    def more():\n        found.append(1)\n        return found\n"
        "    return more\n\n\nmore = make()",
    ],
)
def test_what_has_no_copy_is_not_kept(code: str) -> None:
    slow = cell(f"import time\ntime.sleep(0.4)\n\n\n{code}", "slow")
    assert [run("more()", slow)["shown"] for _ in range(2)] == ["[1]\n", "[1]\n"]


def test_a_class_of_methods_is_kept_and_what_a_run_sets_in_it_is_gone_at_the_next(tmp_path: Path) -> None:
    count = tmp_path / "count"
    slow = cell(
        f"import time\nopen({str(count)!r}, 'a').write('x')\ntime.sleep(0.4)\n\n\n"
        "class C(dict):\n    n = 1\n\n    def get(self):\n        return super().get('n', self.n)\n\n\nc = C()",
        "slow",
    )
    assert run("C.n, C.m, c['n'] = 2, 3, 4\nc.get(), isinstance(c, C)", slow)["shown"] == "(4, True)\n"
    assert run("c.get(), c.n, hasattr(C, 'm')", slow)["shown"] == "(1, 1, False)\n"
    assert count.read_text() == "x"


def test_a_run_in_another_folder_leaves_the_next_where_it_was(tmp_path: Path) -> None:
    run(f"import os\nos.chdir({str(tmp_path)!r})")
    assert run("import os\nos.getcwd()")["shown"] == f"{str(Path.cwd())!r}\n"


def test_what_a_run_overwrites_in_a_library_the_next_finds_as_it_was() -> None:
    run("import numpy as np\nimport convbook\nnp.sum = np.linalg.norm = convbook.conv = None")
    code = "import numpy as np\nfrom convbook import conv\nnp.sum([1, 2]), np.linalg.norm([3, 4]), conv is None"
    assert run(code)["shown"] == "(np.int64(3), np.float64(5.0), False)\n"


def test_settings_of_kept_cells_are_put_back() -> None:
    slow = cell("import time\nimport numpy as np\nnp.set_printoptions(precision=2)\ntime.sleep(0.4)", "slow")
    run("1", slow)
    run("np = 1")
    assert run("np.array([1 / 3])", slow)["shown"] == "array([0.33])\n"


# The book ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["operation/one-sum-four-pictures", "pictures/padding", "speed/winograd"])
def test_every_cell_of_a_chapter_run_after_those_that_it_needs_shows_what_its_guard_says(name: str) -> None:
    path = ROOT / "docs" / f"{name}.md"
    cells = chapters.read(path).cells
    program = Page(cells)
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        for number, own in enumerate(cells):
            if program.shown(number):
                first, *rest = [
                    cell(c.source, c.name, fails="raises-exception" in c.tags)
                    for c in [own, *(cells[n] for n in needs(program, number))]
                ]
                result = runner.run(rest, first)
                assert result["error"] is None or first["fails"], f"{own.name}: {result['error']}"
                if (guard := own.metadata.get("expect")) is not None:
                    assert guards.matches(guard, result["shown"]), f"{own.name}: {result['shown']}"
    finally:
        os.chdir(before)


# Checks -----------------------------------------------------------------------------------------------------
CHECK = {"name": "double", "code": "cases = [(2,)]\ndef right(x): return 2 * x\nmistakes = {}\n"}


@pytest.mark.parametrize(
    ("code", "wrong", "unknown"),
    [
        ("def double(x): return 2 * x", None, None),
        ("print(1)\ndef double(x):\n    print(2)\n    return x", "`double(2)` gives 2, not 4.", None),
        ("def doubled(x): return 2 * x", "The cell does not define `double`.", None),
        (
            "def double(x): return [len(y) for y in np.ones(3)]",
            "`double(2)` ends with NameError: name 'np' is not defined, not 4.",
            "np",
        ),
    ],
)
def test_a_check_says_what_is_wrong_and_which_name_another_cell_must_bring(
    code: str, wrong: str | None, unknown: str | None
) -> None:
    result = runner.run([], cell(code) | {"check": CHECK})
    assert (result["wrong"], result["unknown"]) == (wrong, unknown)
    assert "2" not in result["shown"], "what the checked function prints is not shown"

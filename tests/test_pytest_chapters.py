"""Chapters as pytest files: one item a cell, in order, in one namespace, and nothing left behind."""

import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib.pyplot  # noqa: F401
import myst_nb  # noqa: F401
import numpy  # noqa: F401
import pytest

from book.execution import chapters  # noqa: F401  (pytester forgets what its runs import, and NumPy cannot be imported twice)

pytest_plugins = ["pytester"]

HEAD = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n# A chapter\n"


def chapter(*cells: str) -> str:
    return HEAD + "".join(f"\nText.\n\n```{{code-cell}} python\n{cell}\n```\n" for cell in cells)


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    pytester.makeconftest("from book.execution.pytest_chapters import pytest_collect_file")
    pytester.makeini("[pytest]\njunit_family = xunit1\naddopts = -p no:hypothesispytest -p no:xdist\n")
    (pytester.path / "docs").mkdir()
    return pytester.path / "docs"


COUNTING = chapter(
    "import numpy as np\n\nx = [1, 2]",
    "---\nexpect: |\n  [1, 2, 3]\n---\nx.append(3)\nx",
    "---\nname: last one\nexpect: |\n  [1, 2, 3, 4]\n---\nx += [4]\nprint(x)",
)


def test_each_cell_is_an_item_with_its_line_and_name(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "counting.md").write_text(COUNTING)
    (folder / "words.md").write_text("# No chapter\n\n```{code-cell} python\n1 / 0\n```\n")
    result = pytester.runpytest("docs", "-v", "--junitxml=report.xml")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        [
            "docs/counting.md::11-x PASSED*",
            "docs/counting.md::19-x PASSED*",
            "docs/counting.md::30-last-one PASSED*",
        ]
    )
    cases = list(ElementTree.parse(pytester.path / "report.xml").iter("testcase"))
    assert [(case.get("file"), case.get("line"), case.get("name")) for case in cases] == [
        ("docs/counting.md", "10", "11-x"),  # pytest counts lines from 0
        ("docs/counting.md", "18", "19-x"),
        ("docs/counting.md", "29", "30-last-one"),
    ]


def test_a_cell_selected_alone_runs_the_cells_before_it(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "counting.md").write_text(COUNTING)
    pytester.runpytest("docs", "-k", "last-one").assert_outcomes(passed=1, deselected=2)
    pytester.runpytest("docs/counting.md::19-x").assert_outcomes(passed=1)


def test_a_wrong_guard_fails_its_own_cell_only_and_says_what_differs(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "counting.md").write_text(COUNTING.replace("[1, 2, 3]\n", "[1, 2, 5]\n"))
    result = pytester.runpytest("docs")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*docs/counting.md:19: x: The cell does not show what its guard predicts.",
            "Expected:",
            "    [[]1, 2, 5]",
            "Got:",
        ]
    )


def test_after_a_cell_that_fails_the_next_ones_say_so_and_do_not_run(pytester: pytest.Pytester, folder: Path) -> None:
    cells = ["x = 1", "def f():\n    return 1 / 0\n\n\nf()", "raise SystemError", "raise SystemError"]
    (folder / "failing.md").write_text(chapter(*cells))
    result = pytester.runpytest("docs")
    result.assert_outcomes(passed=1, failed=1, errors=2)
    # The summary may say all of it again: it is not cut short where the environment names CI.
    text = result.stdout.str().partition("short test summary")[0]
    assert text.count("an earlier cell failed at line 17") == 2
    assert re.search(
        r"failing\.md:17: f: The cell failed\.\n"
        r'  File "[^"]*failing\.md", line 22, in <module>\n    f\(\)\n'
        r'  File "[^"]*failing\.md", line 19, in f\n    return 1 / 0\n',
        text,
    )
    assert text.count("The cell failed") == 1


def test_a_cell_is_skipped_only_where_what_it_requires_is_missing(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "needs.md").write_text(
        chapter("---\nrequires: [numpy]\n---\nx = 1", "---\nrequires: [no-such-package]\n---\ny = 1", "print(y);")
    )
    result = pytester.runpytest("docs", "-rs")
    result.assert_outcomes(passed=1, skipped=1, failed=1)
    result.stdout.fnmatch_lines(["SKIPPED*needs no-such-package, which is not installed"])
    assert "was skipped: it needs no-such-package. Does this one need it too?" in result.stdout.str()


LEAVES_TRACES = chapter(
    """import os
import sys
import warnings
import numpy as np
import matplotlib.pyplot as plt

np.set_printoptions(precision=2)
np.seterr(all="raise")
np.random.seed(0)
plt.rcParams["figure.figsize"] = 1, 1
plt.plot([1, 2])
warnings.simplefilter("ignore")
sys.path.insert(0, "somewhere")
os.chdir("/")
leftover = 1""",
    "---\nexpect: |\n  [0.33]\n---\nwarnings.warn('not seen')\nprint(np.array([1 / 3]))",
)
LOOKS_FOR_TRACES = chapter(
    """---
expect: |
  __main__ True True False False 0 8 True
---
import pathlib
import sys
import matplotlib.pyplot as plt
import numpy as np

size = plt.rcParams["figure.figsize"] == [1, 1]
print(__name__, sys.modules["__main__"].size is size, end=" ")
print(pathlib.Path("traces-b.md").exists(), "leftover" in globals(), size,
      len(plt.get_fignums()), np.get_printoptions()["precision"], "somewhere" not in sys.path)""",
    "---\ntags: [stderr]\nexpect: |\n  inf\n---\nprint(np.array(1.) / 0)",
)


def test_a_chapter_finds_nothing_of_the_one_before_it(pytester: pytest.Pytester, folder: Path) -> None:
    (folder / "traces-a.md").write_text(LEAVES_TRACES)
    (folder / "traces-b.md").write_text(LOOKS_FOR_TRACES)
    main, path = sys.modules["__main__"], Path.cwd()
    pytester.runpytest("docs", "-W", "error").assert_outcomes(passed=4)
    assert sys.modules["__main__"] is main
    assert Path.cwd() == path


def test_values_are_shown_as_a_notebook_shows_them(pytester: pytest.Pytester, folder: Path) -> None:
    cells = [
        "---\nexpect: |\n  first\n  'value'\n---\nprint('first')\n'value'",
        "'not shown';",
        "x = 5",
        "None",
        "---\nexpect: |\n  {'b': [1, 2], 'a': 3.5}\n---\n{'b': [1, 2], 'a': 3.5}",
        "---\nexpect: |\n  1\n  '2'\n  3\n---\nfrom IPython.display import display\nprint(1)\ndisplay('2')\n3",
        "---\nexpect: |\n  0.5\n  done\n---\nfrom myst_nb import glue\nglue('half', 0.5, display=False)\nprint('done')",
        "---\ntags: [raises-exception]\nexpect: |\n  before\n  ValueError: no such thing\n---\nprint('before')\n"
        "raise ValueError('no such thing')",
        "---\nexpect: |\n  5\n---\nx",
    ]
    (folder / "shown.md").write_text(chapter(*cells))
    pytester.runpytest("docs").assert_outcomes(passed=len(cells))


def test_the_difference_of_guards_and_results_is_printed_and_nothing_is_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from book.execution import guards_diff

    path = tmp_path / "counting.md"
    path.write_text(COUNTING)
    assert guards_diff.main([str(path)]) == 0
    assert capsys.readouterr().out == ""
    wrong = COUNTING.replace("[1, 2, 3]\n", "[1, 2, 5]\n").replace("expect: |\n  [1, 2, 3, 4]\n", "")
    path.write_text(wrong)
    assert guards_diff.main([str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert f"--- {path}:19 guard\n+++ {path}:19 result\n@@ -1 +1 @@\n-[1, 2, 5]\n+[1, 2, 3]\n" in out
    assert f"{path}:30: last-one: Output without a guard." in out
    assert "+[1, 2, 3, 4]" in out
    assert out.endswith("2 cells of 1 chapters differ from their guards.\n")
    assert path.read_text() == wrong

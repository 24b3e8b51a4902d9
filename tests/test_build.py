"""The build of the site: a fault stops it, at the right line, until it is fixed; what is unchanged is left alone.

A small book (tests/small_book, with a library of its own) is built with the book's extensions and configuration.
"""

import ast
import json
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from site_builds import ROOT, Site

from book.execution import build, inputs
from book.execution.dependencies import Library

SOURCE = Path(__file__).parent / "small_book"


class Book(Site):
    """A copy of the small book."""

    def notebook(self, name: str) -> dict[str, list[dict[str, object]]]:
        return json.loads(self.file(f"{name}.ipynb", "jupyter_execute").read_text(encoding="utf-8"))

    def published(self) -> dict[str, bytes]:
        """Give what the build has made that is the same in every build."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for place in ("html", "jupyter_execute")
            for path in self.file("", place).rglob("*")
            if path.suffix in {".html", ".ipynb", ".js", ".inv"}
        }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the small book without a fault, and keep a copy beside it."""
    folder = tmp_path_factory.mktemp("book")
    shutil.copytree(SOURCE, folder / "small")
    result = Book(folder / "small").build()
    assert not result.failed, result.warnings
    assert result.executed == {"part/doubling", "part/negation"}
    assert result.written >= {"index", "part/doubling", "part/negation", "part/words"}
    shutil.copytree(folder / "small", folder / "pristine")
    return folder


@pytest.fixture
def book(built: Path) -> Book:
    """Give the built book, at its address, as if no test had changed it."""
    shutil.rmtree(built / "small")
    shutil.copytree(built / "pristine", built / "small")
    return Book(built / "small")


def test_nothing_is_done_when_nothing_has_changed(book: Book) -> None:
    result = book.build()
    assert not result.failed
    assert result.executed == result.written == set()


def test_what_a_build_executes_is_seen_on_a_terminal_with_colors_too(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    book.change(DOUBLING, "double(21)", "double(20) + 2")
    assert book.build().executed == {"part/doubling"}


# What a good build makes --------------------------------------------------------------------------------------
def test_a_guarded_output_is_marked_and_a_freed_one_says_why(book: Book) -> None:
    doubling, negation = book.page("part/doubling"), book.page("part/negation")
    assert doubling.count('<p class="cell-checked"') == 2
    assert negation.count('<p class="cell-checked"') == 2
    assert "not checked: It depends on the machine." in negation
    assert re.search(r'<p class="cell-requires">[^\n]*<span class="pre">numpy</span>', negation)
    assert re.search(r"The number is <[^<]*>-3<", negation), negation


def test_nothing_published_holds_a_guard_or_a_path_of_this_machine(book: Book) -> None:
    notebooks = [book.notebook("part/doubling"), book.notebook("part/negation")]
    for notebook in notebooks:
        assert not any({"expect", "free"} & set(cell["metadata"]) for cell in notebook["cells"])
        assert [cell["id"] for cell in notebook["cells"]] == [f"cell-{n}" for n in range(len(notebook["cells"]))]
    published = [json.dumps(notebook) for notebook in notebooks]
    published += [path.read_text(encoding="utf-8") for path in book.path("_build/html").rglob("*.html")]
    for text in published:
        assert "expect:" not in text
        assert str(book.folder) not in text
        assert str(ROOT) not in text


# Each kind of breakage, planted alone ---------------------------------------------------------------------------
DOUBLING, NEGATION, WORDS = "docs/part/doubling.md", "docs/part/negation.md", "docs/part/words.md"

#: what is broken: the file, what stands there, what is put in its place, where it is reported (a text of that line),
#: and what the report says
BREAKAGES = {
    "a cell that fails": (
        DOUBLING,
        "double(21)",
        "double(21, 5)",
        "[double(21",
        r"cell twice: .*\n +TypeError: double\(\)",
    ),
    "a cell that is no Python": (DOUBLING, "[double(21)", "[double(21", "[double(21", "SyntaxError"),
    "a cell that should fail": (NEGATION, '("seven")', "(seven := 7)", "{code-cell} python", "it raised nothing"),
    "an output without a guard": (
        DOUBLING,
        "from convbook import double\n",
        "from convbook import double\ndouble(1)\n",
        "{code-cell} python",
        r"cell imports: Output without a guard.*\n +2\b",
    ),
    "a guard that is wrong": (DOUBLING, "[42, 0.5]", "[42, 0.25]", "", r"(?s)cell twice: .*predicts.*0\.25.*0\.5"),
    "a guard that matches anything": (DOUBLING, "[42, 0.5]", "[42, ...]", "", "nothing depends on `0.5`"),
    "a guard of nothing": (
        DOUBLING,
        "name: imports",
        "expect: ''",
        "{code-cell} python",
        "An empty `expect`: delete it",
    ),
    "an output freed without a reason": (
        NEGATION,
        "free: It depends on the machine.",
        "free: yes",
        "",
        "`free` needs its reason",
    ),
    "an output with an address in memory": (NEGATION, "sys.byteorder", "object()", "", "differs from one machine"),
    "a warning on the error stream": (
        DOUBLING,
        "from convbook import double\n",
        "from convbook import double\n__import__('warnings').warn('old')\n",
        "{code-cell} python",
        "UserWarning: old",
    ),
    "a requirement that is missing": (NEGATION, "[numpy]", "[no-such-package]", "", "needs no-such-package"),
    "a glued number that changes": (NEGATION, "negate(3)", "negate(4)", "", r"(?s)-3.*-4"),
    "a dead link to a section": (WORDS, "[](/part/negation.md)", "[](#nowhere)", "Nothing is", "nowhere"),
    "a dead link to a page": (NEGATION, "[](#twice-a-number)", "[](/part/nowhere.md)", "See ", "nowhere"),
    "a function that does not exist": (
        WORDS,
        "Nothing",
        "{py:func}`convbook.halve`: nothing",
        "is executed",
        "convbook.halve",
    ),
    "a formula that does not parse": (NEGATION, "$-(-x) = x$", r"$\frac{x$", "See ", "does not parse"),
    "a picture without a text alternative": (WORDS, "# Words\n", "# Words\n\n![](dot.svg)\n", "![](dot.svg)", "alt"),
    "a file that is not there": (DOUBLING, "reads: [numbers.txt]", "reads: [other.txt]", "---", "other.txt"),
}
#: found where wrong guards are found: one build is enough to see it
ONE_BUILD = {
    "a cell that is no Python",
    "a cell that should fail",
    "a guard of nothing",
    "an output freed without a reason",
    "an output with an address in memory",
    "a warning on the error stream",
    "a requirement that is missing",
    "a glued number that changes",
}
#: the chapter does not run to its end, or reads what it does not name: nothing of it is kept
NOT_KEPT = {"a cell that fails", "a file that is not there"}
DOT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>'


def without_chance(text: str) -> str:
    """Leave out addresses in memory and the numbers of processes."""
    return re.sub(r"0x\w+|ipykernel_\d+", "", text)


@pytest.mark.parametrize("kind", BREAKAGES)
def test_stops_the_build_with_file_and_line_until_it_is_fixed(book: Book, kind: str) -> None:
    name, old, new, reported_at, message = BREAKAGES[kind]
    book.path("docs/part/dot.svg").write_text(DOT, encoding="utf-8")
    changed = book.change(name, old, new)
    if reported_at.startswith("{code-cell}") or not reported_at:  # the fence above the change
        lines = book.path(name).read_text(encoding="utf-8").splitlines()
        line = max(n for n in range(1, changed + 1) if "{code-cell}" in lines[n - 1])
    else:
        line = book.line(name, reported_at)
    first = book.build()
    assert first.failed
    assert f"{name.removeprefix('docs/')}:{line}: WARNING: " in first.warnings
    assert re.search(message, first.warnings)
    if kind in ONE_BUILD:
        return
    again = book.build()
    assert again.failed
    assert again.executed == ({"part/doubling"} if kind in NOT_KEPT else set())
    assert without_chance(first.warnings) == without_chance(again.warnings)
    book.change(name, new, old)
    fixed = book.build()
    assert not fixed.failed, fixed.warnings
    assert name.removeprefix("docs/").removesuffix(".md") in fixed.written


@pytest.mark.parametrize("processes", [1, 2])
def test_a_section_moves_to_another_page_with_its_label(book: Book, processes: int) -> None:
    section = "\n(moved)=\n## Moved\n\nWords.\n"
    for before, after in [("part/words", "part/doubling"), ("part/doubling", "part/words")]:
        origin, target = book.source(before), book.source(after)
        origin.write_text(origin.read_text(encoding="utf-8") + section, encoding="utf-8")
        assert not book.build().failed
        origin.write_text(origin.read_text(encoding="utf-8").removesuffix(section), encoding="utf-8")
        target.write_text(target.read_text(encoding="utf-8") + section, encoding="utf-8")
        result = book.build(processes=processes)
        assert not result.failed, result.warnings
        target.write_text(target.read_text(encoding="utf-8").removesuffix(section), encoding="utf-8")


@pytest.mark.parametrize("how", ["its label is renamed", "its page is removed"])
def test_a_link_that_dies_by_a_change_elsewhere_stops_the_build(book: Book, how: str) -> None:
    if how == "its label is renamed":
        book.change(DOUBLING, "(twice-a-number)=", "(double-the-number)=")
    else:
        book.path(DOUBLING).unlink()
        book.change("docs/index.md", "part/doubling\n", "")
    result = book.build()
    assert book.path("_build/html/part/doubling.html").exists() == book.path(DOUBLING).exists()
    assert result.failed
    assert f"part/negation.md:{book.line(NEGATION, 'See ')}: WARNING: " in result.warnings
    assert "twice-a-number" in result.warnings
    assert "part/negation" not in result.executed
    assert book.build().warnings == result.warnings


def test_a_link_shows_the_new_title_of_what_it_leads_to(book: Book) -> None:
    book.change(DOUBLING, "# Doubling", "# Twice as much")
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == set()
    assert "Twice as much" in book.page("part/negation")


# Quick: what runs again, and what does not ----------------------------------------------------------------------
def test_a_change_of_words_or_captions_or_names_is_shown_and_executes_nothing(book: Book) -> None:
    for old, new in {"The words in between.": "Other words.", "name: imports": "name: what-is-imported"}.items():
        book.change(DOUBLING, old, new)
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == set()
    assert "Other words." in book.page("part/doubling")
    assert "[42, 0.5]" in book.page("part/doubling")
    assert "part/negation" not in result.written


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("from convbook import double\n", "from convbook import double\n\n# the first cell of three\n"),
        ("[double(21), double(0.25)]", "[double(21), 2 * double(0.125)]"),
        ("name: twice\n", "name: twice\ntags: [hide-input]\n"),  # a tag may say that a cell is to fail
        ("name: twice\n", "name: twice\nrequires: [numpy]\n"),
    ],
    ids=["in the first cell", "in the second", "of a tag", "of a requirement"],
)
def test_a_change_of_code_executes_the_chapter_and_no_other(book: Book, old: str, new: str) -> None:
    book.change(DOUBLING, old, new)
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == {"part/doubling"}
    book.change(DOUBLING, new, old)
    assert book.build().executed == set()  # back again: these outputs are still there


def test_kept_outputs_are_compared_with_a_changed_guard_by_each_build(book: Book) -> None:
    book.change(DOUBLING, "[42, 0.5]", "[42, 0.25]")
    for _ in range(2):
        result = book.build()
        assert result.failed
        assert "cell twice: The cell does not show what its guard predicts." in result.warnings
        assert result.executed == set()
    book.change(DOUBLING, "[42, 0.25]", "[42.0, 0.5]")
    assert "predicts" in book.build().warnings  # 42 is no float
    book.change(DOUBLING, "[42.0, 0.5]", "[42, 0.5]")
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == set()


def test_a_change_in_the_look_of_the_pages_makes_all_pages_again_and_executes_nothing(
    book: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = book.published()
    changed = tmp_path / "boxes.py"
    changed.write_text("# another look\n", encoding="utf-8")
    found = build.own_code()
    monkeypatch.setattr(build, "own_code", lambda: [*found, changed])
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == set()
    assert result.written >= {"index", "part/doubling", "part/negation", "part/words"}
    after = book.published()
    assert [name for name in before if before[name] != after[name]] == []  # kept outputs look like fresh ones


def test_other_packages_or_another_way_to_draw_or_to_compute_execute_everything(
    book: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    everything = {"part/doubling", "part/negation"}
    installed = inputs.packages()
    monkeypatch.setattr(inputs, "packages", lambda: [*installed[1:], "another 1.0"])
    assert book.build().executed == everything
    style = tmp_path / "matplotlibrc"
    style.write_text("lines.linewidth: 17\n", encoding="utf-8")
    monkeypatch.setattr(inputs, "STYLE", [*inputs.STYLE, style])
    assert book.build().executed == everything
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX512F")
    assert book.build().executed == everything
    assert book.build().executed == set()


def test_what_drives_a_browser_is_no_package_that_outputs_depend_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests in a browser install it when the site has been built."""

    class Found(NamedTuple):
        name: str
        version: str = "1.0"

    monkeypatch.setattr(inputs.distributions, "distributions", lambda: map(Found, ["numpy", "playwright", "greenlet"]))
    assert inputs.packages() == ["numpy 1.0"]


def test_what_the_build_sets_for_itself_is_no_change_for_the_next_build(
    book: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """scikit-learn, say, sets a variable of its thread pool when it is imported."""
    installed = inputs.packages()

    def importing() -> list[str]:
        os.environ["KMP_SET_BY_AN_IMPORT"] = "1"
        return [*installed, "another 1.0"]

    monkeypatch.setattr(inputs, "packages", importing)
    assert book.build().executed == {"part/doubling", "part/negation"}
    monkeypatch.setattr(inputs, "packages", lambda: [*installed, "another 1.0"])
    assert book.build().executed == set()


def test_what_makes_outputs_is_all_that_the_makers_of_outputs_import() -> None:
    room = Path(inputs.__file__).parent
    imported = set()
    for name in inputs.MAKERS:
        for node in ast.walk(ast.parse((room / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "book.execution":
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("book.execution."):
                imported.add(str(node.module).removeprefix("book.execution."))
    assert imported <= set(inputs.MAKERS)


def test_a_cell_sees_no_variable_that_its_outputs_are_not_kept_under(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_ONE_SHELL", "3")
    code = "from convbook import double\n\nimport os\nassert 'OF_ONE_SHELL' not in os.environ\n"
    book.change(DOUBLING, "from convbook import double\n", code)
    result = book.build()
    assert not result.failed, result.warnings


def test_what_an_installation_in_place_says_of_itself_is_no_input(book: Book) -> None:
    """Whoever asks Python for plugins reads it, and it is in the checkout if that was installed with `pip -e`."""
    book.path("docs/part/some.egg-info").mkdir()
    book.path("docs/part/some.egg-info/entry_points.txt").write_text("21", encoding="utf-8")
    book.change(DOUBLING, "[double(21), ", '[double(int(Path("some.egg-info/entry_points.txt").read_text())), ')
    result = book.build()
    assert not result.failed, result.warnings


def test_outputs_that_depend_on_what_the_build_does_not_see_are_not_kept(book: Book) -> None:
    """Neither on a file that `reads` does not name, nor on another process."""
    book.path("docs/part/hidden.txt").write_text("21", encoding="utf-8")
    book.change(DOUBLING, "[double(21), ", '[double(int(Path("hidden.txt").read_text())), ')
    for _ in range(2):
        result = book.build()
        assert result.failed
        assert result.executed == {"part/doubling"}
        assert "part/doubling.md:1: WARNING: The chapter reads hidden.txt: name it" in result.warnings
    book.path("docs/part/hidden.txt").write_text("22", encoding="utf-8")
    assert "[44, 0.5]" in book.build().warnings
    book.path("docs/part/hidden.txt").write_text("21", encoding="utf-8")
    book.change(DOUBLING, "reads: [numbers.txt]", "reads: [numbers.txt, hidden.txt]")
    result = book.build()
    assert not result.failed, result.warnings

    book.change(NEGATION, "import sys\n", 'import os\nimport sys\n\nos.system("true")\n')
    for _ in range(2):
        result = book.build()
        assert not result.failed, result.warnings
        assert result.executed == {"part/negation"}


def test_outputs_are_not_kept_if_the_library_changes_while_the_chapter_runs(book: Book) -> None:
    steps = book.path("convbook/steps.py")
    changing = f'open({str(steps)!r}, "a").write("# saved meanwhile\\n");'
    book.change(DOUBLING, "from convbook import double\n", f"from convbook import double\n\n{changing}\n")
    before = steps.read_bytes()
    first = book.build()
    assert not first.failed, first.warnings
    steps.write_bytes(before)  # which of the two the outputs are of, nobody knows
    assert book.build().executed == first.executed == {"part/doubling"}


def test_a_change_in_a_page_without_cells_executes_nothing(book: Book) -> None:
    book.change(WORDS, "Nothing is", "Still nothing is")
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == set()
    assert "part/words" in result.written


def test_a_change_in_a_module_executes_the_chapters_that_use_it(book: Book) -> None:
    book.change("convbook/negation.py", "return -x", "return 0 - x")
    result = book.build()
    assert result.executed == {"part/negation"}
    assert "unsupported operand" in result.warnings  # the exception of the changed function


def test_a_change_in_a_module_that_only_another_module_imports_executes_the_chapters(book: Book) -> None:
    book.change("convbook/steps.py", "return x + y", "return x + y + 0")
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == {"part/doubling"}
    assert "part/doubling" in result.written


def test_a_broken_function_cannot_keep_its_old_numbers_on_the_page(book: Book) -> None:
    book.change("convbook/steps.py", "return x + y", "return x + y + 1")
    result = book.build()
    assert result.failed
    assert f"part/doubling.md:{book.line(DOUBLING, 'name: twice') - 2}: WARNING: cell twice" in result.warnings
    assert "[43, 1.5]" in book.page("part/doubling")


def test_a_name_that_moves_to_another_module_executes_the_chapters_that_use_it(book: Book) -> None:
    book.path("convbook/signs.py").write_text("def negate(x):\n    return -x\n", encoding="utf-8")
    book.change("convbook/__init__.py", "convbook.negation", "convbook.signs")
    result = book.build()
    assert not result.failed, result.warnings
    assert result.executed == {"part/negation"}


def test_a_change_in_a_file_that_a_chapter_reads_executes_that_chapter(book: Book) -> None:
    book.path("docs/part/numbers.txt").write_text("5\n", encoding="utf-8")
    result = book.build()
    assert result.executed == {"part/doubling"}
    assert "cell from-a-file: The cell does not show what its guard predicts." in result.warnings


def test_a_file_that_is_touched_but_not_changed_executes_nothing(book: Book) -> None:
    for name in ("convbook/steps.py", "convbook/__init__.py", "docs/part/numbers.txt"):
        book.path(name).touch()
    result = book.build()
    assert result.executed == result.written == set()


def test_the_page_of_an_interrupted_build_is_made_again(book: Book) -> None:
    book.change(DOUBLING, "The words in between.", "Other words.")
    book.build()
    page = book.path("_build/html/part/doubling.html")
    os.utime(page, (1, 1))  # as if another builder had read the chapter, or this one had ended before writing
    result = book.build()
    assert result.executed == set()
    assert result.written >= {"part/doubling"}


def test_a_build_that_did_not_finish_is_not_trusted(book: Book) -> None:
    noted = book.path("_build/doctrees/open_faults.json")
    assert not noted.exists()
    noted.write_text(
        '{"read": ["part/words", "a/page/that/is/gone"], "write": []}', encoding="utf-8"
    )  # what such a build leaves
    result = book.build()
    assert result.executed == set()
    assert "part/words" in result.written
    assert not noted.exists()


# The library's syntax ------------------------------------------------------------------------------------------
LIBRARY = {
    "__init__.py": "from pack.a import f\nfrom pack.sub import g\nfrom .b import h\n__version__ = '1'\n",
    "a.py": "def f():\n    from pack.c import deep\n    return deep()\n",
    "b.py": "def h(): ...\n",
    "c.py": "def deep(): ...\n",
    "sub/__init__.py": "from .x import g\nfrom pack.sub.y import other\n",
    "sub/x.py": "import numpy\nfrom .. import b\ndef g(): return b.h()\n",
    "sub/y.py": "def other(): ...\n",
}
ALL = set(LIBRARY)


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("import numpy", set()),
        ("from pack import f", {"a.py", "c.py"}),
        ("import pack\npack.f()", {"a.py", "c.py"}),
        ("import pack as p\np.h", {"b.py"}),
        ("import pack.a as a\na.f()", {"a.py", "c.py"}),
        ("from pack import a\na.f()", {"a.py", "c.py"}),
        ("from pack import g", {"sub/__init__.py", "sub/x.py", "sub/y.py", "b.py"}),
        ("import pack\npack.sub.y.other()", {"sub/__init__.py", "sub/x.py", "sub/y.py", "b.py"}),
        ("import pack\nprint(pack.__version__)", ALL),
        ("import pack\ndir(pack)", ALL),
        ("from pack import *", ALL),
        ("%matplotlib inline\nfrom pack import h", {"b.py"}),
        ("what is this?", ALL),
        ("%run other.py", ALL),
        ("exec('from pack import f')", ALL),
        ("import importlib\nimportlib.import_module('pack.a')", ALL),
        ("from sys import modules\nmodules['pack.a'].f()", ALL),
    ],
)
def test_a_chapter_depends_on_the_modules_that_define_what_it_uses(tmp_path: Path, code: str, files: set[str]) -> None:
    for name, text in LIBRARY.items():
        path = tmp_path / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    found = Library(tmp_path / "pack").files_used_by([code])
    assert {path.relative_to(tmp_path / "pack").as_posix() for path in found} == files

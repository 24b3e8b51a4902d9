"""The engine of the snippets: what is copied, and what is left."""

import contextlib
import io
import sys
from collections.abc import Iterator

import numpy as np
import pytest

import convbook
from book import ROOT
from book.execution import chapters, guards
from book.execution.chapters import Cell
from book.snippets import function_snippet, snippets_of
from book.snippets.bare import without_lazy
from book.snippets.slicer import Page
from book.snippets.standalone import standalone


@pytest.fixture(autouse=True)
def _numpy_prints_as_before() -> Iterator[None]:
    """Undo what planted cases do to the way NumPy prints, in the whole process."""
    options = np.get_printoptions()
    yield
    np.set_printoptions(**options)


def snippet(*cells, raises=()):
    """Give the standalone snippet of the last of some cells."""
    sources = [Cell.of(cell, tags=["raises-exception"] if n in raises else []) for n, cell in enumerate(cells)]
    return standalone(Page(sources), len(cells) - 1)


def printed(code):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "snippet", "exec"), {"__name__": "__main__"})
    return out.getvalue()


def shows_the_same(*cells):
    """Whether the snippet prints what the last cell prints on the page; returns the snippet."""
    page = printed("\n".join(cells)).removeprefix(printed("\n".join(cells[:-1])))
    code = snippet(*cells)
    assert printed(code) == page
    return code


# The slicer: each case fails if its statement is not taken --------------------------------------------------------
CASES = {
    "an assignment": ["a = 1", "b = a + 1", "print(b)"],
    "a subscript": ["x = [1, 2]", "x[0] = 5", "print(x)"],
    "a slice of an array": ["import numpy as np\nX = np.ones((2, 8))", "X[:, 2:6] = 0", "print(X.sum())"],
    "an attribute": ["class A: pass\na = A()", "a.size = 3", "print(a.size)"],
    "an augmented assignment": ["n = 1", "n += 2", "print(n)"],
    "an augmented assignment through an alias": [
        "import numpy as np\na = np.zeros(2)\nb = a",
        "b += 1",
        "print(a)",
    ],
    "an append": ["xs = [1]", "xs.append(2)", "print(xs)"],
    "a sort": ["xs = [3, 1]", "xs.sort()", "print(xs)"],
    "an update of a dictionary": ["d = {}", "d.update(a=1)", "print(d)"],
    "a fill of an array": ["import numpy as np\na = np.zeros(2)", "a.fill(7)", "print(a)"],
    "a function of NumPy that fills": [
        "import numpy as np\na = np.zeros((2, 2))",
        "np.fill_diagonal(a, 1)",
        "print(a)",
    ],
    "an output argument": ["import numpy as np\na = np.zeros(2)", "np.add(1, 2, out=a)", "print(a)"],
    "an unknown method": [
        "class A:\n    n = 0\n\n    def grow(self):\n        self.n += 1\n\n\na = A()",
        "a.grow()",
        "print(a.n)",
    ],
    "an alias": ["a = [1]\nb = a", "b.append(2)", "print(a)"],
    "an alias of an alias": ["a = [1]\nb = a\nc = b", "c.append(2)", "print(a)"],
    "an element that is shared": ["inner = [1]\nouter = [inner, [2]]", "outer[0].append(5)", "print(inner)"],
    "a container whose element changes": ["inner = [1]\nouter = [inner]", "inner.append(2)", "print(outer)"],
    "an element put in later": ["inner = [1]\nouter = []\nouter.append(inner)", "inner.append(2)", "print(outer)"],
    "a loop over shared elements": ["xs = [[1], [2]]", "for x in xs:\n    x.append(0)", "print(xs)"],
    "a view": ["import numpy as np\na = np.arange(6)\nv = a.reshape(2, 3)[0]", "v[:] = 9", "print(a)"],
    "a transposed view": ["import numpy as np\na = np.zeros((2, 3))\nt = a.T", "t[0] = 9", "print(a)"],
    "a sliding window, written into": [
        "import numpy as np\na = np.zeros(4)\nw = np.lib.stride_tricks.sliding_window_view(a, 2, writeable=True)",
        "w[1] = 3",
        "print(a)",
    ],
    "a change in a function": ["def f(x):\n    x[0] = 5\n\n\na = [1]", "f(a)", "print(a)"],
    "a change two functions down": [
        "def f(x):\n    x.append(5)\n\n\ndef g(y):\n    z = y\n    f(z)\n\n\na = [1]",
        "g(a)",
        "print(a)",
    ],
    "a change by a function that is handed over": [
        "def f(x):\n    x.append(5)\n\n\ndef apply(h, y):\n    h(y)\n\n\na = [1]",
        "apply(f, a)",
        "print(a)",
    ],
    "a change by a function out of a dictionary": [
        "def f(x):\n    x.append(5)\n\n\nfs = {'f': f}\na = [1]",
        "fs['f'](a)",
        "print(a)",
    ],
    "a change by a bound method": ["a = [1]\npush = a.append", "push(2)", "print(a)"],
    "a change of a global": ["n = 0\n\n\ndef tick():\n    global n\n    n += 1", "tick()", "print(n)"],
    "a change of a name around a function": [
        "seen = []\n\n\ndef note(x):\n    seen.append(x)",
        "note(3)",
        "print(seen)",
    ],
    "a default that remembers": ["def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)", "f(1)", "print(f(2))"],
    "a closure that remembers": [
        "def counter():\n    n = 0\n\n    def step():\n        nonlocal n\n        n += 1\n        return n\n\n"
        "    return step\n\n\ntick = counter()",
        "tick()",
        "print(tick())",
    ],
    "a callable object": [
        "class C:\n    n = 0\n\n    def __call__(self):\n        self.n += 1\n        return self.n\n\n\nc = C()",
        "c()",
        "print(c())",
    ],
    "a result that shares its argument": [
        "def same(x):\n    return x\n\n\na = [1]\nb = same(a)",
        "b.append(2)",
        "print(a)",
    ],
    "the order of draws": [
        "import numpy as np\nrng = np.random.default_rng(0)",
        "a = rng.normal(size=3)",
        "b = rng.integers(9)",
        "print(rng.normal())",
    ],
    "a draw inside of print": [
        "import numpy as np\nrng = np.random.default_rng(0)",
        "print(rng.normal())",
        "print(rng.normal())",
    ],
    "a draw inside of a function": [
        "import numpy as np\nrng = np.random.default_rng(0)\n\n\ndef noise(n, rng):\n    return rng.normal(size=n)",
        "x = noise(3, rng)",
        "print(rng.normal())",
    ],
    "draws in a loop": [
        "import numpy as np\nrng = np.random.default_rng(0)",
        "for _ in range(3):\n    print(rng.normal())",
        "print(rng.normal())",
    ],
    "a shuffle": ["import numpy as np\nrng = np.random.default_rng(0)\na = np.arange(9)", "rng.shuffle(a)", "print(a)"],
    "a second name for a generator": [
        "import numpy as np\nrng = np.random.default_rng(0)\nr = rng",
        "r.normal()",
        "print(rng.normal())",
    ],
    "the old global generator": [
        "import numpy as np\nnp.random.seed(3)",
        "a = np.random.rand(2)",
        "print(np.random.rand())",
    ],
    "a random number of the standard library": [
        "import random\nrandom.seed(3)",
        "random.random()",
        "print(random.random())",
    ],
    "print options": ["import numpy as np\nnp.set_printoptions(precision=2)", "a = 1", "print(np.array([1 / 3]))"],
    "an iterator": ["it = iter([1, 2, 3])", "next(it)", "print(next(it))"],
    "a generator": ["squares = (n * n for n in range(9))", "first = list(zip(squares, 'ab'))", "print(next(squares))"],
    "a generator function": [
        "def count():\n    yield 1\n    yield 2\n\n\nc = count()",
        "a, b = next(c), 0",
        "print(next(c))",
    ],
    "a lazy generator's names": ["k = 2\ng = (k * n for n in range(3))", "k = 5", "print(list(g))"],
    "a loop": ["total = 0", "for n in range(4):\n    total += n", "print(total)"],
    "a loop variable": ["for n in range(4):\n    pass", "print(n)"],
    "a loop that may not run": ["x = 1", "for x in []:\n    pass", "print(x)"],
    "a while loop": ["n = 9", "while n > 5:\n    n -= 1", "print(n)"],
    "a condition": ["x = 1\nflag = True", "if flag:\n    x = 2", "print(x)"],
    "a comprehension": ["k = 3", "xs = [k * n for n in range(3)]", "print(xs)"],
    "a comprehension's own name": ["n = 7", "xs = [n for n in range(3)]", "print(n, xs)"],
    "a walrus": ["if (n := 4) > 3:\n    pass", "print(n)"],
    "a lambda's names": ["k = 2\nf = lambda x: k * x", "k = 5", "print(f(1))"],
    "a context manager": [
        "import contextlib, io",
        "with contextlib.redirect_stdout(io.StringIO()) as out:\n    print('x')",
        "print(out.getvalue())",
    ],
    "a context manager's body": [
        "import numpy as np",
        "with np.errstate(divide='ignore'):\n    y = np.float64(1) / 0",
        "print(y)",
    ],
    "a try": ["x = 0", "try:\n    x = 1 // 0\nexcept ZeroDivisionError as e:\n    x = str(e)", "print(x)"],
    "a try whose else counts": [
        "try:\n    import nothing_like_it\nexcept ImportError:\n    have = False\nelse:\n    have = True",
        "print(have)",
    ],
    "a star": ["first, *rest = [1, 2, 3]", "print(*rest)"],
    "star arguments": [
        "def f(*a, **k):\n    a[0].append(k['n'])\n\n\nx = [1]\nargs, more = (x,), {'n': 2}",
        "f(*args, **more)",
        "print(x)",
    ],
    "a shadowed name": ["x = 1\n\n\ndef f(x):\n    return x + 1", "print(f(4))"],
    "a shadowed module": ["from math import e", "e = 3", "print(e)"],
    "a name used before it is shadowed": ["import numpy as np\na = np.ones(2)", "np = 5", "print(a, np)"],
    "a builtin that is shadowed": ["def sum(xs):\n    return 42", "print(sum([1]))"],
    "the first version of a function": ["def f():\n    return 1", "a = f()", "def f():\n    return 2", "print(a, f())"],
    "a helper that is redefined": [
        "def g():\n    return 1\n\n\ndef f():\n    return g()",
        "def g():\n    return 2",
        "print(f())",
    ],
    "a helper that is redefined after the call": [
        "def g():\n    return 1\n\n\ndef f():\n    return g()",
        "a = f()",
        "def g():\n    return 2",
        "print(a)",
    ],
    "recursion": ["def f(n):\n    return 1 if n < 2 else n * f(n - 1)", "print(f(5))"],
    "a decorator": ["def twice(f):\n    return lambda x: 2 * f(x)", "@twice\ndef g(x):\n    return x", "print(g(4))"],
    "a default value": ["k = 3", "def f(x=k):\n    return x", "k = 4", "print(f())"],
    "a class body": [
        "k = 3",
        "class A:\n    size = k\n\n    def get(self):\n        return self.size",
        "print(A().get())",
    ],
    "a base class": ["class A:\n    x = 1", "class B(A):\n    pass", "print(B.x)"],
    "an attribute of a class": ["class A:\n    x = 1", "A.x = 2", "print(A().x)"],
    "a method that calls a function": [
        "def h():\n    return 8",
        "class A:\n    def get(self):\n        return h()",
        "print(A().get())",
    ],
    "a function that is defined in a loop": [
        "k = 2\n\n\ndef g(x):\n    return k * x",
        "for s in (1, 2):\n    def f(x):\n        return g(x) + s\n\n    y = f(1)",
        "print(y)",
    ],
    "two imports of one package": ["import os.path\nimport os", "print(os.path.basename('a/b'))"],
    "an import under another name": ["import math as m", "print(m.sqrt(4))"],
    "one name for two imports": [
        "from math import floor as f",
        "a = f(1.5)",
        "from math import ceil as f",
        "print(a, f(1.5))",
    ],
    "a deleted name": ["x = 1", "del x", "x = 2", "print(x)"],
    "several statements in one line": ["a = 1; b = 2; a += b", "print(a)"],
    "a text over several lines": ["if True:\n    s = '''a\n  b'''", "print(s)"],
    "a matched case": ["v = (1, 2)", "match v:\n    case (a, b):\n        c = a + b", "print(c)"],
    "the rest of a matched dictionary": [
        "d = {1: 2, 3: 4}",
        "match d:\n    case {1: _, **rest}:\n        pass",
        "print(rest)",
    ],
    "a heap": ["import heapq\nh = [3, 1, 2]", "heapq.heapify(h)", "print(h)"],
    "a figure": [
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()",
        "ax.plot([1, 2])",
        "print(len(ax.lines))\nplt.close(fig)",
    ],
    "the current figure": [
        "import matplotlib.pyplot as plt\nplt.figure()",
        "plt.plot([1, 2])",
        "print(len(plt.gca().lines))\nplt.close()",
    ],
}


@pytest.mark.parametrize("cells", CASES.values(), ids=CASES)
def test_a_snippet_shows_what_the_cell_shows_on_the_page(cells):
    shows_the_same(*cells)


def test_what_is_not_needed_is_left():
    code = snippet("import math\nimport sys\na = 1\nb = 2", "c = [b]\nc.append(3)\nprint('loud')", "print(a)")
    assert code == "a = 1\n\nprint(a)\n"


def test_an_append_to_a_list_does_not_take_the_lists_elements_along():
    code = snippet("import numpy as np\nx = np.ones(3)", "kept = []\nkept.append(x)", "print(x)")
    assert "kept" not in code


def test_a_function_that_changes_nothing_is_not_taken_for_its_argument():
    cells = "def f(x):\n    y = list(x)\n    y.append(1)\n    return y\n\n\na = [1]", "b = f(a)", "print(a)"
    assert "b =" not in shows_the_same(*cells)


def test_draws_of_another_generator_are_left():
    code = snippet(
        "import numpy as np\nrng = np.random.default_rng(0)\nother = np.random.default_rng(1)",
        "a = other.normal()",
        "print(rng.normal())",
    )
    assert "other" not in code


def test_a_draw_of_scipy_without_a_generator_of_its_own_uses_the_old_global_one():
    draw = "scipy.stats.norm.rvs(size=2)"
    code = snippet("import numpy as np\nimport scipy.stats\nnp.random.seed(0)", draw, "print(np.random.rand())")
    assert draw in code


def test_earlier_prints_are_not_printed_again():
    cells = (
        "import numpy as np\nrng = np.random.default_rng(0)",
        "total = 0\nfor n in range(3):\n    print(n)\n    total += rng.integers(9)"
        "\nif total:\n    print('yes')\nelse:\n    total = 1",
        "def loud(x):\n    print('loud')\n    return x + rng.integers(9)\n\n\ny = loud(total)",
        "print(y)",
    )
    code = shows_the_same(*cells)
    assert "print(n)" not in code
    assert "contextlib.redirect_stdout" in code  # around the call of a function that prints


def test_a_function_without_a_name_in_an_earlier_print_is_judged_like_any_other():
    twice = "def twice(f, x):\n    return f(f(x))"
    generator = "import numpy as np\nrng = np.random.default_rng(0)\n"
    code = shows_the_same(twice, "k = 3\nprint(twice(lambda x: k + x, 1))", "print(k)")
    assert "lambda" not in code
    code = shows_the_same(twice, generator + "print(twice(lambda x: x + rng.normal(), 1))", "print(rng.normal())")
    assert "twice(lambda" in code


def test_a_cell_that_raises_is_taken_for_itself():
    assert snippet("a = [1]", "a[5]", raises={1}) == "a = [1]\n\na[5]\n"


def test_a_cell_that_raised_before_leaves_what_it_did():
    code = snippet("a = [1]", "a.append(2)\na[9]\na.append(3)", "print(a)", raises={1})
    assert printed(code) == "[1, 2]\n"


def test_a_cell_that_raised_before_is_left_where_it_did_nothing():
    assert snippet("a = [1]", "a[9]", "print(a)", raises={1}) == "a = [1]\n\nprint(a)\n"


def test_comments_and_forms_stay():
    cell = "# why\nX = [[1, 2],\n     [3, 4]]  # a table\n"
    assert snippet(cell, "print(X)  # all of it") == cell + "\nprint(X)  # all of it\n"


def test_imports_come_first_once_and_in_order():
    code = snippet(
        "import numpy as np\nimport convbook\nfrom math import pi\nfrom convbook import conv",
        "import numpy as np\nfrom math import e\nimport sys",
        "print(np.ones(1), e, pi, conv, convbook)",
    )
    head = "from math import e, pi\n\nimport numpy as np\n\nimport convbook\nfrom convbook import conv\n\n"
    assert code == head + "print(np.ones(1), e, pi, conv, convbook)\n"


def test_a_name_that_is_both_import_and_variable_keeps_its_place():
    code = shows_the_same("pi = 1\na = pi", "from math import pi", "print(a, round(pi))")
    assert code.index("a = pi") < code.index("import pi")


def test_hidden_cells_are_taken_only_for_the_names_that_they_define():
    cells = [
        Cell.of("x = 1"),
        Cell.of("y = x\nglue('y', y)", tags=["remove-cell"]),
        Cell.of("print(x)"),
        Cell.of("print(y)"),
    ]
    page = Page(cells)
    assert not page.shown(1)
    assert standalone(page, 2) == "x = 1\n\nprint(x)\n"
    assert standalone(page, 3) == "x = 1\n\ny = x\n\nprint(y)\n"


# Without convbook ---------------------------------------------------------------------------------------------------
def available(*cells, **metadata):
    """Give the snippet of the last of some cells, in both forms."""
    last = len(cells) - 1
    made = [chapters.Cell(None, 1, 1, f"c{n}", cell, metadata if n == last else {}) for n, cell in enumerate(cells)]
    return list(snippets_of(made, "part/page"))[-1]


def without_convbook(monkeypatch, code):
    for name in [name for name in sys.modules if name.partition(".")[0] == "convbook"]:
        monkeypatch.setitem(sys.modules, name, None)
    return printed(code)


INLINED = {
    "an attribute": ["import convbook", "print(convbook.convolve([1, 2], [3, 4]).tolist())"],
    "a name": ["from convbook import convolve", "print(convolve([1, 2], [3, 4]).tolist())"],
    "another name": ["from convbook import convolve as c", "print(c([1, 2], [3, 4]).tolist())"],
    "a module": ["from convbook import kernels", "print(kernels.sobel(0).tolist())"],
    "a module's function by its path": ["import convbook", "print(convbook.kernels.sobel(0).tolist())"],
    "a name of a module": ["from convbook.matrices import circulant", "print(circulant([1, 2, 3]).tolist())"],
    "an f-string": ["import convbook", 'print(f"{convbook.output_size(7, 3)} convbook.output_size")'],
    "a name that the page has taken": [
        "import convbook\n\n\ndef pad(x):\n    return convbook.pad(x, 1)",
        "wide = 3\nprint(pad([1]).tolist(), wide, convbook.corr1d([1], [2]))",
    ],
    "a helper's name as an argument": ["import convbook",
        "def f(per_axis):\n    return convbook.max_pool([[[1, per_axis]]], 2)\n\n\nprint(f(4))"],
}  # fmt: skip


@pytest.mark.parametrize("cells", INLINED.values(), ids=INLINED)
def test_functions_are_written_out_where_convbook_is_missing(cells, monkeypatch):
    want = printed("\n".join(cells))
    found = available(*cells).numpy_only
    assert "import convbook" not in found
    assert "from convbook import" not in found
    assert without_convbook(monkeypatch, found) == want


def test_an_error_message_is_the_librarys_own(monkeypatch):
    code = available("import convbook", "convbook.pool2d([[1]], 2, 'mean')", tags=["raises-exception"]).numpy_only
    with pytest.raises(ValueError, match="`mode`"):
        without_convbook(monkeypatch, code)


def test_a_snippet_computes_in_memory_and_says_nothing_of_lazy_arrays():
    code = available("import convbook", "print(convbook.global_max_pool([[[3, 4]]]))").numpy_only
    assert "def global_max_pool(" in code
    assert "_lazy" not in code
    text = "def f(x):\n    if is_lazy(x):\n        return g(x)\n    return [y for y in x if (is_lazy(y) or y > 0)]"
    assert without_lazy(text) == "def f(x):\n    return [y for y in x if (y > 0)]"


def test_a_snippet_says_where_it_comes_from_and_how_to_get_the_library():
    cell = chapters.Cell(None, 1, 1, "c", "import convbook\nprint(convbook.output_size(7, 3))", {})
    version = convbook.__version__
    (found,) = snippets_of([cell], "part/page")
    assert found.standalone.startswith(
        f"# From convbook, part/page (BSD-3-Clause). Needs convbook {version}:\n"
        "# save downloads/convbook.py of the site beside this file.\nimport convbook\n"
    )
    assert found.numpy_only.startswith(f"# From convbook {version} (BSD-3-Clause), page part/page;")
    (found,) = snippets_of([cell], "part/page", site="https://example.org/book/")
    assert "\n# save https://example.org/book/downloads/convbook.py beside this file.\n" in found.standalone


def test_a_snippet_without_convbook_is_the_same_in_both_forms():
    assert available("print(1)").same


@pytest.mark.parametrize(
    ("cell", "metadata", "reason"),
    [
        (
            "import convbook\nconvbook.conv([[[1, 2]]], [[[3]]], method='columns')",
            {},
            "It needs convbook's fast algorithms.",
        ),
        (
            "from convbook.algorithms.winograd import cook_toom\ncook_toom((0, 1), 1, 3)",
            {},
            "It needs convbook's fast algorithms.",
        ),
        ("import convbook\nconvbook.pad([1], 1)", {"requires": ["scikit-learn"]}, "It needs scikit-learn."),
        ("import convbook\nprint(convbook)", {}, "It uses the module convbook as a whole."),
    ],
)
def test_where_there_is_no_snippet_its_reason_is_said(cell, metadata, reason):
    found = available(cell, **metadata)
    assert found.numpy_only is None
    assert found.reason == reason


def test_what_an_earlier_cell_requires_its_heirs_require_too():
    first = chapters.Cell(None, 1, 1, "a", "x = 1", {"requires": ["scikit-learn"]})
    heir, other = (chapters.Cell(None, 1, 1, name, f"print({name})", {}) for name in ("x", "3"))
    _, one, two = snippets_of([first, heir, other], "p")
    assert "Needs scikit-learn." in one.standalone
    assert (one.numpy_only, one.reason) == (None, "It needs scikit-learn.")
    assert two.same


def test_texts_of_the_cell_are_not_touched():
    cell = 's = """a  \n\n\n\n\nb"""\nprint(repr(s))'
    assert snippet("x = 1", cell) == cell + "\n"


def test_snippets_of_one_chapter_have_names_of_their_own():
    cells = [Cell.of("one_name = 1") for _ in range(2)]
    assert [s.name for s in snippets_of(cells, "p")] == ["one-name", "one-name-2"]


def test_a_given_name_stays_as_it_is_beside_others_that_would_be_the_same():
    given = {"mystnb": {"figure": {"name": "fig-line"}}}
    cells = [Cell.of("fig_line = 1"), Cell.of("fig_line = 2", **given), Cell.of("fig_line = 3")]
    assert [s.name for s in snippets_of(cells, "p")] == ["fig-line", "fig-line", "fig-line-3"]


def test_a_function_of_the_library_can_be_copied(monkeypatch):
    code, reason = function_snippet("kernels.binomial")
    assert reason == ""
    assert without_convbook(monkeypatch, code + "print(binomial(3).tolist())") == "[0.25, 0.5, 0.25]\n"


# As files ------------------------------------------------------------------------------------------------------------
SHOWN = {  # the cell, its guard, and how its last line must look
    "a number": ("1 + 1", "2", "print(1 + 1)"),
    "an array": ("np.array([1, 2])", "array([1, 2])", "print(repr(np.array([1, 2])))"),
    "a scalar of NumPy": ("np.float64(0.5)", "np.float64(0.5)", "print(repr(np.float64(0.5)))"),
    "a text": ("'a' + 'b'", "'ab'", "print(repr('a' + 'b'))"),
    "a list of texts": ("['a']", "['a']", "print(['a'])"),
    "a tuple without brackets": ("1, (2, 3)", "(1, (2, 3))", "print((1, (2, 3)))"),
    "two brackets": ("(1, 2), (3, 4)", "((1, 2), (3, 4))", "print(((1, 2), (3, 4)))"),
    "a tuple in brackets": ("(1, 2)", "(1, 2)", "print((1, 2))"),
    "one element": ("3,", "(3,)", "print((3,))"),
    "a comment": ("1 + 1  # two", "2", "print(1 + 1)  # two"),
    "a semicolon": ("1 + 1;", None, "1 + 1"),
    "a semicolon and a comment": ("1 + 1;  # quiet", None, "1 + 1  # quiet"),
    "two on a line": ("a = 3; a", "3", "a = 3; print(a)"),
    "a print": ("print(3)", "3", "print(3)"),
    "something printed, then a value": ("print(3)\n'a'", "3\n'a'", "print(repr('a'))"),
    "something printed, then nothing": (
        "print(3)\nnp.testing.assert_equal(1, 1)",
        "3",
        "np.testing.assert_equal(1, 1)",
    ),
    "a method that returns nothing": ("print(3)\n[].append(1)", "3", "[].append(1)"),
    "a function that returns nothing": ("def f():\n    print(3)\n\n\nf()", "3", "f()"),
    "None": ("None", None, "None"),
    "several lines": ("sum([\n    1,\n    2,\n])", "3", "]))"),
    "aligned lines": ("np.add([1,\n        2], 1)", "array([2, 3])", "                   2], 1)))"),
    "a text over several lines": ("len('''a\n            b''')", "15", "            b'''))"),
    "umlauts": ("'ä', 'ö'", "('ä', 'ö')", "print(('ä', 'ö'))"),
}


@pytest.mark.parametrize(("cell", "expect", "last"), SHOWN.values(), ids=SHOWN)
def test_run_as_a_file_a_snippet_prints_what_the_page_shows(cell, expect, last, tmp_path):
    metadata = {} if expect is None else {"expect": expect}
    found = available("import numpy as np", cell, **metadata)
    assert found.standalone.splitlines()[-1] == last
    assert found.cell == cell
    assert guards.matches(expect or "", printed(found.standalone))


def test_a_cell_that_raises_stays_as_it_is():
    assert available("1 // 0", expect="ZeroDivisionError", tags=["raises-exception"]).standalone.endswith("\n1 // 0\n")


def test_a_cell_that_is_free_prints_its_value():
    assert available("'a'", free="it differs each time").standalone.endswith("\nprint('a')\n")


DRAWING = {
    "pyplot": ["import matplotlib.pyplot as plt", "plt.plot([1, 2])"],
    "a figure of the book": ["from convbook import figures", "figures.bars({'a': 1}, xlabel='x');"],
    "a figure of the book by its name": ["from convbook.figures import bars", "ax = bars({'a': 1}, xlabel='x')"],
    "a function of the page": [
        "import matplotlib.pyplot as plt\n\n\ndef draw(x):\n    plt.plot(x)\n\n\ndef twice(x):\n    draw(x)",
        "twice([1, 2])",
    ],
}


@pytest.mark.parametrize("cells", DRAWING.values(), ids=DRAWING)
def test_a_cell_that_draws_shows_its_figure_in_the_books_style(cells):
    import matplotlib.pyplot as plt

    found = available(*cells)
    for code in (found.standalone, found.numpy_only):
        assert code.endswith("\n\nplt.show()\n")
        assert "import matplotlib.pyplot as plt" in code
        plt.close("all")
        with plt.rc_context():
            plt.rcdefaults()
            printed(code)
            assert plt.rcParams["figure.constrained_layout.use"]
            assert len(plt.get_fignums()) == 1
            plt.close("all")


def test_a_cell_that_only_uses_a_figures_numbers_shows_none():
    cells = "import matplotlib.pyplot as plt\nbars = plt.bar([1, 2], [3, 4])\nheight = 5", "height"
    assert "plt" not in available(*cells, expect="5").standalone


def test_a_cell_that_closes_its_figure_shows_none():
    cell = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nprint(len(ax.lines))\nplt.close(fig)"
    code = available(cell, expect="0").standalone
    assert code.endswith("print(len(ax.lines))\nplt.close(fig)\n")
    assert "rcParams" not in code


def test_the_style_of_a_snippet_is_that_of_the_kernels():
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    from book.snippets import as_script

    with mpl.rc_context():
        mpl.rcdefaults()
        exec(as_script.style(), {"plt": plt})
        ours = {key: mpl.rcParams[key] for key in as_script.STYLE}
        mpl.rc_file(as_script.MATPLOTLIBRC)
        assert ours == {key: mpl.rcParams[key] for key in as_script.STYLE}


FIGURES = {
    "bars": "figures.bars({'a': 1.5, 'b': 0.5}, xlabel='x')",
    "tiles": "figures.kernel_tiles({'one': (np.eye(3), 'r'), 'two': (-np.eye(3), 's')})",
    "answers": "figures.answers([np.eye(4), -np.eye(4)], ['one', 'two'])",
    "curves": "figures.learning_curves([1, 10], {'p': {'m': [1, 0.1], 'n': [1, 0.5]}})",
    "peak": "figures.smoothed_peak([0, 1, 2], [1, 3, 2], {'w': [1, 2, 1]}, xlabel='x', ylabel='y', name='n')",
}


@pytest.mark.parametrize("call", FIGURES.values(), ids=FIGURES)
def test_a_figure_that_is_copied_is_the_same_picture(call, monkeypatch):
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    def picture(code):
        with mpl.rc_context():
            mpl.rcdefaults()
            exec(code, {"__name__": "__main__"})
            plt.gcf().canvas.draw()
            found = np.asarray(plt.gcf().canvas.buffer_rgba()).copy()
            plt.close("all")
        return found

    found = available("import numpy as np\nfrom convbook import figures", call + ";")
    want = picture(found.standalone)
    for name in [name for name in sys.modules if name.partition(".")[0] == "convbook"]:
        monkeypatch.setitem(sys.modules, name, None)
    np.testing.assert_array_equal(picture(found.numpy_only), want)
    assert np.ptp(want) > 0


#: The cells of the book that need nothing but convbook, and still have no form without it.
TOO_LONG = {
    "what-a-prior-buys/fig-learning-curves": "an experiment over three cells, and the figure of its curves",
    "learning-a-kernel/fig-centering": "two descents with a layer's gradients, and the figure of their losses",
    "learning-a-kernel/fig-same-answers": "a kernel learned with a layer's gradients, and three tables",
    "choosing-a-kernel/fig-six-answers": "five kernels, and the figure that shows what they answer",
    "cheap-kernels/fig-shortened-disk": "a kernel's terms and what each of them answers, as a figure",
    "stride/dilation-zero": "the error message needs the library's checks of all arguments",
    "cnn-from-scratch/network": "the classes of a whole network, on the gradients of a layer",
    "cnn-from-scratch/fig-network": "a whole network, and the figure of what goes through it",
    "cnn-from-scratch/check": "a whole network, forwards and backwards",
    "cnn-from-scratch/train": "a whole network and its training",
    "cnn-from-scratch/same-everywhere": "whole networks, and their answers at all places",
    "cnn-from-scratch/solution-check-passes": "a whole network, forwards and backwards",
    "bug-zoo/every-test-on-every-fault": "a layer with its faults, eight tests, and what they ask of the library",
    "bug-zoo/fig-found-by": "a layer with its faults, eight tests, and the figure of what they find",
    "bug-zoo/solution-no-second-program": "a layer with its faults, eight tests and one more",
}


def test_nearly_every_cell_that_requires_nothing_can_be_copied_without_convbook():
    missing, number = {}, 0
    for path in chapters.below(ROOT / "docs"):
        cells = chapters.read(path).cells
        number += len(cells)
        for s in snippets_of(cells, path.stem):
            if s.numpy_only is None and not s.reason.startswith("It needs "):
                missing[f"{path.stem}/{s.name}"] = s.reason
    assert len(TOO_LONG) <= number / 60
    assert missing.keys() <= TOO_LONG.keys(), missing
    assert missing.keys() >= TOO_LONG.keys(), "shorten the list"
    assert all("lines, and 150 are the most" in reason for reason in missing.values())

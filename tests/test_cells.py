"""The cells of a chapter: what they are called, and that they are read once."""

import ast
from pathlib import Path

import pytest

from book.execution import chapters
from book.execution.chapters import Cell
from book.execution.names import bound, members

CHAPTER = """---
file_format: mystnb
reads: [numbers.txt]
---

# A chapter

```{code-cell} python
:tags: [remove-cell]

%matplotlib inline
import numpy as np
```

Words.

```{code-cell} python
---
name: the_sum
---
np.sum([1, 2])
```
"""


@pytest.mark.parametrize(
    ("code", "metadata", "name"),
    [
        ("x = 1", {"name": "first_sum"}, "first-sum"),
        ("draw(x)", {"mystnb": {"figure": {"name": "fig-line"}}}, "fig-line"),
        ("draw(x)", {"name": "own", "mystnb": {"figure": {"name": "fig-line"}}}, "own"),
        ("y = 1\nprint(max_pool(x, 2))", {}, "max-pool"),
        ("def half(x):\n    return x / 2", {}, "half"),
        ("from scipy import ndimage", {}, "scipy"),
        ("total = a + b", {}, "total"),
        ("'words'", {}, "cell"),
        ("what is this?", {}, "cell"),
    ],
)
def test_a_cell_is_called_as_its_author_says_or_else_by_what_its_last_line_does(code, metadata, name) -> None:
    assert Cell.of(code, **metadata).name == name


def test_a_chapter_is_read_once_until_its_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "chapter.md"
    path.write_text(CHAPTER, encoding="utf-8")
    chapter = chapters.read(path)
    assert chapters.read(path) is chapter
    assert [(cell.name, cell.index, cell.line, cell.first) for cell in chapter.cells] == [
        ("cell", 1, 8, 11),
        ("the-sum", 3, 17, 21),
    ]
    assert chapter.metadata["reads"] == ["numbers.txt"]
    assert chapter.cells[0].tags == {"remove-cell"}
    path.write_text(CHAPTER.replace("[1, 2]", "[1, 3]"), encoding="utf-8")
    again = chapters.read(path)
    assert again.digest != chapter.digest
    assert again.cells[1].source == "np.sum([1, 3])"
    assert again.cells[0].tree is chapter.cells[0].tree  # the same code means the same


def test_the_syntax_of_a_cell_keeps_the_lines_of_its_code() -> None:
    assert Cell.of("%matplotlib inline\nx = 1").tree.body[0].lineno == 2
    with pytest.raises(SyntaxError):
        _ = Cell.of("%run other.py").tree


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import pack.sub as s\ns.f(1).shape", {"pack.sub.f"}),
        ("from pack import sub\nsub.f(x)", {"pack.sub.f"}),
        ("from pack import sub\ng(sub)", {"pack.sub"}),
        ("from pack import f", {"pack.f"}),
        ("from .other import f", {"pack.other.f"}),
        ("from . import f", {"pack.f"}),
        ("from pack import *", {"pack"}),
        ("import numpy, pack\nnumpy.f(pack.sub.x[pack.y])", {"pack.sub.x", "pack.y"}),
        ("import package\npackage.f()", set()),
    ],
)
def test_code_uses_of_a_package_what_it_writes_out(code: str, found: set[str]) -> None:
    assert set(members(chapters.parsed(code), "pack", "pack", lambda name: name == "pack.sub")) == found


def test_code_binds_names_in_every_way_that_python_has() -> None:
    code = """
import a.b, c as d
from e import f
g = [h for h in i]
def j(k, *l, m=1, **n): pass
class o: pass
async def p(): pass
try: pass
except Error as q: pass
with r as s: (t := 1)
match u:
    case {1: v, **w}: pass
    case [x, *y] as z: pass
"""

    assert bound(ast.walk(chapters.parsed(code))) == set("adfghjklmnopqstvwxyz")

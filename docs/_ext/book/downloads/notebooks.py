"""A chapter as a notebook for plain Jupyter, and as a script.

Both hold the cells that the page shows, in its order, and the words around them without Sphinx's markup. What a cell
needs of the cells that no page shows comes along; what only feeds numbers into the text (``glue``) does not.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from book.checks import judge
from book.checks.directive import CheckPlace
from book.downloads.plain_markdown import Part
from book.execution.chapters import Cell
from book.snippets import hidden, slicer

#: The name that a cell may have in Jupyter.
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: What judges a reader's code; a check's own names may not be these.
JUDGE = (judge.judge, judge.outcome_of, judge.same_outcome, judge.unlike, judge.in_a_line, judge.plain_value)
SHOW = "import matplotlib.pyplot as plt\n\nplt.show()"


@dataclass(frozen=True)
class Page:
    """A chapter: its executed notebook, and its text and code cells in the order in which the page shows them."""

    executed: NotebookNode
    parts: list[Part]
    preface: str

    def cells(self) -> Iterator[str | NotebookNode]:
        """Give texts and cells, with a preface under the title and the hidden code that shown cells need."""
        code = {i: cell for i, cell in enumerate(self.executed.cells) if cell.cell_type == "code"}
        needed = self._needed(code)
        first = True
        for part in self.parts:
            if isinstance(part, str):
                title, _, rest = part.partition("\n\n")
                yield f"{title}\n\n{self.preface}\n\n{rest}".rstrip() if first else part
                first = False
                continue
            if isinstance(part, CheckPlace):
                yield nbformat.v4.new_code_cell(check(part["name"], part["code"]))
                continue
            for i in [i for i in needed if i < part]:
                yield nbformat.v4.new_code_cell(needed.pop(i))
            yield code[part]

    def _needed(self, code: Mapping[int, NotebookNode]) -> dict[int, str]:
        """Map the code cells that the page does not show to the code of them that the others need."""
        numbers = list(code)
        program = slicer.Page([Cell.of(cell.source, **cell.metadata) for cell in code.values()])
        shown = [numbers.index(part) for part in self.parts if isinstance(part, int)]
        return {numbers[n]: text for n, text in hidden(program, shown).items()}


# Checks -----------------------------------------------------------------------------------------------------
def check(name: str, code: str) -> str:
    """Write the cell that checks what the reader has called `name`.

    It brings the judge along, and all names but its own are those of a function: the chapter's stay what they are.
    """
    functions = [inspect.getsource(one) for one in JUDGE]
    body = "\n\n".join(["import copy\n\nimport numpy as np\n", *functions, code])
    return (
        f"# Checks `{name}`: run this cell when you have written it.\n"
        f"def check_{name}(found):\n{textwrap.indent(body, '    ')}\n"
        f"    return judge({name!r}, found, locals())\n\n\n"
        f'print(check_{name}({name}) or "Right.")'
    )


# The notebook -----------------------------------------------------------------------------------------------
def notebook(page: Page) -> str:
    """Write the executed notebook: it runs in plain Jupyter, and holds nothing that only this book understands."""
    made = []
    count = 0
    for n, cell in enumerate(page.cells()):
        if isinstance(cell, str):
            made.append(nbformat.v4.new_markdown_cell(cell, id=f"text-{n}"))
            continue
        count += 1
        name = str(cell.metadata.get("name", ""))
        made.append(
            nbformat.v4.new_code_cell(
                cell.source,
                id=name if IDENTIFIER.fullmatch(name) else f"code-{n}",
                execution_count=count,
                metadata=_metadata(cell.metadata),
                outputs=[_output(output, count) for output in cell.outputs],
            )
        )
    language = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "pygments_lexer": "ipython3"}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": language}
    book = nbformat.v4.new_notebook(cells=made, metadata=metadata, nbformat_minor=5)
    nbformat.validate(book)
    return str(nbformat.writes(book)) + "\n"


def _metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what Jupyter knows: that a cell is folded, and that it may fail."""
    tags = set(metadata.get("tags", []))
    folded = {"jupyter": {"source_hidden": True}} if tags & {"hide-input", "remove-input"} else {}
    return folded | ({"tags": ["raises-exception"]} if "raises-exception" in tags else {})


def _output(output: NotebookNode, count: int) -> NotebookNode:
    output = nbformat.from_dict(dict(output))
    if "execution_count" in output:
        output.execution_count = count
    if "metadata" in output:
        output.metadata = {}
    return output


# The script -------------------------------------------------------------------------------------------------
def script(page: Page) -> str:
    """Write the chapter as Python: text and outputs are comments, cells begin with ``# %%``, which editors know."""
    pieces, draws = [], False
    for cell in page.cells():
        if isinstance(cell, str):
            pieces.append("# %% [markdown]\n" + _comment(cell, "# "))
            continue
        draws |= any("image/svg+xml" in output.get("data", {}) for output in cell.outputs)
        code = _caught(cell.source) if "raises-exception" in cell.metadata.get("tags", []) else cell.source
        shown = "\n".join(filter(None, map(_text, cell.outputs)))
        pieces.append("# %%\n" + code + (f"\n{_comment(shown, '#> ')}" if shown else ""))
    if draws:
        pieces.append(f"# %%\n{SHOW}")
    return "\n\n".join(pieces) + "\n"


def _comment(text: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.splitlines())


def _text(output: NotebookNode) -> str:
    """Give an output as text; pictures have none."""
    if output.output_type == "stream":
        return str(output.text).rstrip("\n")
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    data = output.data
    return "" if any(kind.startswith("image/") for kind in data) else str(data.get("text/plain", ""))


def _caught(code: str) -> str:
    """Let a script go on after a cell which shows an error, by reporting it as a notebook would."""
    wrapped = (
        f"try:\n{textwrap.indent(code, '    ')}\n"
        'except Exception as error:\n    print(f"{type(error).__name__}: {error}")'
    )
    inner = ast.parse(wrapped).body[0]
    same = isinstance(inner, ast.Try) and ast.dump(ast.Module(inner.body, [])) == ast.dump(ast.parse(code))
    return wrapped if same else _comment(code, "# ")  # a text of several lines cannot be indented

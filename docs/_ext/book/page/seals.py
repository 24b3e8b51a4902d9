"""What the page says about a cell: that its output is checked, or why it is not, and what the cell needs."""

from collections.abc import Mapping
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book.execution.build import chapter_of
from book.page.boxes import is_cell

CHECKED = "The expected output is stored with this page, and the build fails if the code prints anything else."


def seal(metadata: Mapping[str, Any]) -> str:
    """Write "checked", with the guard where it is not what the page shows: a reader's prediction is held to it.

    That is a guard with ``...``, and that of a cell which fails: its page has the whole traceback.
    """
    guard = metadata["expect"].strip()
    differs = "..." in guard or "raises-exception" in (metadata.get("tags") or ())
    data = f' data-guard="{escape(guard)}"' if differs else ""
    return f'<p class="cell-checked" title="{CHECKED}"{data}>checked</p>'


def reason(metadata: Mapping[str, Any]) -> str:
    """Write why an output is not checked."""
    return f'<p class="cell-unchecked">not checked: {escape(str(metadata["free"]))}</p>'


def mark(app: Sphinx, doctree: nodes.document) -> None:
    """Put "checked" under each guarded output, and what a cell requires above it."""
    status = app.env.current_document.get("guards", {})
    cells = {cell.index: cell.metadata for cell in chapter_of(app.env, app.env.docname).cells} if status else {}
    for cell in doctree.findall(is_cell):
        metadata = cell["cell_metadata"]
        metadata.pop("expect", None)
        output = next((child for child in cell if child.get("nb_element") == "cell_code_output"), None)
        how, index = status.get(cell["cell_index"], ""), cell["cell_index"]
        if output is not None and how:
            text = seal(cells[index]) if how == "checked" else reason(cells[index])
            output += nodes.raw("", text, format="html")
        if metadata.get("requires"):
            needs = nodes.paragraph("", classes=["cell-requires"])
            needs += nodes.Text("This cell also needs ")
            for n, name in enumerate(metadata["requires"]):
                needs += [nodes.Text(", " if n else ""), nodes.literal(name, name)]
            needs += nodes.Text(".")
            # MyST-NB folds the code of a cell only if nothing stands before it.
            (cell[0] if cell.get("hide_mode") else cell).insert(0, needs)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", mark)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

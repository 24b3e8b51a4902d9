"""What the page says about a cell: that its output is checked, or why it is not, and what the cell needs."""

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book.page.boxes import is_cell

CHECKED = "The expected output is stored with this page, and the build fails if the code prints anything else."


def mark(app: Sphinx, doctree: nodes.document) -> None:
    """Put "checked" under each guarded output, and what a cell requires above it."""
    status = app.env.current_document.get("guards", {})
    for cell in doctree.findall(is_cell):
        metadata = cell["cell_metadata"]
        metadata.pop("expect", None)
        output = next((child for child in cell if child.get("nb_element") == "cell_code_output"), None)
        text = {
            "checked": f'<p class="cell-checked" title="{CHECKED}">checked</p>',
            "free": f'<p class="cell-unchecked">not checked: {escape(str(metadata.pop("free", "")))}</p>',
        }.get(status.get(cell["cell_index"], ""))
        if output is not None and text:
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

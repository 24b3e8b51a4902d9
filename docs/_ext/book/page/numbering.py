"""One count of chapters through all parts of the book.

Sphinx starts again at 1 in every numbered toctree. The book has one toctree for each part, so here the numbered
toctrees of a page are counted as if they were one.
"""

from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from book import patches


def joined(doctree: nodes.document) -> nodes.document:
    """`doctree` with the entries of all its numbered toctrees in the first of them."""
    first, *rest = [tree for tree in doctree.findall(addnodes.toctree) if tree.get("numbered")] or [None]
    for tree in rest:
        first["entries"] = first["entries"] + tree["entries"]
        tree["numbered"] = 0
    return doctree


def setup(app: Sphinx) -> dict[str, Any]:
    patches.count_sections_on(joined)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

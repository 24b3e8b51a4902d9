"""Parts of a page say about how tall they are, for browsers that lay out what comes near (`convbook.css`).

The bar at the side of the screen needs the height of what has not been laid out yet. What stands in a part gives it,
for a page as wide as a phone; the sheet takes less of it on a wide one. In the reference, entries are parts.
"""

import re
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.application import Sphinx

from book.page.exercises import FoldedSolution
from book.page.figures import InlinePicture

#: In lines of text, each 1.6 rem tall: what is closed, a picture with its axes, a formula on lines of its own ...
FOLDED, PICTURE, FORMULA = 1.5, 13.0, 2.5
#: ... a line of code, the edges of a cell, the gap around a paragraph or a title, and a letter.
CODE, EDGES, GAP, LETTER = 0.85, 1.5, 0.7, 1 / 32
#: What the entries of a row, beside each other, take of their heights one below the other.
BESIDE = 0.6
REM = 1.6
#: The tag of a part, and its name: that of a section, or of what an entry documents.
TAG = re.compile(r'<(section id="([^"]+)"|dl class="py [^"]*"[^>]*)>(?=(?:\s*<dt class="[^"]*" id="([^"]+)")?)')


def lines(node: nodes.Node) -> float:
    """Estimate how many lines of text a node is as tall as, on a phone."""
    if isinstance(node, nodes.Text):
        return len(node) * LETTER
    if isinstance(node, FoldedSolution | HideCodeCellNode):
        return FOLDED
    if isinstance(node, nodes.admonition) and node.get("collapsible"):
        return FOLDED  # the source of what an entry documents
    if isinstance(node, InlinePicture):
        return PICTURE
    if isinstance(node, nodes.math_block):
        return FORMULA
    if isinstance(node, nodes.literal_block):
        return EDGES + CODE * (1 + node.astext().rstrip().count("\n"))
    if isinstance(node, nodes.raw | nodes.comment | nodes.target):
        return 0.0
    if isinstance(node, nodes.row):
        return BESIDE * sum(map(lines, node.children))
    gap = GAP if isinstance(node, nodes.paragraph | nodes.title | nodes.term) else 0.0
    return gap + sum(map(lines, node.children))


def sections(node: nodes.Element) -> list[nodes.section]:
    """Return the parts of a page, or of a part."""
    return [part for part in node if isinstance(part, nodes.section)]


def entries(page: nodes.section) -> list[addnodes.desc]:
    """Return what a page of the reference documents."""
    return [entry for entry in page if isinstance(entry, addnodes.desc)]


def add_heights(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Write the height of each second-level section, of the parts of the first one, and of each entry into its tag."""
    if doctree is None or "body" not in context:
        return
    pages = sections(doctree)
    parts = [part for page in pages for part in sections(page)]
    parts += [inner for part in parts[:1] for inner in sections(part)]
    named = [(part, part) for part in parts] + [(entry, entry[0]) for page in pages for entry in entries(page)]
    tall = {name["ids"][0]: REM * lines(part) for part, name in named if name["ids"]}

    def with_height(match: re.Match[str]) -> str:
        tag, section, documented = match.groups()
        height = tall.get(section or documented)
        return match[0] if height is None else f'<{tag} style="--height: {height:.0f}rem">'

    context["body"] = TAG.sub(with_height, context["body"])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", add_heights)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

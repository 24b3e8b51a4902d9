"""One count of chapters through all parts of the book, and only where a page has changed.

Sphinx starts again at 1 in every numbered toctree. The book has one toctree for each part, so here the numbered
toctrees of a page are counted as if they were one.
"""

from collections.abc import Set
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book import patches


def joined(doctree: nodes.document) -> nodes.document:
    """`doctree` with the entries of all its numbered toctrees in the first of them."""
    first, *rest = [tree for tree in doctree.findall(addnodes.toctree) if tree.get("numbered")] or [None]
    for tree in rest:
        first["entries"] = first["entries"] + tree["entries"]
        tree["numbered"] = 0
    return doctree


def note_removals(app: Sphinx, env: BuildEnvironment, _added: Any, _changed: Any, removed: Set[str]) -> list[str]:
    env.is_to_be_numbered = bool(removed)
    return []


def note_changes(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    env.is_to_be_numbered |= bool(docnames)


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("env-get-outdated", note_removals)
    app.connect("env-before-read-docs", note_changes)
    patches.count_sections_on(joined)
    patches.number_if(lambda env: getattr(env, "is_to_be_numbered", True))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""One count of chapters through all parts of the book.

Sphinx starts again at 1 in every numbered toctree. The book has one toctree for each part, so here the numbered
toctrees of a page are counted as if they were one.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector

Assign = Callable[[TocTreeCollector, BuildEnvironment], list[str]]


def joined(doctree: nodes.document) -> nodes.document:
    """`doctree` with the entries of all its numbered toctrees in the first of them."""
    first, *rest = [tree for tree in doctree.findall(addnodes.toctree) if tree.get("numbered")] or [None]
    for tree in rest:
        first["entries"] = first["entries"] + tree["entries"]
        tree["numbered"] = 0
    return doctree


def through_all_parts(assign: Assign) -> Assign:
    @wraps(assign)
    def wrapped(collector: TocTreeCollector, env: BuildEnvironment) -> list[str]:
        read = env.get_doctree
        env.get_doctree = lambda docname: joined(read(docname))  # it reads a copy from disk at each call
        try:
            return assign(collector, env)
        finally:
            del env.get_doctree

    return wrapped


def setup(app: Sphinx) -> dict[str, Any]:
    if not hasattr(TocTreeCollector.assign_section_numbers, "__wrapped__"):
        TocTreeCollector.assign_section_numbers = through_all_parts(TocTreeCollector.assign_section_numbers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""What the book changes in the private parts of other packages: all of it, and only here.

None of these has a public hook. Any release may move them, so `tests/test_patches.py` names each with the function that
must still look at it.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import myst_nb.sphinx_
from docutils import nodes
from pygments.formatter import Formatter
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector


def execute_with(client: Callable[..., Any]) -> None:
    """Let MyST-NB ask `client` for the outputs of a notebook: it has no hook between executing and rendering."""
    myst_nb.sphinx_.create_client = client


def number_if(needed: Callable[[BuildEnvironment], bool]) -> None:
    """Let Sphinx keep the numbers of sections and figures: for new ones it reads all doctrees, in every build."""
    for step in ("assign_section_numbers", "assign_figure_numbers"):
        assign = getattr(TocTreeCollector, step)
        if not hasattr(assign, "_is_by_need"):
            numbered = wraps(assign)(lambda self, env, assign=assign: assign(self, env) if needed(env) else [])
            numbered._is_by_need = True
            setattr(TocTreeCollector, step, numbered)


def count_sections_on(changed: Callable[[nodes.document], nodes.document]) -> None:
    """Let Sphinx number sections by the doctrees as `changed` gives them; all else sees them as they are."""
    assign = TocTreeCollector.assign_section_numbers
    if hasattr(assign, "__wrapped__"):
        return

    @wraps(assign)
    def wrapped(collector: TocTreeCollector, env: BuildEnvironment) -> list[str]:
        read = env.get_doctree
        env.get_doctree = lambda docname: changed(read(docname))  # it reads a copy from disk at each call
        try:
            return assign(collector, env)
        finally:
            del env.get_doctree

    TocTreeCollector.assign_section_numbers = wrapped


def keep_indices(builder: Any) -> None:
    """Let Sphinx leave the indices and the search page of an earlier build, which it would write in every build."""
    for step in ("gen_indices", "gen_pages_from_extensions", "gen_additional_pages"):
        setattr(builder, step, lambda: None)


def fill_search(env: BuildEnvironment, entries: Mapping[str, list[tuple[str, str, str]]]) -> None:
    """Give the search the index entries of all pages: Sphinx has those of the pages that it has just written."""
    env._search_index_index_entries = dict(entries)


def write_code_with(builder: Any, formatter: type[Formatter[str]]) -> None:
    """Let Sphinx write highlighted code with a formatter of our own."""
    builder.highlighter.formatter = formatter

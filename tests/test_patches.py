"""What is changed in the private parts of other packages is still there, and is changed in one place only."""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import myst_nb.sphinx_
import pytest
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.highlighting import PygmentsBridge
from sphinx.search import IndexBuilder

from book import ROOT, patches

BOOK = ROOT / "docs" / "_ext" / "book"

#: patch -> what it changes -> who must look at that
READERS: dict[str, dict[str, Callable[..., Any]]] = {
    "execute_with": {"create_client": myst_nb.sphinx_.Parser.parse},
    "count_sections_on": {
        "assign_section_numbers": TocTreeCollector.get_updated_docs,
        "get_doctree": inspect.unwrap(TocTreeCollector.assign_section_numbers),
    },
    "number_if": dict.fromkeys(("assign_section_numbers", "assign_figure_numbers"), TocTreeCollector.get_updated_docs),
    "keep_indices": dict.fromkeys(
        ("gen_indices", "gen_pages_from_extensions", "gen_additional_pages"), StandaloneHTMLBuilder.finish
    ),
    "fill_search": {"_search_index_index_entries": IndexBuilder.__init__},
    "write_code_with": {"formatter": PygmentsBridge.get_formatter},
}


def names(code: CodeType) -> set[str]:
    """Collect the names that a function looks up, also in the functions within it."""
    inner = [names(part) for part in code.co_consts if isinstance(part, CodeType)]
    return set(code.co_names).union(*inner)


@pytest.mark.parametrize(("patch", "name"), [(patch, name) for patch, found in READERS.items() for name in found])
def test_what_is_patched_is_still_looked_at(patch: str, name: str) -> None:
    assert name in names(READERS[patch][name].__code__)
    assert name in inspect.getsource(getattr(patches, patch)), f"{patch} changes something else"


def test_every_patch_is_in_the_table() -> None:
    assert {name for name, _ in inspect.getmembers(patches, inspect.isfunction) if name != "wraps"} == set(READERS)


# Nowhere else ---------------------------------------------------------------------------------------------------
def foreign_names(tree: ast.Module) -> set[str]:
    """Name what a module imports from other packages."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("book"):
            found |= {alias.asname or alias.name for alias in node.names}
    return found


def patched_in(path: Path) -> Iterator[str]:
    """Find where a module sets attributes of what it imports, or touches private attributes of other objects."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    foreign = foreign_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute):
            continue
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        owner = root.id if isinstance(root, ast.Name) else ""
        private = node.attr.startswith("_") and not node.attr.startswith("__") and owner not in ("self", "cls")
        if private or (isinstance(node.ctx, ast.Store) and owner in foreign):
            yield f"{path.name}: {ast.unparse(node)}"


def test_nothing_is_patched_elsewhere() -> None:
    found = {place for path in BOOK.rglob("*.py") if path.name != "patches.py" for place in patched_in(path)}
    of_the_browser = {
        "runner.py: warnings.showwarning",
        "runner.py: builtins.input",  # nobody answers there
        "runner.py: arrayprint._typelessdata",  # integers are written as where the book was built
    }
    assert found - of_the_browser == {"session.py: warnings.showwarning"}, "Python's own way to show warnings"
    assert of_the_browser <= found
    assert list(patched_in(BOOK / "patches.py"))

"""The cookbook: the recipes of all chapters, by task, without writing anything twice.

::

    ```{recipes}
    pictures/finding-things  recipe-ncc  normalize
    ```

A line names a chapter, a cell of it that is tagged ``recipe``, and the address of the section which derives it. When
the page is written, the words, the cell and its checked output are copied from the chapter that was read. A recipe
that the cookbook does not list, or lists twice, is a warning, and so is a line that names what does not exist.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from book.execution.build import noted
from book.execution.chapters import given_name
from book.execution.open_faults import written
from book.page.boxes import tagged

logger = logging.getLogger(__name__)

#: Where the environment notes what a page lists of others, and which recipes it has itself.
LISTED, RECIPES = "recipes_listed", "recipes"


@dataclass(frozen=True)
class Entry:
    """A line of the cookbook."""

    chapter: str
    cell: str
    section: str
    line: int


class Recipes(nodes.General, nodes.Element):
    """Where recipes will stand."""


#: The box that `cookbook.js` brings to life. It is in the page so that nothing moves when the script comes, and hidden
#: where there are no scripts.
FILTER = (
    '<p class="recipe-filter"><label>Only recipes with '
    '<input type="search" placeholder="blur, size, im2col …"></label><span role="status"></span></p>'
)


class RecipesDirective(SphinxDirective):
    """Lines that name recipes."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        entries = []
        for n, line in enumerate(self.content):
            words = line.split()
            if words and len(words) != 3:
                raise self.error(f"a recipe is named by its chapter, its cell and a section, not by {line!r}")
            if words:
                entries.append(Entry(*words, self.lineno + self.content_offset + n + 1))
        node = Recipes("", entries=entries)
        self.set_source_info(node)
        self.env.metadata[self.env.docname].setdefault(LISTED, []).extend(entries)
        return [node]


# A recipe ---------------------------------------------------------------------------------------------------
def cell_of(chapter: nodes.document, name: str) -> nodes.container:
    """Find a recipe in its chapter; the box that it stands in is its parent."""
    return next(c for c in chapter.findall(nodes.container) if tagged(c, "recipe") and name_of(c) == name)


def title(cell: nodes.container) -> list[nodes.Node]:
    """Give the words of the title of a recipe's box, or the name of the recipe."""
    own = [part for part in cell.parent[0].findall(nodes.inline) if "box-title" in part["classes"]]
    return [node.deepcopy() for node in own[0].children] if own else [nodes.Text(name_of(cell))]


def address(chapter: str, cell: str) -> str:
    """Name the place of a recipe on the page of the cookbook."""
    return f"{Path(chapter).name}-{cell.removeprefix('recipe-')}"


# What the environment remembers -----------------------------------------------------------------------------
def known(env: BuildEnvironment) -> dict[str, list[Entry]]:
    """Map each page with recipes of others to what it lists."""
    return noted(env, LISTED)


def offered(env: BuildEnvironment) -> dict[str, list[str]]:
    """Map each chapter to the names of its recipes."""
    return noted(env, RECIPES)


def collect(app: Sphinx, doctree: nodes.document) -> None:
    names = [name_of(cell) for cell in doctree.findall(nodes.container) if tagged(cell, "recipe")]
    if names:
        app.env.metadata[app.env.docname][RECIPES] = names


def name_of(cell: nodes.container) -> str:
    return given_name(cell["cell_metadata"])


def outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """List the cookbooks that are older than a chapter they take from."""
    again = []
    for docname, entries in known(env).items():
        made = written(app, docname) if hasattr(app.builder, "get_output_path") else 0
        if any(env.all_docs.get(entry.chapter, 0) > made for entry in entries):
            again.append(docname)
    return again


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """Every recipe stands in the cookbook once, and the cookbook names no other."""
    recipes = {(chapter, name) for chapter, names in offered(env).items() for name in names}
    for docname, entries in known(env).items():
        listed = Counter((entry.chapter, entry.cell) for entry in entries)
        for entry in entries:
            recipe = (entry.chapter, entry.cell)
            if recipe not in recipes:
                _warn(f"{entry.chapter} has no cell {entry.cell!r} tagged `recipe`", docname, entry.line)
            elif listed[recipe] > 1:
                _warn(f"the recipe {entry.cell!r} of {entry.chapter} is listed twice", docname, entry.line)
        for chapter, name in sorted(recipes - listed.keys()):
            _warn(f"the recipe {name!r} of {chapter} has no place in the cookbook", docname)


def _warn(message: str, docname: str, line: int | None = None) -> None:
    logger.warning(message, location=(docname, line), type="cookbook")


# What the page shows ----------------------------------------------------------------------------------------
class FillRecipes(SphinxPostTransform):
    """Copy the recipes before anything is resolved: references and outputs then become those of this page."""

    default_priority = 1

    def run(self, **_kwargs: Any) -> None:
        first = next(iter(self.document.findall(Recipes)), None)
        if first is not None and self.app.builder.name == "html":
            page = first.parent.parent
            page.insert(page.index(first.parent), nodes.raw("", FILTER, format="html"))
        for node in list(self.document.findall(Recipes)):
            sections = [section for entry in node["entries"] for section in self.sections(entry)]
            if sections:
                node.replace_self(sections)
            else:
                node.parent.remove(node)

    def sections(self, entry: Entry) -> Iterator[nodes.section]:
        if entry.cell not in offered(self.env).get(entry.chapter, []):
            return  # `check` has said so
        chapter = self.env.get_doctree(entry.chapter)
        cell = cell_of(chapter, entry.cell)
        box = cell.parent
        own = box.index(cell)
        # A box may hold several recipes; words stand before the first, or before each.
        before = next((i for i in range(own - 1, -1, -1) if tagged(box[i], "recipe")), None)
        words = [node for node in box[1 if before is None else before + 1 : own] if not isinstance(node, nodes.comment)]
        identifier = address(entry.chapter, entry.cell)
        section = nodes.section("", ids=[identifier], names=[identifier], classes=["recipe-entry"])
        section += nodes.title("", "", *title(cell))
        section += [node.deepcopy() for node in words]
        section += cell.deepcopy()
        section += self.source(chapter, entry)
        for part in section.findall(nodes.Element):
            if part is not section:
                part["ids"] = []
            if isinstance(part, addnodes.pending_xref):
                part["refdoc"] = self.env.docname
        yield section

    def source(self, chapter: nodes.document, entry: Entry) -> nodes.paragraph:
        """Link to the section that derives the recipe, and to its chapter."""
        where = nodes.paragraph("", "Derived in ", classes=["recipe-source"])
        found = next((s for s in chapter.findall(nodes.section) if entry.section in s["ids"]), None)
        if found is None:
            _warn(f"{entry.chapter} has no section #{entry.section}", self.env.docname, entry.line)
            return where
        if found.parent is not chapter:
            where += [self.link(entry.chapter, entry.section, found[0].children), nodes.Text(" · ")]
        number = self.env.toc_secnumbers.get(entry.chapter, {}).get("")
        name = [nodes.Text(f"Chapter {'.'.join(map(str, number))}, ")] if number else []
        where += self.link(entry.chapter, "", [*name, *self.env.titles[entry.chapter].children])
        return where

    def link(self, docname: str, place: str, words: list[nodes.Node]) -> nodes.reference:
        address = self.app.builder.get_relative_uri(self.env.docname, docname)
        text = [node.deepcopy() for node in words]
        return nodes.reference("", "", *text, refuri=f"{address}#{place}" if place else address, internal=True)


def add_filter(app: Sphinx) -> None:
    """Load the script of the box that filters recipes."""
    if app.builder.name == "html":
        app.add_js_file("cookbook.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(Recipes)
    app.add_directive("recipes", RecipesDirective)
    app.add_post_transform(FillRecipes)
    app.connect("doctree-read", collect)
    app.connect("env-get-updated", outdated)
    app.connect("env-check-consistency", check)
    app.connect("builder-inited", add_filter)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

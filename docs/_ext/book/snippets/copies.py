"""What can be taken along, on the pages and as files: the snippets of each code cell and of each public function.

The cell ``same-kernel`` of ``pictures/padding`` is served in up to three files, whose addresses are its name:

- ``pictures/padding/same-kernel.py`` runs alone;
- ``pictures/padding/same-kernel-numpy-only.py`` runs without convbook, too, if that is not the same;
- ``pictures/padding/same-kernel-cell.py`` is the cell as shown.

``convbook.kernels.box`` is served as ``api/convbook/kernels/box.py``, which runs without convbook. Under each
cell and function a fold (`fold`) shows the same text. An address holds only while the name of its cell does,
so names that would share one are a warning at the line of the cell.
"""

import re
from collections.abc import Set
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from book import files
from book.execution import chapters
from book.execution.build import inputs
from book.snippets import Snippet, snippets_of
from book.snippets.fold import Form, Offer, TakeAlong, skip, visit_fold

logger = logging.getLogger(__name__)

STANDALONE, NUMPY_ONLY = "Standalone", "NumPy only"
BOTH = f"{STANDALONE}, {NUMPY_ONLY}"
CONVBOOK = re.compile(r"^\s*(?:import|from) convbook\b", re.M)
#: Names the files that were served, so that the next build finds those that nobody offers any more.
SERVED = ".snippets"


def offers(env: BuildEnvironment) -> dict[str, list[Offer]]:
    """Map each page to what it offers."""
    if not hasattr(env, "take_along"):
        env.take_along = {}
    return env.take_along


# Cells ------------------------------------------------------------------------------------------------------
def offer_cells(app: Sphinx, doctree: nodes.document) -> None:
    """Offer the cells of a chapter whose code the page shows, and put a fold under each."""
    shown = [cell for cell in doctree.findall(nodes.container) if cell.get("nb_element") == "cell_code"]
    if not shown:
        return
    env, page = app.env, app.env.docname
    cells = chapters.read(Path(env.doc2path(page))).cells
    try:
        found = {cells[snippet.number].line: snippet for snippet in snippets_of(cells, page, app.config.html_baseurl)}
    except SyntaxError:
        return  # what executes the cell has said so
    lines = env.metadata[page]["source_map"]
    for cell in shown:
        line = lines[cell["cell_index"]]
        source = next((part for part in cell if part.get("nb_element") == "cell_code_source"), None)
        if line not in found or source is None:
            continue
        metadata = cell["cell_metadata"]
        offer = offer_of(found[line], lasting_name(metadata) or found[line].name, page, metadata.get("requires"), line)
        offers(env).setdefault(page, []).append(offer)
        # What stands in the input is folded with it.
        (source if cell.get("hide_mode") else cell).append(TakeAlong("", offer=offer))


def lasting_name(metadata: dict[str, Any]) -> str:
    """Give the name that a cell, or its figure, has by its author's word: no other cell can change it."""
    figure = (metadata.get("mystnb") or {}).get("figure") or {}
    return re.sub(r"[\W_]+", "-", str(metadata.get("name") or figure.get("name") or "")).strip("-")


def offer_of(snippet: Snippet, name: str, page: str, requires: list[str] | None, line: int) -> Offer:
    """Give the forms of a cell their labels and addresses."""
    address = f"{page}/{name}"
    needs = tuple(requires or ())
    if not snippet.same and CONVBOOK.search(snippet.standalone):
        needs = ("convbook", *needs)
    forms = [Form(BOTH if snippet.same else STANDALONE, f"{address}.py", snippet.standalone, needs)]
    if snippet.numpy_only is not None and not snippet.same:
        forms.append(Form(NUMPY_ONLY, f"{address}-numpy-only.py", snippet.numpy_only))
    cell = Form("As shown", f"{address}-cell.py", f"{snippet.cell}\n")
    return Offer(name, tuple(forms), snippet.reason, cell, line)


# Functions --------------------------------------------------------------------------------------------------
class TakeAlongDirective(SphinxDirective):
    """The source of a public function that runs alone, or `:reason:`, why there is none."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"reason": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        path, page = self.arguments[0], self.env.docname
        file = f"api/{path.replace('.', '/')}.py"
        forms = (Form(NUMPY_ONLY, file, "\n".join(self.content) + "\n"),) if self.content else ()
        offer = Offer(path, forms, self.options.get("reason", ""))
        offers(self.env).setdefault(page, []).append(offer)
        return [TakeAlong("", offer=offer)]


# What the environment remembers -----------------------------------------------------------------------------
def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    offers(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment) -> None:
    offers(env).update({name: found for name, found in offers(other).items() if name in docnames})


def check(app: Sphinx, env: BuildEnvironment) -> None:
    """No two files have one address, on a disk that does not tell capitals either."""
    taken: dict[str, str] = {f"{page}.py".casefold(): f"the script of {page}" for page in inputs(env)}
    for page in sorted(offers(env)):
        for offer in offers(env)[page]:
            what = f"{offer.name!r} of {page}" + (f", line {offer.line}" if offer.line else "")
            for form in offer.served:
                if (other := taken.setdefault(form.file.casefold(), what)) != what:
                    text = "%s would be the address of two files, of %s and of %s: give one cell another `name`"
                    logger.warning(text, form.file, other, what, location=(page, offer.line), type="take_along")


# Files ------------------------------------------------------------------------------------------------------
def serve(app: Sphinx, exception: Exception | None) -> None:
    """Write every file that is not there or has changed, and take away those that nobody offers any more."""
    if exception is not None or app.builder.name != "html":
        return
    found = (form for page in offers(app.env).values() for offer in page for form in offer.served)
    files.serve(Path(app.outdir), {form.file: form.code.encode() for form in found}, SERVED)


def add_script(app: Sphinx) -> None:
    if app.builder.name == "html":
        app.add_js_file("take_along.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(TakeAlong, html=(visit_fold, None), **dict.fromkeys(("latex", "text", "man", "texinfo"), (skip, None)))
    app.add_directive("take-along", TakeAlongDirective)
    app.connect("builder-inited", add_script)
    app.connect("doctree-read", offer_cells)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("env-check-consistency", check)
    app.connect("build-finished", serve, priority=700)  # the zip, at 800, holds them
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

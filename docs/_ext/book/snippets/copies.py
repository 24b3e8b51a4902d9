"""What can be copied, on the pages and as files: the snippets of each code cell and of each public function.

The cell ``same-kernel`` of ``pictures/padding`` is served in up to three files, whose addresses are its name:

- ``pictures/padding/same-kernel.py`` runs alone;
- ``pictures/padding/same-kernel-numpy-only.py`` runs without convbook, too, if that is not the same;
- ``pictures/padding/same-kernel-cell.py`` is the cell as shown.

What a copy reads lies beside it: ``speed/how-fast/bench.json``.

``convbook.kernels.box`` is served as ``api/convbook/kernels/box.py``, which runs without convbook. Under each
cell and function a fold (`fold`) shows the same text. An address holds only while the name of its cell does,
so names that would share one are a warning at the line of the cell.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from book import files
from book.execution.build import chapter_of, executed, noted
from book.execution.chapters import Cell
from book.snippets import Snippet, snippets_of
from book.snippets.fold import Copies, CopiesFold, Form, skip, visit_fold
from book.snippets.forms import file_address

logger = logging.getLogger(__name__)

STANDALONE, NUMPY_ONLY = "Standalone", "NumPy only"
BOTH = f"{STANDALONE}, {NUMPY_ONLY}"
CONVBOOK = re.compile(r"^\s*(?:import|from) convbook\b", re.M)
#: Names the files that were served, so that the next build finds those that are no longer available.
SERVED = ".snippets"
#: Where the environment notes the copies of a page.
COPIES = "copies"


def all_copies(env: BuildEnvironment) -> dict[str, list[Copies]]:
    """Map each page to its copies."""
    return noted(env, COPIES)


def note(env: BuildEnvironment, copies: Copies) -> None:
    """Add copies to those of the page that is being read."""
    env.metadata[env.docname].setdefault(COPIES, []).append(copies)


# Cells ------------------------------------------------------------------------------------------------------
def add_copies(app: Sphinx, doctree: nodes.document) -> None:
    """Put a fold under each cell of a chapter whose code the page shows."""
    shown = [cell for cell in doctree.findall(nodes.container) if cell.get("nb_element") == "cell_code"]
    if not shown:
        return
    env, page = app.env, app.env.docname
    chapter = chapter_of(env, page)
    cells, reads = chapter.cells, chapter.metadata.get("reads") or ()
    try:
        snippets = list(snippets_of(cells, page, app.config.html_baseurl, reads))
        found = {cells[snippet.number].index: snippet for snippet in snippets}
    except SyntaxError:
        return  # what executes the cell has said so
    for cell in shown:
        snippet = found.get(cell["cell_index"])
        source = next((part for part in cell if part.get("nb_element") == "cell_code_source"), None)
        if snippet is None or source is None:
            continue
        copies = copies_of(snippet, cells[snippet.number], page)
        note(env, copies)
        # What stands in the input is folded with it.
        (source if cell.get("hide_mode") else cell).append(CopiesFold("", copies=copies))


def copies_of(snippet: Snippet, cell: Cell, page: str) -> Copies:
    """Give the forms of a cell their labels and addresses."""
    address = f"{page}/{snippet.name}"
    needs = tuple(cell.metadata.get("requires") or ())
    files = tuple(file_address(page, file) for file in snippet.files)
    forms = []
    if snippet.standalone is not None:
        if not snippet.same and CONVBOOK.search(snippet.standalone):
            needs = ("convbook", *needs)
        forms.append(Form(BOTH if snippet.same else STANDALONE, f"{address}.py", snippet.standalone, needs, files))
    if snippet.numpy_only is not None and not snippet.same:
        forms.append(Form(NUMPY_ONLY, f"{address}-numpy-only.py", snippet.numpy_only, files=files))
    shown = Form("As shown", f"{address}-cell.py", f"{snippet.cell}\n")
    return Copies(snippet.name, tuple(forms), snippet.reason, shown, cell.line, snippet.files)


# Functions --------------------------------------------------------------------------------------------------
class CopiesDirective(SphinxDirective):
    """The source of a public function that runs alone, or `:reason:`, why there is none."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"reason": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        path = self.arguments[0]
        file = f"api/{path.replace('.', '/')}.py"
        forms = (Form(NUMPY_ONLY, file, "\n".join(self.content) + "\n"),) if self.content else ()
        copies = Copies(path, forms, self.options.get("reason", ""))
        note(self.env, copies)
        return [CopiesFold("", copies=copies)]


# Files ------------------------------------------------------------------------------------------------------
def check(app: Sphinx, env: BuildEnvironment) -> None:
    """No two files have one address, on a disk that does not tell capitals either."""
    taken: dict[str, str] = {f"{page}.py".casefold(): f"the script of {page}" for page in executed(env)}
    for page, found in sorted(all_copies(env).items()):
        for file in sorted({file for copies in found for file in copies.reads}):
            taken.setdefault(file_address(page, file).casefold(), f"{file}, which {page} reads")
        for copies in found:
            what = f"{copies.name!r} of {page}" + (f", line {copies.line}" if copies.line else "")
            for form in copies.served:
                if (other := taken.setdefault(form.file.casefold(), what)) != what:
                    text = "%s would be the address of two files, of %s and of %s: give one cell another `name`"
                    logger.warning(text, form.file, other, what, location=(page, copies.line), type="copies")


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Write every file that is not there or has changed, and take away those that are no longer available."""
    if exception is not None or app.builder.name != "html":
        return
    found = {form.file: form.code for page in all_copies(app.env).values() for copies in page for form in copies.served}
    contents = {name: code.encode() for name, code in found.items()} | dict(data_files(app))
    files.serve(Path(app.outdir), contents, SERVED)


def data_files(app: Sphinx) -> Iterator[tuple[str, bytes]]:
    """Give what copies read: addresses, and what is there."""
    for page, found in all_copies(app.env).items():
        folder = Path(app.env.doc2path(page)).parent
        for file in {file for copies in found for file in copies.reads}:
            if (folder / file).is_file():  # or it has been reported
                yield file_address(page, file), (folder / file).read_bytes()


def add_script(app: Sphinx) -> None:
    if app.builder.name == "html":
        app.add_js_file("copies.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(
        CopiesFold, html=(visit_fold, None), **dict.fromkeys(("latex", "text", "man", "texinfo"), (skip, None))
    )
    app.add_directive("copies", CopiesDirective)
    app.connect("builder-inited", add_script)
    app.connect("doctree-read", add_copies)
    app.connect("env-check-consistency", check)
    app.connect("build-finished", serve, priority=700)  # the zip, at 800, holds them
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The cells of a page as its Run buttons need them: what each needs first, and what its guard says.

Beside each page with cells lies ``pictures/padding.cells.json``, which a browser fetches at the first run::

    {"library": "../_static/live/library.zip?v=12ab34cd",
     "cells": [{"name": "same-kernel", "code": "…", "shown": true, "needs": [0], "binds": ["kernel"], "fails": false,
                "guard": "[1, 2]", "free": null, "files": [], "reason": null}]}

``needs`` are the earlier cells that a run executes first, each whole, with all that these need. ``files`` are what it
reads: the name in its code, and the address. A `reason` says why a cell cannot run in a page, from its metadata
(``no-run: It starts processes.``) or because of what it imports. ``library.zip`` holds what Python gets there:
convbook, `runner`, `book.page.svg` and how figures are drawn.

All of it is there only if set-up has put Python for the pages (`supply`) beside the site.
"""

import ast
import hashlib
import io
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from book import ROOT, files
from book.execution.build import chapter_of, executed
from book.execution.chapters import Cell
from book.execution.names import one_by_one
from book.live.supply import LOCK
from book.snippets import Snippet, snippets_of
from book.snippets.forms import file_address
from book.snippets.slicer import Page

LIBRARY = "_static/live/library.zip"
PYTHON = "_static/pyodide"
#: Names the files that were written, so that the next build finds those that no page has any more.
WRITTEN = ".cells"
#: What the library's archive holds beside convbook, and where it lies here.
BESIDE = {
    "runner.py": "docs/_ext/book/live/runner.py",
    "svg.py": "docs/_ext/book/page/svg.py",
    "matplotlibrc": "docs/_ipython/matplotlibrc",
}
#: What needs another process, which a browser does not give.
PROCESSES = {"subprocess", "multiprocessing", "distributed"}
#: Provided by the runner.
STUBS = {"myst_nb", "convbook"}


def supply_of(app: Sphinx) -> Path | None:
    """Find the Python of the pages, if it has been put beside the site that is built."""
    folder = Path(app.outdir).parent / "pyodide"
    return folder if app.builder.name == "html" and (folder / LOCK).is_file() else None


# Cells ------------------------------------------------------------------------------------------------------
def needs(program: Page, number: int) -> list[int]:
    """List the earlier cells that a cell needs, each taken whole: so what they need themselves counts, too."""
    found: set[int] = set()
    while True:
        taken = {statement.cell for statement in program.taken(number, *found)} - {number}
        if taken <= found:
            return sorted(found)
        found |= taken


def imported(code: str) -> set[str]:
    """Name the modules, at their top level, that code imports anywhere."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for one in one_by_one(node):
                module = one.module or "" if isinstance(one, ast.ImportFrom) else one.names[0].name
                found.add(module.partition(".")[0])
    return found


def reason(cells: Sequence[Cell], provided: set[str]) -> str | None:
    """Say why a cell, the last of these, cannot run in a page: by its author's word, or by what they all import."""
    for cell in cells:
        if sentence := cell.metadata.get("no-run"):
            return str(sentence)
    modules = set().union(*(imported(cell.source) for cell in cells))
    if modules & PROCESSES:
        return "It starts processes, which a browser does not have."
    lacking = sorted(modules - provided - STUBS - set(sys.stdlib_module_names))
    return f"It needs {', '.join(lacking)}, which is not among this site's packages for browsers." if lacking else None


def plan(cells: Sequence[Cell], snippets: dict[int, Snippet], page: str, provided: set[str]) -> list[dict[str, Any]]:
    """Describe the cells of a chapter as the page needs them."""
    program = Page(cells)
    found = []
    for number, cell in enumerate(cells):
        before = needs(program, number)
        snippet = snippets.get(number)
        guard, free = cell.metadata.get("expect"), cell.metadata.get("free")
        found.append(
            {
                "name": snippet.name if snippet else f"hidden-{number + 1}",
                "code": cell.source,
                "shown": snippet is not None,
                "needs": before,
                "binds": sorted(set().union(*(s.names.binds for s in program.statements if s.cell == number))),
                "fails": "raises-exception" in cell.tags,
                "guard": guard,
                "free": free,
                "files": [[file, relative_uri(f"{page}.html", file_address(page, file))] for file in snippet.files]
                if snippet
                else [],
                "reason": reason([*(cells[n] for n in before), cell], provided),
            }
        )
    return found


def provided_by(folder: Path) -> set[str]:
    """Name the modules that the supply's packages have."""
    packages = json.loads((folder / LOCK).read_text(encoding="utf-8"))["packages"]
    return {name for entry in packages.values() for name in entry["imports"]}


def plan_of(app: Sphinx, page: str, provided: set[str]) -> list[dict[str, Any]]:
    chapter = chapter_of(app.env, page)
    reads = chapter.metadata.get("reads") or ()
    snippets = {s.number: s for s in snippets_of(chapter.cells, page, app.config.html_baseurl, reads)}
    return plan(chapter.cells, snippets, page, provided)


def first_run(folder: Path) -> str:
    """Say how much a browser fetches before the first cell has run."""
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    packed = lock["convbook"]["core"]["packed"] + lock["packages"]["numpy"]["packed"] + len(library())
    return f"{packed / 1e6:.1f} MB"


# The library ------------------------------------------------------------------------------------------------
@cache
def library() -> bytes:
    """Pack what Python gets in a page; the same sources are the same bytes."""
    sources = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "convbook").rglob("*.py"))}
    sources |= {name: ROOT / place for name, place in BESIDE.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, path in sources.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return packed.getvalue()


# The site ---------------------------------------------------------------------------------------------------
def contents(app: Sphinx, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files: their addresses, and what is in them."""
    provided = provided_by(folder)
    digest = hashlib.sha256(library()).hexdigest()[:8]
    yield LIBRARY, library()
    for page in executed(app.env):
        own = {
            "library": f"{relative_uri(f'{page}.html', LIBRARY)}?v={digest}",
            "cells": plan_of(app, page, provided),
        }
        yield f"{page}.cells.json", (json.dumps(own, ensure_ascii=False) + "\n").encode()


def serve(app: Sphinx, exception: Exception | None) -> None:
    """Write the cells and the library, and lay Python beside them."""
    if exception is not None or app.builder.name != "html":
        return
    folder = supply_of(app)
    library.cache_clear()
    files.serve(Path(app.outdir), dict(contents(app, folder)) if folder else {}, WRITTEN)
    served = Path(app.outdir, PYTHON)
    if folder is None:
        shutil.rmtree(served, ignore_errors=True)
        return
    offered = {path.name: path for path in folder.iterdir() if path.is_file()}
    for old in served.iterdir() if served.is_dir() else ():
        if old.name not in offered:
            old.unlink()
    served.mkdir(parents=True, exist_ok=True)
    for name, path in offered.items():
        target = served / name
        if target.exists() and (target.samefile(path) or files.digest({"": target}) == files.digest({"": path})):
            continue
        target.unlink(missing_ok=True)
        try:
            os.link(path, target)
        except OSError:  # another disk
            files.write(target, path.read_bytes())


def offer(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Tell the page where its cells are, and its reader what a run fetches; without, it has no buttons."""
    folder = supply_of(app)
    if folder is not None and doctree is not None and pagename in executed(app.env):
        context["live"] = f"{pagename.rpartition('/')[2]}.cells.json"
        note = f'<p class="live-note">Cells run here: the first run fetches Python, {first_run(folder)}.</p>'
        context["body"] = context["body"].replace("</h1>", f"</h1>{note}", 1)


def add_script(app: Sphinx) -> None:
    if app.builder.name == "html":
        app.add_js_file("live.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", add_script)
    app.connect("html-page-context", offer)
    app.connect("build-finished", serve, priority=750)  # the zip, at 800, holds them
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The cells of a page as its Run buttons need them: what each needs first, and what its guard says.

Beside each page with cells lies ``pictures/padding.cells.json``, which a browser fetches at the first run::

    {"library": "../_static/live/library.zip?v=12ab34cd", "first": "7.9 MB",
     "cells": [{"name": "same-kernel", "code": "…", "shown": true, "needs": [0], "binds": ["kernel"], "fails": false,
                "guard": "[1, 2]", "free": null, "files": [], "check": null, "reason": null}]}

``first`` is what the first run fetches. ``needs`` are the earlier cells that a run executes first, each whole, with all
that these need. ``files`` are what it reads: the name in its code, and the address. A `reason` says why a cell cannot
run in a page, from its metadata (``no-run: It starts processes.``) or because of what it imports. A ``check`` has the
name that the cell defines, and the code that judges it. ``library.zip`` holds what Python gets there: convbook,
`runner` with what it imports, and how figures are drawn.

A page's cells are described when it is read, so that a build without a change has nothing to analyze. All of it is
there only if set-up has put Python for the pages (`supply`) beside the site.
"""

import ast
import contextlib
import hashlib
import io
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

from book import ROOT, files
from book.checks.directive import CheckPlace
from book.execution.build import chapter_of, executed, noted
from book.execution.chapters import Cell
from book.execution.names import one_by_one
from book.live.supply import LOCK
from book.snippets.copies import COPIES
from book.snippets.fold import Copies
from book.snippets.forms import file_address
from book.snippets.slicer import RAISES, Page

LIBRARY = "_static/live/library.zip"
PYTHON = "_static/pyodide"
#: Names the files that were written, so that the next build finds those that no page has any more.
WRITTEN = ".cells"
#: What the library's archive holds beside convbook: modules at their own places, and the style of figures.
BESIDE = {
    **{
        f"book/{name}.py": f"docs/_ext/book/{name}.py"
        for name in ("checks/judge", "execution/fresh", "live/kept", "live/runner", "page/svg")
    },
    "matplotlibrc": "docs/_ipython/matplotlibrc",
}
#: Where the environment notes the cells of a page.
PLAN = "plan_of_cells"
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


def imported(cell: Cell) -> set[str]:
    """Name the modules, at their top level, that a cell imports anywhere."""
    found = set()
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for one in one_by_one(node):
                module = one.module or "" if isinstance(one, ast.ImportFrom) else one.names[0].name
                found.add(module.partition(".")[0])
    return found


def reason(sentence: str | None, modules: set[str], provided: set[str]) -> str | None:
    """Say why a cell cannot run in a page: by its author's word, or by what it and those that it needs import."""
    if sentence:
        return sentence
    if modules & PROCESSES:
        return "It starts processes, which a browser does not have."
    lacking = sorted(modules - provided - STUBS - set(sys.stdlib_module_names))
    return f"It needs {', '.join(lacking)}, which is not among this site's packages for browsers." if lacking else None


def plan(
    cells: Sequence[Cell], shown: Mapping[int, Copies], checks: Mapping[int, CheckPlace], page: str
) -> list[dict[str, Any]]:
    """Describe the cells of a chapter: some are `shown` with copies, and some have `checks`.

    All but the reason is there, which needs a supply; in its place are the modules of a cell and of those that it
    needs, and its author's word.
    """
    program = Page(cells)
    binds: list[set[str]] = [set() for _ in cells]
    for statement in program.statements:
        binds[statement.cell] |= statement.names.binds
    found = []
    for number, cell in enumerate(cells):
        before = needs(program, number)
        own, copies = [*(cells[n] for n in before), cell], shown.get(number)
        found.append(
            {
                "name": copies.name if copies else f"hidden-{number + 1}",
                "code": cell.source,
                "shown": copies is not None,
                "needs": before,
                "binds": sorted(binds[number]),
                "fails": RAISES in cell.tags,
                "guard": cell.metadata.get("expect"),
                "free": cell.metadata.get("free"),
                "files": [[file, relative_uri(f"{page}.html", file_address(page, file))] for file in copies.reads]
                if copies
                else [],
                "check": {key: checks[number][key] for key in ("name", "code")} if number in checks else None,
                "modules": set().union(*map(imported, own)),
                "no-run": next((str(one.metadata["no-run"]) for one in own if "no-run" in one.metadata), None),
            }
        )
    return found


def with_reasons(planned: Sequence[Mapping[str, Any]], provided: set[str]) -> list[dict[str, Any]]:
    """Give the cells as a page gets them, where the supply has these modules."""
    return [
        {key: value for key, value in cell.items() if key not in ("modules", "no-run")}
        | {"reason": reason(cell["no-run"], cell["modules"], provided)}
        for cell in planned
    ]


def note(app: Sphinx, doctree: nodes.document) -> None:
    """Note the cells of the chapter that has been read; each that is shown has copies, which know its line."""
    env, page = app.env, app.env.docname
    if page not in executed(env):
        return
    cells = chapter_of(env, page).cells
    copies = {one.line: one for one in env.metadata[page].get(COPIES, ()) if one.line is not None}
    shown = {number: copies[cell.line] for number, cell in enumerate(cells) if cell.line in copies}
    places = {place["cell_index"]: place for place in doctree.findall(CheckPlace) if "cell_index" in place}
    checks = {number: places[cell.index] for number, cell in enumerate(cells) if cell.index in places}
    with contextlib.suppress(SyntaxError):  # what executes the cell has said so
        env.metadata[page][PLAN] = plan(cells, shown, checks, page)


def lock_of(folder: Path) -> Any:
    """Read what the supply says of itself."""
    return json.loads((folder / LOCK).read_text(encoding="utf-8"))


def provided_by(folder: Path) -> set[str]:
    """Name the modules, at their top level, that cells can import there beside the standard library."""
    return {name for entry in lock_of(folder)["packages"].values() for name in entry["imports"]}


def first_run(folder: Path) -> str:
    """Say how much a browser fetches before the first cell has run."""
    lock = lock_of(folder)
    return megabytes(lock["convbook"]["core"]["packed"] + lock["packages"]["numpy"]["packed"] + len(library()))


def figures_more(folder: Path) -> str:
    """Say how much more it fetches for the first figure."""
    packages = lock_of(folder)["packages"]
    found: set[str] = set()
    left = ["matplotlib"]
    while left:
        name = left.pop().lower()
        if name not in found | {"numpy"}:
            found.add(name)
            left += packages[name]["depends"]
    return megabytes(sum(packages[name]["packed"] for name in found))


def megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


# The library ------------------------------------------------------------------------------------------------
@cache
def library() -> bytes:
    """Pack what Python gets in a page; the same sources are the same bytes."""
    sources = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "convbook").rglob("*.py"))}
    sources |= {name: ROOT / place for name, place in BESIDE.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, path in sources.items():
            files.pack(archive, name, path.read_bytes())
    return packed.getvalue()


# The site ---------------------------------------------------------------------------------------------------
def contents(app: Sphinx, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give the files: their addresses, and what is in them."""
    provided, first = provided_by(folder), first_run(folder)
    digest = hashlib.sha256(library()).hexdigest()[:8]
    yield LIBRARY, library()
    for page, planned in noted(app.env, PLAN).items():
        own = {
            "library": f"{relative_uri(f'{page}.html', LIBRARY)}?v={digest}",
            "first": first,
            "cells": with_reasons(planned, provided),
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
    folder, planned = supply_of(app), noted(app.env, PLAN).get(pagename)
    if folder is None or doctree is None or planned is None:
        return
    cells = with_reasons(planned, provided_by(folder))
    reasons = {cell["name"]: cell["reason"] for cell in cells if cell["shown"] and cell["reason"]}
    context["live"] = {"data-live": f"{pagename.rpartition('/')[2]}.cells.json"}
    if reasons:
        context["live"]["data-no-run"] = json.dumps(reasons, ensure_ascii=False)
    more = (
        f"; figures take {figures_more(folder)} more" if any("matplotlib" in one["modules"] for one in planned) else ""
    )
    note = f'<p class="live-note">Cells run here: the first run fetches Python, {first_run(folder)}{more}.</p>'
    context["body"] = context["body"].replace("</h1>", f"</h1>{note}", 1)


def add_script(app: Sphinx) -> None:
    if app.builder.name == "html":
        app.add_js_file("live.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", add_script)
    app.connect("doctree-read", note)  # after the copies
    app.connect("html-page-context", offer)
    app.connect("build-finished", serve, priority=750)  # the zip, at 800, holds them
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

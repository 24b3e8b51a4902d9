"""The API reference: autodoc2 analyzes the library, and this extension writes a page for each of its rooms.

The pages are written into ``docs/api/`` beside the authored ``index.md``, only where something changed: Sphinx then
reads only those again. A book without ``api/index.md`` has no reference.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from autodoc2.sphinx.utils import get_database, load_config
from sphinx.application import Sphinx
from sphinx.config import Config

from book import ROOT
from book.execution.build import chapter_now
from book.files import Stamp, digest_of_folder, write
from book.reference import public_names, usage
from book.reference.docstrings import Docstring
from book.reference.renderer import Renderer, first_sentence

PACKAGE = "convbook"
LIBRARY = ROOT / PACKAGE
SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
LIST = re.compile(r"<(/?)d([ld])>")
HEAD = ".. Written by docs/_ext/book/reference/pages.py from the docstrings: change those."


def choose_library(app: Sphinx, config: Config) -> None:
    """Tell autodoc2 what to analyze, not what to write: the pages are ours."""
    if (Path(app.srcdir) / "api" / "index.md").exists():
        config.autodoc2_packages = [{"path": os.path.relpath(LIBRARY, app.srcdir), "auto_mode": False}]


def write_pages(app: Sphinx) -> None:
    """Write every page whose content changed, and remove those whose room is gone."""
    folder = Path(app.srcdir) / "api"
    if not app.config.autodoc2_packages:
        return
    db = get_database(app.env)
    config = load_config(app)
    public = public_names.entries(db, PACKAGE, config.skip_module_regexes)
    rooms = public_names.rooms(public, app.config.api_rooms)
    renderer = Renderer(db, config)
    renderer.public = {entry.defined: entry.path for entry in public}
    reading = partial(chapter_now, app.env)
    renderer.users = usage.chapters(Path(app.srcdir), public_names.aliases(public), PACKAGE, reading)

    stamp = Stamp(Path(app.doctreedir) / "reference.json")
    conf = (Path(app.confdir) / "conf.py").read_text(encoding="utf-8")
    made_of = [digest_of_folder(LIBRARY), renderer.users, app.config.toolchain, app.config.html_baseurl, conf]
    sources = json.dumps(made_of, sort_keys=True)
    if stamp.is_current(sources):
        return
    pages = {}
    for room, entries in rooms.items():
        title = app.config.api_rooms.get(room, room.replace("_", " ").capitalize())
        pages[f"{room}.rst"] = renderer.render_room(f"{PACKAGE}.{room}", title, entries)
    pages["_rooms.txt"] = _rooms({room: renderer.get_item(f"{PACKAGE}.{room}") for room in rooms})
    pages["_names.txt"] = _names(renderer, public)
    for name, lines in pages.items():
        write(folder / name, ("\n".join([HEAD, "", *lines]).rstrip() + "\n").encode())
    for path in folder.glob("*.rst"):
        with contextlib.suppress(FileNotFoundError):  # another build was here first
            if path.name not in pages and path.read_text(encoding="utf-8").startswith(HEAD):
                path.unlink()
    stamp.note(sources, [folder / name for name in pages])


def _rooms(items: dict[str, dict[str, str] | None]) -> Iterator[str]:
    """List the pages in a table, and give them their places in the table of contents."""
    yield from (f".. py:module:: {PACKAGE}", "")
    yield from (".. toctree::", "   :hidden:", "", *(f"   {room}" for room in items), "")
    yield from (".. list-table::", "   :class: api-summary", "   :widths: auto", "")
    for room, item in items.items():
        yield from (f"   * - :doc:`{room}`", f"     - {first_sentence((item or {}).get('doc', ''))}".rstrip())
    yield ""


def _names(renderer: Renderer, public: Iterable[public_names.Entry]) -> Iterator[str]:
    """List who does what under another name."""
    rows = [(entry.path, names) for entry in public if (names := renderer.other_names(entry))]
    if not rows:
        return
    yield from (".. list-table::", "   :class: api-names", "   :widths: auto", "   :header-rows: 1", "")
    yield from ("   * - Looking for", "     - Use")
    for path, names in sorted(rows, key=lambda row: list(public_names.SOUGHT).index(row[0])):
        yield "   * - " + ", ".join(f"``{name}``" for name in names)
        yield f"     - :py:func:`{path}`"
    yield ""


def fix_signatures(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a parameter a line without a list of definitions that define nothing, which reader programs stumble over."""
    if "body" in context:
        context["body"] = SIGNATURE.sub(lambda match: LIST.sub(_span, match[0]), context["body"])


def _span(match: re.Match[str]) -> str:
    return "</span>" if match[1] else f'<span class="{"sig-lines" if match[2] == "l" else "sig-line"}">'


def setup(app: Sphinx) -> dict[str, bool]:
    """Load autodoc2 for its analysis; write after it."""
    app.setup_extension("autodoc2")
    app.add_config_value("api_rooms", {}, "env", types=dict)
    app.add_directive("autodoc2-docstring", Docstring, override=True)
    app.connect("config-inited", choose_library)
    app.connect("builder-inited", write_pages, priority=600)  # autodoc2 analyzes at 500
    app.connect("html-page-context", fix_signatures)
    app.add_css_file("api.css", priority=710)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""One style sheet and one script for all pages: each further file would be a wait more before a page is seen.

The theme, the extensions and the book name some eight sheets and nine scripts. Here they become ``_static/book.css``
and ``_static/book.js``: the same files, one after the other in the same order. The script is deferred, so nothing but
the sheet stands between a page and its first sight.
"""

import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging

from book.files import write
from book.page import modules
from book.page.assets import MODULES
from book.page.sheets import not_here, slim

logger = logging.getLogger(__name__)

URL = re.compile(r"url\(\s*(['\"]?)(?!['\"]|data:|#|/|\w+:)")
#: The colors of code are the book's own, `code_style`; and what Furo's script does, `frame.js` does sooner.
REPLACED = {"pygments.css", "scripts/furo.js"}
#: What may wait for a task of its own, after which a browser shows the page and answers: buttons on code.
LATER = {"copybutton.js"}
CLASSES = re.compile(r'\bclass="([^"]*)"')


def sheet(static: Path, name: str) -> str:
    """Return a style sheet as the bundle needs it: its addresses seen from there."""
    folder = posixpath.dirname(name)
    text = re.sub(r'@charset "[^"]*";', "", (static / name).read_text(encoding="utf-8"))
    return URL.sub(rf"url(\1{folder}/", text) if folder else text


def script(static: Path, name: str) -> str:
    """Return a script as it stands in the bundle: ended, and without the address of a map that nobody serves."""
    text = (static / name).read_text(encoding="utf-8")
    if name == modules.LOADER:
        text = modules.in_bundle(text)
    text = re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE).rstrip() + "\n;\n"
    return f"setTimeout(() => {{\n{text}}});\n" if name in LATER else text


_names: dict[tuple[Path, str], tuple[str, ...]] = {}


@cache
def bundle(static: Path, kind: str, names: tuple[str, ...]) -> str:
    """Write a bundle, once in a build, and return its address: with its digest, so that a browser sees a change."""
    if (first := _names.setdefault((static, kind), names)) != names:
        raise ExtensionError(f"All pages share one book.{kind}, but a page asks for {names} instead of {first}.")
    if kind == "css":
        text = slim("".join(sheet(static, name) for name in names))
    else:
        text = "".join(script(static, name) for name in names)
    content = text.encode()
    write(static / f"book.{kind}", content)
    return f"_static/book.{kind}?v={hashlib.sha256(content).hexdigest()[:8]}"


def own(static: Path, files: list[Any]) -> tuple[str, ...]:
    """Return the names, below ``_static``, of the files that this site serves itself, by their priorities."""
    ordered = sorted(files, key=lambda file: getattr(file, "priority", 500))  # Sphinx sorts them only afterwards
    names = [str(getattr(file, "filename", file)).partition("?")[0] for file in ordered]
    found = [name.removeprefix("_static/") for name in names if name.startswith("_static/")]
    return tuple(name for name in found if name not in REPLACED and (static / name).is_file())


def name_bundles(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell the templates what to load."""
    static = Path(app.outdir, "_static")
    context["sheet"] = bundle(static, "css", own(static, context["css_files"]))
    context["script"] = bundle(static, "js", own(static, context["script_files"]))
    names = {name for group in CLASSES.findall(context.get("body", "")) for name in group.split()}
    for name in sorted(not_here(names)):
        logger.warning(
            "the page has the class %r, whose rules the style sheet leaves out: take it off `NOT_HERE` in "
            "docs/_ext/book/page/sheets.py",
            name,
            location=pagename,
            type="pages",
        )


def start(app: Sphinx) -> None:
    """Forget what another build in this process has bundled."""
    bundle.cache_clear()
    _names.clear()


def note_parts(app: Sphinx, config: Config) -> None:
    """Pages name the digest of a bundle: all are written again (and none is read) when a part of it changes."""
    folders = [Path(app.confdir, folder) for folder in config.html_static_path]
    parts = [file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file()]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in [*parts, MODULES / ".package-lock.json"]))
    config.parts_of_bundles = digest.hexdigest()


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("parts_of_bundles", "", "html", str)
    app.connect("config-inited", note_parts)
    app.connect("builder-inited", start)
    app.connect("html-page-context", name_bundles, priority=950)  # when all others have named their files
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

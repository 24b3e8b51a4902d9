"""JavaScript modules as the site serves them: each by itself, and all of them as one script.

A browser fetches a module when a page needs it; each address has the digest of all modules, so that a browser sees a
change. From a folder (``file://``) it hands out no module, so there a page takes ``_static/modules.js``: the same
modules joined in one script, which keeps them in ``globalThis.joined``. `load.js` knows which way to go.

What joins them knows the forms in which our modules import and export, and refuses others.
"""

import hashlib
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from book import ROOT
from book.explorers import pictures
from book.files import write

STATIC = ROOT / "docs" / "_static"
#: The script that asks for modules, which is part of every page's script, and the one with all of them.
LOADER, JOINED = "load.js", "modules.js"

IMPORT = re.compile(r'^import \{ ([\w, ]+) \} from "(\.\.?/[\w/-]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|async function|function) (\w+))", re.MULTILINE)
DEFAULT = re.compile(r"^export default (?:(\w+);$|(?=function (\w+)))", re.MULTILINE)
# (A line of Python in a text, `import numpy as np`, has neither braces nor quotes.)
LEFT = re.compile(r"""^(?:import\b.*[{"'].*|export\b.*)$""", re.MULTILINE)


def sources(static: Path = STATIC) -> dict[str, str]:
    """Give the modules, by their names below ``_static``: the scripts that import or export something.

    One of them is no file: the numbers of pictures are not written by hand.
    """
    texts = {path.relative_to(static).as_posix(): path.read_text(encoding="utf-8") for path in static.rglob("*.js")}
    texts["explorers/shown.js"] = pictures.module()
    return {name: text for name, text in sorted(texts.items()) if LEFT.search(text)}


def digest(modules: Mapping[str, str]) -> str:
    return hashlib.sha256("".join(f"{name}\0{text}\0" for name, text in modules.items()).encode()).hexdigest()[:8]


def served(text: str, version: str) -> str:
    """Give a module as it is served: what it imports has the version in its address."""
    return IMPORT.sub(rf'import {{ \1 }} from "\2?v={version}";', text)


def _as_function(name: str, text: str) -> str:
    """Write a module as a function that returns what the module exports."""
    folder = posixpath.dirname(name)
    exported = EXPORT.findall(text)
    exported += [f"default: {kept or function}" for kept, function in DEFAULT.findall(text)]
    text = IMPORT.sub(
        lambda found: f'const {{ {found[1]} }} = get("{posixpath.normpath(posixpath.join(folder, found[2]))}");', text
    )
    text = DEFAULT.sub("", EXPORT.sub("", text))
    if left := LEFT.search(text):
        raise ValueError(f"The module {name} cannot be joined with others, because of {left[0]!r}.")
    return f'modules["{name}"] = () => {{\n{text}\nreturn {{ {", ".join(exported)} }};\n}};\n'


def joined(modules: Mapping[str, str]) -> str:
    """Join modules in one script, after which ``joined(name)`` gives what a module exports; each runs once."""
    return (
        '"use strict";\nglobalThis.joined = (() => {\nconst modules = {}, made = {};\n'
        "const get = name => made[name] ??= modules[name]();\n"
        + "".join(_as_function(name, text) for name, text in modules.items())
        + "return get;\n})();\n"
    )


def in_bundle(loader: str) -> str:
    """Write the version of the modules into `load.js`."""
    text = loader.replace('VERSION = ""', f'VERSION = "{digest(sources())}"')
    if text == loader:
        raise ValueError('load.js has no `VERSION = ""` that the build could write.')
    return text


def add_loader(app: Sphinx) -> None:
    if app.builder.format == "html" and app.builder.name != "epub":
        app.add_js_file(LOADER, priority=200, loading_method="defer")  # the scripts after it ask for modules


def serve(app: Sphinx, fault: Exception | None) -> None:
    """Write what is served in the place of the sources that Sphinx has copied."""
    static = Path(app.outdir, "_static")
    if fault or not (static / LOADER).is_file():
        return
    modules = sources()
    version = digest(modules)
    for name, text in modules.items():
        write(static / name, served(text, version).encode())
    write(static / JOINED, joined(modules).encode())


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("builder-inited", add_loader)
    app.connect("build-finished", serve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""What the site serves beside its pages: each chapter as a notebook and as a script, the library, and itself.

- ``pictures/padding.ipynb`` and ``pictures/padding.py`` lie beside ``pictures/padding.html``;
- ``downloads/`` holds the library as a wheel and as a single file, and the whole site as one zip.

All are the same bytes whenever the same sources are built, and are left alone if nothing has changed.
``{served}`wheel```, ``{served}`file``` and ``{served}`words <zip>``` are links to them.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Set
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole
from sphinx.util.osutil import relative_uri

from book import ROOT
from book.downloads import notebooks, plain_markdown, single_file
from book.execution import build, settings
from book.files import Stamp, digest, replacing, write
from book.files import pack as pack_file

logger = logging.getLogger(__name__)

FOLDER = "downloads"
SUFFIXES = (".ipynb", ".py")
#: What a wheel is made of.
WHEEL_SOURCES = ("convbook", "pyproject.toml", "README.md", "LICENSE")
ENVIRONMENT = {"SOURCE_DATE_EPOCH": settings.ENVIRONMENT["SOURCE_DATE_EPOCH"], "PYTHONHASHSEED": "0"}


def wheel_name(config: Config) -> str:
    return f"{FOLDER}/{config.project}-{config.release}-py3-none-any.whl"


def zip_name(config: Config) -> str:
    return f"{FOLDER}/{config.project}-site.zip"


def file_name(config: Config) -> str:
    return f"{FOLDER}/{config.project}.py"


# Chapters ---------------------------------------------------------------------------------------------------
def executed(app: Sphinx, docname: str) -> Path | None:
    """Find the executed notebook of a page that has one; the front page is not offered."""
    path = Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"
    return path if docname in build.executed(app.env) and docname != app.config.root_doc and path.exists() else None


def offer(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Write the notebook and the script of a page beside it, and tell the template."""
    if app.builder.name != "html" or doctree is None or (path := executed(app, pagename)) is None:
        return
    book = nbformat.read(path, as_version=4)
    numbers = app.env.toc_fignumbers.get(pagename, {})
    site = app.config.html_baseurl.rstrip("/")
    base = site and f"{site}/{app.builder.get_target_uri(pagename)}"
    for suffix, made in zip(SUFFIXES, (notebooks.notebook, notebooks.script), strict=True):
        parts = plain_markdown.cells(doctree, numbers, base, escape=suffix == ".ipynb")
        if any(isinstance(part, int) for part in parts):
            page = notebooks.Page(book, parts, preface(app, book))
            write(Path(app.outdir, f"{pagename}{suffix}"), made(page).encode())
            context["is_offered"] = True


def preface(app: Sphinx, book: nbformat.NotebookNode) -> str:
    """Say where the chapter comes from, and what it needs."""
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    needs = ["NumPy", "SciPy", "Matplotlib", *sorted({name for c in code for name in c.metadata.get("requires", [])})]
    name, release, site = app.config.project, app.config.release, app.config.html_baseurl
    reads = ", ".join(f"`{file}`" for file in book.metadata.get("reads", []))
    return (
        f"From {name} {release}{f', <{site}>' if site else ''}. Code: BSD 3-Clause. Text and figures: CC BY 4.0.\n"
        f"Needs {', '.join(needs)} and the library {name}:\n"
        f"`pip install {Path(wheel_name(app.config)).name}`, a file of the site's folder `{FOLDER}`."
    ) + (f"\nReads {reads}, to which the page links: save it there." if reads else "")


def remove(app: Sphinx, env: BuildEnvironment, added: Set[str], changed: Set[str], removed: Set[str]) -> list[str]:
    """Take the files of a removed page off the site."""
    for docname in removed if app.builder.name == "html" else ():
        for suffix in SUFFIXES:
            Path(app.outdir, f"{docname}{suffix}").unlink(missing_ok=True)
    return []


def missing(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """List the pages to write again because their files are not there."""
    if app.builder.name != "html":
        return []
    offered = [name for name in build.executed(env) if executed(app, name)]
    return [name for name in offered if not all(Path(app.outdir, name + suffix).exists() for suffix in SUFFIXES)]


# The library and the site -----------------------------------------------------------------------------------
def build_wheel(target: Path) -> None:
    """Build the wheel of the library with its own build backend, from a clean copy."""
    with tempfile.TemporaryDirectory(prefix="convbook-wheel-") as name:
        folder = Path(name, "source")
        folder.mkdir()
        for source in WHEEL_SOURCES:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            else:
                shutil.copy(ROOT / source, folder / source)
        for path in sorted(folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)  # modes are part of a zip
        code = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
        run = subprocess.run(
            [sys.executable, "-c", code, name],
            cwd=folder,
            env=os.environ | ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        built = list(Path(name).glob("*.whl"))
        if run.returncode or [path.name for path in built] != [target.name]:
            raise RuntimeError(f"{target.name} was not built: {run.stderr.strip()[-500:]}")
        write(target, built[0].read_bytes())


def wheel_sources() -> str:
    """Give a digest of all that the wheel is made of."""
    files = [path for name in WHEEL_SOURCES for path in (ROOT / name, *(ROOT / name).rglob("*"))]
    files = sorted(path for path in files if path.is_file() and "__pycache__" not in path.parts)
    return digest({path.relative_to(ROOT).as_posix(): path for path in files})


def build_zip(site: Path, target: Path) -> None:
    """Pack the site, unless the zip holds just that: its comment is the digest of what was packed."""
    files = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.is_file()}
    files = {name: path for name, path in files.items() if path != target and not Path(name).name.startswith(".")}
    packed = digest(files).encode()
    if target.exists():
        with zipfile.ZipFile(target) as before:
            if before.comment == packed:
                return
    with replacing(target) as part, zipfile.ZipFile(part, "w") as archive:
        for name, path in files.items():
            pack_file(archive, f"{target.stem}/{name}", path.read_bytes(), level=6)
        archive.comment = packed


def pack(app: Sphinx, exception: Exception | None) -> None:
    """Serve the wheel, the single file and the zip, after all pages are written."""
    if exception is not None or app.builder.name != "html":
        return
    file, wheel = Path(app.outdir, file_name(app.config)), Path(app.outdir, wheel_name(app.config))
    stamp = Stamp(Path(app.doctreedir, "library.json"))
    sources = json.dumps([wheel_sources(), app.config.html_baseurl, app.config.toolchain])
    if not stamp.is_current(sources, [file, wheel]):
        for old in wheel.parent.glob("*.whl") if wheel.parent.exists() else ():
            if old != wheel:
                old.unlink(missing_ok=True)
        license_text = (ROOT / "LICENSE").read_text(encoding="utf-8")
        try:
            write(file, single_file.flattened(ROOT / "convbook", license_text, app.config.html_baseurl).encode())
            build_wheel(wheel)
        except (single_file.NotFlat, RuntimeError) as error:
            logger.warning("%s", error)
            return
        stamp.note(sources, [file, wheel])
    build_zip(Path(app.outdir), Path(app.outdir, zip_name(app.config)))


# Links to them ----------------------------------------------------------------------------------------------
class Served(SphinxRole):
    """A link to the wheel, the single file or the zip, by default with the file's name."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        words, _, what = self.text.rpartition("<")
        names = {"wheel": wheel_name, "file": file_name, "zip": zip_name}
        key = what.removesuffix(">").strip()
        if key not in names:
            message = self.inliner.reporter.error(f"`served` knows wheel, file and zip, not {key!r}", line=self.lineno)
            return [], [message]
        name = names[key](self.config)
        text = words.strip() or name.rpartition("/")[2]
        return [nodes.inline("", text, classes=["served"], served=name)], []


class LinkServed(SphinxPostTransform):
    """Other builders serve nothing: they keep the words."""

    default_priority = 400
    builders = ("html",)

    def run(self, **_kwargs: Any) -> None:
        here = self.app.builder.get_target_uri(self.env.docname)
        for node in list(self.document.findall(lambda n: isinstance(n, nodes.inline) and "served" in n)):
            address = relative_uri(here, node["served"])
            node.replace_self(nodes.reference("", "", *node.children, refuri=address, internal=True))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_role("served", Served())
    app.add_post_transform(LinkServed)
    app.connect("env-get-outdated", remove)
    app.connect("env-get-updated", missing)
    app.connect("html-page-context", offer)
    app.connect("build-finished", pack, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

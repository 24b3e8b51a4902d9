"""Chapters are executed by the build that shows them, and their guards are checked on the outputs that it shows.

MyST-NB turns a chapter into a notebook and renders it. What happens in between is here: a fresh `kernel` runs the
cells, unless the outputs of a run are `kept` for which nothing has changed since; `guards` compares them in either
case; each fault is a warning at the line of its cell (so that ``-W`` stops the build), and what only the author needs
leaves the notebook. A chapter is read again when one of its `inputs` has changed.
"""

import hashlib
import logging as standard_logging
import os
import sys
import time
from pathlib import Path
from typing import Any

from myst_nb.core.execute.base import NotebookClientBase
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import CONFIG_OK, BuildEnvironment
from sphinx.util import logging

from book import ROOT, patches
from book.execution import chapters, guards, kept, kernel
from book.execution.inputs import STYLE, Inputs, packages
from book.files import write

logger = logging.getLogger(__name__)

AUTHORS_ONLY = ("expect", "free", "answer", "mistake", "no-run")
#: Where the environment, beside what Sphinx notes of a page, notes what its outputs depend on.
INPUTS = "inputs_of_the_outputs"
#: ... and the chapter itself, for all who need its cells.
CHAPTER = "chapter"
#: What the document that is being read notes of cells that a reader's answer is compared with: what each shows.
SHOWN = "shown"


def noted(env: BuildEnvironment, key: str) -> dict[str, Any]:
    """Map each page that has noted something under this key to it."""
    return {page: found[key] for page, found in env.metadata.items() if key in found}


def executed(env: BuildEnvironment) -> dict[str, Inputs]:
    """Map each executed chapter to its inputs."""
    return noted(env, INPUTS)


def chapter_of(env: BuildEnvironment, docname: str) -> chapters.Chapter:
    """Give the chapter that a page has been made of."""
    chapter: chapters.Chapter = env.metadata[docname][CHAPTER]
    return chapter


def chapter_now(env: BuildEnvironment, path: Path) -> chapters.Chapter:
    """Give the chapter as its file is now, whether or not this build has read its page yet."""
    noted = env.metadata.get(env.path2doc(path) or "", {}).get(CHAPTER)
    if noted is None or env.config_status != CONFIG_OK:  # other code of ours may have noted it
        return chapters.read(path)
    is_current = noted.path == path and noted.digest == chapters.digest_of(path.read_text(encoding="utf-8"))
    return noted if is_current else chapters.read(path)


# Executing and checking --------------------------------------------------------------------------------------
class ExecutedChapter(NotebookClientBase):
    """What MyST-NB asks for the outputs of a notebook: it executes and checks it first."""

    def __init__(self, app: Sphinx, notebook: NotebookNode, source: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(notebook, Path(source), *args)
        self.app, self.docname = app, app.env.docname

    def start_client(self) -> None:
        notebook, status = self.notebook, {}
        chapter = chapters.of_notebook(notebook, self.path, self.path.read_text(encoding="utf-8"))
        self.app.env.metadata[self.docname][CHAPTER] = chapter
        if cells := {cell.index: cell for cell in chapter.cells}:
            inputs = Inputs.of(self.app, self.path, cells.values(), notebook.metadata)
            for file in inputs.reads:
                if not file.is_file():
                    logger.warning("`reads` names %s, which is not there", file.name, location=f"{self.path}:1")
            ran, stop = list(cells), None
            if not kept.restore(self._folder, inputs.state, notebook, cells):
                ran, stop = self._execute(cells, inputs)
            self.app.env.metadata[self.docname][INPUTS] = inputs
            for index in ran:
                status[index] = self._check(cells[index], notebook.cells[index])
            if stop is not None:
                self._warn(stop.cell, stop.why, stop.line)
        self.app.env.current_document["guards"] = status
        self.app.env.current_document[SHOWN] = {
            index: guards.shown(notebook.cells[index].outputs)
            for index, cell in cells.items()
            if index in status and {"answer", "mistake"} & cell.metadata.keys()
        }
        for index, cell in enumerate(notebook.cells):
            cell.id = f"cell-{index}"  # random otherwise
            for key in AUTHORS_ONLY:
                cell.metadata.pop(key, None)

    @property
    def _folder(self) -> Path:
        return _kept_outputs(self.app) / self.docname

    def _execute(self, cells: dict[int, chapters.Cell], inputs: Inputs) -> tuple[list[int], kernel.StoppedError | None]:
        """Run the cells until one fails that should not; list those that ran, and say why it ended."""
        begun, ran = time.monotonic(), []
        variables = kernel.environment(Path(self.app.confdir), Path(self.app.outdir).parent / "ipython")
        run = kernel.Run(self.notebook, cells, self.path.parent, variables, self.nb_config.execution_timeout)
        try:
            ran.extend(run)
        except kernel.StoppedError as stop:
            return ran, stop
        finally:
            logger.info("executed %s in %.1f s", self.docname, time.monotonic() - begun)
        if self._is_known(inputs, run):
            kept.keep(self._folder, inputs.state, self.notebook, cells)
        else:
            inputs.forget()
        return ran, None

    def _is_known(self, inputs: Inputs, run: kernel.Run) -> bool:
        """Whether the outputs depend on nothing beyond our sight, and nothing has changed meanwhile."""
        undeclared = inputs.undeclared(self.app, run.read)
        for file in undeclared:
            if file.is_relative_to(Path(self.app.confdir).resolve()):
                name = os.path.relpath(file, self.path.parent)
                text = "The chapter reads %s: name it in the front matter, `reads: [%s]`, or its changes go unnoticed"
                logger.warning(text, name, name, location=f"{self.path}:1", type="guard")
        return not undeclared and not run.started_processes and inputs.now(self.app) == inputs.state

    def _check(self, cell: chapters.Cell, ran: NotebookNode) -> str:
        """Report the faults of a cell; return what the page says under its output."""
        faults = guards.faults(cell.metadata, ran.outputs)
        for fault in faults:
            self._warn(cell, fault)
        return "" if faults else "checked" if "expect" in cell.metadata else "free" if "free" in cell.metadata else ""

    def _warn(self, cell: chapters.Cell, message: str, line: int | None = None) -> None:
        place = f"{self.path}:{line or cell.line}"
        logger.warning("cell %s: %s", cell.name, message, location=place, type="guard")


def _kept_outputs(app: Sphinx) -> Path:
    return Path(app.outdir).parent / "outputs"


# Hooks --------------------------------------------------------------------------------------------------------
def outdated(app: Sphinx, env: BuildEnvironment, *_: Any) -> list[str]:
    return [name for name, inputs in executed(env).items() if inputs.now(app) != inputs.state]


def spread(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Mix the chapters, which take time, with the other pages: processes that read in parallel get equal shares."""
    docnames[:] = [name for first in range(8) for name in docnames[first::8]]


def forget(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Forget all pages before the first is read again: else a section that moved would be in two of them meanwhile."""
    for name in docnames:
        app.events.emit("env-purge-doc", env, name)
        env.clear_doc(name)


def prune(app: Sphinx, env: BuildEnvironment) -> None:
    kept.prune(_kept_outputs(app), env.found_docs)


def note_toolchain(app: Sphinx, config: Config) -> None:
    """All pages are made again when the packages that render them change, or the extensions of the book."""
    code = hashlib.sha256(b"".join(file.read_bytes() for file in own_code())).hexdigest()
    config.toolchain = [sys.version, *packages(), code]


def own_code() -> list[Path]:
    return [*sorted((ROOT / "docs" / "_ext" / "book").rglob("*.py")), *STYLE]


def prepare_kernels(app: Sphinx) -> None:
    """Let Jupyter write below the build's folder only, and take the kernel of this environment."""
    build = Path(app.outdir).parent
    settings = ROOT / "docs" / "_ipython" / "ipython_kernel_config.py"
    write(build / "ipython" / "profile_default" / settings.name, settings.read_bytes())
    os.environ.update(JUPYTER_RUNTIME_DIR=str(build / "jupyter_runtime"), JUPYTER_PREFER_ENV_PATH="1")
    standard_logging.getLogger("traitlets").setLevel(standard_logging.WARNING)


def setup(app: Sphinx) -> dict[str, Any]:
    kernel.note_variables()
    app.add_config_value("toolchain", [], "env", list)
    app.connect("config-inited", note_toolchain)
    app.connect("builder-inited", prepare_kernels)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", spread)
    app.connect("env-before-read-docs", forget)
    app.connect("env-check-consistency", prune)
    patches.execute_with(
        lambda *args, **kwargs: ExecutedChapter(app, *args[:4], **{k: v for k, v in kwargs.items() if k != "read_fmt"})
    )
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

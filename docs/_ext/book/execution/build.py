"""Chapters are executed by the build that shows them, and their guards are checked on the outputs that it shows.

MyST-NB turns a chapter into a notebook and renders it. What happens in between is here: a fresh kernel runs the
cells, `guards` compares the outputs, each fault is a warning at the line of its cell (so that ``-W`` stops the build),
and what only the author needs leaves the notebook. A chapter runs again when its text, a module of the library that
it uses, or a file that it reads has changed, and not otherwise.
"""

import hashlib
import logging as standard_logging
import os
import sys
import tempfile
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cache
from importlib import metadata as distributions
from pathlib import Path
from typing import Any

from myst_nb.core.execute.base import NotebookClientBase
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from traitlets.config import Config as JupyterConfig

from book import ROOT, patches
from book.execution import chapters, guards, settings
from book.execution.dependencies import Library, fingerprint
from book.files import write

logger = logging.getLogger(__name__)

AUTHORS_ONLY = ("expect", "free")
# Asks the kernel for the lines of the last traceback that lie in cells.
FAILING_LINES = (
    "[f.lineno for f in __import__('traceback').extract_tb(__import__('sys').last_traceback)"
    " if f.name == '<module>' and 'ipykernel' in f.filename]"
)


# When a chapter runs again ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Inputs:
    """What the outputs of a chapter depend on beside its text: its code names modules, its front matter other files."""

    code: tuple[str, ...]
    reads: tuple[Path, ...]
    digests: dict[str, str]  # of all these files, when the chapter ran


def inputs(env: BuildEnvironment) -> dict[str, Inputs]:
    """Map each executed chapter to its inputs."""
    if not hasattr(env, "chapter_inputs"):
        env.chapter_inputs = {}
    return env.chapter_inputs


def digests(library: Library, code: tuple[str, ...], reads: tuple[Path, ...]) -> dict[str, str]:
    return fingerprint(library.files_used_by(code) | set(reads))


# Executing and checking --------------------------------------------------------------------------------------
class ExecutedChapter(NotebookClientBase):
    """What MyST-NB asks for the outputs of a notebook: it executes and checks it first."""

    def __init__(self, app: Sphinx, notebook: NotebookNode, source: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(notebook, Path(source), *args)
        self.app, self.docname = app, app.env.docname

    def start_client(self) -> None:
        notebook, status = self.notebook, {}
        cells = chapters.cells_of(notebook, self.path)
        if cells:
            inputs(self.app.env)[self.docname] = self._inputs(cells)
            for index in self._execute(cells):
                status[index] = self._check(cells[index], notebook.cells[index])
        self.app.env.current_document["guards"] = status
        for index, cell in enumerate(notebook.cells):
            cell.id = f"cell-{index}"  # random otherwise
            for key in AUTHORS_ONLY:
                cell.metadata.pop(key, None)

    def _inputs(self, cells: dict[int, chapters.Cell]) -> Inputs:
        library = Library(Path(self.app.confdir) / "convbook")
        code = tuple(cell.source for cell in cells.values())
        reads = tuple(self.path.parent / name for name in self.notebook.metadata.get("reads", []))
        for file in reads:
            if not file.is_file():
                logger.warning("`reads` names %s, which is not there", file.name, location=f"{self.path}:1")
        return Inputs(code, reads, digests(library, code, reads))

    def _execute(self, cells: dict[int, chapters.Cell]) -> Iterator[int]:
        """Run the cells until one fails that should not; give the numbers of those that ran."""
        with tempfile.TemporaryDirectory(prefix="convbook-") as sockets:  # a short path, as sockets need
            yield from self._run(cells, sockets)

    def _run(self, cells: dict[int, chapters.Cell], sockets: str) -> Iterator[int]:
        client = NotebookClient(
            self.notebook,
            timeout=self.nb_config.execution_timeout,
            resources={"metadata": {"path": str(self.path.parent)}},
            kernel_name="python3",
            # Socket files of its own: kernels that start at the same time would race for the same TCP ports.
            config=JupyterConfig({"AsyncKernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        client.reset_execution_trackers()
        with client.setup_kernel(env=kernel_environment(self.app)):
            info = client.wait_for_reply(client.kc.kernel_info())
            self.notebook.metadata["language_info"] = info["content"]["language_info"]
            for number, (index, cell) in enumerate(cells.items(), 1):
                if missing := chapters.missing(cell):
                    self._warn(cell, f"The cell needs {', '.join(missing)}, which this build has not installed.")
                    return
                try:
                    client.execute_cell(self.notebook.cells[index], index, execution_count=number)
                except CellExecutionError as error:
                    reply = client.wait_for_reply(
                        client.kc.execute("", silent=True, user_expressions={"lines": FAILING_LINES})
                    )
                    said = reply["content"]["user_expressions"]["lines"].get("data", {}).get("text/plain", "[]")
                    line = cell.first + int(said.strip("[]").split(",")[-1] or 1) - 1
                    what = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
                    self._warn(cell, f"The cell failed; the chapter was not executed further.\n    {what}", line)
                    return
                except CellTimeoutError:
                    seconds = self.nb_config.execution_timeout
                    self._warn(cell, f"The cell ran for more than {seconds} s; the chapter was not executed further.")
                    return
                except DeadKernelError:
                    self._warn(cell, "The kernel died in this cell; the chapter was not executed further.")
                    return
                self.notebook.cells[index].outputs = list(_merged(self.notebook.cells[index].outputs))
                yield index

    def _check(self, cell: chapters.Cell, ran: NotebookNode) -> str:
        """Report the faults of a cell; return what the page says under its output."""
        faults = guards.faults(cell.metadata, ran.outputs)
        for fault in faults:
            self._warn(cell, fault)
        return "" if faults else "checked" if "expect" in cell.metadata else "free" if "free" in cell.metadata else ""

    def _warn(self, cell: chapters.Cell, message: str, line: int | None = None) -> None:
        place = f"{self.path}:{line or cell.line}"
        logger.warning("cell %s: %s", cell.name, message, location=place, type="guard")


def _merged(outputs: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Join neighbors of one stream: how a kernel cuts it is chance."""
    last = None
    for output in outputs:
        if last is not None and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
            continue
        if last is not None:
            yield last
        last = output
    if last is not None:
        yield last


# Hooks --------------------------------------------------------------------------------------------------------
def outdated(app: Sphinx, env: BuildEnvironment, *_: Any) -> list[str]:
    library = Library(Path(app.confdir) / "convbook")
    return [name for name, i in inputs(env).items() if digests(library, i.code, i.reads) != i.digests]


def spread(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Mix the chapters, which take time, with the other pages: processes that read in parallel get equal shares."""
    docnames[:] = [name for first in range(8) for name in docnames[first::8]]


def forget(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    inputs(env).pop(docname, None)


def merge(app: Sphinx, env: BuildEnvironment, docnames: Set[str], other: BuildEnvironment) -> None:
    inputs(env).update({name: found for name, found in inputs(other).items() if name in docnames})


def note_toolchain(app: Sphinx, config: Config) -> None:
    """All pages are made again when the packages that run or render them change, or the extensions of the book."""
    config.toolchain = _toolchain()


@cache
def _toolchain() -> list[str]:
    names = ("numpy", "scipy", "matplotlib", "ipython", "ipykernel", "scikit-learn", "myst-nb", "sphinx")
    versions = [f"{name} {distributions.version(name)}" for name in names if chapters.installed(name)]
    docs = ROOT / "docs"
    files = [*sorted((docs / "_ext" / "book").rglob("*.py")), *sorted((docs / "_ipython").iterdir())]
    code = hashlib.sha256(b"".join(file.read_bytes() for file in files if file.is_file())).hexdigest()
    return [sys.version, *versions, code]


def prepare_kernels(app: Sphinx) -> None:
    """Let Jupyter write below the build's folder only, and take the kernel of this environment."""
    build = Path(app.outdir).parent
    settings = ROOT / "docs" / "_ipython" / "ipython_kernel_config.py"
    write(build / "ipython" / "profile_default" / settings.name, settings.read_bytes())
    os.environ.update(JUPYTER_RUNTIME_DIR=str(build / "jupyter_runtime"), JUPYTER_PREFER_ENV_PATH="1")
    standard_logging.getLogger("traitlets").setLevel(standard_logging.WARNING)


def kernel_environment(app: Sphinx) -> dict[str, str]:
    """Give the variables of a kernel: it imports this checkout's library and shows figures inline."""
    inherited = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return (
        inherited
        | settings.ENVIRONMENT
        | {
            "PYTHONPATH": str(app.confdir),
            "IPYTHONDIR": str(Path(app.outdir).parent / "ipython"),
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # no remark about frozen modules
        }
    )


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("toolchain", [], "env", list)
    app.connect("config-inited", note_toolchain)
    app.connect("builder-inited", prepare_kernels)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", spread)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    patches.execute_with(
        lambda *args, **kwargs: ExecutedChapter(app, *args[:4], **{k: v for k, v in kwargs.items() if k != "read_fmt"})
    )
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""A fresh kernel runs the cells of a chapter, until one fails that should not, and says what files they read."""

import ast
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config as JupyterConfig

from book.execution import chapters, settings

#: Of the variables around the build, a kernel sees those that it needs to start ...
PLACES = re.compile(r"PATH|HOME|USER|LOGNAME|TMPDIR|TEMP|TMP|VIRTUAL_ENV|SYSTEMROOT|MPLCONFIGDIR")
#: ... and those that may change what it computes or how it writes it, which `inputs` takes into account.
CONDITIONS = re.compile(
    r"LANG|LANGUAGE|LC_\w+|TZ|(LD|DYLD)_\w+|GLIBC_TUNABLES|PYTHON(?!PATH)\w+"
    r"|(OPENBLAS|GOTO|OMP|KMP|MKL|BLIS|VECLIB|NPY|NUMPY|SCIPY|SKLEARN)_\w+"
)

# Asks the kernel for the lines of the last traceback that lie in cells.
FAILING_LINES = (
    "[f.lineno for f in __import__('traceback').extract_tb(__import__('sys').last_traceback)"
    " if f.name == '<module>' and 'ipykernel' in f.filename]"
)
# Notes which files are read that were there before, and whether another process is started, of which nothing is known
# (but these: matplotlib and scikit-learn ask them about the machine).
WATCH = """
import os, sys

STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"}
HARMLESS = {"fc-list", "lscpu", "uname"}

def watch(read, written, processes):
    def note(event, details):
        if event in STARTS:
            command = details[1] if event == "subprocess.Popen" else None
            if not isinstance(command, (list, tuple)) or command[0] not in HARMLESS:
                processes.add(event)
        elif event == "open" and isinstance(details[0], (str, bytes)):
            path = os.path.abspath(os.fsdecode(details[0]))
            if details[2] & (os.O_WRONLY | os.O_CREAT):
                written.add(path)
            elif path not in written:
                read.add(path)
    sys.addaudithook(note)
    sys.noted_by_the_build = lambda: "\\n".join([str(len(processes)), *sorted(read)])

watch(set(), set(), set())
"""


class StoppedError(Exception):
    """The chapter cannot be run further: at which cell, why, and at which line if that is not the cell's."""

    def __init__(self, cell: chapters.Cell, why: str, line: int | None = None) -> None:
        super().__init__(why)
        self.cell, self.why, self.line = cell, why, line


@dataclass
class Run:
    """The cells of a chapter in a kernel: `cells` maps their places in the notebook to them."""

    notebook: NotebookNode
    cells: Mapping[int, chapters.Cell]
    folder: Path  # where they run
    environment: Mapping[str, str]
    timeout: int  # seconds for one cell
    read: set[Path] = field(default_factory=set)  # the files that were read
    started_processes: bool = False

    def __iter__(self) -> Iterator[int]:
        """Run cell by cell, and give the place of each that has run."""
        with tempfile.TemporaryDirectory(prefix="convbook-") as sockets:  # a short path, as sockets need
            yield from self._run(sockets)

    def _run(self, sockets: str) -> Iterator[int]:
        client = NotebookClient(
            self.notebook,
            timeout=self.timeout,
            resources={"metadata": {"path": str(self.folder)}},
            kernel_name="python3",
            # Socket files of its own: kernels that start at the same time would race for the same TCP ports.
            config=JupyterConfig({"AsyncKernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate",
        )
        client.reset_execution_trackers()
        with client.setup_kernel(env=dict(self.environment)):
            info = client.wait_for_reply(client.kc.kernel_info())
            self.notebook.metadata["language_info"] = info["content"]["language_info"]
            client.wait_for_reply(client.kc.execute(f"exec({WATCH!r}, {{}})", silent=True))
            for number, (index, cell) in enumerate(self.cells.items(), 1):
                self._execute(client, index, cell, number)
                self.notebook.cells[index].outputs = list(_merged(self.notebook.cells[index].outputs))
                yield index
            noted = ast.literal_eval(_ask(client, "__import__('sys').noted_by_the_build()", "'1'"))
            processes, *files = noted.split("\n")
            self.started_processes, self.read = processes != "0", set(map(Path, files))

    def _execute(self, client: NotebookClient, index: int, cell: chapters.Cell, number: int) -> None:
        if missing := chapters.missing(cell):
            raise StoppedError(cell, f"The cell needs {', '.join(missing)}, which this build has not installed.")
        end = "the chapter was not executed further."
        try:
            client.execute_cell(self.notebook.cells[index], index, execution_count=number)
        except CellExecutionError as error:
            said = _ask(client, FAILING_LINES, "[]")
            line = cell.first + int(said.strip("[]").split(",")[-1] or 1) - 1
            what = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
            raise StoppedError(cell, f"The cell failed; {end}\n    {what}", line) from error
        except CellTimeoutError as error:
            raise StoppedError(cell, f"The cell ran for more than {self.timeout} s; {end}") from error
        except DeadKernelError as error:
            raise StoppedError(cell, f"The kernel died in this cell; {end}") from error


def _ask(client: NotebookClient, expression: str, otherwise: str) -> str:
    reply = client.wait_for_reply(client.kc.execute("", silent=True, user_expressions={"it": expression}))
    return reply["content"]["user_expressions"]["it"].get("data", {}).get("text/plain", otherwise)


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


#: The variables with which the build began: packages that it imports set some for their own process.
_outside: dict[str, str] = {}


def note_variables() -> None:
    _outside.clear()
    _outside.update(os.environ)


def conditions() -> dict[str, str]:
    """Give the variables around the build that may change what a kernel computes."""
    found = {name: value for name, value in sorted(_outside.items()) if CONDITIONS.fullmatch(name)}
    return found | settings.ENVIRONMENT


def environment(root: Path, ipython: Path) -> dict[str, str]:
    """Give the variables of a kernel, and no others: it imports the library in `root` and shows figures inline."""
    places = {name: value for name, value in _outside.items() if PLACES.fullmatch(name)}
    own = {
        "PYTHONPATH": str(root),
        "IPYTHONDIR": str(ipython),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # no remark about frozen modules
    }
    return places | conditions() | own

"""A session: it runs the cells of a chapter in this process, without a kernel.

A session gives what a notebook would: IPython's own shell runs the cells, so that ``;``, ``display``, ``glue`` and the
form of values are the same; outputs are in Jupyter's format. Code keeps the line numbers of the chapter's file,
so that a traceback points into it. What a session or its chapter may change for the process (the environment, the
working folder, warnings, random numbers, NumPy's print options, matplotlib's parameters, the module ``__main__``, what
IPython adds to the built-in names) is put back when it ends.
"""

import ast
import builtins
import contextlib
import io
import os
import random
import sys
import traceback
import warnings
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from book import ROOT
from book.execution import fresh
from book.execution.chapters import Cell
from book.execution.settings import ENVIRONMENT


class _Hook(DisplayHook):  # type: ignore[misc]
    """Takes the value of a cell's last line."""

    def quiet(self) -> bool:
        return bool(self.semicolon_at_end_of_expression(self.shell.source))

    def write_output_prompt(self) -> None: ...

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        self.shell.outputs.append(
            {"output_type": "execute_result", "data": format_dict, "metadata": md_dict or {}, "execution_count": None}
        )

    def log_output(self, format_dict: dict[str, Any]) -> None: ...

    def finish_displayhook(self) -> None: ...


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Takes what ``display`` and ``glue`` publish."""

    def publish(self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **_: Any) -> None:
        self.shell.outputs.append({"output_type": "display_data", "data": data, "metadata": metadata or {}})


class _Compiler(CachingCompiler):
    """Names the chapter's file as the source of the code, where Python finds the lines for its tracebacks."""

    path = ""

    def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> str:
        return self.path


class _Shell(InteractiveShell):  # type: ignore[misc]
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    compiler_class = Type(_Compiler)
    source = ""
    outputs: list[dict[str, Any]]

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Print nothing: the exception is in the result."""

    showsyntaxerror = showtraceback


class _Stream(io.TextIOBase):
    def __init__(self, name: str, outputs: list[dict[str, Any]]) -> None:
        self.name, self.outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == self.name:
            last["text"] += text
        elif text:
            self.outputs.append({"output_type": "stream", "name": self.name, "text": text})
        return len(text)


class Session:
    """Runs the cells of one chapter in order, in one fresh namespace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            stack.enter_context(_matplotlib_state())  # the last to be put back: the environment names its file
            stack.enter_context(_as_before(os.environ))
            stack.enter_context(_as_before(vars(builtins)))
            stack.enter_context(_random_states())
            stack.enter_context(_numpy_state())
            stack.callback(sys.modules.__setitem__, "__main__", sys.modules["__main__"])
            stack.callback(sys.path.__setitem__, slice(None), sys.path[:])
            os.environ.update(ENVIRONMENT, MPLBACKEND="agg")
            fresh.reset_matplotlib()
            config = Config()
            config.HistoryManager.enabled = False
            InteractiveShell.clear_instance()
            with warnings.catch_warnings():  # IPython adds a filter of its own
                self._shell = _Shell.instance(config=config, ipython_dir=str(ROOT / "_build" / "ipython"))
            stack.callback(_Shell.clear_instance)
            self._undo = stack.pop_all()
        self._filters: list[Any] | None = None
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._undo.close()

    def run(self, cell: Cell) -> tuple[list[dict[str, Any]], BaseException | None]:
        """Run the cell; return its outputs and the exception that it raised, if any."""
        shell, outputs = self._shell, []
        shell.outputs, shell.source, shell.compile.path = outputs, cell.source, str(cell.path)
        shell.ast_transformers = [_Shift(cell.first - 1)]
        sys.modules["__main__"] = shell.user_module
        with (
            contextlib.chdir(self.folder),
            self._warnings(),
            contextlib.redirect_stdout(_Stream("stdout", outputs)),
            contextlib.redirect_stderr(_Stream("stderr", outputs)),
        ):
            result = shell.run_cell(cell.source)
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, KeyboardInterrupt):
            raise error
        if isinstance(error, SyntaxError) and error.filename == str(cell.path) and error.lineno:
            error.lineno += cell.first - 1
            error.text = None  # the traceback looks it up again
        if error is not None:
            outputs.append(
                {"output_type": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": []}
            )
        return outputs, error

    @contextlib.contextmanager
    def _warnings(self) -> Iterator[None]:
        """Show warnings as a kernel does, whatever the process around has set; keep the chapter's own filters."""
        with warnings.catch_warnings():
            if self._filters is None:
                fresh.reset_warnings()
            else:
                warnings.filters[:] = self._filters  # type: ignore[index]
            fresh.warn_of_cells()
            warnings.showwarning = fresh.show_warning
            yield
            self._filters = list(warnings.filters)


class _Shift(ast.NodeTransformer):
    """Gives code the line numbers that it has in the chapter's file."""

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.increment_lineno(node, self.lines)


@contextlib.contextmanager
def _as_before(names: MutableMapping[str, Any]) -> Iterator[None]:
    """Put a mapping back, one name at a time: those that stay are never missing."""
    before = dict(names)
    yield
    for name in set(names) - before.keys():
        del names[name]
    for name, value in before.items():
        if name not in names or names[name] is not value:
            names[name] = value


@contextlib.contextmanager
def _random_states() -> Iterator[None]:
    import numpy as np

    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])  # noqa: NPY002


@contextlib.contextmanager
def _numpy_state() -> Iterator[None]:
    import numpy as np

    options, errors = np.get_printoptions(), np.geterr()
    fresh.reset_numpy()
    yield
    np.set_printoptions(**options)
    np.seterr(**errors)


@contextlib.contextmanager
def _matplotlib_state() -> Iterator[None]:
    """Put matplotlib's parameters back, or give it its own where the chapter was the first to import it."""
    before = sys.modules["matplotlib"].rcParams.copy() if "matplotlib" in sys.modules else None
    yield
    if "matplotlib" in sys.modules:
        import matplotlib

        fresh.close_figures()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some parameters are deprecated, and warn when they are set
            if before is None:
                matplotlib.rcdefaults()
                matplotlib.rc_file(matplotlib.matplotlib_fname())
            else:
                matplotlib.rcParams.update(before)


def trace(error: BaseException) -> str:
    """Give the traceback from the chapter's own line on, with paths from the project's folder."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [i for i, frame in enumerate(frames) if frame.filename.endswith(".md")]
    lines = traceback.format_list(frames[own[0] :]) if own else []
    lines += traceback.format_exception_only(error)
    return "".join(lines).replace(f"{ROOT}{os.sep}", "")

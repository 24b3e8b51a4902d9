"""What runs a cell in the page: Python alone, shipped to the browser beside the library.

Each run begins in a fresh namespace, and with the settings of a new notebook, so that what it shows depends on nothing
that was run before. Where cells have taken long, what they have left is kept as a copy, and a run that needs the same
ones, among others, begins from it.

A run follows IPython's conventions: the value of the last line is shown unless a ``;`` ends it, so is what ``display``
is given, and each figure that is open at the end.
"""

import ast
import builtins
import contextlib
import dis
import importlib
import inspect
import io
import logging
import os
import sys
import time
import tokenize
import traceback
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from book.checks.judge import defined_by, judge
from book.execution import fresh
from book.live.kept import LIBRARIES, Kept, library_functions, scopes

WORTH_KEEPING = 0.3  # seconds that needed cells have taken
KEPT = 5  # copies at a time
LONGEST = 100_000  # characters of text that a page shows of one run
WIDTH = 79  # of a line, up to which a container is written on one: as IPython does

Output = dict[str, str]


def setup(matplotlibrc: str) -> None:
    """Let figures be drawn as this file says, and cells import what only a build has."""
    os.environ.update(MATPLOTLIBRC=matplotlibrc, MPLBACKEND="agg")  # for a matplotlib that is imported later
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # or it tells of fonts that the site does not serve
    myst_nb: Any = types.ModuleType("myst_nb")
    myst_nb.glue = _glue
    sys.modules["myst_nb"] = myst_nb
    for name in LIBRARIES:  # so that what a cell overwrites in them can be put back
        importlib.import_module(name)
    if sys.maxsize < 2**32:
        _write_integers_alike()


def _write_integers_alike() -> None:
    """Let arrays of 64-bit integers be written without their type, as where the book was built.

    In a browser NumPy's own integers have 32 bits, and it tells those of 64 apart by their type.
    """
    import numpy as np
    from numpy._core import arrayprint

    arrayprint._typelessdata.append(np.int64)


def run(needed: Sequence[Mapping[str, Any]], cell: Mapping[str, Any]) -> dict[str, Any]:
    """Run a cell after those that it needs, and give what it shows.

    Cells are ``{"name", "code", "fails"}``; of those that are needed nothing is shown, and one that `fails` may raise.
    The cell may have a ``check``, ``{"name", "code"}``, which judges what it has defined under that name.
    Returned are the ``outputs``, each with its ``kind`` (text, stderr, svg, html) and ``text``; the ``error``, or
    ``None``, with its ``type``, ``message``, the ``line`` of the cell, and the needed ``cell`` in which it was raised,
    or ``None``; the text ``shown``, as the guards compare it; the module that is ``missing``, and the ``unknown`` name,
    or ``None``; and what is ``wrong`` by the check, a sentence or ``None``.
    """
    cells = [dict(one) for one in needed]
    kept = max((one for one in _kept if one.serves(cells)), key=lambda one: one.seconds, default=None)
    with _fresh(kept.main if kept else types.ModuleType("__main__")) as main:
        if kept:
            _kept.remove(kept)
            try:
                kept.restore()
            except Exception:  # a run has changed what cannot be put back
                return run(needed, cell)
            _kept.append(kept)  # the last to be used
        spent, begun = kept.seconds if kept else 0.0, time.perf_counter()
        for one in [one for one in cells if not kept or one not in kept.cells]:
            error = _execute(one, main, _Outputs())
            if error is not None and not one["fails"]:
                return _result(_Outputs(), error, one, needed=True)
            fresh.close_figures()
        spent += _keep(cells, main, spent, begun)
        begun = time.perf_counter()
        outputs = _Outputs()
        error = _execute(cell, main, outputs)
        try:
            _draw(outputs)
        except Exception as fault:  # a title that is no formula, say
            error = error or fault
        if error is None or cell["fails"]:
            _keep([*cells, dict(cell)], main, spent, begun)
        result = _result(outputs, error, cell)
        if error is None and cell.get("check"):
            result["unknown"] = _unknown(main, cell["code"])
            result["wrong"] = _wrong(main, **cell["check"])
        return result


def _unknown(main: types.ModuleType, code: str) -> str | None:
    """Give a name that functions of the cell read and that nothing defines: a check will call them."""
    for scope in scopes(code):
        for step in dis.get_instructions(scope):
            if step.opname == "LOAD_GLOBAL" and not (step.argval in vars(main) or step.argval in vars(builtins)):
                return str(step.argval)
    return None


def _wrong(main: types.ModuleType, name: str, code: str) -> str | None:
    """Say what is wrong with what a cell has defined, whatever that prints."""
    if name not in vars(main):
        return f"The cell does not define `{name}`."
    silent = _Stream(lambda text: None)
    try:
        with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
            return judge(name, vars(main)[name], defined_by(code))
    except BaseException as error:  # it has ended Python, or returned what cannot be compared
        return f"`{name}` could not be checked: {type(error).__name__}"


_kept: list[Kept] = []  # the last was the last to be used


def _keep(cells: list[dict[str, Any]], main: types.ModuleType, spent: float, begun: float) -> float:
    """Keep what these cells have left, if they have taken long since `begun`; give how long."""
    seconds = time.perf_counter() - begun
    if seconds > WORTH_KEEPING:
        with contextlib.suppress(Exception):  # something cannot be copied: the next run does it all again
            _kept.append(Kept(cells, main, spent + seconds))
            del _kept[:-KEPT]
    return seconds


# A run ------------------------------------------------------------------------------------------------------
class _TooMuchError(BaseException):
    """The cell has printed more than a page shows; its own ``except Exception`` does not catch it."""


class _Outputs:
    """What a cell shows, in order."""

    def __init__(self) -> None:
        self.parts: list[Output] = []
        self.length = 0

    def add(self, kind: str, text: str) -> None:
        """Add an output; what is written to a stream goes on with what was written before."""
        whole = len(text)
        if kind in ("stream", "text", "stderr"):
            text = text[: LONGEST - self.length]
            self.length += len(text)
        last = self.parts[-1] if self.parts else {}
        if kind in ("stream", "stderr") and last.get("kind") == kind:
            last["text"] += text
        elif text or kind not in ("stream", "stderr"):
            self.parts.append({"kind": kind, "text": text})
        if len(text) < whole:
            raise _TooMuchError(f"A page shows {LONGEST} characters of output.")

    def value(self, value: Any) -> None:
        """Add what a notebook shows of a value."""
        for kind, method in (("svg", "_repr_svg_"), ("html", "_repr_html_")):
            found = None if isinstance(value, type) else getattr(value, method, None)
            if found is not None and (text := found()) is not None:
                self.add(kind, text)
                return
        self.add("text", pretty(value))


class _Stream(io.TextIOBase):
    def __init__(self, write: Any) -> None:
        self._write = write

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._write(text)
        return len(text)


_current = _Outputs()


def _display(*values: Any, **_: Any) -> None:
    for value in values:
        _current.value(value)


def _nobody_answers(*_: Any) -> str:
    raise RuntimeError("In a page there is nobody to answer input(): write the value into the cell.")


def _glue(name: str, variable: Any, display: bool = True) -> None:
    """Keep a number for the text, which the page has from its build: here it only counts as shown."""
    _current.add("glued", pretty(variable))


def _execute(cell: Mapping[str, Any], main: types.ModuleType, outputs: _Outputs) -> BaseException | None:
    """Run a cell in the module, and give the exception that ended it."""
    global _current
    code, file = cell["code"], _file_of(cell)
    _current = outputs
    try:
        with (
            contextlib.redirect_stdout(_Stream(lambda text: outputs.add("stream", text))),
            contextlib.redirect_stderr(_Stream(lambda text: outputs.add("stderr", text))),
        ):
            tree = ast.parse(code, file)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, file, "exec"), main.__dict__)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), file, "eval"), main.__dict__)
                if value is not None and not _ends_quietly(code):
                    main.__dict__["_"] = value
                    outputs.value(value)
    except BaseException as error:
        return error
    return None


def _ends_quietly(code: str) -> bool:
    """Whether a ``;`` ends the last line, before a comment perhaps."""
    with contextlib.suppress(tokenize.TokenError, IndentationError):
        beside = (tokenize.COMMENT, tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER, tokenize.DEDENT)
        tokens = [t for t in tokenize.generate_tokens(io.StringIO(code).readline) if t.type not in beside]
        return bool(tokens) and tokens[-1].string == ";"
    return False


def _result(
    outputs: _Outputs, error: BaseException | None, cell: Mapping[str, Any], needed: bool = False
) -> dict[str, Any]:
    found: dict[str, Any] = {"outputs": [], "error": None, "missing": None, "unknown": None, "wrong": None}
    shown = ""
    for part in outputs.parts:
        kind, text = part["kind"], part["text"]
        if kind == "stream":
            shown += text
        elif kind in ("text", "glued"):
            shown += ("\n" if shown and not shown.endswith("\n") else "") + text + "\n"
        if kind != "glued":
            found["outputs"].append({"kind": "text" if kind == "stream" else kind, "text": text.rstrip("\n")})
    if error is not None:
        found["error"] = _described(error, _file_of(cell)) | {"cell": cell["name"] if needed else None}
        line = f"{found['error']['type']}: {found['error']['message']}".removesuffix(": ")
        shown += ("\n" if shown and not shown.endswith("\n") else "") + line + "\n"
        if isinstance(error, ImportError) and error.name:
            found["missing"] = error.name.partition(".")[0]
        if isinstance(error, NameError):
            found["unknown"] = error.name
    return found | {"shown": shown}


def _file_of(cell: Mapping[str, Any]) -> str:
    """Give the name under which the lines of a cell stand in a traceback."""
    return f"<{cell['name']}>"


def _described(error: BaseException, file: str) -> dict[str, Any]:
    """Give an exception's type and message, and the line of the cell where it was raised."""
    if isinstance(error, SyntaxError):
        return {"type": type(error).__name__, "message": error.msg, "line": error.lineno}
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    if isinstance(error, SystemExit):
        return {"type": "SystemExit", "message": "The cell has ended itself.", "line": lines[-1] if lines else None}
    kind = "Stopped" if isinstance(error, _TooMuchError) else type(error).__name__
    try:
        message = str(error)
    except Exception:  # a class of the reader's own
        message = ""
    return {"type": kind, "message": message, "line": lines[-1] if lines else None}


# A fresh state ----------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _fresh(main: types.ModuleType) -> Iterator[types.ModuleType]:
    """Let a module be ``__main__``, with a new notebook's settings of what has been imported."""
    before, names, folder = sys.modules["__main__"], dict(vars(builtins)), Path.cwd()
    sys.modules["__main__"] = main
    main.__dict__["display"] = _display
    builtins.input = _nobody_answers
    offered = library_functions()
    fresh.reset_numpy()
    fresh.reset_matplotlib()
    try:
        with warnings.catch_warnings():
            fresh.reset_warnings()
            fresh.warn_of_cells()
            warnings.showwarning = fresh.show_warning
            yield main
    finally:
        fresh.close_figures()
        for module, own in offered:
            vars(module).update(own)
        os.chdir(folder)
        sys.modules["__main__"] = before
        for name in vars(builtins).keys() - names.keys():
            del vars(builtins)[name]
        vars(builtins).update(names)


# Figures ----------------------------------------------------------------------------------------------------
def _draw(outputs: _Outputs) -> None:
    """Add the figures that are open, in the markup of the book's pages."""
    if "matplotlib.pyplot" not in sys.modules:
        return
    plt = sys.modules["matplotlib.pyplot"]
    for number in plt.get_fignums():
        written = io.BytesIO()
        plt.figure(number).savefig(written, format="svg", bbox_inches=None, metadata={"Date": None})
        outputs.add("svg", _markup(written.getvalue(), f"run-{len(outputs.parts)}-"))
    fresh.close_figures()


def _markup(svg: bytes, prefix: str) -> str:
    from book.page.svg import Picture  # with the palette, which needs matplotlib

    return str(Picture(svg, prefix, "The figure of your run", lambda data: data).markup)


# Values -----------------------------------------------------------------------------------------------------
def pretty(value: Any) -> str:
    """Write a value as IPython does, as far as the guards see it (white space is free)."""
    try:
        return _pretty(value)
    except Exception:  # a container that holds itself, or a set that has no order
        return repr(value)


def _pretty(value: Any) -> str:
    kind = type(value)
    if isinstance(value, type):
        module = value.__module__
        return value.__qualname__ if module == "builtins" else f"{module}.{value.__qualname__}"
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
        module = "" if value.__module__ == "builtins" else f"{value.__module__}."
        return f"<function {module}{value.__qualname__}{inspect.signature(value)}>"
    if kind in (list, tuple, set, frozenset) and value:
        parts = [_pretty(part) for part in (sorted(value) if kind in (set, frozenset) else value)]
        if kind is tuple and len(parts) == 1:
            parts[0] += ","
        opening, closing = {list: "[]", tuple: "()", set: "{}"}.get(kind, ("frozenset({", "})"))
        return _container(opening, parts, closing)
    if kind is dict and value:
        return _container("{", [f"{_pretty(key)}: {_pretty(part)}" for key, part in value.items()], "}")
    return repr(value)


def _container(opening: str, parts: Sequence[str], closing: str) -> str:
    line = opening + ", ".join(parts) + closing
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return opening + f",\n{' ' * len(opening)}".join(parts) + closing

"""Runs the code of planted pages in processes of their own: what one does to its process reaches no other."""

import contextlib
import io
import json
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Collection

import matplotlib.pyplot  # noqa: F401 (once, and not in each process)
import numpy as np  # noqa: F401


def printed_by(*cells: str, raising: Collection[int] = ()) -> list[str]:
    """Run cells one after another, as a notebook would, in a forked process; give what each prints.

    A cell that fails shows its error; the others go on only after one that is said to raise.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), os.fdopen(writer, "w") as answer:
                json.dump(_run(cells, raising), answer)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        found = json.loads(answer.read())
    os.waitpid(child, 0)
    return found


def _run(cells: Collection[str], raising: Collection[int]) -> list[str]:
    warnings.simplefilter("ignore")
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    found = []
    for number, cell in enumerate(cells):
        out = io.StringIO()
        try:
            with contextlib.redirect_stdout(out):
                exec(compile(cell, f"cell {number}", "exec"), vars(module))
        except BaseException as error:  # what ends a cell, whatever it is
            out.write(f"{type(error).__name__}: {error}\n")
            if number not in raising:
                found.append(out.getvalue())
                break
        found.append(out.getvalue())
    return found

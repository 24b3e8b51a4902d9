"""Outputs of earlier builds, kept with the state of all that they depend on: in that state they are shown again.

``_build/outputs/pictures/padding/<digest>.json`` holds the state and the outputs of one run of one chapter. Only runs
that reached the end are kept, so a cell that fails is run again by each build until it is fixed.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from book import files

#: Runs kept of each chapter, the last ones: to go back to another branch executes nothing.
RUNS = 4


def _file(folder: Path, state: Mapping[str, Any]) -> Path:
    return folder / f"{hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()[:32]}.json"


def restore(folder: Path, state: Mapping[str, Any], notebook: NotebookNode, cells: Iterable[int]) -> bool:
    """Put kept outputs into the cells of a notebook that have these numbers; say whether there were any."""
    file, cells = _file(folder, state), list(cells)
    try:
        run = json.loads(file.read_text(encoding="utf-8"))
        outputs, language = run["outputs"], run["language_info"]
        if run["state"] != state or len(outputs) != len(cells):
            return False
    except (OSError, ValueError, LookupError, TypeError):  # none, or it was cut off
        return False
    os.utime(file)  # it is of use
    notebook.metadata["language_info"] = language
    for number, (index, found) in enumerate(zip(cells, outputs, strict=True), 1):
        notebook.cells[index].outputs = [nbformat.from_dict(output) for output in found]
        notebook.cells[index].execution_count = number
    return True


def keep(folder: Path, state: Mapping[str, Any], notebook: NotebookNode, cells: Iterable[int]) -> None:
    """Keep the outputs of a run, and remove those of old runs."""
    outputs = [notebook.cells[index].outputs for index in cells]
    run = {"state": state, "language_info": notebook.metadata["language_info"], "outputs": outputs}
    file = _file(folder, state)
    files.write(file, json.dumps(run, indent=1).encode())
    os.utime(file)
    for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)[:-RUNS]:
        old.unlink(missing_ok=True)


def prune(folder: Path, chapters: Iterable[str]) -> None:
    """Remove what was kept of chapters that are gone."""
    wanted = {folder / name for name in chapters}
    for file in list(folder.rglob("*.json")):
        if file.parent not in wanted:
            file.unlink(missing_ok=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            shutil.rmtree(path, ignore_errors=True)

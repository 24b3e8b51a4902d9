"""Chapters as lists of cells, read as MyST-NB reads them, without running anything."""

import ast
import re
from dataclasses import dataclass
from importlib import metadata as distributions
from pathlib import Path
from typing import Any

from book import ROOT


@dataclass(frozen=True)
class Cell:
    """A code cell: where it stands, what it is called, and what it holds."""

    path: Path
    line: int  # of the fence that opens the cell
    first: int  # of the first line of code
    name: str
    source: str
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Chapter:
    """The code cells of a chapter and its front matter."""

    path: Path
    cells: list[Cell]
    metadata: dict[str, Any]


def is_chapter(path: Path) -> bool:
    """Say whether the file is a MyST notebook."""
    from myst_nb.core.read import is_myst_markdown_notebook

    with path.open(encoding="utf-8") as file:
        return is_myst_markdown_notebook(file)


def read(path: Path) -> Chapter:
    """Read the chapter with MyST-NB's own reader, so that tests and pages see the same cells."""
    from myst_nb.core.read import read_myst_markdown_notebook

    book = read_myst_markdown_notebook(path.read_text(encoding="utf-8"), add_source_map=True, path=path)
    return Chapter(path, list(cells_of(book, path).values()), dict(book.metadata))


def cells_of(book: Any, path: Path) -> dict[int, Cell]:
    """Map the numbers of the notebook's code cells to what stands in the chapter's file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = {}
    for index, (line, cell) in enumerate(zip(book.metadata.source_map, book.cells, strict=True)):
        if cell.cell_type == "code":
            body = cell.source.splitlines()
            first = next((i for i in range(line, len(lines)) if lines[i : i + len(body)] == body), line) + 1
            cells[index] = Cell(path, line, first, cell_name(cell), cell.source, dict(cell.metadata))
    return cells


def cell_name(cell: Any) -> str:
    """Give the cell's name: the one in its metadata, else what its last line calls or sets."""
    name = str(cell.metadata.get("name") or _subject(cell.source) or "cell")
    return re.sub(r"\W+", "-", name).strip("-")


def _subject(source: str) -> str | None:
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, IndexError):
        return None
    if isinstance(last, (ast.FunctionDef, ast.ClassDef)):
        return last.name
    if isinstance(last, ast.ImportFrom):
        return last.module
    for node in ast.walk(last):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "print")
            if called not in {"print", "display", "round", "list", "tuple", "tolist", "item"}:
                return called
    return next((node.id for node in ast.walk(last) if isinstance(node, ast.Name) and node.id != "print"), None)


def missing(cell: Cell) -> list[str]:
    """List the distributions that the cell requires and that are not installed."""
    return [name for name in cell.metadata.get("requires", []) if not installed(name)]


def installed(name: str) -> bool:
    """Say whether a distribution is installed."""
    try:
        distributions.version(name)
    except distributions.PackageNotFoundError:
        return False
    return True


def relative(path: Path) -> Path:
    """Give the path as people write it: from the project's folder, where it lies there."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path

"""Chapters as lists of cells, read as MyST-NB reads them, without running anything.

What has been read stays, and all who need a chapter or the syntax of a cell share it.
"""

import ast
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata as distributions
from pathlib import Path
from typing import Any

from book import ROOT

#: Of what only IPython understands, the line that many notebooks begin with: it concerns nothing but figures.
MAGIC = re.compile(r"^%matplotlib\b.*$", re.M)


#: The tag of a cell with a gap, which a reader fills: a check calls what it defines.
TASK = "task"


@lru_cache(maxsize=512)
def parsed(source: str) -> ast.Module:
    """Give the syntax of the code, which nobody may change; a `SyntaxError` if it is not Python."""
    return ast.parse(MAGIC.sub("", source))


@dataclass(frozen=True)
class Cell:
    """A code cell: where it stands, what it is called, and what it holds."""

    path: Path
    line: int  # of the fence that opens the cell
    first: int  # of the first line of code
    name: str
    source: str
    metadata: dict[str, Any]
    index: int = 0  # among all cells of its notebook

    @classmethod
    def of(cls, source: str, /, **metadata: Any) -> "Cell":
        """Give a cell that stands in no file."""
        return cls(Path(), 1, 1, cell_name(source, metadata), source, metadata)

    @property
    def tree(self) -> ast.Module:
        """The syntax of its code: see `parsed`."""
        return parsed(self.source)

    @property
    def tags(self) -> frozenset[str]:
        return frozenset(self.metadata.get("tags") or ())

    @property
    def hidden(self) -> bool:
        """Whether the page does not show the cell, in either spelling of MyST-NB's."""
        return bool({"remove-cell", "remove_cell"} & self.tags)


@dataclass(frozen=True)
class Chapter:
    """The code cells of a chapter and its front matter, and a digest of the file that says so."""

    path: Path
    cells: list[Cell]
    metadata: dict[str, Any]
    digest: str


def is_chapter(path: Path) -> bool:
    """Say whether the file is a MyST notebook."""
    from myst_nb.core.read import is_myst_markdown_notebook

    with path.open(encoding="utf-8") as file:
        return is_myst_markdown_notebook(file)


def below(folder: Path) -> list[Path]:
    """List the chapters in a folder; what begins with an underscore holds none."""
    return [
        path
        for path in sorted(folder.rglob("*.md"))
        if not any(part.startswith("_") for part in path.relative_to(folder).parts) and is_chapter(path)
    ]


def read(path: Path) -> Chapter:
    """Read the chapter with MyST-NB's own reader, so that tests and pages see the same cells."""
    return _read(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _read(path: Path, text: str) -> Chapter:
    from myst_nb.core.read import read_myst_markdown_notebook

    return of_notebook(read_myst_markdown_notebook(text, add_source_map=True, path=path), path, text)


def of_notebook(book: Any, path: Path, text: str) -> Chapter:
    """Give the chapter that has been read from this text already."""
    lines = text.splitlines()
    cells = []
    for index, (line, cell) in enumerate(zip(book.metadata.source_map, book.cells, strict=True)):
        if cell.cell_type == "code":
            body = cell.source.splitlines()
            first = next((i for i in range(line, len(lines)) if lines[i : i + len(body)] == body), line) + 1
            name = cell_name(cell.source, cell.metadata)
            cells.append(Cell(path, line, first, name, cell.source, dict(cell.metadata), index))
    return Chapter(path, cells, dict(book.metadata), digest_of(text))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def cell_name(source: str, metadata: Mapping[str, Any]) -> str:
    """Give the cell's name, as addresses and messages have it: what its last line calls or sets if none is given."""
    return given_name(metadata) or _as_address(_subject(source) or "") or "cell"


def given_name(metadata: Mapping[str, Any]) -> str:
    """Give the name that a cell, or its figure, has by its author's word: no other cell can change it."""
    figure = (metadata.get("mystnb") or {}).get("figure") or {}
    return _as_address(str(metadata.get("name") or figure.get("name") or ""))


def _as_address(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name).strip("-")


def _subject(source: str) -> str | None:
    try:
        last = parsed(source).body[-1]
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

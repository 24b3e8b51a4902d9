"""Makes each code cell of a chapter a pytest item: `pytest docs`, `pytest docs -k padding`, `pytest docs/x.md`.

Cells run in order, in one namespace a chapter, without a kernel. An item that is selected alone runs the cells before
it as its setup. With pytest-xdist use `--dist loadfile`, which keeps a chapter in one process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from book.execution import chapters, guards, settings
from book.execution.session import Session, trace

# Before anything imports NumPy, which looks only then; all else is the session's.
os.environ.update({name: value for name, value in settings.ENVIRONMENT.items() if name.endswith("_NUM_THREADS")})


@dataclass
class Outcome:
    """What came of a cell."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: BaseException | None = None
    missing: list[str] = field(default_factory=list)


class ChapterFile(pytest.File):
    """A chapter: its session lives as long as its items run one after another."""

    def collect(self) -> Iterator[CellItem]:
        self.chapter = chapters.read(self.path)
        for number, cell in enumerate(self.chapter.cells):
            yield CellItem.from_parent(self, name=f"{cell.line}-{cell.name}", number=number, cell=cell)

    def setup(self) -> None:
        self.session_of_cells = Session(self.path.parent)
        self.session_of_cells.__enter__()
        self.outcomes: list[Outcome] = []

    def teardown(self) -> None:
        self.session_of_cells.__exit__(None, None, None)

    def run_to(self, number: int) -> Outcome:
        """Run the cells up to this one that have not run yet."""
        for cell in self.chapter.cells[len(self.outcomes) : number + 1]:
            if missing := chapters.missing(cell):
                self.outcomes.append(Outcome(missing=missing))
                continue
            outputs, error = self.session_of_cells.run(cell)
            expected = "raises-exception" in cell.metadata.get("tags", [])
            self.outcomes.append(Outcome(outputs, None if expected else error))
        return self.outcomes[number]


class CellItem(pytest.Item):
    """A cell: it must run, and show what its guard predicts."""

    parent: ChapterFile

    def __init__(self, *, number: int, cell: chapters.Cell, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.number, self.cell = number, cell

    def setup(self) -> None:
        if missing := chapters.missing(self.cell):
            pytest.skip(f"needs {', '.join(missing)}, which is not installed")
        if self.number:
            self.parent.run_to(self.number - 1)
        for cell, outcome in zip(self.parent.chapter.cells[: self.number], self.parent.outcomes, strict=False):
            if outcome.error:
                self._fail(f"an earlier cell failed at line {cell.line}")

    def runtest(self) -> None:
        outcome = self.parent.run_to(self.number)
        if outcome.error:
            self._fail(f"The cell failed.\n{trace(outcome.error)}{self._skipped()}")
        if faults := guards.faults(self.cell.metadata, outcome.outputs):
            self._fail("\n".join(faults))

    def _fail(self, message: str) -> NoReturn:
        pytest.fail(f"{chapters.relative(self.path)}:{self.cell.line}: {self.cell.name}: {message}", pytrace=False)

    def _skipped(self) -> str:
        pairs = zip(self.parent.chapter.cells, self.parent.outcomes, strict=False)
        skipped = [(cell.line, outcome.missing) for cell, outcome in pairs if outcome.missing]
        return "".join(
            f"The cell at line {line} was skipped: it needs {', '.join(missing)}. Does this one need it too?\n"
            for line, missing in skipped
        )

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.cell.line - 1, self.name


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ChapterFile | None:
    if file_path.suffix == ".md" and chapters.is_chapter(file_path):
        return ChapterFile.from_parent(parent, path=file_path)
    return None

"""The checks of a chapter, as its source has them.

::

    ```{code-cell} python
    ---
    tags: [task]
    name: task-slide
    ---
    def slide(x, w):
        ...  # your loop
    ```

    ```{check} slide
    cases = [(np.array([1, 2, 5]), np.array([1, 10]))]


    def right(x, w):
        return np.correlate(x, w)


    mistakes = {"Your kernel is turned around.": lambda x, w: np.convolve(x, w, "valid")}
    ```

A check follows the cell with the gap, which a reader fills, and names what that cell defines. `judge` says what its
code defines; it stands alone but for ``np``. What fills the gap is the solution of the exercise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from book.checks.judge import defined_by
from book.execution.chapters import TASK, Cell

BLOCK = re.compile(r"^```\{check\} +(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Check:
    """A check: the line of its fence, what the reader's cell defines, and the code that judges it."""

    line: int
    name: str
    code: str

    def names(self) -> dict[str, Any]:
        """Run its code, and give what it defines."""
        return dict(defined_by(self.code))


def checks_of(text: str) -> list[Check]:
    """List the checks in the source of a chapter."""
    return [Check(text.count("\n", 0, found.start()) + 1, found[1], found[2]) for found in BLOCK.finditer(text)]


def by_cell(text: str, cells: Sequence[Cell]) -> dict[int, Check]:
    """Map the number of each cell with a gap to its check: the one between it and the next cell."""
    found = {}
    for check in checks_of(text):
        before = [number for number, cell in enumerate(cells) if cell.line < check.line]
        if before and TASK in cells[before[-1]].tags:
            found[before[-1]] = check
    return found

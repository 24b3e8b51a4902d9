"""Which statements of a page a code cell needs: what a standalone snippet is made of.

The page is one program. A cell's snippet is what is left of it when the cell's statements are followed backwards along
the data flow that `effects` finds, statement by statement.
"""

import ast
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from book.execution.chapters import TASK, Cell
from book.execution.names import Names, names_of, one_by_one
from book.snippets.effects import Analysis
from book.snippets.facts import Facts
from book.snippets.known_calls import CHANCE, FIGURE, SETTINGS

RAISES = "raises-exception"
COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


@dataclass
class Statement:
    """A statement at the top level of a cell; an import of several names counts as several."""

    cell: int
    node: ast.stmt
    names: Names
    text: str
    gap: bool  # whether an empty line stood before it
    uses: set[str] = field(default_factory=set)  # with what its functions read at this point
    changed: set[str] = field(default_factory=set)
    facts: Facts = field(default_factory=Facts)

    @property
    def is_import(self) -> bool:
        return isinstance(self.node, ast.Import | ast.ImportFrom)


class Page:
    """The code cells of a chapter as one program."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = cells
        self.statements = [s for number, cell in enumerate(cells) for s in _statements(number, cell)]
        self.analysis = Analysis(statement.node for statement in self.statements)
        facts = Facts()
        for s in self.statements:
            after = self.analysis.advance(s.node, facts)
            s.facts = facts
            read = s.names.uses
            # what is defined in it may be called in it, and a check calls what a task defines
            if isinstance(s.node, COMPOUND) or TASK in cells[s.cell].tags:
                read = read | s.names.deferred
            s.uses = facts.closure(read) | {SETTINGS}
            inside = after if isinstance(s.node, COMPOUND) else facts
            s.changed = self.analysis.changed(s.node, inside)
            s.uses |= s.changed & {CHANCE, FIGURE}
            facts = after

    def shown(self, number: int) -> bool:
        """Whether readers see the cell."""
        return not self.cells[number].hidden and any(s.cell == number for s in self.statements)

    def raises(self, number: int) -> bool:
        """Whether the cell ends with an exception."""
        return RAISES in self.cells[number].tags

    def taken(self, *numbers: int) -> list[Statement]:
        """Follow the data flow backwards from some cells; give their statements and what these need, in order."""
        taken: list[Statement] = []
        wanted = {SETTINGS}
        last = max(numbers, default=-1)
        whole: set[int] = set()  # earlier cells that raise are taken whole, or what would not have run would run
        for s in reversed(self.statements):
            if s.cell > last:
                continue
            needed = s.cell in numbers or s.cell in whole
            if not needed:
                needed = bool((s.names.binds | s.changed) & wanted)
            if not needed:
                continue
            fails = self.raises(s.cell) and s.cell != last
            if fails and s.cell not in whole:
                whole.add(s.cell)
                later = [one for one in self.statements if one.cell == s.cell and one not in taken]
                later = later[later.index(s) + 1 :]
                taken += reversed(later)
                for one in reversed(later):
                    wanted |= one.uses
            taken.append(s)
            if not fails:
                wanted -= s.names.kills
            wanted |= s.uses
        return taken[::-1]


# Reading ----------------------------------------------------------------------------------------------------
class _Written(ast.NodeTransformer):
    """Reads ``getattr(x, "name")`` as ``x.name``."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(name))], keywords=[]):
                return ast.copy_location(ast.Attribute(value, name, ast.Load()), node)
        return node


def _statements(number: int, cell: Cell) -> list[Statement]:
    code = cell.source
    lines = code.splitlines()
    nodes = (_Written().visit(deepcopy(cell.tree)) if "getattr" in code else cell.tree).body
    ends = [0, *(node.end_lineno or 0 for node in nodes)]
    found = []
    for place, node in enumerate(nodes):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))]) - 1
        last = node.end_lineno or node.lineno
        alone = first >= ends[place] and (place + 1 == len(nodes) or nodes[place + 1].lineno > last)
        if alone:
            top = first
            while top > ends[place] and lines[top - 1].lstrip().startswith("#"):
                top -= 1
            text = "\n".join(lines[top:last])
        else:  # several on one line
            top = first
            text = ast.get_source_segment(code, node) or ast.unparse(node)
        gap = top > 0 and not lines[top - 1].strip()
        if isinstance(node, ast.Import | ast.ImportFrom):
            for one in one_by_one(node):
                found.append(Statement(number, one, names_of(one), ast.unparse(one), gap))
        else:
            found.append(Statement(number, node, names_of(node), text.rstrip().removesuffix(";"), gap))
    return found

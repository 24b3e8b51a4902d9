"""The available forms of each cell: standalone, with NumPy only, or the reason why there is none."""

import ast
import posixpath
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from book.execution.chapters import Cell, given_name
from book.snippets.as_script import without_idle_style
from book.snippets.data_files import PathNotKnownError, beside
from book.snippets.inline import LIBRARY, LONGEST, NotAvailable, inlined, uses_convbook
from book.snippets.slicer import Page, Statement
from book.snippets.standalone import standalone

LICENSE = "BSD-3-Clause"
CHECKS = "It needs convbook's own checks, whose errors it catches."
SINGLE_FILE = "downloads/convbook.py"  # of the site; `downloads` serves it


@dataclass(frozen=True)
class Snippet:
    """The forms in which one cell can be copied."""

    number: int  # of the cell among the code cells of its chapter
    name: str  # readable, and unique in the chapter unless it is given twice
    cell: str  # as shown
    standalone: str | None
    numpy_only: str | None
    reason: str  # why there is no NumPy-only form, or none at all
    files: tuple[str, ...] = ()  # what it reads, as the chapter's front matter names it: a copy has it beside itself

    @property
    def same(self) -> bool:
        """Whether the standalone form needs no convbook, so that both forms are one."""
        return self.standalone is not None and self.numpy_only == self.standalone


@cache
def version() -> str:
    """Give the version of the library."""
    found = re.search(r'__version__ = "(.+)"', (LIBRARY / "__init__.py").read_text(encoding="utf-8"))
    assert found is not None
    return found[1]


def snippets_of(cells: Sequence[Cell], page: str, site: str = "", reads: Sequence[str] = ()) -> Iterator[Snippet]:
    """Give the snippets of the cells that readers see.

    `page` is the chapter's name, such as ``pictures/padding``, `site` the address of the site, if it is known, and
    `reads` names the files that the chapter reads.
    """
    program = Page(cells)
    names: dict[str, int] = {}
    for number, cell in enumerate(cells):
        if not program.shown(number):
            continue
        name = cell.name
        names[name] = names.get(name, 0) + 1
        if names[name] > 1 and not given_name(cell.metadata):  # two cells of one given name are reported
            name += f"-{names[name]}"
        try:
            code, files = beside(standalone(program, number), reads)
        except PathNotKnownError as answer:
            yield Snippet(number, name, cell.source, None, None, str(answer))
            continue
        needs = _needs(cells, program.taken(number), number)
        addresses = [file_address(page, file) for file in files]
        alone = _head(code, page, needs, addresses, site) + code
        beside_it = f"# Needs {_names(files)}:\n{_saved(addresses, site)}" if files else ""
        plain, reason = _numpy_only(code, alone, page, needs, beside_it, raises=program.raises(number))
        yield Snippet(number, name, cell.source, alone, plain, reason, files)


def file_address(page: str, file: str) -> str:
    """Give the address of a file that the copies of a page's cells read: beside them."""
    return f"{page}/{posixpath.basename(file)}"


def _needs(cells: Sequence[Cell], taken: Sequence[Statement], number: int) -> list[str]:
    """List what must be installed beyond the usual: what is declared by the cells that statements come from."""
    sources = {number}
    for s in taken:
        name = getattr(s.node, "module", None) or s.node.names[0].name if s.is_import else ""  # type: ignore[attr-defined]
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "numpy", "scipy", "matplotlib", "convbook"}:
            sources.add(s.cell)
    found = [name for source in sorted(sources) for name in cells[source].metadata.get("requires") or ()]
    return list(dict.fromkeys(found))


def _head(code: str, page: str, needs: list[str], files: list[str], site: str) -> str:
    """Say where a snippet comes from, what it needs, and how to get convbook and files without any registry."""
    head = f"# From convbook, {page} ({LICENSE})."
    own = uses_convbook(code)
    needed = [*([f"convbook {version()}"] if own else []), *needs, *map(posixpath.basename, files)]
    if not needed:
        return f"{head}\n"
    saved = [*([SINGLE_FILE] if own else []), *files]
    return f"{head} Needs {', '.join(needed)}" + (f":\n{_saved(saved, site)}" if saved else ".\n")


def _names(files: Iterable[str]) -> str:
    return ", ".join(map(posixpath.basename, files))


def _saved(addresses: list[str], site: str) -> str:
    places = [f"{site.rstrip('/')}/{address}" if site else f"{address} of the site" for address in addresses]
    return f"# save {' and '.join(places)} beside this file.\n"


def _numpy_only(
    code: str, alone: str, page: str, needs: list[str], beside_it: str, *, raises: bool
) -> tuple[str | None, str]:
    if needs:
        return None, f"It needs {', '.join(needs)}."
    if not uses_convbook(code):
        return alone, ""
    # Who shows an error, or catches one, needs the library's own checks: the short forms have none.
    catches = catches_errors(ast.parse(code))
    kind = "as it stands there" if raises or catches else "short forms without checks"
    head = f"# From convbook {version()} ({LICENSE}), page {page}; its functions are written out: {kind}."
    try:
        found = inlined(code, exact=raises or catches, head="# convbook's functions")
    except NotAvailable as answer:
        return None, CHECKS if catches else str(answer)
    found = f"{head}\n{beside_it}{without_idle_style(found)}"
    lines = found.count("\n")
    if lines <= LONGEST:
        return found, ""
    return None, CHECKS if catches else f"It would have {lines} lines, and {LONGEST} are the most."


def catches_errors(tree: ast.Module) -> bool:
    """Whether errors of what is called are caught: of functions of convbook, or of the page, which may call those."""
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.Try | ast.TryStar)]
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any("suppress" in ast.unparse(item.context_expr) for item in node.items):
            bodies.append(node.body)
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and "convbook" in ast.unparse(node):
            own |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    called = [node.func for body in bodies for part in body for node in ast.walk(part) if isinstance(node, ast.Call)]
    return any(isinstance(n, ast.Name) and n.id in own for function in called for n in ast.walk(function))


def function_snippet(name: str) -> tuple[str | None, str]:
    """Give the source of a public function that runs without convbook, or the reason why there is none."""
    head = f"# convbook.{name} {version()} ({LICENSE}), written to run by itself.\n"
    try:
        code = inlined(f"import convbook\n\nconvbook.{name}\n", exact=False, head="")
    except NotAvailable as answer:
        return None, str(answer)
    lines = code.rstrip("\n").splitlines()[:-1]  # without the mention
    if len(lines) >= LONGEST:
        return None, f"It would have {len(lines) + 1} lines, and {LONGEST} are the most."
    return head + "\n".join(lines).rstrip("\n") + "\n", ""

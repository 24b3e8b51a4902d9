"""What the cells of a chapter that are shown need of those that are not: what a notebook runs between them.

Numbers that the hidden cells keep for the text (``glue``) are left out, as whoever runs the notebook has no text to
put them into. What is left shows nothing: no value, no print, no figure.
"""

import ast
from collections.abc import Sequence

from book.execution.names import local_name, named
from book.snippets import as_script
from book.snippets.slicer import Page, Statement
from book.snippets.standalone import grouped, is_definition, silent

NO_GLUE = 'def glue(*_, **__):\n    """The book keeps numbers for its text by this."""'


def hidden(page: Page, shown: Sequence[int]) -> dict[int, str]:
    """Map the cells that are not shown to the code of them that the shown ones need."""
    taken = [s for s in page.taken(*shown) if s.cell not in shown]
    written = [(group, *silent(page, group, fails=fails)) for fails, group in grouped(page, taken)]
    code = [page.cells[number].source for number in shown]
    code += [text for group, text, _ in written if not group[0].is_import]
    mentioned = named(*map(ast.parse, code))
    found = {}
    for number in sorted({s.cell for s in taken}):
        own = [part for part in written if part[0][0].cell == number]
        if code := _cell(page, own, mentioned):
            found[number] = code
    return found


def _cell(page: Page, parts: list[tuple[list[Statement], str, list[str]]], mentioned: set[str]) -> str:
    """Write what is needed of one cell; imports that nothing names any more are left out."""
    code, definition = "", False
    for (first, *_), text, _ in parts:
        if first.is_import:
            name = local_name(first.node.names[0])  # type: ignore[attr-defined]
            text = "" if name not in mentioned else NO_GLUE if name == "glue" else text
        if not text:
            continue
        defines = is_definition(first.node) or text == NO_GLUE
        gap = "\n\n\n" if defines or definition else "\n\n" if first.gap else "\n"
        code += gap + text if code else text
        definition = defines
    heads = list(dict.fromkeys(line for _, _, imports in parts for line in imports))
    statements = [s for group, text, _ in parts for s in group if text]
    if any(as_script.draws(page.analysis, s.node, s.facts) for s in statements):
        # As a notebook does after each cell that draws; here before it shows the figure.
        return "\n".join([*heads, "import matplotlib.pyplot", "", code, "matplotlib.pyplot.close('all')"])
    return "\n".join([*heads, code]) + (";" if _shows_its_value(page, code, statements) else "")


def _shows_its_value(page: Page, code: str, statements: list[Statement]) -> bool:
    last = ast.parse(code).body[-1:]
    if not last or not isinstance(last[0], ast.Expr):
        return False
    return not as_script.returns_nothing(page.analysis, last[0].value, statements[-1].facts)

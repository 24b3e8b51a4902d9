"""The text of a standalone snippet: the statements that were taken, as they stand on the page.

Imports go to the top. What an earlier statement would print is not printed again; what it would raise is caught.
"""

import ast
import re
import sys
from collections.abc import Iterable

from book.execution.names import local_name, named
from book.snippets import as_script
from book.snippets.known_calls import PRINTERS
from book.snippets.slicer import Page, Statement

IMPORT_WIDTH = 88


def standalone(page: Page, number: int) -> str:
    """Give the snippet of a cell, without a head comment."""
    taken = page.taken(number)
    imports = _needed_imports(taken, number)
    rest = [s for s in taken if not s.is_import]
    bound = set().union(*(s.names.binds for s in rest)) if rest else set()
    seen: dict[str, str] = {}
    for s in imports:
        name = local_name(s.node.names[0])  # type: ignore[attr-defined]
        if seen.setdefault(name, s.text) != s.text and not _same_root(seen[name], s.text):
            bound.add(name)  # one name for two imports
    staying = {id(s) for s in imports if local_name(s.node.names[0]) in bound}  # type: ignore[attr-defined]
    top = [s.node for s in imports if id(s) not in staying]
    blocks: list[tuple[str, bool, bool]] = []  # text, whether a gap stands before, whether it is a definition
    cell_before = None
    earlier = [s for s in taken if s.cell != number and (not s.is_import or id(s) in staying)]
    for fails, group in grouped(page, earlier):
        text, needed = silent(page, group, fails=fails)
        if not text:
            continue
        top += ast.parse("\n".join(needed)).body
        first = group[0]
        gap = (cell_before is not None and cell_before != first.cell) or first.gap
        blocks.append((text, gap, is_definition(first.node)))
        cell_before = first.cell
    body = _own_text(page.cells[number].source, [s for s in taken if s.cell == number], staying)
    text = ""
    definition = False
    for block, gap, defines in blocks:
        text += ("" if not text else "\n\n\n" if defines or definition else "\n\n" if gap else "\n") + block
        definition = defines
    own = next((s.node for s in taken if s.cell == number and not s.is_import), None)
    if text and body:
        text += "\n\n\n" if definition or (own is not None and is_definition(own)) else "\n\n"
    text += as_script.as_script(page, number, body)
    if as_script.shows_figure(page, number):
        top += ast.parse("import matplotlib.pyplot as plt").body
        gap = "\n\n\n" if text.startswith(("def ", "class ", "@")) else "\n\n"
        text = as_script.style() + gap + text
        text += "" if text.rstrip().endswith("plt.show()") else "\n\nplt.show()"
    heads = sorted_imports(top)
    if heads and text:
        starts = text.lstrip().startswith(("def ", "class ", "@"))
        heads += "\n\n\n" if starts else "\n\n"
    return heads + text + "\n"


def _same_root(one: str, other: str) -> bool:
    """``import scipy.signal`` and ``import scipy.ndimage`` bind one name to one thing."""
    return all(re.fullmatch(r"import [\w.]+", text) for text in (one, other))


def is_definition(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _needed_imports(taken: list[Statement], number: int) -> list[Statement]:
    """Leave out imports that nothing in the snippet names; a cell of imports alone keeps them."""
    code = [s for s in taken if not s.is_import]
    if not any(s.cell == number for s in code):
        return [s for s in taken if s.is_import]
    mentioned = named(*(s.node for s in code))
    found, seen = [], set()
    for s in taken:
        if s.is_import and local_name(s.node.names[0]) in mentioned:  # type: ignore[attr-defined]
            rebound = any(local_name(s.node.names[0]) in one.names.binds for one in code)  # type: ignore[attr-defined]
            if rebound or s.text not in seen:
                found.append(s)
            seen.add(s.text)
    return found


def sorted_imports(nodes: Iterable[ast.stmt]) -> str:
    """Write imports in three groups: the standard library, other packages, convbook."""
    groups: dict[int, tuple[set[str], dict[str, set[str]]]] = {n: (set(), {}) for n in range(3)}
    for node in nodes:
        for alias in node.names:  # type: ignore[attr-defined]
            module = alias.name if isinstance(node, ast.Import) else node.module  # type: ignore[attr-defined]
            root = module.partition(".")[0]
            group = groups[2 if root == "convbook" else 0 if root in sys.stdlib_module_names else 1]
            name = alias.name + (f" as {alias.asname}" if alias.asname else "")
            if isinstance(node, ast.Import):
                group[0].add(f"import {name}")
            else:
                group[1].setdefault(module, set()).add(name)
    blocks = []
    for plain, members in groups.values():
        lines = sorted(plain, key=str.lower)
        lines += [_from(module, sorted(members[module], key=str.lower)) for module in sorted(members)]
        if lines:
            blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _from(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= IMPORT_WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _own_text(code: str, own: list[Statement], staying: set[int]) -> str:
    """Give the cell as it is shown, without the imports that went to the top."""
    lines = code.splitlines()
    tree = ast.parse(code)
    if not any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body):
        return code.strip("\n")
    stays = {(s.node.lineno, s.node.col_offset) for s in own if s.is_import and id(s) in staying}
    for node in reversed(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom) and (node.lineno, node.col_offset) not in stays:
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            after = lines[last - 1][node.end_col_offset :].strip()
            if not lines[first][: node.col_offset].strip() and (not after or after.startswith("#")):
                del lines[first:last]
            else:
                segment = lines[first]
                lines[first] = segment[: node.col_offset] + segment[node.end_col_offset :].lstrip("; ")
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join(line.rstrip() for line in lines).strip("\n"))
    return _at_most_one_gap(text)


def _at_most_one_gap(text: str) -> str:
    """Where an import went from between two gaps, one of them goes too."""
    return re.sub(
        r"\n\n\n+(?!(?:def |class |@|#))(?=\S)",
        lambda m: "\n\n\n" if _ends_indented(text[: m.start()]) else "\n\n",
        text,
    )


def _ends_indented(text: str) -> bool:
    return text.rpartition("\n")[2].startswith((" ", "\t"))


def grouped(page: Page, statements: list[Statement]) -> Iterable[tuple[bool, list[Statement]]]:
    """Part earlier statements; those of a cell that raises stay together."""
    groups: list[tuple[bool, list[Statement]]] = []
    for s in statements:
        fails = page.raises(s.cell)
        if fails and groups and groups[-1][0] and groups[-1][1][0].cell == s.cell:
            groups[-1][1].append(s)
        else:
            groups.append((fails, [s]))
    return groups


def silent(page: Page, group: list[Statement], *, fails: bool) -> tuple[str, list[str]]:
    """Give the text of earlier statements so that they print nothing and raise nothing, and the imports it needs."""
    texts = [_without_prints(page, s) for s in group]
    prints = any(_still_prints(page, s, text) for s, text in zip(group, texts, strict=True))
    text = "\n".join(text for text in texts if text)
    if not text:
        return "", []
    if not (fails or prints):
        return text, []
    contextlib, io = (_free_name(page, module) for module in ("contextlib", "io"))
    managers = [f"{contextlib}.suppress(Exception)"] if fails else []
    managers.append(f"{contextlib}.redirect_stdout({io}.StringIO())")
    imports = [
        f"import {name.rstrip('_')}" + (f" as {name}" if name.endswith("_") else "") for name in (contextlib, io)
    ]
    return f"with {', '.join(managers)}:\n" + indented(text), imports


def _free_name(page: Page, module: str) -> str:
    """Give a name for a module that means nothing else on the page."""
    taken = any(module in s.names.binds and s.text != f"import {module}" for s in page.statements)
    return f"{module}_" if taken else module


def indented(code: str) -> str:
    """Indent code, but not the inside of its texts."""
    inside = as_script.lines_inside_texts(code + "\n")
    lines = code.splitlines()
    return "\n".join(line if n in inside or not line else "    " + line for n, line in enumerate(lines, 1))


def _still_prints(page: Page, s: Statement, text: str) -> bool:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return True
    if is_definition(s.node):
        return False
    # The nodes are new, so what is called is looked up by its name, in what is known before the statement.
    page.analysis.learn(tree)
    return any(page.analysis.prints(node, s.facts) for node in tree.body)


def _without_prints(page: Page, s: Statement) -> str:
    """Take out the calls of print and glue; what their arguments change is kept."""
    if is_definition(s.node):
        return s.text
    text = s.text
    tree = ast.parse(text)
    page.analysis.learn(tree)
    lines = text.splitlines()
    edits = []
    catching = [n for n in ast.walk(tree) if isinstance(n, ast.With) and "redirect_stdout" in ast.dump(n)]
    caught = {id(inner) for n in catching for inner in ast.walk(n)}  # what is printed there is kept by the page
    for node in ast.walk(tree):
        if id(node) in caught or isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        for body in (getattr(node, "body", None), getattr(node, "orelse", None), getattr(node, "finalbody", None)):
            if not isinstance(body, list):
                continue
            for one in body:
                if _is_print(one) and not PRINTERS & s.facts.functions.keys():
                    edits.append((one, node, body))
    for one, _, body in sorted(edits, key=lambda edit: -edit[0].lineno):
        given = [*one.value.args, *(keyword.value for keyword in one.value.keywords)]
        left = [part for part in (_kept(page, s, argument, text) for argument in given) if part]
        alone = len(body) == 1 or all(_is_print(other) for other in body)
        indent = " " * one.col_offset
        new = [indent + part for part in left]
        if not new and alone and one is body[0] and not isinstance(tree.body[0], ast.Expr):
            new = [indent + "pass"]
        if lines[one.lineno - 1][: one.col_offset].strip():  # after a colon or a semicolon
            new = [lines[one.lineno - 1][: one.col_offset] + ("; ".join(left) or "pass")]
        lines[one.lineno - 1 : one.end_lineno] = new
    return "\n".join(lines).strip("\n")


def _is_print(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(
            value=ast.Call(func=ast.Name(id=name) | ast.Attribute(value=ast.Name(), attr=name), keywords=options)
        ):
            return name in ("print", "display", "glue") and all(option.arg != "file" for option in options)
    return False


def _kept(page: Page, s: Statement, argument: ast.expr, text: str) -> str:
    """Give the text of an argument of print if its evaluation changes something."""
    if not _has_effects(page, s, argument):
        return ""
    inner = argument.value if isinstance(argument, ast.Starred) else argument
    source = ast.get_source_segment(text, inner) or ast.unparse(inner)
    source = re.sub(r"\s*\n\s*", " ", source)
    return f"list({source})" if isinstance(argument, ast.Starred) else source


def _has_effects(page: Page, s: Statement, argument: ast.expr) -> bool:
    return bool(page.analysis.changed(argument, s.facts))

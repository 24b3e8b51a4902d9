"""Snippets without convbook: its functions are written into the snippet, each with what it needs.

A name is taken from `compact_forms`, short forms of the few functions that need one; all others are the library's
own source, where the names in a definition are followed to what they stand for. The checks of arguments are left out
of it (`bare`), except in snippets that show an error message.
"""

import ast
import builtins
import contextlib
import io
import json
import re
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from book import ROOT
from book.execution.names import bound, chain, local_name, named, one_by_one
from book.snippets.bare import only_checks, without_checks, without_docstrings, without_lazy
from book.snippets.facts import imported
from book.snippets.standalone import sorted_imports

LONGEST = 150
ROW = 100  # of constants
ALGORITHMS = "It needs convbook's fast algorithms."
LIBRARY = ROOT / "convbook"
COMPACT_FORMS = Path(__file__).with_name("compact_forms.py")


class NotAvailable(Exception):  # noqa: N818 (an answer, not an error)
    """Says in a sentence why there is no such snippet."""


@dataclass(frozen=True)
class Definition:
    """A function, class or constant at the top level of a module."""

    name: str
    text: str
    names: frozenset[str]  # that it needs from its module
    order: int


@dataclass(frozen=True)
class Module:
    """A module's definitions and imports."""

    definitions: dict[str, Definition]
    imports: dict[str, ast.stmt]


@cache
def _module(path: Path, checked: bool = True) -> Module:
    """Read a module, with its checks of arguments or without."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    definitions: dict[str, Definition] = {}
    imports: dict[str, ast.stmt] = {}
    constants: dict[str, object] = {}
    for order, node in enumerate(ast.parse(source).body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports |= {local_name(one.names[0]): one for one in one_by_one(node)}
            continue
        names = (
            [node.name]
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            else [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        )
        if not names or names == ["__all__"]:
            continue
        if _is_overload(node):
            continue
        if len(names) == 1 and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            with contextlib.suppress(ValueError):
                constants[names[0]] = _constant(node.value, constants)
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        text = without_lazy(without_docstrings("\n".join(lines[first - 1 : node.end_lineno])))
        if not checked:
            text = without_checks(text, _checkers(path))
        if isinstance(constants.get(names[0]), str):  # KERNEL = RED = PALETTE["red"][0]
            text = f"{names[0]} = {_quoted(constants[names[0]])}"
        needed = frozenset(named(ast.parse(text)) - {*names})
        for name in names:
            definitions[name] = Definition(name, text, needed, order)
    return Module(definitions, imports)


@cache
def _checkers(path: Path) -> frozenset[str]:
    """Name the functions of a module, and those that it imports, that do nothing but check."""
    module = _module(path)
    found = {name for name, node in module.imports.items() if getattr(node, "module", None) == "convbook._arguments"}
    while True:
        texts = {name: without_checks(definition.text, found) for name, definition in module.definitions.items()}
        empty = {name for name, text in texts.items() if only_checks(text)}
        if empty <= found:
            return frozenset(found)
        found |= empty


def _constant(node: ast.expr, known: dict[str, object]) -> object:
    """Give the value of a literal, or of a part of a constant that is known."""
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.Subscript):
        try:
            return _constant(node.value, known)[ast.literal_eval(node.slice)]  # type: ignore[index]
        except (TypeError, LookupError) as error:
            raise ValueError from error
    return ast.literal_eval(node)


def _quoted(text: object) -> str:
    return json.dumps(text, ensure_ascii=False)


def _is_overload(node: ast.stmt) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in getattr(node, "decorator_list", ()))


# Which names of convbook a snippet uses -----------------------------------------------------------------------------
def uses_convbook(code: str) -> bool:
    """Whether a snippet imports convbook."""
    return any(_is_convbook(node) for node in ast.walk(ast.parse(code)))


def _is_convbook(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] == "convbook"
    return isinstance(node, ast.Import) and any(a.name.partition(".")[0] == "convbook" for a in node.names)


@cache
def _public() -> dict[str, str]:
    """Map the names of ``convbook`` to the modules that define them."""
    found = {}
    for node in ast.parse((LIBRARY / "__init__.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.name] = f"{node.module}.{alias.name}" if node.module == "convbook" else node.module or ""
    return found


def _resolve(dotted: str) -> tuple[str, str]:
    """Give the module and the name that ``convbook.kernels.box`` or ``convbook.conv`` stands for."""
    parts = dotted.split(".")
    if len(parts) == 2 and (LIBRARY / f"{parts[1]}.py").is_file():
        raise NotAvailable(f"It uses the module {dotted} as a whole.")
    if len(parts) == 2:
        if parts[1] not in _public():
            raise NotAvailable(f"It uses {dotted}, which is not a function of convbook.")
        return _public()[parts[1]], parts[1]
    return _home(".".join(parts[:-1]), parts[-1])


def _home(module: str, name: str) -> tuple[str, str]:
    """Give the module that a name comes from, where a package re-exports it."""
    package = LIBRARY.parent / module.replace(".", "/") / "__init__.py"
    node = _module(package).imports.get(name) if package.is_file() else None
    return (node.module or module, name) if isinstance(node, ast.ImportFrom) else (module, name)


def inlined(code: str, *, exact: bool, head: str) -> str:
    """Write the functions of convbook into a standalone snippet; `exact` takes the library's own, with checks."""
    tree = ast.parse(code)
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if _is_convbook(node):
            modules |= imported(node)  # type: ignore[arg-type]
    asks = any(isinstance(node, ast.Call) and any(k.arg == "method" for k in node.keywords) for node in ast.walk(tree))
    if asks or any(dotted.startswith("convbook.algorithms") for dotted in modules.values()):
        raise NotAvailable(ALGORITHMS)
    wanted = {written: _resolve(dotted) for written, dotted in _written(tree, modules)}  # as written -> (module, name)
    replaced: dict[str, str] = {}
    others = bound(node for node in ast.walk(tree) if not _is_convbook(node))
    own_names = {local for local, dotted in modules.items() if "." in dotted}
    for written, (_, name) in wanted.items():
        if "." not in written:
            replaced[written] = written
        else:
            replaced[written] = f"convbook_{name}" if name in others - own_names else name
    definitions, imports = _gathered(wanted, exact=exact)
    # What the definitions are called in the snippet.
    renamed = {wanted[w]: replaced[w] for w in wanted}
    texts = []
    for module, name in definitions:
        new = renamed.get((module, name), name)
        if (module, name) not in renamed and name in others:
            new = f"convbook_{name}"
        if new != name:
            renamed[module, name] = new
    for (_, name), definition in definitions.items():
        text = definition.text
        local = {n: renamed[m, n] for (m, n) in definitions if (m, n) in renamed and renamed[m, n] != n}
        for old, new in local.items():
            if old == name or old in definition.names:
                text = _replace(text, {old: new}, plain=True)
        texts.append(text)
    body, own_imports = _without_convbook(code, tree)
    body = _replace(body, {w: r for w, r in replaced.items() if w != r})
    heads = sorted_imports([*own_imports, *imports])
    spacing = "\n\n\n"
    parts = [heads, (head + "\n" if head else "") + spacing.join(_joined(texts)), body.strip("\n")]
    return _spaced(parts) + "\n"


def _joined(texts: list[str]) -> list[str]:
    """Put constants of one line first, and keep those that follow each other together."""
    plain = [text for text in texts if "\n" not in text and not _defines(text) and _is_literal(text)]
    found: list[str] = []
    for text in [*_in_rows(plain), *(text for text in texts if text not in plain)]:
        if found and not _defines(text) and not _defines(found[-1].rpartition("\n\n\n")[2]):
            found[-1] += "\n" + text
        else:
            found.append(text)
    return found


def _in_rows(constants: list[str]) -> list[str]:
    """Write constants side by side, as many as a line has room for."""
    rows: list[list[tuple[str, str]]] = []
    for text in constants:
        name, _, value = text.partition(" = ")
        row = [*(rows[-1] if rows else []), (name, value)]
        if "," not in value and "#" not in value.replace('"#', "") and len(_row(row)) <= ROW and rows:
            rows[-1] = row
        else:
            rows.append([(name, value)])
    return [_row(row) for row in rows]


def _row(pairs: list[tuple[str, str]]) -> str:
    return " = ".join(", ".join(part) for part in zip(*pairs, strict=True))


def _is_literal(text: str) -> bool:
    """Whether a constant needs nothing that must stand before it."""
    return not any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) for n in ast.walk(ast.parse(text)))


def _defines(text: str) -> bool:
    return text.startswith(("def ", "class ", "@"))


def _spaced(parts: list[str]) -> str:
    return "\n\n\n".join(part for part in parts if part)


def _written(tree: ast.AST, modules: dict[str, str]) -> list[tuple[str, str]]:
    """Find how names of convbook are written in a snippet, and what they are."""
    found: dict[str, str] = {}
    inner = {n.value for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute | ast.Name):
            continue
        root, path = chain(node)
        if not isinstance(root, ast.Name) or root.id not in modules:
            continue
        dotted = [*modules[root.id].split("."), *path]
        size = 2 if len(dotted) > 1 and dotted[1] in _public() and not _is_module(dotted[1]) else 3
        size += len(dotted) > 3 and _is_module("/".join(dotted[1:3]))  # convbook.figures.style.WIDTH
        if len(dotted) > 1 and ((_is_module(dotted[1]) and len(dotted) > 2) or not _is_module(dotted[1])):
            steps = size - len(modules[root.id].split("."))
            if steps < 0 or steps > len(path):
                continue
            if size == 3 and _is_module("/".join(dotted[1:3])):  # the first part of convbook.figures.style.WIDTH
                continue
            found[".".join([root.id, *path[:steps]])] = ".".join(dotted[:size])
        elif node not in inner:
            raise NotAvailable(f"It uses the module {'.'.join(dotted)} as a whole.")
    return sorted(found.items())


def _is_module(name: str) -> bool:
    return (LIBRARY / f"{name}.py").is_file() or (LIBRARY / name).is_dir()


def _gathered(
    wanted: dict[str, tuple[str, str]], *, exact: bool
) -> tuple[dict[tuple[str, str], Definition], list[ast.stmt]]:
    """Follow definitions to all that they need, in the order in which they must stand."""
    compact = _module(COMPACT_FORMS)
    found: dict[tuple[str, str], Definition] = {}
    imports: dict[str, ast.stmt] = {}
    asked: set[tuple[str, str]] = set()

    def is_found(definition: Definition) -> bool:
        return any(one is definition for one in found.values())

    def take(module: str, name: str) -> None:
        if (module, name) in asked:
            return
        asked.add((module, name))
        if not exact and name in compact.definitions and not module.startswith("convbook.figures"):
            source, where = compact, "compact_forms"
        else:
            path = LIBRARY.parent / (module.replace(".", "/") + ".py")
            source, where = (_module(path, exact), module) if path.is_file() else (None, module)
            if source is None or name not in source.definitions:
                raise NotAvailable(f"There is no source for {module}.{name}.")
        follow(source, where, name, (module, name))

    def follow(source: Module, where: str, name: str, key: tuple[str, str]) -> None:
        definition = source.definitions[name]
        for needed in sorted(definition.names):
            if needed in source.definitions:
                if not is_found(source.definitions[needed]) and (where, needed) not in pending:
                    pending.add((where, needed))
                    follow(source, where, needed, (where, needed))
            elif needed in source.imports:
                node = source.imports[needed]
                origin = getattr(node, "module", None) or node.names[0].name  # type: ignore[attr-defined]
                if origin.partition(".")[0] == "convbook":
                    if node.names[0].asname:  # type: ignore[attr-defined]
                        raise NotAvailable(f"The library's {key[1]} uses names under other names.")
                    if _is_module(node.names[0].name):  # type: ignore[attr-defined]
                        raise NotAvailable(f"The library's {key[1]} uses a module as a whole.")
                    take(origin, needed)
                else:
                    imports[ast.unparse(node)] = node
            elif needed == "np":  # of a form without checks
                imports["import numpy as np"] = ast.parse("import numpy as np").body[0]
            elif not hasattr(builtins, needed) and needed not in _local_names(definition.text):
                raise NotAvailable(f"The library's {key[1]} needs {needed}, whose source is not found.")
        if not is_found(definition):
            found[key] = definition

    pending: set[tuple[str, str]] = set()
    try:
        for module, name in wanted.values():
            take(module, name)
        names = [definition.name for definition in found.values()]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise NotAvailable(f"It needs parts of convbook without a short form, and two of them are called {twice}.")
    except NotAvailable as answer:
        if any(module.startswith("convbook.algorithms") for module, _ in asked):
            raise NotAvailable(ALGORITHMS) from answer
        raise
    lines = sum(definition.text.count("\n") + 1 for definition in found.values())
    if lines > LONGEST and any(module.startswith("convbook.algorithms") for module, _ in asked):
        raise NotAvailable(ALGORITHMS)
    return found, list(imports.values())


@cache
def _local_names(text: str) -> frozenset[str]:
    return frozenset(bound(ast.walk(ast.parse(text))))


def _without_convbook(code: str, tree: ast.Module) -> tuple[str, list[ast.stmt]]:
    """Take the imports out of the head of a snippet; give the rest, and those that are not convbook's."""
    lines = code.splitlines()
    heads: list[ast.stmt] = []
    rest = False
    cuts: list[tuple[int, int]] = []
    for node in tree.body:
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        rest = rest or not is_import
        if is_import and (not rest or _is_convbook(node)):
            cuts.append((node.lineno - 1, node.end_lineno or node.lineno))
            if not _is_convbook(node):
                heads.append(node)
    for first, last in reversed(cuts):
        del lines[first:last]
    return "\n".join(lines), heads


def _replace(code: str, names: dict[str, str], *, plain: bool = False) -> str:
    """Write other names, but not in comments and texts; the braces of f-strings are code."""
    if not names:
        return code
    written = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    after = r"(?!\s*=[^=])" if plain else ""  # the name of a keyword argument stays
    pattern = re.compile(rf"(?<![\w.])(?:{written})(?!\w){after}")
    change = lambda text: pattern.sub(lambda found: names[found[0]], text)  # noqa: E731
    lines = code.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    result, place = "", 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type not in (tokenize.STRING, tokenize.COMMENT):
            continue
        first = starts[token.start[0] - 1] + token.start[1]
        last = starts[token.end[0] - 1] + token.end[1]
        result += change(code[place:first])
        text = code[first:last]
        if re.match(r"[rR]?[fF]", text):
            text = re.sub(r"\{[^{}]*\}", lambda found: change(found[0]), text)
        result += text
        place = last
    return result + change(code[place:])

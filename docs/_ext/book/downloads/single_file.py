"""The library as one file, ``downloads/convbook.py``, to be saved beside a program.

The modules follow each other in one namespace, each under a heading with its docstring, in an order in which nothing is
needed before it is there; their own imports of each other are gone. So the file is read from top to bottom, finds its
lines in tracebacks, and needs no loader. Where two modules have the same name for two things, the name gets the
module's as its ending. The drawings are in it, since snippets use them; they import Matplotlib when one is asked for.
A table at the end makes the modules, so that ``from convbook.kernels import gaussian`` works as in the package.
"""

import ast
import builtins
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from book.execution.names import FUNCTIONS, local_name, locals_of, one_by_one, targets_of
from book.snippets.standalone import sorted_imports

WIDTH = 120
LATE = "matplotlib"  # a package that only figures need

HEAD = '''\
"""{name} {version}: {summary}

One file, made from the package of the same name: save it beside your program as {name}.py, and

    import {name}
    from {name}.kernels import gaussian

work as they do where the package is installed. It needs NumPy and SciPy, and threadpoolctl to use several cores;
{name}.figures needs Matplotlib as well, and imports it when the first figure is drawn. {site}The license stands below
the table.

    line  section
{table}
"""
'''

DRAWINGS = '''

def _import_matplotlib() -> None:
    """Import what the figures need, and nothing else does."""
{globals}
{imports}
'''

MODULES = '''
# {rule}
# The modules of the package: their names are found under them, too
# {rule}
class _Module(types.ModuleType):
    """A module of the package."""

    def __init__(self, path: str, names: str) -> None:
        super().__init__(f"{{__name__}}.{{path}}")
        self._path, self._names = path, dict.fromkeys(names.split())
        self.__all__ = [name for name in self._names if not name.startswith("_")]
        if not path.startswith("figures"):
            for name in self._names:
                getattr(self, name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._names:
            raise AttributeError(f"module {{self.__name__!r}} has no attribute {{name!r}}")
        if self._path.startswith("figures"):
            _import_matplotlib()
        value = globals()[_RENAMED.get(f"{{self._path}}.{{name}}", name)]
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({{*vars(self), *self._names}})


#: Names that two modules have for two things have the module's name as their ending in this file.
_RENAMED = {{
{renamed}
}}

for _path, _names in {{
{table}
}}.items():
    _module = _Module(_path, _names)
    sys.modules[_module.__name__] = _module
    setattr(sys.modules[_module.__name__.rpartition(".")[0]], _path.rpartition(".")[2], _module)
'''


class NotFlat(Exception):  # noqa: N818 (an answer, not an error)
    """Says in a sentence what of the library cannot stand in one file."""


@dataclass
class Module:
    """A module of the library: what it holds, and how its names are called in the file."""

    path: str  # kernels, or algorithms.planner; "" is the package itself
    source: str
    tree: ast.Module
    needs: set[str] = field(default_factory=set)
    defined: list[str] = field(default_factory=list)
    exported: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # what a name of another module is called there, "path.name"
    rooms: dict[str, str] = field(default_factory=dict)  # names that stand for whole modules
    imports: list[ast.stmt] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def draws(self) -> bool:
        return self.path.partition(".")[0] == "figures"


# Reading ----------------------------------------------------------------------------------------------------
def read(library: Path) -> dict[str, Module]:
    """Read the modules of the package."""
    modules = {}
    for file in sorted(library.rglob("*.py")):
        parts = file.relative_to(library).with_suffix("").parts
        path = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        source = file.read_text(encoding="utf-8")
        modules[path] = Module(path, source, ast.parse(source))
    for module in modules.values():
        _survey(module, modules, library.name)
    return modules


def _survey(module: Module, modules: dict[str, Module], package: str) -> None:
    for node in module.tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == package:
            origin = (node.module or "").partition(".")[2]
            for alias in node.names:
                path = f"{origin}.{alias.name}".lstrip(".")
                if path in modules:
                    module.rooms[local_name(alias)] = path
                    module.needs.add(path)
                else:
                    module.names[local_name(alias)] = path
                    module.needs.add(origin)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module.imports += one_by_one(node)
        else:
            found = _bound(node)
            if found == ["__all__"]:
                module.exported = list(ast.literal_eval(node.value))  # type: ignore[attr-defined]
            else:
                module.defined += [name for name in found if name not in module.defined]


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [name for target in targets for name in sorted(targets_of(target))]


def ordered(modules: dict[str, Module]) -> list[Module]:
    """Order modules so that each follows those that it needs; packages stand before their modules."""
    found: list[Module] = []

    def visit(path: str, waiting: tuple[str, ...] = ()) -> None:
        if path in waiting:
            raise NotFlat(f"The modules {' and '.join(waiting)} need each other.")
        if path and modules[path] not in found:
            parent = path.rpartition(".")[0]
            if parent and modules[parent] not in found:
                found.append(modules[parent])
            for other in sorted(modules[path].needs - {parent}):
                visit(other, (*waiting, path))
            found.append(modules[path])

    packages = {path for path in modules if any(other.startswith(f"{path}.") for other in modules)}
    for path in sorted(set(modules) - packages, key=lambda path: (modules[path].draws, path)):
        visit(path)
    return [m for m in found if not m.draws] + [m for m in found if m.draws]


# Names ------------------------------------------------------------------------------------------------------
def flat_names(modules: dict[str, Module], order: list[Module]) -> dict[str, str]:
    """Map ``path.name`` to what it is called in the file."""
    times = Counter(name for module in order for name in module.defined)
    imported = {local_name(node.names[0]) for module in order for node in module.imports}  # type: ignore[attr-defined]
    times += Counter(imported)
    hidden = {path for module in order for path in _hidden(module)}
    found = {}
    for module in order:
        for name in module.defined:
            # The public module among those that share a name keeps it.
            keeps = f"{module.path}.{name}" not in hidden and (
                times[name] == 1
                or (
                    not name.startswith("_")
                    and "." not in module.path
                    and name not in imported
                    and sum(name in m.defined and "." not in m.path for m in order) == 1
                )
            )
            found[f"{module.path}.{name}"] = name if keeps else f"{name}_{module.stem}"
    taken = Counter(found.values())
    origins: dict[str, set[str]] = {}
    for module in order:
        for node in module.imports:
            origins.setdefault(local_name(node.names[0]), set()).add(ast.unparse(node))  # type: ignore[attr-defined]
    for name in [*taken, *origins]:
        if taken[name] + len(origins.get(name, ())) > 1 or (name in taken and hasattr(builtins, name)):
            raise NotFlat(f"The name {name} would stand for several things.")
    for module in order:  # what a module only re-exports is called as where it comes from
        for name, path in module.names.items():
            found[f"{module.path}.{name}"] = found[_origin(path, modules)]
    if clash := {path for path in modules if path and "." not in path} & {*taken, *origins}:
        raise NotFlat(f"The modules {sorted(clash)} are called like something in them.")
    return found


def _origin(path: str, modules: dict[str, Module]) -> str:
    """Follow a name to the module that defines it."""
    while path.rpartition(".")[2] not in modules[path.rpartition(".")[0]].defined:
        path = modules[path.rpartition(".")[0]].names[path.rpartition(".")[2]]
    return path


def _hidden(module: Module) -> Iterator[str]:
    """Find what is used as ``cost.width`` in a function with a variable `width`: in one file it needs another name."""
    for function in ast.walk(module.tree):
        if isinstance(function, FUNCTIONS):
            local = locals_of(function)
            for node in ast.walk(function):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in local:
                    room = module.rooms.get(node.value.id)
                    if room is not None:
                        yield f"{room}.{node.attr}"


def _renamed(module: Module, flat: dict[str, str]) -> dict[str, str]:
    """Map names as the module writes them to those in the file, where they differ."""
    own = {name: flat[f"{module.path}.{name}"] for name in module.defined}
    own |= {name: flat[path] for name, path in module.names.items()}
    return {name: new for name, new in own.items() if name != new}


def _edits(module: Module, flat: dict[str, str]) -> Iterator[tuple[int, int, int, str]]:
    """Give line, start, end and text of each name that is called otherwise in the file."""
    new = _renamed(module, flat)
    lines = [line.encode() for line in module.source.splitlines()]

    def walk(node: ast.AST, hidden: frozenset[str]) -> Iterator[tuple[int, int, int, str]]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in new and node in module.tree.body:
            start = lines[node.lineno - 1].index(node.name.encode(), node.col_offset)
            yield node.lineno, start, start + len(node.name.encode()), new[node.name]
        if isinstance(node, FUNCTIONS):
            hidden = hidden | locals_of(node)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            room = module.rooms.get(node.value.id)
            if room is not None and node.value.id not in hidden:
                name = flat[f"{room}.{node.attr}"]
                yield node.lineno, node.col_offset, node.end_col_offset or 0, name
                return
        if isinstance(node, ast.Name) and node.id in new and node.id not in hidden:
            yield node.lineno, node.col_offset, node.end_col_offset or 0, new[node.id]
        for child in ast.iter_child_nodes(node):
            yield from walk(child, hidden)

    yield from walk(module.tree, frozenset())


# Writing ----------------------------------------------------------------------------------------------------
def body_of(module: Module, flat: dict[str, str]) -> str:
    """Give the code of a module without its docstring, its imports and ``__all__``."""
    lines = [line.encode() for line in module.source.splitlines()]
    for line, start, end, text in sorted(_edits(module, flat), reverse=True):
        lines[line - 1] = lines[line - 1][:start] + text.encode() + lines[line - 1][end:]
    for node in reversed(module.tree.body):
        gone = isinstance(node, ast.Import | ast.ImportFrom) or _bound(node) == ["__all__"]
        if gone or (node is module.tree.body[0] and ast.get_docstring(module.tree) is not None):
            del lines[node.lineno - 1 : node.end_lineno]
    return re.sub(r"\n{4,}", "\n\n\n", b"\n".join(lines).decode()).strip("\n")


def heading(module: Module, package: str) -> str:
    """Give the head of a section: the module's name and its docstring, as comments."""
    rule = "# " + "=" * (WIDTH - 2)
    text = ast.get_docstring(module.tree) or ""
    words = "\n".join(f"# {line}".rstrip() for line in text.splitlines())
    return f"{rule}\n# {package}.{module.path}\n#\n{words}\n{rule}"


def flattened(library: Path, license_text: str, site: str = "") -> str:
    """Give the text of the file."""
    modules = read(library)
    order = ordered(modules)
    flat = flat_names(modules, order)
    package, root = library.name, modules[""]
    imports = [node for module in order for node in module.imports]
    late = [node for node in imports if _root(node) == LATE]
    early = [node for node in imports if _root(node) != LATE]
    early += ast.parse("import sys\nimport types\nfrom typing import Any").body
    front = "\n".join(ast.get_source_segment(root.source, node) or "" for node in _kept(root))
    parts = [_commented(code_license(license_text)), "from __future__ import annotations", sorted_imports(early), front]
    for module in order:
        if module.draws and late:
            parts.append(_drawings(late).strip("\n"))
            late = []
        parts.append((heading(module, package) + "\n" + body_of(module, flat)).strip("\n"))
    parts.append(_modules(order, flat).strip("\n"))
    text = "\n\n" + "\n\n\n".join(parts) + "\n"
    text = text.replace("from __future__ import annotations\n\n\n", "from __future__ import annotations\n\n")
    facts = {
        "name": package,
        "version": _version(root),
        "summary": (ast.get_docstring(root.tree) or "").partition(": ")[2],
        "site": f"It comes from {site}\n" if site else "",
    }
    # The table has a line for each section, so its length is known before its numbers are.
    head = HEAD.format(table="\n" * (text.count("\n# " + package + ".") - 1), **facts)
    found = (head + text).splitlines()
    rows = [
        f"    {n:4}  {line[2:]:34}{_first(found[n + 1][2:])}"
        for n, line in enumerate(found, 1)
        if re.fullmatch(rf"# {package}\.[\w.]+", line)
    ]
    return HEAD.format(table="\n".join(row.rstrip() for row in rows), **facts) + text


def code_license(text: str) -> str:
    """Give the license of the code, out of a file that has one for the text, too."""
    part = next(part for part in re.split(r"(?m)^-+$", text) if part.lstrip().startswith("Code:"))
    return part.partition("under the ")[2].strip()


def _root(node: ast.stmt) -> str:
    module = getattr(node, "module", None) or node.names[0].name  # type: ignore[attr-defined]
    return str(module).partition(".")[0]


def _kept(root: ast.Module | Module) -> list[ast.stmt]:
    """Of the package's own module, its version and its public names."""
    return [node for node in root.tree.body if isinstance(node, ast.Assign)]  # type: ignore[union-attr]


def _version(root: Module) -> str:
    return next(str(node.value.value) for node in _kept(root) if _bound(node) == ["__version__"])  # type: ignore[attr-defined]


def _first(sentence: str) -> str:
    """Shorten the first sentence of a docstring to what the table has room for."""
    words = sentence.partition(":")[0].rstrip(".")
    return words if len(words) <= WIDTH - 44 else words[: WIDTH - 44].rpartition(",")[0]


def _commented(text: str) -> str:
    return "\n".join(f"# {line}".rstrip() for line in text.strip().splitlines())


def _drawings(late: list[ast.stmt]) -> str:
    names = sorted({local_name(node.names[0]) for node in late})  # type: ignore[attr-defined]
    shared = textwrap.wrap(f"global {', '.join(names)}", WIDTH - 6, break_long_words=False)
    return DRAWINGS.format(
        globals="    " + " \\\n        ".join(shared),
        imports=textwrap.indent(sorted_imports(late), "    "),
    )


def _modules(order: list[Module], flat: dict[str, str]) -> str:
    rows, renamed = [], []
    for module in order:
        wanted = (path.rpartition(".") for other in order for path in other.names.values())
        names = {*module.defined, *(name for path, _, name in wanted if path == module.path)}
        if not module.defined:  # a package re-exports all that it imports
            names |= module.names.keys()
        held = {name: flat[f"{module.path}.{name}"] for name in names}
        rows += _row(module.path, sorted(held))
        renamed += [f'    "{module.path}.{name}": "{new}",' for name, new in sorted(held.items()) if name != new]
    return MODULES.format(rule="=" * (WIDTH - 2), table="\n".join(rows), renamed="\n".join(renamed))


def _row(path: str, names: list[str]) -> list[str]:
    """Write a module and its names, over several lines if need be."""
    text = " ".join(names)
    if len(text) + len(path) < WIDTH - 12:
        return [f'    "{path}": "{text}",']
    pieces = textwrap.wrap(text, WIDTH - 12)
    return [f'    "{path}": (', *(f'        "{piece} "' for piece in pieces), "    ),"]

"""Which files of the library a chapter uses, found from the syntax alone; nothing is imported.

A chapter depends on the modules that define the names which it uses, on the modules which those import, and so on.
What cannot be told (the package itself passed to a function, ``import *``, code made from text, a cell that IPython
understands and Python does not) counts as using all of it.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from book.execution.chapters import parsed
from book.execution.names import members, origin_of
from book.files import digest_of_folder

#: Who has one of these can come by any module.
_ANY_MODULE = {"__import__", "eval", "exec", "importlib", "pkgutil", "runpy", "modules"}


class Library:
    """The source files of a package, and what their syntax says about each other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.package, self.digest = folder, folder.name, digest_of_folder(folder)
        # A library is looked at once in a build: what was found stays.
        self._imports_of = cache(self._imports_of)  # type: ignore[method-assign]
        self._exports_of = cache(self._exports_of)  # type: ignore[method-assign]

    def files_used_by(self, sources: Iterable[str]) -> set[Path]:
        """List the files that the code of a chapter depends on."""
        try:
            trees = [parsed(source) for source in sources]
        except SyntaxError:
            return self._files([self.package])
        whole = ast.Module([node for tree in trees for node in tree.body], [])
        if any(_can_import_anything(node) for node in ast.walk(whole)):
            return self._files([self.package])
        found: set[Path] = set()
        waiting = self._files(members(whole, self.package, is_module=self._is_module))
        while waiting:
            found |= waiting
            waiting = {other for file in waiting for other in self._imports_of(file)} - found
        return found

    def _imports_of(self, file: Path) -> set[Path]:
        module = self._module_of(file)
        within = module if file.stem == "__init__" else module.rpartition(".")[0]
        return self._files(members(_parse(file), self.package, within, self._is_module))

    def _files(self, names: Iterable[str]) -> set[Path]:
        return {file for name in set(names) for file in self._resolve(name)}

    def _resolve(self, name: str, seen: frozenset[str] = frozenset()) -> Iterator[Path]:
        """Give the file that defines a name, and the packages on the way, except the one that holds the library."""
        module, *rest = self.package, *name.split(".")[1:]
        for place, part in enumerate(rest):
            target = self._exports_of(module).get(part)
            if target and target not in seen:
                yield from self._resolve(".".join([target, *rest[place + 1 :]]), seen | {target})
                return
            if not self._is_module(f"{module}.{part}"):
                yield self._file_of(module)
                return
            module = f"{module}.{part}"
            if module != self.package and place + 1 < len(rest):
                yield self._file_of(module)
        file = self._file_of(module)
        yield from file.parent.rglob("*.py") if file.stem == "__init__" else [file]

    def _exports_of(self, module: str) -> dict[str, str]:
        """Map the names that a package takes from elsewhere in the library to where they come from."""
        file = self._file_of(module)
        if file.stem != "__init__":
            return {}
        exports = {}
        for node in _parse(file).body:
            if isinstance(node, ast.ImportFrom):
                origin = origin_of(node, module)
                if origin.split(".")[0] == self.package:
                    exports |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
        return exports

    def _is_module(self, name: str) -> bool:
        return self._file_of(name).exists()

    def _file_of(self, module: str) -> Path:
        path = self.folder.joinpath(*module.split(".")[1:])
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _module_of(self, file: Path) -> str:
        parts = file.relative_to(self.folder.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _can_import_anything(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        origin = getattr(node, "module", None) or ""
        return any(name.split(".")[0] in _ANY_MODULE for name in (origin, *(alias.name for alias in node.names)))
    named = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return named in _ANY_MODULE


@cache
def _parsed(file: Path, _mtime: int) -> ast.Module:
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError:
        return ast.Module([], [])


def _parse(file: Path) -> ast.Module:
    return _parsed(file, file.stat().st_mtime_ns)


def fingerprint(files: Iterable[Path]) -> dict[str, str]:
    """Map each file to a digest of what it holds now."""
    return {
        str(file): hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "absent"
        for file in sorted(files)
    }

"""What cells that took long have left, kept as a copy: the next run that needs them begins from it.

A copy of a function, or of a class, is the thing itself. So what can be changed in one, a list that is a default, say,
forbids that a copy is made; then the next run does it all again. Arrays that share memory share it in the copy, too.
"""

import ast
import builtins
import collections
import copy
import functools
import os
import random
import sys
import types
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

Cells = list[dict[str, Any]]

#: What a cell can overwrite, and a fresh run finds as it was, beside the library's own modules.
LIBRARIES = ("numpy", "numpy.fft", "numpy.linalg", "numpy.lib.stride_tricks", "numpy.random", "convbook")

SCALARS = (
    str, bytes, int, float, complex, range, slice, types.NoneType, types.EllipsisType, types.ModuleType, types.CodeType,
    types.GetSetDescriptorType, types.MemberDescriptorType, np.generic, np.dtype,
)  # fmt: skip
NOTES = "_abc_impl", "__slotnames__"  # which Python makes in a class for itself
DYNAMIC = {"exec", "eval", "globals", "locals", "vars"}  # the names that a cell with these binds are not seen
#: Words of what sets something for all that comes after.
SETTING = {
    "seed", "set_state", "set_printoptions", "seterr", "rcParams", "rc", "style", "simplefilter", "filterwarnings",
    "chdir",
}  # fmt: skip


def scopes(code: str) -> Iterator[types.CodeType]:
    """Compile a cell, and give it and each function in it."""
    left = [compile(code, "<cell>", "exec")]
    while left:
        scope = left.pop()
        left += [one for one in scope.co_consts if isinstance(one, types.CodeType)]
        yield scope


class Kept:
    """What some cells have left in a module, and how long they took."""

    def __init__(self, cells: Cells, main: types.ModuleType, seconds: float) -> None:
        self.cells, self.main, self.seconds = cells, main, seconds
        found = _inside(vars(main))
        fixed: dict[int, Any] = {}
        self.names = _copied(vars(main), found)
        copies = {id(one) for one in _inside(self.names)}
        if not all(_is_fixed(one, fixed) for one in found if id(one) in copies):
            raise TypeError("What has no copy can be changed in place.")
        self.functions = [one for one in fixed.values() if isinstance(one, types.FunctionType)]
        self.defaults = [(one.__defaults__, one.__kwdefaults__) for one in self.functions]
        self.classes = [(one, dict(vars(one))) for one in fixed.values() if isinstance(one, type)]
        self.settings = _settings()

    def serves(self, cells: Cells) -> bool:
        """Whether these cells hold those that have been kept, and the others may be run after them.

        One that comes earlier may if it shares no name with them but those of the same imports, and sets nothing.
        """
        among = [one for one in cells if one in self.cells]
        if not among or among != self.cells:
            return False
        earlier = [one["code"] for one in cells[: cells.index(among[-1])] if one not in among]
        try:
            return not earlier or _are_apart(earlier, [one["code"] for one in among])
        except SyntaxError:
            return False

    def restore(self) -> None:
        """Put copies in their place: in the same module, as functions look up names where they were defined."""
        for one, attributes in self.classes:
            for name in vars(one).keys() - attributes.keys() - {*NOTES}:
                delattr(one, name)
            for name, value in attributes.items():
                if name not in NOTES and (name not in vars(one) or vars(one)[name] is not value):
                    setattr(one, name, value)
        for function, (defaults, named) in zip(self.functions, self.defaults, strict=True):
            function.__defaults__, function.__kwdefaults__ = defaults, named
            vars(function).clear()
        names = vars(self.main)
        names.clear()
        names.update(self.names)  # what is copied may look a name up
        names.update(_copied(self.names, _inside(self.names)))
        for put_back, value in self.settings:
            put_back(value)


# Which cells may change places --------------------------------------------------------------------------------
def _are_apart(earlier: list[str], kept: list[str]) -> bool:
    own, other = _names(earlier), _names(kept)
    words = {word for code in earlier for scope in scopes(code) for word in scope.co_names}
    if words & (DYNAMIC | SETTING) or other & DYNAMIC or "*" in own | other:
        return False
    return own & other - set(vars(builtins)) <= {name for name, _ in _imports(earlier) & _imports(kept)}


def _names(codes: Iterable[str]) -> set[str]:
    """Give the names that cells read or bind anywhere."""
    found = {name for name, _ in _imports(codes)}
    for code in codes:
        for node in ast.walk(ast.parse(code)):
            for field in ("id", "name"):  # of names; of functions, classes, exceptions, patterns
                if isinstance(name := getattr(node, field, None), str) and not isinstance(node, ast.alias):
                    found.add(name)
            if isinstance(node, ast.Global):
                found |= set(node.names)
    return found


def _imports(codes: Iterable[str]) -> set[tuple[str, str]]:
    """Give the names that cells import at their top level or below, and from where."""
    nodes = [node for code in codes for node in ast.walk(ast.parse(code))]
    whole = [(one.asname or one.name.partition(".")[0], one.name if one.asname else "")
             for node in nodes if isinstance(node, ast.Import) for one in node.names]  # fmt: skip
    parts = [(one.asname or one.name, f"{node.module} {one.name}")
             for node in nodes if isinstance(node, ast.ImportFrom) for one in node.names]  # fmt: skip
    return {*whole, *parts}


# Copies -------------------------------------------------------------------------------------------------------
def _inside(names: Mapping[str, Any]) -> list[Any]:
    """List what is bound, and what is in it, each thing once."""
    met: dict[int, Any] = {}
    left: list[Any] = list(names.values())
    while left:
        one = left.pop()
        if id(one) in met or isinstance(one, types.ModuleType) or one is vars(builtins):
            continue
        met[id(one)] = one
        if isinstance(one, Mapping):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset | collections.deque):
            left += one
        elif isinstance(one, functools.partial):
            left.append(one.func)
        elif isinstance(one, types.MethodType):
            left += [one.__func__, one.__self__]
        if type(one).__module__ == "__main__":
            left += [type(one), *getattr(one, "__dict__", {}).values()]
    return list(met.values())


def _copied(names: Mapping[str, Any], found: list[Any]) -> dict[str, Any]:
    memo: dict[int, Any] = {id(one): one for one in names.values() if isinstance(one, types.ModuleType)}
    memo[id(vars(builtins))] = vars(builtins)
    _copy_arrays(found, memo)
    return copy.deepcopy(dict(names), memo)


def _copy_arrays(found: list[Any], memo: dict[int, Any]) -> None:
    """Copy the memory of arrays once, and let their copies lie in it as they do."""
    for array in found:
        if type(array) is not np.ndarray:
            continue
        owner = array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        if owner.base is not None or owner.dtype.hasobject or array.dtype.hasobject or type(owner) is not np.ndarray:
            raise TypeError("An array lies in memory of another kind.")
        if owner is array:
            memo.setdefault(id(owner), owner.copy(order="K"))
            memo[id(owner)].flags.writeable = owner.flags.writeable
            continue
        if not owner.flags.c_contiguous:
            raise TypeError("An array lies in memory that is ordered otherwise.")
        memory = memo.setdefault(id(owner), owner.copy())
        offset = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        memo[id(array)] = view = np.ndarray(array.shape, array.dtype, memory, offset, array.strides)
        view.flags.writeable = array.flags.writeable


def _is_offered(value: Any) -> bool:
    """Whether a module offers this under its own name."""
    name, module = getattr(value, "__name__", None), sys.modules.get(str(getattr(value, "__module__", None)))
    return isinstance(name, str) and module is not None and getattr(module, name, None) is value


def _is_fixed(value: Any, seen: dict[int, Any]) -> bool:
    """Whether nothing in this can be changed in place; note in `seen` the functions and classes of cells in it."""
    own = getattr(value, "__module__", None) == "__main__"
    if id(value) in seen or isinstance(value, SCALARS) or (not own and _is_offered(value)):
        return True
    seen[id(value)] = value
    parts: list[Any]
    if isinstance(value, tuple | frozenset):
        parts = list(value)
    elif isinstance(value, property):
        parts = [value.fget, value.fset, value.fdel]
    elif isinstance(value, staticmethod | classmethod):
        parts = [value.__func__]
    elif isinstance(value, types.BuiltinFunctionType):
        parts = [value.__self__]  # the list of `push = found.append`
    elif isinstance(value, types.FunctionType):
        closed = [one.cell_contents for one in value.__closure__ or ()]
        if vars(value) or not all(isinstance(one, type | types.FunctionType) for one in closed):
            return False  # what else is closed over may be bound anew
        parts = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values(), *closed]
    elif isinstance(value, type):
        parts = [] if not own else [one for name, one in vars(value).items() if name not in NOTES] + [*value.__bases__]
    else:
        return False
    return all(_is_fixed(one, seen) for one in parts)


# Settings -----------------------------------------------------------------------------------------------------
def _settings() -> list[tuple[Any, Any]]:
    """Give what a cell may have set beside its names, and what puts it back."""
    modules = [*library_functions(), (builtins, dict(vars(builtins)))]
    found: list[tuple[Any, Any]] = [
        *((vars(module).update, own) for module, own in modules),
        (os.chdir, Path.cwd()),
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),  # noqa: NPY002
        (lambda options: np.set_printoptions(**options), np.get_printoptions()),
        (lambda errors: np.seterr(**errors), np.geterr()),
        (lambda filters: warnings.filters.__setitem__(slice(None), filters), list(warnings.filters)),  # type: ignore[attr-defined]
    ]
    if "matplotlib" in sys.modules:
        import matplotlib

        found.append((matplotlib.rcParams.update, matplotlib.rcParams.copy()))
    return found


def library_functions() -> list[tuple[types.ModuleType, dict[str, Any]]]:
    """Give what the libraries offer, which a cell can overwrite (``np.sum = 3``): the next run finds it as it was."""
    modules = [sys.modules[name] for name in sorted(sys.modules) if name in LIBRARIES or name.startswith("convbook.")]
    return [(one, {name: value for name, value in vars(one).items() if callable(value)}) for one in modules]

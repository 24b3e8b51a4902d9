"""Which names a statement reads, surely binds, maybe binds, and reads in its functions later."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from book.snippets.known_calls import TRANSPARENT

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
CONTAINERS = (ast.List, ast.ListComp, ast.Tuple, ast.Dict, ast.DictComp, ast.Set, ast.SetComp)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Names:
    """The names that a piece of code reads first, surely binds, maybe binds, and reads in functions later."""

    uses: set[str] = field(default_factory=set)
    kills: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    deferred: set[str] = field(default_factory=set)


def names_of(statement: ast.stmt) -> Names:
    """Find the names of one statement at the top level of a page."""
    names = Names()
    names.kills = _flow([statement], names, set())
    return names


def _flow(body: Iterable[ast.stmt], names: Names, bound: set[str]) -> set[str]:
    """Walk statements in order; return what is surely bound after them."""
    for node in body:
        bound = _statement(node, names, bound)
    return bound


def _statement(node: ast.stmt, names: Names, bound: set[str]) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for part in [*node.decorator_list, *defaults(node.args), *_annotations(node)]:
            _reads(part, names, bound)
        names.deferred |= free_names(node)
        return _bind({node.name}, names, bound)
    if isinstance(node, ast.ClassDef):
        for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
            _reads(part, names, bound)
        inner = Names()
        _flow(node.body, inner, set())
        names.uses |= inner.uses - bound
        names.deferred |= inner.deferred
        return _bind({node.name}, names, bound)
    if isinstance(node, ast.Import | ast.ImportFrom):
        names.binds |= {local_name(alias) for alias in node.names}
        # import scipy.signal adds to what scipy is: it does not put an end to import scipy.ndimage
        return bound | {local_name(alias) for alias in node.names if alias.asname or "." not in alias.name}
    if isinstance(node, ast.For | ast.AsyncFor):
        _reads(node.iter, names, bound)
        _reads(node.target, names, bound)
        inside = _flow(node.body, names, _bind(targets_of(node.target), names, bound))
        _flow(node.orelse, names, bound)
        return inside if _runs_at_least_once(node) else bound
    if isinstance(node, ast.While):
        _reads(node.test, names, bound)
        _flow(node.body, names, bound)
        _flow(node.orelse, names, bound)
        return bound
    if isinstance(node, ast.If):
        _reads(node.test, names, bound)
        return _flow(node.body, names, bound) & _flow(node.orelse, names, bound)
    if isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            _reads(item.context_expr, names, bound)
            if item.optional_vars is not None:
                _reads(item.optional_vars, names, bound)
                bound = _bind(targets_of(item.optional_vars), names, bound)
        inside = _flow(node.body, names, bound)
        # A context manager may swallow an exception, and then its body was left half way.
        return inside if all(_is_transparent(item.context_expr) for item in node.items) else bound
    if isinstance(node, ast.Try | ast.TryStar):
        after = _flow(node.orelse, names, _flow(node.body, names, bound))
        for handler in node.handlers:
            if handler.type is not None:
                _reads(handler.type, names, bound)
            caught = _bind({handler.name}, names, bound) if handler.name else bound
            after = after & (_flow(handler.body, names, caught) - ({handler.name} - bound))
        return _flow(node.finalbody, names, bound) | after
    if isinstance(node, ast.Match):
        _reads(node.subject, names, bound)
        for case in node.cases:
            captured = {n.name for n in ast.walk(case.pattern) if getattr(n, "name", None)}
            inside = _bind(captured, names, bound)
            if case.guard is not None:
                _reads(case.guard, names, inside)
            _flow(case.body, names, inside)
        return bound
    # A simple statement: its expressions are read first, then its targets are bound.
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            _reads(child, names, bound)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.uses |= {node.target.id} - bound
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [getattr(node, "target", None)]
    if isinstance(node, ast.Delete):
        names.uses |= {name for target in targets for name in targets_of(target)} - bound
    if isinstance(node, ast.AnnAssign) and node.value is None:
        targets = []
    walrus = {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
    names.binds |= walrus
    return _bind({name for target in targets if target is not None for name in targets_of(target)}, names, bound)


def _is_transparent(node: ast.expr) -> bool:
    function = node.func if isinstance(node, ast.Call) else node
    return getattr(function, "attr", getattr(function, "id", "")) in TRANSPARENT


def _bind(new: set[str], names: Names, bound: set[str]) -> set[str]:
    names.binds |= new
    return bound | new


def _runs_at_least_once(node: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop surely runs: over a display with elements, or a range of a positive constant."""
    if isinstance(node.iter, ast.List | ast.Tuple | ast.Set):
        return any(not isinstance(element, ast.Starred) for element in node.iter.elts)
    if isinstance(node.iter, ast.Dict):
        return None not in node.iter.keys and bool(node.iter.keys)
    if isinstance(node.iter, ast.Call) and isinstance(node.iter.func, ast.Name) and node.iter.func.id == "range":
        arguments = node.iter.args
        return len(arguments) == 1 and isinstance(arguments[0], ast.Constant) and arguments[0].value > 0
    return False


def targets_of(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}


def _reads(node: ast.AST, names: Names, bound: set[str]) -> None:
    """Note the names that an expression reads; those in its functions also as read later."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in bound:
            names.uses.add(node.id)
    elif isinstance(node, ast.Lambda):
        for part in defaults(node.args):
            _reads(part, names, bound)
        free = free_names(node)
        names.uses |= free - bound  # it may be called at once
        names.deferred |= free
    elif isinstance(node, COMPREHENSIONS):
        inner = set(bound)
        for generator in node.generators:
            _reads(generator.iter, names, inner)
            inner = inner | targets_of(generator.target)
            for condition in generator.ifs:
                _reads(condition, names, inner)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            _reads(part, names, inner)
        if isinstance(node, ast.GeneratorExp):
            names.deferred |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - targets_of(node)
    elif isinstance(node, ast.NamedExpr):
        _reads(node.value, names, bound)
        names.binds.add(node.target.id)
    else:
        for child in ast.iter_child_nodes(node):
            _reads(child, names, bound)


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [default for default in [*arguments.defaults, *arguments.kw_defaults] if default is not None]


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    found = [argument.annotation for argument in arguments_of(node)] + [node.returns]
    return [annotation for annotation in found if annotation is not None]


def arguments_of(node: Function) -> list[ast.arg]:
    """List all parameters of a function, in order."""
    a = node.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs, *([a.vararg] if a.vararg else []), *([a.kwarg] if a.kwarg else [])]


def local_name(alias: ast.alias) -> str:
    """Give the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a function's body without the bodies of the functions, classes and comprehensions within."""
    body = node.body if isinstance(node.body, list) else [node.body]
    pending: list[ast.AST] = list(body)
    while pending:
        one = pending.pop()
        yield one
        if not isinstance(one, (*FUNCTIONS, ast.ClassDef)):
            pending += ast.iter_child_nodes(one)


def locals_of(node: Function) -> set[str]:
    """Give the names that are local to a function."""
    bound, shared = {argument.arg for argument in arguments_of(node)}, set()
    for one in own(node):
        if isinstance(one, ast.Global | ast.Nonlocal):
            shared |= set(one.names)
        elif isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            bound.add(one.id)
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            bound |= {local_name(alias) for alias in one.names}
        elif isinstance(one, ast.ExceptHandler) and one.name:
            bound.add(one.name)
    return bound - shared


def free_names(node: Function) -> set[str]:
    """Give the names that a function takes from around it, also in the functions within it."""
    free: set[str] = set()
    for one in own(node):
        if isinstance(one, FUNCTIONS):
            free |= free_names(one)
            for part in [*defaults(one.args), *getattr(one, "decorator_list", [])]:
                free |= {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
        elif isinstance(one, ast.ClassDef):
            inner = Names()
            _flow([one], inner, set())
            free |= inner.uses | inner.deferred
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            free.add(one.id)
        elif isinstance(one, ast.Global):
            free |= set(one.names)
    return free - locals_of(node)

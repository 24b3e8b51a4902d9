"""Which names a piece of code uses: the one place that answers this, from the syntax alone.

Of any code: the names in it (`named`), those that it binds (`bound`), what it takes from a package (`members`). Of a
statement of a page: the names that it reads first, surely binds, maybe binds, and reads in its functions later
(`names_of`).
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
CONTAINERS = (ast.List, ast.ListComp, ast.Tuple, ast.Dict, ast.DictComp, ast.Set, ast.SetComp)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Context managers that let every exception pass: after their body all of it has run.
TRANSPARENT = re.compile(
    "errstate|printoptions|open|redirect_stdout|redirect_stderr|catch_warnings|rc_context|nullcontext|chdir|closing"
    "|TemporaryDirectory|style"
)


# Of any code ------------------------------------------------------------------------------------------------
def named(*trees: ast.AST) -> set[str]:
    """Give all names in the code, whatever it does with them."""
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def targets_of(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}


def bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Give the names that these nodes bind, each by itself: of `ast.walk`, all that some code binds at any level."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {local_name(alias) for alias in node.names}
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
    return found


def local_name(alias: ast.alias) -> str:
    """Give the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def one_by_one(node: ast.Import | ast.ImportFrom) -> Iterator[ast.Import | ast.ImportFrom]:
    """Part an import of several names into one for each."""
    for alias in node.names:
        yield ast.copy_location(type(node)(**{**dict(ast.iter_fields(node)), "names": [alias]}), node)


def chain(node: ast.AST) -> tuple[ast.AST, list[str]]:
    """Part ``np.linalg.norm`` into what stands before the first point and the names after it."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.insert(0, node.attr)
        node = node.value
    return node, path


def outermost(tree: ast.AST) -> Iterator[ast.Name | ast.Attribute]:
    """Find the names in the code, each with all the attributes that follow it."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and id(node) not in inner:
            yield node


def members(
    tree: ast.AST, package: str, within: str = "", is_module: Callable[[str], bool] = lambda name: False
) -> Iterator[str]:
    """Give the dotted names of a package that the code imports or uses, each as far as it is written.

    `within` is the package that holds the code, which relative imports start from. An import of a module alone uses
    nothing of it; its name alone, in the code, stands for all of it.
    """
    known: dict[str, str] = {}  # local name -> what it stands for
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == package:
                    known[local_name(alias)] = alias.name if alias.asname else package
        elif isinstance(node, ast.ImportFrom):
            origin = origin_of(node, within)
            if origin.split(".")[0] != package:
                continue
            for alias in node.names:
                if alias.name == "*":
                    yield origin
                    continue
                name = known[local_name(alias)] = f"{origin}.{alias.name}"
                if not is_module(name):
                    yield name
    for node in outermost(tree):
        root, path = chain(node)
        if isinstance(root, ast.Name) and isinstance(root.ctx, ast.Load) and root.id in known:
            yield ".".join([known[root.id], *path])


def origin_of(node: ast.ImportFrom, within: str) -> str:
    """Give the dotted name of the module that an import in the package `within` takes from."""
    parts = within.split(".") if node.level else []
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


# Of a statement of a page -----------------------------------------------------------------------------------
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


def _flow(body: Iterable[ast.stmt], names: Names, before: set[str]) -> set[str]:
    """Walk statements in order; return what is surely bound after them."""
    for node in body:
        before = _statement(node, names, before)
    return before


def _statement(node: ast.stmt, names: Names, before: set[str]) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for part in [*node.decorator_list, *defaults(node.args), *_annotations(node)]:
            _reads(part, names, before)
        names.deferred |= free_names(node)
        return _bind({node.name}, names, before)
    if isinstance(node, ast.ClassDef):
        for part in [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]:
            _reads(part, names, before)
        inner = Names()
        _flow(node.body, inner, set())
        names.uses |= inner.uses - before
        names.deferred |= inner.deferred
        return _bind({node.name}, names, before)
    if isinstance(node, ast.Import | ast.ImportFrom):
        names.binds |= {local_name(alias) for alias in node.names}
        # import scipy.signal adds to what scipy is: it does not put an end to import scipy.ndimage
        return before | {local_name(alias) for alias in node.names if alias.asname or "." not in alias.name}
    if isinstance(node, ast.For | ast.AsyncFor):
        _reads(node.iter, names, before)
        _reads(node.target, names, before)
        inside = _flow(node.body, names, _bind(targets_of(node.target), names, before))
        _flow(node.orelse, names, before)
        return inside if _runs_at_least_once(node) else before
    if isinstance(node, ast.While):
        _reads(node.test, names, before)
        _flow(node.body, names, before)
        _flow(node.orelse, names, before)
        return before
    if isinstance(node, ast.If):
        _reads(node.test, names, before)
        return _flow(node.body, names, before) & _flow(node.orelse, names, before)
    if isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            _reads(item.context_expr, names, before)
            if item.optional_vars is not None:
                _reads(item.optional_vars, names, before)
                before = _bind(targets_of(item.optional_vars), names, before)
        inside = _flow(node.body, names, before)
        # A context manager may swallow an exception, and then its body was left half way.
        return inside if all(_is_transparent(item.context_expr) for item in node.items) else before
    if isinstance(node, ast.Try | ast.TryStar):
        after = _flow(node.orelse, names, _flow(node.body, names, before))
        for handler in node.handlers:
            if handler.type is not None:
                _reads(handler.type, names, before)
            caught = _bind({handler.name}, names, before) if handler.name else before
            after = after & (_flow(handler.body, names, caught) - ({handler.name} - before))
        return _flow(node.finalbody, names, before) | after
    if isinstance(node, ast.Match):
        _reads(node.subject, names, before)
        for case in node.cases:
            inside = _bind(bound(ast.walk(case.pattern)), names, before)
            if case.guard is not None:
                _reads(case.guard, names, inside)
            _flow(case.body, names, inside)
        return before
    # A simple statement: its expressions are read first, then its targets are bound.
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            _reads(child, names, before)
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        names.uses |= {node.target.id} - before
    targets = node.targets if isinstance(node, ast.Assign | ast.Delete) else [getattr(node, "target", None)]
    if isinstance(node, ast.Delete):
        names.uses |= {name for target in targets for name in targets_of(target)} - before
    if isinstance(node, ast.AnnAssign) and node.value is None:
        targets = []
    walrus = {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
    names.binds |= walrus
    return _bind({name for target in targets if target is not None for name in targets_of(target)}, names, before)


def _is_transparent(node: ast.expr) -> bool:
    function = node.func if isinstance(node, ast.Call) else node
    return TRANSPARENT.fullmatch(getattr(function, "attr", getattr(function, "id", ""))) is not None


def _bind(new: set[str], names: Names, before: set[str]) -> set[str]:
    names.binds |= new
    return before | new


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


def _reads(node: ast.AST, names: Names, before: set[str]) -> None:
    """Note the names that an expression reads; those in its functions also as read later."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in before:
            names.uses.add(node.id)
    elif isinstance(node, ast.Lambda):
        for part in defaults(node.args):
            _reads(part, names, before)
        free = free_names(node)
        names.uses |= free - before  # it may be called at once
        names.deferred |= free
    elif isinstance(node, COMPREHENSIONS):
        inner = set(before)
        for generator in node.generators:
            _reads(generator.iter, names, inner)
            inner = inner | targets_of(generator.target)
            for condition in generator.ifs:
                _reads(condition, names, inner)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            _reads(part, names, inner)
        if isinstance(node, ast.GeneratorExp):
            names.deferred |= named(node) - targets_of(node)
    elif isinstance(node, ast.NamedExpr):
        _reads(node.value, names, before)
        names.binds.add(node.target.id)
    else:
        for child in ast.iter_child_nodes(node):
            _reads(child, names, before)


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [default for default in [*arguments.defaults, *arguments.kw_defaults] if default is not None]


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    found = [argument.annotation for argument in arguments_of(node)] + [node.returns]
    return [annotation for annotation in found if annotation is not None]


def arguments_of(node: Function) -> list[ast.arg]:
    """List all parameters of a function, in order."""
    a = node.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs, *([a.vararg] if a.vararg else []), *([a.kwarg] if a.kwarg else [])]


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
    inside = list(own(node))
    shared = {name for one in inside if isinstance(one, ast.Global | ast.Nonlocal) for name in one.names}
    return bound([*arguments_of(node), *inside]) - shared


def free_names(node: Function) -> set[str]:
    """Give the names that a function takes from around it, also in the functions within it."""
    free: set[str] = set()
    for one in own(node):
        if isinstance(one, FUNCTIONS):
            free |= free_names(one)
            free |= named(*defaults(one.args), *getattr(one, "decorator_list", []))
        elif isinstance(one, ast.ClassDef):
            inner = Names()
            _flow([one], inner, set())
            free |= inner.uses | inner.deferred
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load):
            free.add(one.id)
        elif isinstance(one, ast.Global):
            free |= set(one.names)
    return free - locals_of(node)

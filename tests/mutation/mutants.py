"""The mutants of a module: each is its source with one small mistake, made on the syntax tree.

The operators are the usual ones of mutation testing. They are written here because the libraries that have them
(cosmic-ray, mutmut) bind them to runners that start an interpreter for each mutant, and bring a web client, a database
and a terminal interface along; on the tree of the standard library the operators are one screen.

Left alone are what no test should depend on: docstrings, the wording of errors, annotations, decorators and overloads;
and two keywords that cannot change a result: `strict` of zip, on arguments that were checked, and `copy` of astype.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
}
#: comparison -> its boundary moved, and its opposite
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
PAIRS = (("min", "max"), ("minimum", "maximum"), ("any", "all"), ("zeros", "ones"), ("zeros_like", "ones_like"))
PAIRS += (("floor", "ceil"), ("argmin", "argmax"), ("amin", "amax"), ("isnan", "isfinite"), ("real", "imag"))
SWAPS = dict(PAIRS) | {right: left for left, right in PAIRS}
KEPT_FIELDS = {"annotation", "returns", "decorator_list", "bases"}
KEPT_KEYWORDS = {"strict", "copy"}


@dataclass
class Mutant:
    """One child of one node of the tree, and what stands in its place."""

    parents: tuple[ast.AST, ...]  # from the module down to the node whose child is replaced
    field: str
    place: int | None  # in the field, if that is a list
    old: ast.AST
    new: ast.AST

    def put(self, node: ast.AST) -> None:
        """Make `node` the child: `new` plants the mistake, `old` fixes it."""
        if self.place is None:
            setattr(self.parents[-1], self.field, node)
        else:
            getattr(self.parents[-1], self.field)[self.place] = node

    @property
    def line(self) -> int:
        """Where it stands in the source."""
        return next(node.lineno for node in (self.old, *reversed(self.parents)) if hasattr(node, "lineno"))

    @property
    def function(self) -> str:
        """The function or class around it; empty at the level of the module."""
        names = [node.name for node in self.parents if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        return ".".join(names)

    def shown(self, width: int = 72) -> str:
        """Write it as `before → after`, with as much of the surrounding expression as fits the width."""
        context = None
        for parent in reversed(self.parents):
            if not isinstance(parent, ast.expr | ast.keyword) or len(ast.unparse(parent)) > width:
                break
            context = parent
        before = ast.unparse(context or self.old)
        self.put(self.new)
        after = ast.unparse(context or self.new)
        self.put(self.old)
        return f"{self._name()}{before.splitlines()[0]} → {after.splitlines()[0]}"

    def _name(self) -> str:
        """Name the parameter whose default this is."""
        match self.parents[-1], self.field:
            case ast.arguments() as taken, "kw_defaults":
                return f"{taken.kwonlyargs[self.place].arg} = "
            case ast.arguments() as taken, "defaults":
                return f"{[*taken.posonlyargs, *taken.args][self.place - len(taken.defaults)].arg} = "
        return ""


def mutants(tree: ast.Module) -> list[Mutant]:
    """List all mutants of a module, in the order of its source."""
    return list(_below(tree, (), Counter()))


def _below(node: ast.AST, parents: tuple[ast.AST, ...], bound: Counter[str]) -> Iterator[Mutant]:
    """Yield the mutants of what is below a node; `bound` counts how often the function around it binds its names."""
    if isinstance(node, ast.FunctionDef):
        if any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list):
            return
        bound = Counter(_bound(node))
    parents = (*parents, node)
    for field, value in ast.iter_fields(node):
        if field in KEPT_FIELDS:
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and not (isinstance(child, ast.keyword) and child.arg in KEPT_KEYWORDS):
                yield from (Mutant(parents, field, place, child, new) for new in _changes(child, bound))
                yield from _below(child, parents, bound)


def _changes(node: ast.AST, bound: Counter[str]) -> Iterator[ast.AST]:
    """Yield what may stand in the place of a node."""
    match node:
        case ast.BinOp() | ast.AugAssign():
            for operator in ARITHMETIC.get(type(node.op), ()):
                yield _with(node, op=operator())
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield node.operand
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.Compare():
            for i, operation in enumerate(node.ops):
                for other in COMPARISONS[type(operation)]:
                    yield _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])
        case ast.Constant(value=bool(value)):
            yield _with(node, value=not value)
        case ast.Constant(value=int(value) | float(value)):
            yield _with(node, value=value + 1)
            yield _with(node, value=value - 1)
        case ast.Name(id=name, ctx=ast.Load()) if name in SWAPS:
            yield _with(node, id=SWAPS[name])
        case ast.Attribute(attr=name, ctx=ast.Load()) if name in SWAPS:
            yield _with(node, attr=SWAPS[name])
        case ast.Call():
            for keyword in node.keywords:
                if keyword.arg not in KEPT_KEYWORDS:
                    yield _with(node, keywords=[other for other in node.keywords if other is not keyword])
        case ast.If() | ast.While() | ast.IfExp() if not _is_negated_otherwise(node.test):
            yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield _with(node, value=None)
        case ast.Break():
            yield _with(node, to=ast.Continue)
        case ast.Continue():
            yield _with(node, to=ast.Break)
        case _:
            pass
    if _may_be_deleted(node, bound):
        yield _with(node, to=ast.Pass)


def _is_negated_otherwise(test: ast.expr) -> bool:
    return isinstance(test, ast.UnaryOp) or (isinstance(test, ast.Compare) and len(test.ops) == 1)


def _may_be_deleted(node: ast.AST, bound: Counter[str]) -> bool:
    """Return whether the module is still one without this statement: what binds a name first must stay."""
    match node:
        case ast.Expr():
            return not isinstance(node.value, ast.Constant)  # a docstring, or the `...` of an empty body
        case ast.Raise() | ast.AugAssign():
            return True
        case ast.Assign():
            stored = [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            written = [target for target in node.targets if isinstance(target, ast.Subscript | ast.Attribute)]
            return bool(written) or all(bound[name] > 1 for name in stored)
    return False


def _bound(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _with(node: ast.AST, to: type[ast.AST] | None = None, **fields: Any) -> ast.AST:
    """Copy a node with other fields, or make one of another kind in its place."""
    new = to() if to else type(node)(**dict(ast.iter_fields(node)) | fields)
    return ast.fix_missing_locations(ast.copy_location(new, node))

"""The text of a definition without what a snippet can do without: docstrings, annotations, checks, lazy arrays."""

import ast
import re
from collections.abc import Collection, Iterator

WIDTH = 120


def without_checks(text: str, checkers: Collection[str]) -> str:
    """Leave out statements that only refuse wrong arguments: ``if ...: raise``, and calls of what does nothing else.

    `checkers` are functions that are called for nothing but their refusal, where nobody takes their result. Where
    somebody does, ``as_array("x", x)`` is ``np.asarray(x)``, and the like.
    """
    lines = text.splitlines()
    for node in sorted(_checks(ast.parse(text).body, checkers), key=lambda node: -node.lineno):
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        while lines[first - 1].startswith(" " * node.col_offset + "#"):  # what it is for
            first -= 1
        lines[first:last] = []
    text = "\n".join(lines)
    try:
        ast.parse(text)
    except SyntaxError:  # nothing is left of a function
        return text + "\n    pass"
    while (shorter := _in_place(text, checkers)) != text:
        text = shorter
    return text


def without_lazy(text: str) -> str:
    """Leave out what is for Dask arrays, ``if is_lazy(x): ...``, ``is_lazy(x) or``: a snippet computes in memory."""
    lines = text.splitlines()
    for node in sorted(ast.walk(ast.parse(text)), key=lambda node: -getattr(node, "lineno", 0)):
        match node:
            case ast.If(test=ast.Call(func=ast.Name(id="is_lazy")), orelse=[]):
                lines[node.lineno - 1 : node.end_lineno] = []
    return re.sub(r"\bis_lazy\(\w+\) or ", "", "\n".join(lines))


def only_checks(text: str) -> bool:
    """Whether a definition is a function that gives nothing, and changes only names of its own."""
    node = ast.parse(text).body[0]
    if not isinstance(node, ast.FunctionDef):
        return False
    gives = (ast.Return, ast.Yield, ast.YieldFrom, ast.Raise, ast.Global, ast.Nonlocal)
    changes = (ast.Subscript, ast.Attribute)
    parts = list(ast.walk(node))
    return (
        all(isinstance(one, ast.Assign | ast.Pass) for one in node.body)
        and not any(isinstance(one, gives) for one in parts)
        and not any(isinstance(one, changes) and not isinstance(one.ctx, ast.Load) for one in parts)
    )


#: What a function of convbook._arguments comes to on arguments that it does not refuse.
FORMS = {
    "as_array": "np.asarray({1})",
    "integer": "int({1})",
    "number": "float({1})",
    "positive": "float({1})",
    "flag": "bool({1})",
    "is_several": "np.iterable({0})",
    "fits": "np.asarray({1}).astype({2})[()]",
    "per_axis": "tuple(np.broadcast_to({1}, {2}).tolist())",
}


def _in_place(text: str, checkers: Collection[str]) -> str:
    """Write for one call of such a function what it comes to."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in FORMS and name in checkers:
                pass
            case _:
                continue
        if any(keyword.arg == "instead_of_none" for keyword in node.keywords):
            continue
        given = [ast.get_source_segment(text, argument) or "" for argument in node.args]
        lines = [line.encode() for line in text.splitlines()]
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        new = FORMS[name].format(*given).encode()
        lines[first : last + 1] = [lines[first][: node.col_offset] + new + lines[last][node.end_col_offset :]]
        return "\n".join(line.decode() for line in lines)
    return text


def _checks(body: list[ast.stmt], checkers: Collection[str]) -> Iterator[ast.stmt]:
    """Find the largest statements that only check, in a body and below."""
    for node in body:
        if _only_checks(node, checkers):
            yield node
        elif not isinstance(node, ast.Try):
            for field in ("body", "orelse"):
                below = getattr(node, field, [])
                yield from _checks(below if isinstance(below, list) else [], checkers)


def _only_checks(node: ast.stmt, checkers: Collection[str]) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
            return name in checkers
        case ast.If(test=test, body=body, orelse=[]):
            binds = any(isinstance(part, ast.NamedExpr) for part in ast.walk(test))
            refuses = isinstance(body[-1], ast.Raise) and all(isinstance(one, ast.Assign) for one in body[:-1])
            return not binds and (refuses or all(_only_checks(one, checkers) for one in body))
        case ast.For(body=body, orelse=[]):
            return all(_only_checks(one, checkers) for one in body)
    return False


def without_docstrings(text: str) -> str:
    """Leave out docstrings and annotations of a definition; what is left keeps its form and comments."""
    tree = ast.parse(text)
    cuts: list[tuple[int, int, int, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                only = len(node.body) == 1
                cuts.append((*_span(first), "pass" if only else ""))
            if isinstance(node, ast.ClassDef):
                for one in node.body[1:]:  # docstrings of attributes
                    if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
                        cuts.append((*_span(one), ""))
        if isinstance(node, ast.FunctionDef):
            arguments = [
                *node.args.posonlyargs,
                *node.args.args,
                *node.args.kwonlyargs,
                node.args.vararg,
                node.args.kwarg,
            ]
            for argument in arguments:
                if argument is not None and argument.annotation is not None:
                    start = argument.col_offset + len(argument.arg.encode())
                    end = argument.annotation
                    cuts.append((argument.lineno, start, end.end_lineno, end.end_col_offset, ""))
            if node.returns is not None:
                before = _arrow(text, node)
                cuts.append((*before, node.returns.end_lineno, node.returns.end_col_offset, ""))
        if isinstance(node, ast.AnnAssign) and node.value is not None and node.simple and not _in_class(tree, node):
            a, t = node.annotation, node.target
            cuts.append((t.end_lineno, t.end_col_offset, a.end_lineno, a.end_col_offset, ""))
    lines = [line.encode() for line in text.splitlines()]
    emptied = set()
    for first, start, last, end, new in sorted(cuts, reverse=True):
        joined = lines[first - 1][:start] + new.encode() + lines[last - 1][end:]
        lines[first - 1 : last] = [joined, *[b"\0"] * (last - first)]
        if not joined.strip():
            lines[first - 1] = b"\0"
            emptied.add(first)
    text = "\n".join(line.decode() for line in lines if line != b"\0")
    # One blank after a docstring went with it; defaults without annotations have no blanks around the sign.
    text = re.sub(r"(:\n)\n+", r"\1", text)
    text = _tight_defaults(text, ast.parse(text))
    return _one_line_heads(text, ast.parse(text))


def _one_line_heads(text: str, tree: ast.Module) -> str:
    """Write the head of a function in one line where it has room, or in three."""
    lines = text.splitlines()
    for node in sorted((n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)), key=lambda n: -n.lineno):
        first, last = node.lineno - 1, node.body[0].lineno - 1
        while last > first and not lines[last - 1].rstrip().endswith(":"):  # comments before the body
            last -= 1
        head = " ".join(line.strip() for line in lines[first:last])
        head = head.replace("( ", "(").replace(", )", ")").replace(" )", ")")
        indent = " " * node.col_offset
        begin, _, rest = head.partition("(")
        if last - first <= 1 or "#" in head:
            continue
        if len(indent + head) <= WIDTH:
            lines[first:last] = [indent + head]
        elif len(indent + rest) + 2 <= WIDTH:  # its end goes to a line of its own
            lines[first:last] = [f"{indent}{begin}(", f"{indent}    {rest.removesuffix('):')}", f"{indent}):"]
    return "\n".join(lines)


def _tight_defaults(text: str, tree: ast.Module) -> str:
    lines = [line.encode() for line in text.splitlines()]
    spots = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            a = node.args
            positional = [*a.posonlyargs, *a.args]
            pairs = list(zip(positional[len(positional) - len(a.defaults) :], a.defaults, strict=True))
            pairs += [(k, d) for k, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d is not None]
            spots += [(k.lineno, k.end_col_offset, d.col_offset) for k, d in pairs if k.lineno == d.lineno]
    for line, start, end in sorted(spots, reverse=True):
        old = lines[line - 1]
        if b"=" in old[start:end]:
            lines[line - 1] = old[:start] + b"=" + old[end:]
    return "\n".join(line.decode() for line in lines)


def _span(node: ast.AST) -> tuple[int, int, int, int]:
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]


def _arrow(text: str, node: ast.FunctionDef) -> tuple[int, int]:
    """Find where ``->`` stands before the annotation of a result."""
    lines = [line.encode() for line in text.splitlines()]
    assert node.returns is not None
    row, column = node.returns.lineno, node.returns.col_offset
    while True:
        at = lines[row - 1][:column].rfind(b"->")
        if at >= 0:
            return row, len(lines[row - 1][:at].rstrip())
        row, column = row - 1, len(lines[row - 2])


def _in_class(tree: ast.Module, node: ast.AST) -> bool:
    """Annotations make the fields of data classes: they stay."""
    return any(isinstance(c, ast.ClassDef) and node in c.body for c in ast.walk(tree))

"""A cell as a plain script: its last expression is printed as the page shows it, and its figures are shown."""

import ast
import re
import textwrap
import tokenize
from functools import cache
from io import StringIO

from book.execution.names import FUNCTIONS, own
from book.execution.settings import MATPLOTLIBRC
from book.snippets.effects import Analysis
from book.snippets.facts import Facts
from book.snippets.known_calls import SILENT_FUNCTIONS, SILENT_METHODS
from book.snippets.slicer import Page

#: Of the style of the book's kernels, what the layout and the lines of a figure depend on.
STYLE = (
    "figure.figsize",
    "figure.constrained_layout.use",
    "font.size",
    "axes.titlesize",
    "axes.titleweight",
    "axes.titlelocation",
    "axes.spines.top",
    "axes.spines.right",
    "axes.prop_cycle",
    "legend.frameon",
    "image.cmap",
    "image.interpolation",
)
# What repr writes and print does not: an array, NumPy's scalars, quotes. A `Name(field=...)` is the same in both.
_REPR = re.compile(r"""^[ \t]*(?:[A-Za-z_][\w.]*\((?!\w+=)|np\.|['"<]|b['"]|\.\.\.)""")


def as_script(page: Page, number: int, body: str) -> str:
    """Give the text of a cell so that, run as a file, it shows what it shows on the page."""
    cell = page.cells[number]
    body, quiet = without_semicolon(body)
    statements = [s for s in page.statements if s.cell == number]
    # Its guard; none can be where the output is free, and nothing is shown where there is neither.
    expected = cell.metadata.get("expect", "" if "free" in cell.metadata else None)
    if quiet or expected is None or page.raises(number) or not isinstance(statements[-1].node, ast.Expr):
        return body
    last = statements[-1]
    if returns_nothing(page.analysis, last.node.value, last.facts):  # type: ignore[attr-defined]
        return body
    printed = any(page.analysis.prints(s.node, s.facts) for s in statements[:-1])
    lines = str(expected).strip().splitlines() or [""]
    exact = any(_REPR.match(line) for line in (lines if printed else lines[:1]))
    return _wrapped(body, "print(repr(" if exact else "print(", "))" if exact else ")")


def draws(analysis: Analysis, node: ast.AST, facts: Facts, seen: frozenset[ast.AST] = frozenset()) -> bool:
    """Whether a piece of code calls what draws, itself or in the functions of the page that it calls."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and not isinstance(node, FUNCTIONS):
            how, what = analysis.callee(call.func, facts)
            if how == "module" and str(what).startswith(("matplotlib.pyplot.", "convbook.figures.")):
                return True
            for one in set(what) - seen if how == "page" else ():  # type: ignore[call-overload]
                known = Facts(dict(analysis.functions), analysis.modules)
                inner = ast.Module(one.body if isinstance(one.body, list) else [ast.Expr(one.body)], [])
                if draws(analysis, inner, known, seen | {one}):
                    return True
    return False


def returns_nothing(analysis: Analysis, node: ast.expr, facts: Facts) -> bool:
    """Whether an expression surely is None: a call of print, of a function without a result, of a changer."""
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Constant) and node.value is None
    how, what = analysis.callee(node.func, facts)
    if how == "page":
        functions = [one for one in what if isinstance(one, ast.FunctionDef)]  # type: ignore[attr-defined]
        results = (ast.Return, ast.Yield, ast.YieldFrom)
        return bool(functions) and not any(isinstance(n, results) for one in functions for n in own(one))
    if how == "method":
        return node.func.attr in SILENT_METHODS and node.func.attr not in analysis.methods  # type: ignore[attr-defined]
    name = str(what).rpartition(".")[2]
    return how in ("builtin", "module") and (name in SILENT_FUNCTIONS or str(what).startswith("numpy.testing."))


def shows_figure(page: Page, number: int) -> bool:
    """Whether a cell itself draws a figure, and leaves it open."""
    statements = [s for s in page.statements if s.cell == number]
    closes = any(ast.unparse(s.node).startswith("plt.close(") for s in statements)
    return not closes and any(draws(page.analysis, s.node, s.facts) for s in statements)


def without_semicolon(body: str) -> tuple[str, bool]:
    """Take away a semicolon at the end, which keeps a page from showing the last value."""
    tokens = [t for t in tokenize.generate_tokens(StringIO(body).readline) if t.string.strip()]
    tokens = [t for t in tokens if t.type != tokenize.COMMENT]
    if not tokens or tokens[-1].string != ";":
        return body, False
    lines = body.splitlines()
    row, column = tokens[-1].start
    lines[row - 1] = (lines[row - 1][:column].rstrip() + lines[row - 1][column + 1 :]).rstrip()
    return "\n".join(lines), True


def lines_inside_texts(code: str) -> set[int]:
    """Give the lines, from 1, that begin inside a text of several lines."""
    texts = (t for t in tokenize.generate_tokens(StringIO(code).readline) if t.type == tokenize.STRING)
    return {n for text in texts for n in range(text.start[0] + 1, text.end[0] + 1)}


def _wrapped(body: str, before: str, after: str) -> str:
    """Put the last expression into a call; lines that are aligned with its bracket stay so."""
    node = ast.parse(body).body[-1]
    assert isinstance(node, ast.Expr)
    if isinstance(node.value, ast.Tuple) and not _in_brackets(ast.get_source_segment(body, node.value) or ""):
        before, after = before + "(", ")" + after
    lines = [line.encode() for line in body.splitlines()]
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    lines[last] = lines[last][: node.end_col_offset] + after.encode() + lines[last][node.end_col_offset :]
    lines[first] = lines[first][: node.col_offset] + before.encode() + lines[first][node.col_offset :]
    inside = {n - 1 for n in lines_inside_texts(body)}
    following = range(first + 1, last + 1)
    indents = [len(lines[n]) - len(lines[n].lstrip()) for n in following if lines[n].strip() and n not in inside]
    if indents and min(indents) > 4:
        for n in following:
            if n not in inside:
                lines[n] = b" " * len(before) + lines[n]
    return "\n".join(line.decode() for line in lines)


def _in_brackets(text: str) -> bool:
    """Whether one pair of brackets is around all of a text."""
    depth = 0
    tokens = [t for t in tokenize.generate_tokens(StringIO(text).readline) if t.string.strip()]
    for place, token in enumerate(tokens):
        depth += (token.string in "([{") - (token.string in ")]}")
        if depth == 0:
            return place == len(tokens) - 1
    return False


def without_idle_style(code: str) -> str:
    """Take the style away where all of it is in the code: in figures of cells, whose axes fill the figure."""
    calls = set(re.findall(r"(?<!\w)(?:plt\.)?(\w*subplots?|plt\.\w+)\(", code))
    bare = {"plt.figure", "plt.show", "plt.close", "plt.cycler"}
    if calls - bare or 'layout="none"' not in code:
        return code
    before, _, after = code.partition(style())
    return before + after.lstrip("\n")


@cache
def style() -> str:
    """Write the settings of the book's figures as a statement."""
    values = dict(re.findall(r"(?m)^([\w.]+): (.+)$", MATPLOTLIBRC.read_text(encoding="utf-8")))
    cycle = re.sub(r"'([0-9a-f]{6})'", r"'#\1'", values["axes.prop_cycle"]).replace("'", '"')
    colors, dashes = re.findall(r"\[.*?\](?=\))", cycle)
    pairs = [f'"{key}": {_literal(values[key])},' for key in STYLE if key != "axes.prop_cycle"]
    lines = [f'"axes.prop_cycle": plt.cycler(color={colors})', f"    + plt.cycler(linestyle={dashes}),", ""]
    for pair in pairs:
        lines[-1] += f" {pair}" if lines[-1] else pair
        if len(lines[-1]) > 80:
            lines.append("")
    return (
        "plt.rcParams.update({  # the book's way to draw\n"
        + textwrap.indent("\n".join(lines).rstrip(), "    ")
        + "\n})"
    )


def _literal(value: str) -> str:
    if re.fullmatch(r"[\d., ]+", value):
        return f"({value})" if "," in value else value
    return value if value in ("True", "False") else f'"{value}"'

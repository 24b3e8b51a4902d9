"""The front page's promise: a number in the prose of a chapter stands in a cell beside it, or says where it is from.

Small whole numbers count, measure and point (three taps, 5 × 5, column 14), and are free. A number with a decimal
point, or a whole number from 100 on, must

- stand in a code cell of the same page: in its code, in the output that it must show, or glued from it; or
- be a side of an arithmetic equation in a formula, ``$224 / 2 = 112$``, which is computed here; or
- be named in the page's front matter with its reason: ``stated: {152: "the layers of the deepest ResNet, he2016"}``.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(
    path
    for path in DOCS.rglob("*.md")
    if not path.relative_to(DOCS).parts[0].startswith("_") and path.parent.name != "api"
)
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
CELL = re.compile(r"^```\{code-cell\}.*?^```\s*?$", re.MULTILINE | re.DOTALL)
#: What is no prose: other blocks of code, roles (glue among them), addresses, options of directives, places in books.
OTHER = re.compile(
    r"^```(?!\{(?:math|list-table|csv-table)).*?^```\s*?$|\{[\w:-]+\}`[^`]*`|``.*?``|`[^`\n]*`|\]\([^)]*\)|^:[\w-]+:.*$"
    r"|^\([\w-]+\)=$|<[^>\n]*>|\b(?:[Ss]ections?|pages?|[Cc]hapters?|[Vv]ersions?) \d[\d.]*(?:(?:, | and | to )\d[\d.]*)*",
    re.MULTILINE | re.DOTALL,
)
NUMBER = re.compile(r"(?<![\w.{])\d[\d,]*(?:\.\d+)?(?![\w}])")
FORMULA = re.compile(r"\$\$(.*?)\$\$|\$([^$]+)\$", re.DOTALL)
OPERATORS: dict[type, Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


def blank(match: re.Match[str]) -> str:
    """Leave the lines of what is taken out."""
    return "\n" * match[0].count("\n")


def unexplained(text: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers of a page that nothing on it explains, with their lines."""
    front = FRONT.match(text)
    stated = (yaml.safe_load(front[1]) or {}).get("stated", {}) if front else {}
    cells = "\n".join(CELL.findall(text)).replace("_", "").replace(",", "")
    known = {float(number) for number in (*re.findall(r"\d+(?:\.\d+)?", cells), *stated)}
    prose = CELL.sub(blank, FRONT.sub(blank, text))
    prose = FORMULA.sub(lambda match: blank(match) if is_true_arithmetic(match[1] or match[2]) else match[0], prose)
    prose = OTHER.sub(blank, prose)
    for count, line in enumerate(prose.splitlines(), 1):
        for match in NUMBER.finditer(line.replace("{,}", "")):
            number = match[0].rstrip(",").replace(",", "")
            is_year = re.fullmatch(r"(1[6-9]|20)\d\d", number)
            if ("." in number or int(number) >= 100) and not is_year and float(number) not in known:
                yield count, number


def is_true_arithmetic(tex: str) -> bool:
    """Whether a formula is an equation of numbers, and holds to the digits that are written."""
    sides = [side.strip(" .,;:\n&\\") for side in re.split(r"=|\\approx", tex)]
    values = [value(side) for side in sides]
    found = [one for one in values if one is not None]
    if len(found) < 2 or len(found) < len(values) - 1:  # one side may be a name
        return False
    digits = min(len(side.partition(".")[2]) if re.fullmatch(r"-?[\d.{},]+", side) else 12 for side in sides)
    return max(found) - min(found) <= 0.5 * 10.0**-digits + 1e-9 * abs(found[0])


def value(tex: str) -> float | None:
    """Compute an expression of numbers, or return nothing."""
    plain = tex.replace("{,}", "").replace(r"\cdot", "*").replace(r"\times", "*").replace(r"\,", "").replace("^", "**")
    plain = re.sub(r"\\sqrt\{?(\d+)\}?", r"(\1 ** 0.5)", plain)
    plain = re.sub(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1) / (\2))", plain).replace("{", "(").replace("}", ")")
    plain = re.sub(r"(?<=[\d)])\s*(?=\()", "*", plain)
    try:
        return float(_computed(ast.parse(plain.strip(), mode="eval").body))
    except (SyntaxError, ValueError, TypeError, ZeroDivisionError, OverflowError):
        return None


def _computed(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_computed(left), _computed(right))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_computed(operand)
    raise ValueError


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_every_number_in_prose_is_computed_beside_it_or_says_where_it_is_from(path: Path) -> None:
    found = [f"{path}:{line}: {number}" for line, number in unexplained(path.read_text(encoding="utf-8"))]
    assert found == [], "\n".join(found)


def test_a_typed_number_is_found_and_one_that_is_computed_or_stated_is_not() -> None:
    page = """---
stated: {152: "the layers of the deepest ResNet"}
---
Some 0.25 of 152 layers have 1234 weights, see [page](x-300.html), {glue:text}`n-500` and 3 × 3.

```{code-cell} python
---
expect: |
  1234
---
print(1000 + 234)
```

$224 / 2 = 112$, $8 / \\sqrt2 = 5.66$, $P = 111 \\cdot 2 + 7 - 224 = 5$, but $2 \\cdot 3.5 = 8.1$.
"""
    assert list(unexplained(page)) == [(4, "0.25"), (14, "3.5"), (14, "8.1")]

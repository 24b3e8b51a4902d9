"""The mutants of a source are the mistakes that could be made in it, and nothing else."""

import ast
from pathlib import Path

import pytest
from mutants import mutants

LIBRARY = Path(__file__).parents[2] / "convbook"


def changes(source: str) -> list[str]:
    return [mutant.shown() for mutant in mutants(ast.parse(source))]


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("y = a * b", ["a * b → a + b", "a * b → a / b"]),
        ("y = not a", ["not a → a"]),
        ("y = a <= b", ["a <= b → a < b", "a <= b → a > b"]),
        ("y = a and b", ["a and b → a or b"]),
        ("y = f(7)", ["f(7) → f(8)", "f(7) → f(6)"]),
        ("y = True", ["True → False"]),
        ("y = np.minimum(a, b)", ["np.minimum(a, b) → np.maximum(a, b)"]),
        ("y = f(a, stride=b)", ["f(a, stride=b) → f(a)"]),
        ("def f(*, a=1): ...", ["a = 1 → 2", "a = 1 → 0"]),
        ("def f(a): return a", ["return a → return"]),
        ("while a: break", ["while a: → while not a:", "break → continue"]),
        ("if a < b: raise E('a < b')", ["a < b → a <= b", "a < b → a >= b", "raise E('a < b') → pass"]),
        ("def f(x):\n  x = g(x)\n  y = h(x)\n  y[x] = x", ["x = g(x) → pass", "y[x] = x → pass"]),
        ("y = [a for a in b if a == c]", ["a == c → a != c"]),
        ("total -= a", ["total -= a → total += a", "total -= a → pass"]),
    ],
)
def test_each_operator_makes_its_mistakes(source: str, wanted: list[str]) -> None:
    assert changes(source) == wanted


def test_what_no_test_should_depend_on_stays() -> None:
    assert not changes('"""A docstring."""\nName: Literal[1] = "text"\n@f(1)\ndef g(a: Literal[2]) -> Literal[3]: ...')
    assert not changes("@overload\ndef f(a: int = 1) -> int: ...")
    assert not changes("y = zip(a, b, strict=True), a.astype(b, copy=False)")


def test_a_planted_mistake_is_mended_again() -> None:
    tree = ast.parse((LIBRARY / "windows.py").read_text(encoding="utf-8"))
    sound = ast.dump(tree)
    seen = set()
    for mutant in mutants(tree):
        mutant.put(mutant.new)
        compile(tree, "windows.py", "exec")
        seen.add(ast.dump(tree))
        mutant.put(mutant.old)
    assert ast.dump(tree) == sound
    assert sound not in seen
    assert len(seen) == len(mutants(tree))  # each is another mistake

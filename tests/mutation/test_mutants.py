"""The mutants of a source are the mistakes that could be made in it, and nothing else."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from mutants import mutants

LIBRARY = Path(__file__).parents[2] / "convbook"


def program() -> ModuleType:
    """Import `run.py` by its path: other folders of tests have one, too."""
    spec = importlib.util.spec_from_file_location("mutation_run", Path(__file__).with_name("run.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RUN = program()


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


def test_a_planted_mistake_is_fixed_again() -> None:
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


# What is known of them ------------------------------------------------------------------------------------------
def test_every_module_that_computes_can_be_mutated_and_has_a_suite_that_is_there() -> None:
    names = {
        ".".join(path.relative_to(LIBRARY).with_suffix("").parts)
        for path in LIBRARY.rglob("*.py")
        if path.name != "__init__.py" and "figures" not in path.parts
    }
    assert set(RUN.SUITES) == names
    tests = {path.name for path in LIBRARY.parent.joinpath("tests").glob("test_*.py")}
    for module, suite in RUN.SUITES.items():
        assert RUN.source(module).is_file()
        assert set(suite) <= tests
        assert mutants(ast.parse(RUN.source(module).read_text(encoding="utf-8")))


@pytest.mark.parametrize("module", RUN.EQUIVALENT)
def test_every_mutant_that_is_said_to_be_equivalent_is_there(module: str) -> None:
    every = mutants(ast.parse(RUN.source(module).read_text(encoding="utf-8")))
    assert RUN.stale(module, every) == []
    entries = [(entry["function"], entry["change"]) for entry in RUN.EQUIVALENT[module]]
    assert len(set(entries)) == len(entries), "one is there twice"
    assert all(entry["why"] for entry in RUN.EQUIVALENT[module])


def test_an_entry_that_names_no_mutant_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [("f", "a + 1 → a - 1"), ("f", "a + 1 → a * 1"), ("g", "..."), ("f", "...")]
    known = {"m": [{"function": function, "change": change} for function, change in entries]}
    monkeypatch.setattr(RUN, "EQUIVALENT", known)
    every = mutants(ast.parse("def f(a):\n    return a + 1"))
    assert RUN.stale("m", every) == [("f", "a + 1 → a * 1"), ("g", "...")]

"""What the tests of explorers share; `test_<kind>.py` says of each kind what it must compute, and how it is used.

A kind's module has ``setting`` (a random setting), ``agrees`` (asserts that what the code of a setting has computed is
what is shown) and, for the browser, ``USE``.
"""

import functools
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import quickjs

from book.explorers.kinds import KINDS
from book.explorers.values import written
from book.page.modules import joined, sources

SETTINGS = 400  # random settings of each kind
RUN = 60  # of them, those whose code is run
DASH = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Use:
    """How a reader uses a kind on its page in the book, and what is then said."""

    #: A field with a number, what is typed into it, what the sentence then says; and what at the next place.
    label: str
    typed: str
    says: str
    next_says: str
    #: A field of a list or a table, what is pasted into it, and what the sentence then says.
    pasted: tuple[str, str, str] | None = None
    #: A field with a choice, and two words of it.
    choice: tuple[str, str, str] | None = None
    #: A field, as an address names it, that takes numbers alone.
    number: str = ""


def use(kind: str) -> Any:
    """Give the module that tests a kind."""
    return import_module(f"explorers.test_{kind}")


@functools.cache
def context(kind: str) -> Any:
    """Load a kind into QuickJS."""
    made = quickjs.Context()
    made.eval(joined(sources()))
    made.eval(
        f"""const numbers = joined("explorers/numbers.js"), kind = joined("explorers/{kind}.js").default;
        const fields = () => JSON.stringify(kind.fields), pasted = (type, text) => JSON.stringify(numbers[type](text));
        function explored(query) {{
            const state = numbers.read(kind, query), result = kind.compute(state);
            return JSON.stringify({{state, result, query: numbers.write(kind, state), code: kind.code(state, result),
                sentence: kind.sentence(state, result),
                lists: numbers.listed(kind.lists?.(state, result) ?? {{}}), places: kind.places(state)}});
        }}
        function fault(query) {{
            try {{ numbers.read(kind, query); return ""; }} catch (error) {{ return error.message; }}
        }}"""
    )
    for name in ("fields", "pasted"):  # what `const` names is seen by scripts alone
        made.eval(f"globalThis.{name} = {name}")
    return made


def explorer(kind: str) -> Callable[[str], Any]:
    """Give what computes everything about a setting of a kind, written as in an address."""
    explored = context(kind).get("explored")
    return lambda query: json.loads(explored(query))


def address(setting: Mapping[str, Any]) -> str:
    return "&".join(f"{name}={written(value)}" for name, value in setting.items())


def settings(kind: str, count: int = SETTINGS) -> list[dict[str, Any]]:
    rng, setting = random.Random(kind), use(kind).setting
    return [setting(rng) for _ in range(count)]


def values(rng: random.Random, longest: int, least: int = 1) -> list[float]:
    """Draw a list whose sums of products are exact: quarters, of either sign."""
    fine = rng.choice([1, 1, 4])
    return [rng.randint(-20, 20) / fine for _ in range(rng.randint(least, longest))]


def table(rng: random.Random, rows: int, columns: int) -> list[list[float]]:
    """Draw rows of equally many numbers."""
    return [values(rng, columns, columns) for _ in range(rows)]


def floats(value: Any) -> Any:
    """Give lists in lists with every number as a float."""
    return [floats(one) for one in value] if isinstance(value, list) else float(value)


__all__ = [
    "DASH", "KINDS", "RUN", "SETTINGS", "Use", "address", "context", "explorer", "floats", "settings", "table", "use",
    "values",
]  # fmt: skip

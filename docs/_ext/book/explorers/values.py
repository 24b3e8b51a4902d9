"""What an author may write as a value of an explorer, and what a kind says of itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from docutils.parsers.rst import directives


@dataclass(frozen=True)
class Kind:
    """One kind of explorer, as the build sees it."""

    #: What reads each value, in the order in which they stand in an address.
    readers: Mapping[str, Callable[[str], Any]]
    #: What draws the figure from them, and refuses values that do not belong together with a ValueError.
    draw: Callable[..., None]
    #: The first values, as texts, where a page says none.
    first: Mapping[str, str]


def whole(least: int, most: int) -> Callable[[str], int]:
    """Read a whole number in a range."""

    def read(text: str) -> int:
        if not least <= int(text) <= most:
            raise ValueError(f"it must be from {least} to {most}")
        return int(text)

    return read


def real(least: float, most: float) -> Callable[[str], float]:
    """Read a number in a range; a whole one stays whole."""

    def read(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise ValueError(f"it must be from {least} to {most}")
        return int(value) if value.is_integer() else value

    return read


def numbers(text: str) -> list[float]:
    """Read a list of numbers, with commas between them."""
    return [real(-1e6, 1e6)(part) for part in text.split(",")]


def table(text: str) -> list[list[float]]:
    """Read rows of equally many numbers, with semicolons between them."""
    rows = [numbers(row) for row in text.split(";")]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("its rows must have equally many numbers")
    return rows


def one_of(*words: str) -> Callable[[str], str]:
    """Read one of some words, in capital letters or not."""
    exact = {word.lower(): word for word in words}
    return lambda text: exact[directives.choice(text, list(exact))]


def written(value: Any) -> str:
    """Write a value as it stands in an address."""
    if isinstance(value, list):
        return (";" if isinstance(value[0], list) else ",").join(map(written, value))
    return str(value)

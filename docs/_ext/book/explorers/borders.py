"""The border rules that a reader may choose; the page knows the same names."""

from typing import Any

from numpy.typing import ArrayLike, NDArray

import convbook
from book.explorers.values import one_of

#: What reads a rule.
RULE = one_of("constant", "edge", "reflect", "symmetric", "wrap")


def continued(x: ArrayLike, reach: int, rule: str, value: int) -> NDArray[Any]:
    """Continue a signal by a rule on both sides; one of the rules needs a value."""
    held = {"value": value} if rule == "constant" else {}
    return convbook.pad(x, reach, rule, **held)

"""Pictures that a reader may choose; the page knows the same numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import convbook
from book.explorers.values import one_of, table, written

#: Of the book's picture it is what a page has room for: its rows and columns have the numbers that they have there.
PICTURES = {"Hi": convbook.hi_image()[:12, :11], "digit": load_digits().images[3].astype(int)}

#: What reads which one it is, and its numbers; and what they are where a page says nothing.
READERS = {"of": one_of("own", *PICTURES), "picture": table}
FIRST = {"of": "Hi", "picture": written(PICTURES["Hi"].tolist())}


def chosen(of: str, picture: list[list[float]]) -> NDArray[Any]:
    """Give the numbers of a picture, which are those of its name."""
    if of in PICTURES and picture != PICTURES[of].tolist():
        raise ValueError(f"these numbers are not the picture {of!r}")
    return np.array(picture)

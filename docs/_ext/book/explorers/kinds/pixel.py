"""One pixel of a filtered picture: the window on it, the products, and their sum."""

import numpy as np
from sklearn.datasets import load_digits

import convbook
from book.explorers.values import Kind, one_of, table, whole, written
from convbook import figures

#: What a reader may choose; the page knows the same numbers. Of the book's picture it is what a page has room for: its
#: rows and columns have the numbers that they have there.
PICTURES = {"Hi": convbook.hi_image()[:12, :11], "digit": load_digits().images[3].astype(int)}


def draw(kernel: list[list[float]], divisor: int, of: str, picture: list[list[float]], border: str, place: int) -> None:
    if of in PICTURES and picture != PICTURES[of].tolist():
        raise ValueError(f"these numbers are not the picture {of!r}")
    x, k = np.array(picture), np.array(kernel)
    y = convbook.correlate(x, k, mode="same") if border == "zero" else convbook.corr2d(x, k)
    if not 0 <= place < y.size:
        raise ValueError(f"place (={place}) must be one of the {y.size} pixels of the result, from 0 on")
    if border == "zero":
        x = np.pad(x, [(size // 2, size - 1 - size // 2) for size in k.shape])
    figures.nine_products(x, k, divmod(place, y.shape[1]), divisor)


KIND = Kind(
    {
        "kernel": table,
        "divisor": whole(1, 9999),
        "of": one_of("own", *PICTURES),
        "picture": table,
        "border": one_of("valid", "zero"),
        "place": whole(0, 143),
    },
    draw,
    first={
        "divisor": "1",
        "of": "Hi",
        "picture": written(PICTURES["Hi"].tolist()),
        "border": "valid",
        "place": "0",
    },
)

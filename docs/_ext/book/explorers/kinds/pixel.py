"""One pixel of a filtered picture: the window on it, the products, and their sum."""

import numpy as np

import convbook
from book.explorers.values import Kind, one_of, table, whole, written
from convbook import figures


def draw(kernel: list[list[float]], divisor: int, picture: list[list[float]], border: str, place: int) -> None:
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
        "picture": table,
        "border": one_of("valid", "zero"),
        "place": whole(0, 143),
    },
    draw,
    # Of the book's picture what a page has room for; its rows and columns have the numbers that they have there.
    first={"divisor": "1", "picture": written(convbook.hi_image()[:12, :11].tolist()), "border": "valid", "place": "0"},
)

"""One pixel of a filtered picture: the window on it, the products, and their sum."""

import numpy as np

import convbook
from book.explorers.pictures import FIRST, READERS, chosen
from book.explorers.values import Kind, one_of, table, whole
from convbook import figures


def draw(kernel: list[list[float]], divisor: int, of: str, picture: list[list[float]], border: str, place: int) -> None:
    x, k = chosen(of, picture), np.array(kernel)
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
        **READERS,
        "border": one_of("valid", "zero"),
        "place": whole(0, 143),
    },
    draw,
    first={"divisor": "1", **FIRST, "border": "valid", "place": "0"},
)

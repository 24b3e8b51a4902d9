"""The chances of a sum of dice, as a convolution of many factors, and the order in which these are taken."""

import numpy as np

from book.explorers.values import Kind, one_of, whole
from convbook import figures


def draw(count: int, sides: int, order: str, total: int) -> None:
    if not count <= total <= count * sides:
        raise ValueError(f"total (={total}) must be from {count} to {count * sides}")
    chances = np.ones(1)
    for _ in range(count):
        chances = np.convolve(chances, np.ones(sides) / sides)
    title = "one die" if count == 1 else f"{count} dice of {sides} sides"
    figures.convolution_powers({title: (chances, count, 0.7)}, columns=1, unit="sum of the faces")


KIND = Kind(
    {
        "count": whole(1, 10),
        "sides": whole(2, 10),
        "order": one_of("left", "right", "pairs", "once"),
        "total": whole(0, 100),
    },
    draw,
    first={"sides": "6", "order": "left"},
)

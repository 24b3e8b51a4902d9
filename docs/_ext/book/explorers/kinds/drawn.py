"""A window slides over a signal that the reader draws."""

import convbook
from book.explorers.values import Kind, numbers, whole
from convbook import figures


def draw(x: list[float], h: list[float], n: int) -> None:
    if len(h) > len(x):
        raise ValueError(f"h has {len(h)} weights, more than the {len(x)} numbers of x")
    count = len(convbook.correlate(x, h, "valid"))
    if n >= count:
        raise ValueError(f"n (={n}) must be one of the {count} outputs, from 0 on")
    figures.one_window(x, h, n)


KIND = Kind({"x": numbers, "h": numbers, "n": whole(0, 23)}, draw, first={"n": "0"})

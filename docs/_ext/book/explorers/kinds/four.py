"""One convolution as a table, a flipped window, shifted copies and a product of polynomials."""

from book.explorers.values import Kind, numbers, whole
from convbook import figures


def draw(x: list[float], h: list[float], n: int) -> None:
    if not (len(x) <= 3 and len(h) - 1 <= n < len(x)):
        raise ValueError(f"n (={n}) must be from {len(h) - 1} to {len(x) - 1}, for at most three numbers in a list")
    figures.four_pictures(x, h, n)


KIND = Kind({"x": numbers, "h": numbers, "n": whole(0, 99)}, draw, first={"n": "0"})

"""One sum of a convolution or a correlation."""

import convbook
from book.explorers.values import Kind, numbers, one_of, whole
from convbook import figures


def draw(x: list[float], h: list[float], operation: str, mode: str, n: int) -> None:
    count = len(convbook.convolve(x, h, mode))
    if not 0 <= n < count:
        raise ValueError(f"n (={n}) must be one of the {count} outputs, from 0 on")
    start = {"full": 0, "same": (len(h) - 1) // 2, "valid": min(len(x), len(h)) - 1}[mode]
    figures.one_window(x, h[::-1] if operation == "convolution" else h, start + n - len(h) + 1)


KIND = Kind(
    {
        "x": numbers,
        "h": numbers,
        "operation": one_of("convolution", "correlation"),
        "mode": one_of("full", "same", "valid"),
        "n": whole(0, 99),
    },
    draw,
    first={"operation": "convolution", "mode": "full", "n": "0"},
)

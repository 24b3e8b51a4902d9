"""What a shift does to pooling: the maximum, the mean, and the maximum that is blurred before numbers are dropped."""

import numpy as np

from book.explorers.values import Kind, numbers, whole
from convbook import figures


def draw(x: list[float], window: int, stride: int, shift: int, place: int) -> None:
    count = -(-len(x) // stride)
    if not 0 <= place < count:
        raise ValueError(f"place (={place}) must be one of the {count} outputs, from 0 on")
    rows = []
    for name, signal in {"signal": np.array(x), "shifted": np.roll(x, shift)}.items():
        windows = np.array([np.roll(signal, -m) for m in range(window)])
        dense = windows.max(axis=0)
        blurred = (np.roll(dense, 1) + 2 * dense + np.roll(dense, -1)) / 4
        ways = {"maximum": dense, "mean": windows.mean(axis=0), "max, blur, drop": blurred}
        rows += [(name, signal, 1), *((way, values[::stride], stride) for way, values in ways.items())]
    figures.rows_of_numbers(rows)


KIND = Kind(
    {
        "x": numbers,
        "window": whole(1, 6),
        "stride": whole(1, 6),
        "shift": whole(-12, 12),
        "place": whole(0, 23),
    },
    draw,
    first={"window": "2", "stride": "2", "shift": "1", "place": "0"},
)

"""What a learning rate does to the two directions of a loss of two weights."""

import numpy as np

from book.explorers.values import Kind, numbers, real, whole
from convbook import figures


def draw(x: list[float], rows: int, first: float, second: float, steps: int, rate: int) -> None:
    row = np.array(x)
    if len(row) < 2 or not row.any():
        raise ValueError(f"x (={x}) must have two or more numbers, not all 0")
    windows = np.stack([row[:-1], row[1:]], axis=1)
    eigenvalues, directions = np.linalg.eigh(2 * rows * windows.T @ windows)
    error = directions.T @ (np.array([first, second]) - [1, -1])
    count = np.arange(steps + 1)
    parts = eigenvalues * (error * (1 - rate / 1000 * eigenvalues) ** count[:, None]) ** 2 / 2
    lines = {"steep": (count, parts[:, 1]), "flat": (count, parts[:, 0])}
    figures.losses_by_step(lines, {"loss": (count, parts.sum(axis=1))})


KIND = Kind(
    {
        "x": numbers,
        "rows": whole(1, 12),
        "first": real(-100, 100),
        "second": real(-100, 100),
        "steps": whole(1, 40),
        "rate": whole(0, 100),
    },
    draw,
    first={"rows": "1", "first": "0", "second": "0", "steps": "10"},
)

"""Shift and then operate, or operate and then shift."""

import numpy as np

import convbook
from book.explorers.values import Kind, one_of, table, whole
from convbook import figures

BORDERS = {"on a circle": "wrap", "zeros": "constant"}


def moved(x: np.ndarray, places: int, border: str) -> np.ndarray:
    """Move a picture to the right."""
    far = abs(places)
    padded = convbook.pad(x, ((0, 0), (far, far)), BORDERS[border])
    return padded[:, far - places :][:, : x.shape[1]]


def operate(x: np.ndarray, operator: str, border: str) -> np.ndarray:
    if operator in ("left edges", "sum of three"):
        weights = [[-1, 1]] if operator == "left edges" else [[1, 1, 1]]
        return convbook.correlate(x, weights, mode="same", boundary=BORDERS[border])
    if operator == "times its column":
        return x * np.arange(x.shape[1])
    pool = convbook.max_pool if operator == "maximum of pairs" else convbook.avg_pool
    return pool(np.asarray(x, float)[np.newaxis, np.newaxis], (1, 2))[0, 0]


def draw(x: list[list[float]], operator: str, border: str, places: int) -> None:
    if len(x[0]) < 2:
        raise ValueError("x has one column; it must have two or more")
    picture = np.array(x)
    after = moved(picture, places, border)
    figures.commuting_square(picture, after, operate(picture, operator, border), operate(after, operator, border))


KIND = Kind(
    {
        "x": table,
        "operator": one_of("left edges", "sum of three", "maximum of pairs", "mean of pairs", "times its column"),
        "border": one_of("on a circle", "zeros"),
        "places": whole(-12, 12),
    },
    draw,
    first={"operator": "left edges", "border": "on a circle", "places": "1"},
)

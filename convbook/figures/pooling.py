"""Pooling: what windows keep, and what a shift does to it."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.cells import board, grid_of_cells, label, note, row_of_cells
from convbook.figures.style import BLUE_SOFT, GOLD_SOFT, KERNEL, MUTED, PANEL, PURPLE_SOFT, RED_SOFT, TEAL_SOFT, WIDTH

_SHADES = (BLUE_SOFT, GOLD_SOFT, TEAL_SOFT, RED_SOFT, PURPLE_SOFT)


def pooled_tables(x: ArrayLike, size: int, pooled: Mapping[str, ArrayLike]) -> Axes:
    """Draw a picture cut into windows, and beside it what each kind of pooling keeps of them.

    Parameters
    ----------
    x : array_like, shape (H, W)
        The picture.
    size : int
        The side of the windows, and the step between them.
    pooled : mapping from str to array_like
        The name of each kind of pooling and its result; a window and its result share a color.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    picture = np.asarray(x)
    results = {name: np.asarray(result) for name, result in pooled.items()}
    width = picture.shape[1] + sum(result.shape[1] + 1 for result in results.values())
    ax = board(width, picture.shape[0] + 1.2)
    left = (ax.get_xlim()[1] - width) / 2
    across = next(iter(results.values())).shape[1]

    def shade(i: int, j: int) -> str:
        return _SHADES[(i * across + j) % len(_SHADES)]

    note(ax, left + picture.shape[1] / 2, 0.5, "picture")
    places = np.ndindex(*picture.shape)
    grid_of_cells(ax, left, 1.1, picture, {(i, j): shade(i // size, j // size) for i, j in places})
    for i, j in np.ndindex(picture.shape[0] // size, picture.shape[1] // size):  # apart in gray print, too
        corner = (left + j * size, 1.1 + i * size)
        ax.add_patch(Rectangle(corner, size, size, fill=False, edgecolor=MUTED, linewidth=1.3))
    left += picture.shape[1] + 1
    for name, result in results.items():
        top = 1.1 + (picture.shape[0] - result.shape[0]) / 2
        note(ax, left + result.shape[1] / 2, top - 0.6, name)
        grid_of_cells(ax, left, top, result, {(i, j): shade(i, j) for i, j in np.ndindex(*result.shape)})
        left += result.shape[1] + 1
    return ax


def rows_of_numbers(rows: Sequence[tuple[str, ArrayLike, int]]) -> Axes:
    """Draw named rows of numbers below each other; a number may be as wide as several cells.

    Parameters
    ----------
    rows : sequence of (str, array_like, int)
        The name of each row, its numbers, and how many cells of the first row one of its numbers spans.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    ax = board(4.5 + max(np.size(values) * span for _, values, span in rows), 1.25 * len(rows) + 0.2)
    for at, (name, values, span) in enumerate(rows):
        label(ax, 4.1, 0.6 + 1.25 * at, name, ha="right", color=MUTED, fontsize=10.5)
        for place, value in enumerate(np.asarray(values)):
            fill = PANEL if span == 1 else TEAL_SOFT if value else "none"
            row_of_cells(ax, 4.5 + place * span + (span - 1) / 2, 0.1 + 1.25 * at, [value], fill=fill)
    return ax


def bars(values: Mapping[str, float], *, xlabel: str) -> Axes:
    """Draw one horizontal bar for each named number, the first on top.

    Parameters
    ----------
    values : mapping from str to float
        The numbers.
    xlabel : str
        What they measure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 0.36 * len(values) + 0.6))
    drawn = ax.barh(list(values), list(values.values()), height=0.62, color=KERNEL)
    ax.bar_label(drawn, fmt="%.2f", padding=4)
    ax.invert_yaxis()
    ax.margins(x=0.12)
    ax.set_xlabel(xlabel)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax

"""Numbers in cells: the drawing that tables, windows and copies are made of."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from convbook.figures.style import GRID, INK, MUTED, PANEL, WIDTH

#: The widest figure in cells whose numbers can still be read on a phone.
COLUMNS = 13


def board(columns: float, rows: float, *, width: float = WIDTH) -> Axes:
    """Open a figure in which one unit is one cell, row 0 on top, with no axes drawn."""
    columns = max(columns, COLUMNS)
    fig = plt.figure(figsize=(width, width * rows / columns), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, columns), ylim=(rows, 0))
    ax.set_axis_off()
    return ax


def cell(ax: Axes, column: float, row: float, value: object, *, fill: str = PANEL, **text: Any) -> None:
    """Draw one cell with one number in it."""
    ax.add_patch(Rectangle((column + 0.04, row + 0.04), 0.92, 0.92, facecolor=fill, edgecolor=GRID, linewidth=0.6))
    label(ax, column + 0.5, row + 0.5, value, **text)


def label(ax: Axes, column: float, row: float, value: object, **text: Any) -> None:
    """Write a number or a word, centered at a point."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "fontsize": 11}
    ax.text(column, row, number(value), **style | text)


def row_of_cells(ax: Axes, column: float, row: float, values: Sequence[Any] | NDArray[Any], **style: Any) -> None:
    """Draw the values side by side."""
    for offset, value in enumerate(values):
        cell(ax, column + offset, row, value, **style)


def grid_of_cells(
    ax: Axes,
    column: float,
    row: float,
    values: NDArray[Any],
    fills: Mapping[tuple[int, ...], str] | None = None,
) -> None:
    """Draw a two-dimensional array; `fills` gives single cells a color of their own."""
    fills = fills or {}
    for (i, j), value in np.ndenumerate(values):
        cell(ax, column + j, row + i, value, fill=fills.get((i, j), PANEL))


def note(ax: Axes, column: float, row: float, words: str, **text: Any) -> None:
    """Write a remark beside the cells."""
    label(ax, column, row, words, **{"color": MUTED, "fontsize": 10.5, **text})


def number(value: object) -> str:
    """Write a value as a reader would: whole numbers whole, a true minus sign."""
    return value if isinstance(value, str) else f"{value:g}".replace("-", "\N{MINUS SIGN}")

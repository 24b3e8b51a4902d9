"""Running sums: a window of a picture, and the four numbers of the table of sums that give its total."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.cells import board, grid_of_cells, label, note
from convbook.figures.style import BLUE_SOFT, INK, OUTPUT, RED_SOFT, SIGNAL, TEAL_SOFT


def window_in_sums(picture: ArrayLike, sums: ArrayLike, corner: tuple[int, int], shape: tuple[int, int]) -> Axes:
    """Draw a picture with one window, and beside it its table of sums with the four corners of that window.

    Parameters
    ----------
    picture, sums : array_like, shape (H, W) and (H + 1, W + 1)
        The picture and its integral image, whose row 0 and column 0 are zeros.
    corner, shape : (int, int)
        Row and column of the window's first pixel, and how many rows and columns it has.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    pixels, table = np.asarray(picture), np.asarray(sums)
    (height, width), (top, left), (rows, columns) = pixels.shape, corner, shape
    ax = board(2 * width + 2.4, height + 3.4)
    at = (ax.get_xlim()[1] - 2 * width - 2.4) / 2
    inside: dict[tuple[int, ...], str] = {
        (i, j): BLUE_SOFT for i in range(top, top + rows) for j in range(left, left + columns)
    }
    grid_of_cells(ax, at, 1.6, pixels, inside)
    ax.add_patch(Rectangle((at + left, 1.6 + top), columns, rows, fill=False, edgecolor=SIGNAL, linewidth=2))
    taken = {(top, left): 1, (top, left + columns): -1, (top + rows, left): -1, (top + rows, left + columns): 1}
    beside = at + width + 1.4
    fills: dict[tuple[int, ...], str] = {place: TEAL_SOFT if sign > 0 else RED_SOFT for place, sign in taken.items()}
    grid_of_cells(ax, beside, 1.1, table, fills)
    for (i, j), sign in taken.items():
        dashes = "-" if sign > 0 else (0, (2, 1.2))
        place = (beside + j, 1.1 + i)
        ax.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=INK, linewidth=1.8, linestyle=dashes))
    note(ax, at + width / 2, 0.55, "picture")
    note(ax, beside + (width + 1) / 2, 0.55, "table of sums")
    plus = [str(table[place]) for place, sign in taken.items() if sign > 0]
    minus = [str(table[place]) for place, sign in taken.items() if sign < 0]
    total = pixels[top : top + rows, left : left + columns].sum()
    words = f"{plus[1]} \N{MINUS SIGN} {minus[0]} \N{MINUS SIGN} {minus[1]} + {plus[0]} = {total}"
    label(ax, ax.get_xlim()[1] / 2, height + 2.8, words, color=OUTPUT, fontweight="bold")
    return ax

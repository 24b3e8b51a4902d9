"""What a small network was shown, what it learned, and where it fails."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.cells import board, cell, note
from convbook.figures.style import DIVERGING, IMAGE, MUTED, ON_DARK, ON_LIGHT, RED, WIDTH


def picture_grid(
    pictures: ArrayLike,
    titles: Sequence[str] | None = None,
    *,
    columns: int,
    marks: Sequence[tuple[int, int]] | None = None,
) -> list[Axes]:
    """Draw small pictures in rows: gray, or if one of them has a sign, red above zero and blue below.

    Parameters
    ----------
    pictures : array_like, shape (N, H, W)
        The pictures, on one scale if they have a sign, each from 0 to its own largest value if not.
    titles : sequence of str, optional
        One title a picture.
    columns : int
        How many stand side by side.
    marks : sequence of (int, int), optional
        A place in each picture, by row and column, that gets a ring.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a picture.
    """
    images = np.asarray(pictures, float)
    most, signed = float(np.abs(images).max()), bool(images.min() < 0)
    rows = -(-len(images) // columns)
    height = rows * (WIDTH / columns * images.shape[1] / images.shape[2] + (0.3 if titles else 0.05))
    _, axes = plt.subplots(rows, columns, figsize=(WIDTH, height), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for place, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        limits = (-1.3 * most, 1.3 * most) if signed else (0, image.max() or 1)
        ax.imshow(image, cmap=DIVERGING if signed else IMAGE, vmin=limits[0], vmax=limits[1])
        ax.set(xticks=[], yticks=[])
        ax.set_axis_on()
        for spine in ax.spines.values():
            spine.set(visible=True, edgecolor=MUTED)
        if titles:
            ax.set_title(titles[place], fontsize=10.5)
        if marks:
            row, column = marks[place]
            ax.plot(column, row, "o", markersize=9, mfc="none", mec=RED, mew=1.6)
    return list(axes.flat[: len(images)])


def percent_map(shares: ArrayLike, *, xlabel: str, ylabel: str) -> Axes:
    """Draw a table of shares, as percentages: the larger, the lighter the cell.

    Parameters
    ----------
    shares : array_like, shape (H, W)
        Numbers from 0 to 1.
    xlabel, ylabel : str
        What the columns and the rows are, which are numbered from 0.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    values = np.asarray(shares, float)
    rows, columns = values.shape
    ax = board(columns + 1, rows + 1.8)
    shades, left = plt.get_cmap(IMAGE), (ax.get_xlim()[1] - columns) / 2
    note(ax, left + columns / 2, 0.4, xlabel)
    note(ax, left - 1.2, rows / 2 + 1.8, ylabel, rotation=90)
    for j in range(columns):
        note(ax, left + j + 0.5, 1.35, str(j))
    for i in range(rows):
        note(ax, left - 0.4, i + 2.3, str(i))
    for (i, j), value in np.ndenumerate(values):
        text = ON_LIGHT if value > 0.5 else ON_DARK
        cell(ax, left + j, i + 1.8, f"{100 * value:.0f}", fill=shades(0.15 + 0.85 * value), color=text)
    return ax

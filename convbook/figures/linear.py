"""Linear operators: a matrix at work on a signal, and a kernel that was measured."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.cells import board, cell, grid_of_cells, label, note
from convbook.figures.style import BLUE_SOFT, INK, KERNEL, MUTED, OUTPUT, RED_SOFT, SIGNAL, TEAL_SOFT, WIDTH


def matrix_times_signal(matrix: ArrayLike, x: ArrayLike, *, column: int | None = None, row: int) -> Axes:
    """Draw a matrix, a signal and their product as cells, and frame a row of the matrix and, if asked, a column.

    Parameters
    ----------
    matrix : array_like, shape (M, N)
        The matrix. What is not 0 gets a color.
    x : array_like, shape (N,)
        The signal.
    column : int, optional
        Which column gets a frame, and with it the input that belongs to it.
    row : int
        Which row gets a frame, and with it the output that belongs to it.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    table, signal = np.asarray(matrix), np.asarray(x)
    rows, columns = table.shape
    ax = board(columns + 5.6, rows + 1.3)
    left = (ax.get_xlim()[1] - columns - 4.2) / 2
    right, top = left + columns + 1.6, 1.1 + (rows - columns) / 2
    grid_of_cells(ax, left, 1.1, table, dict.fromkeys(zip(*np.nonzero(table), strict=True), RED_SOFT))
    for n, value in enumerate(signal):
        cell(ax, right, top + n, value, fill=BLUE_SOFT)
    for n, value in enumerate(table @ signal):
        cell(ax, right + 2.6, 1.1 + n, value, fill=TEAL_SOFT)
    for at, sign in ((right - 0.8, "·"), (right + 1.8, "=")):
        label(ax, at, 1.1 + rows / 2, sign, fontsize=14)
    for at, words in ((left + columns / 2, "matrix"), (right + 0.5, "signal"), (right + 3.1, "result")):
        note(ax, at, 0.55, words)
    frames: list[tuple[tuple[float, float], int, int, str, Any]] = [
        ((left, 1.1 + row), columns, 1, INK, (0, (3, 1.5))),
        ((right + 2.6, 1.1 + row), 1, 1, INK, (0, (3, 1.5))),
    ]
    if column is not None:
        frames += [((left + column, 1.1), 1, rows, SIGNAL, "-"), ((right, top + column), 1, 1, SIGNAL, "-")]
    for corner, width, height, color, line in frames:
        ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=color, linestyle=line, linewidth=2))
    return ax


def kernel_estimates(truth: ArrayLike, estimates: Mapping[str, ArrayLike], *, xlabel: str) -> list[Axes]:
    """Draw a kernel as bars and, on them, the dots of what measurements found; one panel for each measurement.

    Parameters
    ----------
    truth : array_like, shape (K,)
        The kernel.
    estimates : mapping from str to array_like, each of shape (K,)
        What was found, by the title of its panel.
    xlabel : str
        What the places are.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a measurement.
    """
    weights = np.asarray(truth)
    places = np.arange(len(weights))
    size = (WIDTH, 1.55 * len(estimates) + 0.5)
    _, axes = plt.subplots(len(estimates), 1, figsize=size, sharex=True, sharey=True, squeeze=False)
    for ax, (title, found) in zip(axes[:, 0], estimates.items(), strict=True):
        ax.bar(places, weights, width=0.7, color=RED_SOFT, edgecolor=KERNEL)
        ax.plot(places, np.asarray(found), "o", color=OUTPUT, markersize=6)
        ax.axhline(0, color=MUTED, linewidth=0.8, linestyle="-")
        ax.set_title(title, loc="left")
        ax.set_xticks(places)
    axes[-1, 0].set_xlabel(xlabel)
    return list(axes[:, 0])

"""One output of a layer with several channels, with all of its numbers."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.cells import board, grid_of_cells, label, note
from convbook.figures.style import BLUE_SOFT, OUTPUT, RED_SOFT, TEAL_SOFT


def one_output(windows: ArrayLike, kernel: ArrayLike, bias: float, outputs: ArrayLike, place: tuple[int, int]) -> Axes:
    """Draw how one output comes about: each channel's window times its plane of the kernel, summed, and the bias.

    Parameters
    ----------
    windows, kernel : array_like, shape (C, K_h, K_w)
        What the output looks at, and the kernel of its output channel.
    bias : float
        The constant of the output channel.
    outputs : array_like, shape (H, W)
        The whole output channel.
    place : (int, int)
        Where in it the drawn output stands.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    seen, weights, result = np.asarray(windows), np.asarray(kernel), np.asarray(outputs)
    channels, height, width = seen.shape
    left = 0.5
    columns = 2 * width + 4 + result.shape[1] + 1
    ax = board(columns, channels * (height + 0.8) + 1.9)
    note(ax, left + width / 2, 0.4, "window")
    note(ax, left + 1 + 1.5 * width, 0.4, "kernel")
    note(ax, left + 2 * width + 2.2, 0.4, "sum")
    total = left + 2 * width + 2.2
    row = 0.9
    for c in range(channels):
        middle = row + height / 2
        grid_of_cells(ax, left, row, seen[c], dict.fromkeys(np.ndindex(height, width), BLUE_SOFT))
        label(ax, left + width + 0.5, middle, "⋆", fontsize=16)
        grid_of_cells(ax, left + width + 1, row, weights[c], dict.fromkeys(np.ndindex(height, width), RED_SOFT))
        label(ax, total - 0.8, middle, "=")
        label(ax, total + 0.3, middle, np.sum(seen[c] * weights[c]))
        row += height + 0.8
        label(ax, total + 0.3, row - 0.4 if c < channels - 1 else row - 0.4 - height / 4, "+")
    note(ax, left + 1 + 1.5 * width, row, "bias", ha="center")
    label(ax, total + 0.3, row, bias)
    ax.plot([total - 0.4, total + 1], [row + 0.35] * 2, color=OUTPUT, linewidth=1)
    label(ax, total + 0.3, row + 0.75, result[place], color=OUTPUT, fontweight="bold")
    right, top = total + 1.6, 0.9 + (channels * (height + 0.8) - 0.8 - result.shape[0]) / 2
    note(ax, right + result.shape[1] / 2, top - 0.5, "output")
    grid_of_cells(ax, right, top, result, {place: TEAL_SOFT})
    return ax

"""The algebra of convolution: groupings, and powers that approach a bell curve."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from convbook.figures.cells import board, note, row_of_cells
from convbook.figures.style import BLUE_SOFT, GOLD_SOFT, KERNEL, OUTPUT, PURPLE_SOFT, RED_SOFT, TEAL_SOFT, WIDTH


def two_groupings(x: ArrayLike, h: ArrayLike, g: ArrayLike) -> Axes:
    """Draw the convolution of three lists twice: the first two first, and the last two first.

    Parameters
    ----------
    x, h, g : array_like, shape (N,), (K,) and (M,)
        Three short lists.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    lists = [np.asarray(values) for values in (x, h, g)]
    xh, hg = np.convolve(lists[0], lists[1]), np.convolve(lists[1], lists[2])
    ax, left = board(14, 7.4), 0.4
    wide = [len(values) for values in lists]
    starts = [left, left + wide[0] + 1.3, left + wide[0] + wide[1] + 2.6]

    def row(top: float, cells: Sequence[tuple[float, NDArray[Any], str]]) -> None:
        for column, values, fill in cells:
            row_of_cells(ax, column, top, values, fill=fill)
        for (column, values, _), (following, _, _) in pairwise(cells):
            note(ax, (column + len(values) + following) / 2, top + 0.5, "∗", fontsize=13)

    row(0.1, list(zip(starts, lists, (BLUE_SOFT, RED_SOFT, PURPLE_SOFT), strict=True)))
    note(ax, left, 1.75, "the first two first:", ha="left")
    row(2.15, [(left, xh, GOLD_SOFT), (left + len(xh) + 1.3, lists[2], PURPLE_SOFT)])
    note(ax, left, 3.8, "the last two first:", ha="left")
    row(4.2, [(left, lists[0], BLUE_SOFT), (left + wide[0] + 1.3, hg, GOLD_SOFT)])
    note(ax, left, 5.85, "either way:", ha="left")
    row(6.25, [(left, np.convolve(xh, lists[2]), TEAL_SOFT)])
    return ax


def convolution_powers(panels: Mapping[str, tuple[ArrayLike, int, float]], *, columns: int, unit: str) -> list[Axes]:
    """Draw lists of chances as bars, each with the bell curve that has its mean and its variance.

    Parameters
    ----------
    panels : mapping from str to (array_like, int, float)
        The chances, the number that the first of them belongs to, and how wide a bar is, by the panel's title.
    columns : int
        How many stand side by side.
    unit : str
        What the numbers are.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a panel.
    """
    rows = -(-len(panels) // columns)
    _, axes = plt.subplots(rows, columns, figsize=(WIDTH, 1.6 * rows), squeeze=False)
    for ax, (title, (chances, first, width)) in zip(axes.flat, panels.items(), strict=True):
        heights = np.asarray(chances)
        places = first + np.arange(len(heights))
        mean = places @ heights
        variance = (places - mean) ** 2 @ heights
        reach = max(3.2 * np.sqrt(variance), 1.5)
        ax.bar(places, heights, width=width, color=OUTPUT)
        at = np.linspace(mean - reach, mean + reach, 121)
        curve = np.exp(-((at - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
        ax.plot(at, curve, color=KERNEL, linestyle="-", linewidth=1.6)
        ax.set(xlim=(mean - reach, mean + reach), yticks=[], title=title)
        ax.xaxis.get_major_locator().set_params(integer=True, nbins=5)
        ax.spines["left"].set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel(unit)
    return list(axes.flat)

"""How slopes run back through a layer: its graph, the table of its products, what a border hands back, and errors."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.cells import board, cell, label, note
from convbook.figures.style import (
    BLUE_SOFT,
    GOLD,
    GOLD_SOFT,
    INK,
    KERNEL,
    MUTED,
    OUTPUT,
    PANEL,
    PURPLE,
    PURPLE_SOFT,
    RED,
    RED_SOFT,
    SIGNAL,
    TEAL_SOFT,
    WIDTH,
)

_LINES = ((RED, "-"), (PURPLE, (0, (5, 1.6))), (GOLD, (0, (1.2, 1.2))))


def layer_graph(
    x: ArrayLike,
    weight: ArrayLike,
    slopes: ArrayLike,
    *,
    stride: int = 1,
    place: int | None = None,
    tap: int | None = None,
) -> Axes:
    """Draw a layer of one axis as a graph, with the slope of the loss beside each number.

    Parameters
    ----------
    x, weight : array_like, one-dimensional
        The inputs and up to three weights; each line is a product of the two.
    slopes : array_like, one-dimensional
        The slopes of the loss by the outputs.
    stride : int
        How far one window starts after the other.
    place, tap : int, optional
        The input, or the weight, whose lines alone are strong.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    inputs, weights, given = np.asarray(x), np.asarray(weight), np.asarray(slopes)
    if len(weights) > len(_LINES):
        raise ValueError(f"`weight` (of length {len(weights)}) must have at most {len(_LINES)} elements.")
    dense, half = np.correlate(inputs, weights, "valid"), (len(weights) - 1) / 2
    outputs, spread = dense[::stride], np.zeros(len(dense), given.dtype)
    spread[::stride] = given  # what a stride leaves out has no slope
    of_inputs, of_weights = np.convolve(spread, weights), np.correlate(inputs, spread, "valid")
    right = max(9.4, 1.4 + 1.6 * len(inputs))  # where the list of weights begins
    ax = board(right + 3.7, 6.6)
    where = 1.6 + 1.6 * np.arange(len(inputs))
    under = 1.6 + 1.6 * (half + stride * np.arange(len(outputs)))
    for n, m in np.ndindex(len(outputs), len(weights)):
        color, dashes = _LINES[m]
        met = stride * n + m
        ends = [where[met] + 0.5, under[n] + 0.5], [2.1, 4.5]
        strong = place in (None, met) and tap in (None, m)
        ax.plot(*ends, color=color, linestyle=dashes, linewidth=2, zorder=0, alpha=1 if strong else 0.25)
    for words, row in (("slope", 0.6), ("x", 1.6), ("y", 5), ("slope", 6)):
        note(ax, 1.3, row, words, ha="right")
    for at, value, slope in zip(where, inputs, of_inputs, strict=True):
        cell(ax, at, 1.1, value, fill=BLUE_SOFT)
        label(ax, at + 0.5, 0.6, slope, color=SIGNAL, fontweight="bold")
    for at, value, slope in zip(under, outputs, given, strict=True):
        cell(ax, at, 4.5, value, fill=TEAL_SOFT)
        label(ax, at + 0.5, 6, slope, color=OUTPUT, fontweight="bold")
    note(ax, right + 1.35, 1.7, "w")
    note(ax, right + 2.9, 1.7, "slope")
    for m, (value, slope) in enumerate(zip(weights, of_weights, strict=True)):
        color, dashes = _LINES[m]
        ax.plot([right, right + 0.7], [2.6 + 0.8 * m] * 2, color=color, linestyle=dashes, linewidth=2)
        label(ax, right + 1.35, 2.6 + 0.8 * m, value)
        label(ax, right + 2.9, 2.6 + 0.8 * m, slope, color=KERNEL, fontweight="bold")
    return ax


def meeting_table(outputs: int, taps: int, *, stride: int = 1, dilation: int = 1, place: int | None = None) -> Axes:
    """Draw which input each output and tap of a layer meet at: the places in the table of its products.

    Parameters
    ----------
    outputs, taps : int
        The rows and the columns.
    stride, dilation : int
        The step from row to row, and from column to column.
    place : int, optional
        The input whose entries are marked.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    ax = board(13, outputs + 3.2)
    left = 4.4
    note(ax, left + taps / 2, 0.5, "tap m")
    note(ax, left - 1.1, 1.5, "output n", ha="right")
    for m in range(taps):
        label(ax, left + m + 0.5, 1.5, m, color=KERNEL, fontweight="bold")
    for n in range(outputs):
        label(ax, left - 0.6, n + 2.5, n, color=OUTPUT, fontweight="bold")
        for m in range(taps):
            met = stride * n + dilation * m
            cell(ax, left + m, n + 2, met, fill=GOLD_SOFT if met == place else PANEL)
    right, end = left + taps, outputs + 2
    arrow: dict[str, Any] = {"arrowstyle": "->", "linewidth": 1.5}
    ax.annotate("", (right + 0.9, 2.5), (right + 0.1, 2.5), arrowprops=arrow | {"color": OUTPUT})
    label(ax, right + 1.1, 2.5, "output y[0]", ha="left", color=OUTPUT)
    note(ax, right + 1.1, 3.3, f"in steps of d = {dilation}", ha="left")
    ax.annotate("", (left + 0.5, end + 0.75), (left + 0.5, end + 0.05), arrowprops=arrow | {"color": KERNEL})
    label(ax, left + 0.2, end + 0.8, "slope of w[0]", ha="right", color=KERNEL)
    note(ax, left + 0.9, end + 0.8, f"in steps of s = {stride}", ha="left")
    return ax


def folded_back(slopes: ArrayLike, before: int, panels: Mapping[str, tuple[Sequence[int], ArrayLike]]) -> Axes:
    """Draw how the slopes of a padded line go back to the cells that were copied into it.

    Parameters
    ----------
    slopes : array_like, shape (M,)
        The slopes by the padded line.
    before : int
        How many cells were added before the line.
    panels : mapping from str to (sources, totals)
        For each rule: the cell that each padded cell repeats, or -1 if none, and the slopes by the cells.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    shades, names = (BLUE_SOFT, RED_SOFT, TEAL_SOFT, GOLD_SOFT, PURPLE_SOFT), "abcde"
    given = np.asarray(slopes)
    ax = board(13, 3.9 * len(panels) - 0.2)
    left = 4.5
    for row, (words, (sources, totals)) in zip(3.9 * np.arange(len(panels)), panels.items(), strict=True):
        note(ax, left - 0.4, row + 0.4, words, ha="right", color=INK, fontsize=11)
        note(ax, left - 0.4, row + 1.3, "slopes", ha="right")
        for at, (value, source) in enumerate(zip(given, sources, strict=True)):
            inside = source >= 0
            label(ax, left + at + 0.5, row + 0.4, names[source] if inside else 0, color=INK if inside else MUTED)
            cell(ax, left + at, row + 0.8, value, fill=shades[source] if inside else "none")
        note(ax, left - 0.4, row + 2.8, "handed back", ha="right")
        for source, value in enumerate(np.asarray(totals)):
            cell(ax, left + before + source, row + 2.3, value, fill=shades[source])
    return ax


def errors_by_step(curves: Mapping[str, tuple[ArrayLike, ArrayLike]], *, ylabel: str = "relative error") -> Axes:
    """Draw the errors of difference quotients against their steps, on two logarithmic scales.

    Parameters
    ----------
    curves : mapping from a name to (steps, errors)
        One line each.
    ylabel : str
        What the errors are.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    for marker, (name, (steps, errors)) in zip("osD^", curves.items(), strict=False):
        ax.plot(np.asarray(steps), np.asarray(errors), marker=marker, markersize=3.5, linewidth=1.4, label=name)
    ax.set(xscale="log", yscale="log", xlabel="step ε", ylabel=ylabel)
    ax.grid(axis="y")
    ax.tick_params(which="minor", length=0)
    fig.legend(loc="outside upper left", ncols=2)
    return ax

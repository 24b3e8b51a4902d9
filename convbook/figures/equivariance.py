"""Shifts before and after an operator: the commuting square, tables of errors, and where and when they occur."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.cells import board, label, note
from convbook.figures.style import BLUE, GOLD_SOFT, GRID, IMAGE, INK, MUTED, RED, SEQUENTIAL, TEAL, TEAL_SOFT, WIDTH

#: Errors below it are rounding errors, and count as 0.
_EXACT: Final = 1e-12


def commuting_square(
    picture: ArrayLike,
    moved: ArrayLike,
    answer: ArrayLike,
    moved_answer: ArrayLike,
    *,
    names: tuple[str, str] = ("S", "T"),
) -> list[Axes]:
    """Draw a picture, the moved picture, and the answers to both, with arrows for the two ways around.

    Parameters
    ----------
    picture, moved, answer, moved_answer : array_like, shape (H, W)
        The corners of the square: upper left, lower left, upper right, lower right.
    names : (str, str)
        The names of the move (downward) and of the operator (to the right).

    Returns
    -------
    list of matplotlib.axes.Axes
        One for each picture, row by row.
    """
    tall = np.shape(picture)[0] / np.shape(picture)[1]
    side = 0.40
    fig = plt.figure(figsize=(WIDTH, WIDTH * (2 * side * tall + 0.2)), layout="none")
    height = side * tall / (2 * side * tall + 0.2)
    drawn: list[Axes] = []
    for row, pair in enumerate(((picture, answer), (moved, moved_answer))):
        for column, shown in enumerate(pair):
            ax = fig.add_axes((column * (1 - side), (1 - row) * (1 - height), side, height))
            ax.imshow(np.asarray(shown), cmap=IMAGE)
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set(visible=True, edgecolor=MUTED)
            drawn.append(ax)
    drawn_as = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.4}
    arrow = partial(drawn[0].annotate, "", xycoords="figure fraction", annotation_clip=False, arrowprops=drawn_as)
    for y in (1 - height / 2, height / 2):
        arrow(xy=(1 - side - 0.02, y), xytext=(side + 0.02, y))
        fig.text(0.5, y + 0.02, names[1], ha="center", va="bottom", fontsize=12, fontweight="bold", color=RED)
    for x in (side / 2, 1 - side / 2):
        arrow(xy=(x, height + 0.015), xytext=(x, 1 - height - 0.015))
        fig.text(x + 0.02, 0.5, names[0], ha="left", va="center", fontsize=12, fontweight="bold", color=BLUE)
    return drawn


def error_table(errors: Mapping[str, Sequence[float]], columns: Sequence[str]) -> Axes:
    """Draw measured errors as a table; rounding errors count as 0 and have a shade of their own.

    Parameters
    ----------
    errors : mapping from a name to one error for each column
        The rows.
    columns : sequence of str
        What was measured.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    names, width = 6.2, 2.25
    ax = board(names + width * len(columns), 0.78 * (len(errors) + 1))
    for k, column in enumerate(columns):
        note(ax, names + (k + 0.5) * width, 0.4, column, color=INK, fontweight="bold")
    for row, (name, values) in enumerate(errors.items(), 1):
        label(ax, 0.05, 0.78 * row + 0.39, name, ha="left")
        for k, value in enumerate(values):
            left, holds = names + k * width, value < _EXACT
            fill = TEAL_SOFT if holds else GOLD_SOFT
            patch = Rectangle((left + 0.04, 0.78 * row + 0.04), width - 0.08, 0.7, facecolor=fill, edgecolor=GRID)
            ax.add_patch(patch)
            text = "0" if holds else f"{value:.2f}"
            label(ax, left + width / 2, 0.78 * row + 0.4, text, fontweight="bold" if holds else "normal")
    return ax


def failing_places(errors: ArrayLike, columns: Sequence[int]) -> Axes:
    """Draw where two orders of doing things differ, and name the columns in which they do.

    Parameters
    ----------
    errors : array_like, shape (H, W)
        The absolute difference at each place.
    columns : sequence of int
        The columns that are named on the axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, WIDTH * 0.76))
    shown = ax.imshow(np.ma.masked_less(np.asarray(errors), _EXACT), cmap=SEQUENTIAL, vmin=0)
    ax.set(xticks=list(columns), yticks=[0, np.shape(errors)[0] - 1], xlabel="column", ylabel="row")
    for place, text in zip(columns, ax.get_xticklabels(), strict=True):  # neighbors make room for each other
        text.set_horizontalalignment("right" if place + 1 in columns else "left" if place - 1 in columns else "center")
    ax.spines[:].set(visible=True, edgecolor=MUTED)
    bar = plt.colorbar(shown, ax=ax, shrink=0.8)
    bar.set_label("difference")
    bar.outline.set_visible(False)
    return ax


def errors_by_shift(shifts: ArrayLike, errors: Mapping[str, ArrayLike]) -> list[Axes]:
    """Draw the errors of some operators against the shift: a bar each, and a dot where the error is 0.

    Parameters
    ----------
    shifts : array_like, shape (M,)
        The shifts.
    errors : mapping from an operator's name to M errors
        One row of bars for each.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for each operator.
    """
    places = np.asarray(shifts)
    _, axes = plt.subplots(
        len(errors), 1, sharex=True, sharey=True, figsize=(WIDTH, 1.15 * len(errors) + 0.3), squeeze=False
    )
    for ax, (name, values) in zip(axes[:, 0], errors.items(), strict=True):
        heights = np.asarray(values)
        exact = heights < _EXACT
        ax.bar(places[~exact], heights[~exact], width=0.5, color=RED)
        ax.plot(places[exact], np.zeros(exact.sum()), "o", color=TEAL, markersize=8, clip_on=False, zorder=3)
        ax.set(title=name, xticks=places, ylabel="error", xlim=(places[0] - 0.5, places[-1] + 0.5))
    axes[0, 0].set_ylim(0, 1.1 * max(np.max(values) for values in errors.values()))
    axes[-1, 0].set_xlabel("shift of the input")
    return list(axes[:, 0])

"""How a convolution is computed fast: its matrices, its tiles, what each way costs, and how it compares."""

from collections.abc import Mapping, Sequence
from statistics import geometric_mean
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from convbook.figures.cells import board, cell, grid_of_cells, label, note
from convbook.figures.style import (
    BLUE,
    BLUE_SOFT,
    DIVERGING,
    GOLD,
    GOLD_SOFT,
    GRID,
    INK,
    KERNEL,
    MUTED,
    OUTPUT,
    PANEL,
    PAPER,
    PURPLE,
    PURPLE_SOFT,
    RED,
    RED_SOFT,
    TEAL,
    TEAL_SOFT,
    WIDTH,
)


def lowered_product(picture: ArrayLike, columns: ArrayLike, filters: ArrayLike, place: int) -> Axes:
    """Draw a picture, its windows laid out as columns, and the product of a filter's row with them.

    Parameters
    ----------
    picture : array_like, shape (H, W)
        The picture.
    columns : array_like, shape (taps, positions)
        Its windows, one a column.
    filters : array_like, shape (taps,)
        The weights of the filter, in one row.
    place : int
        The position whose column and output are marked.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    pixels, windows, row = np.asarray(picture), np.asarray(columns), np.asarray(filters)
    taps, positions = windows.shape
    left = len(row) + 1.2
    ax = board(left + positions, taps + 2.7)
    left += (ax.get_xlim()[1] - left - positions) / 2
    right = left - len(row) - 1.2
    note(ax, right + 2, 0.5, "picture")
    seen = dict.fromkeys(np.ndindex(pixels.shape), PANEL)
    seen |= {index: BLUE_SOFT for index, pixel in np.ndenumerate(pixels) if pixel in windows[:, place]}
    grid_of_cells(ax, right + 2 - pixels.shape[1] / 2, 1, pixels, seen)
    note(ax, left + positions / 2, 0.5, "windows as columns")
    grid_of_cells(ax, left, 1, windows, {(i, place): BLUE_SOFT for i in range(taps)})
    bottom = taps + 1.3
    grid_of_cells(ax, right, bottom, row[None], {(0, i): RED_SOFT for i in range(len(row))})
    note(ax, right + len(row) / 2, bottom + 1.05, "filter", va="top")
    for j, value in enumerate(row @ windows):
        cell(ax, left + j, bottom, value, fill=TEAL_SOFT if j == place else PANEL)
    label(ax, left - 0.6, bottom + 0.5, "→", fontsize=14)
    note(ax, left + positions / 2, bottom + 1.05, "outputs", va="top")
    return ax


def matrix_patterns(shown: Mapping[str, ArrayLike], *, block: int = 0) -> list[Axes]:
    """Draw matrices side by side, their cells equally large: red above zero, blue below, zeros gray.

    Parameters
    ----------
    shown : mapping from str to array_like, each of shape (M, N)
        The matrices, by their titles.
    block : int
        Lines cut them into blocks of so many rows and columns; 0 draws none.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a matrix.
    """
    arrays = [np.asarray(matrix, float) for matrix in shown.values()]
    widths = [matrix.shape[1] for matrix in arrays]
    tallest = max(len(matrix) for matrix in arrays)
    height = 0.45 + WIDTH * 0.95 * tallest / sum(widths)
    _, axes = plt.subplots(1, len(arrays), figsize=(WIDTH, height), width_ratios=widths, squeeze=False)
    for ax, matrix, title in zip(axes[0], arrays, shown, strict=True):
        most = np.abs(matrix).max()
        ax.imshow(np.ma.masked_equal(matrix, 0), cmap=DIVERGING, vmin=-most, vmax=most)
        for line, size in ((ax.axhline, len(matrix)), (ax.axvline, matrix.shape[1])):
            for at in range(block, size, block) if block else ():
                line(at - 0.5, color=MUTED, linewidth=0.7, linestyle="-")
        ax.set(xticks=[], yticks=[], facecolor=PANEL, anchor="N")
        ax.set_title(title)
        for spine in ax.spines.values():
            spine.set(visible=True, edgecolor=GRID)
    return list(axes[0])


def compared_rows(given: tuple[str, ArrayLike], results: Mapping[str, ArrayLike], wanted: ArrayLike) -> Axes:
    """Draw a row of numbers, and below it rows of results whose cells are colored by whether they are right.

    Parameters
    ----------
    given : (str, array_like)
        The name and the numbers of the first row.
    results : mapping from str to array_like, shape (N,)
        The rows that are judged, by their names.
    wanted : array_like, shape (N,)
        What is right; NaN where nothing is.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    right = np.asarray(wanted, float)
    ax = board(right.size + 3.6, 1.25 * len(results) + 1.45)
    for at, (name, values) in enumerate([given, *results.items()]):
        label(ax, 3.3, 0.6 + 1.25 * at, name, ha="right", color=MUTED, fontsize=10.5)
        agrees = np.isclose(np.asarray(values, float), right)
        for place, value in enumerate(np.asarray(values)):
            fill = PANEL if at == 0 else TEAL_SOFT if agrees[place] else RED_SOFT
            cell(ax, 3.6 + place, 0.1 + 1.25 * at, value, fill=fill)
            if at and not agrees[place]:
                label(ax, 4.1 + place, 1.32 + 1.25 * at, "≠", color=MUTED)
    return ax


def overlapping_tiles(picture: ArrayLike, outputs: ArrayLike, step: int) -> Axes:
    """Draw two tiles that share columns of a picture, and the outputs of each; a tile and its outputs share a color.

    Parameters
    ----------
    picture : array_like, shape (H, W)
        The cells; the first tile begins on the left, the second ends on the right.
    outputs : array_like, shape (h, 2 * step)
        The outputs, those of the first tile on the left.
    step : int
        How many columns the second tile begins after the first.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    cells, found = np.asarray(picture), np.asarray(outputs)
    (rows, columns), tile = cells.shape, cells.shape[1] - step
    ax = board(columns + found.shape[1] + 2, rows + 1.6)
    left = (ax.get_xlim()[1] - columns - found.shape[1] - 2) / 2
    right, top = left + columns + 2, 1.4 + (rows - len(found)) / 2
    note(ax, left + columns / 2, 0.3, "cells")
    note(ax, right + step, 0.3, "outputs")
    for first, level, style in ((0, 0.8, "-"), (step, 1.15, (0, (2, 1)))):
        ends = [left + first + 0.1, left + first + tile - 0.1]
        ax.plot(ends, [level, level], color=KERNEL, linewidth=4, linestyle=style, solid_capstyle="butt")
    for i, j in np.ndindex(cells.shape):
        fill = BLUE_SOFT if j < step else PURPLE_SOFT if j < tile else GOLD_SOFT
        cell(ax, left + j, 1.4 + i, cells[i, j], fill=fill)
    label(ax, right - 1, 1.4 + rows / 2, "→", fontsize=14)
    for i, j in np.ndindex(found.shape):
        cell(ax, right + j, top + i, found[i, j], fill=BLUE_SOFT if j < step else GOLD_SOFT)
    return ax


def cost_curves(sizes: ArrayLike, costs: Mapping[str, ArrayLike], *, xlabel: str, ylabel: str) -> Axes:
    """Draw what each way costs against a size, on logarithmic axes; a ring marks where the cheapest changes.

    Parameters
    ----------
    sizes : array_like, shape (M,)
        The sizes.
    costs : mapping from str to array_like, each of shape (M,)
        The cost of each way by its name; NaN where there is none.
    xlabel, ylabel : str
        What the axes mean.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    x = np.asarray(sizes)
    table = np.array(list(costs.values()), float)
    _, ax = plt.subplots(figsize=(WIDTH, 3.2))
    ends = []
    for name, line in zip(costs, table, strict=True):
        (drawn,) = ax.plot(x, line)
        last = np.flatnonzero(np.isfinite(line))[-1]
        ends.append((line[last], name, drawn.get_color()))
    _label_ends(ax, ends)
    cheapest = np.nanargmin(table, axis=0)
    changes = np.flatnonzero(np.diff(cheapest))
    ax.plot(x[changes + 1], table.min(axis=0, where=np.isfinite(table), initial=np.inf)[changes + 1], **_RING)
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(visible=True)
    return ax


_RING: dict[str, Any] = {
    "marker": "o",
    "linestyle": "none",
    "markersize": 9,
    "markerfacecolor": "none",
    "markeredgecolor": INK,
}


def _label_ends(ax: Axes, ends: list[tuple[float, str, Any]]) -> None:
    """Write names at the right of lines, the higher the value the higher, without overlaps."""
    ax.set_yscale("log")
    low, high = np.log(ax.get_ylim())
    places: list[float] = []
    for value, _, _ in sorted(ends):
        places.append(max([(np.log(value) - low) / (high - low), *(place + 0.08 for place in places[-1:])]))
    over = max(0, places[-1] - 1)
    for place, (_, name, color) in zip(places, sorted(ends), strict=True):
        ax.annotate(
            name,
            (1.02, place - over),
            xycoords="axes fraction",
            color=color,
            va="center",
            fontsize=10.5,
            annotation_clip=False,
        )


def estimates_and_times(ways: Mapping[str, Sequence[tuple[float, float, bool]]], factor: float) -> Axes:
    """Draw measured times against estimates on logarithmic axes, a mark for each way, and the line of right ratios.

    Parameters
    ----------
    ways : mapping from str to a sequence of (float, float, bool)
        For each way its estimates with the times that were measured, in milliseconds, and whether it may be chosen;
        marks of what may not are empty.
    factor : float
        Times are this many times the estimates on the dashed line. On the dotted ones they are twice or half of that.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 4.4))
    every = np.array([one[:2] for found in ways.values() for one in found])
    ends = np.array([every[:, 0].min() / 1.6, every[:, 0].max() * 1.6])
    for off in (0.5, 1, 2):
        style = "--" if off == 1 else ":"
        ax.plot(ends, off * factor * ends, style, color=MUTED, linewidth=1.3 if off == 1 else 0.9, zorder=0)
    for (name, found), (color, marker) in zip(ways.items(), _WAYS, strict=False):
        for filled in (True, False):
            pairs = np.array([one[:2] for one in found if one[2] == filled]).reshape(-1, 2)
            look: dict[str, Any] = {"markeredgecolor": PAPER if filled else color, "markersize": 6}
            look |= {"color": color, "label": name, "markeredgewidth": 0.5} if filled else {"markerfacecolor": "none"}
            ax.plot(*pairs.T, marker, **look)
    ax.set(xscale="log", yscale="log", xlim=tuple(ends), ylim=(every[:, 1].min() / 2, every[:, 1].max() * 2))
    ax.set(xlabel="estimate in ms", ylabel="measured in ms")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_locator(NullLocator())
    ax.grid(visible=True)
    fig.legend(loc="outside upper left", ncols=3, handlelength=1, columnspacing=1.4)
    return ax


#: The colors and marks of ways, which differ without color, too.
_WAYS = ((BLUE, "o"), (RED, "s"), (TEAL, "^"), (PURPLE, "v"), (GOLD, "D"), (INK, "P"))


def ratios_by_family(families: Mapping[str, Sequence[Sequence[float]]], goals: Mapping[str, float]) -> Axes:
    """Draw all ratios of each family on a logarithmic axis, with their geometric mean and the goal for it.

    Parameters
    ----------
    families : mapping from str to a sequence of sequences of float
        The ratios of each family's cases, in one sequence for each way of measuring: the first as dots, a second as
        rings below them.
    goals : mapping from str to float
        The goal of a family's mean, where there is one.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 0.7 * len(families) + 1.2))
    words_at: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "va": "center"}
    for row, (name, measured) in enumerate(families.items()):
        means = [_strip(ax, row, place, ratios) for place, ratios in enumerate(measured) if len(ratios)]
        words = "mean " + " and ".join(f"{mean:.2f}" for mean in means)
        if name in goals:
            ax.plot(goals[name], row + 0.25 + 0.2 * (len(measured) - 1), "^", color=RED, markersize=6.5)
            words += f", goal {goals[name]:g}"
        ax.text(0, row - 0.32, name, fontsize=10.5, color=INK, **words_at)
        ax.text(1, row - 0.32, words, fontsize=10, color=MUTED, ha="right", **words_at)
    rows = np.arange(len(families))
    ax.vlines(np.ones(len(rows)), rows - 0.17, rows + 0.52, color=MUTED, linewidth=1.2, linestyle="--", zorder=0)
    ax.set(xscale="log", ylim=(len(families) - 0.3, -0.6), yticks=[])
    ax.set_xlabel("our time ÷ theirs (left of 1: we are faster)")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.spines["left"].set_visible(False)
    handles = _legend()[: max(map(len, families.values()))] + _legend()[2:]
    fig.legend(handles=handles, loc="outside upper left", ncols=4, handlelength=1, columnspacing=1.4)
    return ax


#: How the cases of a first and a second way to measure look.
_DOTS: tuple[dict[str, Any], ...] = (
    {"color": BLUE, "markeredgecolor": PAPER, "markeredgewidth": 0.5},
    {"markerfacecolor": "none", "markeredgecolor": BLUE, "markeredgewidth": 1.0},
)


def _legend() -> list[Line2D]:
    """Draw a sign for each kind of mark."""
    return [
        Line2D([], [], marker="o", linestyle="none", markersize=4.5, label="a case", **_DOTS[0]),
        Line2D([], [], marker="o", linestyle="none", markersize=4.5, label="more threads", **_DOTS[1]),
        Line2D([], [], color=INK, linestyle="none", marker="|", markersize=11, markeredgewidth=2.4, label="mean"),
        Line2D([], [], color=RED, linestyle="none", marker="^", markersize=7, label="goal"),
    ]


def _strip(ax: Axes, row: int, place: int, ratios: Sequence[float]) -> float:
    """Draw the ratios of one family and one way of measuring; return their mean."""
    middle = row + 0.05 + 0.2 * place
    apart = 0.07 * np.sin(2.4 * np.arange(len(ratios)))  # equal ratios shall not hide each other
    ax.plot(ratios, middle + apart, "o", markersize=4.5, **_DOTS[place])
    mean = geometric_mean(ratios)
    ax.plot([mean, mean], [middle - 0.13, middle + 0.13], "-", color=INK, linewidth=2.4)
    return mean


def errors_by_method(errors: Mapping[str, float], *, xlabel: str, form: str = ".1e") -> Axes:
    """Draw one error (or time) a method, as a dot on a logarithmic axis with its name.

    Parameters
    ----------
    errors : mapping from str to float
        The errors.
    xlabel : str
        What they are.
    form : str
        How the numbers beside the dots are written.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 0.36 * len(errors) + 0.75))
    places = np.arange(len(errors))
    values = list(errors.values())
    ax.hlines(places, min(values) / 4, values, color=GRID, linewidth=1.2)
    ax.plot(values, places, "o", color=OUTPUT, markersize=7)
    for place, value in zip(places, values, strict=True):
        shown = f"{value:{form}}"
        ax.annotate(shown, (value, place), xytext=(8, 0), textcoords="offset points", va="center", fontsize=10)
    ax.set_yticks(places, list(errors))
    ax.set(xscale="log", xlabel=xlabel, xlim=(min(values) / 4, max(values) * 12))
    ax.invert_yaxis()
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.spines["left"].set_visible(False)
    return ax

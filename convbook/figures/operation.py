"""The four pictures of a one-dimensional convolution."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from convbook.figures.cells import board, cell, label, note, number, row_of_cells
from convbook.figures.style import (
    BLUE_SOFT,
    GOLD_SOFT,
    INK,
    KERNEL,
    MUTED,
    OUTPUT,
    PANEL,
    PURPLE_SOFT,
    RED_SOFT,
    SIGNAL,
    TEAL_SOFT,
    WIDTH,
)

_SHADES = (BLUE_SOFT, GOLD_SOFT, TEAL_SOFT, RED_SOFT, PURPLE_SOFT)


def four_pictures(x: ArrayLike, h: ArrayLike, place: int) -> Axes:
    """Draw a convolution four times: table, flipped window, shifted copies, polynomials; one place is marked in each.

    Parameters
    ----------
    x, h : array_like, shape (N,) and (K,)
        Two short lists, N and K at most 3.
    place : int
        The index of the output whose products are marked, from K - 1 to N - 1: the window lies inside the signal.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    signal, kernel = np.asarray(x), np.asarray(h)
    total, left, right = np.convolve(signal, kernel), 0.3, 7.5
    ax = board(13, 13)

    def products(first: float, row: float, *, step: int) -> None:
        """Draw all products, each row a step further to the right than the one above it."""
        for (i, j), value in np.ndenumerate(np.outer(signal, kernel)):
            cell(ax, first + j + step * i, row + i, value, **_marked(i + j == place))

    for column, row, words in (
        (left, 0.5, "table"),
        (right, 0.5, "window, flipped"),
        (left, 7, "shifted copies"),
        (right, 7, "polynomials"),
    ):
        note(ax, column, row, words, ha="left")

    row_of_cells(ax, left + 1, 1, kernel, fill=RED_SOFT)
    for i, value in enumerate(signal):
        cell(ax, left, 2 + i, value, fill=BLUE_SOFT)
    products(left + 1, 2, step=0)

    first = place - len(kernel) + 1
    under = signal[first : place + 1] * kernel[::-1]
    row_of_cells(ax, right, 1, signal, fill=BLUE_SOFT)
    row_of_cells(ax, right + first, 2, kernel[::-1], fill=RED_SOFT)
    row_of_cells(ax, right + first, 3.3, under, **_marked(True))
    _words(ax, right, 5, " + ".join(map(str, under)) + f" = {total[place]}", OUTPUT, bold=True)

    products(left, 7.6, step=1)
    for n, value in enumerate(total):
        cell(ax, left + n, 7.9 + len(signal), value, fill=TEAL_SOFT, fontweight="bold" if n == place else "normal")

    _words(ax, right, 8.1, f"({_polynomial(signal)})", SIGNAL)
    _words(ax, right, 9.1, f"· ({_polynomial(kernel)})", KERNEL)
    _words(ax, right, 10.3, "= " + _polynomial(total[:place]), OUTPUT)
    _words(ax, right, 11.3, "+ " + _polynomial(total[place : place + 1], place), OUTPUT, bold=True)
    _words(ax, right, 12.3, "+ " + _polynomial(total[place + 1 :], place + 1), OUTPUT)
    return ax


def _marked(marked: bool) -> dict[str, Any]:
    """Give the look of a cell: a marked one is bold, too, for print without colors."""
    return {"fill": GOLD_SOFT, "fontweight": "bold"} if marked else {"fill": PANEL}


def _words(ax: Axes, column: float, row: float, words: str, color: str, *, bold: bool = False) -> None:
    label(ax, column, row, words, ha="left", color=color, fontweight="bold" if bold else "normal")


def _polynomial(coefficients: NDArray[Any], first: int = 0) -> str:
    """Write a polynomial in t with positive coefficients, lowest power first."""
    powers = ["", "t", *(f"t{digit}" for digit in "²³⁴⁵⁶⁷⁸⁹")]
    terms = zip(coefficients, powers[first:], strict=False)
    return " + ".join(power if power and value == 1 else f"{value}{power}" for value, power in terms)


def product_table(x: ArrayLike, h: ArrayLike) -> Axes:
    """Draw all products of two lists, with their anti-diagonals, whose totals are the convolution of the two.

    Parameters
    ----------
    x, h : array_like, shape (N,) and (K,)
        The signal, down the left side, and the kernel, along the top.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    signal, kernel = np.asarray(x), np.asarray(h)
    ax = board(len(kernel) + 2, len(signal) + 2)
    left = (ax.get_xlim()[1] - len(kernel) - 2) / 2
    _table(ax, left, signal, kernel, anti=True)
    return ax


def product_tables(x: ArrayLike, h: ArrayLike) -> Axes:
    """Draw the table of products twice: its anti-diagonals give the convolution, its diagonals the correlation.

    Parameters
    ----------
    x, h : array_like, shape (N,) and (K,)
        The signal, down the left side, and the kernel, along the top.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    signal, kernel = np.asarray(x), np.asarray(h)
    wide = len(kernel) + 2
    ax = board(2 * wide + 1, len(signal) + 3)
    for left, anti, words in (
        (0, True, "convolution: equal i + j"),
        (wide + 1, False, "correlation: equal i − j"),
    ):
        note(ax, left + wide / 2, 0.5, words)
        _table(ax, left, signal, kernel, anti=anti, row=1)
    return ax


def _table(ax: Axes, left: float, x: NDArray[Any], h: NDArray[Any], *, anti: bool, row: float = 0) -> None:
    """Draw a table of products; each line of equal index sum (or difference) has one shade, and ends in its total."""
    rows, columns = len(x), len(h)
    first = left + 1
    # Anti-diagonals leave the table at its left side or below, diagonals at the right side or below: the total stands
    # one step further on, and the numbers of x stand on the other side.
    side = columns if anti else -1
    for j, value in enumerate(h):
        label(ax, first + j + 0.5, row + 0.5, value, color=KERNEL)
    for i, value in enumerate(x):
        label(ax, first + side + 0.5, row + 1.5 + i, value, color=SIGNAL)
    for (i, j), value in np.ndenumerate(np.outer(x, h)):
        cell(ax, first + j, row + 1 + i, value, fill=_SHADES[(i + j if anti else i - j) % len(_SHADES)])
    table = np.outer(x, h[::-1] if anti else h)
    for line in range(-(columns - 1), rows):
        total = np.trace(table, -line)
        if line <= rows - columns:
            at_row, at_column = line + columns, -1 if anti else columns
        else:
            at_row, at_column = rows, columns - 1 - (rows - line) if anti else rows - line
        x_at, y_at = first + at_column + 0.5, row + 1.5 + at_row
        label(ax, x_at, y_at, total, color=OUTPUT, fontweight="bold", fontsize=10.5)
        # A short stroke leads there from the corner of the last cell.
        outwards = -0.25 if anti else 0.25
        ax.plot(
            [x_at - 2 * outwards, x_at - outwards], [y_at - 0.5, y_at - 0.25], color=OUTPUT, linewidth=1, linestyle="-"
        )


def flipped_window(x: ArrayLike, h: ArrayLike, *, place: str = "n") -> Axes:
    """Draw every place of the window: the signal, the kernel backwards below it, and the sum of the products.

    Parameters
    ----------
    x, h : array_like, shape (N,) and (K,)
        The signal and the kernel.
    place : str
        The letter that counts the cells of the result.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    signal, kernel = np.asarray(x), np.asarray(h)
    outputs = np.convolve(signal, kernel)
    reach = len(kernel) - 1
    rows = 1.4 + 1.2 * len(outputs)
    ax = board(len(signal) + 2 * reach + 4, rows)
    left = 1.5 + reach
    end = left + len(signal) + reach + 0.9
    note(ax, 0.75, 0.6, place)
    note(ax, end, 0.6, "sum")
    row_of_cells(ax, left, 0.1, signal, fill=BLUE_SOFT)
    for n, output in enumerate(outputs):
        row = 1.4 + 1.2 * n
        note(ax, 0.75, row + 0.5, str(n))
        for m, value in enumerate(kernel[::-1]):
            column = n - reach + m
            inside = 0 <= column < len(signal)
            cell(
                ax,
                left + column,
                row,
                value,
                fill=RED_SOFT if inside else "none",
                color=INK if inside else MUTED,
            )
        label(ax, end, row + 0.5, output, color=OUTPUT, fontweight="bold")
    return ax


def one_window(x: ArrayLike, window: ArrayLike, first: int) -> Axes:
    """Draw one place of a window: the signal, the window below it, the products of the cells that meet, and their sum.

    Parameters
    ----------
    x, window : array_like, shape (N,) and (K,)
        The signal, and the weights in the order in which they meet it: for a convolution the kernel backwards.
    first : int
        The cell of the signal under which the window begins, from 1 - K to N - 1.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    signal, weights = np.asarray(x), np.asarray(window)
    begin, end = min(first, 0), max(first + len(weights), len(signal))
    ax = board(end - begin + 4.4, 3.6)
    left = 2.6 - begin
    for row, words in enumerate(("signal", "window", "products")):
        note(ax, 0, 1.2 * row + 0.6, words, ha="left")
    row_of_cells(ax, left, 0.1, signal, fill=BLUE_SOFT)
    total = 0
    for place, weight in enumerate(weights, first):
        meets = 0 <= place < len(signal)
        cell(ax, left + place, 1.3, weight, fill=RED_SOFT if meets else "none", color=INK if meets else MUTED)
        if meets:
            cell(ax, left + place, 2.5, signal[place] * weight, **_marked(True))
            total += signal[place] * weight
    label(ax, left + end + 0.2, 3.0, f"sum {number(total)}", ha="left", color=OUTPUT, fontweight="bold")
    return ax


def shifted_copies(x: ArrayLike, h: ArrayLike) -> list[Axes]:
    """Draw the scaled and shifted copies of the kernel that each number of the signal starts, and their sum.

    Parameters
    ----------
    x, h : array_like, shape (N,) and (K,)
        The signal and the kernel.

    Returns
    -------
    list of matplotlib.axes.Axes
        One row of bars for each copy, and one for the sum.
    """
    signal, kernel = np.asarray(x), np.asarray(h)
    total = np.convolve(signal, kernel)
    places = np.arange(len(total))
    copies = np.zeros((len(signal), len(total)), total.dtype)
    for k, value in enumerate(signal):
        copies[k, k : k + len(kernel)] = value * kernel
    # One scale for all rows: each row is as high as its numbers need.
    limits = [(min(copies.min(), 0) - 0.5, max(copies.max(), 0) + 0.5)] * len(signal)
    limits.append((min(total.min(), 0) - 0.5, max(total.max(), 0) + 0.3 * np.ptp(total)))
    fig, axes = plt.subplots(
        len(signal) + 1,
        1,
        sharex=True,
        figsize=(WIDTH, 0.9 * (len(signal) + 1)),
        height_ratios=[high - low for low, high in limits],
    )
    for k, (ax, value) in enumerate(zip(axes, signal, strict=False)):
        ax.bar(places, copies[k], width=0.6, color=KERNEL)
        ax.set_ylabel(f"x[{k}] = {number(value)}", rotation=0, ha="right", va="center", color=SIGNAL)
    for ax, span in zip(axes, limits, strict=True):
        ax.set_ylim(*span)
    axes[-1].bar(places, total, width=0.6, color=OUTPUT)
    axes[-1].set_ylabel("sum", rotation=0, ha="right", va="center", color=OUTPUT)
    for place, value in zip(places, total, strict=True):
        axes[-1].annotate(
            number(value),
            (place, max(value, 0)),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=10.5,
        )
    for ax in axes:
        ax.axhline(0, color=MUTED, linewidth=0.8)
        ax.set(yticks=[], xticks=places)
        ax.tick_params(length=0)
        ax.spines[["left", "bottom"]].set_visible(False)
    axes[-1].set_xlabel("place n")
    fig.align_ylabels()
    return list(axes)

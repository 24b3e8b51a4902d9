"""Borders: what lies beyond the ends, how many windows fit, and how often each pixel is seen."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter
from numpy.typing import ArrayLike

from convbook.figures.cells import board, cell, note, row_of_cells
from convbook.figures.style import (
    BLUE_SOFT,
    GOLD,
    GOLD_SOFT,
    IMAGE,
    INK,
    KERNEL,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    OUTPUT,
    SEQUENTIAL,
    SIGNAL,
    TEAL_SOFT,
    WIDTH,
)


def border_rules(x: ArrayLike, extensions: Mapping[str, ArrayLike], reach: int) -> Axes:
    """Draw how each border rule continues one signal; a line marks the mirror of the rules that have one.

    Parameters
    ----------
    x : array_like, shape (N,)
        The signal.
    extensions : mapping from str to array_like, each of shape (N + 2 * reach,)
        The signal as each rule extends it, by the name of the rule.
    reach : int
        How many cells stand before and after the signal.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    size = np.size(x)
    left = 3.4
    ax = board(left + size + 2 * reach, 1.25 * len(extensions))
    for line, (name, values) in enumerate(extensions.items()):
        row = 0.1 + 1.25 * line
        note(ax, left - 0.3, row + 0.5, name, ha="right", color=INK, fontsize=11)
        for place, value in enumerate(np.asarray(values)):
            inside = reach <= place < reach + size
            cell(ax, left + place, row, value, fill=BLUE_SOFT if inside else "none", color=INK if inside else MUTED)
        inset = {"symmetric": 0.0, "reflect": 0.5, "odd reflect": 0.5}.get(name)
        if inset is not None:
            for mirror in (left + reach + inset, left + reach + size - inset):
                for ends in ((row - 0.1, row + 0.16), (row + 0.84, row + 1.1)):  # the number stays readable
                    ax.plot([mirror, mirror], ends, color=KERNEL, linewidth=2.4, linestyle="-")
    return ax


def window_rulers(x: ArrayLike, kernel_size: int, pads: Mapping[str, tuple[int, int]]) -> Axes:
    """Draw the first and the last window on one signal, for several paddings of it.

    Parameters
    ----------
    x : array_like, shape (N,)
        The signal.
    kernel_size : int
        The length of a window.
    pads : mapping from str to (int, int)
        The cells added before and after the signal, by the words that stand above the ruler.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    signal = np.asarray(x)
    before = max(pair[0] for pair in pads.values())
    after = max(pair[1] for pair in pads.values())
    pitch = 3.1
    ax = board(before + len(signal) + after, pitch * len(pads) - 0.2)
    origin = (ax.get_xlim()[1] - len(signal) + before - after) / 2
    for line, (words, (first, last)) in enumerate(pads.items()):
        row = pitch * line
        note(ax, origin - before, row + 0.35, words, ha="left", color=INK, fontsize=11)
        row_of_cells(ax, origin, row + 0.75, signal, fill=BLUE_SOFT)
        for start, count in ((-first, first), (len(signal), last)):
            row_of_cells(ax, origin + start, row + 0.75, [0] * count, fill="none", color=MUTED)
        for start, level, style in ((-first, 1.98, "-"), (len(signal) + last - kernel_size, 2.4, (0, (2, 1)))):
            ax.plot(
                [origin + start + 0.1, origin + start + kernel_size - 0.1],
                [row + level, row + level],
                color=KERNEL,
                linewidth=4,
                linestyle=style,
                solid_capstyle="butt",
            )
    return ax


def block_with_halos(picture: ArrayLike, side: int, place: tuple[int, int], halo: int) -> Axes:
    """Draw a picture cut into chunks, and mark one of them with the cells of its neighbors that its windows see.

    Parameters
    ----------
    picture : array_like, shape (H, W)
        The picture.
    side : int
        The side of the chunks.
    place : (int, int)
        Which chunk is marked: its row and its column among the chunks.
    halo : int
        How many cells on each side its windows see: those beside it and those at its corners differ in color.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    cells = np.asarray(picture)
    height, width = cells.shape
    ax = board(width, height + 0.2)
    left = (ax.get_xlim()[1] - width) / 2
    fills = (BLUE_SOFT, GOLD_SOFT, TEAL_SOFT)
    ends = [(side * n, side * n + side) for n in place]
    for at, value in np.ndenumerate(cells):
        away = [max(low - n, n - high + 1, 0) for n, (low, high) in zip(at, ends, strict=True)]
        style: dict[str, Any] = {"fill": "none", "color": MUTED}
        if max(away) <= halo:
            style = {"fill": fills[sum(n > 0 for n in away)]}  # its own, beside it, at a corner
        cell(ax, left + at[1], at[0] + 0.1, value, **style)
    for column in range(side, width, side):
        ax.plot([left + column] * 2, [0, height + 0.2], ":", color=MUTED, linewidth=1.2)
    for row in range(side, height, side):
        ax.plot([left, left + width], [row + 0.1] * 2, ":", color=MUTED, linewidth=1.2)
    return ax


def blocks_with_halos(x: ArrayLike, chunks: Sequence[int], before: int, after: int) -> Axes:
    """Draw a signal, and below it each of its chunks with the cells of its neighbors that its windows see.

    Parameters
    ----------
    x : array_like, shape (N,)
        The signal.
    chunks : sequence of int
        The lengths of the chunks, which add up to N.
    before, after : int
        How many cells before and after a chunk its windows see; beyond the ends of the signal these are zeros.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    signal = np.asarray(x)
    ax = board(before + len(signal) + after, 1.35 * len(chunks) + 1.5)
    left = (ax.get_xlim()[1] - len(signal) + before - after) / 2
    ends = np.cumsum([0, *chunks])
    for number, (start, stop) in enumerate(pairwise(ends)):
        fill = (BLUE_SOFT, TEAL_SOFT)[number % 2]
        row_of_cells(ax, left + start, 0.1, signal[start:stop], fill=fill)
        row = 1.5 + 1.35 * number
        for place in range(start - before, stop + after):
            if start <= place < stop:
                cell(ax, left + place, row, signal[place], fill=fill)
            elif 0 <= place < len(signal):
                cell(ax, left + place, row, signal[place], fill=GOLD_SOFT)
            else:
                cell(ax, left + place, row, 0, fill="none", color=MUTED)
    for end in ends[1:-1]:
        ax.plot([left + end, left + end], [0, ax.get_ylim()[0]], ":", color=MUTED, linewidth=1.2)
    return ax


def usage_maps(maps: Mapping[str, ArrayLike]) -> Axes:
    """Draw tables of counts side by side, bright where the count is high.

    Parameters
    ----------
    maps : mapping from str to array_like, each of shape (H, W)
        The counts, by the words that stand above them.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    counts = {words: np.asarray(values) for words, values in maps.items()}
    rows = max(values.shape[0] for values in counts.values())
    ax = board(sum(values.shape[1] for values in counts.values()) + len(counts) - 1, rows + 1.2)
    shade = _shades(0, max(int(values.max()) for values in counts.values()))
    left = 0.0
    for words, values in counts.items():
        note(ax, left + values.shape[1] / 2, 0.55, words, color=INK, fontsize=11)
        for (i, j), value in np.ndenumerate(values):
            fill, text = shade(value)
            cell(ax, left + j, 1.1 + i, value, fill=fill, color=text)
        left += values.shape[1] + 1
    return ax


def continuations(pictures: Mapping[str, ArrayLike], reach: int, *, columns: int = 3) -> list[Axes]:
    """Draw pictures with a frame around what was known, and outside of it what a rule has added.

    Parameters
    ----------
    pictures : mapping from str to array_like, each of shape (H, W)
        The extended pictures, by their titles, which may have two lines.
    reach : int
        How many pixels were added on each side.
    columns : int
        How many stand side by side.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a picture.
    """
    rows = -(-len(pictures) // columns)
    lines = 1 + max(title.count("\n") for title in pictures)
    fig, axes = plt.subplots(
        rows, columns, figsize=(WIDTH, rows * (WIDTH / columns + 0.08 + 0.2 * lines)), squeeze=False
    )
    for ax, (title, picture) in zip(axes.flat, pictures.items(), strict=False):
        pixels = np.asarray(picture)
        height, width = (size - 2 * reach for size in pixels.shape)
        ax.imshow(pixels, cmap=IMAGE, vmin=0, vmax=255)
        corner = (reach - 0.5, reach - 0.5)
        ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=GOLD, linewidth=1.6))
        ax.set_title(title)
    for ax in axes.flat:
        ax.set_axis_off()
    fig.set_layout_engine("constrained", h_pad=0.02, w_pad=0.03)
    return list(axes.flat[: len(pictures)])


def growth_with_distance(
    distances: ArrayLike, measured: Mapping[str, ArrayLike], models: Mapping[str, ArrayLike], *, ylabel: str
) -> Axes:
    """Draw how something grows with distance, on logarithmic axes, beside the straight lines of models.

    Parameters
    ----------
    distances : array_like, shape (M,)
        The distances.
    measured, models : mapping from str to array_like, each of shape (M,)
        What was measured at each distance, drawn as marks on a line, and what models say, by the words of the legend.
    ylabel : str
        What grows.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 3.1))
    places = np.asarray(distances)
    for style, (words, values) in zip(("-", (0, (4, 2))), models.items(), strict=False):
        ax.plot(places, np.asarray(values), color=MUTED, linestyle=style, linewidth=1.2, label=words)
    for mark, color, (words, values) in zip("os", (SIGNAL, OUTPUT), measured.items(), strict=False):
        ax.plot(places, np.asarray(values), mark, color=color, linestyle="-", markersize=6, label=words)
    ax.set(xscale="log", yscale="log", xlabel="distance in pixels", ylabel=ylabel)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(2))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_locator(NullLocator())
    ax.grid(visible=True)
    ax.legend()
    return ax


def _shades(low: float, high: float) -> Any:
    """Return what gives the color of a value, and the color of text on it."""
    scale, colors = Normalize(low, high), mpl.colormaps[SEQUENTIAL]

    def shade(value: float) -> tuple[str, str]:
        rgba = colors(scale(value))
        bright = 0.3 * rgba[0] + 0.59 * rgba[1] + 0.11 * rgba[2]
        return to_hex(rgba), ON_LIGHT if bright > 0.5 else ON_DARK

    return shade

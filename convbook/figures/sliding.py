"""Windows on cells: where they stand, what they skip, and how many there are."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.cells import board, cell, label, note, number
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
    TEAL_SOFT,
    WIDTH,
)

_SHADES = (RED_SOFT, TEAL_SOFT, GOLD_SOFT, PURPLE_SOFT)


def windows_on_grid(
    x: ArrayLike,
    kernel: ArrayLike,
    y: ArrayLike,
    *,
    padding: int = 0,
    stride: tuple[int, int] = (1, 1),
    shown: Sequence[tuple[int, int]] | None = None,
) -> Axes:
    """Draw a padded picture, a kernel and their correlation; a window and its output share a color.

    Parameters
    ----------
    x, kernel, y : array_like, two-dimensional
        The picture without its padding, the kernel, and the result.
    padding : int
        How many zeros stand around the picture.
    stride : (int, int)
        The steps between windows, downwards and to the right.
    shown : sequence of (int, int), optional
        The outputs whose windows are colored, by default all.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    picture, weights, outputs = np.asarray(x), np.asarray(kernel), np.asarray(y)
    padded = np.pad(picture, padding)
    chosen = list(np.ndindex(outputs.shape)) if shown is None else list(shown)
    rows = max(padded.shape[0], outputs.shape[0]) + 1
    ax = board(padded.shape[1] + weights.shape[1] + outputs.shape[1] + 2, rows)
    left = (ax.get_xlim()[1] - padded.shape[1] - weights.shape[1] - outputs.shape[1] - 2) / 2

    fills: dict[tuple[int, ...], str] = {}
    for shade, output in zip(_SHADES * len(chosen), chosen, strict=False):
        for tap in np.ndindex(weights.shape):
            fills[tuple(s * o + m for s, o, m in zip(stride, output, tap, strict=True))] = shade
    note(ax, left + padded.shape[1] / 2, 0.5, "picture and border" if padding else "picture")
    for (i, j), value in np.ndenumerate(padded):
        inside = all(padding <= at < padding + n for at, n in zip((i, j), picture.shape, strict=True))
        fill = fills.get((i, j), BLUE_SOFT if inside else "none")
        cell(ax, left + j, 1 + i, value, fill=fill, color=INK if inside else MUTED)

    left += padded.shape[1] + 1
    middle = 1 + (rows - 1) / 2
    label(ax, left - 0.5, middle, "⋆", fontsize=30)
    top = middle - weights.shape[0] / 2
    note(ax, left + weights.shape[1] / 2, top - 0.5, "kernel")
    for (i, j), value in np.ndenumerate(weights):
        cell(ax, left + j, top + i, value, fill="none", color=KERNEL, fontweight="bold")

    left += weights.shape[1] + 1
    label(ax, left - 0.5, middle, "=", fontsize=14)
    top = middle - outputs.shape[0] / 2
    note(ax, left + outputs.shape[1] / 2, top - 0.5, "result")
    for (i, j), value in np.ndenumerate(outputs):
        shade = _SHADES[chosen.index((i, j)) % len(_SHADES)] if (i, j) in chosen else PANEL
        cell(ax, left + j, top + i, value, fill=shade)
    return ax


def windows_on_line(
    panels: Mapping[str, tuple[int, tuple[int, int], Sequence[int]]], kernel_size: int, *, dilation: int = 1
) -> Axes:
    """Draw the windows on one axis, and below them how many taps see each cell.

    Parameters
    ----------
    panels : mapping from str to (size, (before, after), starts)
        For each row of windows, by the words above it: the size of the input, the cells added to it, and where
        the windows start, in places of the input.
    kernel_size, dilation : int
        The number of taps of a window, and the distance between neighboring taps, in input cells.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    reach = dilation * (kernel_size - 1) + 1
    step = 0.52
    heights = [3.1 + step * len(starts) for _, _, starts in panels.values()]
    first = min(-before for _, (before, _), _ in panels.values())
    end = max(size + after for size, (_, after), _ in panels.values())
    margin = 2.0
    ax = board(end - first + margin, sum(heights) - 0.5)
    origin = (ax.get_xlim()[1] - (end - first) + margin) / 2 - first
    row = 0.0
    for (words, (size, (before, after), starts)), height in zip(panels.items(), heights, strict=True):
        seen = np.zeros(size, int)
        if words:
            note(ax, origin + first, row + 0.4, words, ha="left", color=INK, fontsize=11)
        for place in range(-before, size + after):
            inside = 0 <= place < size
            cell(ax, origin + place, row + 0.8, place if inside else "", fill=BLUE_SOFT if inside else "none")
        for line, start in enumerate(starts):
            middle = row + 2.15 + step * line
            ends = [origin + start + 0.1, origin + start + reach - 0.1]
            ax.plot(ends, [middle, middle], color=KERNEL, linewidth=1.4, linestyle="-")
            for tap in range(start, start + reach, dilation):
                box = Rectangle((origin + tap + 0.1, middle - 0.17), 0.8, 0.34, facecolor=KERNEL, edgecolor="none")
                ax.add_patch(box)
                if 0 <= tap < size:
                    seen[tap] += 1
        bottom = row + 2.15 + step * len(starts) + 0.05
        note(ax, origin + first - 0.25, bottom, "seen", ha="right")
        for place, count in enumerate(seen):
            weight = "normal" if count else "bold"
            label(ax, origin + place + 0.5, bottom, count, color=OUTPUT if count else KERNEL, fontweight=weight)
        row += height
    return ax


def painted_copies(
    x: ArrayLike,
    kernel: ArrayLike,
    stride: int,
    y: ArrayLike,
    *,
    dilation: int = 1,
    words: str = "input",
    phases: bool = False,
    crops: Sequence[tuple[int, int]] = (),
) -> Axes:
    """Draw a transposed convolution: a copy of the kernel for each number, and below them their sum.

    Parameters
    ----------
    x, kernel, y : array_like, one-dimensional
        The numbers, the weights, and the result. Cells of the result that no copy reaches are left uncolored.
    stride : int
        The distance between the first cells of neighboring copies.
    dilation : int
        The distance between neighboring weights of a copy.
    words : str
        What the numbers are.
    phases : bool
        Color the cells by the remainder of their place divided by the stride, and not by their copy.
    crops : sequence of (int, int)
        Paddings p and output paddings r: for each pair a row below the sum, with hatched cells where p crops and a
        frame around those that r adds.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    numbers, weights, total = np.asarray(x), np.asarray(kernel), np.asarray(y)
    names = [words, *(f"{number(value)} × kernel" for value in numbers), "sum"]
    names += [f"p = {padding}, r = {more}" for padding, more in crops]
    margin = 4.0
    ax = board(len(total) + margin, len(names) + 1.1 + 0.1 * len(crops))
    left = (ax.get_xlim()[1] - len(total) - margin) / 2 + margin
    rows = [0.2, *(1.6 + place for place in range(len(numbers)))]
    rows += [len(numbers) + 1.9 + 1.1 * place for place in range(len(crops) + 1)]
    for row, text in zip(rows, names, strict=True):
        note(ax, left - 0.4, row + 0.5, text, ha="right", fontsize=13)
    for place, value in enumerate(numbers):
        start = left + place * stride
        cell(ax, start, rows[0], value, fill=PANEL if phases else _SHADES[place % len(_SHADES)], fontsize=13)
        for tap, product in enumerate(value * weights):
            kind = tap * dilation % stride if phases else place
            cell(ax, start + tap * dilation, rows[place + 1], product, fill=_SHADES[kind % len(_SHADES)], fontsize=13)
    reached = (len(numbers) - 1) * stride + dilation * (len(weights) - 1) + 1
    for place, value in enumerate(total[:reached] if crops else total):
        shade = _SHADES[place % stride % len(_SHADES)] if phases else BLUE_SOFT
        cell(ax, left + place, rows[len(numbers) + 1], value, fill=shade if place < reached else "none", fontsize=13)
    for (padding, more), row in zip(crops, rows[len(numbers) + 2 :], strict=True):
        kept, end = reached - padding, reached - padding + more
        for place, value in enumerate(total[: max(reached, end)]):
            cropped = not padding <= place < end
            fill = "none" if cropped or place >= reached else BLUE_SOFT
            cell(ax, left + place, row, "" if cropped else value, fill=fill, fontsize=13)
            if cropped or place >= kept:
                look = {"hatch": "////", "edgecolor": MUTED, "linewidth": 0} if cropped else {"edgecolor": KERNEL}
                ax.add_patch(Rectangle((left + place + 0.04, row + 0.04), 0.92, 0.92, fill=False, **look))
    return ax


def size_steps(sizes: Sequence[int], outputs: Mapping[str, Sequence[float]], *, exact: ArrayLike) -> Axes:
    """Draw the number of outputs against the size of the input: steps, and the line that they follow.

    Parameters
    ----------
    sizes : sequence of int
        The sizes of the input.
    outputs : mapping from str to sequence of int
        The numbers of outputs, by the words of the legend.
    exact : array_like
        The same without rounding.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 2.9))
    marks: tuple[dict[str, Any], ...] = (
        {"marker": "o", "color": OUTPUT, "markersize": 6},
        {"marker": "^", "color": KERNEL, "markerfacecolor": "none", "markersize": 7},
    )
    ax.plot(sizes, np.asarray(exact), color=MUTED, linewidth=1, linestyle="-", label="without rounding")
    for mark, (words, numbers) in zip(marks, outputs.items(), strict=False):
        ax.plot(sizes, numbers, linestyle="none", label=words, **mark)
    ax.set(xlabel="input size n", ylabel="outputs o", xticks=list(sizes))
    ax.set_yticks(sorted({int(number) for numbers in outputs.values() for number in numbers}))
    ax.grid(visible=True, axis="y")
    ax.legend()
    return ax


def sampled_waves(samples: ArrayLike, stride: int, waves: Mapping[str, float]) -> Axes:
    """Draw samples, those that a stride keeps, and the cosine waves that may run through them.

    Parameters
    ----------
    samples : array_like, shape (N,)
        The samples, one a pixel.
    stride : int
        The step between the samples that are kept, from the first on.
    waves : mapping from str to float
        The frequencies of two waves, in cycles a pixel, by the words of the legend: the one that was sampled, and the
        one that is seen.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    values = np.asarray(samples)
    places, fine = np.arange(len(values)), np.linspace(0, len(values) - 1, 24 * (len(values) - 1) + 1)
    fig, ax = plt.subplots(figsize=(WIDTH, 2.6))
    looks: tuple[dict[str, Any], ...] = (
        {"color": MUTED, "linestyle": "-", "linewidth": 1},
        {"color": KERNEL, "linestyle": (0, (4, 2)), "linewidth": 2.2},
    )
    for look, (words, frequency) in zip(looks, waves.items(), strict=True):
        ax.plot(fine, np.cos(2 * np.pi * frequency * fine), label=words, **look)
    ax.plot(places, values, "o", color=MUTED, markersize=4)
    ax.plot(places[::stride], values[::stride], "o", color=KERNEL, markersize=7)
    ax.set(xlabel="pixel", yticks=[-1, 0, 1], xticks=places[:: 2 * stride])
    fig.legend(loc="outside upper left", ncols=2)
    return ax

"""Layers with several channels: the table of their kernels, one output with all its numbers, and what layers cost."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from convbook.figures.cells import board, grid_of_cells, label, note
from convbook.figures.style import (
    BLUE,
    BLUE_SOFT,
    DIVERGING,
    IMAGE,
    KERNEL,
    ON_DARK,
    ON_LIGHT,
    OUTPUT,
    PURPLE,
    RED,
    RED_SOFT,
    SIGNAL,
    TEAL_SOFT,
    WIDTH,
)


def channel_table(inputs: Mapping[str, ArrayLike], weight: ArrayLike, outputs: Mapping[str, ArrayLike]) -> list[Axes]:
    """Draw a layer as a table of kernels: a column for each input channel, a row for each output channel.

    Parameters
    ----------
    inputs : mapping from a name to an array_like of shape (H, W)
        The C input channels, drawn on top, all on one scale of gray.
    weight : array_like, shape (F, C, K_h, K_w)
        The kernels. In each row red is above zero, blue with a minus sign below, and white is zero.
    outputs : mapping from a name to an array_like
        The F output channels, drawn at the right, each on its own scale of gray.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for each picture and kernel, row by row.
    """
    kernels, planes = np.asarray(weight), [np.asarray(plane) for plane in inputs.values()]
    across, side = len(inputs) + 1, WIDTH / (len(inputs) + 1)
    fig, axes = plt.subplots(len(outputs) + 1, across, figsize=(WIDTH, (len(outputs) + 1) * (side + 0.12)))
    low, high = min(plane.min() for plane in planes), max(plane.max() for plane in planes)
    for ax, name, plane in zip(axes[0], inputs, planes, strict=False):
        _framed(ax, plane, SIGNAL, cmap=IMAGE, vmin=low, vmax=high)
        ax.set_title(name)
    fig.delaxes(axes[0, -1])
    for row, stack, (name, output) in zip(axes[1:], kernels, outputs.items(), strict=True):
        most = float(np.abs(stack).max())
        for c, (ax, kernel) in enumerate(zip(row, stack, strict=False)):
            _framed(ax, kernel, KERNEL, cmap=DIVERGING, vmin=-most, vmax=most)
            for i, j in np.argwhere(kernel < 0):  # red and blue look alike in gray print
                ink = ON_DARK if -2 * kernel[i, j] > most else ON_LIGHT
                ax.text(j, i, "\N{MINUS SIGN}", ha="center", va="center", color=ink)
            sign = "+" if c < len(stack) - 1 else "="
            ax.annotate(sign, (1.09, 0.5), xycoords="axes fraction", ha="center", va="center", fontsize=13)
        _framed(row[-1], np.asarray(output), OUTPUT, cmap=IMAGE)
        row[-1].set_title(name)
    return [*axes[0, :-1], *axes[1:].flat]


def _framed(ax: Axes, picture: np.ndarray[Any, Any], color: str, **style: Any) -> None:
    """Draw a picture in a frame of the color of its role."""
    ax.imshow(picture, **style)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set(visible=True, edgecolor=color, linewidth=1.6)


def layer_costs(layers: Sequence[str], panels: Mapping[str, ArrayLike]) -> list[Axes]:
    """Draw what each layer of a network costs, side by side in several units, the first layer on top.

    Parameters
    ----------
    layers : sequence of str
        The names of the layers.
    panels : mapping from a unit to one number for each layer
        One panel for each unit.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a panel.
    """
    places = np.arange(len(layers))
    _, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 0.24 * len(layers) + 0.7), sharey=True, squeeze=False)
    for ax, (unit, numbers), color in zip(axes[0], panels.items(), (BLUE, RED, PURPLE), strict=False):
        ax.barh(places, np.asarray(numbers), height=0.7, color=color)
        ax.set_title(unit, fontsize=10)
        ax.tick_params(axis="y", length=0)
        ax.xaxis.set_major_locator(MaxNLocator(3))
        ax.grid(axis="x")
    axes[0, 0].set(yticks=places, yticklabels=list(layers), ylim=(len(layers) - 0.4, -0.6))
    return list(axes[0])


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
        label(ax, left + width + 0.5, middle, "⋆", fontsize=26)
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

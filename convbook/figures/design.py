"""How a kernel is chosen: its numbers, what it keeps of a peak, and what it does to each frequency."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.cells import board, grid_of_cells, label, note
from convbook.figures.style import BLUE_SOFT, MUTED, PANEL, RED_SOFT, WIDTH


def kernel_tiles(kernels: Mapping[str, tuple[ArrayLike, str]], *, columns: int = 3) -> Axes:
    """Draw small kernels as tables: positive numbers on red, negative ones on blue.

    Parameters
    ----------
    kernels : mapping
        From the title of a kernel to its numbers, an array of shape (3, 3), and a remark below it.
    columns : int
        How many stand side by side.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    rows = -(-len(kernels) // columns)
    ax = board(4.4 * columns - 1.4, 5.5 * rows - 0.4)
    step = (ax.get_xlim()[1] - 3) / (columns - 1)
    for place, (title, (kernel, remark)) in enumerate(kernels.items()):
        values = np.asarray(kernel)
        left, top = place % columns * step, place // columns * 5.5
        fills = {
            index: RED_SOFT if value > 0 else BLUE_SOFT if value < 0 else PANEL
            for index, value in np.ndenumerate(values)
        }
        label(ax, left + 1.5, top + 0.5, title, fontweight="bold", fontsize=10.5)
        grid_of_cells(ax, left, top + 1, values, fills)
        note(ax, left + 1.5, top + 4.5, remark)
    return ax


def smoothed_peak(
    places: ArrayLike, signal: ArrayLike, results: Mapping[str, ArrayLike], *, xlabel: str, ylabel: str, name: str
) -> Axes:
    """Draw a signal as dots and what smoothing makes of it as lines.

    Parameters
    ----------
    places, signal : array_like, shape (N,)
        Where the signal was measured, and its values.
    results : mapping
        From a name to a smoothed signal, an array of shape (N,).
    xlabel, ylabel : str
        What the places and the values are.
    name : str
        What the dots are called.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8))
    ax.plot(np.asarray(places), np.asarray(signal), "o", color=MUTED, markersize=3.5, label=name)
    for words, values in results.items():
        ax.plot(np.asarray(places), np.asarray(values), label=words)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.02)
    fig.legend(loc="outside upper left", ncols=3)
    return ax


def frequency_responses(kernels: Mapping[str, ArrayLike]) -> Axes:
    """Draw by which factor symmetric kernels multiply a wave, from flat signals to the finest stripes.

    Parameters
    ----------
    kernels : mapping
        From a name to a symmetric kernel, an array of odd length.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    omega = np.linspace(0, np.pi, 97)
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    ax.axhline(0, color=MUTED, linewidth=0.8, linestyle="-")
    for name, kernel in kernels.items():
        weights = np.asarray(kernel, float)
        offsets = np.arange(len(weights)) - len(weights) // 2
        ax.plot(omega, np.cos(np.outer(omega, offsets)) @ weights, label=name)
    quarters = np.arange(5)
    ax.set_xticks(quarters * np.pi / 4, ["0\nflat", "π/4", "π/2", "3π/4", "π\nfinest stripes"])
    ax.set(xlabel="frequency ω", ylabel="factor H(ω)", xlim=(0, np.pi))
    ax.grid(visible=True)
    fig.legend(loc="outside upper left", ncols=2)
    return ax

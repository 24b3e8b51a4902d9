"""Signals drawn as lines."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.style import INK, KERNEL, MUTED, OUTPUT, WIDTH


def signal_and_trend(
    signal: ArrayLike,
    trend: ArrayLike,
    *,
    start: int = 0,
    xlabel: str = "n",
    ylabel: str = "",
    name: str = "signal",
) -> Axes:
    """Draw a rough signal with a smoothed one on top.

    Parameters
    ----------
    signal, trend : array_like, shape (N,) and (M,)
        The two lines.
    start : int
        The place on the signal's axis at which the trend begins.
    xlabel, ylabel : str
        What the axes mean.
    name : str
        What the signal is called in the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 2.8))
    ax.plot(np.asarray(signal), color=INK, linewidth=0.7, linestyle="-", label=name)
    ax.plot(start + np.arange(np.size(trend)), np.asarray(trend), color=KERNEL, linestyle="-", label="smoothed")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.01)
    ax.legend()
    return ax


def signal_and_curves(
    signal: ArrayLike,
    curves: Mapping[str, tuple[int, ArrayLike]],
    *,
    start: int = 0,
    xlabel: str = "n",
    ylabel: str = "",
    name: str = "signal",
) -> Axes:
    """Draw a signal with up to two other lines, each from a place of its own on.

    Parameters
    ----------
    signal : array_like, shape (N,)
        The signal.
    curves : mapping from str to (int, array_like)
        The place at which each line begins, and its values, by the words of the legend.
    start : int
        The place at which the signal begins.
    xlabel, ylabel : str
        What the axes mean.
    name : str
        What the signal is called in the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 2.9))
    values = np.asarray(signal)
    ax.plot(start + np.arange(values.size), values, color=MUTED, linewidth=0.9, linestyle="-", label=name)
    styles = ((KERNEL, "-"), (OUTPUT, (0, (4, 1.5))))
    for (color, dashes), (words, (first, line)) in zip(styles, curves.items(), strict=False):
        places = first + np.arange(np.size(line))
        ax.plot(places, np.asarray(line), color=color, linestyle=dashes, label=words)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.01)
    ax.legend()
    return ax

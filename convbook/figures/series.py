"""Signals drawn as lines."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.style import INK, KERNEL, WIDTH


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

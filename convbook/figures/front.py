"""The picture of the front page: what a convolution does to a chart."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.style import INK, KERNEL, MUTED, OUTPUT, RED_SOFT, WIDTH


def window_on_chart(
    signal: ArrayLike, kernel: ArrayLike, smoothed: ArrayLike, place: int, *, name: str, ylabel: str
) -> Axes:
    """Draw a chart, its smoothed form, and the window whose weighted mean is one point of the smoothed form.

    Parameters
    ----------
    signal, smoothed : array_like, shape (N,)
        The chart before and after.
    kernel : array_like, shape (K,)
        The weights, K odd; they are drawn as bars at the foot of the window.
    place : int
        The index at which the window stands.
    name, ylabel : str
        What the chart shows, and its unit.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    signal, kernel, smoothed = np.asarray(signal), np.asarray(kernel), np.asarray(smoothed)
    half = len(kernel) // 2
    days = np.arange(len(signal))
    low, high = signal.min(), signal.max()
    foot = low - 0.34 * (high - low)
    _, ax = plt.subplots(figsize=(WIDTH, 2.05))
    ax.axvspan(place - half - 0.5, place + half + 0.5, color=RED_SOFT, zorder=0)
    ax.bar(
        np.arange(place - half, place + half + 1),
        0.26 * (high - low) * kernel / kernel.max(),
        bottom=foot,
        width=0.72,
        color=KERNEL,
    )
    ax.plot(days, signal, color=MUTED, linewidth=0.9, linestyle="-", marker="o", markersize=2.4, label=name)
    ax.plot(days, smoothed, color=OUTPUT, linewidth=2.6, linestyle="-", label="smoothed")
    ax.plot([place], [smoothed[place]], "o", color=OUTPUT, markeredgecolor=INK, markersize=8)
    ax.set_ylim(foot, high + 0.22 * (high - low))
    ax.set_xlim(-0.5, len(signal) - 0.5)
    ax.set(xlabel="day", ylabel=ylabel)
    ax.text(place + half + 1.2, foot + 0.12 * (high - low), "weights", color=INK, va="center")
    ax.legend(loc="upper left", borderaxespad=0)
    return ax

"""Searches: where a pattern was found, in a signal and in a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.style import (
    IMAGE,
    INK,
    KERNEL,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    OUTPUT,
    RED,
    RED_SOFT,
    SEQUENTIAL,
    WIDTH,
)


def signal_search(pattern: ArrayLike, signal: ArrayLike, scores: ArrayLike, place: int) -> list[Axes]:
    """Draw a pattern where it hides, the signal in which it hides, and the score of each window; a ring marks the best.

    Parameters
    ----------
    pattern, signal : array_like, shape (K,) and (N,)
        What was searched for, and where.
    scores : array_like, shape (N - K + 1,)
        The score of each window, which stands at the index of the window's first sample.
    place : int
        The index at which the pattern begins.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for the pattern, one for the signal, one for the scores.
    """
    signal, scores, size = np.asarray(signal), np.asarray(scores), np.size(pattern)
    hidden = np.zeros(signal.shape)
    hidden[place : place + size] = pattern
    _, axes = plt.subplots(3, 1, sharex=True, figsize=(WIDTH, 4.2), height_ratios=(1, 1.6, 1.6))
    style: dict[str, Any] = {"linewidth": 1.1, "linestyle": "-"}
    axes[0].plot(hidden, color=KERNEL, drawstyle="steps-mid", **style)
    axes[1].axvspan(place - 0.5, place + size - 0.5, color=RED_SOFT, zorder=0)
    axes[1].plot(signal, color=INK, **style)
    axes[2].plot(scores, color=OUTPUT, **style)
    best = int(scores.argmax())
    axes[2].plot([best], [scores[best]], "o", markersize=9, mfc="none", mec=RED, mew=1.6)
    for ax, title in zip(axes, ("pattern, without the noise", "received", "score"), strict=True):
        ax.set_title(title, loc="left")
        ax.axhline(0, color=MUTED, linewidth=0.6, linestyle="-", zorder=0)
        ax.margins(x=0.01, y=0.12)  # the ring keeps inside
    axes[2].set_xlabel("sample")
    return list(axes)


def found_places(
    picture: ArrayLike,
    scores: ArrayLike,
    size: tuple[int, int],
    found: Sequence[Sequence[int]],
    others: Sequence[Sequence[int]] = (),
) -> list[Axes]:
    """Draw a picture with a frame around each window that was found, beside the map of all scores.

    Parameters
    ----------
    picture : array_like, shape (H, W)
        Where the search took place.
    scores : array_like
        The score of each window, drawn at the middle of the window.
    size : pair of int
        Rows and columns of a window.
    found, others : sequence of pairs of int
        The upper left corners of the windows with a solid frame, and of those with a dashed one.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for the picture, one for the scores.
    """
    picture, scores = np.asarray(picture), np.asarray(scores)
    (height, width), (rows, columns) = picture.shape, size
    _, axes = plt.subplots(1, 2, figsize=(WIDTH, WIDTH / 2 * height / width + 0.4))
    axes[0].imshow(picture, cmap=IMAGE)
    top, left = rows / 2 - 1, columns / 2 - 1  # the map's first pixel is the middle of the first window
    axes[1].imshow(
        scores, cmap=SEQUENTIAL, extent=(left, left + scores.shape[1], top + scores.shape[0], top), interpolation="none"
    )
    for corners, line in ((found, "-"), (others, (0, (3.5, 3)))):
        for row, column in corners:
            for color, wide in ((ON_LIGHT, 3.4), (ON_DARK, 1.5)):  # white on black: visible on every gray
                place, dashes = (column - 0.5, row - 0.5), line if color == ON_DARK else "-"
                frame = Rectangle(place, columns, rows, fill=False, edgecolor=color, linewidth=wide, linestyle=dashes)
                axes[0].add_patch(frame)
    frame = Rectangle((-0.5, -0.5), width, height, fill=False, edgecolor=MUTED, linewidth=0.8, clip_on=False)
    axes[1].add_patch(frame)
    for ax, title in zip(axes, ("picture", "score"), strict=True):
        ax.set(title=title, xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        ax.set_axis_off()
    return list(axes)


def hit_rates(noises: ArrayLike, rates: Mapping[str, Mapping[str, ArrayLike]]) -> list[Axes]:
    """Draw how often each score is right, over the strength of the noise, in one panel for each pattern.

    Parameters
    ----------
    noises : array_like, shape (N,)
        The standard deviations of the noise.
    rates : mapping from str to mapping from str to array_like
        For each pattern and each score, in how many percent of the searches its best place was the right one.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for each pattern.
    """
    _, axes = plt.subplots(1, len(rates), sharey=True, figsize=(WIDTH, 2.7), squeeze=False)
    for ax, (pattern, curves) in zip(axes[0], rates.items(), strict=True):
        for (name, percent), marker in zip(curves.items(), "os^", strict=False):
            ax.plot(np.asarray(noises), np.asarray(percent), marker=marker, markersize=4.5, label=name)
        ax.set(title=pattern, xlabel="noise σ", ylim=(-3, 103))
    axes[0, 0].set_ylabel("found, in percent")
    axes[0, -1].legend(loc="lower left", borderaxespad=0)
    return list(axes[0])

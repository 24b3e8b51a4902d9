"""Waves, spectra and what folds over: the drawings of the chapter on frequencies."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.cells import board, label, note, row_of_cells
from convbook.figures.style import IMAGE, KERNEL, MUTED, OUTPUT, RED_SOFT, SIGNAL, TEAL_SOFT, WIDTH

MINUS_PI = "\N{MINUS SIGN}π"


def pictures_and_spectra(pictures: Mapping[str, ArrayLike], signs: Sequence[tuple[str, str]]) -> list[Axes]:
    """Draw pictures side by side, and the sizes of their transforms below, with a sign between neighbors.

    Parameters
    ----------
    pictures : mapping
        From a title to a picture; all have one shape. The transforms are shown on a logarithmic scale of their own,
        over a range of a million, with the frequency 0 in the middle.
    signs : sequence of (str, str)
        For each gap between neighbors, the sign between the pictures and the one between the transforms.

    Returns
    -------
    list of matplotlib.axes.Axes
        The upper row, then the lower one.
    """
    count = len(pictures)
    _, axes = plt.subplots(2, count, figsize=(WIDTH, 0.87 * 2 * WIDTH / count + 0.25), gridspec_kw={"wspace": 0.16})
    for (upper, lower), (title, picture) in zip(axes.T, pictures.items(), strict=True):
        size = np.abs(np.fft.fftshift(np.fft.fft2(np.asarray(picture, float))))
        upper.imshow(np.asarray(picture), cmap=IMAGE)
        lower.imshow(np.log10(np.maximum(size, 1e-6 * size.max())), cmap=IMAGE)
        upper.set_title(title)
        for ax in (upper, lower):
            ax.set_axis_off()
    for left, pair in zip(axes.T[:-1], signs, strict=True):
        for ax, sign in zip(left, pair, strict=True):
            ax.text(1.08, 0.5, sign, transform=ax.transAxes, ha="center", va="center", fontsize=15)
    return list(axes.flat)


def waves_through(waves: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> list[Axes]:
    """Draw signals on a circle and what an operation makes of them, one below the other.

    Parameters
    ----------
    waves : mapping
        From a title to a signal and to the output, both of one length.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a signal.
    """
    fig, axes = plt.subplots(len(waves), 1, figsize=(WIDTH, 1.15 * len(waves) + 0.6), squeeze=False, sharex=True)
    for ax, (title, (before, after)) in zip(axes[:, 0], waves.items(), strict=True):
        ax.axhline(0, color=MUTED, linewidth=0.8, linestyle="-")
        ax.plot(np.asarray(before), "o-", color=SIGNAL, markersize=3.5, linewidth=1.2, label="wave")
        ax.plot(np.asarray(after), "s--", color=OUTPUT, markersize=4, label="its convolution")
        ax.set(title=title, yticks=[-1, 0, 1], ylim=(-1.15, 1.15))
    axes[-1, 0].set(xlabel="place on the circle")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return list(axes[:, 0])


def folded_row(values: ArrayLike, length: int) -> Axes:
    """Draw a row of numbers cut into rows of `length` cells, and the sums of the columns.

    Parameters
    ----------
    values : array_like, shape (N,)
        The numbers, of which no more than two rows are needed.
    length : int
        The cells of a row.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    full = np.asarray(values)
    over = full[length:]
    ax = board(len(full) + 5.2, 5.3)
    left = 3.9
    label(ax, left - 0.3, 0.6, "full result", ha="right", color=MUTED, fontsize=10.5)
    row_of_cells(ax, left, 0.1, full[:length])
    row_of_cells(ax, left + length, 0.1, over, fill=RED_SOFT)
    label(ax, left - 0.3, 2.35, "what hangs over", ha="right", color=MUTED, fontsize=10.5)
    row_of_cells(ax, left, 1.85, over, fill=RED_SOFT)
    start, end = (left + length + len(over) / 2, 1.1), (left + len(over) + 0.1, 2.35)
    curve = {"arrowstyle": "->", "color": KERNEL, "linewidth": 1.4, "connectionstyle": "arc3,rad=-0.35"}
    ax.annotate("", end, start, arrowprops=curve)
    label(ax, left - 0.3, 4.1, "the columns' sums", ha="right", color=MUTED, fontsize=10.5)
    sums = full[:length].copy()
    sums[: len(over)] += over
    row_of_cells(ax, left, 3.6, sums[: len(over)], fill=RED_SOFT)
    row_of_cells(ax, left + len(over), 3.6, sums[len(over) :], fill=TEAL_SOFT)
    note(ax, left + len(over) / 2, 4.95, "spoiled")
    note(ax, left + (len(over) + length) / 2, 4.95, "right")
    return ax


def strips(pictures: Mapping[str, ArrayLike], *, cmap: str = IMAGE, **limits: float) -> list[Axes]:
    """Draw wide pictures one below the other, all equally wide.

    Parameters
    ----------
    pictures : mapping
        From a title to a picture.
    cmap : str
        The colormap.
    **limits : float
        ``vmin`` and ``vmax``, the values that are drawn black and white.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a picture.
    """
    heights = [np.shape(picture)[0] / np.shape(picture)[1] for picture in pictures.values()]
    size = (WIDTH, WIDTH * sum(heights) + 0.33 * len(heights))
    _, axes = plt.subplots(len(pictures), 1, figsize=size, squeeze=False, height_ratios=heights)
    for ax, (title, picture) in zip(axes[:, 0], pictures.items(), strict=True):
        ax.imshow(np.asarray(picture), cmap=cmap, **limits)
        ax.set_title(title)
        ax.set_axis_off()
    return list(axes[:, 0])


def response_pictures(kernels: Mapping[str, ArrayLike], *, columns: int = 3) -> list[Axes]:
    """Draw as gray values by how much kernels multiply waves of all directions: black is 0, white the most of each.

    Parameters
    ----------
    kernels : mapping
        From a name to a kernel with two axes.
    columns : int
        Pictures in a row.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a kernel; its middle is the flat signal, its corners are the checkerboard.
    """
    omega = np.linspace(-np.pi, np.pi, 61)
    rows = -(-len(kernels) // columns)
    size = (WIDTH, rows * (0.78 * WIDTH / columns + 0.26) + 0.45)
    _, axes = plt.subplots(rows, columns, figsize=size, squeeze=False, sharex=True, sharey=True)
    for ax, (name, kernel) in zip(axes.flat, kernels.items(), strict=True):
        weights = np.asarray(kernel, float)
        down, across = (np.exp(-1j * np.outer(omega, np.arange(n))) for n in weights.shape)
        ax.imshow(np.abs(down @ weights @ across.T), cmap=IMAGE, extent=(-np.pi, np.pi, np.pi, -np.pi), vmin=0)
        ax.set(title=name, xticks=[-np.pi, 0, np.pi], yticks=[-np.pi, 0, np.pi])
        ax.set_xticklabels([MINUS_PI, "0", "π"])
        ax.set_yticklabels([MINUS_PI, "0", "π"])
    for ax in axes[-1]:
        ax.set_xlabel("ω across")
    for ax in axes[:, 0]:
        ax.set_ylabel("ω down")
    return list(axes.flat)


def responses_in_decibels(kernels: Mapping[str, ArrayLike], marked: Mapping[float, str], *, lowest: float) -> Axes:
    """Draw the sizes of frequency responses in decibels, over cycles a sample.

    Parameters
    ----------
    kernels : mapping
        From a name to a kernel with one axis.
    marked : mapping
        From a level in decibels to the words at its line.
    lowest : float
        The lowest level shown.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    cycles = np.linspace(0, 0.5, 501)
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for name, kernel in kernels.items():
        weights = np.asarray(kernel, float)
        size = np.abs(np.exp(-2j * np.pi * np.outer(cycles, np.arange(len(weights)))) @ weights)
        ax.plot(cycles, np.maximum(20 * np.log10(np.maximum(size, 1e-12)), lowest), label=name, linewidth=1.4)
    for level, words in marked.items():
        ax.axhline(level, color=MUTED, linewidth=0.8, linestyle="-")
        ax.text(0.5, level, words, ha="right", va="bottom", color=MUTED, fontsize=10)
    ax.set(xlabel="cycles a sample", ylabel="decibels", xlim=(0, 0.5), ylim=(lowest, 6))
    fig.legend(loc="outside upper left", ncols=2)
    return ax


def folded_spectrum(tones: Sequence[float], rate: float, stride: int) -> Axes:
    """Draw tones over their frequencies, and where those land that a stride cannot hold.

    Parameters
    ----------
    tones : sequence of float
        Frequencies up to half of `rate`, and below the new `rate`.
    rate : float
        Samples a second before the stride.
    stride : int
        Every how many samples are kept.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    half = rate / stride / 2
    _, ax = plt.subplots(figsize=(WIDTH, 2.2))
    stem: dict[str, Any] = {"linewidth": 2.2, "linestyle": "-"}
    for tone in tones:
        ax.plot([tone, tone], [0, 1], color=SIGNAL, **stem)
        ax.text(tone, 1.06, f"{tone:g}", ha="center", va="bottom", fontsize=10)
        if tone > half:
            seen = 2 * half - tone
            ax.plot([seen, seen], [0, 1], color=KERNEL, linewidth=2.2, linestyle=(0, (3, 1.5)))
            ax.text(seen, 1.06, f"{seen:g}", ha="center", va="bottom", fontsize=10, color=KERNEL)
            bend = {"arrowstyle": "->", "color": KERNEL, "linewidth": 1.3, "connectionstyle": "arc3,rad=0.3"}
            ax.annotate("", (seen + 20, 0.75), (tone - 20, 0.75), arrowprops=bend)
    ax.axvline(half, color=MUTED, linewidth=1, linestyle="-")
    ax.text(half, 1.38, f" half of {rate / stride:g} samples a second", va="top", color=MUTED, fontsize=10)
    ax.set(xlabel="cycles a second", xlim=(-100, rate / 2), ylim=(0, 1.4), yticks=[])
    ax.spines["left"].set_visible(False)
    return ax

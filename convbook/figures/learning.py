"""How weights are learned: the landscape of a loss, the steps on it, and what a rate does to each direction."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.style import BLUE, DIVERGING, GOLD, GRID, IMAGE, INK, MUTED, PURPLE, RED, TEAL, WIDTH


def descents(hessian: ArrayLike, lowest: ArrayLike, paths: Mapping[str, ArrayLike], *, reach: float = 3) -> list[Axes]:
    """Draw the steps of gradient descent over the level lines of a quadratic loss of two weights.

    Parameters
    ----------
    hessian : array_like, shape (2, 2)
        The second derivatives of the loss.
    lowest : array_like, shape (2,)
        Where the loss is zero.
    paths : mapping from a title to an array_like of shape (T, 2)
        The weights after each step; one panel for each path. Steps that leave the panel are drawn to its edge.
    reach : float
        From the lowest point to the edges of a panel.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a path, side by side.
    """
    hessian, lowest = np.asarray(hessian, float), np.asarray(lowest, float)
    offsets = np.linspace(-reach, reach, 61)
    first, second = np.meshgrid(offsets, offsets)
    loss = (hessian[0, 0] * first**2 + 2 * hessian[0, 1] * first * second + hessian[1, 1] * second**2) / 2
    levels = loss.max() * np.linspace(0.07, 1, 7)[:-1] ** 2
    _, directions = np.linalg.eigh(hessian)
    _, axes = plt.subplots(1, len(paths), figsize=(WIDTH, WIDTH / len(paths) + 0.45), sharey=True, squeeze=False)
    for ax, (title, path) in zip(axes[0], paths.items(), strict=True):
        ax.contour(lowest[0] + offsets, lowest[1] + offsets, loss, levels=levels, colors=MUTED, linewidths=0.7)
        for direction, color, dashes in zip(
            directions.T, (TEAL, PURPLE), ((0, (5, 1.6)), (0, (1.2, 1.2))), strict=True
        ):
            ends = lowest + np.outer([-2 * reach, 2 * reach], direction)
            ax.plot(*ends.T, color=color, linestyle=dashes, linewidth=1.3)
        ax.plot(*np.asarray(path, float).T, "-o", color=RED, markersize=3.5, linewidth=1.3)
        ax.plot(*np.asarray(path, float)[0], "s", color=INK, markersize=5)
        ax.plot(*lowest, "*", color=BLUE, markersize=11)
        ax.set(title=title, xlabel="first weight", aspect="equal")
        ax.set(xlim=lowest[0] + np.array([-reach, reach]), ylim=lowest[1] + np.array([-reach, reach]))
    axes[0, 0].set_ylabel("second weight")
    return list(axes[0])


def framed_row(images: Sequence[ArrayLike], titles: Sequence[str]) -> list[Axes]:
    """Draw small pictures side by side, with equal pixels and a frame: gray, or with a sign, red and blue.

    Parameters
    ----------
    images : sequence of array_like, each of shape (H, W)
        The pictures. One without negative values is gray, from 0 (black) to its largest value (white); in the others
        red is above zero, and blue below.
    titles : sequence of str
        One title a picture.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a picture.
    """
    widths = [np.shape(image)[1] for image in images]
    height = max(np.shape(image)[0] for image in images) / sum(widths) * WIDTH
    _, axes = plt.subplots(
        1, len(images), figsize=(WIDTH, height + 0.4), width_ratios=widths, squeeze=False, gridspec_kw={"wspace": 0.08}
    )
    for ax, image, title in zip(axes[0], map(np.asarray, images), titles, strict=True):
        most = float(np.abs(image).max())
        if image.min() < 0:
            ax.imshow(image, cmap=DIVERGING, vmin=-1.6 * most, vmax=1.6 * most)  # softer than the colormap's ends
        else:
            ax.imshow(image, cmap=IMAGE, vmin=0, vmax=most)
        ax.set(title=title, xticks=[], yticks=[])
        for line, size in ((ax.axhline, np.shape(image)[0]), (ax.axvline, np.shape(image)[1])):
            for place in range(1, size):
                line(place - 0.5, color=GRID, linewidth=0.6, linestyle="-")
        for spine in ax.spines.values():
            spine.set(visible=True, edgecolor=MUTED)
    return list(axes[0])


def factors_by_rate(eigenvalues: Mapping[str, float], marked: Mapping[str, float], *, most: float) -> Axes:
    """Draw by which factor one step of gradient descent multiplies the error in each direction, for each rate.

    Parameters
    ----------
    eigenvalues : mapping from a direction's name to the Hessian's eigenvalue there
        One line each.
    marked : mapping from a name to a rate
        Rates that get a vertical line.
    most : float
        The largest rate drawn.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    rates = np.linspace(0, most, 201)
    for (name, eigenvalue), color, dashes in zip(
        eigenvalues.items(), (PURPLE, TEAL, GOLD), ("-", (0, (5, 1.6)), (0, (1.2, 1.2))), strict=False
    ):
        ax.plot(rates, np.abs(1 - rates * eigenvalue), color=color, linestyle=dashes, label=name)
    ax.axhline(1, color=INK, linewidth=0.9, linestyle="-")
    ax.text(0.8 * most, 1.06, "above: explodes", ha="right", va="bottom", color=INK, fontsize=10)
    top = max(abs(1 - most * eigenvalue) for eigenvalue in eigenvalues.values())
    for step, (name, rate) in enumerate(marked.items()):
        ax.axvline(rate, color=MUTED, linewidth=0.9, linestyle="-")
        side = "right" if step == 0 else "left"
        ax.annotate(
            name, (rate, top * (1 - 0.13 * step)), (-3 if side == "right" else 3, 0), textcoords="offset points",
            ha=side, va="top", color=INK, fontsize=10,
        )  # fmt: skip
    ax.set(xlabel="learning rate η", ylabel="factor of one step, |1 − ηλ|", xlim=(0, most), ylim=(0, top))
    fig.legend(loc="outside upper left", ncols=2)
    return ax


def losses_by_step(
    lines: Mapping[str, tuple[ArrayLike, ArrayLike]],
    points: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str = "steps",
    ylabel: str = "loss",
) -> Axes:
    """Draw losses against the number of steps, on a logarithmic scale.

    Parameters
    ----------
    lines, points : mapping from a name to (steps, losses)
        What is drawn as a line, and what as points.
    xlabel, ylabel : str
        What the axes mean.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.2))
    for name, (steps, losses) in lines.items():
        ax.plot(np.asarray(steps), np.asarray(losses), label=name)
    styles: tuple[dict[str, Any], ...] = (
        {"marker": "o", "markersize": 11, "markerfacecolor": "none", "markeredgecolor": RED, "markeredgewidth": 1.5},
        {"marker": "s", "markersize": 4.5, "color": PURPLE},
    )
    for (name, (steps, losses)), style in zip(points.items(), styles, strict=False):
        ax.plot(np.asarray(steps), np.asarray(losses), linestyle="none", label=name, **style)
    ax.set(yscale="log", xlabel=xlabel, ylabel=ylabel)
    ax.grid(axis="y")
    ax.tick_params(which="minor", length=0)
    fig.legend(loc="outside upper left", ncols=2)
    return ax

"""Layers one after another: how far an output sees, where the cells stand that count, and a way around a layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.style import BLUE, GRID, INK, KERNEL, MUTED, PURPLE, RED, TEAL, WIDTH


def fields(stacks: Mapping[str, Sequence[tuple[int, int, int]]]) -> list[Axes]:
    """Draw, for stacks of layers on one axis, all cells on which one output depends.

    Parameters
    ----------
    stacks : mapping from a title to a sequence of (kernel_size, stride, dilation)
        The layers from the input on; one panel for each stack.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a stack, below each other: the output on top, the input at the bottom. The brackets below the input hold
        the fields of this output and of its neighbor; the title says how large they are, and how far apart.
    """
    _, axes = plt.subplots(len(stacks), figsize=(WIDTH, 1.75 * len(stacks)), sharex=True, squeeze=False)
    for ax, (title, layers) in zip(axes[:, 0], stacks.items(), strict=True):
        jumps = np.cumprod([1, *(stride for _, stride, _ in layers)])
        seen = {0}  # first cells of the fields, in input cells
        reach = sum((kernel - 1) * dilation * jump for (kernel, _, dilation), jump in zip(layers, jumps, strict=False))
        for height in range(len(layers), 0, -1):
            kernel, _, dilation = layers[height - 1]
            middle = sum((k - 1) * d * j for (k, _, d), j in zip(layers[:height], jumps, strict=False)) / 2
            taps = [tap * dilation * jumps[height - 1] for tap in range(kernel)]
            lower = middle - taps[-1] / 2
            for first in seen:
                for tap in taps:
                    ax.plot([first + middle, first + tap + lower], [height, height - 1], color=MUTED, lw=0.7, ls="-")
            ax.plot([first + middle for first in seen], [height] * len(seen), "o", color=TEAL, markersize=5)
            seen = {first + tap for first in seen for tap in taps}
        ax.plot(range(reach + 1), [0] * (reach + 1), "o", color=GRID, markersize=6)
        ax.plot(sorted(seen), [0] * len(seen), "o", color=BLUE, markersize=6)
        for below, start, color in ((0.55, 0, INK), (0.95, jumps[-1], KERNEL)):
            ends = [start - 0.3, start + reach + 0.3]
            ax.plot(ends, [-below, -below], "-|", color=color, linewidth=1.2, markersize=6)
        ax.set(title=f"{title}: {reach + 1} cells, {jumps[-1]} apart", ylim=(-1.2, len(layers) + 0.3))
        ax.set_axis_off()
    return list(axes[:, 0])


def influences(profiles: Mapping[str, ArrayLike], *, xlabel: str = "place in the field") -> Axes:
    """Draw how much each cell of a field counts, each field stretched to the same width and its largest value to 1.

    Parameters
    ----------
    profiles : mapping from a name to an array_like of shape (R,)
        The influence of each cell of a field, without a sign; up to four.
    xlabel : str
        What the axis means; it runs from −1, the first cell, to 1, the last.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 3.0))
    looks = ((MUTED, (0, (1.2, 1.2))), (TEAL, (0, (5, 1.6))), (RED, "-"), (PURPLE, (0, (6, 1.5, 1.2, 1.5))))
    for (name, profile), (color, dashes) in zip(profiles.items(), looks, strict=False):
        values = np.asarray(profile, float)
        ax.plot(np.linspace(-1, 1, values.size), values / values.max(), color=color, linestyle=dashes, label=name)
    ax.set(xlabel=xlabel, ylabel="influence, largest = 1", xlim=(-1, 1), ylim=(0, 1.04), xticks=[-1, -0.5, 0, 0.5, 1])
    fig.legend(loc="outside upper left", ncols=2)
    return ax


def two_ways(gain: float) -> Axes:
    """Draw a skip connection with the two ways of a slope back, and the length of their sum.

    Parameters
    ----------
    gain : float
        What the way through the layer multiplies the length by; the two parts are drawn at right angles.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, in which the way around has the length 1.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 2.6))
    around: dict[str, Any] = {"color": MUTED, "lw": 1.4, "ls": "-"}
    back: dict[str, Any] = {"color": RED, "lw": 1.6, "ls": (0, (3, 2))}
    for x, y, text in ((0, 0, "x"), (0, 1.12, "+"), (0.46, 0.56, "f")):
        ax.text(x, y, text, ha="center", va="center", fontsize=13, color=INK)
    ax.text(0.06, 1.32, "y", fontsize=13, color=INK)
    ax.add_patch(Rectangle((0.3, 0.42), 0.56, 0.28, facecolor="none", edgecolor=INK))
    for style, ways in (
        (around, ([(0, 0.1), (0, 1)], [(0.08, 0), (0.46, 0), (0.46, 0.42)], [(0.46, 0.7), (0.46, 1.12), (0.1, 1.12)])),
        (around, ([(0, 1.2), (0, 1.42)],)),
        (back, ([(-0.12, 1.4), (-0.12, 0)], [(0.25, 1.4), (0.7, 1.4), (0.7, -0.14), (0.1, -0.14)])),
    ):
        for points in ways:
            ax.plot(*zip(*points[:-1], strict=True), **style)
            ax.annotate("", points[-1], points[-2], arrowprops={"arrowstyle": "->", **style})
    ax.text(-0.2, 0.56, "1", ha="right", va="center", color=RED)
    ax.text(0.92, 0.56, f"{gain:g}", va="center", color=RED)
    left, bottom = 1.45, 0.25
    ax.plot(left + np.array([0, 1, 1, 0]), bottom + np.array([0, 0, gain, 0]), color=RED, lw=1.8, ls="-")
    ax.text(left + 0.5, bottom - 0.08, "1, around f", color=INK, ha="center", va="top")
    ax.text(left + 1.06, bottom + gain / 2, f"{gain:g}, through f", color=INK, va="center")
    ax.text(left + 0.42, bottom + gain / 2 + 0.08, f"{np.hypot(1, gain):.2f}", color=INK, ha="right")
    ax.set(xlim=(-0.3, 3.3), ylim=(-0.22, 1.5), aspect="equal")
    ax.set_axis_off()
    return ax

"""Layers as tables of weights: what each output looks at, the whole matrix, and how fast its weights are learned."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from convbook.figures.style import (
    BLUE,
    DIVERGING,
    GRID,
    MUTED,
    ON_LIGHT,
    OUTPUT,
    PANEL,
    PURPLE,
    RED,
    SIGNAL,
    TEAL,
    WIDTH,
)

#: What tells methods and shared weights apart, besides the color: a marker, and dashes.
_METHODS: Final = (
    (BLUE, "o", "-"),
    (RED, "s", (0, (5, 1.6))),
    (TEAL, "^", (0, (1.2, 1.2))),
    (PURPLE, "D", (0, (6, 1.6, 1.2, 1.6))),
)


def wiring(matrices: Sequence[ArrayLike], titles: Sequence[str]) -> list[Axes]:
    """Draw layers as lines from inputs to outputs; weights that occur more than once have a color and dashes.

    Parameters
    ----------
    matrices : sequence of array_like, each of shape (M, N)
        ``matrix[i, p]`` is the weight of input p in output i. Where it is 0, there is no line.
    titles : sequence of str
        One title a layer.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a layer, one below the other.
    """
    _, axes = plt.subplots(len(matrices), 1, figsize=(WIDTH, 1.35 * len(matrices)), squeeze=False)
    for ax, matrix, title in zip(axes[:, 0], map(np.asarray, matrices), titles, strict=True):
        values, times = np.unique(matrix[matrix != 0], return_counts=True)
        tied = dict(zip(values[times > 1], _METHODS, strict=False))
        for i, p in np.argwhere(matrix):
            color, _, dashes = tied.get(matrix[i, p], (MUTED, "", "-"))
            ax.plot([p, i], [1, 0], color=color, linestyle=dashes, linewidth=1.5 if tied else 0.8)
        for height, color, count in ((1, SIGNAL, matrix.shape[1]), (0, OUTPUT, matrix.shape[0])):
            ax.plot(np.arange(count), np.full(count, height), "o", markersize=9, color=color, linestyle="none")
        ax.text(-0.5, 1, "inputs", ha="right", va="center", color=SIGNAL)
        ax.text(-0.5, 0, "outputs", ha="right", va="center", color=OUTPUT)
        ax.set(title=title, xlim=(-1.9, max(matrix.shape) - 0.6), ylim=(-0.25, 1.25))
        ax.set_axis_off()
    return list(axes[:, 0])


def weight_views(layers: Sequence[ArrayLike], titles: Sequence[str], places: Sequence[tuple[int, int]]) -> list[Axes]:
    """Draw, for some outputs of some layers, the weight of each input pixel; a frame marks the output's own place.

    Parameters
    ----------
    layers : sequence of array_like, each of shape (H, W, H, W)
        The weights: ``layer[i, j, p, q]`` is the weight of input pixel (p, q) in output (i, j).
    titles : sequence of str
        One title a layer.
    places : sequence of (int, int)
        The outputs that are drawn.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for each layer and place, layer by layer.
    """
    side = WIDTH / (len(places) + 0.6)
    fig = plt.figure(figsize=(WIDTH, len(layers) * (side + 0.3)))
    bands = fig.subfigures(len(layers), 1, squeeze=False, hspace=0.04)[:, 0]
    drawn: list[Axes] = []
    for band, layer, title in zip(bands, map(np.asarray, layers), titles, strict=True):
        band.suptitle(title, x=0.02, ha="left", fontsize=11, fontweight="bold")
        most = max(float(np.abs(layer[place]).max()) for place in places)
        for ax, (i, j) in zip(band.subplots(1, len(places)), places, strict=True):
            _weights(ax, layer[i, j], most)
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, fill=False, edgecolor=ON_LIGHT, linewidth=1.8))
            ax.set_xlabel(f"output ({i}, {j})")
            drawn.append(ax)
    return drawn


def weight_matrices(matrices: Sequence[ArrayLike], titles: Sequence[str]) -> list[Axes]:
    """Draw the matrices of layers: a row for each output, a column for each input, the pixels counted row by row.

    Parameters
    ----------
    matrices : sequence of array_like, each of shape (M, N)
        The matrices.
    titles : sequence of str
        One title a matrix.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a matrix, two side by side.
    """
    rows = (len(matrices) + 1) // 2
    fig, axes = plt.subplots(rows, 2, figsize=(WIDTH, rows * (WIDTH / 2 + 0.1)), squeeze=False)
    for ax, matrix, title in zip(axes.flat, map(np.asarray, matrices), titles, strict=False):
        _weights(ax, matrix, float(np.abs(matrix).max()))
        ax.set_title(title)
    for ax in axes[:, 0]:
        ax.set_ylabel("output pixel")
    for ax in axes[-1]:
        ax.set_xlabel("input pixel")
    for ax in axes.flat[len(matrices) :]:
        fig.delaxes(ax)
    return list(axes.flat[: len(matrices)])


def weight_counts(counts: Mapping[str, int]) -> Axes:
    """Draw how many weights layers have, as bars on a logarithmic axis, with each whole number above its bar.

    Parameters
    ----------
    counts : mapping from a layer's name to its number of weights
        The layers, the first on top.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    _, ax = plt.subplots(figsize=(WIDTH, 0.62 * len(counts) + 0.55))
    ax.barh(range(len(counts)), list(counts.values()), height=0.4, color=RED)
    for place, (name, count) in enumerate(counts.items()):
        words = f"{name}: {count:,}"
        ax.annotate(words, (1, place - 0.24), (4, 0), textcoords="offset points", va="bottom")
    most = max(max(counts.values()), 1000)
    ax.set(xscale="log", xlim=(1, 1.5 * most), ylim=(len(counts) - 0.7, -0.75), yticks=[], xlabel="weights")
    ax.xaxis.set_major_locator(LogLocator(1000))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(which="minor", length=0)
    return ax


def _weights(ax: Axes, weights: NDArray[Any], most: float) -> None:
    ax.imshow(np.ma.masked_equal(weights, 0), cmap=DIVERGING, vmin=-most, vmax=most)
    ax.set(xticks=[], yticks=[], facecolor=PANEL)  # no weight looks unlike a small one
    for spine in ax.spines.values():
        spine.set(visible=True, edgecolor=GRID)


def learning_curves(
    sizes: ArrayLike,
    panels: Mapping[str, Mapping[str, ArrayLike]],
    *,
    predictions: tuple[ArrayLike, Mapping[str, ArrayLike]] | None = None,
    quartiles: Mapping[str, ArrayLike] | None = None,
    xlabel: str = "training examples",
    ylabel: str = "error",
) -> list[Axes]:
    """Draw errors against the number of training examples, on logarithmic axes, one line a method.

    Parameters
    ----------
    sizes : array_like, shape (M,)
        The numbers of training examples.
    panels : mapping from a title to a mapping from a method's name to its M errors
        One panel for each title.
    predictions : (sizes, mapping from a method's name to errors), optional
        What theory expects; drawn as lines, with the measured errors as points.
    quartiles : mapping from a method's name to an array_like of shape (2, M), optional
        Between which errors half of the measurements lie; drawn as bars through the points.
    xlabel, ylabel : str
        What the axes mean.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a panel.
    """
    fig, axes = plt.subplots(1, len(panels), figsize=(WIDTH, 3.1), sharey=True, squeeze=False)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for (name, errors), (color, marker, dashes) in zip(curves.items(), _METHODS, strict=False):
            points: dict[str, Any] = {"marker": marker, "color": color, "label": name}
            ax.plot(np.asarray(sizes), np.asarray(errors), linestyle="none" if predictions else dashes, **points)
            if predictions:
                where, lines = predictions
                ax.plot(np.asarray(where), np.asarray(lines[name]), color=color, linestyle=dashes, linewidth=1.1)
            if quartiles:
                ax.vlines(np.asarray(sizes), *np.asarray(quartiles[name]), color=color, linewidth=1.1)
        ax.set(xscale="log", yscale="log", xlabel=xlabel, title=title)
        ax.grid(axis="y")
        ax.tick_params(which="minor", length=0)
        ax.xaxis.set_major_formatter("{x:g}")
    _label_errors(axes[0, 0])
    axes[0, 0].set_ylabel(ylabel)
    handles, names = axes[0, 0].get_legend_handles_labels()
    fig.legend(handles, names, loc="outside upper center", ncols=len(names))
    return list(axes[0])


def _label_errors(ax: Axes) -> None:
    """Label powers of ten, or 1, 2 and 5 times them where there are few; never the places between."""
    low, high = ax.get_ylim()
    few = high / low < 100
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,)))
    if few:
        ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())

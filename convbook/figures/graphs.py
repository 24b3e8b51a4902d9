"""Graphs: numbers on vertices, and the edges between them."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.cells import label
from convbook.figures.style import MUTED, PANEL, TEAL, TEAL_SOFT, WIDTH


def graph_values(places: ArrayLike, edges: Sequence[tuple[int, int]], panels: Mapping[str, ArrayLike]) -> list[Axes]:
    """Draw a graph several times, each with other numbers on its vertices; what is not 0 is shaded.

    Parameters
    ----------
    places : array_like, shape (V, 2)
        Where each vertex is drawn: to the right, and up.
    edges : sequence of (int, int)
        The vertices that each edge joins.
    panels : mapping from str to array_like, each of shape (V,)
        The numbers by the words that stand above them.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a panel.
    """
    points = np.asarray(places, float)
    across, up = np.ptp(points, axis=0) + 0.8
    side = WIDTH / len(panels)
    _, axes = plt.subplots(1, len(panels), figsize=(WIDTH, side * up / across + 0.4), squeeze=False)
    for ax, (words, values) in zip(axes[0], panels.items(), strict=True):
        for edge in edges:
            ax.plot(*points[list(edge)].T, color=MUTED, linewidth=1.2, linestyle="-", zorder=1)
        for (x, y), value in zip(points, np.asarray(values), strict=True):
            look = {"color": TEAL_SOFT, "edgecolor": TEAL} if value else {"color": PANEL, "edgecolor": MUTED}
            ax.scatter(x, y, s=440, zorder=2, **look)
            label(ax, x, y, value, zorder=3)
        low, high = points.min(axis=0) - 0.4, points.max(axis=0) + 0.4
        ax.set(title=words, xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        ax.set_axis_off()
    return list(axes[0])

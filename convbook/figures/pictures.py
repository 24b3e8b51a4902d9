"""Pictures side by side."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from convbook.figures.style import IMAGE, RED, SEQUENTIAL, WIDTH


def image_row(images: Sequence[ArrayLike], titles: Sequence[str], *, cmap: str = IMAGE, **limits: float) -> list[Axes]:
    """Draw pictures side by side, each on its own scale of gray unless limits are given.

    Parameters
    ----------
    images : sequence of array_like, each of shape (H, W)
        The pictures.
    titles : sequence of str
        One title a picture.
    cmap : str
        The colormap.
    **limits : float
        ``vmin`` and ``vmax``, the values that are drawn black and white, for all pictures.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a picture.
    """
    # All pixels are equally large, so each picture is as wide as it has columns.
    widths = [np.shape(image)[1] for image in images]
    height = WIDTH * max(np.shape(image)[0] for image in images) / sum(widths) + 0.35
    _, axes = plt.subplots(1, len(images), figsize=(WIDTH, height), squeeze=False, width_ratios=widths)
    for ax, image, title in zip(axes[0], images, titles, strict=True):
        ax.imshow(np.asarray(image), cmap=cmap, **limits)
        ax.set_title(title)
        ax.set_axis_off()
    return list(axes[0])


def score_maps(picture: ArrayLike, scores: Sequence[ArrayLike], titles: Sequence[str]) -> list[Axes]:
    """Draw a picture and the scores of a search in it; rings mark every place that reaches the best score.

    Parameters
    ----------
    picture : array_like, shape (H, W)
        Where the search took place.
    scores : sequence of array_like
        The maps of the scores, one pixel for each place of the window.
    titles : sequence of str
        One title for the picture and one for each map.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for the picture and one for each map.
    """
    _, axes = plt.subplots(1, 1 + len(scores), figsize=(WIDTH, WIDTH / (1 + len(scores)) + 0.35))
    axes[0].imshow(np.asarray(picture), cmap=IMAGE)
    for ax, score in zip(axes[1:], map(np.asarray, scores), strict=True):
        ax.imshow(score, cmap=SEQUENTIAL)
        rows, columns = np.nonzero(np.isclose(score, score.max()))
        ax.plot(columns, rows, "o", markersize=6, markerfacecolor="none", markeredgecolor=RED, markeredgewidth=1.4)
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title)
        ax.set_axis_off()
    return list(axes)

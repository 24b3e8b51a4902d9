"""Pictures side by side."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.style import IMAGE, MUTED, RED, SEQUENTIAL, WIDTH


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


def score_maps(
    picture: ArrayLike, pattern: ArrayLike, scores: Sequence[ArrayLike], titles: Sequence[str]
) -> list[Axes]:
    """Draw a picture, a pattern, and the scores of its search; rings mark every place that reaches the best score.

    Parameters
    ----------
    picture, pattern : array_like, shape (H, W) and (K_h, K_w)
        Where the search took place, and what was searched for.
    scores : pair of array_like
        Two maps of scores, one pixel for each place of the window's upper left corner; a pixel is as large as one of
        the picture.
    titles : sequence of str
        The titles of the picture, of the pattern and of each map.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for the picture, one for the pattern and one for each map.
    """
    upper, lower = [np.asarray(picture), np.asarray(pattern)], [np.asarray(score) for score in scores]
    across = max(image.shape[1] for image in (*upper, *lower))
    heights = [max(image.shape[0] for image in row) for row in (upper, lower)]
    size = (WIDTH, WIDTH / 2 * sum(heights) / across + 0.7)
    _, axes = plt.subplots(2, 2, figsize=size, height_ratios=heights)
    for ax, image, title in zip(axes.flat, (*upper, *lower), titles, strict=True):
        rows, columns = image.shape
        is_map = ax in axes[1]
        ax.imshow(image, cmap=SEQUENTIAL if is_map else IMAGE)
        if is_map:
            at_row, at_column = np.nonzero(np.isclose(image, image.max()))
            ax.plot(at_column, at_row, "o", markersize=7, mfc="none", mec=RED, mew=1.4)
        else:  # white pixels on a white page
            frame = Rectangle((-0.5, -0.5), columns, rows, fill=False, edgecolor=MUTED, linewidth=0.8, clip_on=False)
            ax.add_patch(frame)
        ax.set(xlim=(-0.5, across - 0.5), ylim=(heights[int(is_map)] - 0.5, -0.5))
        ax.set_title(title, loc="left")
        ax.set_axis_off()
    return list(axes.flat)

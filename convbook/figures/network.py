"""What a small network was shown, what goes through it, and what it learned."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from convbook.figures.cells import label
from convbook.figures.style import BLUE, DIVERGING, IMAGE, INK, MUTED, ON_LIGHT, PANEL, RED, WIDTH


def picture_grid(
    pictures: Sequence[ArrayLike | None],
    titles: Sequence[str] | None = None,
    *,
    columns: int,
    marks: Sequence[tuple[int, int] | None] | None = None,
) -> list[Axes]:
    """Draw small pictures in rows: gray, or if one of them has a sign, red above zero and blue below.

    Parameters
    ----------
    pictures : sequence of array_like, each of shape (H, W), or None
        The pictures, on one scale if they have a sign, each from 0 to its own largest value if not. None leaves its
        place empty.
    titles : sequence of str, optional
        One title a picture.
    columns : int
        How many stand side by side.
    marks : sequence of (int, int) or None, optional
        A place in each picture, by row and column, that gets a ring; None gets none.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a place.
    """
    images = [None if picture is None else np.asarray(picture, float) for picture in pictures]
    drawn = [image for image in images if image is not None]
    most, signed = max(float(np.abs(image).max()) for image in drawn), any(image.min() < 0 for image in drawn)
    rows = -(-len(images) // columns)
    height = rows * (WIDTH / columns * drawn[0].shape[0] / drawn[0].shape[1] + (0.3 if titles else 0.05))
    _, axes = plt.subplots(rows, columns, figsize=(WIDTH, height), squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for place, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        if image is None:
            continue
        limits = (-1.3 * most, 1.3 * most) if signed else (0, image.max() or 1)
        ax.imshow(image, cmap=DIVERGING if signed else IMAGE, vmin=limits[0], vmax=limits[1])
        ax.set(xticks=[], yticks=[])
        ax.set_axis_on()
        for spine in ax.spines.values():
            spine.set(visible=True, edgecolor=MUTED)
        if titles:
            ax.set_title(titles[place], fontsize=10.5)
        if marks and (mark := marks[place]):
            ax.plot(mark[1], mark[0], "o", markersize=9, mfc="none", mec=ON_LIGHT if signed else RED, mew=1.6)
    return list(axes.flat[: len(images)])


def shapes_between(steps: Sequence[tuple[tuple[int, ...], str, str]], last: tuple[int, ...]) -> Axes:
    """Draw what goes through a network: a stack of squares for channels, a column of dots for a list of numbers.

    Parameters
    ----------
    steps : sequence of (shape, str, str)
        The shape before each layer, without the batch, ``(C, H, W)`` or ``(C,)``; the layer's name; a word below it.
    last : tuple of int
        The shape after the last layer.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig = plt.figure(figsize=(WIDTH, 1.9), layout="none")
    ax = fig.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 100), ylim=(38, 0))
    ax.set_axis_off()
    shapes = [*(shape for shape, _, _ in steps), last]
    pitch = 100 / len(shapes)
    for place, shape in enumerate(shapes):
        middle = pitch * (place + 0.5)
        if len(shape) == 3:
            side, shift = 0.42 * shape[1], 0.55
            left, top = middle - (side + shift * (shape[0] - 1)) / 2, 14 - (side + shift * (shape[0] - 1)) / 2
            for channel in range(shape[0]):
                corner = (left + shift * channel, top + shift * channel)
                ax.add_patch(Rectangle(corner, side, side, facecolor=PANEL, edgecolor=BLUE, linewidth=0.8))
        else:
            heights = 14 + 1.8 * (np.arange(shape[0]) - (shape[0] - 1) / 2)
            ax.plot(np.full(shape[0], middle), heights, "o", color=BLUE, markersize=4)
        label(ax, middle, 25, " × ".join(map(str, shape)), fontsize=10)
    for place, (_, name, below) in enumerate(steps):
        edge = pitch * (place + 1)
        ax.annotate("", (edge + 2.2, 14), (edge - 2.2, 14), arrowprops={"arrowstyle": "->", "color": INK})
        label(ax, edge, 31, name, fontsize=10, color=RED)
        label(ax, edge, 35.5, below, fontsize=10, color=MUTED)
    return ax

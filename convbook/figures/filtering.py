"""Pictures as numbers, one place of a kernel, and what kernels answer."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from convbook.figures.cells import board, cell, grid_of_cells, label, note, number
from convbook.figures.style import (
    BLUE_SOFT,
    DIVERGING,
    GRID,
    IMAGE,
    KERNEL,
    MUTED,
    ON_DARK,
    ON_LIGHT,
    OUTPUT,
    RED_SOFT,
    TEAL_SOFT,
    WIDTH,
)


def gray_numbers(picture: ArrayLike) -> Axes:
    """Draw a picture as the table that it is: each pixel in its shade of gray, with its number on it.

    Parameters
    ----------
    picture : array_like, shape (H, W)
        Gray values from 0 (black) to 255 (white).

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell; rows and columns are numbered at its edges.
    """
    pixels = np.asarray(picture)
    rows, columns = pixels.shape
    ax = board(columns + 1, rows + 1)
    for j in range(columns):
        note(ax, j + 1.5, 0.55, str(j), fontsize=9.5)
    for i in range(rows):
        note(ax, 0.5, i + 1.5, str(i), fontsize=9.5)
    for (i, j), value in np.ndenumerate(pixels):
        text = ON_LIGHT if value > 127 else ON_DARK
        cell(ax, j + 1, i + 1, value, fill=_gray(value), color=text, fontsize=9.5)
    return ax


def window_to_pixel(
    picture: ArrayLike, kernel: ArrayLike, result: ArrayLike, corner: tuple[int, int], divisor: float = 1
) -> Axes:
    """Draw a kernel between a picture and its answer, and frame one window and the one pixel that it gives.

    Parameters
    ----------
    picture, result : array_like, shape (H, W) and (H - K_h + 1, W - K_w + 1)
        Gray values from 0 (black) to 255 (white), before and after.
    kernel : array_like, shape (K_h, K_w)
        The kernel, whose numbers are written out.
    corner : (int, int)
        Row and column of the window's first pixel, and so of the pixel of the result.
    divisor : float
        What the numbers of the kernel are divided by.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a pixel.
    """
    before, weights, after = np.asarray(picture), np.asarray(kernel), np.asarray(result)
    gap, side, top = 2.2, 2, 1.6
    middle = before.shape[1] + gap
    right = middle + side * weights.shape[1] + gap
    size = (right + after.shape[1] + 0.2, before.shape[0] + top + 0.2)
    ax = board(*size)
    for left, image, words, extent in ((0.1, before, "picture", weights.shape), (right, after, "result", (1, 1))):
        rows, columns = image.shape
        ax.imshow(image, extent=(left, left + columns, top + rows, top), cmap=IMAGE, vmin=0, vmax=255)
        ax.add_patch(Rectangle((left, top), columns, rows, fill=False, edgecolor=MUTED, linewidth=0.8))
        place = (left + corner[1], top + corner[0])
        ax.add_patch(Rectangle(place, extent[1], extent[0], fill=False, edgecolor=KERNEL, linewidth=2))
        note(ax, left + columns / 2, 0.8, words)
    ax.set(xlim=(0, size[0]), ylim=(size[1], 0))
    upper = top + (before.shape[0] - side * weights.shape[0]) / 2
    for (a, b), value in np.ndenumerate(weights):
        place = (middle + side * b, upper + side * a)
        ax.add_patch(Rectangle(place, side, side, facecolor=RED_SOFT, edgecolor=GRID))
        label(ax, place[0] + side / 2, place[1] + side / 2, value, fontsize=10.5)
    note(ax, (middle + right - gap) / 2, upper - 0.8, "kernel")
    if divisor != 1:
        note(ax, (middle + right - gap) / 2, upper + side * weights.shape[0] + 0.9, f"÷ {number(divisor)}")
    for center, sign, points in ((middle - gap / 2, "\N{STAR OPERATOR}", 26), (right - gap / 2, "=", 14)):
        label(ax, center, top + before.shape[0] / 2, sign, fontsize=points)
    return ax


def nine_products(picture: ArrayLike, kernel: ArrayLike, corner: tuple[int, int], divisor: float = 1) -> Axes:
    """Draw how one pixel of a result comes about: a window, the kernel, their products, and the sum.

    Parameters
    ----------
    picture : array_like, shape (H, W)
        The picture.
    kernel : array_like, shape (K_h, K_w)
        The kernel, laid on the picture as it is.
    corner : (int, int)
        Row and column of the window's first pixel.
    divisor : float
        What the sum is divided by in the end.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    weights = np.asarray(kernel)
    rows, columns = weights.shape
    window = np.asarray(picture)[corner[0] : corner[0] + rows, corner[1] : corner[1] + columns]
    products = window * weights
    total = products.sum()
    ax = board(3 * columns + 2, rows + 2.2)
    left = (ax.get_xlim()[1] - 3 * columns - 2) / 2
    for words, sign, values, fill in (
        ("window", "×", window, BLUE_SOFT),
        ("kernel", "=", weights, RED_SOFT),
        ("products", "", products, TEAL_SOFT),
    ):
        note(ax, left + columns / 2, 0.5, words)
        grid_of_cells(ax, left, 1, values, dict.fromkeys(np.ndindex(values.shape), fill))
        label(ax, left + columns + 0.5, 1 + rows / 2, sign, fontsize=14)
        left += columns + 1
    division = f",   {number(total)} / {number(divisor)} = {number(total / divisor)}" if divisor != 1 else ""
    label(
        ax,
        left - 1,
        rows + 1.65,
        f"sum {number(total)}{division}",
        ha="right",
        color=OUTPUT,
        fontweight="bold",
    )
    return ax


def answers(results: Sequence[ArrayLike], titles: Sequence[str], *, columns: int = 3, white: float = 255) -> list[Axes]:
    """Draw pictures in rows; where values are negative, red is above zero, blue below, and white is zero.

    Parameters
    ----------
    results : sequence of array_like, each of shape (H, W)
        The pictures. One without negative values is drawn in gray, from 0 to `white`; of one with them, the strongest
        hundredth has the strongest color.
    titles : sequence of str
        One title a picture; it may have several lines.
    columns : int
        How many stand side by side.
    white : float
        The value that is drawn white in a gray picture.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a picture.
    """
    pictures = [np.asarray(result, float) for result in results]
    rows = -(-len(pictures) // columns)
    tallest = max(picture.shape[0] / picture.shape[1] for picture in pictures)
    title_height = 0.05 + 0.2 * max(title.count("\n") + 1 for title in titles)
    height = rows * (WIDTH / columns * tallest + title_height)
    fig, axes = plt.subplots(rows, columns, figsize=(WIDTH, height), squeeze=False)
    fig.set_layout_engine("constrained", h_pad=0.02, w_pad=0.03)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, picture, title in zip(axes.flat, pictures, titles, strict=False):
        ax.imshow(picture, **_scale(picture, white))
        across, down = picture.shape[::-1]
        frame = Rectangle((-0.5, -0.5), across, down, fill=False, edgecolor=MUTED, linewidth=0.6, clip_on=False)
        ax.add_patch(frame)  # white pixels on a white page
        ax.set_title(title)
        ax.set_anchor("N")
    return list(axes.flat[: len(pictures)])


def _scale(picture: NDArray[Any], white: float) -> dict[str, Any]:
    """Choose the colors: gray for brightness, blue to red around a white zero for differences."""
    if picture.min() >= 0:
        return {"cmap": IMAGE, "vmin": 0, "vmax": white}
    # A few very strong edges must not make all the others pale.
    largest = np.percentile(np.abs(picture), 99) or np.abs(picture).max()
    return {"cmap": DIVERGING, "vmin": -largest, "vmax": largest}


def _gray(value: float) -> str:
    """Give the shade of a gray value from 0 to 255, as a color."""
    level = round(float(np.clip(value, 0, 255)))
    return f"#{level:02x}{level:02x}{level:02x}"

"""How a kernel is chosen: its numbers, what it keeps of a peak, and what it does to each frequency."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray

from convbook.figures.cells import board, grid_of_cells, label, note
from convbook.figures.style import BLUE_SOFT, IMAGE, INK, MUTED, PANEL, RED_SOFT, WIDTH


def kernel_tiles(kernels: Mapping[str, tuple[ArrayLike, str]], *, columns: int = 3) -> Axes:
    """Draw small kernels as tables: positive numbers on red, negative ones on blue.

    Parameters
    ----------
    kernels : mapping
        From the title of a kernel to its numbers, an array of shape (3, 3), and a remark below it.
    columns : int
        How many stand side by side.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    rows = -(-len(kernels) // columns)
    ax = board(4.4 * columns - 1.4, 5.5 * rows - 0.4)
    step = (ax.get_xlim()[1] - 3) / (columns - 1)
    for place, (title, (kernel, remark)) in enumerate(kernels.items()):
        values = np.asarray(kernel)
        left, top = place % columns * step, place // columns * 5.5
        fills = {
            index: RED_SOFT if value > 0 else BLUE_SOFT if value < 0 else PANEL
            for index, value in np.ndenumerate(values)
        }
        label(ax, left + 1.5, top + 0.5, title, fontweight="bold", fontsize=10.5)
        grid_of_cells(ax, left, top + 1, values, fills)
        note(ax, left + 1.5, top + 4.5, remark)
    return ax


def smoothed_peak(
    places: ArrayLike, signal: ArrayLike, results: Mapping[str, ArrayLike], *, xlabel: str, ylabel: str, name: str
) -> Axes:
    """Draw a signal as dots and what smoothing makes of it as lines.

    Parameters
    ----------
    places, signal : array_like, shape (N,)
        Where the signal was measured, and its values.
    results : mapping
        From a name to a smoothed signal, an array of shape (N,).
    xlabel, ylabel : str
        What the places and the values are.
    name : str
        What the dots are called.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8))
    ax.plot(np.asarray(places), np.asarray(signal), "o", color=MUTED, markersize=3.5, label=name)
    for words, values in results.items():
        ax.plot(np.asarray(places), np.asarray(values), label=words)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0.02)
    fig.legend(loc="outside upper left", ncols=3)
    return ax


def noise_balance(
    widths: ArrayLike, blur: ArrayLike, noise: ArrayLike, measured_at: ArrayLike, measured: ArrayLike
) -> Axes:
    """Draw the two errors of smoothing over the width of a kernel, both together, and what was measured.

    Parameters
    ----------
    widths : array_like, shape (N,)
        The standard deviations of the kernels.
    blur, noise : array_like, shape (N,)
        The root mean square of what the kernel does to the picture, and of what it leaves of the noise.
    measured_at, measured : array_like, shape (M,)
        Widths at which a noisy picture was smoothed, and the errors that were left.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    sigma, lost, left = (np.asarray(values, float) for values in (widths, blur, noise))
    fig, ax = plt.subplots(figsize=(WIDTH, 2.8))
    for values, words in ((np.hypot(lost, left), "both"), (lost, "blur"), (left, "noise that is left")):
        ax.plot(sigma, values, label=words)
    ax.plot(np.asarray(measured_at), np.asarray(measured), "o", color=MUTED, markersize=5, label="measured")
    ax.set(xlabel="width σ of the kernel", ylabel="error in gray values", xlim=(sigma[0], sigma[-1]), ylim=(0, None))
    fig.legend(loc="outside upper left", ncols=2)
    return ax


def frequency_responses(kernels: Mapping[str, ArrayLike]) -> Axes:
    """Draw by which factor symmetric kernels multiply a wave, from flat signals to the finest stripes.

    Parameters
    ----------
    kernels : mapping
        From a name to a symmetric kernel, an array of odd length.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    omega = np.linspace(0, np.pi, 97)
    ax = _over_frequencies({name: _response(kernel, omega).real for name, kernel in kernels.items()}, omega)
    ax.set(ylabel="factor H(ω)")
    return ax


def slope_responses(kernels: Mapping[str, ArrayLike]) -> Axes:
    """Draw how steep a wave looks to kernels that measure the slope, and how steep it is.

    Parameters
    ----------
    kernels : mapping
        From a name to a kernel of odd length.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure.
    """
    omega = np.linspace(0, np.pi, 97)
    curves = {name: np.abs(_response(kernel, omega)) for name, kernel in kernels.items()}
    ax = _over_frequencies(curves | {"the true slope, ω": omega}, omega)
    ax.set(ylabel="size of H(ω)")
    return ax


def response_contours(kernels: Mapping[str, ArrayLike]) -> list[Axes]:
    """Draw the responses of symmetric kernels to waves of all directions, as level lines.

    Parameters
    ----------
    kernels : mapping
        From a name to a kernel of odd sizes, unchanged by half a turn. The lines are at quarters of 1.

    Returns
    -------
    list of matplotlib.axes.Axes
        One a kernel; its middle is the flat signal, its corners are the checkerboard.
    """
    omega = np.linspace(-np.pi, np.pi, 65)
    _, axes = plt.subplots(1, len(kernels), figsize=(WIDTH, WIDTH / len(kernels) + 0.7), squeeze=False, sharey=True)
    for ax, (name, kernel) in zip(axes[0], kernels.items(), strict=True):
        weights = np.asarray(kernel, float)
        rows, columns = (np.exp(1j * np.outer(omega, np.arange(n) - n // 2)) for n in weights.shape)
        heights = (rows @ weights @ columns.T).real
        lines = ax.contour(omega, omega, heights, (-0.25, 0, 0.25, 0.5, 0.75), colors=INK, linewidths=1)
        ax.clabel(lines, (0, 0.25, 0.5), fontsize=9, fmt="%g")
        ax.set(title=name, aspect="equal", xlabel="ω across", xticks=[-np.pi, 0, np.pi], yticks=[-np.pi, 0, np.pi])
        ax.set_xticklabels(["\N{MINUS SIGN}π", "0", "π"])
    axes[0, 0].set(ylabel="ω down", yticklabels=["\N{MINUS SIGN}π", "0", "π"])
    return list(axes[0])


def answer_and_response(answer: ArrayLike, limits: tuple[float, float], kernel: ArrayLike) -> list[Axes]:
    """Draw what a kernel makes of a picture, and beside it by what it multiplies a wave.

    Parameters
    ----------
    answer : array_like, shape (H, W)
        The filtered picture.
    limits : (float, float)
        The values that are drawn black and white.
    kernel : array_like, shape (K,)
        The weights along the wave; for waves across a picture these are the sums of the kernel's columns. Only for a
        kernel that is not symmetric has the factor an imaginary part.

    Returns
    -------
    list of matplotlib.axes.Axes
        One for the picture and one for the factor.
    """
    omega = np.linspace(0, np.pi, 97)
    factor = _response(kernel, omega)
    small = 1e-12 * np.abs(np.asarray(kernel)).sum()
    _, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 2.6), width_ratios=(1, 1.5), layout="constrained")
    pixels = np.asarray(answer)
    left.imshow(pixels, cmap=IMAGE, vmin=limits[0], vmax=limits[1])
    frame = Rectangle((-0.5, -0.5), *pixels.shape[::-1], fill=False, edgecolor=MUTED, linewidth=0.6, clip_on=False)
    left.add_patch(frame)  # white pixels on a white page
    left.set_axis_off()
    right.axhline(0, color=MUTED, linewidth=0.8, linestyle="-")
    for name, values in {"real part": factor.real, "imaginary part": factor.imag}.items():
        if np.abs(values).max() > small:
            right.plot(omega, values, label=name)
    right.set_xticks(np.arange(3) * np.pi / 2, ["0", "π/2", "π"])
    right.set(xlabel="frequency ω across", ylabel="factor H(ω)", xlim=(0, np.pi))
    right.grid(visible=True)
    if np.abs(factor.imag).max() > small:
        right.legend()
    return [left, right]


def _response(kernel: ArrayLike, omega: NDArray[Any]) -> NDArray[Any]:
    weights = np.asarray(kernel, float)
    places = np.arange(len(weights)) - len(weights) // 2
    return np.asarray(np.exp(1j * np.outer(omega, places)) @ weights)


def _over_frequencies(curves: Mapping[str, NDArray[Any]], omega: NDArray[Any]) -> Axes:
    fig, ax = plt.subplots(figsize=(WIDTH, 3.4))
    ax.axhline(0, color=MUTED, linewidth=0.8, linestyle="-")
    for name, values in curves.items():
        ax.plot(omega, values, label=name)
    quarters = np.arange(5)
    ax.set_xticks(quarters * np.pi / 4, ["0\nflat", "π/4", "π/2", "3π/4", "π\nfinest stripes"])
    ax.set(xlabel="frequency ω", xlim=(0, np.pi))
    ax.grid(visible=True)
    fig.legend(loc="outside upper left", ncols=2)
    return ax

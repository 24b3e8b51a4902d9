"""Modes: which part of all outputs is returned, and what a stream carries from block to block."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from convbook.figures.cells import board, cell, note, row_of_cells
from convbook.figures.style import BLUE_SOFT, GOLD_SOFT, INK, MUTED, OUTPUT, TEAL_SOFT


def slices_of_full(size: int, kernel_sizes: Sequence[int], slices: Mapping[str, Sequence[tuple[int, int]]]) -> Axes:
    """Draw the places of the full result, and below them which of these each mode returns; a table for each kernel.

    Parameters
    ----------
    size : int
        The length of the signal.
    kernel_sizes : sequence of int
        The length of each kernel.
    slices : mapping from str to a sequence of (int, int)
        For each mode, by the words beside its bar, the start and the length of its part with each kernel.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    left, pitch = 4.4, 2.3 + 0.62 * len(slices)
    ax = board(left + size + max(kernel_sizes) - 1, pitch * len(kernel_sizes) - 0.4)
    for table, kernel_size in enumerate(kernel_sizes):
        top, places = pitch * table, size + kernel_size - 1
        note(ax, 0.1, top + 0.6, f"K = {kernel_size}", ha="left", color=INK, fontsize=11)
        for n in range(places):
            complete = kernel_size - 1 <= n < size
            cell(ax, left + n, top + 0.1, n, fill=TEAL_SOFT if complete else "none", color=INK if complete else MUTED)
        for line, (words, parts) in enumerate(slices.items()):
            row, (start, length) = top + 1.6 + 0.62 * line, parts[table]
            note(ax, 0.1, row, words, ha="left")
            ends = [left + start + 0.08, left + start + length - 0.08]
            ax.plot(ends, [row, row], color=OUTPUT, linewidth=5, linestyle="-", solid_capstyle="butt")
    return ax


def carried_samples(lengths: Sequence[int], carried: int) -> Axes:
    """Draw the blocks of a stream, each behind the samples that are kept from before it, and the places of its sums.

    Parameters
    ----------
    lengths : sequence of int
        The length of each block.
    carried : int
        How many samples are kept: one less than the kernel has.

    Returns
    -------
    matplotlib.axes.Axes
        The axes of the new figure, one unit a cell.
    """
    total, left, pitch = sum(lengths), 2.2, 2.7
    ax = board(left + total + 2 * carried, pitch * (len(lengths) + 1) - 0.4)
    start = 0
    for line, length in enumerate([*lengths, carried]):
        row, first = pitch * line, left + carried + start
        last = line == len(lengths)
        note(ax, 0.1, row + 0.5, "end" if last else f"block {line}", ha="left")
        note(ax, 0.1, row + 1.55, "sums", ha="left")
        for n in range(start - carried, start):
            fill = GOLD_SOFT if n >= 0 else "none"
            cell(ax, left + carried + n, row, n if n >= 0 else "", fill=fill, fontweight="bold")
        own = [""] * length if last else range(start, start + length)
        row_of_cells(ax, first, row, own, fill="none" if last else BLUE_SOFT)
        row_of_cells(ax, first, row + 1.05, range(start, start + length), fill=TEAL_SOFT)
        start += length
    return ax

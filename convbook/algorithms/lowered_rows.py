"""Lowered rows: each row of the input once per tap of a row, shifted as that tap sees it, zeros beyond the ends.

Half of what lowered columns do, at a fraction of their size: what the taps of a whole filter see are views of these
copies, since the taps of a column see the same rows, one after the other.
"""

import numpy as np

from convbook._arguments import Array
from convbook.algorithms.problem import Problem


def lower_rows(x: Array, problem: Problem, first: int, step: int, position: int, out: Array) -> None:
    """Copy rows of the input, `step` apart, from row `first` on, once per tap of a row of the window.

    `out` has the shape ``(groups, channels, taps of a row, rows, examples, positions in a row)``, in any order in
    memory, and holds what the positions in a row from `position` on see.
    A row before the input is negative, and zero like all that lies beyond it.
    """
    height, width = problem.windows.size
    stride, dilation = problem.windows.stride[1], problem.windows.dilation[1]
    before = problem.windows.padding[1][0] - position * stride
    groups, channels, taps, rows, images, row = out.shape
    x = x.reshape(images, groups, channels, height, width)
    low = min(rows, max(0, -(first // step)))
    high = max(low, min(rows, (height - 1 - first) // step + 1))
    if low:
        out[:, :, :, :low] = 0
    if high < rows:
        out[:, :, :, high:] = 0
    if low == high:
        return
    inside = x[:, :, :, first + low * step : first + (high - 1) * step + 1 : step].transpose(1, 2, 3, 0, 4)
    for tap in range(taps):
        cell = tap * dilation - before  # that the first position sees
        left = min(row, max(0, -(cell // stride)))
        right = max(left, min(row, (width - 1 - cell) // stride + 1))
        target = out[:, :, tap, low:high]
        if left:
            target[..., :left] = 0
        if right < row:
            target[..., right:] = 0
        if left < right:
            seen = inside[..., cell + left * stride : cell + (right - 1) * stride + 1 : stride]
            np.copyto(target[..., left:right], seen)

"""A kernel as a sum of columns times rows: its best approximation of a rank."""

import numpy as np

from book.explorers.values import Kind, table, whole
from convbook import figures, kernels


def draw(kernel: list[list[float]], rank: int) -> None:
    h = np.array(kernel)
    if rank > min(h.shape):
        raise ValueError(f"rank (={rank}) must be from 1 to {min(h.shape)}")
    near = sum((np.outer(column, row) for column, row in kernels.separate(h, rank)), np.zeros(h.shape))
    shown = {"kernel": h, f"rank {rank}": near, "left": h - near}
    limits = [limit(0, *(limit(values.ravel()) for values in shown.values())) for limit in (min, max)]
    axes = figures.image_row(list(shown.values()), list(shown), vmin=limits[0], vmax=limits[1])
    axes[0].get_figure(root=True).set_layout_engine("constrained")


KIND = Kind({"kernel": table, "rank": whole(1, 12)}, draw, first={"rank": "1"})

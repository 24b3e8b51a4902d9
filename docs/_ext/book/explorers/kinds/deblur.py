"""A signal on a circle is blurred and disturbed, and divided back with a regularization."""

import numpy as np

from book.explorers.values import Kind, numbers, whole
from convbook import figures
from convbook.matrices import circulant


def restored(x: list[float], h: list[float], e: list[float], weight: float) -> tuple[np.ndarray, np.ndarray]:
    """Blur, disturb, divide; return the recording and what comes back."""
    size = len(x)
    blur = circulant(np.roll(np.pad(h, (0, size - len(h))), -(len(h) // 2)))
    y = blur @ x + np.resize(e, size)
    return y, np.linalg.solve(blur.T @ blur + weight * np.eye(size), blur.T @ y)


def draw(x: list[float], h: list[float], e: list[float], p: int) -> None:
    if len(h) > len(x):
        raise ValueError(f"h has {len(h)} weights, more than the {len(x)} places of the circle")
    weights = 10 ** (np.arange(-24, 9) / 4)
    errors = [np.linalg.norm(restored(x, h, e, weight)[1] - x) for weight in weights]
    chosen = {"chosen": ([weights[p + 24]], [errors[p + 24]])}
    ax = figures.losses_by_step({"error": (weights, errors)}, chosen, xlabel="λ", ylabel="error")
    ax.set(xscale="log")


KIND = Kind(
    {"x": numbers, "h": numbers, "e": numbers, "p": whole(-24, 8)},
    draw,
    first={"p": "-4"},
)

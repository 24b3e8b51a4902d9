"""What a kernel will do: sum, moments, symmetry, its answer to waves, and a picture."""

import numpy as np

import convbook
from book.explorers.pictures import SCENES
from book.explorers.values import Kind, one_of, table, whole
from convbook import figures, kernels

#: What a reader may choose; the page knows the same numbers.
PRESETS = {
    "identity": kernels.sharpen(0),
    "box": kernels.box((3, 3)),
    "box 5×5": kernels.box((5, 5)),
    "binomial": kernels.binomial((3, 3)),
    "binomial 5×5": kernels.binomial((5, 5)),
    "Sobel": kernels.sobel(1),
    "Laplacian": kernels.laplacian(),
    "sharpen": kernels.sharpen(),
}


def draw(preset: str, kernel: list[list[float]], divisor: int, of: str, place: int) -> None:
    weights = np.array(kernel) / divisor
    if preset in PRESETS and not (
        weights.shape == PRESETS[preset].shape and np.allclose(weights, PRESETS[preset], rtol=1e-12)
    ):
        raise ValueError(f"these numbers are not the preset {preset!r}")
    picture = SCENES[of]
    answer = convbook.corr2d(picture, weights)
    most = np.abs(answer).max() or 1
    limits = (0, picture.max() * weights.sum()) if weights.sum() > 1e-9 * np.abs(weights).sum() else (-most, most)
    figures.answer_and_response(answer, limits, weights.sum(axis=0))


KIND = Kind(
    {
        "preset": one_of("own", *PRESETS),
        "kernel": table,
        "divisor": whole(1, 9999),
        "of": one_of(*SCENES),
        "place": whole(0, 16),
    },
    draw,
    first={"preset": "own", "divisor": "1", "of": "Hi", "place": "0"},
)

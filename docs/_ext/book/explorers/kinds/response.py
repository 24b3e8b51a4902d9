"""A wave on a circle of 24 places, what a kernel makes of it, and what every s-th sample leaves of it."""

import numpy as np

from book.explorers.values import Kind, numbers, one_of, whole
from convbook import figures
from convbook.matrices import circulant

PLACES = 24


def draw(h: list[float], stride: str, k: int) -> None:
    if len(h) > PLACES:
        raise ValueError(f"h has {len(h)} weights, more than the {PLACES} places")
    wave = np.cos(2 * np.pi * k * np.arange(PLACES) / PLACES)
    figures.waves_through({f"k = {k}": (wave, circulant(h, PLACES) @ wave)})


KIND = Kind(
    {"h": numbers, "stride": one_of("1", "2", "3", "4", "6", "8"), "k": whole(0, 12)},
    draw,
    first={"stride": "1", "k": "1"},
)

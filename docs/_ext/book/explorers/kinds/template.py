"""A pattern on a picture: the sum of products as its score, or the normalized one."""

import numpy as np

import convbook
from book.explorers.pictures import FIRST, READERS, chosen
from book.explorers.values import Kind, one_of, table, whole
from convbook import figures


def draw(pattern: list[list[float]], of: str, picture: list[list[float]], score: str, place: int) -> None:
    x, h = chosen(of, picture), np.array(pattern)
    maps = [convbook.corr2d(x, h), convbook.normalized_correlate(x, h)]
    if not 0 <= place < maps[0].size:
        raise ValueError(f"place (={place}) must be one of the {maps[0].size} windows, from 0 on")
    figures.score_maps(x, h, maps, ["picture", "pattern", "plain", "normalized"])


KIND = Kind(
    {"pattern": table, **READERS, "score": one_of("plain", "normalized"), "place": whole(0, 143)},
    draw,
    first={**FIRST, "score": "plain", "place": "0"},
)

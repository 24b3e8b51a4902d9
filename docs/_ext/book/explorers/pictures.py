"""Pictures that a reader may choose. The page has their numbers from a module that the build writes."""

import json
from typing import Any

import numpy as np
from matplotlib import image as mpimg
from matplotlib.cbook import get_sample_data
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import convbook
from book.explorers.values import one_of, table, written


def _face(top: int, left: int, side: int, step: int) -> NDArray[Any]:
    """Give a square of Matplotlib's photograph, as the chapters do: its green, each pixel the mean of a block."""
    photo = mpimg.imread(get_sample_data("grace_hopper.jpg", asfileobj=False))
    green = photo[top : top + side * step, left : left + side * step, 1].astype(float)
    return green.reshape(side, step, side, step).mean(axis=(1, 3)).round().astype(int)


#: Small enough to walk through. Of the book's picture it is a part: its rows and columns have the numbers that they
#: have there.
PICTURES = {
    "Hi": convbook.hi_image()[:12, :11],
    "digit": load_digits().images[3].astype(int),
    "photograph": _face(60, 170, side=12, step=18),
}
#: Large enough to see what a kernel does.
SCENES = {"Hi": convbook.hi_image(), "photograph": _face(50, 150, side=32, step=8)}

#: What reads which one it is, and its numbers; and what they are where a page says nothing.
READERS = {"of": one_of("own", *PICTURES), "picture": table}
FIRST = {"of": "Hi", "picture": written(PICTURES["Hi"].tolist())}


def chosen(of: str, picture: list[list[float]]) -> NDArray[Any]:
    """Give the numbers of a picture, which are those of its name."""
    if of in PICTURES and picture != PICTURES[of].tolist():
        raise ValueError(f"these numbers are not the picture {of!r}")
    return np.array(picture)


def module() -> str:
    """Write the pictures as a module of JavaScript."""
    texts = ["// Written by the build (book/explorers/pictures.py): the pictures that a reader may choose."]
    for name, pictures in {"SMALL": PICTURES, "SCENES": SCENES}.items():
        numbers = {which: picture.tolist() for which, picture in pictures.items()}
        texts.append(f"export const {name} = {json.dumps(numbers, separators=(',', ':'))};")
    return "\n".join(texts) + "\n"

"""What docs/_ext/book/page/figures.py does to the pixels of a figure: their bytes change, they do not."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from book.page import figures


def as_uri(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def pixels_of(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).convert("RGBA"))


def noise(colors: int) -> np.ndarray:
    """Draw a picture of this many opaque colors, as Matplotlib stores it."""
    rng = np.random.default_rng(0)
    palette = np.unique(rng.integers(0, 256, size=(2 * colors, 3)), axis=0)[:colors]
    return np.dstack([palette[rng.integers(0, colors, size=(40, 50))], np.full((40, 50), 255)])


@pytest.mark.parametrize("colors", [2, 200, 2000])
def test_a_picture_keeps_its_pixels_and_loses_bytes(colors: int) -> None:
    pixels = noise(colors)
    uri = as_uri(pixels)
    slim = figures._slim(uri)
    np.testing.assert_array_equal(pixels_of(slim), pixels)
    assert len(slim) < 0.8 * len(uri)


def test_transparent_pixels_keep_their_colors() -> None:
    pixels = noise(17)
    pixels[:20, :, 3] = 0
    np.testing.assert_array_equal(pixels_of(figures._slim(as_uri(pixels))), pixels)


def test_other_formats_stay_as_they_are() -> None:
    assert figures._slim("data:image/jpeg;base64,AAAA") == "data:image/jpeg;base64,AAAA"

"""What becomes of the pixels of a figure: their bytes change, they do not, and large ones become files."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from book.page import pixels as stored


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
    slim = stored.slim(uri)
    np.testing.assert_array_equal(pixels_of(slim), pixels)
    assert len(slim) < 0.8 * len(uri)


def test_transparent_pixels_keep_their_colors() -> None:
    pixels = noise(17)
    pixels[:20, :, 3] = 0
    np.testing.assert_array_equal(pixels_of(stored.slim(as_uri(pixels))), pixels)


def test_other_formats_stay_as_they_are() -> None:
    assert stored.slim("data:image/jpeg;base64,AAAA") == "data:image/jpeg;base64,AAAA"


def test_few_pixels_stay_inside_the_page_and_many_become_one_file_seen_from_there(tmp_path: Path) -> None:
    small, large = as_uri(noise(2)[:4]), as_uri(noise(2000))
    assert stored.beside(small, tmp_path, "pictures/padding.html") == stored.slim(small)
    address = stored.beside(large, tmp_path, "pictures/padding.html")
    assert address.startswith("../_images/")
    assert stored.beside(large, tmp_path, "index.html") == address.removeprefix("../")
    (file,) = tmp_path.rglob("*.webp")
    assert file == (tmp_path / "pictures" / address).resolve()
    np.testing.assert_array_equal(np.asarray(Image.open(file).convert("RGBA")), noise(2000))

"""What the recipes of the chapters promise, on inputs that their pages do not show."""

from pathlib import Path
from typing import Any

import chapters
import numpy as np
import pytest
import scipy.signal
from scipy import ndimage

import convbook

DOCS = Path(__file__).parents[1] / "docs"


def recipe(chapter: str, cell: str) -> dict[str, Any]:
    """Run a recipe as a reader would, and give what it defines."""
    source = next(c.source for c in chapters.read(DOCS / f"{chapter}.md").cells if c.metadata.get("name") == cell)
    names: dict[str, Any] = {}
    exec(compile(source, cell, "exec"), names)
    return names


@pytest.mark.parametrize(
    ("filtering", "want"),
    [
        (np.convolve, True),
        (np.correlate, False),
        (lambda x, h: np.convolve(x, h, mode="same"), True),
        (lambda x, h: np.correlate(x, h, mode="full"), False),
        (scipy.signal.convolve, True),
        (scipy.signal.fftconvolve, True),
        (scipy.signal.oaconvolve, True),
        (lambda x, h: scipy.signal.lfilter(h, 1, x), True),
        (lambda x, h: scipy.signal.correlate(x, h, method="fft"), False),
        (ndimage.convolve1d, True),
        (ndimage.correlate1d, False),
        (lambda x, h: convbook.convolve(x.astype(np.float32), h.astype(np.float32), method="fft"), True),
        (lambda x, h: convbook.conv([[x]], [[h]])[0, 0], False),
        (lambda x, h: convbook.conv_transpose([[x]], [[h]])[0, 0], True),
    ],
)
def test_flips_tells_convolution_from_correlation_whatever_computes_it(filtering: Any, want: bool) -> None:
    assert recipe("operation/convolution-or-correlation", "recipe-flips")["flips"](filtering) is want


def test_flips_refuses_what_is_neither() -> None:
    flips = recipe("operation/convolution-or-correlation", "recipe-flips")["flips"]
    for filtering in (
        lambda x, h: x * 0,
        lambda x, h: np.convolve(x, h) * 2,
        lambda x, h: np.convolve(x, h[[1, 0, 2]]),
    ):
        with pytest.raises(ValueError, match="not as a kernel"):
            flips(filtering)


@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 1e10 / 7, -0.7])
@pytest.mark.parametrize("shape", [(3,), (7,), (2, 3), (3, 3, 2)])
def test_the_recipe_for_patterns_scores_flat_windows_and_flat_patterns_0(shape: tuple[int, ...], value: float) -> None:
    score = recipe("pictures/finding-things", "recipe-ncc")["normalized_correlate"]
    flat, pattern = np.full(shape, value), np.random.default_rng(0).random(shape)
    assert score(flat, flat).ravel().tolist() == [0]
    assert score(flat, pattern).ravel().tolist() == [0]
    assert score(pattern, flat).ravel().tolist() == [0]


@pytest.mark.parametrize(("n", "k"), [((20,), (4,)), ((9, 7), (3, 2)), ((5, 4, 6), (2, 3, 2))])
def test_the_recipe_for_patterns_agrees_with_the_library(n: tuple[int, ...], k: tuple[int, ...]) -> None:
    score = recipe("pictures/finding-things", "recipe-ncc")["normalized_correlate"]
    rng = np.random.default_rng(0)
    image, template = rng.integers(0, 4, size=n) / 10 + 0.1, rng.random(k)
    np.testing.assert_allclose(score(image, template), convbook.normalized_correlate(image, template), atol=1e-12)


@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3, 1e10 / 7])
def test_the_library_agrees_on_what_is_flat(value: float) -> None:
    flat = np.full(3, value)
    with pytest.raises(ValueError, match="must not be constant"):
        convbook.normalized_correlate(flat, flat)
    assert convbook.normalized_correlate(flat, [1, 2, 4]).tolist() == [0]

"""The longer recipes, which readers copy, agree with the library on shapes in which everything is unequal."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import chapters
import numpy as np
import pytest

import convbook

DOCS = Path(__file__).parents[1] / "docs"
SETTINGS = [{"stride": s, "padding": p} for s in (1, 2, 3) for p in (0, 1, 2)]


@cache
def recipe(cell: str, function: str) -> Callable[..., Any]:
    """Run the recipe of this name, wherever it stands, and return one of its functions."""
    for path in sorted(DOCS.glob("*/*.md")):
        if not path.parent.name.startswith("_") and chapters.is_chapter(path):
            for found in chapters.read(path).cells:
                if found.metadata.get("name") == cell:
                    names: dict[str, Any] = {}
                    exec(compile(found.source, f"{path}:{found.line}", "exec"), names)
                    return names[function]
    raise LookupError(f"no chapter has the recipe {cell!r}")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("block", [1, 1 << 18])
def test_the_layer_is_the_librarys(
    settings: dict[str, int], dilation: int, block: int, rng: np.random.Generator
) -> None:
    x, weight, bias = rng.normal(size=(2, 3, 9, 11)), rng.normal(size=(4, 3, 3, 2)), rng.normal(size=4)
    got = recipe("recipe-layer", "conv2d")(x, weight, bias, dilation=dilation, block=block, **settings)
    assert np.allclose(got, convbook.conv(x, weight, bias, dilation=dilation, **settings), rtol=1e-12, atol=1e-12)


def test_the_layer_does_not_wrap_bytes() -> None:
    x, weight = np.full((1, 1, 1, 2), 200, np.uint8), np.ones((1, 1, 1, 2), np.uint8)
    assert recipe("recipe-layer", "conv2d")(x, weight).tolist() == [[[[400.0]]]]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_gradients_are_the_librarys(settings: dict[str, int], rng: np.random.Generator) -> None:
    x, weight = rng.normal(size=(2, 3, 9, 11)), rng.normal(size=(4, 3, 3, 2))
    slopes = rng.normal(size=convbook.conv(x, weight, **settings).shape)
    got = recipe("recipe-gradients", "conv2d_gradients")(slopes, x, weight, **settings)
    for ours, wanted in zip(got, convbook.conv_vjp(slopes, x, weight, np.zeros(4), **settings), strict=True):
        assert np.allclose(ours, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_transposed_convolution_is_the_librarys(settings: dict[str, int], rng: np.random.Generator) -> None:
    x, weight, bias = rng.normal(size=(2, 3, 5, 7)), rng.normal(size=(3, 4, 5, 4)), rng.normal(size=4)
    for output_padding in range(settings["stride"]):
        given = {**settings, "output_padding": output_padding}
        got = recipe("recipe-transposed", "conv_transpose2d")(x, weight, bias, **given)
        assert np.allclose(got, convbook.conv_transpose(x, weight, bias, **given), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("taps", [1, 2, 3, 57, 128])
@pytest.mark.parametrize("samples", [1, 30, 31, 1000])
def test_overlap_add_is_the_full_convolution(samples: int, taps: int, rng: np.random.Generator) -> None:
    x, h = rng.normal(size=samples), rng.normal(size=taps)
    got = recipe("recipe-overlap-add", "overlap_add")(x, h)
    assert got.shape == (samples + taps - 1,)
    assert np.allclose(got, np.convolve(x, h), rtol=0, atol=1e-12 * taps)


@pytest.mark.parametrize("rule", ["symmetric", "constant", "edge", "reflect", "wrap"])
def test_the_filter_is_a_correlation_of_the_padded_picture(rule: str, rng: np.random.Generator) -> None:
    picture, kernel = rng.normal(size=(6, 9, 3)), rng.normal(size=(4, 3))
    got = recipe("recipe-filter", "filter_picture")(picture, kernel, rule)
    for color in range(3):
        padded = np.pad(picture[..., color], [(1, 2), (1, 1)], mode=rule)  # type: ignore[call-overload]
        wanted = convbook.correlate(padded, kernel, mode="valid")
        assert np.allclose(got[..., color], wanted, rtol=1e-12, atol=1e-12)


def test_the_photographs_blur_is_two_passes_of_a_gauss_kernel(rng: np.random.Generator) -> None:
    photo = rng.integers(0, 256, size=(12, 17, 3)).astype(np.uint8)
    gauss = convbook.kernels.gaussian((1.5, 1.5), size=11)
    wanted = recipe("recipe-filter", "filter_picture")(photo, gauss, "edge")
    assert np.allclose(recipe("recipe-photograph", "blur")(photo, 1.5), wanted, rtol=1e-12, atol=1e-9)

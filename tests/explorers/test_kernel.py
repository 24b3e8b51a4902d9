"""What a kernel will do: presets are the library's kernels, and readings, waves and pictures what it computes."""

import json
import random
import re
from typing import Any

import numpy as np

import convbook
from book.explorers.kinds.kernel import PRESETS
from book.explorers.pictures import SCENES
from explorers import DASH, RUN, Use, address, context, explorer, settings, table

USE = Use(
    "Kernel[1, 1]",
    "4",
    "sum 1.33333; first moments 0 down, 0 across",
    f"H(9π/16): 0.333333·({DASH}0.19509) + 0.666667·1",
    pasted=("Kernel[0, 0]", "0\t1\r\n2\t3\r\n", "sum 0.666667;"),
    choice=("Preset", "Laplacian", "Sobel"),
    number="kernel",
)


def setting(rng: random.Random) -> dict[str, Any]:
    rows, columns = rng.choice([(3, 3), (5, 5), (rng.randint(1, 12), rng.randint(1, 12))])
    kernel = np.array(table(rng, rows, columns))
    kernel = kernel + rng.choice([0, 1, -1]) * kernel[::-1, ::-1]
    return {
        "preset": rng.choice(["own", *PRESETS]),
        "kernel": kernel.tolist(),
        "divisor": rng.choice([1, rng.randint(1, 9999)]),
        "of": rng.choice(list(SCENES)),
        "place": rng.randint(0, 16),
    }


def agrees(found: dict[str, Any], names: dict[str, Any]) -> None:
    result, at = found["result"], 4 * found["state"]["place"]
    small = 1e-9 * np.abs(names["kernel"]).sum() * max(names["kernel"].shape) ** 2
    shown = [result["sum"], *result["first"], *result["second"], result["real"][at], result["imaginary"][at]]
    h = names["response"]
    computed = [names["kernel"].sum(), *names["first"], *names["second"], h.real, h.imag]
    np.testing.assert_allclose(shown, computed, rtol=1e-9, atol=small)
    np.testing.assert_allclose(result["y"], names["filtered"], rtol=1e-9, atol=255 * small)


def places(size: int) -> np.ndarray:
    return np.arange(size) - size // 2


def test_readings_waves_and_the_picture_of_a_kernel_are_those_of_the_library() -> None:
    explored = explorer("kernel")
    seen = set()
    for one in settings("kernel"):
        k, divisor = np.array(one["kernel"]), one["divisor"]
        found = explored(address(one))
        assert found["state"]["preset"] == "own", one  # none of these is a preset
        result, (a, b) = found["result"], (places(size) for size in k.shape)
        assert result["sum"] == k.sum() / divisor
        assert result["first"] == [a @ k.sum(axis=1) / divisor, b @ k.sum(axis=0) / divisor], one
        assert result["second"] == [a**2 @ k.sum(axis=1) / divisor, b**2 @ k.sum(axis=0) / divisor], one
        np.testing.assert_allclose(result["columns"], k.sum(axis=0) / divisor, rtol=1e-12)
        around = np.pad(k, [(0, 1 - size % 2) for size in k.shape])  # its middle is now that of the table
        turned = around[::-1, ::-1]
        symmetry = "antisymmetric" if (around == -turned).all() else "not symmetric"
        symmetry = "symmetric" if (around == turned).all() else symmetry
        assert result["symmetry"] == symmetry, one
        seen.add(symmetry)
        # A wave across the picture, by the library: from one long row of it the middle is looked at.
        for step in range(0, 65, 16):
            wave = np.exp(1j * np.pi * step / 64 * np.arange(-12, 13))
            rows = np.tile(wave, (k.shape[0], 1))
            answer = convbook.corr2d(rows, k)[0, 12 - k.shape[1] // 2] / divisor
            small = 1e-9 * np.abs(k).sum()
            np.testing.assert_allclose(result["real"][step], answer.real, rtol=1e-9, atol=small)
            np.testing.assert_allclose(result["imaginary"][step], answer.imag, rtol=1e-9, atol=small)
        assert result["y"] == (convbook.corr2d(SCENES[one["of"]], k) / divisor).tolist(), one
    assert seen == {"symmetric", "antisymmetric", "not symmetric"}


def test_presets_are_the_kernels_of_the_library() -> None:
    made = context("kernel")
    made.eval(
        """globalThis.chosen = preset => {
            const state = numbers.read(kind, "preset=own&of=Hi&kernel=1,2;3,4&divisor=7&place=3");
            return JSON.stringify(numbers.settle(kind, { ...state, preset }, state));
        }"""
    )
    fields = json.loads(made.get("fields")())
    assert fields["preset"]["choices"] == ["own", *PRESETS]
    for name, kernel in PRESETS.items():
        state = json.loads(made.get("chosen")(name))
        assert state["preset"] == name
        assert state["place"] == 3
        assert (np.array(state["kernel"]) / state["divisor"]).tolist() == kernel.tolist(), name
    kept = json.loads(made.get("chosen")("own"))
    assert [kept["kernel"], kept["divisor"]] == [[[1, 2], [3, 4]], 7]


def test_numbers_that_are_changed_are_named_by_the_preset_that_they_are() -> None:
    explored = explorer("kernel")
    sobel = "kernel=-1,0,1;-2,0,2;-1,0,1"
    for address_, name in {
        f"preset=own&of=Hi&{sobel}&divisor=1&place=0": "Sobel",
        f"preset=box&of=Hi&{sobel}&divisor=1&place=0": "Sobel",
        f"preset=Sobel&of=Hi&{sobel}&divisor=2&place=0": "own",
        "preset=Sobel&of=Hi&kernel=1,1,1;1,1,1;1,1,1&divisor=9&place=0": "box",
    }.items():
        assert explored(address_)["state"]["preset"] == name


def test_a_rounding_is_no_sum() -> None:
    result = explorer("kernel")("preset=own&of=Hi&kernel=0.1,0.2,-0.3&divisor=1&place=0")["result"]
    assert [result["sum"], result["real"][0]] == [0, 0]


def test_black_and_white_are_what_becomes_of_white_or_the_largest_answer() -> None:
    explored = explorer("kernel")
    expected = {"box": [0, 255], "sharpen": [0, 255], "Sobel": [-1020, 1020], "Laplacian": [-765, 765]}
    for preset, shades in expected.items():
        k = PRESETS[preset]
        divisor = 9 if preset == "box" else 1
        setting = {"preset": preset, "kernel": (k * divisor).tolist(), "divisor": divisor, "of": "Hi", "place": 0}
        result = explored(address(setting))
        assert result["state"]["preset"] == preset
        assert result["result"]["shades"] == shades


def test_the_sentence_of_a_kernel_computes_to_its_results() -> None:
    explored = explorer("kernel")
    for one in settings("kernel", RUN):
        found = explored(address(one))
        result, at = found["result"], 4 * found["state"]["place"]
        said = found["sentence"].replace(DASH, "-").replace("·", "*")
        readings, _, sums = said.partition(f"; H({found['state']['place']}π/16): ")
        number = r"(-?[\d.e+-]+)"
        pattern = rf"sum {number}; first moments {number} down, {number} across; "
        pattern += rf"second moments {number} down, {number} across; (.*)"
        *values, symmetry = re.fullmatch(pattern, readings).groups()  # type: ignore[union-attr]
        shown = [result["sum"], *result["first"], *result["second"]]
        np.testing.assert_allclose([float(value) for value in values], shown, rtol=1e-5, atol=1e-12)
        assert symmetry == result["symmetry"]
        parts = re.split(r"(?:, |^)imaginary part ", sums)
        expected = [result["real"][at], result["imaginary"][at]][: len(parts)]
        size = np.abs(result["columns"]).sum()
        for part, value in zip(parts, expected, strict=True):
            if part:
                formula, total = part.split(" = ")
                np.testing.assert_allclose([eval(formula), float(total)], value, rtol=1e-5, atol=1e-5 * size)


def test_the_sentence_of_a_kernel_is_what_a_reader_would_write() -> None:
    explored = explorer("kernel")
    said = explored("preset=binomial&of=Hi&kernel=1,2,1;2,4,2;1,2,1&divisor=16&place=8")["sentence"]
    assert said == (
        "sum 1; first moments 0 down, 0 across; second moments 0.5 down, 0.5 across; symmetric; "
        "H(8π/16): 0.25·0 + 0.5·1 + 0.25·0 = 0.5"
    )
    said = explored("preset=Sobel&of=Hi&kernel=-1,0,1;-2,0,2;-1,0,1&divisor=1&place=8")["sentence"]
    assert said == (
        "sum 0; first moments 0 down, 8 across; second moments 0 down, 0 across; antisymmetric; "
        f"H(8π/16): imaginary part {DASH}4·({DASH}1) + 0·0 + 4·1 = 8"
    )

"""What pages print of other libraries is what these answered, as scripts in `tests/peers` recorded it."""

import json
import re

import numpy as np
import pytest
from scipy import ndimage
from site_builds import ROOT

DOCS = ROOT / "docs"


def test_the_chapter_prints_the_program_whose_answers_were_recorded() -> None:
    program = (ROOT / "tests" / "peers" / "network.py").read_text(encoding="utf-8")
    _, text, _ = re.split(r"# --- .*\n", program)
    page = (DOCS / "layers" / "cnn-from-scratch.md").read_text(encoding="utf-8")
    assert text.strip() in page


# The appendix on conventions --------------------------------------------------------------------------------------
ROSETTA = (DOCS / "appendices" / "rosetta.md").read_text(encoding="utf-8")
CONVENTIONS = json.loads((DOCS / "_data" / "conventions.json").read_text(encoding="utf-8"))
TITLES = {
    "torch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
    "mlx": "MLX",
    "cv2": "OpenCV",
    "onnxruntime": "ONNX",
}


def row_of(library: str, heading: str) -> list[str]:
    """Give the cells of a library's row in the table whose head begins like this."""
    _, _, table = ROSETTA.partition(f"\n| library | {heading}")
    rows = [line.strip("| ").split(" | ") for line in table.partition("\n\n")[0].splitlines()[2:]]
    (row,) = [[cell.strip(" |") for cell in row] for row in rows if row[0].startswith(TITLES[library])]
    assert row[0].endswith(", rec.")
    return row[1:]


def test_the_appendix_has_every_library_that_was_asked() -> None:
    assert set(CONVENTIONS) == set(TITLES)


@pytest.mark.parametrize("library", TITLES)
def test_the_appendix_prints_the_programs_whose_numbers_were_right(library: str) -> None:
    for program in CONVENTIONS[library]["programs"].values():
        assert f"```python\n{program}\n```" in ROSETTA


@pytest.mark.parametrize("library", TITLES)
def test_the_appendix_says_who_flips_as_it_was_recorded(library: str) -> None:
    flips, does_not = row_of(library, "flips")
    for call, answer in CONVENTIONS[library]["impulse"].items():
        turned = answer.index(1) < answer.index(4)
        name = call.partition(",")[0]
        assert (f"`{name}`" in flips, f"`{name}`" in does_not) == (turned, not turned), call


@pytest.mark.parametrize("library", TITLES)
def test_the_appendix_names_the_borders_as_they_were_recorded(library: str) -> None:
    rules = ("constant", "edge", "symmetric", "reflect", "wrap")
    names = {
        tuple(cells): f"`{name.removeprefix('BORDER_')}`"
        for name, cells in CONVENTIONS[library]["borders"].items()
        if name != "BORDER_DEFAULT"
    }
    wanted = [names.get(tuple(np.pad([1, 2, 3, 4], 3, mode=rule).tolist()), "–") for rule in rules]
    assert row_of(library, ", ".join(rules)) == [", ".join(wanted)]


@pytest.mark.parametrize("library", [name for name in TITLES if name != "cv2"])  # which has no layers
def test_the_appendix_orders_the_axes_as_they_were_recorded(library: str) -> None:
    asked = CONVENTIONS[library]
    (layout,) = next(iter(asked["layouts"].values()))
    pictures, kernels = layout.split()
    ways, of_pictures = [], pictures
    for call, (back,) in asked["layouts of transposed layers"].items():
        order, _, turned = back.partition(", kernel ")
        of_pictures, of_kernels = order.split()
        _, _, option = call.partition(", ")
        ways.append(f"{of_kernels} {turned}".strip() + (f" with `{option}=True`" if option else ""))
    transposed = ", or ".join(ways) + ("" if of_pictures == pictures else f"; pictures {of_pictures}")
    assert row_of(library, "pictures") == [pictures, kernels, transposed]


def test_the_appendix_says_how_bytes_lose_their_fraction() -> None:
    steps, halves = np.array([10, 11, 12, 13], np.uint8), [0.5, 0.5]
    means = np.convolve(steps, halves)[:4]
    found = ndimage.correlate1d(steps, halves, mode="constant")
    np.testing.assert_array_equal(found, np.floor(means))
    np.testing.assert_array_equal(CONVENTIONS["cv2"]["bytes under halves"]["cv2.filter2D"], np.rint(means))
    assert found.dtype == np.uint8


def test_the_appendix_says_which_border_the_filter_refuses() -> None:
    borders = CONVENTIONS["cv2"]["borders of filters"]
    assert [name for name, answer in borders.items() if isinstance(answer, str)] == ["BORDER_WRAP"]

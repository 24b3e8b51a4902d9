"""What pages print of other libraries is what these answered, as scripts in `tests/peers` recorded it."""

import json
import re
from typing import Any

import numpy as np
import pytest
from scipy import ndimage, signal
from site_builds import ROOT

import convbook

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


RULES = ("constant", "edge", "symmetric", "reflect", "wrap")
IMPULSE, FOUR = np.eye(9)[4], np.arange(1.0, 5.0)
DIGITS, SIX = 10 ** np.arange(4), np.arange(1, 7)


def flips(answer: Any) -> bool:
    """Say whether the answer to an impulse has the weights 1, 2, 3, 4 in their order."""
    return list(answer).index(1) < list(answer).index(4)


def starts(to_impulse: Any, to_digits: Any) -> tuple[int, int]:
    """Give the places of the full result at which "same" begins, for 4 weights on 9 cells and for 6 on 4."""
    full = np.convolve(DIGITS, SIX if flips(to_impulse) else SIX[::-1]).tolist()
    (longer,) = [at for at in range(len(full)) if full[at : at + len(to_digits)] == list(to_digits)]
    return 4 - list(to_impulse).index(1 if flips(to_impulse) else 4), longer


def of_kernels(answers: dict[str, Any], turned: bool) -> str:
    """Write down who flips (or does not), and where its "same" begins, from calls such as "name, mode"."""
    places: dict[str, list[str]] = {}
    for call, answer in answers.items():
        name, _, mode = call.partition(", ")
        if flips(answer) == turned:
            head = f"`{mode}`" if places.setdefault(name, []) else f"`{name}`"
            if len(answer) == len(IMPULSE):
                begins = {1: "lower", 2: "upper"}[4 - list(answer).index(1 if turned else 4)]
                places[name].append(f"{head} {begins}")
    return ", ".join(part for name, parts in places.items() for part in parts or [f"`{name}`"]) or "–"


def of_borders(pads: Any) -> str:
    """Say which of the five rules are among some borders of three cells around 1, 2, 3, 4."""
    found = [rule for rule in RULES if np.pad([1, 2, 3, 4], 3, mode=rule).tolist() in list(pads)]
    missing = [rule for rule in RULES if rule not in found]
    if not missing:
        return "all five"
    return f"all but {missing[0]}" if len(missing) == 1 else ", ".join(found)


def first_row(start: str) -> list[str]:
    """Give the cells of a row of the first table, without the name of a function that pads."""
    (row,) = [line.strip("| ").split(" | ") for line in ROSETTA.splitlines() if line.startswith(f"| {start}, ")][:1]
    return [*row[1:3], row[3].rpartition(": ")[2], *row[4:]]


@pytest.mark.parametrize("library", TITLES)
def test_the_first_table_of_the_appendix_says_what_was_recorded(library: str) -> None:
    asked = CONVENTIONS[library]
    layout = [" ".join(orders) for orders in asked["layouts"].values()]
    distances = list(asked["dilation of 2"].values())
    assert all(answer == [20, 31, 42, 53] for answer in distances)
    title = {"tensorflow": "TensorFlow, Keras"}.get(library, TITLES[library])
    assert first_row(title) == [
        of_kernels(asked["impulse"], True),
        of_kernels(asked["impulse"], False),
        of_borders(asked["borders"].values()),
        layout[0] if layout else "–",
        "every second cell" if distances else "–",
    ]


def in_one_row(f: Any) -> Any:
    return lambda x, h, *more: f(x[None], h[None], *more)[0]


def by_layer(x: Any, h: Any, **options: Any) -> list[float]:
    return np.rint(convbook.conv(x[None, None], h[None, None], **options)[0, 0]).tolist()


def fetched(correlate: Any) -> list[int]:
    """Give 1, 2, 3, 4 and the three cells on each side that a correlation reads."""
    cells, taps = np.array([1, 2, 3, 4]), np.eye(7, dtype=int)
    return [*correlate(cells, taps[0])[:3], *cells, *correlate(cells, taps[6])[-3:]]


def convolve_row(x: Any, h: Any, *more: Any) -> Any:
    return in_one_row(signal.convolve2d)(x, h, *more)


#: library -> its calls, then the borders that it makes
HERE: dict[str, tuple[dict[str, Any], Any]] = {
    "NumPy": (
        {name: getattr(np, name)(IMPULSE, FOUR, "same") for name in ("convolve", "correlate")},
        [np.pad([1, 2, 3, 4], 3, mode=rule).tolist() for rule in RULES],
    ),
    "SciPy `signal`": (
        {
            "convolve": signal.convolve(IMPULSE, FOUR, "same"),
            "fftconvolve": signal.fftconvolve(IMPULSE, FOUR, "same"),
            "oaconvolve": signal.oaconvolve(IMPULSE, FOUR, "same"),
            "convolve2d": convolve_row(IMPULSE, FOUR, "same"),
            "correlate": signal.correlate(IMPULSE, FOUR, "same"),
            "correlate2d": in_one_row(signal.correlate2d)(IMPULSE, FOUR, "same"),
        },
        [fetched(lambda x, h, mode=mode: convolve_row(x, h[::-1], "same", mode)) for mode in ("fill", "symm", "wrap")],
    ),
    "SciPy `ndimage`": (
        {
            name: getattr(ndimage, name)(IMPULSE, FOUR, mode="constant")
            for name in ("convolve", "convolve1d", "correlate", "correlate1d")
        },
        [
            fetched(lambda x, h, mode=mode: ndimage.correlate1d(x, h, mode=mode))
            for mode in ("constant", "nearest", "reflect", "mirror", "wrap")
        ],
    ),
    "`convbook`": (
        {
            "convolve": convbook.convolve(IMPULSE, FOUR, "same"),
            "correlate": convbook.correlate(IMPULSE, FOUR, "same"),
            "conv": by_layer(IMPULSE, FOUR, padding="same"),
        },
        [convbook.pad([1, 2, 3, 4], 3, mode=rule).tolist() for rule in RULES],
    ),
}


@pytest.mark.parametrize("library", HERE)
def test_the_first_table_of_the_appendix_says_what_a_library_does_that_is_here(library: str) -> None:
    answers, borders = HERE[library]
    whole = {call: np.rint(answer).astype(int).tolist() for call, answer in answers.items()}
    layer = ["–", "–"]
    if library == "`convbook`":
        assert by_layer(np.arange(6), np.array([1, 10]), dilation=2) == [20, 31, 42, 53]
        layer = ["NCHW OIHW", "every second cell"]  # the order of the recorded layouts is told by convbook's
    assert first_row(library) == [of_kernels(whole, True), of_kernels(whole, False), of_borders(borders), *layer]


@pytest.mark.parametrize("library", TITLES)
def test_a_border_that_is_too_wide_is_refused_or_goes_on_as_the_appendix_says(library: str) -> None:
    asked = CONVENTIONS[library]
    for name, answers in asked["wide borders"].items():
        (rule,) = [rule for rule in RULES if np.pad([1, 2, 3, 4], 3, mode=rule).tolist() == asked["borders"][name]]
        most = {"reflect": 3, "symmetric": 4, "wrap": 4}[rule]
        refuses = library in ("torch", "tensorflow") or (library, rule) == ("onnxruntime", "reflect")
        for width, answer in answers.items():
            if refuses and int(width) > most:
                assert answer.startswith("refused"), (name, width)
            else:
                assert answer == np.pad([1, 2, 3, 4], int(width), mode=rule).tolist(), (name, width)


@pytest.mark.parametrize(("rule", "period"), [("symmetric", lambda n: 2 * n), ("reflect", lambda n: 2 * n - 2)])
def test_a_wide_mirror_goes_on_with_the_period_that_the_appendix_names(rule: str, period: Any) -> None:
    for n in range(2, 7):
        wide = np.pad(np.arange(n), 20, mode=rule)
        assert (wide[period(n) :] == wide[: -period(n)]).all()
        assert convbook.pad(np.arange(n), 20, mode=rule).tolist() == wide.tolist()
        assert (wide[period(n) // 2 :] != wide[: -(period(n) // 2)]).any()


# Where "same" begins ----------------------------------------------------------------------------------------------
OTHERS = {
    "PyTorch": ("torch", "F.conv1d, same"),
    "TensorFlow": ("tensorflow", "tf.nn.conv1d, SAME"),
    "OpenCV": ("cv2", "cv2.filter2D"),
    "JAX": ("jax", "jnp.convolve, same"),
}


def written_start(text: str, n: int, k: int) -> int:
    """Compute a start that a table gives as "`(K - 1) // 2`; if `K > N`, `(N - 1) // 2`"."""
    usual, _, longer = text.partition("; if `K > N`, ")
    return int(eval((longer if longer and k > n else usual).strip("`"), {"N": n, "K": k}))


@pytest.mark.parametrize("title", OTHERS)
def test_the_chapter_on_lengths_says_where_others_begin_as_it_was_recorded(title: str) -> None:
    page = (DOCS / "operation" / "modes-and-lengths.md").read_text(encoding="utf-8")
    (row,) = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith(f"| {title} `")]
    library, call = OTHERS[title]
    asked = CONVENTIONS[library]
    to_impulse, to_digits = asked["impulse"][call], asked["kernel of 6, signal of 4"][call]
    assert row[1].partition(",")[0] == ("convolution" if flips(to_impulse) else "correlation")
    assert ("max(N, K)" in row[1]) == (len(to_digits) == len(SIX))
    assert (written_start(row[2], 9, 4), written_start(row[2], 4, 6)) == starts(to_impulse, to_digits)


def test_same_of_a_longer_kernel_begins_where_the_pages_say() -> None:
    lengths = (DOCS / "operation" / "modes-and-lengths.md").read_text(encoding="utf-8")
    for page in (lengths, ROSETTA):
        assert "`(N - 1) // 2`" in page
        assert "`N // 2`" in page
    rng = np.random.default_rng(0)
    for n in range(1, 9):
        for k in range(n + 1, 13):
            x, h = rng.integers(1, 1000, n), rng.integers(1, 1000, k)
            full, back = np.convolve(x, h), np.convolve(x, h[::-1])
            assert np.convolve(x, h, "same").tolist() == full[(n - 1) // 2 :][:k].tolist()
            assert np.correlate(x, h, "same").tolist() == back[n // 2 :][:k].tolist()
    for library, answers in CONVENTIONS.items():
        for call, answer in answers["impulse"].items():
            longer = answers["kernel of 6, signal of 4"][call]
            if len(answer) == 9 and not isinstance(longer, str):
                usual, found = starts(answer, longer)
                if len(longer) == 6:
                    assert found == ((4 - 1) // 2 if flips(answer) else 4 // 2), (library, call)
                else:
                    assert found == {1: (6 - 1) // 2, 2: 6 // 2}[usual], (library, call)


@pytest.mark.parametrize("library", TITLES)
def test_the_appendix_names_the_borders_as_they_were_recorded(library: str) -> None:
    names = {
        tuple(cells): f"`{name.removeprefix('BORDER_')}`"
        for name, cells in CONVENTIONS[library]["borders"].items()
        if name != "BORDER_DEFAULT"
    }
    wanted = [names.get(tuple(np.pad([1, 2, 3, 4], 3, mode=rule).tolist()), "–") for rule in RULES]
    assert row_of(library, ", ".join(RULES)) == [", ".join(wanted)]


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

"""Guards: which outputs a guard accepts, which numbers it leaves open, and what an author is told."""

from typing import Any

import pytest

from book.execution import guards


# The comparison ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("want", "got"),
    [
        # white space
        ("array([ 3, 10, 13])", "array([3, 10,13])"),
        ("[[1. 2.] [3. 4.]]", "[[1. 2.]\n [3. 4.]]"),
        ("[ 1.5 -2.  3. ]", "[1.5 -2. 3.]"),
        ("a  b\nc", "a b\n\n c"),
        ("f( x )", "f(x)"),
        # floats, up to the tolerance
        ("0.333333", "0.3333333333333333"),
        ("1.0000009", "1.0"),
        ("1e-05", "0.00001"),
        ("2.", "2.0"),
        ("1e3", "1000.0"),
        ("0.", "-0."),
        ("[0. 1.]", "[-5.55111512e-17  1.00000000e+00]"),
        ("9e-13", "0.0"),
        ("nan", "nan"),
        ("[inf -inf]", "[ inf -inf]"),
        ("1.-2.j", "1.-2.0000001j"),
        ("(1+0.5j)", "(1+0.5j)"),
        ("x=0.25", "x=0.2500000001"),
        ("np.float64(2.5)", "np.float64(2.5)"),
        # dots
        ("0.333...", "0.3333333333333333"),
        ("3....", "3.14"),
        ("a ... z", "a b c z"),
        ("<Thing ...>", "<Thing 5>"),
        ("...", ""),
        ("[0 1 2 ... 7 8 9]", "[0 1 2 ... 7 8 9]"),
        ("one ... three ... five", "one two three four five"),
    ],
)
def test_a_guard_accepts(want: str, got: str) -> None:
    assert guards.matches(want, got)


@pytest.mark.parametrize(
    ("want", "got"),
    [
        # integers are not floats
        ("3", "3."),
        ("3.", "3"),
        ("3", "4"),
        ("1000000", "1000001"),
        ("-0", "0"),
        # floats beyond the tolerance
        ("1.000002", "1.0"),
        ("0.3333", "0.3333333333"),
        ("3e-12", "0.0"),
        ("5e-9", "6e-9"),
        ("1.5", "-1.5"),
        ("nan", "0."),
        ("inf", "-inf"),
        ("1.-2.j", "1.+2.j"),
        # words, signs, order, number
        ("True", "False"),
        ("true", "True"),
        ("float32", "float64"),
        ("ab", "a b"),
        ("[1, 2]", "[2, 1]"),
        ("[1, 2]", "[1, 2, 3]"),
        ("[1, 2]", "(1, 2)"),
        ("[[1, 2]]", "[1, 2]"),
        ("12", "1 2"),
        ("", "x"),
        ("x", ""),
        # dots stand for text, but for no part of a number that they do not follow
        ("0.33...", "0.34"),
        ("1 ...", "15"),
        ("a ... z", "a b"),
        ("a ... a", "a"),
        ("one ... three ... two", "one two three"),
    ],
)
def test_a_guard_refuses(want: str, got: str) -> None:
    assert not guards.matches(want, got)


@pytest.mark.parametrize(
    ("difference", "accepted"),
    [(0.9 * guards.RELATIVE, True), (1.1 * guards.RELATIVE, False)],
    ids=["inside", "outside"],
)
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_the_relative_tolerance_is_the_constant_at_every_size(size: float, difference: float, accepted: bool) -> None:
    assert guards.matches(repr(size), repr(size * (1 + difference))) == accepted
    assert guards.matches(repr(size), repr(size * (1 - difference))) == accepted


def test_the_absolute_tolerance_is_the_constant() -> None:
    assert guards.matches("0.0", repr(0.9 * guards.ABSOLUTE))
    assert not guards.matches("0.0", repr(1.1 * guards.ABSOLUTE))


# Guards that would match anything ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("want", "got", "loose"),
    [
        ("...", "5", ["5"]),
        ("[1, ...]", "[1, 2, 3]", ["2", "3"]),
        ("[1, ... 3]", "[1, 2, 3]", ["2"]),
        ("0.3...", "0.35", ["0.35"]),  # the first digit alone is no prediction
        ("0.33...", "0.3333", []),
        ("[0 1 ... 8 9]", "[0 1 ... 8 9]", []),  # NumPy's own dots
        ("[0 ... 9]", "[0 1 ... 8 9]", ["1", "8"]),
        ("nan", "nan", []),
        ("0.", "0.", []),
        ("0.", "1e-17", []),  # the round-off of a zero: a larger number would be noticed
        ("5e-9", "5e-9", []),
        ("0.03", "0.03", []),
        ("[0.001 5.]", "[0.001 5.]", []),
        ("-7", "-7", []),
        ("error 0.5 at ...", "error 0.5 at 12", ["12"]),
        ("True", "True", []),
        ("T...", "True", ["True"]),
        ("...", "True", ["True"]),
        ("conv...", "convolution", []),
        ("the word ... end", "the word in the middle end", ["in", "the", "middle"]),
        ("all words", "all words", []),
        ("shape ... float32", "shape (2, 3) float32", ["2", "3"]),
    ],
)
def test_every_number_of_the_output_must_matter(want: str, got: str, loose: list[str]) -> None:
    assert guards.matches(want, got)
    assert guards.unguarded(want, got) == loose


def test_a_long_output_can_be_guarded() -> None:
    text = " ".join(str(n / 7) for n in range(2000))
    assert guards.unguarded(text, text) == []
    assert guards.unguarded(text.replace(" ", " ... ", 1), text) == []


# What is shown --------------------------------------------------------------------------------------------------
def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def value(text: str, **metadata: Any) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": metadata, "execution_count": 1}


def raised(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": ["----", f"{name}: {text}"]}


PICTURE = {
    "output_type": "display_data",
    "data": {"image/svg+xml": "<svg/>", "text/plain": "<Figure size 640x480 with 1 Axes>"},
    "metadata": {},
}
SOUND = value("") | {
    "data": {
        "text/html": '<p>low <audio controls src="data:audio/wav;base64,AA=="></audio></p>',
        "text/plain": "Sounds(3)",
    }
}
GLUED = {
    "output_type": "display_data",
    "data": {"application/papermill.record/text/plain": "0.5"},
    "metadata": {"scrapbook": {"name": "half", "mime_prefix": "application/papermill.record/"}},
}


def test_what_is_shown_is_what_a_reader_sees_in_its_order() -> None:
    outputs = [
        printed("one"),
        value("2"),
        GLUED,
        PICTURE,
        SOUND,
        printed("warn", "stderr"),
        printed("three\n"),
        raised("E", "4"),
    ]
    assert guards.shown(outputs) == "one\n2\n0.5\nthree\nE: 4\n"
    assert guards.shown([value("2"), GLUED], glued_only=True) == "0.5\n"


# What an author is told -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("metadata", "outputs"),
    [
        ({}, []),
        ({}, [PICTURE]),
        ({}, [SOUND]),
        ({"expect": "5\n"}, [value("5")]),
        ({"expect": "one\n2\n"}, [printed("one\n"), value("2")]),
        ({"expect": "0.5"}, [GLUED, PICTURE]),
        ({"expect": "ValueError: no", "tags": ["raises-exception"]}, [raised("ValueError", "no")]),
        (
            {"expect": "so far\nStopIteration", "tags": ["raises-exception"]},
            [printed("so far\n"), raised("StopIteration", "")],
        ),
        ({"free": "It depends on the machine."}, [value("5")]),
        ({"tags": ["remove-output"]}, [value("5")]),
        ({"tags": ["stderr"], "expect": "5"}, [printed("careful", "stderr"), value("5")]),
        ({"tags": ["hide-input"], "requires": ["scikit-learn"]}, [PICTURE]),
    ],
)
def test_a_cell_without_fault(metadata: dict[str, Any], outputs: list[dict[str, Any]]) -> None:
    assert guards.faults(metadata, outputs) == []


@pytest.mark.parametrize(
    ("metadata", "outputs", "message"),
    [
        ({}, [value("5")], "Output without a guard. Predict it in the cell's metadata (`expect: |`)"),
        ({}, [printed("x\n")], "Output without a guard"),
        ({}, [value("5") | {"data": {"text/html": "<p>5</p>", "text/plain": "5"}}], "Output without a guard"),
        ({}, [GLUED], "Output without a guard"),
        ({"tags": ["remove-output"]}, [GLUED], "Output without a guard"),
        ({"expect": ""}, [], "An empty `expect`: delete it."),
        ({"expect": " \n"}, [value("5")], "An empty `expect`: write what the cell shows:\n    5"),
        ({"expect": "5"}, [], "does not show what its guard predicts"),
        ({"expect": "5"}, [value("6")], "Expected:\n    5\nGot:\n    6"),
        (
            {"expect": "a 5\nb 6\n"},
            [printed("a 5\nb 7\n")],
            "Difference:\n    @@ -1,2 +1,2 @@\n     a 5\n    -b 6\n    +b 7",
        ),
        ({"expect": "[1, ...]"}, [value("[1, 2]")], "nothing depends on `2` in the output"),
        ({"expect": 5}, [value("5")], "`expect` was read as the YAML value 5, not as text: write `expect: |`"),
        ({"expect": "5", "free": "It depends on the machine."}, [value("5")], "either `expect` or `free`"),
        ({"free": True}, [value("5")], "`free` needs its reason as a sentence that readers understand, not True."),
        ({"free": "random"}, [value("5")], "`free` needs its reason"),
        ({"free": "It depends on the machine."}, [], "`free` on a cell that shows no text: delete it."),
        ({}, [raised("ValueError", "no")], "The cell failed: ValueError: no"),
        ({"tags": ["raises-exception"]}, [raised("ValueError", "no")], "Output without a guard"),
        ({"tags": ["raises-exception"], "expect": "5"}, [value("5")], "but it raised nothing"),
        (
            {"tags": ["raises-exception"], "free": "It depends on the machine."},
            [raised("ValueError", "no")],
            "needs an `expect` with the exception",
        ),
        (
            {"tags": ["raises-exception"], "expect": "ValueError: ..."},
            [raised("ValueError", "only 3 channels")],
            "nothing depends on `3`",
        ),
        ({"expect": "5"}, [printed("careful", "stderr"), value("5")], "wrote to the error stream"),
        (
            {"expect": "[...]"},
            [value("[<matplotlib.lines.Line2D at 0x7f00aa00>]"), PICTURE],
            "end the cell's last line with `;`",
        ),
        ({}, [value("Text(0.5, 1.0, 'Title')"), PICTURE], "end the cell's last line with `;`"),
        ({}, [value("<Figure size 600x280 with 1 Axes>")], "end the cell's last line with `;`"),
        ({"expect": "<function f at ...>"}, [value("<function f at 0x7f91d0ec7210>")], "'at 0x7f91d0ec7210' differs"),
        ({"free": "It depends on the machine."}, [value(f"{guards.__file__!r}")], "differs from one machine or run"),
        ({"requires": "scikit-learn"}, [], "`requires` must be a list of distributions"),
    ],
)
def test_a_fault_is_named(metadata: dict[str, Any], outputs: list[dict[str, Any]], message: str) -> None:
    found = guards.faults(metadata, outputs)
    assert len(found) == 1
    assert message in found[0]


def test_a_diff_shows_only_the_lines_that_differ() -> None:
    want = "x  1.0\ny  [1, 2,\n 3]\nz 0.33..."
    got = "x 1.0000001\ny [1, 2,\n 3]\nz 0.35"
    assert guards.diff(want, got).splitlines()[2:] == [
        "@@ -1,4 +1,4 @@",
        " x 1.0000001",
        " y [1, 2,",
        "  3]",
        "-z 0.33...",
        "+z 0.35",
    ]
    assert guards.diff("5", "5.0") == "--- expected\n+++ got\n@@ -1 +1 @@\n-5\n+5.0"
    assert guards.diff("same", "same\n") == ""

"""What a reader predicts on a page is compared by guards.js: it says what guards.py says, and what does not agree."""

import functools
import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import quickjs

from book.execution import chapters, guards

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "docs" / "_static" / "guards.js"
CALLS = """
globalThis.inBatch = pairs => JSON.stringify(JSON.parse(pairs).map(([want, got]) => matches(want, got)));
globalThis.told = (want, got) => JSON.stringify(verdict(want, got));
globalThis.constants = () => JSON.stringify([RELATIVE, ABSOLUTE]);
"""
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf")


@functools.cache
def context() -> Any:
    made = quickjs.Context()
    made.module(SOURCE.read_text(encoding="utf-8") + CALLS)
    return made


def in_javascript(pairs: list[tuple[str, str]]) -> list[bool]:
    answers: list[bool] = json.loads(context().get("inBatch")(json.dumps(pairs)))
    return answers


def told(want: str, got: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(context().get("told")(want, got))
    return answer


def agree(pairs: list[tuple[str, str]]) -> list[bool]:
    """Compare the pairs in both languages; give what they say, which must be the same."""
    expected = [guards.matches(want, got) for want, got in pairs]
    answers = zip(pairs, in_javascript(pairs), expected, strict=True)
    assert [(pair, said) for pair, said, right in answers if said != right] == []
    return expected


@functools.cache
def of_the_book() -> list[str]:
    files = chapters.below(ROOT / "docs")
    return [
        cell.metadata["expect"] for file in files for cell in chapters.read(file).cells if "expect" in cell.metadata
    ]


def changed(text: str) -> Iterator[str]:
    """Give the text with one of its numbers changed: another value, another kind, another digit."""
    for n, number in enumerate(NUMBER.finditer(text)):
        old = number[0]
        other = ("0", f"{old}.", f"-{old}", f"{old}e-05", old[:-1] or "7", "nan")
        for new in (f"{old}1", other[n % len(other)]):
            yield text[: number.start()] + new + text[number.end() :]


def test_the_tolerances_are_those_of_the_guards() -> None:
    assert json.loads(context().get("constants")()) == [guards.RELATIVE, guards.ABSOLUTE]


def test_every_guard_of_the_book_is_compared_alike() -> None:
    texts = of_the_book()
    assert len(texts) > 300
    said = agree([(text, text) for text in texts] + [(text, other) for text, other in itertools.pairwise(texts)])
    # "0.33..." against itself is refused by both: the dots are further digits, and dots are none.
    assert sum(said) > 0.9 * len(texts)


def test_every_changed_number_of_every_guard_is_compared_alike() -> None:
    pairs = [(text, other) for text in of_the_book() for other in changed(text) if len(text) < 800]
    assert len(pairs) > 10_000
    said = agree(pairs)
    assert any(said), "a change within the tolerance"
    assert said.count(False) > 0.8 * len(said)


PIECES = [
    *(
        "0",
        "-0",
        "3",
        "03",
        "+3",
        "3.",
        "3.0",
        "-3.",
        ".5",
        "0.5",
        "-.5",
        "+.5",
        "1e3",
        "1000.",
        "1E+3",
        "1.e-3",
        "1e999",
    ),
    *("nan", "-nan", "+nan", "inf", "-inf", "infinite", "nano", "0.", "-0.", "1e-13", "-9e-13", "1.1e-12", "1e-12"),
    *("1.0000009", "1.0000011", "0.333", "0.3333333", "0.333...", "3....", "1...", "...", "....", "......", " ... "),
    *(
        "1.-2.j",
        "1.-2.0000001j",
        "(1+0.5j)",
        "1-2",
        "2-1j",
        "x=1",
        "x1",
        "1x",
        "1_000",
        "v1.2.3",
        "1.2.3",
        "1e5e5",
        "e5",
    ),
    *(
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ",",
        " ",
        "  ",
        "\n",
        "\t",
        "\x0b",
        "\xa0",
        "\u2003",
        "\x1c",
        "\x85",
        "\ufeff",
        "\u200b",
    ),
    *(
        "True",
        "False",
        "a",
        "é",
        "日本",
        "²",
        "½",
        "\u0661",
        "\u0661.5",
        "𝟙",
        "😀",
        "e\u0301",
        "∗",
        "'",
        '"',
        "\\",
        "_",
        "-",
        "+",
        ".",
    ),
]


def test_made_cases_are_compared_alike() -> None:
    draw = random.Random(16)
    pairs = [(want, got) for want in PIECES for got in PIECES]
    for _ in range(2000):
        want = [draw.choice(PIECES) for _ in range(draw.randint(1, 6))]
        got = list(want)
        for _ in range(draw.randint(0, 2)):
            got[draw.randrange(len(got))] = draw.choice(PIECES)
        joint, other = draw.choice(["", " ", ", ", "\n"]), draw.choice(["", " ", "  ", ",", "\n "])
        pairs.append((joint.join(want), draw.choice([joint, other]).join(got)))
    said = agree(pairs)
    assert said.count(True) > 500
    assert said.count(False) > 500


@pytest.mark.parametrize(
    ("want", "got", "words"),
    [
        ("[1, 2, 3, 4]", "[1, 2, 25, 9]", "2 of 4 numbers agree; the third is not 25; the fourth is not 9."),
        ("[1, 2, 3, 4]", "[1,2,3,4]", "All 4 numbers agree."),
        ("[1, 2]", "[1,2]", "Both numbers agree."),
        ("7", "7", "The number agrees."),
        ("7", "8", "0 of 1 number agrees; it is not 8."),
        ("[3., 4.]", "[3, 4.]", "1 of 2 numbers agrees; the first has the value 3 but is no integer."),
        ("[3, 4]", "[3., 4]", "1 of 2 numbers agrees; the first has the value 3. but is an integer."),
        ("[1, 2]", "1 2", "All numbers agree, but not what stands around: brackets, commas, signs or words."),
        (
            "[1, 2, 3]",
            "[1, 9]",
            "The output has 3 numbers, and this has 2. 1 of 3 numbers agrees; the second is not 9.",
        ),
        ("[1]", "[1, 2]", "The output has 1 number, and this has 2. 1 of 1 number agrees."),
        ("[1, 1, 1, 1, 1]", "[2 3 4 5 6]", "0 of 5 numbers agree; the first is not 2; the second is not 3; "
         "the third is not 4; 2 more differ."),
        ("[1, 1, 1, 1]", "[2, 3, 4, 5]", "0 of 4 numbers agree; the first is not 2; the second is not 3; "
         "the third is not 4; 1 more differs."),
        (" ".join("1" * 22), " ".join([*"1" * 20, "1", "2"]), "21 of 22 numbers agree; the 22nd is not 2."),
        (" ".join("1" * 12), " ".join([*"1" * 11, "2"]), "11 of 12 numbers agree; the 12th is not 2."),
        ("0.333...", "0.34", "0 of 1 number agrees; it is not 0.34."),
        ("0.333...", "0.3333", "The number agrees."),
        ("True", "False", "0 of 1 word agrees; it is not False."),
        ("True", "True", "The word agrees."),
        ("True", " ", "Nothing is typed yet."),
        ("[0 1 ... 8 9]", "[0 1 ... 8 9]", "All 4 numbers agree."),
        ("[]", "[ ]", "It agrees."),
    ],
)  # fmt: skip
def test_a_reader_is_told_what_agrees_number_by_number(want: str, got: str, words: str) -> None:
    assert told(want, got) == {"right": guards.matches(want, got), "text": words}


def test_a_number_that_was_not_typed_is_never_told() -> None:
    for want in of_the_book():
        numbers = sorted({n[0] for n in NUMBER.finditer(want) if len(n[0]) > 5})
        if numbers and len(want) < 300:
            said = told(want, re.sub(NUMBER, "77", want))["text"]
            assert [number for number in numbers if number in said] == []

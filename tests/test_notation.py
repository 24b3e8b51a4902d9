r"""The notation page lists what the displayed formulas of each chapter are written with.

A letter has one meaning in a chapter, and the page says which: a row of its table of letters names the chapters in
which the letter has the row's meaning. Every letter that a chapter displays needs exactly one such row. Letters with an
accent or a subscript may have a row of their own (``\hat k``, ``p_l``); without one, the accent counts as a sign, and
what stands in the subscript as further letters. Signs need a row in the table of signs, unless everybody knows them.
"""

import itertools
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "appendices" / "notation.md"
CHAPTERS = [
    path
    for path in sorted((ROOT / "docs").glob("*/*.md"))
    if not path.parent.name.startswith("_") and path.parent.name not in ("api", "appendices")
]
EVERYWHERE = "everywhere"

#: Commands that need no row: signs that are known from school, names of functions, and what arranges a formula.
FAMILIAR = re.compile(
    r"\\(?:approx|cdot|cdots|ddots|dots|equiv|geq?|in|infty|int|ldots|leq?|mp|neq?|not|pm|prod|sum|times|to|vdots"
    r"|bmod|cos|exp|lim|ln|log|max|min|mod|pmod|sin|tan"
    r"|[dt]?frac|displaystyle|left|lvert|middle|mid|(?:no)?limits|overbrace|q?quad|right|rvert|sqrt|substack|underbrace"
    r"|(?:big|Big|bigg|Bigg)[lrm]?)"
)
GREEK = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|vartheta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|upsilon"
    "|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega|ell"
)
ACCENTS = "hat|tilde|bar|dot|check|overline|widehat|widetilde|vec|mathbb|mathcal|mathbf|mathsf|boldsymbol"
LETTER = rf"(?:\\(?:{GREEK})(?![A-Za-z])|[A-Za-z])"
TOKEN = re.compile(
    r"\\(?:text|textbf|textit|mathrm|operatorname|tag|label|begin|end)\*?\s*\{[^{}]*\}(?:\{[lcr| ]+\})?"  # words
    r"|\\\\(?:\[[^\]]*\])?|\\[^A-Za-z]"  # ends of lines, and spaces
    rf"|(?:\\(?P<accent>{ACCENTS})(?![A-Za-z])\s*(?:\{{\s*(?P<inside>{LETTER})\s*\}}|(?P<under>{LETTER}))"
    rf"|(?P<plain>{LETTER}))(?:_(?P<subscript>\{{(?:[^{{}}]|\{{[^{{}}]*\}})*\}}|\\[A-Za-z]+|[A-Za-z0-9]))?"
    r"|(?P<command>\\[A-Za-z]+)"
)


# Formulas -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Symbol:
    """A letter with its accent and subscript, or (where `letter` is empty) a command, and where it stands."""

    letter: str
    accent: str
    subscript: str
    start: int
    end: int

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.accent, self.letter)))

    @property
    def whole(self) -> str:
        return f"{self.name}_{self.subscript}" if self.subscript else self.name


def symbols(tex: str, start: int = 0) -> Iterator[Symbol]:
    """Find the letters and commands of a formula, and after each letter those in its subscript."""
    tex = re.sub(r"\\mathsf\s*(?:\{\s*T\s*\}|T(?![A-Za-z]))", lambda match: r"\T".ljust(len(match[0])), tex)
    for match in TOKEN.finditer(tex):
        span = start + match.start(), start + match.end()
        letter = match["inside"] or match["under"] or match["plain"]
        if letter:
            subscript = (match["subscript"] or "").removeprefix("{").removesuffix("}")
            yield Symbol(letter, f"\\{match['accent']}" if match["accent"] else "", subscript, *span)
            yield from symbols(subscript, span[1] - len(subscript) - 1)
        elif match["command"]:
            yield Symbol("", match["command"], "", *span)


def unlisted(tex: str, letters: Set[str], signs: Set[str]) -> Iterator[Symbol]:
    """Find what has no row: letters, and signs that not everybody knows."""
    read = 0
    for symbol in symbols(tex):
        if symbol.start < read:
            continue  # in the subscript of a letter that has a row with it
        if symbol.letter and symbol.whole in letters:
            read = symbol.end
        elif symbol.letter:
            accent_is_a_sign = symbol.accent in signs and symbol.letter in letters
            if symbol.name not in letters and not accent_is_a_sign:
                yield symbol
        elif symbol.accent not in signs and not FAMILIAR.fullmatch(symbol.accent):
            yield symbol


def displayed(text: str) -> Iterator[tuple[int, str]]:
    """Find the displayed formulas of a page, each with the number of its first line."""
    text = without_code(text)
    for match in re.finditer(r"\$\$(.+?)\$\$", text, re.S):
        yield text.count("\n", 0, match.start(1)) + 1, match[1]


def without_code(text: str) -> str:
    """Empty the lines of code, and put the directive `math` between dollars; the lines keep their numbers."""
    lines, fence, math = [], "", False
    for line in text.split("\n"):
        opened = re.match(r" *(`{3,}|~{3,}|:{3,}(?=\{math\}))(\{math\})?", line)
        if fence and re.fullmatch(rf" *{fence[0]}{{{len(fence)},}} *", line):
            lines.append("$$" if math else "")
            fence = ""
        elif not fence and opened:
            fence, math = opened[1], bool(opened[2])
            lines.append("$$" if math else "")
        elif fence:
            lines.append(line if math and not re.match(r" *:\w+:", line) else "")
        else:
            lines.append(re.sub(r"`[^`]+`", "", line))
    return "\n".join(lines)


# The page -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Row:
    """A row of the table of letters: the places in which these letters have one meaning."""

    line: int
    letters: tuple[str, ...]
    places: frozenset[str]


def table(heading: str) -> Iterator[tuple[int, list[str]]]:
    """Read the first table below a heading of the page: the numbers of its lines, and their cells."""
    lines = PAGE.read_text(encoding="utf-8").split("\n")
    n = next(n for n in range(lines.index(f"## {heading}"), len(lines)) if lines[n].startswith("|")) + 2
    while lines[n].startswith("|"):
        yield n + 1, [cell.strip() for cell in lines[n].strip("| ").split(" | ")]
        n += 1


def formulas_in(cell: str) -> list[str]:
    return re.findall(r"\$([^$]+)\$", cell)


def rows_of_letters() -> list[Row]:
    return [
        Row(
            line,
            tuple(next(symbols(tex)).whole for tex in formulas_in(letters)),
            frozenset(re.findall(r"\]\(#([\w-]+)\)", places) or [places]),
        )
        for heading in re.findall(r"^## (Letters, .*)$", PAGE.read_text(encoding="utf-8"), re.M)
        for line, (letters, _, places) in table(heading)
    ]


def known_signs() -> set[str]:
    return {symbol.accent for _, row in table("Signs") for tex in formulas_in(row[0]) for symbol in symbols(tex)}


def known_letters(chapter: str) -> set[str]:
    return {letter for row in rows_of_letters() if row.places & {chapter, EVERYWHERE} for letter in row.letters}


def label(path: Path) -> str:
    """Return the label by which a chapter is linked to."""
    match = re.search(r"^\((ch-[\w-]+)\)=\n# ", path.read_text(encoding="utf-8"), re.M)
    assert match, f"{path.name} has no label"
    return match[1]


# The claims -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_letter_and_sign_of_a_displayed_formula_is_listed_for_its_chapter(path: Path) -> None:
    letters, signs = known_letters(label(path)), known_signs()
    missing = [
        f"{path.relative_to(ROOT)}:{line + tex.count(chr(10), 0, symbol.start)}: {symbol.whole} has no row for "
        f"{label(path)} in the table of {'letters' if symbol.letter else 'signs'}"
        for line, tex in displayed(path.read_text(encoding="utf-8"))
        for symbol in unlisted(tex, letters, signs)
    ]
    assert not missing, "\n" + "\n".join(missing)


def test_a_letter_has_one_meaning_in_a_chapter() -> None:
    cells = [(letter, place, row.line) for row in rows_of_letters() for letter in row.letters for place in row.places]
    twice = [
        f"{PAGE.relative_to(ROOT)}:{line}: {letter} has a meaning in {place} already: see line {other_line}"
        for n, (letter, place, line) in enumerate(cells)
        for other, other_place, other_line in cells[:n]
        if letter == other and (place == other_place or EVERYWHERE in (place, other_place))
    ]
    assert not twice, "\n" + "\n".join(twice)


def test_the_letters_stand_in_alphabetical_order_greek_ones_under_their_names() -> None:
    def place(row: Row) -> tuple[str, bool]:
        letter = re.sub(rf"\\(?:{ACCENTS}) |_.*|\\", "", row.letters[0].replace(r"\ell", "l"))
        return letter.casefold(), letter[0].isupper()  # small letters before capitals

    rows = rows_of_letters()
    wrong = [
        f"{PAGE.relative_to(ROOT)}:{row.line}: {row.letters[0]} stands after {before.letters[0]}"
        for before, row in itertools.pairwise(rows)
        if place(row) < place(before)
    ]
    assert not wrong, "\n" + "\n".join(wrong)


def test_a_row_names_chapters_that_exist_and_write_its_letters() -> None:
    written = {}
    for path in CHAPTERS:
        text = without_code(path.read_text(encoding="utf-8"))
        formulas = re.findall(r"\$\$(.+?)\$\$|(?<!\\)\$([^$]+)\$", text, re.S)
        found = [symbol for pair in formulas for tex in pair for symbol in symbols(tex)]
        written[label(path)] = {name for symbol in found for name in (symbol.letter, symbol.name, symbol.whole)}
    wrong = [
        f"{PAGE.relative_to(ROOT)}:{row.line}: {letter} is not written in {place}"
        for row in rows_of_letters()
        for place in row.places - {EVERYWHERE}
        for letter in row.letters
        if letter not in written.get(place, ())
    ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("tex", "found"),
    [
        (r"\hat k = d\,(k - 1) + 1", [r"\hat k", "d", "k"]),
        (r"\hat{k} + \overline{h[m]}", [r"\hat k", r"\overline", "h", "m"]),
        (r"p_l + m_0 + S_{a+1} x", ["p_l", "l", "m_0", "S_a+1", "a", "x"]),
        (r"\sum_{a=-\Delta}^{\Delta} \text{for } q", [r"\sum", "a", r"\Delta", r"\Delta", "q"]),
        (r"\begin{array}{lr} ab \\[2pt] \end{array}", ["a", "b"]),
        (r"E^{\mathsf T} V^{-\T} \mathsf{T}", ["E", r"\T", "V", r"\T", r"\T"]),
        (r"\lambda_{\max} e_{\text{sum}}", [r"\lambda_\max", r"\max", r"e_\text{sum}"]),
        (r"\mathcal{F}x \odot \eta", [r"\mathcal F", "x", r"\odot", r"\eta"]),
    ],
)
def test_a_formula_is_read_letter_by_letter(tex: str, found: list[str]) -> None:
    assert [symbol.whole for symbol in symbols(tex)] == found


def test_what_has_no_row_is_found_on_its_line() -> None:
    page = r"""Code: `$$u$$`.

```{code-cell} python
y = "$$z$$"
```

$$
x[n] &= \xi \\
     &= \tilde h \odot p_l + q_l
$$ (eq-a)

```{math}
:label: eq-b
\tilde g
```
"""
    missing = [
        (line + tex.count("\n", 0, symbol.start), symbol.whole)
        for line, tex in displayed(page)
        for symbol in unlisted(tex, {"x", "n", "h", "p_l"}, {r"\tilde"})
    ]
    assert missing == [(8, r"\xi"), (9, r"\odot"), (9, "q_l"), (9, "l"), (14, r"\tilde g")]

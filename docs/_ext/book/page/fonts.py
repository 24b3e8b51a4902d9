"""The faces of the book, and what stands in for them until they are there.

A page is laid out before its fonts have come, in a face that the reader's machine has; when they come, whatever has
another width breaks its lines anew and moves what is below. So each face has substitutes of its own size: a local face
scaled until its letters are as wide, on average, with the same ascent and descent. And the faces of the text come into
use if they are there soon after the page: one that is being read never moves, and the next page has them. Letters of
formulas change whenever theirs come: many of their signs are in few other faces. A test in `tests/browser` measures
what moves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from book.page import letters
from book.page.assets import asset

FACE = re.compile(r"/\* ([\w-]+) \*/\s*(@font-face \{.*?\})", re.DOTALL)
SUBSETS = "latin|latin-ext|greek"  # a browser loads only the subsets that a page needs

#: Asked for in the head of a page with formulas, after the style sheet but before it is read: their letters change
#: whenever their faces come, and the sooner they come, the less moves.
OF_FORMULAS = ("katex/fonts/KaTeX_Main-Regular-letters.woff2", "katex/fonts/KaTeX_Math-Italic-letters.woff2")


@dataclass(frozen=True)
class Font:
    """A font, and its substitutes."""

    name: str
    #: The sheets to serve from its npm package.
    sheets: tuple[str, ...]
    #: In units of an em.
    ascent: float
    descent: float
    #: (style, weights) -> local faces, with what makes their letters as wide as this font's, in percent. The first
    #: that a machine has is taken: on Apple's and Windows', on Android, on Linux. Widths are those of
    #: @capsizecss/metrics 4.3; those of DejaVu were measured in Chromium, with the same frequencies of letters.
    substitutes: dict[tuple[str, str], dict[str, float]]

    @property
    def stand_in(self) -> str:
        """The family of the substitutes, as `convbook.css` names it."""
        return f"{self.name} until it is there"


BOOK, BOLD, ITALIC = ("normal", "100 599"), ("normal", "600 900"), ("italic", "100 900")
FONTS = (
    Font(
        "source-serif-4",
        ("wght.css", "wght-italic.css"),
        ascent=1.036,
        descent=0.335,
        substitutes={
            BOOK: {"Georgia": 107.4, "Noto Serif": 99.6, "DejaVu Serif": 92.9},
            BOLD: {"Georgia Bold": 94.5, "Noto Serif Bold": 95.7, "DejaVu Serif Bold": 86.1},
            ITALIC: {"Georgia Italic": 97.0, "Noto Serif Italic": 94.0, "DejaVu Serif Italic": 85.0},
        },
    ),
    Font(
        "inter",
        ("wght.css",),
        ascent=0.969,
        descent=0.241,
        substitutes={
            BOOK: {"Arial": 107.1, "Roboto": 107.4, "DejaVu Sans": 93.5},
            BOLD: {"Arial Bold": 102.1, "Roboto Bold": 108.4, "DejaVu Sans Bold": 84.8},
        },
    ),
    Font(
        "jetbrains-mono",
        ("wght.css",),
        ascent=1.02,
        descent=0.3,
        substitutes={BOOK: {"Courier New": 100.0, "Roboto Mono": 100.0, "DejaVu Sans Mono": 99.7}},
    ),
    # KaTeX's own sheet names these; their widths are those of digits, signs and brackets, and of single letters.
    Font("katex-main", (), 0.9, 0.3, {BOOK: {"Times New Roman": 105.9, "DejaVu Serif": 82.4}}),
    Font("katex-math", (), 0.9, 0.3, {ITALIC: {"Times New Roman Italic": 114.2, "DejaVu Serif Italic": 90.9}}),
)
#: When a face that comes late is used: the text's never, for it would move the page. Code is as wide in any face.
DISPLAY = {"source-serif-4": "optional", "inter": "optional", "jetbrains-mono": "swap"}


@cache
def _served() -> tuple[dict[str, bytes], str]:
    """Return the files of the fonts, and the rules that name them."""
    files, rules = {}, []
    for font in FONTS:
        folder = f"@fontsource-variable/{font.name}"
        for sheet in font.sheets:
            for name, rule in FACE.findall(asset(f"{folder}/{sheet}").read_text(encoding="utf-8")):
                if not (found := re.fullmatch(rf"{font.name}-({SUBSETS})-wght-(normal|italic)", name)):
                    continue
                rule = rule.replace("./files/", "fonts/").replace("display: swap", f"display: {DISPLAY[font.name]}")
                rule = re.sub(r"\s+", " ", rule)
                whole = asset(f"{folder}/files/{name}.woff2")
                files[whole.name] = whole.read_bytes()
                if taken := letters.OF_TEXT.get(found[1]):
                    rule = letters.divide(rule, taken)
                    files[f"{name}-letters.woff2"] = letters.cut(whole, taken)
                rules.append(rule)
        rules.extend(_substitutes(font))
    return files, "\n".join(rules) + "\n"


def _substitutes(font: Font) -> Iterator[str]:
    """Write a face for each local one; what is scaled, its ascent and descent are scaled with."""
    for (style, weights), faces in font.substitutes.items():
        for rank, (local, percent) in enumerate(faces.items()):
            names = f'local("{local}"), local("{local.replace(" ", "")}")'
            yield (
                f'@font-face {{ font-family: "{font.stand_in} {rank}"; font-style: {style}; font-weight: {weights}; '
                f"src: {names}; size-adjust: {percent}%; ascent-override: {1e4 * font.ascent / percent:.1f}%; "
                f"descent-override: {1e4 * font.descent / percent:.1f}%; line-gap-override: 0% }}"
            )


def files() -> dict[str, bytes]:
    """Map the names of the font files that the site serves to their contents."""
    return _served()[0]


def faces() -> str:
    """Return the rules that name the fonts and their substitutes, and the lists of families for the style sheet."""
    lists = []
    for font in FONTS:
        ranks = range(max(map(len, font.substitutes.values())))
        lists.append(f"--{font.name}-substitutes: " + ", ".join(f'"{font.stand_in} {rank}"' for rank in ranks))
    return f"{_served()[1]}body {{ {'; '.join(lists)} }}\n"

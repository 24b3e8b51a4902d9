"""The letters that nearly every page uses, cut out of the fonts.

A face of the Latin alphabet has 230 letters and nine weights; a page in English is set with half of them, from regular
to bold. A page waits for its faces, so those letters come in a file of their own, less than half as large. The whole
face stands beside it for all others (``unicode-range``): a browser asks for it where a page has one of them.

What is cut is kept in ``_build/letters``: it is the same until the package of a font, or a letter, changes.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools import subset, version
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

from book import ROOT
from book.files import write

ASCII = "\n" + "".join(map(chr, range(0x20, 0x7F)))  # with the ends of the source's lines: a browser asks for them
#: Of the text, of its tables and of its code, by the alphabet of their font files.
OF_TEXT = {
    "latin": ASCII + "\N{NO-BREAK SPACE}·×÷−√–—‘’“”…©°±¹²³½⁻æáàäçéíóöüÉ",
    "greek": "αβγδεηθκλμπστφωΔΣΦΩ",
}
#: Of formulas: KaTeX_Main's signs (U+E020 is the stroke through ≠), and what chapters take from its other large faces.
OF_FORMULAS = {
    "Main-Regular": ASCII + "\N{ZERO WIDTH SPACE}\N{NO-BREAK SPACE}·×−±∗⋆⋅∘⊗⊙≤≥≈≡∼∣∥…⋯′ˉ⌊⌋⌈⌉⟨⟩←→\ue020↦∈∞∂∇ℓ°ΔΦΩ",
    "Math-Italic": "".join(c for c in ASCII if c.isalnum()) + "αβγδεζηθκλμνπρσςτφχψωϕϵ",
    "AMS-Regular": "CNQRZ⊛",
    "SansSerif-Regular": ASCII,
}
Run = tuple[int, int]  # from one code point to another
RANGE = re.compile(r";?\s*unicode-range:\s*([^;}]*)")
WEIGHTS = {"normal": (400, 700), "italic": 400}  # what the style sheets name
FEATURES = ["ccmp", "kern", "liga", "lnum", "locl", "mark", "mkmk", "tnum"]
COPYRIGHT = [0, 13, 14]  # in a font's table of names; what was cut does not go by the name of the whole


def divide(rule: str, letters: str) -> str:
    """Write two ``@font-face`` in the place of one: of the letters, and of whatever else the whole face has.

    Their ranges have nothing in common: where they had, a browser that will not wait for the one asks for the other.
    """
    named = RANGE.search(rule)
    runs = _runs(letters)
    others = _between(named[1] if named else "U+0-10FFFF", runs)
    bare = RANGE.sub("", rule).rstrip("; }")
    smaller = bare.replace(".woff2", "-letters.woff2")
    return f"{bare}; unicode-range: {_named(others)} }}{smaller}; unicode-range: {_named(runs)} }}"


def _runs(letters: str) -> list[Run]:
    codes = set(map(ord, letters))
    firsts = sorted(code for code in codes if code - 1 not in codes)
    lasts = sorted(code for code in codes if code + 1 not in codes)
    return list(zip(firsts, lasts, strict=True))


def _between(named: str, taken: list[Run]) -> Iterator[Run]:
    """Go through the runs of a ``unicode-range``, and leave out what is taken."""
    for first, _, last in (run.strip().removeprefix("U+").partition("-") for run in named.split(",")):
        begin, end = int(first, 16), int(last or first, 16)
        for low, high in taken:
            if low <= end and begin <= high:
                if begin < low:
                    yield begin, low - 1
                begin = high + 1
        if begin <= end:
            yield begin, end


def _named(runs: Iterable[Run]) -> str:
    """Name code points as a style sheet does: ``U+61-63,U+D7``."""
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in runs)


def cut(font: Path, letters: str) -> bytes:
    """Return a face with these letters of `font` alone, as WOFF2."""
    whole = font.read_bytes()
    weights = WEIGHTS["italic" if font.stem.endswith("italic") else "normal"]
    made_of = whole + repr((letters, weights, FEATURES, COPYRIGHT, version)).encode()
    kept = ROOT / "_build" / "letters" / f"{font.stem}-{hashlib.sha256(made_of).hexdigest()[:16]}.woff2"
    if not kept.exists():
        write(kept, _cut(whole, letters, weights))
    return kept.read_bytes()


def _cut(whole: bytes, letters: str, weights: tuple[int, int] | int) -> bytes:
    font = TTFont(io.BytesIO(whole), recalcTimestamp=False)
    if varies := "gvar" in font:
        # Glyphs that are the same in every weight are left out of this table, and the subsetter looks for all.
        variations = font["gvar"].variations
        font["gvar"].variations = {name: variations.get(name, []) for name in font.getGlyphOrder()}
    subsetter = subset.Subsetter(subset.Options(layout_features=FEATURES, name_IDs=COPYRIGHT))
    subsetter.populate(text=letters)
    subsetter.subset(font)
    if varies:
        font = instancer.instantiateVariableFont(font, {"wght": weights})
    font.flavor = "woff2"
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()

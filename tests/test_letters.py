"""The letters that nearly every page uses are served from what was cut out of the fonts, all others from the whole."""

import io
import re

import pytest
from fontTools.ttLib import TTFont

from book.page import fonts, letters
from book.page.assets import asset

KATEX = "katex/dist/fonts/KaTeX_{}.woff2"
SOURCES = [(KATEX.format(name), taken) for name, taken in letters.OF_FORMULAS.items()] + [
    (f"@fontsource-variable/{name.split(f'-{alphabet}-')[0]}/files/{name}", taken)
    for alphabet, taken in letters.OF_TEXT.items()
    for name in fonts.files()
    if f"-{alphabet}-" in name and "letters" not in name
]


def covered(rule: str) -> set[int]:
    """Read the code points of a rule as a browser does."""
    (named,) = re.findall(r"unicode-range: ([^ ;}]*)", rule)
    runs = [[int(end, 16) for end in run[2:].split("-")] for run in named.split(",")]
    return {code for run in runs for code in range(run[0], run[-1] + 1)}


def test_the_letters_and_the_rest_share_no_code_point_and_leave_none_out() -> None:
    rule = "@font-face { src: url(a.woff2); unicode-range: U+20-7E, U+D7,U+2212; }"
    whole, cut = re.findall(r"@font-face \{[^}]*\}", letters.divide(rule, "az ×"))
    assert "url(a.woff2)" in whole
    assert "url(a-letters.woff2)" in cut
    assert covered(cut) == {0x20, 0x61, 0x7A, 0xD7}
    assert not covered(whole) & covered(cut)
    assert covered(whole) | covered(cut) == {*range(0x20, 0x7F), 0xD7, 0x2212}
    assert cut.endswith("unicode-range: U+20,U+61,U+7A,U+D7 }")


def test_a_face_without_a_range_keeps_all_other_code_points() -> None:
    whole, cut = re.findall(r"@font-face\{[^}]*\}", letters.divide("@font-face{src:url(a.woff2)}", "Z"))
    assert covered(cut) == {0x5A}
    assert covered(whole) == set(range(0x110000)) - {0x5A}


@pytest.mark.parametrize(("source", "taken"), SOURCES, ids=[source.rsplit("/")[-1] for source, _ in SOURCES])
def test_what_is_cut_has_each_of_the_letters_that_the_whole_has_with_its_width(source: str, taken: str) -> None:
    path = asset(source)
    packed = letters.cut(path, taken)
    whole, cut = TTFont(path), TTFont(io.BytesIO(packed))
    names, kept = whole.getBestCmap(), cut.getBestCmap()
    expected = [code for code in map(ord, taken) if code in names]
    assert set(expected) <= kept.keys()
    assert len(kept) < 1.1 * len(expected)
    assert [cut["hmtx"][kept[code]][0] for code in expected] == [whole["hmtx"][names[code]][0] for code in expected]
    assert (cut["hhea"].ascent, cut["hhea"].descent) == (whole["hhea"].ascent, whole["hhea"].descent)
    assert len(packed) < 0.9 * path.stat().st_size
    assert "fvar" not in cut or [(axis.minValue, axis.maxValue) for axis in cut["fvar"].axes] == [(400, 700)]

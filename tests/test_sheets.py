"""The style sheet in few bytes: what it must keep, and what it may leave out."""

import pytest

from book.page.sheets import not_here, slim


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("p  {\n  color : red ;\n}\n/* why */\na { }", "p{color:red}"),
        ("p, .epigraph p { margin: 0  1px }", "p{margin:0 1px}"),
        (".katex .fontsize-ensurer.reset-size1.size2 { font-size: 1.2em }", ""),
        (".katex .reset-size6.size3 { font-size: .7em }", ".katex .reset-size6.size3{font-size:.7em}"),
        ("@media print { .epigraph { color: red } }", ""),
        ("@media (width < 3em) { p { color: red !important } }", "@media (width < 3em){p{color:red!important}}"),
        ("@supports (a: b) { @media print { p { top: 0 } } }", "@supports (a: b){@media print{p{top:0}}}"),
        # a selector that says what must not be there, or what an attribute holds, finds other elements
        ("p:not(.epigraph) { top: 0 }", "p:not(.epigraph){top:0}"),
        ('[title=".epigraph"] { top: 0 }', '[title=".epigraph"]{top:0}'),
        # a list of what is documented is known by its class, not by having any
        ("dl[class]:not(.simple) dd > :first-child { top: 0 }", "dl.py:not(.simple) dd > :first-child{top:0}"),
        # spaces that mean something
        ('p { font-family: "A  B", c; width: calc(1px + 2px) }', 'p{font-family:"A  B", c;width:calc(1px + 2px)}'),
        ("p .x > y + z ~ w { top: 0 }", "p .x > y + z ~ w{top:0}"),
        ("@font-face { font-family: X; src: url(x.woff2) }", "@font-face{font-family:X;src:url(x.woff2)}"),
        ("@keyframes k { from { top: 0 } to { top: 1px } }", "@keyframes k{from { top: 0 } to { top: 1px }}"),
    ],
)
def test_a_sheet_keeps_what_pages_have_and_nothing_else(written: str, kept: str) -> None:
    assert slim(written) == kept


def test_values_that_no_rule_reads_go_and_so_do_those_that_only_they_read() -> None:
    text = ":root { --a: 1; --b: var(--a); --c: var(--b); --fig-red: #f00 } p { top: var(--a) }"
    assert slim(text) == ":root{--a:1;--fig-red:#f00}p{top:var(--a)}"
    assert slim(":root { --a: 1; --b: var(--a); --c: var(--b) } p { top: 0 }") == "p{top:0}"


def test_a_slim_sheet_is_as_slim_as_it_gets() -> None:
    once = slim("@media screen { p > a, b { color: red; margin: 0 auto } }")
    assert slim(once) == once


@pytest.mark.parametrize("text", ["p { top: 0 }\nq", "p {\n color red }", "@media print {\n q }"])
def test_a_sheet_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be read at line 2: "):
        slim(text)


def test_classes_are_left_out_by_their_whole_names() -> None:
    assert not_here(["size3", "size5", "sidebar", "sidebar-search", "footnote", "reset-size6"]) == {
        "size5",
        "sidebar",
        "footnote",
    }

"""Explorers: what all kinds have in common, and what the directive asks of an author. Each kind: `explorers/`."""

import contextlib
import io
import json
import re
from typing import Any

import numpy as np
import pytest
from explorers import KINDS, RUN, address, context, explorer, settings, use
from site_builds import ROOT, Site
from small_site import CONF

every_kind = pytest.mark.parametrize("kind", KINDS)


def test_a_kind_is_three_files_of_its_name() -> None:
    static = {path.stem for path in (ROOT / "docs" / "_static" / "explorers").glob("*.js")}
    assert {name.removesuffix("-view") for name in static if name.endswith("-view")} == set(KINDS)
    assert set(KINDS) <= static
    tests = (ROOT / "tests" / "explorers").glob("test_*.py")
    assert {path.stem.removeprefix("test_") for path in tests} == set(KINDS)


# What they say ----------------------------------------------------------------------------------------------------
@every_kind
def test_the_code_of_a_setting_computes_what_is_shown(kind: str) -> None:
    explored, module = explorer(kind), use(kind)
    for setting in settings(kind, RUN):
        found = explored(address(setting))
        names: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            if says := getattr(module, "refused", lambda _: "")(found):
                with pytest.raises(ValueError, match=says):
                    exec(found["code"], names)
                continue
            exec(found["code"], names)
        module.agrees(found, names)
        assert printed.getvalue()


LISTS = ["four", "modes", "padding", "sizes", "window"]


@pytest.mark.parametrize("kind", LISTS)
def test_the_lists_of_a_setting_are_what_its_code_computes(kind: str) -> None:
    explored, module = explorer(kind), use(kind)
    compared = 0
    for setting in settings(kind, RUN):
        found = explored(address(setting))
        if getattr(module, "refused", lambda _: "")(found):
            continue
        listed: dict[str, Any] = {}
        exec(found["lists"], listed)
        names: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(found["code"], names)
        for name in set(listed) - {"__builtins__"}:
            assert listed[name] == np.asarray(names[name]).tolist()
            compared += 1
    assert compared > RUN / 2


# Settings as text -------------------------------------------------------------------------------------------------
@every_kind
def test_a_setting_survives_its_address(kind: str) -> None:
    explored = explorer(kind)
    for setting in settings(kind, RUN):
        found = explored(address(setting))
        assert explored(found["query"]) == found


@every_kind
def test_python_and_the_page_name_the_same_values_and_ranges(kind: str) -> None:
    readers, first = KINDS[kind].readers, KINDS[kind].first
    fields = json.loads(context(kind).get("fields")())
    assert list(fields) == list(readers)
    assert set(first) <= set(fields)
    for key, field in fields.items():
        if field["type"] in ("whole", "real", "place"):
            assert [readers[key](str(field[end])) for end in ("min", "max")] == [field["min"], field["max"]]
            for beyond in (field["min"] - 1, field["max"] + 1):
                with pytest.raises(ValueError, match="must be from"):
                    readers[key](str(beyond))
        if field["type"] == "choice":
            assert [readers[key](word) for word in field["choices"]] == field["choices"]
            with pytest.raises(ValueError, match="unknown"):
                readers[key]("other")


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("1\t2\t3", [1, 2, 3]),
        ("1\r\n2\r\n3\r\n", [1, 2, 3]),
        ("1; 2;3", [1, 2, 3]),
        ("[1, −2, 0.5]", [1, -2, 0.5]),
        ("1\t2\n3\t4", [1, 2, 3, 4]),
        ("-0", [0]),
    ],
)
def test_a_list_is_read_as_a_spreadsheet_or_a_program_writes_it(pasted: str, expected: list[float]) -> None:
    assert json.loads(context("window").get("pasted")("list", pasted)) == expected


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]]),
        ("[[1, 2],\n [3, 4]]", [[1, 2], [3, 4]]),
        ("1,2;3,4", [[1, 2], [3, 4]]),
        ("5", [[5]]),
    ],
)
def test_a_table_is_read_as_a_spreadsheet_or_a_program_writes_it(pasted: str, expected: list[list[float]]) -> None:
    assert json.loads(context("window").get("pasted")("table", pasted)) == expected


@pytest.mark.parametrize(
    ("line", "name", "says"),
    [
        ("x=1,two", "window", "“two” is not a number from −1000000 to 1000000."),
        ("x=1,1e9", "window", "“1e9” is not a number"),
        ("x=", "window", "A list has 1 to 24 numbers, not 0."),
        ("h=" + "1," * 25, "window", "A list has 1 to 24 numbers, not 25."),
        ("mode=some", "window", "“Mode” is one of full, same, valid, not “some”."),
        ("stride=0", "sizes", "“Stride s” is a whole number from 1 to 256, not “0”."),
        ("n=2.5", "sizes", "“Input n” is a whole number from 1 to 256, not “2.5”."),
        ("n=", "sizes", "“Input n” is a whole number from 1 to 256, not “”."),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence(line: str, name: str, says: str) -> None:
    assert context(name).get("fault")(line).startswith(says)


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("1,2;3", "Row 1 has 1 numbers, and the first row 2."),
        ("", "A table has 1 to 12 rows and columns, not 0 by 0."),
        (";".join(["1"] * 13), "A table has 1 to 12 rows and columns, not 13 by 1."),
    ],
)
def test_a_wrong_table_is_refused_in_a_sentence(pasted: str, says: str) -> None:
    made = context("window")
    made.eval("globalThis.wrong = text => { try { numbers.table(text); } catch (error) { return error.message; } }")
    assert made.get("wrong")(pasted) == says


# The directive ----------------------------------------------------------------------------------------------------
EXPLORER = """
```{explorer} sizes
:name: explorer-sizes
:alt: Some windows.
:n: 7
:kernel: 3
:stride: 2

Windows of *three*.
```
"""


#: How an author may go wrong: what is written instead of what, and what is said.
FAULTS = [
    ("{explorer} sizes", "{explorer} size", f"there is no explorer 'size': it must be one of {', '.join(KINDS)}"),
    (":n: 7\n", "", "the explorer 'sizes' needs `:n:`"),
    (":n: 7", ":n: 700", "`:n:` of the explorer 'sizes' cannot be '700': it must be from 1 to 256"),
    (":n: 7", ":n: seven", "`:n:` of the explorer 'sizes' cannot be 'seven'"),
    (":stride: 2", ":rule: wrap", "the explorer 'sizes' has no 'rule'"),
    (":n: 7", ":n: 2", "the explorer 'sizes' cannot begin with these values: `kernel_size` (=3) must fit"),
    (":n: 7", ":n: 7\n:output: 3", "cannot begin with these values: output (=3) must be one of the 3 outputs"),
    (":alt: Some windows.\n", "", "an explorer needs `:name:`, `:alt:`"),
    ("Windows of *three*.\n", "", "an explorer needs `:name:`, `:alt:`"),
]
HEAD = """---
myst: {html_meta: {description: "A page of a small book."}}
---

# A page
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Build a site of three pages without cells: one has an explorer, and one each of the faults."""
    folder = tmp_path_factory.mktemp("explorers")
    (folder / "docs" / "part").mkdir(parents=True)
    (folder / "conf.py").write_text(CONF % str(ROOT / "conf.py"), encoding="utf-8")
    (folder / "convbook").symlink_to(ROOT / "convbook")
    faulty = HEAD
    for place, (old, new, _) in enumerate(FAULTS):
        assert EXPLORER.count(old) == 1
        faulty += EXPLORER.replace(old, new).replace("explorer-sizes", f"explorer-{place}")
    pages = {"part/good": HEAD + "See {numref}`explorer-sizes`.\n" + EXPLORER, "part/faulty": faulty}
    pages["index"] = HEAD + "\n```{toctree}\n" + "\n".join(pages) + "\n```\n"
    site = Site(folder)
    for name, text in pages.items():
        site.source(name).write_text(text, encoding="utf-8")
    site.said = site.build().warnings.splitlines()
    return site


def test_the_page_has_the_figure_of_the_first_values_and_what_unfolds_below_it(site: Site) -> None:
    page = site.file("part/good.html").read_text(encoding="utf-8")
    explorer = re.search(r"<conv-explorer (.*?)>(.*?)</conv-explorer>", page, flags=re.DOTALL)
    assert explorer
    assert explorer[1] == (
        'kind="sizes" setting="n=7&amp;kernel=3&amp;stride=2&amp;dilation=1&amp;before=0&amp;after=0&amp;rounding=down'
        '&amp;output=0"'
    )
    assert '<figure class="align-default" id="explorer-sizes">' in explorer[2]
    assert 'aria-label="Some windows."' in explorer[2]
    assert "Windows of <em>three</em>." in explorer[2]
    assert 'href="#explorer-sizes"' in page.partition("<conv-explorer")[0]
    # The words of the drawing: the cells' places, and how many windows see each.
    words = re.findall(r"<text[^>]*>([^<]*)</text>", explorer[2])
    assert words == [*"0123456", "seen", *"1121211"]
    assert "conv-explorer" not in site.file("index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", range(len(FAULTS)))
def test_a_bad_explorer_is_a_warning_with_file_and_line(site: Site, place: int) -> None:
    text = site.source("part/faulty").read_text(encoding="utf-8").splitlines()
    lines = [number for number, line in enumerate(text, 1) if "{explorer}" in line]
    said = [line for line in site.said if f"part/faulty.md:{lines[place]}: " in line]
    assert len(said) == 1
    assert FAULTS[place][2] in said[0]


def test_a_good_explorer_is_no_warning(site: Site) -> None:
    assert not [line for line in site.said if "part/good" in line]


def test_the_figure_of_an_explorer_changes_with_its_values(site: Site) -> None:
    site.change("docs/part/good.md", ":stride: 2", ":stride: 4")
    site.build()
    words = re.findall(r"<text[^>]*>([^<]*)</text>", site.file("part/good.html").read_text(encoding="utf-8"))
    assert words[-8:] == ["seen", *"1110111"]


def test_every_explorer_of_the_book_begins_with_what_its_figure_shows() -> None:
    """Its setting is read without a fault, and no place of it is beyond what there is."""
    found = 0
    for path in (ROOT / "docs").rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        for name, options in re.findall(r"```\{explorer\} (\w+)\n---\n(.*?)\n---\n", text, flags=re.DOTALL):
            readers, first = KINDS[name].readers, dict(KINDS[name].first)
            given = first | dict(re.findall(r"^(\w+): (.*)$", options, flags=re.MULTILINE))
            setting = {key: read(given[key]) for key, read in readers.items()}
            assert explorer(name)(address(setting))["state"] == setting, path
            found += 1
    assert found >= len(KINDS)

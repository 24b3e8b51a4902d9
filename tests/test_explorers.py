"""Explorers: what their modules compute is what the library computes, and what the directive asks of an author."""

import contextlib
import io
import json
import random
import re
from collections.abc import Callable
from math import ceil, floor
from typing import Any

import numpy as np
import pytest
import quickjs
from site_builds import ROOT, Site
from small_site import CONF

import convbook
from book.page.explorers import KINDS

FOLDER = ROOT / "docs" / "_static" / "explorers"
SETTINGS = 400  # random settings of each kind
RUN = 60  # of them, those whose code is run
DASH = "\N{MINUS SIGN}"


def script(*names: str) -> str:
    """Give modules as one script: QuickJS has no files to import from."""
    parts = [(FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names]
    text = re.sub(r"^import .*;$", "", "\n".join(parts), flags=re.MULTILINE)
    return re.sub(r"^export default kind;$", "", text, flags=re.MULTILINE).replace("export ", "")


def kind(name: str) -> Callable[[str], Any]:
    """Load a kind; what is returned gives everything about a setting, written as in an address."""
    context = quickjs.Context()
    context.eval(
        script("numbers", name)
        + """;function explored(query) {
            const state = read(kind, query), result = kind.compute(state);
            return JSON.stringify({state, result, query: write(kind, state), sentence: kind.sentence(state, result),
                code: kind.code(state, result), places: kind.places(state)});
        }"""
    )
    explored = context.get("explored")
    return lambda query: json.loads(explored(query))


def values(rng: random.Random, longest: int) -> list[float]:
    """Draw a list whose sums of products are exact: quarters, of either sign."""
    fine = rng.choice([1, 1, 4])
    return [rng.randint(-20, 20) / fine for _ in range(rng.randint(1, longest))]


def window(rng: random.Random) -> dict[str, Any]:
    return {
        "x": values(rng, 12),
        "h": values(rng, 7 if rng.random() < 0.8 else 16),
        "operation": rng.choice(["convolution", "correlation"]),
        "mode": rng.choice(["full", "same", "valid"]),
        "n": rng.randint(0, 20),
    }


def sizes(rng: random.Random) -> dict[str, Any]:
    return {
        "n": rng.randint(1, 32) if rng.random() < 0.7 else rng.randint(1, 4),
        "kernel": rng.randint(1, 9),
        "stride": rng.randint(1, 9),
        "dilation": rng.randint(1, 5),
        "before": rng.choice([0, rng.randint(0, 9)]),
        "after": rng.choice([0, rng.randint(0, 9)]),
        "rounding": rng.choice(["down", "up"]),
        "output": rng.randint(0, 9),
    }


def padding(rng: random.Random) -> dict[str, Any]:
    return {
        "x": values(rng, 8),
        "rule": rng.choice(["constant", "edge", "reflect", "symmetric", "wrap"]),
        "before": rng.randint(0, 12),
        "after": rng.randint(0, 12),
        "value": rng.randint(-999, 999),
        "place": rng.randint(-12, 20),
    }


DRAWN = {"window": window, "sizes": sizes, "padding": padding}


def settings(name: str, count: int) -> list[dict[str, Any]]:
    rng = random.Random(name)
    return [DRAWN[name](rng) for _ in range(count)]


def query(setting: dict[str, Any]) -> str:
    return "&".join(f"{k}={','.join(map(str, v)) if isinstance(v, list) else v}" for k, v in setting.items())


def signal(numbers: list[float]) -> list[float]:
    return [float(number) for number in numbers]


# The library computes the same ------------------------------------------------------------------------------------
def test_a_sum_is_that_of_the_library_and_so_are_its_products() -> None:
    explored = kind("window")
    for setting in settings("window", SETTINGS):
        x, h, mode = signal(setting["x"]), signal(setting["h"]), setting["mode"]
        function = convbook.convolve if setting["operation"] == "convolution" else convbook.correlate
        found = explored(query(setting))
        expected = function(x, h, mode, method="direct").tolist()
        assert found["result"]["y"] == expected, setting
        n = found["state"]["n"]
        assert n == min(setting["n"], len(expected) - 1), setting
        pairs = found["result"]["pairs"]
        assert sum(a * b for a, b in pairs) == expected[n], setting
        window, first = found["result"]["window"], found["result"]["first"]
        assert window == (h[::-1] if setting["operation"] == "convolution" else h), setting
        assert pairs == [[x[first + m], w] for m, w in enumerate(window) if 0 <= first + m < len(x)], setting


def test_a_size_is_that_of_the_library_and_windows_are_where_it_puts_them() -> None:
    explored = kind("sizes")
    fitting = 0
    for setting in settings("sizes", SETTINGS):
        n, kernel, stride, dilation, before, after, up, _ = setting.values()
        result = explored(query(setting))["result"]
        options = {"stride": stride, "dilation": dilation, "padding": [(before, after)], "ceil_mode": up == "up"}
        try:
            size = convbook.output_size(n, kernel, **options)
        except ValueError:
            assert (result["size"], result["starts"]) == (0, []), setting
            continue
        fitting += 1
        assert result["size"] == size, setting
        assert result["reach"] == dilation * (kernel - 1) + 1
        assert result["starts"] == [stride * place - before for place in range(size)], setting
        end = before + result["starts"][-1] + result["reach"]
        assert result["left"] == max(n + before + after - end, 0), setting
        # Which cells the windows see, by the library: cell c holds c + 1, and the border 0. Windows that begin in the
        # border after the input, or reach beyond it, see no more of the input than if that border were longer.
        longer = {"stride": stride, "dilation": dilation, "padding": [(before, max(end - n - before, 0))]}
        seen = convbook.unfold(np.arange(1, n + 1)[None, None], kernel, **longer)[0, :, :size]
        assert result["seen"] == [int((seen == cell + 1).sum()) for cell in range(n)], setting
    assert SETTINGS / 2 < fitting < SETTINGS


def test_a_border_takes_its_values_where_the_library_takes_them() -> None:
    explored = kind("padding")
    for setting in settings("padding", SETTINGS):
        x, rule, widths = signal(setting["x"]), setting["rule"], (setting["before"], setting["after"])
        result = explored(query(setting))["result"]
        held = {"value": setting["value"]} if rule == "constant" else {}
        assert result["y"] == convbook.pad(x, widths, rule, **held).tolist(), setting
        places = convbook.pad(list(range(len(x))), widths, rule, **({"value": -1} if held else {})).tolist()
        assert [-1 if source is None else source for source in result["sources"]] == places, setting


# What they say ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "shown"), [("window", "y"), ("padding", "y"), ("sizes", "starts")])
def test_the_code_of_a_setting_computes_what_is_shown(name: str, shown: str) -> None:
    explored = kind(name)
    for setting in settings(name, RUN):
        found = explored(query(setting))
        names: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            if name == "sizes" and found["result"]["size"] == 0:
                with pytest.raises(ValueError, match="must fit into the padded input"):
                    exec(found["code"], names)
                continue
            exec(found["code"], names)
        assert list(names[shown]) == found["result"][shown], found["code"]
        assert printed.getvalue()


def test_the_sentence_of_a_sum_computes_to_its_result() -> None:
    explored = kind("window")
    for setting in settings("window", RUN):
        found = explored(query(setting))
        head, sum_, total = found["sentence"].replace(DASH, "-").replace("·", "*").split(" = ")
        assert head == f"y[{found['state']['n']}]"
        assert eval(sum_) == found["result"]["y"][found["state"]["n"]]
        assert float(total) == pytest.approx(eval(sum_), rel=1e-5)


def test_the_formula_of_a_size_computes_to_the_size() -> None:
    explored, rounds = kind("sizes"), {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*", DASH: "-"}
    for setting in settings("sizes", RUN):
        found = explored(query(setting))
        for part in found["sentence"].partition(".")[0].split("; "):
            if "=" not in part:
                assert part.startswith("no output")
                continue
            _, formula, value = part.split(" = ")
            for sign, python in rounds.items():
                formula = formula.replace(sign, python)
            assert eval(formula, {"floor": floor, "ceil": ceil, "min": min}) == int(value), found["sentence"]


def test_sentences_say_what_a_reader_would_compute() -> None:
    explored = kind("window")
    assert (
        explored("x=2,0,-1&h=-4,3,1&operation=convolution&mode=valid&n=0")["sentence"]
        == "y[0] = 2·1 + 0·3 − 1·(−4) = 6"
    )
    assert kind("padding")("x=5,6,7&rule=reflect&before=2&after=0&value=0&place=-2")["sentence"] == (
        "place −2 lies outside: reflect takes x[2] = 7 (a mirror in the middle of the end cell)"
    )


# Settings as text -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", KINDS)
def test_a_setting_survives_its_address(name: str) -> None:
    explored = kind(name)
    for setting in settings(name, RUN):
        found = explored(query(setting))
        assert explored(found["query"]) == found


@pytest.mark.parametrize("name", KINDS)
def test_python_and_the_page_name_the_same_values_and_ranges(name: str) -> None:
    readers, first, _ = KINDS[name]
    context = quickjs.Context()
    context.eval(script("numbers", name) + ";function fields() { return JSON.stringify(kind.fields); }")
    fields = json.loads(context.get("fields")())
    assert list(fields) == list(readers)
    assert set(first) <= set(fields)
    for key, field in fields.items():
        if field["type"] in ("whole", "place"):
            assert [readers[key](str(field[end])) for end in ("min", "max")] == [field["min"], field["max"]]
            for beyond in (field["min"] - 1, field["max"] + 1):
                with pytest.raises(ValueError, match="must be from"):
                    readers[key](str(beyond))
        if field["type"] == "choice":
            assert [readers[key](word) for word in field["choices"]] == field["choices"]
            with pytest.raises(ValueError, match="unknown"):
                readers[key]("other")


def fault(line: str, name: str = "window") -> str:
    """Read what is said about one value of an address, or about a pasted list."""
    context = quickjs.Context()
    context.eval(
        script("numbers", name)
        + ";function fault(query) { try { read(kind, query); return ''; } catch (error) { return error.message; } }"
    )
    return str(context.get("fault")(line))


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
    context = quickjs.Context()
    context.eval(script("numbers") + ";function pasted(text) { return JSON.stringify(list(text)); }")
    assert json.loads(context.get("pasted")(pasted)) == expected


@pytest.mark.parametrize(
    ("line", "name", "says"),
    [
        ("x=1,two", "window", "“two” is not a number from −1000000 to 1000000."),
        ("x=1,1e9", "window", "“1e9” is not a number"),
        ("x=", "window", "A list has 1 to 24 numbers, not 0."),
        ("h=" + "1," * 25, "window", "A list has 1 to 24 numbers, not 25."),
        ("mode=some", "window", "“Mode” is one of full, same, valid, not “some”."),
        ("stride=0", "sizes", "“Stride s” is a whole number from 1 to 9, not “0”."),
        ("n=2.5", "sizes", "“Input n” is a whole number from 1 to 32, not “2.5”."),
        ("n=", "sizes", "“Input n” is a whole number from 1 to 32, not “”."),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence(line: str, name: str, says: str) -> None:
    assert fault(line, name).startswith(says)


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
    ("{explorer} sizes", "{explorer} size", "there is no explorer 'size': it must be one of window, sizes, padding"),
    (":n: 7\n", "", "the explorer 'sizes' needs `:n:`"),
    (":n: 7", ":n: 70", "`:n:` of the explorer 'sizes' cannot be '70': it must be from 1 to 32"),
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
    pages = {"part/good": HEAD + EXPLORER, "part/faulty": faulty}
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
    # The words of the drawing: the cells' places, and how many windows see each.
    words = re.findall(r"<text[^>]*>([^<]*)</text>", explorer[2])
    assert words == [*"0123456", "seen", *"1121211"]
    assert 'src="../_static/explorers/explorer.js"' in explorer[2]
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
            readers, first, _ = KINDS[name]
            given = first | dict(re.findall(r"^(\w+): (.*)$", options, flags=re.MULTILINE))
            setting = {key: read(given[key]) for key, read in readers.items()}
            assert kind(name)(query(setting))["state"] == setting, path
            found += 1
    assert found >= len(KINDS)

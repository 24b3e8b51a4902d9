"""The pages as the build writes them: formulas, figures, folds and the frame, in a book of a few pages (pages_book)."""

import base64
import hashlib
import io
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import wavfile
from site_builds import ROOT, Site

from book.page import letters
from book.page.svg import Picture
from convbook import figures

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
PAGES = ["index", "part/first", "part/second", "part/heard", "faulty", "search", "genindex", "404"]


@dataclass
class Node:
    """An element of a page."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def all(self, tag: str = "", cls: str = "") -> Iterator["Node"]:
        """Every element below this one with this tag and class."""
        for child in self.children:
            if isinstance(child, Node):
                if tag in ("", child.tag) and (not cls or cls in child.attributes.get("class", "").split()):
                    yield child
                yield from child.all(tag, cls)

    def one(self, tag: str = "", cls: str = "") -> "Node":
        found = list(self.all(tag, cls))
        assert len(found) == 1, (tag, cls, len(found))
        return found[0]

    @property
    def text(self) -> str:
        return " ".join("".join(c if isinstance(c, str) else f" {c.text} " for c in self.children).split())


class Reader(HTMLParser):
    """Builds the tree of a page, and insists that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, (self.open[-1].tag, tag, self.getpos())
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


class Pages(Site):
    """The book of a few pages, and what its build said."""

    said: str

    def tree(self, page: str) -> Node:
        reader = Reader()
        reader.feed(self.page(page))
        assert len(reader.open) == 1, "a tag is not closed"
        return reader.open[0]


def written(folder: Path) -> Pages:
    """Write the sources of the book."""
    shutil.copytree(Path(__file__).parent / "pages_book", folder)
    (folder / "convbook").symlink_to(ROOT / "convbook")  # kernels import the library from beside conf.py
    return Pages(folder)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Build the book, without stopping at its planted faults."""
    book = written(tmp_path_factory.mktemp("pages") / "book")
    book.said = book.build().warnings
    return book


# The frame --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_states_the_policy_before_it_loads_anything(site: Pages, page: str) -> None:
    head = site.tree(page).one("head")
    metas = [node for node in head.children if isinstance(node, Node)]
    assert metas[0].attributes["http-equiv"] == "Content-Security-Policy"
    assert metas[0].attributes["content"] == (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "media-src 'self' data:; "
        "object-src 'none'; base-uri 'self'"
    )


@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_an_inline_script(site: Pages, page: str) -> None:
    tree = site.tree(page)
    scripts = list(tree.all("script"))
    assert scripts, "theme.js and Furo's own are expected"
    assert all(script.attributes.get("src") and not script.text for script in scripts)
    handlers = [name for node in tree.all() for name in node.attributes if name.startswith("on")]
    assert handlers == []


@pytest.mark.parametrize("page", PAGES)
def test_no_page_fetches_from_another_host(site: Pages, page: str) -> None:
    for node in site.tree(page).all():
        for name in ("src", "href", "action", "data", "poster"):
            value = node.attributes.get(name, "")
            if node.tag != "a":
                assert not re.match(r"(?!data:)[a-z]+:|//", value), (node.tag, value)
    sheets = [path.read_text(encoding="utf-8") for path in site.file("_static").rglob("*.css")]
    assert len(sheets) > 3
    assert [url for sheet in sheets for url in re.findall(r"url\(\s*['\"]?((?:https?:)?//[^)]*)", sheet)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_it_is(site: Pages, page: str) -> None:
    tree = site.tree(page)
    assert next(tree.all("html")).attributes["lang"] == "en"
    assert len(tree.one("title").text) > 5
    described = [meta for meta in tree.all("meta") if meta.attributes.get("name") == "description"]
    assert len(described) == 1
    assert described[0].attributes["content"].strip()


@pytest.mark.parametrize("page", PAGES)
def test_what_a_reader_sees_lies_in_a_landmark(site: Pages, page: str) -> None:
    body = site.tree(page).one("body")
    assert len(list(body.all("main"))) == len(list(body.all("h1"))) == 1
    labels = [node.attributes["aria-label"] for node in body.all("nav")]
    assert len(labels) == len(set(labels))
    assert all(node.attributes.get("aria-level") for node in body.all() if node.attributes.get("role") == "heading")


def test_no_address_of_the_sites_own_is_named_without_a_place_to_serve_it(site: Pages) -> None:
    text = site.page("index")
    assert 'rel="canonical"' not in text
    assert "og:url" not in text
    assert not site.file("sitemap.xml").exists()


def test_the_sites_address_gives_canonical_links_a_sitemap_and_a_404_page_below_it(tmp_path: Path) -> None:
    served = written(tmp_path / "book")
    for page in ("part/first", "part/second", "part/heard", "faulty"):  # nothing to execute
        served.source(page).write_text(f"# {page}\n", encoding="utf-8")
    served.build(url="https://example.org/below/")
    assert '<link rel="canonical" href="https://example.org/below/part/first.html"' in served.page("part/first")
    assert "https://example.org/below/part/first.html" in served.file("sitemap.xml").read_text(encoding="utf-8")
    assert 'property="og:url" content="https://example.org/below/part/first.html"' in served.page("part/first")
    links = [
        node.attributes["href"] for node in served.tree("404").all("link") if "stylesheet" in node.attributes["rel"]
    ]
    assert links
    assert all(link.startswith("/below/_static/") for link in links)


def test_fonts_are_served_by_the_site(site: Pages) -> None:
    static = site.file("_static")
    named = re.findall(r"url\(([^)]+)\)", (static / "fonts.css").read_text(encoding="utf-8"))
    assert len(named) >= 9
    assert all(name.endswith(".woff2") and (static / name).exists() for name in named)
    katex = static / "katex"
    named = re.findall(r"url\(([^)]+)\)", (katex / "katex.css").read_text(encoding="utf-8"))
    assert len(named) == 24
    assert all(name.endswith(".woff2") and (katex / name).exists() for name in named)


def test_the_books_own_sheets_ask_for_no_weight_that_the_letters_lack() -> None:
    lightest, boldest = letters.WEIGHTS["normal"]
    sheets = "".join(sheet.read_text(encoding="utf-8") for sheet in (ROOT / "docs" / "_static").glob("*.css"))
    weights = [int(weight) for weight in re.findall(r"font-weight: (\d+)", sheets)]
    assert {400, 640, 700} <= set(weights)
    assert [weight for weight in weights if not lightest <= weight <= boldest] == []


# Formulas ---------------------------------------------------------------------------------------------------------


def test_a_formula_keeps_the_full_stop_that_follows_it_on_its_line(site: Pages) -> None:
    first, together = site.tree("part/first").all("span", "together")
    assert first.text.endswith("] ,")
    assert together.text.endswith("h ,")
    assert len(list(together.all("span", "math"))) == 1
    assert len(list(together.all("wbr"))) == 1  # x ⋆ h breaks after its operator only


def test_no_other_full_stop_or_comma_of_the_line_moves(site: Pages) -> None:
    (line,) = (p for p in site.tree("part/first").all("p") if p.text.startswith("The sum"))
    assert line.text.replace(" ", "").endswith("h,c,d.")
    assert "],a,b,andnot" in line.text.replace(" ", "")


def test_formulas_are_set_in_the_page_with_mathml_inside(site: Pages) -> None:
    tree = site.tree("part/first")
    assert len(list(tree.all("math"))) == 3
    assert len(list(tree.all("span", "katex"))) == 3
    assert "MathJax" not in site.page("part/first")


def test_a_displayed_formula_is_numbered_and_linked(site: Pages) -> None:
    tree = site.tree("part/first")
    block = tree.one("div", "math")
    assert block.attributes["id"] == "equation-eq-sum"
    assert block.one("span", "eqno").text.startswith("(1.1)")
    assert any(
        a.attributes["href"] == "#equation-eq-sum" and a.text == "(1.1)"
        for a in tree.one("details", "solution").all("a")
    )


def test_all_pages_share_one_sheet_and_one_script(site: Pages) -> None:
    for page in ("index", "part/first", "search"):
        source = site.page(page)
        assert len(re.findall(r'<link rel="stylesheet" href="[^"]*_static/book\.css\?v=\w+">', source)) == 1, page
        assert source.count('rel="stylesheet"') == 1, page
        assert len(re.findall(r'<script src="[^"]*_static/book\.js\?v=\w+" defer>', source)) == 1, page


def test_a_change_of_a_style_sheet_reaches_every_page_and_executes_nothing(tmp_path: Path) -> None:
    book = written(tmp_path / "book")
    book.source("faulty").unlink()
    book.path("own").mkdir()
    book.path("own/look.css").write_text("p { color: red }\n", encoding="utf-8")
    configuration = book.path("conf.py")
    more = 'html_static_path.append("own")\nhtml_css_files = ["look.css"]\n'
    configuration.write_text(configuration.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert book.build().executed
    before = book.page("part/first")
    book.change("own/look.css", "red", "blue")
    result = book.build()
    assert result.executed == set()
    assert {"index", "part/first", "part/second"} <= result.written
    assert book.page("part/first") != before
    sheet = book.file("_static/book.css").read_bytes()
    assert b"p{color:blue}" in sheet
    assert f"book.css?v={hashlib.sha256(sheet).hexdigest()[:8]}" in book.page("part/first")


def test_letters_of_formulas_are_seen_before_their_faces_have_come(site: Pages) -> None:
    sheet = site.file("_static/book.css").read_text(encoding="utf-8")
    shown = {name: how for how, name in re.findall(r'font-display:(\w+);font-family:"?(KaTeX_\w+)', sheet)}
    assert shown["KaTeX_Main"] == shown["KaTeX_Math"] == "swap"
    assert shown["KaTeX_Size1"] == shown["KaTeX_AMS"] == "block"


def test_only_pages_with_formulas_ask_for_their_faces_and_not_before_the_sheet(site: Pages) -> None:
    head = site.page("part/first").partition("</head>")[0]
    assert head.index("book.css") < head.index("KaTeX_Main-Regular-letters.woff2")
    assert "KaTeX" not in site.page("search")


def test_each_part_of_a_page_says_about_how_tall_it_is(site: Pages) -> None:
    sections = list(site.tree("part/first").one("article").all("section"))
    styles = [part.attributes["style"] for part in sections if "style" in part.attributes]
    assert len(sections) - len(styles) == 1  # the page itself
    assert all(2 <= float(style.removeprefix("--height: ").removesuffix("rem")) <= 100 for style in styles), styles


def test_the_sheet_has_what_its_parts_name_under_the_addresses_seen_from_there(site: Pages) -> None:
    static = site.file("_static")
    text = (static / "book.css").read_text(encoding="utf-8")
    addresses = [address for address in re.findall(r"url\(['\"]?([^'\")]+)", text) if not address.startswith("data:")]
    assert any(address.startswith("katex/fonts/") for address in addresses)
    assert [address for address in addresses if not (static / address).is_file()] == []


def test_a_formula_that_does_not_parse_is_a_warning_with_its_line(site: Pages) -> None:
    assert re.search(r"faulty\.md:8: WARNING: this formula does not parse: .*\\frac\{1", site.said)
    assert re.search(r"faulty\.md:10: WARNING: this formula does not parse: .*\\unknown", site.said)


# Figures ----------------------------------------------------------------------------------------------------------


def test_figures_are_named_pictures_with_numbered_captions(site: Pages) -> None:
    tree = site.tree("part/first")
    pictures = list(tree.all("svg", "figure-svg"))
    assert [p.attributes["aria-label"] for p in pictures] == [
        'A line that rises from 0 to "2".',
        "The same line again.",
    ]
    assert all(picture.attributes["role"] == "img" for picture in pictures)
    figures = list(tree.all("figure"))
    assert [figure.attributes["id"] for figure in figures] == ["fig-line", "fig-again"]
    assert [figure.one("span", "caption-number").text for figure in figures] == ["Figure 1.1", "Figure 1.2"]


@pytest.mark.parametrize("page", ["index", "part/first", "part/second", "faulty"])
def test_ids_are_unique_and_every_reference_to_one_resolves(site: Pages, page: str) -> None:
    tree = site.tree(page)
    ids = [node.attributes["id"] for node in tree.all() if "id" in node.attributes]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    for node in tree.all():
        wanted = re.findall(r"url\(#([^)]+)\)", " ".join(node.attributes.values()))
        if node.tag == "use":
            wanted.append(node.attributes["href"].removeprefix("#"))
        assert set(wanted) <= set(ids)


def test_palette_colors_become_variables_and_other_colors_stay(site: Pages) -> None:
    from convbook.figures.style import BLUE, PALETTE

    styles = [
        n.attributes.get("style", "") for svg in site.tree("part/first").all("svg", "figure-svg") for n in svg.all()
    ]
    assert any(f"stroke:var(--fig-blue,{BLUE})" in style for style in styles)
    assert any("stroke:#123456" in style for style in styles)
    fixed = set(re.findall(r"(?<!,)#[0-9a-f]{6}", " ".join(styles)))
    assert fixed & {light for light, _ in PALETTE.values()} == set()
    sheet = site.file("_static/fonts.css").read_text(encoding="utf-8")
    for name, (light, dark) in PALETTE.items():
        assert f"--fig-{name}:{light}" in sheet
        assert f"--fig-{name}:{dark}" in sheet


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("M 10 20 L 12.5 20 L 12.5 25.254 z M 0 0 L 1 -1 L 101 99", "M10 20h2.5v5.25zM0 0l1 -1l100 100"),
        ("M 0.001 0 L 0.006 0 L 0.011 0 L 0.016 0.004", "M0 0h0.01h0h0.01"),  # places are rounded, and no step twice
        ("M 1 2 C 1 2 3 4 5 6", "M1 2C1 2 3 4 5 6"),
    ],
)
def test_straight_lines_are_written_by_their_steps(path: str, written: str) -> None:
    source = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><path d="{path}" style="stroke:red"/></svg>'
    )
    assert f' d="{written}"' in Picture(source.encode(), "f1-", "A line.", str).markup


def test_a_figure_has_no_background_no_global_style_and_its_own_pixels(site: Pages) -> None:
    first, second = site.tree("part/first").all("svg", "figure-svg")
    assert list(first.all("style")) == list(first.all("metadata")) == []
    assert not any(path.attributes.get("d", "").startswith("M0 180") for path in first.all("path"))
    assert second.one("image").attributes["width"] == "2"
    kind, _, data = second.one("image").attributes["href"].partition(",")
    assert kind == "data:image/webp;base64"
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
    assert pixels[..., 0].tolist() == [[0, 255], [255, 0]]


def test_a_photograph_is_a_file_as_long_as_a_page_shows_it(tmp_path: Path) -> None:
    book = written(tmp_path / "book")
    book.source("faulty").unlink()
    noise = "np.random.default_rng(0).random((64, 64))"
    book.change("docs/part/first.md", "ax.imshow([[0, 1], [1, 0]]);", f"import numpy as np\nax.imshow({noise});")
    book.build()

    def shown() -> Path:
        _, second = book.tree("part/first").all("svg", "figure-svg")
        return (book.file("part") / second.one("image").attributes["href"]).resolve()

    before = shown()
    assert before.parent == book.file("_images").resolve()
    with Image.open(before) as image:
        assert image.size == (64, 64)
    book.change("docs/part/first.md", noise, "np.random.default_rng(1).random((64, 64))")
    book.build()
    assert not before.exists()
    assert shown().exists()


def test_the_colors_of_the_kernels_settings_are_the_palettes(site: Pages) -> None:
    from convbook.figures.style import PALETTE

    text = (ROOT / "docs" / "_ipython" / "matplotlibrc").read_text(encoding="utf-8")
    used = set(re.findall(r'"(#[0-9a-f]{6})"', text)) | {f"#{value}" for value in re.findall(r"'([0-9a-f]{6})'", text)}
    assert len(used) >= 8
    assert used <= {light for light, _ in PALETTE.values()}


def test_an_image_file_is_inlined_without_its_scripts(site: Pages) -> None:
    picture = next(site.tree("faulty").one("main").all("circle"))
    assert picture.attributes["style"] == "fill:var(--fig-blue,#1762b6)"
    assert picture.attributes["r"] == "40.12"
    assert "id" not in picture.attributes
    assert "alert" not in site.page("faulty")


def test_a_figure_without_words_is_a_warning_with_its_line(site: Pages) -> None:
    for wanted in ("`mystnb: image: alt:`", "`mystnb: figure: caption:`", "`mystnb: figure: name:`"):
        assert re.search(rf"faulty\.md:34: WARNING: a cell that draws needs {re.escape(wanted)}", site.said)
    assert re.search(r"faulty\.md:38: WARNING: `alt` is missing", site.said)


# Sounds -----------------------------------------------------------------------------------------------------------


def test_a_sound_is_a_file_beside_its_page_and_is_fetched_only_when_it_is_played(site: Pages) -> None:
    figure = site.tree("part/heard").one("figure")
    assert figure.attributes["id"] == "sound-steps"
    assert figure.one("span", "caption-number").text == "Figure 3.1"
    players = list(figure.all("audio"))
    assert [player.attributes["aria-label"] for player in players] == ["up & down", "half as loud"]
    assert [label.text for label in figure.all("span") if "aria-hidden" in label.attributes] == [
        "up & down",
        "half as loud",
    ]
    files = ["heard/sound-steps-1.wav", "heard/sound-steps-2.wav"]
    for player, file in zip(players, files, strict=True):
        assert player.attributes["src"] == player.one("a").attributes["href"] == file
        assert player.attributes["preload"] == "none"
        assert "controls" in player.attributes
    assert "base64,UklGR" not in site.page("part/heard"), "the page holds a WAV file"
    assert sorted(path.name for path in site.file("").rglob("*.wav") if "faulty" not in path.parts) == [
        "sound-steps-1.wav",
        "sound-steps-2.wav",
    ]
    for file in files:
        rate, samples = wavfile.read(site.file(f"part/{file}"))
        assert (rate, len(samples), samples.dtype) == (8000, 2000, np.int16)


def test_a_sound_without_words_is_a_warning_with_its_line(site: Pages) -> None:
    for wanted in ("caption", "name"):
        assert re.search(rf"faulty\.md:40: WARNING: a cell that draws needs `mystnb: figure: {wanted}:`", site.said)
    assert "faulty.md:40: WARNING: a cell that draws needs `mystnb: image: alt:`" not in site.said


def test_a_cell_with_sounds_needs_no_guard(site: Pages) -> None:
    assert "heard.md" not in site.said


def test_the_code_of_a_sound_is_folded_after_it(site: Pages) -> None:
    cell = site.tree("part/heard").one("div", "cell-figure")
    order = [c.attributes["class"].split()[0] for c in cell.children if isinstance(c, Node)]
    assert order == ["cell_output", "fold"]


def test_sounds_of_one_figure_keep_their_differences_in_loudness_and_do_not_click() -> None:
    tone = np.sin(np.arange(4000) / 3)
    files = figures.sounds({"loud": tone, "soft": tone / 4, "none": np.zeros(100)}, rate=8000).files
    loud, soft, none = (wavfile.read(io.BytesIO(file))[1].astype(float) for file in files.values())
    assert 0.85 < np.abs(loud).max() / 2**15 < 0.95
    assert np.abs(loud / 4 - soft).max() <= 1  # one step of 16 bits
    assert not none.any()
    assert loud[0] == loud[-1] == 0
    assert np.abs(loud[:20]).max() < np.abs(loud).max() / 4
    np.testing.assert_allclose(loud[160:-160] / np.abs(loud).max(), tone[160:-160], atol=1e-3)


# Boxes, exercises, folds ---------------------------------------------------------------------------------------------


def test_solutions_lie_folded_in_their_exercise(site: Pages) -> None:
    tree = site.tree("part/first")
    first, second = tree.all("div", "exercise")
    assert first.attributes["id"] == "ex-first"
    assert first.one("p", "admonition-title").text.startswith("Exercise 1.1 The first")
    fold = first.one("details", "solution")
    assert "open" not in fold.attributes
    assert "In words, two." in fold.text
    assert "1 + 1" in fold.one("div", "cell_input").text
    assert fold.one("div", "cell_output").one("pre").text == "2"
    assert list(second.all("details")) == []
    assert len(list(tree.all("details", "solution"))) == 1


def test_an_exercise_says_how_hard_it_is_beside_its_title(site: Pages) -> None:
    first, second = site.tree("part/first").all("div", "exercise")
    assert first.one("span", "exercise-level").text == "warm-up"
    assert list(second.all("span", "exercise-level")) == []


def test_exercises_and_figures_are_counted_through_all_parts(site: Pages) -> None:
    links = [a.text for a in site.tree("part/second").one("article").all("a", "reference")]
    assert links == ["Figure 1.1", "Exercise 1.1", "Exercise 1.2", "Exercise 2.1"]


def test_cells_lie_in_the_recipe_that_they_follow(site: Pages) -> None:
    box = site.tree("part/first").one("div", "recipe")
    assert box.one("p", "admonition-title").text == "Recipe Add"
    assert "1 + 2" in box.one("div", "cell_input").text


def test_a_fold_has_a_summary_of_words_only_and_the_figure_comes_first(site: Pages) -> None:
    tree = site.tree("part/first")
    summaries = [summary for summary in tree.all("summary") if not summary.text.startswith("Copy this ")]
    assert [summary.text for summary in summaries] == ["Code of this figure", "Solution"]
    assert all(isinstance(child, str) for summary in summaries for child in summary.children)
    cell = next(tree.all("div", "cell-figure"))
    order = [c.attributes["class"].split()[0] for c in cell.children if isinstance(c, Node)]
    assert order == ["cell_output", "fold"]


def test_misplaced_solutions_and_cells_are_warnings_with_their_lines(site: Pages) -> None:
    assert re.search(r"faulty\.md:14: WARNING: no exercise stands before this solution", site.said)
    assert re.search(r"faulty\.md:23: WARNING: this solves 'ex-other', but .* 'ex-one'", site.said)
    assert re.search(r"faulty\.md:27: WARNING: this cell is tagged `recipe`", site.said)


def test_a_page_that_nobody_described_is_a_warning(site: Pages) -> None:
    assert re.search(r"faulty\.md: WARNING: the page has no description", site.said)
    assert "first.md: WARNING" not in site.said


@pytest.mark.parametrize("builder", ["text", "latex", "man", "epub"])
def test_other_builders_write_every_page(site: Pages, builder: str) -> None:
    site.source("faulty").unlink(missing_ok=True)  # or it would be executed once more
    assert "Traceback" not in site.build(builder).warnings
    files = {"text": "part/first.txt", "latex": "convbook.tex", "man": "convbook.1", "epub": "part/first.xhtml"}
    text = site.file(files[builder], builder).read_text(encoding="utf-8")
    assert "What is 1 + 1?" in text
    assert "In words, two." in text

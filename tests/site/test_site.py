"""The built site without a browser: links, hosts, weights, and what every page must say about itself."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from built_site import ROOT, SITE, Page, is_external, pages, target

from book.page.sheets import not_here

KILOBYTES = 130  # each cell is on its page up to three times: as shown, standalone, and with NumPy only
TAGS = 12_000  # a phone lays out some ten thousand elements in a blink, twenty thousand in two
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; object-src 'none'; base-uri 'self'"
)
TEXT = {".css", ".html", ".inv", ".ipynb", ".js", ".json", ".svg", ".txt", ".xml"}
every_page = pytest.mark.parametrize("page", pages().values(), ids=pages())


@pytest.fixture(scope="module", autouse=True)
def weights(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ask for a site before anything else; show its heaviest pages, gzipped with their figures, at the end."""
    if not pages():
        pytest.exit(f"There is no site in {SITE}: run 'make html' first.", returncode=2)
    yield
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter:
        reporter.write_line(f"\n{len(pages())} pages, the ten heaviest, gzipped with their figures:")
        for page in sorted(pages().values(), key=lambda page: -page.weight)[:10]:
            reporter.write_line(f"{page.weight / 1000:8.1f} kB {len(page.elements):6,} tags  {page.name}")


def files(*suffixes: str) -> list[Path]:
    """List the files of the site with these endings."""
    return sorted(path for path in SITE.rglob("*") if path.suffix in suffixes)


@every_page
def test_every_link_leads_to_a_place_that_exists(page: Page) -> None:
    dead = []
    for element in page.elements:
        for address in element.addresses:
            found = target(page, address)
            if found is None or (element.tag == "use" and address.startswith("#") and address[1:] in page.anchors):
                continue
            path, place = found
            if not path.is_relative_to(SITE) or not path.is_file():
                dead.append(f"line {element.line}: {address} (no such file)")
            elif place and path.suffix == ".html" and place not in pages()[path.relative_to(SITE).as_posix()].anchors:
                dead.append(f"line {element.line}: {address} (no such place on that page)")
    assert dead == []


@every_page
def test_no_page_makes_a_request_to_another_host(page: Page) -> None:
    fetched = [(e.line, a) for e in page.elements if e.fetches for a in e.addresses if is_external(a)]
    assert fetched == []
    for element in page.elements:
        assert not re.search(r"url\(\s*['\"]?(?:\w+:)?//", element.attributes.get("style", "")), element.line
    assert not any(re.search(r"url\(\s*['\"]?(?:\w+:)?//|@import", style) for style in page.texts["style"])


@pytest.mark.parametrize("path", files(".css", ".svg"), ids=lambda path: path.relative_to(SITE).as_posix())
def test_style_sheets_and_pictures_load_only_what_the_site_has(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    addresses = [match[2] for match in re.finditer(r"url\(\s*(['\"]?)(.*?)\1\s*\)", text)]
    addresses += re.findall(r"@import\s+['\"]([^'\"]+)", text)
    for address in addresses:
        if address.startswith(("data:", "#")):
            continue
        assert not is_external(address), address
        assert (path.parent / re.sub(r"[?#].*", "", address)).is_file(), address


@every_page
def test_every_page_has_a_language_one_title_one_heading_and_a_description(page: Page) -> None:
    assert [e.attributes.get("lang") for e in page.elements if e.tag == "html"] == ["en"]
    assert len(page.texts["title"]) == 1
    assert len(page.texts["title"][0].strip()) > 5
    assert len(page.texts["h1"]) == 1
    (description,) = page.meta("description")
    assert 25 <= len(description) <= 300, description


def test_no_two_pages_share_a_title() -> None:
    titles: dict[str, list[str]] = {}
    for page in pages().values():
        titles.setdefault(page.texts["title"][0], []).append(page.name)
    assert {title: names for title, names in titles.items() if len(names) > 1} == {}


@every_page
def test_every_picture_has_words_for_who_cannot_see_it(page: Page) -> None:
    for element in page.elements:
        shown = element.attributes.get("aria-hidden") != "true"
        if element.tag == "img" and shown:
            assert "alt" in element.attributes, f"line {element.line}"
        if element.tag == "svg" and shown and element.attributes.get("role") == "img":
            assert element.attributes.get("aria-label") or element.attributes.get("aria-labelledby"), (
                f"line {element.line}"
            )


@every_page
def test_every_page_states_the_policy_and_keeps_it(page: Page) -> None:
    assert page.meta("Content-Security-Policy") == [CSP]
    scripts = [e for e in page.elements if e.tag == "script"]
    for script, text in zip(scripts, page.texts["script"], strict=True):
        assert script.attributes.get("src") or script.attributes.get("type") == "application/json", text
    handlers = [(e.line, name) for e in page.elements for name in e.attributes if name.startswith("on")]
    assert handlers == []


@every_page
def test_no_name_is_given_to_two_places_of_a_page(page: Page) -> None:
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert sorted({name for name in ids if ids.count(name) > 1}) == []


@every_page
def test_a_page_with_its_figures_is_light(page: Page) -> None:
    assert page.weight <= KILOBYTES * 1000


def test_a_sound_is_small_has_a_name_and_waits_until_it_is_played() -> None:
    players = [(page, element) for page in pages().values() for element in page.elements if element.tag == "audio"]
    assert players, "the chapter on frequencies has some"
    for page, player in players:
        assert player.attributes["preload"] == "none"
        assert "controls" in player.attributes
        assert len(player.attributes["aria-label"]) > 3
        path, _ = target(page, player.attributes["src"]) or (Path(), "")
        assert path.suffix == ".wav"
        assert path.read_bytes()[:4] == b"RIFF"
        assert path.stat().st_size <= KILOBYTES * 1000


@every_page
def test_every_column_of_a_table_has_a_name(page: Page) -> None:
    """A screen reader says the name with each cell."""
    assert re.findall(r"<th[^>]*>\s*(?:<p>\s*</p>)?\s*</th>", page.source) == []


@every_page
def test_no_page_has_a_class_whose_rules_the_sheet_leaves_out(page: Page) -> None:
    classes = {name for element in page.elements for name in (element.attributes.get("class") or "").split()}
    assert not_here(classes) == set()


@every_page
def test_a_page_has_few_tags(page: Page) -> None:
    assert len(page.elements) <= TAGS


@every_page
def test_the_text_of_a_page_has_no_forms_before_they_are_needed(page: Page) -> None:
    """A browser that fills in forms looks for them at the start, and lays out the parts that they stand in.

    The box that filters recipes may be there: its part is the first one.
    """
    article = page.source.partition("<article")[2].partition("</article>")[0]
    assert re.findall(r'<(?:form|input(?! type="search")|select|textarea)\b[^>]*>', article) == []


@every_page
def test_a_list_with_a_class_is_one_that_the_sheet_knows(page: Page) -> None:
    """The sheet says `dl.py` where the theme says `dl[class]:not(.simple)...`: no third kind may come."""
    lists = {e.attributes["class"] for e in page.elements if e.tag == "dl" and e.attributes.get("class")}
    assert {names for names in lists if not {"py", "simple", "field-list", "glossary"} & {*names.split()}} == set()


def test_no_page_of_the_reference_is_longer_than_the_longest_chapter() -> None:
    words = {name: len(re.sub(r"<[^>]*>", " ", page.source).split()) for name, page in pages().items()}
    reference = {name: count for name, count in words.items() if name.startswith("api/")}
    assert max(reference.values()) <= max(count for name, count in words.items() if name not in reference)


def test_the_site_says_nothing_about_the_machine_that_built_it() -> None:
    """What a chapter's author wrote, such as the address of a cluster on the reader's own machine, is no such thing."""
    authors = {path.stem: path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md")}
    about = re.compile(rf"{re.escape(str(ROOT))}\b|localhost|127\.0\.0\.1")
    said = {name: set(about.findall(text)) for name, text in authors.items()}
    told = [
        path.relative_to(SITE).as_posix()
        for path in sorted(SITE.rglob("*"))
        if path.suffix in TEXT
        and set(about.findall(path.read_text("utf-8", "replace"))) - said.get(path.name.partition(".")[0], set())
    ]
    assert told == []


def test_the_pages_that_a_host_and_a_reader_expect_are_there() -> None:
    for name in ("index.html", "404.html", "search.html", "genindex.html", "searchindex.js", "objects.inv"):
        assert (SITE / name).is_file(), name

"""The cookbook: the recipes of all chapters, copied when the page is written, each exactly once."""

import re

import pytest
from docutils import nodes
from site_builds import ROOT, Site

from book.execution import chapters

DOCS = ROOT / "docs"


def test_a_recipe_is_shown_whole_with_its_words_code_output_and_derivation(site: Site) -> None:
    page = site.page("cookbook")
    section = page[page.index('id="first-add"') : page.index('id="differences"')]
    assert re.search(r"<h3>.*Add <em>two</em> numbers", section), section
    words = " ".join(re.sub(r"<[^>]*>", "", section).split())
    assert "def add(a, b): return a + b add(2, 3)" in words
    assert section.count('<p class="cell-checked"') == 1
    assert re.search(r"<pre><span></span>5\n</pre>", section)
    assert 'href="part/first.html#table"' in section
    assert 'href="part/first.html#equation-eq-sum"' in section
    assert "Derived in Table · Chapter 1, First" in words


def test_a_place_has_one_name_and_a_name_one_place(site: Site) -> None:
    ids = re.findall(r'\bid="([^"]+)"', site.page("cookbook"))
    assert len(ids) == len(set(ids))
    assert {"first-add", "second-negate"} <= set(ids)


def test_the_search_finds_a_recipe_in_the_cookbook(site: Site) -> None:
    index = site.file("searchindex.js").read_text(encoding="utf-8")
    assert '"Change the sign"' in index


def test_nothing_is_written_when_nothing_has_changed(site: Site) -> None:
    before = site.times()
    assert site.build().warnings == ""
    assert site.times() == before


def test_a_changed_recipe_is_changed_in_the_cookbook_and_runs_in_its_chapter_only(site: Site) -> None:
    before = site.times()
    site.change("docs/part/second.md", "convolve([5], [1])[0]", "convolve([7], [1])[0]")
    site.change("docs/part/second.md", "  -5\n", "  -7\n")
    assert site.build().warnings == ""
    assert re.search(r"<pre><span></span>-7\n</pre>", site.page("cookbook"))
    assert site.times()["part/first.html"] == before["part/first.html"]


def test_a_recipe_without_a_place_a_wrong_name_and_a_wrong_section_are_reported(site: Site) -> None:
    site.change("docs/cookbook.md", "part/second recipe-negate signs", "part/second recipe-sign signs")
    site.change("docs/cookbook.md", "recipe-add table", "recipe-add tables")
    said = site.build().warnings
    assert "cookbook.md:16: WARNING: part/second has no cell 'recipe-sign' tagged `recipe`" in said
    assert "the recipe 'recipe-negate' of part/second has no place in the cookbook" in said
    assert "cookbook.md:10: WARNING: part/first has no section #tables" in said


def listed() -> list[tuple[str, str, str]]:
    """Give the lines of the book's own cookbook: chapter, cell, section."""
    return re.findall(r"^(\w+/[\w-]+) +([\w-]+) +([\w-]+)$", (DOCS / "appendices/cookbook.md").read_text("utf-8"), re.M)


def test_every_recipe_of_the_book_stands_in_its_cookbook_once() -> None:
    recipes = [
        (path.relative_to(DOCS).with_suffix("").as_posix(), str(cell.metadata["name"]))
        for path in chapters.below(DOCS)
        for cell in chapters.read(path).cells
        if "recipe" in cell.metadata.get("tags", [])
    ]
    assert sorted((chapter, cell) for chapter, cell, _ in listed()) == sorted(recipes)


@pytest.mark.parametrize(("chapter", "cell", "section"), listed())
def test_the_section_that_derives_a_recipe_exists(chapter: str, cell: str, section: str) -> None:
    text = (DOCS / f"{chapter}.md").read_text(encoding="utf-8")
    headings = {nodes.make_id(heading) for heading in re.findall(r"^##+ (.+)$", text, re.M)}
    assert section in headings | set(re.findall(r"^\(([\w-]+)\)=\n##+ ", text, re.M)), cell

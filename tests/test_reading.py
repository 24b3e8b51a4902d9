"""The ways through the book: the plan names every chapter in its order, and no path has one before what it needs."""

import re
from itertools import groupby, pairwise
from pathlib import Path

import pytest
from docutils import nodes
from site_builds import ROOT, Site

from book.page.exercises import FoldedSolution
from book.page.reading import Entry, count_words, read_path, read_plan

DOCS = ROOT / "docs"
PAGE = (DOCS / "appendices" / "reading-paths.md").read_text(encoding="utf-8")
INDEX = (DOCS / "index.md").read_text(encoding="utf-8")
PARTS = ("operation", "pictures", "layers", "speed", "beyond")

#: So many links back to one earlier chapter say that it is needed.
OFTEN = 3


def written(kind: str) -> list[tuple[str, str]]:
    """Give the title and the content of each directive of a kind on the page."""
    return re.findall(rf"^```\{{reading-{kind}\}} ?(.*)\n(?::.*\n)*((?:.*\n)*?)```$", PAGE, re.M)


PLAN = read_plan(written("plan")[0][1])
PATHS = {title: read_path(content) for title, content in written("path")}
#: Each chapter's label -> its text, in the order of the table of contents.
CHAPTERS = {
    re.findall(r"^\((ch-[\w-]+)\)=\n# ", text, re.M)[0]: text
    for docname in re.findall(rf"^((?:{'|'.join(PARTS)})/[\w-]+)$", INDEX, re.M)
    for text in [(DOCS / f"{docname}.md").read_text(encoding="utf-8")]
}
NEEDS = {entry.chapter: entry.needs for entry in PLAN}


def all_needs(chapter: str) -> set[str]:
    """Give what a chapter needs, and what that needs."""
    return {need for direct in NEEDS[chapter] for need in {direct} | all_needs(direct)}


# The book's own page ----------------------------------------------------------------------------------------
def test_every_chapter_of_the_table_of_contents_is_in_the_plan() -> None:
    assert not CHAPTERS.keys() - NEEDS.keys(), "these chapters are missing from the plan in reading-paths.md"
    assert not NEEDS.keys() - CHAPTERS.keys(), "these are in the plan, and in no part of the book"


def test_the_plan_has_the_order_of_the_book_and_each_chapter_once() -> None:
    assert [entry.chapter for entry in PLAN] == list(CHAPTERS)


def test_a_chapter_stands_after_all_that_it_needs() -> None:
    read: set[str] = set()
    for entry in PLAN:
        assert set(entry.needs) <= read, entry.chapter
        read.add(entry.chapter)


def test_a_need_that_follows_from_another_is_not_listed() -> None:
    for entry in PLAN:
        for need in entry.needs:
            others = set(entry.needs) - {need}
            assert not any(need in all_needs(other) for other in others), f"{entry.chapter}: {need}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_that_often_sends_its_reader_back_to_another_needs_it(chapter: str) -> None:
    before = list(CHAPTERS)[: list(CHAPTERS).index(chapter)]
    for earlier in before:
        own = re.findall(r"^\(([\w-]+)\)=$|^:label: (ex-[\w-]+)$|^\$\$ \((eq-[\w-]+)\)$", CHAPTERS[earlier], re.M)
        names = "|".join(re.escape(name) for names in own for name in names if name)
        links = re.findall(rf"\(#(?:{names})\)|\{{(?:eq|numref|ref)\}}`(?:{names})`", CHAPTERS[chapter])
        assert len(links) < OFTEN or earlier in all_needs(chapter), f"{chapter} links to {earlier} {len(links)} times"


def test_the_weeks_follow_each_other_and_each_has_one_chapter_to_work_through() -> None:
    weeks = [(week, list(entries)) for week, entries in groupby(PLAN, lambda entry: entry.week)]
    assert [week for week, _ in weeks] == list(range(1, len(weeks) + 1))
    for week, entries in weeks:
        assert sum(bool(entry.exercises) for entry in entries) == 1, f"week {week}"


@pytest.mark.parametrize("entry", PLAN, ids=lambda entry: entry.chapter)
def test_exercises_and_recipe_are_of_the_chapter_that_is_worked_through(entry: Entry) -> None:
    text = CHAPTERS[entry.chapter]
    assert not entry.exercises or 2 <= len(entry.exercises) <= 3
    assert set(entry.exercises) <= set(re.findall(r"^:label: (ex-[\w-]+)$", text, re.M))
    assert not entry.recipe or f"name: {entry.recipe}\n" in text


@pytest.mark.parametrize("title", PATHS)
def test_on_a_path_no_chapter_stands_before_one_that_it_needs(title: str) -> None:
    order = list(CHAPTERS)
    whole = [stop for stop in PATHS[title] if stop.startswith("ch-") and "#" not in stop]
    assert all(order.index(a) < order.index(b) for a, b in pairwise(whole))
    for chapter in whole:
        missing = all_needs(chapter) - set(whole)
        assert not missing, f"{chapter} needs {missing}, which the path leaves out"


def test_the_front_page_links_to_the_paths() -> None:
    assert "(#ch-reading-paths)" in INDEX


# What the directives do -------------------------------------------------------------------------------------
def test_words_are_those_of_prose_and_a_formula_is_one() -> None:
    body = nodes.section("", nodes.title("", "Two words"), nodes.paragraph("", "Three more words "))
    body[1] += nodes.math("", r"a + b + c")
    assert count_words(body) == 6
    body += [nodes.literal_block("", "x = 1"), nodes.comment("", "not seen"), nodes.raw("", "<p>seen not</p>")]
    body += FoldedSolution("", nodes.paragraph("", "It is folded away."))
    assert count_words(body) == 6


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ("- {chapter: ch-a, week: 1, needs: [], afterwards: b, minutes: 3}", TypeError, "minutes"),
        ("- {chapter: ch-a, week: 1, afterwards: b}", TypeError, "needs"),
        ("- {chapter: ch-a, week: 1, needs: [], afterwards: b, exercises: [ex-a]}", ValueError, "not both"),
    ],
)
def test_an_entry_with_a_wrong_field_is_refused(given: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        read_plan(given)


PLANNED = """---
myst: {html_meta: {description: "Paths."}}
---

# Paths

```{reading-path} Short
:within: 20
ch-first: the sum, $a$
ch-second#signs: its signs
```

```{reading-needs}
```

```{reading-plan}
- chapter: ch-first
  week: 1
  needs: []
  afterwards: add.
  exercises: [ex-double]
  recipe: recipe-add
- chapter: ch-second
  week: 2
  needs: [ch-first]
  afterwards: change signs.
```
"""


@pytest.fixture
def planned(site: Site) -> Site:
    site.change("docs/index.md", "cookbook\n", "cookbook\npaths\n")
    (Path(site.path("docs")) / "paths.md").write_text(PLANNED, encoding="utf-8")
    return site


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).split())


def test_stops_weeks_needs_exercises_and_recipes_become_links_with_minutes(planned: Site) -> None:
    assert planned.build().warnings == ""
    page = planned.page("paths")
    shown = words(page)
    assert re.search(r"First \(chapter 1, \d+ min\): the sum, ", shown)
    assert re.search(r"Signs \(chapter 2, 1 min\): its signs Together: \d+ min of reading, at 100 words", shown)
    assert "Work through 1 First: afterwards you can add. Exercises: 1.1 Double. Recipe: Add two numbers" in shown
    assert "Read 2 Second: afterwards you can change signs." in shown
    places = {"part/first": ["ch-first", "ex-double"], "part/second": ["ch-second", "signs"], "cookbook": ["first-add"]}
    for name, identifiers in places.items():
        for identifier in identifiers:
            assert f'href="{name}.html#{identifier}"' in page


@pytest.mark.parametrize("builder", ["text", "latex"])
def test_other_builders_write_the_paths(planned: Site, builder: str) -> None:
    assert planned.build(builder).warnings == ""


def test_a_page_with_minutes_is_written_again_when_a_chapter_has_more_words(planned: Site) -> None:
    planned.build()
    before = int(re.search(r"First \(chapter 1, (\d+) min\)", words(planned.page("paths")))[1])
    planned.change("docs/part/first.md", "What is $x", 300 * "more words " + "$y$ is what? What is $x")
    assert planned.build().warnings == ""
    assert f"First (chapter 1, {before + 6} min)" in words(planned.page("paths"))


def test_names_of_nothing_and_a_path_that_takes_too_long_are_warnings(planned: Site) -> None:
    planned.change("docs/paths.md", "ch-second#signs: its", "ch-second#marks: its")
    planned.change("docs/paths.md", "[ch-first]", "[ch-zeroth]")
    planned.change("docs/paths.md", "recipe: recipe-add", "recipe: recipe-sum")
    planned.change("docs/paths.md", "ex-double", "ex-triple")
    said = planned.build().warnings
    assert "the path names 'ch-second#marks', and there is no such place" in said
    assert "the plan names 'ch-zeroth', and there is no such place" in said
    assert "part/first has no cell 'recipe-sum' tagged `recipe`" in said
    assert "ex-triple" in said
    planned.change("docs/paths.md", "ch-second#marks: its", "ch-second#signs: its")
    planned.change("docs/part/first.md", "What is $x", 1200 * "more words " + "What is $x")
    assert re.search(r"the path 'Short' takes \d+ minutes, not 20", planned.build().warnings)

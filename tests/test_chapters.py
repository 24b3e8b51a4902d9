"""The anatomy of a chapter: what every chapter of the five parts has, in the manner of the first."""

import re
from pathlib import Path

import pytest

from book.execution import chapters

DOCS = Path(__file__).parent.parent / "docs"
PARTS = ("operation", "pictures", "layers", "speed", "beyond")
#: Pages of the parts that are no chapters: one leads to those that it was taken apart into, one shows the record.
OTHERS = {"speed/how-fast", "speed/record"}
CHAPTERS = [
    path
    for part in PARTS
    for path in sorted((DOCS / part).glob("*.md"))
    if path.relative_to(DOCS).with_suffix("").as_posix() not in OTHERS
]

#: Characters of code that the page shows without scrolling.
WIDEST = 88

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def blocks(text: str, kind: str) -> list[str]:
    """Find what the directives of one kind hold."""
    return re.findall(rf"^:::\{{{kind}\}}.*?\n(.*?)^:::$", text, re.M | re.S)


def test_there_are_chapters_in_each_part() -> None:
    assert {path.parent.name for path in CHAPTERS} == set(PARTS)
    assert all((DOCS / f"{page}.md").is_file() for page in OTHERS)


@every_chapter
def test_a_chapter_opens_with_one_question_and_one_result(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(blocks(text, "question")) == len(blocks(text, "result")) == 1
    assert re.search(r"^# .*\n\n:::\{question\}\n(?:.*\n)*?:::\n\n:::\{result\}", text, re.M), "they follow the title"


@every_chapter
def test_a_chapter_can_be_linked_to_by_a_label_of_its_own(path: Path) -> None:
    assert re.search(r"^\(ch-[a-z-]+\)=\n# ", path.read_text(encoding="utf-8"), re.M)


@every_chapter
def test_a_chapter_that_shows_an_operator_says_what_its_sign_means(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for sign, name in ((r"\conv", "convolution"), (r"\corr", "correlation")):
        if re.search(re.escape(sign) + r"\b", text):
            assert re.search(rf"\${re.escape(sign)}\$[^.]*{name}", text, re.S), f"{sign} is not explained"


@every_chapter
def test_a_chapter_has_four_exercises_or_more_and_each_has_an_executed_solution(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    pieces = re.split(r"^:::+\{exercise\}", text, flags=re.M)[1:]
    assert len(pieces) >= 4
    for piece in pieces:
        own = piece[: piece.find("\n## ")] if "\n## " in piece else piece
        title = own.splitlines()[0].strip()
        assert ":label: ex-" in own, f"the exercise {title!r} has no label"
        assert re.search(r"^tags: \[.*\bsolution\b.*\]$|^:tags: \[.*\bsolution\b.*\]$", own, re.M), (
            f"the exercise {title!r} has no executed solution"
        )


@every_chapter
def test_a_chapter_names_its_pitfalls_what_to_take_away_and_a_recipe_that_runs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert blocks(text, "pitfall")
    assert blocks(text, "takeaway")
    assert blocks(text, "recipe")
    assert re.search(r"^:?tags: \[.*\brecipe\b.*\]$", text, re.M)


@every_chapter
def test_a_recipe_imports_what_it_needs_and_that_is_numpy(path: Path) -> None:
    for cell in chapters.read(path).cells:
        if "recipe" in cell.metadata.get("tags", []):
            imported = set(re.findall(r"^(?:import|from) (\w+)", cell.source, re.M))
            assert imported <= {"numpy", "math", "itertools", "fractions", "collections", "time"}, f"line {cell.line}"
            exec(compile(cell.source, f"{path}:{cell.line}", "exec"), {"__name__": "recipe"})


@every_chapter
def test_a_chapter_has_figures_and_a_picture_before_the_first_numbered_formula(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    figure = text.find("  figure:")
    assert figure > 0
    formula = re.search(r"^\$\$ \(eq-", text, re.M)
    assert formula is None or figure < formula.start()


@every_chapter
def test_the_cells_of_a_chapter_have_names_of_their_own(path: Path) -> None:
    cells = chapters.read(path).cells
    drawing = [cell for cell in cells if "mystnb" in cell.metadata]
    names = [cell.metadata.get("name") for cell in cells if cell not in drawing]
    assert all(names), [cell.line for cell in cells if cell not in drawing and not cell.metadata.get("name")]
    assert len(set(names)) == len(names)


@every_chapter
def test_code_is_not_wider_than_the_page(path: Path) -> None:
    for cell in chapters.read(path).cells:
        for number, line in enumerate(cell.source.splitlines()):
            assert len(line) <= WIDEST, f"line {cell.first + number} has {len(line)} characters"


@every_chapter
def test_a_chapter_is_linked_with_the_library_and_cites_its_sources(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "{py:func}" in text or "{py:class}" in text
    assert "{cite:" in text


def test_what_the_bibliography_lists_is_cited_and_the_reverse() -> None:
    listed = re.findall(r"^@\w+\{([^,\s]+),", (DOCS / "references.bib").read_text(encoding="utf-8"), re.M)
    pages = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DOCS.rglob("*.md")))
    roles = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", pages)
    cited = {key.strip() for keys in roles for key in keys.split(",")}
    assert len(listed) == len(set(listed))
    assert cited == set(listed)


def test_no_chapter_uses_words_that_belittle_a_difficulty() -> None:
    for path in CHAPTERS:
        prose = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
        found = re.findall(r"\b(?:simply|obviously|trivially|of course|as everyone knows|clearly)\b", prose, re.I)
        assert not found, f"{path.relative_to(DOCS)}: {found}"

"""What every chapter of the built site offers to take along; `make check-site` runs this."""

import ast
import re
import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from built_site import SITE, Page, pages

#: Markup that only the book understands, outside of code.
MARKUP = re.compile(r"^:::|\{[a-z]+(:[a-z]+)?\}`|^\([a-z-]+\)=$", re.M)
CHAPTERS = [
    page for page in pages().values() if page.name.split("/")[0] in {"operation", "pictures", "layers", "speed"}
]


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.name)
def test_a_chapter_offers_itself_as_a_notebook_and_as_a_script(page: Page) -> None:
    links = {e.attributes.get("href", "") for e in page.elements if "download" in e.attributes}
    links = {link for link in links if "/_downloads/" not in link}  # data that the chapter reads
    stem = page.path.stem
    assert links == {f"{stem}.ipynb", f"{stem}.py"}
    book = nbformat.read(page.path.with_suffix(".ipynb"), as_version=4)
    nbformat.validate(book)
    words = "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert not MARKUP.search(words), MARKUP.search(words)
    assert "glue" not in "".join(cell.source for cell in book.cells if cell.cell_type == "code")
    ast.parse(page.path.with_suffix(".py").read_text(encoding="utf-8"))


def test_there_are_chapters() -> None:
    assert CHAPTERS


def test_the_site_serves_the_library_and_itself() -> None:
    names = {path.suffix for path in (SITE / "downloads").iterdir()}
    assert names == {".whl", ".zip"}

"""A snippet that missed anything of its page would show something else, and so would a notebook."""

from functools import cache

import pytest
from apart import printed_by
from planted_pages import PAGES
from test_hidden_cells import notebook_of

from book.execution.chapters import Cell
from book.snippets.slicer import Page
from book.snippets.standalone import standalone


@cache
def shown_by(page: str) -> str:
    """Run a page; give what its last cell shows."""
    printed = printed_by(*PAGES[page])
    assert len(printed) == len(PAGES[page]), printed
    assert printed[-1]
    return printed[-1]


@pytest.mark.parametrize("page", PAGES)
def test_a_snippet_shows_what_its_page_shows(page: str) -> None:
    cells = PAGES[page]
    code = standalone(Page([Cell.of(cell) for cell in cells]), len(cells) - 1)
    assert printed_by(code) == [shown_by(page)]


@pytest.mark.parametrize("page", PAGES)
def test_a_notebook_shows_what_its_page_shows_whatever_is_hidden(page: str) -> None:
    cells = PAGES[page]
    hidden = range(min(1, len(cells) - 2), len(cells) - 1)  # what lies between the first and the last
    printed = printed_by(*notebook_of(cells, hidden))
    assert printed[-1] == shown_by(page)
    assert len(printed) <= len(cells)

"""A snippet that missed anything of its page would show something else."""

import pytest
from apart import printed_by
from planted_pages import PAGES
from snippets.slicer import Page, Source
from snippets.writing import standalone


@pytest.mark.parametrize("cells", PAGES.values(), ids=PAGES)
def test_a_snippet_shows_what_its_page_shows(cells: list[str]) -> None:
    code = standalone(Page([Source(cell) for cell in cells]), len(cells) - 1)
    assert printed_by(code) == printed_by(*cells)[-1:]

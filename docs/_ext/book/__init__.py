"""The book's extensions of Sphinx: one entry in conf.py, a room for each subject.

=================  =====================================================================================
``execution``      chapters are read, run and checked; faults stay open until they are fixed
``explorers``      figures whose numbers a reader can change
``page``           the look of a page: boxes, exercises, formulas, figures, fonts, the frame
``checks``         exercises that check what a reader has written
``snippets``       each cell as code that runs by itself, and the copies that a page shows
``live``           cells that run in the page, and the Python for it
``downloads``      what the site serves beside its pages: notebooks, scripts, the library, a zip
``reference``      the pages of the library's functions
=================  =====================================================================================

Rooms need each other in one direction only: `explorers`, `page` and `snippets` need `execution`, `checks` needs `page`,
and `live`, `downloads` and `reference` need these.
"""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]

#: In the order in which Sphinx loads them. Hooks of one priority run in this order, so it is part of what they do.
EXTENSIONS = (
    # Chapters are run and checked before anything looks at their outputs.
    "book.execution.build",
    "book.page.seals",
    "book.execution.open_faults",
    # Boxes first: they take in the cells that exercises, figures and the cookbook then find in their places.
    "book.page.math",
    "book.page.boxes",
    "book.page.exercises",
    "book.page.answers",
    "book.checks.directive",
    "book.checks.listing",
    "book.page.figures",
    "book.explorers.directive",
    "book.page.pixels",
    "book.page.sounds",
    "book.page.predictions",
    "book.page.frame",
    "book.page.heights",
    "book.page.numbering",
    "book.page.code_style",
    "book.page.modules",
    "book.page.bundles",  # joins the style sheets and scripts that all others have named
    "book.page.cookbook",
    "book.page.reading",
    # What is served beside the pages needs what has been run.
    "book.downloads.serve",
    "book.snippets.copies",
    "book.live.cells",
    # The reference writes pages with copies in them.
    "book.reference.inventories",
    "book.reference.pages",
    "book.page.search_index",
)


def setup(app: Any) -> dict[str, Any]:
    for name in EXTENSIONS:
        app.setup_extension(name)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The search knows the index entries of every page, not only of those that this build has written.

Sphinx collects them while it writes and does not keep them: after a build with no change the search would find no
function by another name. The index itself is kept whole, so they are taken from there.
"""

from typing import Any

from sphinx.application import Sphinx
from sphinx.util.index_entries import split_index_msg

from book import patches


def complete(app: Sphinx, builder: Any) -> None:
    """Hand all index entries to the search before a page is written, in one order for every kind of build."""
    known = {
        document: sorted(
            {(text, target, main) for kind, value, target, main, _ in entries for text in split(kind, value)}
        )
        for document, entries in sorted(app.env.domains.index_domain.entries.items())
    }
    patches.fill_search(app.env, known)


def split(kind: str, value: str) -> list[str]:
    """Take an entry apart into what a reader may look for."""
    parts = split_index_msg(kind, value)
    return parts[:1] if kind in ("see", "seealso") else parts


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("write-started", complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The fold under a cell or a function: what is offered to take along, as a page shows it without any script.

The text of each form stands in the page as it stands in its file, so that `take_along.js` can copy it from a folder
as well as from a server. It is plain: a page has many folds, and colors for all of them would cost more than the page
itself. The script colors those that a reader opens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from docutils import nodes
from sphinx.util.osutil import relative_uri


@dataclass(frozen=True)
class Form:
    """One text to take along, and the file in which the site serves it."""

    label: str
    file: str
    code: str
    needs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # addresses of what it reads from beside it


@dataclass(frozen=True)
class Offer:
    """What is offered for one cell or function: forms to show, and the reason why there is none without convbook."""

    name: str
    forms: tuple[Form, ...]
    reason: str = ""
    cell: Form | None = None
    line: int | None = None  # of the cell in its chapter
    reads: tuple[str, ...] = ()  # files, as the chapter's front matter names them

    @property
    def served(self) -> Iterator[Form]:
        """Every form that is a file."""
        yield from self.forms
        if self.cell is not None:
            yield self.cell


class TakeAlong(nodes.General, nodes.Element):
    """Where a fold will stand; ``offer`` says what is in it."""


def visit_fold(translator: Any, node: TakeAlong) -> None:
    if translator.builder.name == "html":
        here = translator.builder.get_target_uri(translator.builder.current_docname)
        translator.body.extend(fold(node["offer"], here))
    raise nodes.SkipNode


def skip(translator: Any, node: TakeAlong) -> None:
    """Write nothing: only the site serves the files."""
    raise nodes.SkipNode


def fold(offer: Offer, here: str) -> Iterator[str]:
    """Write the fold on the page with the address `here`."""
    what = "with NumPy only" if offer.forms or offer.cell is None else "that runs alone"
    reason = f'<p class="take-note">There is no form {what}. {escape(offer.reason)}</p>\n'
    if not (offer.forms or offer.cell):
        yield reason
        return
    words = f'Take along<span class="visually-hidden"> {escape(offer.name)}</span>'
    yield f'<div class="take"><details><summary>{words}</summary>\n'
    for form in offer.forms:
        needed = ", ".join([*map(escape, form.needs), *(link(file, here) for file in form.files)])
        needs = f' <span class="take-needs">needs {needed}</span>' if needed else ""
        label = f'<span class="take-label">{escape(form.label)}</span>{needs}'
        yield f'<div class="take-form"><p class="take-head">{label} {link(form.file, here)}</p>\n'
        yield f'<div class="highlight"><pre>{escape(form.code, quote=False)}</pre></div></div>\n'
    if offer.reason:
        yield reason
    if offer.cell is not None:
        yield f'<p class="take-note">The cell as shown: {link(offer.cell.file, here)}</p>\n'
    yield "</details></div>\n"


def link(file: str, here: str) -> str:
    """Link to a file by its name."""
    return f'<a href="{escape(relative_uri(here, file))}" download>{escape(file.rpartition("/")[2])}</a>'

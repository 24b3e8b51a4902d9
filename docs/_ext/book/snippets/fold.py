"""The fold under a cell or a function: the forms to copy, as a page shows them without any script.

The text of each form stands in the page as it stands in its file, so that `copies.js` can copy it from a folder
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
    """One text to copy, and the file in which the site serves it."""

    label: str
    file: str
    code: str
    needs: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # addresses of what it reads from beside it


@dataclass(frozen=True)
class Copies:
    """The available forms of one cell or function, and the reason why there is none without convbook."""

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


class CopiesFold(nodes.General, nodes.Element):
    """Where a fold will stand; ``copies`` says what is in it."""


def visit_fold(translator: Any, node: CopiesFold) -> None:
    if translator.builder.name == "html":
        here = translator.builder.get_target_uri(translator.builder.current_docname)
        translator.body.extend(fold(node["copies"], here))
    raise nodes.SkipNode


def skip(translator: Any, node: CopiesFold) -> None:
    """Write nothing: only the site serves the files."""
    raise nodes.SkipNode


def fold(copies: Copies, here: str) -> Iterator[str]:
    """Write the fold on the page with the address `here`."""
    what = "with NumPy only" if copies.forms or copies.cell is None else "that runs alone"
    reason = f'<p class="copies-note">There is no form {what}. {escape(copies.reason)}</p>\n'
    if not (copies.forms or copies.cell):
        yield reason
        return
    what = "cell" if copies.cell is not None else "function"
    words = f'Copy this {what}<span class="visually-hidden"> {escape(copies.name)}</span>'
    yield f'<div class="copies"><details><summary>{words}</summary>\n'
    for form in copies.forms:
        needed = ", ".join([*map(escape, form.needs), *(link(file, here) for file in form.files)])
        needs = f' <span class="copies-needs">needs {needed}</span>' if needed else ""
        label = f'<span class="copies-label">{escape(form.label)}</span>{needs}'
        yield f'<div class="copies-form"><p class="copies-head">{label} {link(form.file, here)}</p>\n'
        yield f'<div class="highlight"><pre>{escape(form.code, quote=False)}</pre></div></div>\n'
    if copies.reason:
        yield reason
    if copies.cell is not None:
        yield f'<p class="copies-note">The cell as shown: {link(copies.cell.file, here)}</p>\n'
    yield "</details></div>\n"


def link(file: str, here: str) -> str:
    """Link to a file by its name."""
    return f'<a href="{escape(relative_uri(here, file))}" download>{escape(file.rpartition("/")[2])}</a>'

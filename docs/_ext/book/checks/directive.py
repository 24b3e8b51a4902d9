"""Exercises with a gap: the cell to fill, what checks it, and hints, one fold each, become part of their exercise.

::

    ::::{exercise} The sum that slides
    :label: ex-slide
    :level: standard
    Write `slide(x, w)`.

    :::{hint}
    How many windows are full?
    :::
    ::::

The cell tagged ``task`` and its ``{check}`` follow (see `chapter`), then the solution.
"""

from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from book.execution.chapters import TASK, given_name
from book.page.boxes import is_between, place_of, tagged
from book.page.exercises import ExerciseBox, nothing

logger = logging.getLogger(__name__)

WORDS = "Change this cell. Check, here or in the notebook of this page, says what is still wrong."


class CheckPlace(nodes.General, nodes.Element):
    """Where a page tells that the cell above it is checked; `name` is what the cell defines, `code` judges it."""


class Hint(nodes.General, nodes.Element):
    """A hint, folded: the `number` of `total`."""

    @property
    def summary(self) -> str:
        """What the fold says."""
        return f"Hint {self['number']} of {self['total']}" if self["total"] > 1 else "Hint"


class CheckDirective(SphinxDirective):
    """What checks the cell before it."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        place = CheckPlace("", name=self.arguments[0], code="\n".join(self.content) + "\n")
        self.set_source_info(place)
        return [place]


class TakeTasks(SphinxTransform):
    """Cells to fill and their checks move into the exercise that they follow, and its hints stand below them."""

    default_priority = 870  # before the solutions

    def apply(self, **_kwargs: Any) -> None:
        parts = [n for n in self.document.findall(nodes.Element) if isinstance(n, CheckPlace) or tagged(n, TASK)]
        for part in parts:
            above = part.parent[: part.parent.index(part)]
            asked = next((node for node in reversed(above) if not is_between(node)), None)
            gap = asked[-1] if isinstance(asked, ExerciseBox) else None
            if gap is None:
                self._warn("no exercise stands before this cell with a gap, or its check", part)
            elif isinstance(part, CheckPlace) and not tagged(gap, TASK):
                self._warn("no cell tagged `task` stands before this check", part)
            else:
                part.parent.remove(part)
                asked += part
                if isinstance(part, CheckPlace):
                    gap["classes"].append("to-fill")
                    part["cell"], part["cell_index"] = given_name(gap["cell_metadata"]), gap["cell_index"]
                    if not part["cell"]:
                        self._warn("the cell before this check has no name", part)
        for asked in self.document.findall(ExerciseBox):
            hints = list(asked.findall(nodes.hint))
            for number, hint in enumerate(hints, 1):
                hint.parent.remove(hint)
                asked += Hint("", *hint.children, number=number, total=len(hints))

    def _warn(self, message: str, node: nodes.Node) -> None:
        logger.warning(message, location=place_of(node, self.env), type="exercise")


def visit_check(translator: Any, node: CheckPlace) -> None:
    if translator.builder.name != "epub" and "cell" in node:
        translator.body.append(f'<p class="task" data-cell="{escape(node["cell"])}">{escape(WORDS)}</p>\n')


def visit_hint(translator: Any, node: Hint) -> None:
    if translator.builder.name == "epub":
        translator.body.append(f'<div class="hint"><p class="solution-label">{node.summary}</p><div>')
    else:
        translator.body.append(f'<details class="hint"><summary>{node.summary}</summary><div class="solution-body">')


def depart_hint(translator: Any, node: Hint) -> None:
    translator.body.append("</div></div>\n" if translator.builder.name == "epub" else "</div></details>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    plain = (nothing, nothing)
    app.add_node(CheckPlace, html=(visit_check, nothing), latex=plain, text=plain, man=plain, texinfo=plain)
    app.add_node(Hint, html=(visit_hint, depart_hint), latex=plain, text=plain, man=plain, texinfo=plain)
    app.add_directive("check", CheckDirective)
    app.add_transform(TakeTasks)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""Exercises that take an answer: the page holds what a cell has computed, and compares what the reader types with it.

::

    ```{code-cell} python
    ---
    tags: [remove-cell]
    name: answer-by-hand
    answer: The four numbers, as a list
    expect: |
      [6, 3, 8, 4]
    ---
    np.convolve([2, 1], [3, 0, 4]).tolist()
    ```

    ```{code-cell} python
    ---
    tags: [remove-cell]
    mistake: The kernel was not flipped.
    expect: |
      [8, 4, 6, 3]
    ---
    np.correlate([2, 1], [3, 0, 4], "full").tolist()
    ```

``answer`` says what is to be typed; the cell follows the exercise, among the cells of its solution. Each ``mistake``
after it makes one typical mistake, and is what a reader is told who has made the same. Both are guarded like any cell.
"""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

from book.execution import guards
from book.execution.build import SHOWN, chapter_of
from book.execution.chapters import Cell
from book.page.exercises import ExerciseBox, FoldedSolution, nothing

logger = logging.getLogger(__name__)

KEYS = ("answer", "mistake")
#: What `answers.js` makes a form of. It is in the page so that nothing moves when the script comes; but no form and no
#: field: a browser that fills in forms looks for them at the start, and lays out the part that they stand in.
FORM = (
    '<div inert><label><span>Your answer: {asked}</span><span class="answer-room"></span></label><button '
    'type="submit">Check<span class="visually-hidden"> the answer to {exercise}</span></button><p '
    'class="prediction-status" role="status"></p></div>'
)


class AnswerPlace(nodes.General, nodes.Element):
    """Where a reader types an answer; `answers.js` brings its field to life."""


class TakeAnswers(SphinxTransform):
    """Each exercise whose solution has an answer gets a place for it, before the fold of its solution."""

    default_priority = 872  # when solutions lie in their exercises

    def apply(self, **_kwargs: Any) -> None:
        shown = self.env.current_document.get(SHOWN, {})
        if not shown:
            return
        asked = sorted(self.document.findall(ExerciseBox), key=lambda node: node.line or 0)
        places: dict[int, AnswerPlace] = {}
        within: ExerciseBox | None = None
        before = 0
        for cell in chapter_of(self.env, self.env.docname).cells:
            within = next((node for node in reversed(asked) if before < (node.line or 0) <= cell.line), within)
            before = cell.line
            if "solution" not in cell.tags and not cell.metadata.keys() & {*KEYS}:
                within = None  # a cell of the text: what follows it solves no exercise
            if cell.index in shown:
                for fault in self._take(cell, shown[cell.index], within, places):
                    logger.warning(
                        "cell %s: %s", cell.name, fault, location=f"{cell.path}:{cell.line}", type="exercise"
                    )

    def _take(
        self, cell: Cell, text: str, exercise: ExerciseBox | None, places: dict[int, AnswerPlace]
    ) -> Iterator[str]:
        """Add an answer or a mistake to its exercise, or say what is wrong with it."""
        if all(key in cell.metadata for key in KEYS):
            yield "a cell is either an answer or a mistake, not both."
            return
        key = next(key for key in KEYS if key in cell.metadata)
        words = cell.metadata[key]
        if not isinstance(words, str) or len(words.split()) < 2:
            yield f"`{key}` needs words that a reader understands, not {words!r}."
        elif exercise is None:
            yield f"no exercise stands before this {key}."
        elif "expect" not in cell.metadata:
            yield f"the {key} has no guard: what readers type is compared with its output."
        elif key == "answer" and not ("solution" in cell.tags or cell.hidden):
            yield "an answer lies in the solution (tag `solution`) or is not shown (`remove-cell`)."
        elif key == "mistake" and not cell.hidden:
            yield "a mistake is not shown: tag the cell `remove-cell`."
        elif key == "answer":
            if id(exercise) in places:
                yield "its exercise has an answer already."
            else:
                titles = (part for part in exercise.findall(nodes.inline) if "box-title" in part["classes"])
                title = next((part.astext() for part in titles), "this exercise")
                place = AnswerPlace("", asked=words, exercise=title, answer=text, mistakes=[])
                places[id(exercise)] = place
                solution = next(
                    (n for n, part in enumerate(exercise) if isinstance(part, FoldedSolution)), len(exercise)
                )
                exercise.insert(solution, place)
        elif id(exercise) not in places:
            yield "its exercise has no answer before this mistake."
        else:
            place = places[id(exercise)]
            others = {"the answer": place["answer"]} | {f"the mistake {hint!r}": old for old, hint in place["mistakes"]}
            same = next((name for name, old in others.items() if guards.matches(old, text)), "")
            if same:
                yield f"this mistake gives the same as {same}: a reader could not be told which was made."
            else:
                place["mistakes"].append((text, words))


def visit_place(translator: Any, node: AnswerPlace) -> None:
    if translator.builder.name != "epub":
        data = {"answer": node["answer"], "mistakes": json.dumps(node["mistakes"])}
        written = " ".join(f'data-{name}="{escape(value.strip())}"' for name, value in data.items())
        form = FORM.format(asked=escape(node["asked"]), exercise=escape(node["exercise"]))
        translator.body.append(f'<div class="answer" {written}>{form}</div>\n')


def setup(app: Sphinx) -> dict[str, Any]:
    plain = (nothing, nothing)
    app.add_node(AnswerPlace, html=(visit_place, nothing), latex=plain, text=plain, man=plain, texinfo=plain)
    app.add_transform(TakeAnswers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

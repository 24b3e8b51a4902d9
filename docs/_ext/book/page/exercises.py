"""Exercises, numbered and linkable, and their executed solutions, folded without JavaScript.

::

    :::{exercise} A title
    :label: ex-shift
    :level: warm-up
    What is asked.
    :::

    :::{solution}
    Words of the solution; a label may say which exercise is meant: `{solution} ex-shift`.
    :::

    ```{code-cell} python
    :tags: [solution]
    ```

How hard an exercise is stands in its title: one of `LEVELS`.

Solutions and the cells tagged ``solution`` that follow an exercise become one folded part of it. ``{numref}`ex-shift```
refers to the exercise. A solution without an exercise before it, or with the label of another, is a warning.
"""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from book.page.boxes import is_between, place_of, tagged

logger = logging.getLogger(__name__)

#: Half a minute; a few; half an hour and an idea; an afternoon.
LEVELS = ("warm-up", "standard", "challenge", "project")


class ExerciseBox(nodes.Admonition, nodes.Element):
    """An exercise: a title, what is asked, and perhaps a folded solution."""


class FoldedSolution(nodes.General, nodes.Element):
    """What an exercise folds away."""


class Exercise(SphinxDirective):
    """What is asked; `:label:` names it, `:level:` says how hard it is."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "label": directives.unchanged_required,
        "level": lambda word: directives.choice(word, LEVELS),
    }

    def run(self) -> list[nodes.Node]:
        if not self.content:
            raise self.error("the exercise is empty")
        # Without a label it is numbered all the same, and its address counts within the chapter.
        label = self.options.get("label") or f"exercise-{self.env.new_serialno('exercise') + 1}"
        node = ExerciseBox("", classes=["box", "exercise"], names=[nodes.fully_normalize_name(label)])
        self.set_source_info(node)
        text, messages = self.state.inline_text(self.arguments[0] if self.arguments else "", self.lineno)
        title = nodes.title("", "", *([nodes.inline("", "", *text, classes=["box-title"])] if text else []))
        if level := self.options.get("level"):
            title += nodes.inline("", level, classes=["exercise-level"])
        self.set_source_info(title)
        node += [title, *self.parse_content_to_nodes()]
        self.state.document.note_explicit_target(node)
        return [node, *messages]


class Solution(SphinxDirective):
    """Words of a solution."""

    optional_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        if not self.content:
            raise self.error("the solution is empty")
        node = FoldedSolution("", label=nodes.fully_normalize_name(self.arguments[0]) if self.arguments else "")
        self.set_source_info(node)
        node += self.parse_content_to_nodes()
        return [node]


class FoldSolutions(SphinxTransform):
    """All that solves an exercise moves into one fold at its end."""

    default_priority = 871

    def apply(self, **_kwargs: Any) -> None:
        parts = [
            n for n in self.document.findall(nodes.Element) if isinstance(n, FoldedSolution) or tagged(n, "solution")
        ]
        for part in parts:
            above = part.parent[: part.parent.index(part)]
            asked = next((node for node in reversed(above) if not is_between(node)), None)
            if not isinstance(asked, ExerciseBox):
                self._warn("no exercise stands before this solution", part)
                continue
            if (label := part.get("label")) and label not in asked["names"]:
                self._warn(f"this solves {label!r}, but the exercise before it is {asked['names'][0]!r}", part)
            part.parent.remove(part)
            if not isinstance(asked[-1], FoldedSolution):
                whole = FoldedSolution("")
                whole.source, whole.line = part.source, part.line
                asked += whole
            asked[-1].extend(part.children if isinstance(part, FoldedSolution) else [part])

    def _warn(self, message: str, node: nodes.Node) -> None:
        logger.warning(message, location=place_of(node, self.env), type="exercise")


def visit_exercise(translator: Any, node: ExerciseBox) -> None:
    translator.body.append(translator.starttag(node, "div", CLASS="admonition"))


def depart_block(translator: Any, node: nodes.Element) -> None:
    translator.body.append("</div>\n")


def visit_solution(translator: Any, node: FoldedSolution) -> None:
    if translator.builder.name == "epub":
        translator.body.append('<div class="solution"><p class="solution-label">Solution</p><div>')
    else:
        translator.body.append('<details class="solution"><summary>Solution</summary><div class="solution-body">')


def depart_solution(translator: Any, node: FoldedSolution) -> None:
    translator.body.append("</div></div>\n" if translator.builder.name == "epub" else "</div></details>\n")


def visit_as_admonition(translator: Any, node: nodes.Element) -> None:
    """Write an admonition with the exercise's own title."""
    translator.visit_admonition(node)


def depart_as_admonition(translator: Any, node: nodes.Element) -> None:
    translator.depart_admonition(node)


def visit_text(translator: Any, node: ExerciseBox) -> None:
    translator.new_state(0)
    translator.add_text("Exercise ")


def depart_text(translator: Any, node: ExerciseBox) -> None:
    translator.end_state()


def visit_latex(translator: Any, node: ExerciseBox) -> None:
    translator.body.append("\n\\begin{sphinxadmonition}{note}{Exercise:}" + translator.hypertarget_to(node))


def depart_latex(translator: Any, node: ExerciseBox) -> None:
    translator.body.append("\\end{sphinxadmonition}\n")


def nothing(translator: Any, node: nodes.Element) -> None:
    """Leave it to the children to write themselves."""


def title_of(node: nodes.Element) -> str:
    words = " ".join(part.astext() for part in node[0] if "exercise-level" not in part.get("classes", ()))
    return words or "Exercise"  # Sphinx numbers only what has a title


def name_numbers(app: Sphinx, config: Config) -> None:
    config.numfig_format = {"exercise": "Exercise %s"} | config.numfig_format


def setup(app: Sphinx) -> dict[str, Any]:
    plain_box = (visit_as_admonition, depart_as_admonition)
    app.add_enumerable_node(
        ExerciseBox,
        "exercise",
        title_of,
        html=(visit_exercise, depart_block),
        latex=(visit_latex, depart_latex),
        text=(visit_text, depart_text),
        man=plain_box,
        texinfo=plain_box,
    )
    plain = (nothing, nothing)
    app.add_node(
        FoldedSolution, html=(visit_solution, depart_solution), latex=plain, text=plain, man=plain, texinfo=plain
    )
    app.add_directive("exercise", Exercise)
    app.add_directive("solution", Solution)
    app.add_transform(FoldSolutions)
    app.connect("config-inited", name_numbers)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""The boxes of a chapter: what it asks, what it answers, where one goes wrong, what to take away.

========================  ==============================================================================
``{question}``            the question that the chapter answers; opens the chapter
``{result}``              the answer in three lines; follows the question
``{pitfall} title``       a mistake that everybody makes once, and how to see it
``{takeaway}``            what a section leaves with the reader
``{recipe} title``        the few lines worth copying
========================  ==============================================================================

Each is an admonition with a class of its own, so every builder can write it. A code cell nested in a directive would
not run: cells stay at the top level of the source, and those that follow a box and are tagged with its name are moved
into it here.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

#: directive -> (its label, whether a title may follow the label)
BOXES = {
    "question": ("Question", False),
    "result": ("Result", False),
    "pitfall": ("Pitfall", True),
    "takeaway": ("Takeaway", False),
    "recipe": ("Recipe", True),
}


class Box(SphinxDirective):
    """An admonition whose label is its name; a title, where there is one, follows the label."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        label, titled = BOXES[self.name]
        if not titled and self.arguments:
            # the text on the opening line is the first line of the box
            self.content.insert(0, self.arguments.pop(), source=self.get_source_info()[0], offset=self.lineno - 1)
        if not self.content and self.name != "recipe":
            raise self.error(f"the {self.name} box is empty")
        box = nodes.admonition("", classes=["box", self.name])
        self.set_source_info(box)
        title = nodes.title("", "", nodes.inline("", label, classes=["box-label"]))
        messages: list[nodes.system_message] = []
        if self.arguments:
            text, messages = self.state.inline_text(self.arguments[0], self.lineno)
            title += [nodes.Text(" "), nodes.inline("", "", *text, classes=["box-title"])]
        self.set_source_info(title)
        box += [title, *self.parse_content_to_nodes()]
        return [box, *messages]


def is_cell(node: nodes.Node) -> bool:
    """Whether `node` is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def tagged(node: nodes.Node, tag: str) -> bool:
    """Whether `node` is a code cell with this tag."""
    return is_cell(node) and tag in (node["cell_metadata"].get("tags") or ())


def place_of(node: nodes.Node, env: BuildEnvironment) -> tuple[str, int | None]:
    """Give the document and the line that a warning about `node` names: for a cell, that of its opening fence."""
    lines = env.metadata[env.docname].get("source_map", ())
    cell = node.get("cell_index") if isinstance(node, nodes.container) else None
    if cell is not None and cell < len(lines):
        return env.docname, lines[cell]
    while not node.line and node.parent is not None:
        node = node.parent  # an image within a line of text has no line of its own
    return env.docname, node.line or None


def is_between(node: nodes.Node) -> bool:
    """Whether `node` shows nothing, so that it does not part a box from its cells."""
    return isinstance(node, nodes.comment | nodes.target | nodes.system_message)


class FillBoxes(SphinxTransform):
    """Cells tagged with the name of a box move into the box that they follow."""

    default_priority = 870

    def apply(self, **_kwargs: Any) -> None:
        for name in BOXES:
            for cell in [node for node in self.document.findall(nodes.container) if tagged(node, name)]:
                above = cell.parent[: cell.parent.index(cell)]
                box = next((node for node in reversed(above) if not is_between(node)), None)
                if isinstance(box, nodes.admonition) and name in box["classes"]:
                    cell.parent.remove(cell)
                    box += cell
                else:
                    text = "this cell is tagged `%s`, but no such box stands before it"
                    logger.warning(text, name, location=place_of(cell, self.env), type="box")


def setup(app: Sphinx) -> dict[str, Any]:
    for name in BOXES:
        app.add_directive(name, Box)
    app.add_transform(FillBoxes)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

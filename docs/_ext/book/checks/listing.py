"""The list of all exercises that check what a reader has written, by chapter: ``{checked-exercises}``.

Its page shows, too, which of them were solved in this browser: see ``_static/live/progress.js``.
"""

from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from book.execution.build import noted
from book.execution.chapters import TASK, given_name
from book.page.boxes import tagged
from book.page.exercises import ExerciseBox, title_of

#: Where the environment notes the exercises of a page, and the page that lists them.
TASKS, LISTS = "tasks", "lists_tasks"
#: Where the page says how many are solved; it has its room before the script comes.
ACCOUNT = '<div class="task-account"></div>'


class TaskList(nodes.General, nodes.Element):
    """Where the list stands."""


class TaskListDirective(SphinxDirective):
    """The list of all exercises with a check."""

    def run(self) -> list[nodes.Node]:
        self.env.metadata[self.env.docname][LISTS] = True
        return [TaskList("")]


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Note the exercises of the page that has been read: address, title, level, and the name of the cell to fill."""
    found = []
    for asked in doctree.findall(ExerciseBox):
        for cell in asked.findall(lambda node: tagged(node, TASK)):
            level = next((n.astext() for n in asked[0].findall(nodes.inline) if "exercise-level" in n["classes"]), "")
            found.append((asked["ids"][0], title_of(asked), level, given_name(cell["cell_metadata"])))
    if found:
        app.env.metadata[app.env.docname][TASKS] = found


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Write the list again when a chapter has been read."""
    return list(noted(env, LISTS)) if added | changed | removed else []


class FillList(SphinxPostTransform):
    """Write the list: chapters in the book's order, each with its exercises."""

    default_priority = 1

    def run(self, **_kwargs: Any) -> None:
        for place in list(self.document.findall(TaskList)):
            place.replace_self([nodes.raw("", ACCOUNT, format="html"), *self.chapters()])

    def chapters(self) -> Iterator[nodes.Node]:
        tasks = noted(self.env, TASKS)
        for page in self.env.toctree_includes.get(self.config.root_doc, ()):
            if page in tasks:
                number = ".".join(map(str, self.env.toc_secnumbers.get(page, {}).get("", ())))
                title = [one.deepcopy() for one in self.env.titles[page].children]
                yield nodes.paragraph("", f"{number} " if number else "", *title)
                yield nodes.bullet_list("", *(self.item(page, *task) for task in tasks[page]), classes=["task-list"])

    def item(self, page: str, identifier: str, title: str, level: str, cell: str) -> nodes.list_item:
        address = f"{self.app.builder.get_relative_uri(self.env.docname, page)}#{identifier}"
        link = nodes.reference("", title, refuri=address, internal=True, classes=[f"fills-{cell}"])
        return nodes.list_item("", nodes.paragraph("", "", link, nodes.Text(f" ({level})" if level else "")))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(TaskList)
    app.add_directive("checked-exercises", TaskListDirective)
    app.add_post_transform(FillList)
    app.connect("doctree-read", collect)
    app.connect("env-get-outdated", outdated)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

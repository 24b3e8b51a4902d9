"""The directive `explorer`.

::

    ```{explorer} sizes
    ---
    name: explorer-sizes
    alt: What somebody hears who cannot see the figure.
    n: 7
    kernel: 3
    ---
    The caption of the figure.
    ```

The build draws the figure from these values, and it is a figure like any other: it stands in print, without scripts and
before they have come. Below it `docs/_static/explorers` unfolds the explorer, which begins with the same values.
"""

import inspect
import os
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import matplotlib as mpl
import matplotlib.pyplot as plt
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book import ROOT
from book.execution.dependencies import Library
from book.execution.settings import MATPLOTLIBRC
from book.explorers.kinds import KINDS
from book.explorers.values import written
from book.files import write


class Explorer(nodes.General, nodes.Element):
    """A figure, and the `kind` and the first `setting` of what unfolds below it."""


class ExplorerDirective(SphinxDirective):
    """A kind, its first values as options, and the caption of the figure that they give."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        **{name: directives.unchanged_required for one in KINDS.values() for name in one.readers},
        "name": directives.unchanged_required,
        "alt": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        kind = self.arguments[0]
        if kind not in KINDS:
            raise self.error(f"there is no explorer {kind!r}: it must be one of {', '.join(KINDS)}")
        if not self.content or not {"name", "alt"} <= set(self.options):
            raise self.error("an explorer needs `:name:`, `:alt:` (what its figure shows, in a sentence) and a caption")
        values = self.values(kind)
        figure = nodes.figure("", nodes.image(uri=self.drawn(kind, values), alt=self.options["alt"]))
        figure += nodes.caption("", "", *self.caption())
        self.set_source_info(figure)
        self.add_name(figure)
        setting = "&".join(f"{name}={written(value)}" for name, value in values.items())
        return [Explorer("", figure, kind=kind, setting=setting)]

    def caption(self) -> list[nodes.Node]:
        found, messages = self.state.inline_text(" ".join(self.content), self.content_offset + 1)
        return [*found, *messages]

    def values(self, kind: str) -> dict[str, Any]:
        """Read the options; a fault names the file and the line."""
        readers, first = KINDS[kind].readers, KINDS[kind].first
        given = {name: text for name, text in self.options.items() if name not in ("name", "alt")}
        if unknown := sorted(set(given) - set(readers)):
            raise self.error(f"the explorer {kind!r} has no {unknown[0]!r}: it has {', '.join(readers)}")
        found = {}
        for name, read in readers.items():
            text = given.get(name, first.get(name))
            if text is None:
                raise self.error(f"the explorer {kind!r} needs `:{name}:`")
            try:
                found[name] = read(text)
            except ValueError as fault:
                raise self.error(f"`:{name}:` of the explorer {kind!r} cannot be {text!r}: {fault}") from None
        return found

    def drawn(self, kind: str, values: dict[str, Any]) -> str:
        """Draw the figure beside the doctrees, and return its address as Sphinx knows it."""
        name = nodes.make_id(self.options["name"])
        path = Path(self.env.doctreedir, "explorers", f"{name}.svg")
        draw, drawing = KINDS[kind].draw, BytesIO()
        with mpl.rc_context(fname=str(MATPLOTLIBRC)):
            try:
                draw(**values)
            except ValueError as fault:
                raise self.error(f"the explorer {kind!r} cannot begin with these values: {fault}") from None
            plt.gcf().savefig(drawing, metadata={"Date": None})
            plt.close()
        write(path, drawing.getvalue())
        # The page is read again when what has drawn it changes.
        source = Path(inspect.getfile(draw))
        library = Library(ROOT / "convbook").files_used_by([source.read_text(encoding="utf-8")])
        for file in [MATPLOTLIBRC, source, *library]:
            self.env.note_dependency(str(file))
        return "/" + Path(os.path.relpath(path, self.env.srcdir)).as_posix()


def visit_explorer(translator: Any, node: Explorer) -> None:
    if translator.builder.name != "epub":
        values = f'kind="{node["kind"]}" setting="{escape(node["setting"])}"'
        translator.body.append(f"<conv-explorer {values}>")


def depart_explorer(translator: Any, node: Explorer) -> None:
    if translator.builder.name != "epub":
        translator.body.append('<div class="explorer-place"></div></conv-explorer>\n')


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(Explorer, html=(visit_explorer, depart_explorer))
    app.add_directive("explorer", ExplorerDirective)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

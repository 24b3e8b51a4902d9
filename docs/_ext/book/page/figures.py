"""Figures: SVG inlined into the page, so that they follow the reader's theme, and checked for what they must say.

A code cell that draws is a figure: its metadata gives it a name, a caption and a text alternative::

    ```{code-cell} python
    ---
    tags: [hide-input]
    mystnb:
      figure: {name: fig-smoothing, caption: "What the picture shows."}
      image: {alt: "What somebody hears who cannot see it."}
    ---
    ```

A picture without a text alternative, or a figure without a caption, is a warning with file and line. A figure for the
ear (`book.page.sounds`) has a name and a caption, too; its players say what they play.
"""

import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import SelectMimeType
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from book.page.boxes import is_cell, place_of
from book.page.pixels import beside
from book.page.sounds import Player
from book.page.svg import Picture

logger = logging.getLogger(__name__)


class InlinePicture(nodes.General, nodes.Element):
    """An SVG in the page; `markup` holds it."""


class CheckFigures(SphinxTransform):
    """What a reader who does not see a picture needs, asked for as soon as the chapter is read."""

    default_priority = 880

    def apply(self, **_kwargs: Any) -> None:
        for cell in self.document.findall(is_cell):
            if draws(cell) or sounds(cell):
                cell["classes"].append("cell-figure")
                if cell.get("hide_mode") == "input":
                    cell["prompt_show"] = cell["prompt_hide"] = "Code of this figure"
                self._check_cell(cell)
            elif cell.get("hide_mode") == "input":
                cell["prompt_show"] = cell["prompt_hide"] = "Code"
        for image in self.document.findall(nodes.image):
            if _inside_cell(image):
                continue
            if not image.get("alt", "").strip():
                warn("`alt` is missing: say in a sentence what the picture shows", image, self.env)
            if isinstance(image.parent, nodes.figure) and not any(
                isinstance(child, nodes.caption) for child in image.parent
            ):
                warn("the figure has no caption", image, self.env)

    def _check_cell(self, cell: nodes.container) -> None:
        options = cell["cell_metadata"].get("mystnb") or {}
        if draws(cell) and not str((options.get("image") or {}).get("alt") or "").strip():
            warn(
                "a cell that draws needs `mystnb: image: alt:`, a sentence that says what the picture shows",
                cell,
                self.env,
            )
        figure = options.get("figure") or {}
        for wanted in ("caption", "name"):
            if not str(figure.get(wanted) or "").strip():
                warn(f"a cell that draws needs `mystnb: figure: {wanted}:`", cell, self.env)


def draws(cell: nodes.Element) -> bool:
    return any(bundle.get("mime_type", "").startswith("image/") for bundle in cell.findall(nodes.container))


def sounds(cell: nodes.Element) -> bool:
    return next(iter(cell.findall(Player)), None) is not None


def _inside_cell(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.container) and "mime_type" in node:
            return True
    return False


def warn(message: str, node: nodes.Node, env: BuildEnvironment) -> None:
    logger.warning(message, location=place_of(node, env), type="figure")


class InlinePictures(SphinxPostTransform):
    """SVG images become part of the page; the ids of the n-th begin with ``f<n>-``."""

    formats = ("html",)
    default_priority = SelectMimeType.default_priority + 1

    def run(self, **_kwargs: Any) -> None:
        if self.app.builder.name == "epub":
            return  # a reader program shows the file as it is, in the light palette
        page = self.app.builder.get_target_uri(self.env.docname)
        pixels = partial(beside, site=Path(self.app.outdir), page=page)
        for number, image in enumerate(list(self.document.findall(nodes.image)), 1):
            path = Path(self.env.srcdir, image["uri"])
            if path.suffix != ".svg" or not path.exists():
                continue
            try:
                drawing = Picture(path.read_bytes(), f"f{number}-", image.get("alt", ""), pixels)
            except (ElementTree.ParseError, ValueError) as fault:
                warn(f"{path.name} cannot be shown: {fault}", image, self.env)
                continue
            node = InlinePicture("", markup=drawing.markup, ids=image["ids"], classes=image["classes"])
            node.source, node.line = image.source, image.line
            image.replace_self(node)


class FigureFirst(SphinxPostTransform):
    """The folded code of a figure comes after the figure."""

    formats = ("html",)
    default_priority = 205  # after MyST-NB has wrapped what it hides (199)

    def run(self, **_kwargs: Any) -> None:
        for cell in self.document.findall(nodes.container):
            if "cell-figure" in cell["classes"] and cell.get("hide_mode") == "input" and len(cell) == 2:
                cell[:] = [cell[1], cell[0]]


def visit_picture(translator: Any, node: InlinePicture) -> None:
    translator.body.append(node["markup"])
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(InlinePicture, html=(visit_picture, None))
    app.add_transform(CheckFigures)
    app.add_post_transform(InlinePictures)
    app.add_post_transform(FigureFirst)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

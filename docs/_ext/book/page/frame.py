"""The frame of every page: its fonts, its head, its description, and folds that are valid HTML."""

from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from book.files import write
from book.page import fonts
from book.page.code_style import in_both_themes
from convbook.figures.style import PALETTE

logger = logging.getLogger(__name__)

#: What a page may load, and from where. KaTeX places by style attributes; nothing else is inline.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "media-src 'self' data:; "  # the sounds of a reader's own run
    "object-src 'none'; base-uri 'self'"
)


def palette_css() -> str:
    """Write the figures' colors as CSS variables, for each theme; print has the light ones."""
    light = "".join(f"--fig-{name}:{values[0]};" for name, values in PALETTE.items())
    dark = "".join(f"--fig-{name}:{values[1]};" for name, values in PALETTE.items())
    return in_both_themes(light, dark)


def add_assets(app: Sphinx) -> None:
    """Copy the fonts, write the sheet that names them and holds the palette, and load what every page needs."""
    if app.builder.format != "html" or app.builder.name == "epub":
        return
    app.add_css_file("fonts.css", priority=300)
    app.add_css_file("convbook.css", priority=700)  # after the theme's own
    app.add_js_file("frame.js", priority=200, loading_method="defer")
    app.add_js_file("site.js", loading_method="defer")
    static = Path(app.outdir, "_static")
    for name, content in fonts.files().items():
        write(static / "fonts" / name, content)
    write(static / "fonts.css", (fonts.faces() + palette_css()).encode())


class CheckDescription(SphinxTransform):
    """Every page that a person wrote says in its front matter what it is about."""

    default_priority = 880

    def apply(self, **_kwargs: Any) -> None:
        if any(self.env.docname.startswith(prefix) for prefix in self.config.description_exempt):
            return
        found = [meta for meta in self.document.findall(nodes.meta) if meta.get("name") == "description"]
        if not any(meta.get("content", "").strip() for meta in found):
            logger.warning(
                "the page has no description: say what it is about in its front matter, "
                "`myst: {html_meta: {description: ...}}`",
                location=self.env.docname,
                type="pages",
            )


class OneIdEach(SphinxPostTransform):
    """Furo wraps tables and formulas in boxes and repeats their ids there."""

    formats = ("html",)
    default_priority = 501  # after Furo (500)

    def run(self, **_kwargs: Any) -> None:
        for box in self.document.findall(nodes.container):
            if {"math-wrapper", "table-wrapper"} & set(box["classes"]):
                box["ids"] = []


def complete_page(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Add to Sphinx's context what the templates need."""
    context["policy"] = POLICY
    formulas = 'class="katex"' in context.get("body", "")
    context["preloaded"] = [f"_static/{name}" for name in fonts.OF_FORMULAS] if formulas else []
    context["css_files"] = [
        css for css in context.get("css_files", []) if "mystnb." not in str(getattr(css, "filename", css))
    ]
    # Roles that say less than the words do: a heading of no level, lists without items and items without a list.
    context["furo_navigation_tree"] = context.get("furo_navigation_tree", "").replace(' role="heading"', "")
    if "body" in context:
        body = context["body"].replace(' role="heading">', ' role="heading" aria-level="2">')
        body = body.replace('<div role="list" class="citation-list">', '<div class="citation-list">')
        context["body"] = body.replace(' role="doc-biblioentry"', "")
    if 'name="description"' not in (context.get("metatags") or ""):
        text = first_words(doctree) if doctree is not None else ""
        title = context.get("title") or {"genindex": "Index"}.get(pagename, "Search")
        context["fallback_description"] = text or f"{title}: a page of {app.config.project}, a book about convolution."


def first_words(doctree: nodes.document, longest: int = 160) -> str:
    """Return the first paragraph of a page that nobody described, as an attribute can hold it."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) > 20:
            return escape(text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + "…")
    return ""


def visit_fold(translator: Any, node: HideCodeCellNode) -> None:
    """MyST-NB writes paragraphs into the summary, which HTML does not allow."""
    classes = " ".join(["fold", *node["classes"]])
    translator.body.append(f'<details class="{classes}"><summary>{escape(node["prompt_show"])}</summary>\n')


def depart_fold(translator: Any, node: HideCodeCellNode) -> None:
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("description_exempt", [], "env", types=[list])
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
    app.add_transform(CheckDescription)
    app.add_post_transform(OneIdEach)
    app.connect("builder-inited", add_assets)
    app.connect("html-page-context", complete_page, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

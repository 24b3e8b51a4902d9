r"""Formulas set while the book is built, by KaTeX in QuickJS: a page needs no JavaScript to show them.

HTML carries KaTeX's boxes with MathML inside for screen readers; an EPUB carries MathML alone. A formula that KaTeX
cannot set, or sets only by bending LaTeX's rules, is a warning with file and line, so it stops the build.

``\conv`` is convolution's sign and ``\corr`` that of cross-correlation, wherever a page writes math.
"""

import functools
import json
import re
from pathlib import Path
from typing import Any

import quickjs
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from book.files import write
from book.page import letters
from book.page.assets import asset

logger = logging.getLogger(__name__)

MACROS = {
    r"\conv": r"\mathbin{\ast}",
    r"\corr": r"\mathbin{\Large\star}",  # KaTeX's star is as small as its asterisk, and hard to tell from it
    r"\R": r"\mathbb{R}",
    r"\Z": r"\mathbb{Z}",
    r"\N": r"\mathbb{N}",
    r"\C": r"\mathbb{C}",
    r"\T": r"{\mathsf{T}}",
    r"\F": r"\mathcal{F}",
    r"\vec": r"\boldsymbol{#1}",
}
FACE = re.compile(r"@font-face\{[^}]*\}")
FONT_URL = re.compile(r'url\(fonts/([\w-]+)\.woff2\) format\("woff2"\)(,url\([^)]*\) format\("\w+"\))*')
#: Letters can be read in their substitutes (`fonts`) until these faces have come; signs that are drawn to size cannot.
LETTERS = re.compile(r"font-display:block(;font-family:KaTeX_(?:Main|Math);)")
CSS = "katex/katex.css"
#: Where KaTeX lets a formula break, and what must not be parted from one.
BASE = '<span class="katex-base">'
#: MathML with the source in TeX, which nobody sees, but who copies a sentence or searches the page would find.
SOURCE = re.compile(r"<semantics>(?:<mrow>)?(.*?)(?:</mrow>)?<annotation [^>]*>.*?</annotation></semantics>", re.DOTALL)
OPENING, CLOSING = re.compile(r"[(\[“‘]+$"), re.compile(r"[^\s–—]{1,3}(?!\S)|[.,;:!?)\]”’]+")
LATER = """function set(tex, options) {
    try { return JSON.stringify({html: katex.renderToString(tex, JSON.parse(options))}); }
    catch (error) { return JSON.stringify({fault: error.message}); }
}"""


@functools.cache
def _katex() -> Any:
    """KaTeX, loaded once in each process."""
    context = quickjs.Context()
    context.eval(asset("katex/dist/katex.min.js").read_text(encoding="utf-8"))
    context.eval(LATER)
    return context.get("set")


@functools.cache
def set_formula(tex: str, display: bool, mathml: bool) -> tuple[str, str]:
    """Return the markup of a formula and an empty string, or an empty string and what is wrong with it."""
    options = {
        "displayMode": display,
        "output": "mathml" if mathml else "htmlAndMathml",
        "macros": MACROS,
        "strict": "error",
        "trust": False,
    }
    answer = json.loads(_katex()(tex, json.dumps(options)))
    return SOURCE.sub(r"\1", answer.get("html", "")), answer.get("fault", "")


def in_lines(tex: str) -> str:
    r"""Read a displayed formula as Sphinx does: ``\\`` starts a line, ``&`` aligns, a blank line parts formulas."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", tex.strip())]
    aligned = [rf"\begin{{aligned}}{part}\end{{aligned}}" if _has_lines(part) else part for part in parts]
    return aligned[0] if len(aligned) == 1 else r"\begin{gathered}" + r"\\".join(aligned) + r"\end{gathered}"


def _has_lines(tex: str) -> bool:
    r"""Whether ``\\`` or ``&`` stand outside every environment of `tex` (inside, they belong to it)."""
    depth = 0
    for token in re.findall(r"\\begin|\\end|\\\\|\\&|&", tex):
        if token == r"\begin":
            depth += 1
        elif token == r"\end":
            depth -= 1
        elif depth == 0 and token != r"\&":
            return True
    return False


def _markup(translator: Any, node: nodes.Element, display: bool) -> str:
    tex = node.astext()
    if display and not node.get("no-wrap", False):
        tex = in_lines(tex)
    html, fault = set_formula(tex, display, mathml=translator.builder.name == "epub")
    if fault:
        logger.warning("this formula does not parse: %s", fault, location=node, type="math", subtype="katex")
        return f"<code>{translator.encode(tex)}</code>"
    return html


class Together(SphinxPostTransform):
    """A formula and the bracket before it or the full stop after it stay on one line.

    A browser may break a line beside any box, and a formula is boxes. So the line is not broken in all of it, but where
    KaTeX lets a formula break: after its relations and operators.
    """

    formats = ("html",)
    default_priority = 700

    def run(self, **_kwargs: Any) -> None:
        for formula in list(self.document.findall(nodes.math)):
            line, place = formula.parent, formula.parent.index(formula)
            before = line[place - 1] if place else None
            after = line[place + 1] if place + 1 < len(line) else None
            opening = OPENING.search(before) if isinstance(before, nodes.Text) else None
            closing = CLOSING.match(after) if isinstance(after, nodes.Text) else None
            if not (opening or closing):
                continue
            # By place, never by `line.replace`: that finds a text by what it says, and a line has many full stops.
            whole = line[place] = nodes.inline("", "", classes=["together"])
            if opening:
                line[place - 1] = nodes.Text(before[: opening.start()])
                whole += nodes.Text(opening[0])
            whole += formula
            if closing:
                line[place + 1] = nodes.Text(after[closing.end() :])
                whole += nodes.Text(closing[0])


def visit_inline(translator: Any, node: nodes.math) -> None:
    html = _markup(translator, node, display=False)
    if "together" in node.parent.get("classes", ()):
        html = html.replace(f"</span>{BASE}", f"</span><wbr>{BASE}")
    translator.body.append(translator.starttag(node, "span", "", CLASS="math") + html + "</span>")
    raise nodes.SkipNode


def visit_display(translator: Any, node: nodes.math_block) -> None:
    """Write the formula into a box that scrolls, with its number beside that box."""
    body = translator.body
    body.append(translator.starttag(node, "div", "", CLASS="math"))
    body.append(f'<div class="math-scroll">{_markup(translator, node, display=True)}</div>')
    if node["number"]:
        body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        body.append("</span>")
    body.append("</div>\n")
    raise nodes.SkipNode


def copy_style(app: Sphinx) -> None:
    """KaTeX's style and its fonts, in the one format that every browser of today reads."""
    if app.builder.format != "html" or app.builder.name == "epub":
        return
    app.add_css_file(CSS, priority=400)
    css = asset("katex/dist/katex.min.css")
    text = css.read_text(encoding="utf-8")
    fonts = sorted(set(FONT_URL.findall(text)))
    target = Path(app.outdir, "_static", CSS)
    text = FONT_URL.sub(r'url(fonts/\1.woff2) format("woff2")', text)
    text = LETTERS.sub(r"font-display:swap\1", text)
    for name, _rest in fonts:
        whole = css.parent / "fonts" / f"{name}.woff2"
        write(target.parent / "fonts" / whole.name, whole.read_bytes())
        if taken := letters.OF_FORMULAS.get(name.removeprefix("KaTeX_")):
            rule = next(rule for rule in FACE.findall(text) if f"/{whole.name}" in rule)
            text = text.replace(rule, letters.divide(rule, taken))
            write(target.parent / "fonts" / f"{name}-letters.woff2", letters.cut(whole, taken))
    write(target, text.encode())


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(Together)
    app.add_html_math_renderer("katex", inline_renderers=(visit_inline, None), block_renderers=(visit_display, None))
    app.connect("builder-inited", copy_style)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

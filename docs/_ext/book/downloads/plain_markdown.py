r"""A page as plain Markdown, for notebooks and scripts that are read without Sphinx.

What the build has resolved stands in the text: numbers of figures and formulas, references, glued values, citations.
Boxes are quotations, formulas are TeX without macros of our own, and code cells are kept as their numbers.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

from docutils import nodes

from book.checks.directive import CheckPlace, Hint
from book.explorers.directive import Explorer
from book.page.boxes import is_cell
from book.page.exercises import ExerciseBox, FoldedSolution
from book.page.math import MACROS, in_lines

#: What shows nothing, or nothing that Markdown could show.
UNSEEN = (
    nodes.comment,
    nodes.target,
    nodes.meta,
    nodes.raw,
    nodes.system_message,
    nodes.image,
    nodes.colspec,
    Explorer,
)
#: Signs that Markdown would read as its own; underscores only where a word begins or ends.
SIGNS = re.compile(r"[\\`*<$]|(?<!\w)_|_(?!\w)|\[(?=[^\]]*\]\()")
MACRO = re.compile(rf"\\({'|'.join(name[1:] for name in MACROS)})(?![A-Za-z])")

Numbers = Mapping[str, Mapping[str, tuple[int, ...]]]
#: A text in Markdown, a code cell by its number, or what checks the cell before it.
Part = str | int | CheckPlace


def cells(doctree: nodes.document, numbers: Numbers, base: str = "", escape: bool = True) -> list[Part]:
    """Return the page in order: texts in Markdown, code cells by their numbers, and checks.

    `numbers` are Sphinx's for this page; links are kept where the address of the page, `base`, is known. Without
    `escape` the text is for people to read as it is.
    """
    return list(_joined(_Writer(numbers, base, escape).blocks(doctree, 0)))


def _joined(blocks: Iterator[Part]) -> Iterator[Part]:
    """Join texts up to the next heading or code cell."""
    text: list[str] = []
    for block in blocks:
        if text and (not isinstance(block, str) or block.startswith("#")):
            yield "\n\n".join(text)
            text = []
        if isinstance(block, str):
            text.append(block)
        else:
            yield block
    if text:
        yield "\n\n".join(text)


def tex(formula: str) -> str:
    """Write a formula for a renderer that does not know the book's macros."""
    return MACRO.sub(lambda match: MACROS[match[0]].removesuffix("{#1}"), " ".join(formula.split()))


class _Writer:
    def __init__(self, numbers: Numbers, base: str, escape: bool) -> None:
        self.numbers, self.base, self.escape = numbers, base, escape

    # Blocks -------------------------------------------------------------------------------------------------
    def blocks(self, node: nodes.Element, level: int) -> Iterator[Part]:
        """Write what stands in `node`, below a heading of this level."""
        for child in node.children:
            yield from self.block(child, level)

    def block(self, node: nodes.Node, level: int) -> Iterator[Part]:
        if isinstance(node, UNSEEN):
            return
        if isinstance(node, nodes.section):
            yield from self.blocks(node, level + 1)
        elif isinstance(node, nodes.title):
            yield f"{'#' * max(level, 1)} {self.inline(node)}"
        elif is_cell(node):
            yield node["cell_index"]
            yield from (self.caption(figure) for figure in node.findall(nodes.figure))
        elif isinstance(node, ExerciseBox):
            yield from self.exercise(node, level)
        elif isinstance(node, CheckPlace):
            yield node
        elif isinstance(node, Hint):
            yield f"**{node.summary}**"
            yield from self.blocks(node, level)
        elif isinstance(node, nodes.Admonition):
            yield from self.box(node, level)
        elif isinstance(node, nodes.math_block):
            number = self.number("displaymath", [f"equation-{node.get('label')}"])
            tag = rf" \tag{{{number}}}" if number else ""
            yield f"$${tex(in_lines(node.astext()))}{tag}$$"
        elif isinstance(node, nodes.literal_block):
            yield f"```{node.get('language', '')}\n{node.astext()}\n```"
        elif isinstance(node, nodes.bullet_list | nodes.enumerated_list):
            yield self.items(node)
        elif isinstance(node, nodes.definition_list_item):
            terms = ", ".join(self.inline(term) for term in node.findall(nodes.term))
            yield f"**{terms}**\n\n{self.nested(node.children[-1])}"
        elif isinstance(node, nodes.table):
            yield self.table(node)
        elif isinstance(node, nodes.figure):
            yield self.caption(node)
        elif isinstance(node, nodes.TextElement):
            if text := self.inline(node).strip():
                yield self.at_line_starts(text)
        elif isinstance(node, nodes.Element):
            yield from self.blocks(node, level)

    def box(self, node: nodes.Element, level: int) -> Iterator[Part]:
        """Quote the words of a box; its cells follow."""
        title, *rest = node.children
        parts = [self.inline(part) for part in title.children if part.astext().strip()]
        head = f"**{' · '.join(parts) if isinstance(title, nodes.title) else ''}**"
        content = rest if isinstance(title, nodes.title) else node.children
        quoted = [head] if head != "****" else []
        for child in content:
            for block in self.block(child, level):
                if isinstance(block, str):
                    quoted.append(block)
                else:
                    yield from _quotation(quoted)
                    yield block
                    quoted = []
        yield from _quotation(quoted)

    def exercise(self, node: nodes.Element, level: int) -> Iterator[Part]:
        name = f"Exercise {self.number('exercise', node['ids'])}".rstrip()
        words = node[0].deepcopy()
        hard = [part for part in words if "exercise-level" in part.get("classes", ())]
        for part in hard:
            words.remove(part)
        title = self.inline(words)
        yield f"**{name}{f' · {title}' if title else ''}**" + "".join(f" ({part.astext()})" for part in hard)
        for child in node.children[1:]:
            if isinstance(child, FoldedSolution):
                yield "**Solution**"
            yield from self.block(child, level)

    def caption(self, figure: nodes.figure) -> str:
        name = f"Figure {self.number('figure', figure['ids'])}".rstrip()
        return f"**{name}.** " + " ".join(self.inline(caption) for caption in figure.findall(nodes.caption))

    def items(self, node: nodes.Element) -> str:
        lines = []
        for n, item in enumerate(node.children, node.get("start", 1)):
            mark = "-" if isinstance(node, nodes.bullet_list) else f"{n}."
            lines.append(f"{mark} " + self.nested(item).replace("\n", "\n" + " " * (len(mark) + 1)))
        return "\n".join(lines)

    def nested(self, node: nodes.Node) -> str:
        return "\n\n".join(block for block in self.blocks(node, 6) if isinstance(block, str))

    def table(self, node: nodes.table) -> str:
        rows = []
        for row in node.findall(nodes.row):
            entries = (" ".join(self.nested(entry).split()) for entry in row.children)
            rows.append("| " + " | ".join(map(_in_table, entries)) + " |")
        rows.insert(1, "|" + " --- |" * (rows[0].count(" | ") + 1))
        title = next((f"**{self.inline(title)}**\n\n" for title in node.findall(nodes.title)), "")
        return title + "\n".join(rows)

    def number(self, kind: str, ids: list[str]) -> str:
        found = (self.numbers.get(kind, {}).get(name) for name in ids)
        return next((".".join(map(str, number)) for number in found if number), "")

    # Text ---------------------------------------------------------------------------------------------------
    def inline(self, node: nodes.Node) -> str:
        if isinstance(node, UNSEEN):
            return ""
        if isinstance(node, nodes.Text):
            return SIGNS.sub(r"\\\g<0>", node.astext()) if self.escape else node.astext()
        if isinstance(node, nodes.math):
            return f"${tex(node.astext())}$"
        if isinstance(node, nodes.literal):
            text = node.astext()
            return f"`` {text} ``" if "`" in text else f"`{text}`"
        inner = "".join(map(self.inline, node.children))
        for kind, write in INLINE.items():
            if isinstance(node, kind):
                return write(inner)
        if isinstance(node, nodes.reference) and self.escape and (address := self.address(node)):
            return f"[{inner}]({address})"
        return inner

    def address(self, node: nodes.reference) -> str:
        """Give the address of a link; none if nobody knows where the site is."""
        if node.get("refuri", "").startswith(("http:", "https:")):
            return node["refuri"]
        place = node.get("refuri") or (f"#{node['refid']}" if node.get("refid") else "")
        return urljoin(self.base, place) if self.base and place else ""

    def at_line_starts(self, text: str) -> str:
        """Keep lines of prose from beginning a list, a heading or a quotation."""
        return re.sub(r"^([#>+-]|\d+(?=[.)]))(?=\s|[.)])", r"\\\1", text, flags=re.M) if self.escape else text


INLINE: dict[type, Callable[[str], str]] = {
    nodes.emphasis: lambda text: f"*{text}*",
    nodes.strong: lambda text: f"**{text}**",
    nodes.subscript: lambda text: f"<sub>{text}</sub>",
    nodes.superscript: lambda text: f"<sup>{text}</sup>",
}


def _quotation(blocks: list[Any]) -> Iterator[str]:
    if blocks:
        yield re.sub(r"^", "> ", "\n\n".join(blocks), flags=re.M).replace("> \n", ">\n")


def _in_table(text: str) -> str:
    """Keep a bar from parting cells: within formulas as TeX, elsewhere as Markdown."""
    pieces = re.split(r"(\$[^$]+\$)", text)
    return "".join(p.replace("|", r"\vert ") if p.startswith("$") else p.replace("|", r"\|") for p in pieces)

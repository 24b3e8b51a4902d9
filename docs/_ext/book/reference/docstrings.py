"""The directive that sets a docstring: NumPy's sections become reST, and every line keeps its place in the source.

A warning in a docstring therefore names the file and the line of the library where it is to be fixed.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from autodoc2.sphinx.utils import get_database
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, switch_source_input
from sphinx.util.parsing import nested_parse_to_nodes

logger = logging.getLogger(__name__)
Line = tuple[str, int]  # the text, and its line in the source

ITEMS = {"Parameters", "Other Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns"}
NAMED = {"Parameters", "Other Parameters", "Attributes"}
_RULE = re.compile(r"-{3,}$")

#: Words of a type that become links; the other words stay words, for "array_like, shape (N,)" is no name.
LINKS = {
    "ndarray": ":py:class:`~numpy.ndarray`",
    "array_like": ":term:`array_like`",
    "Generator": ":py:class:`~numpy.random.Generator`",
}
_TYPE = re.compile(
    r"""(?P<string>"[^"]*"|'[^']*')|(?P<dotted>\b(?:numpy|scipy|matplotlib|convbook)(?:\.\w+)+)|(?P<word>\b[A-Za-z_]\w*\b)"""
)


def _escape(text: str) -> str:
    """Protect plain words from reST, whether or not the author has done so."""
    return re.sub(r"\\?([*`|_])", r"\\\1", text)


def link_type(spec: str) -> str:
    """Write a type in words as reST: known names are linked, strings are literal, the rest stays as it is."""
    done, out = 0, []
    for match in _TYPE.finditer(spec):
        if match["string"]:
            new = f"``{match['string']}``"
        elif match["dotted"]:
            new = f":py:obj:`~{match['dotted']}`"
        elif match["word"] in LINKS:
            new = LINKS[match["word"]]
        else:
            continue
        out += [_escape(spec[done : match.start()]), "\\ ", new, "\\ "]
        done = match.end()
    return "".join([*out, _escape(spec[done:])]).removeprefix("\\ ").removesuffix("\\ ")


def sections(lines: list[Line]) -> Iterator[tuple[Line, list[Line]]]:
    """Split a docstring: each heading (empty for what precedes the first) with the lines below it."""
    heading, body = ("", lines[0][1] if lines else 1), []
    place = 0
    while place < len(lines):
        text, number = lines[place]
        if place + 1 < len(lines) and _RULE.match(lines[place + 1][0]) and text and not text[0].isspace():
            yield heading, body
            heading, body = (text.strip(), number), []
            place += 2
            continue
        body.append(lines[place])
        place += 1
    yield heading, body


def _items(body: list[Line]) -> Iterator[tuple[Line, list[Line]]]:
    """Split a section into its entries: a line at the margin, and what is indented below it."""
    term: Line | None = None
    below: list[Line] = []
    for text, number in body:
        if text and not text[0].isspace():
            if term:
                yield term, below
            term, below = (text.strip(), number), []
        elif term:
            below.append((text, number))
    if term:
        yield term, below


def _term(section: str, text: str) -> str:
    """Write the first line of an entry as the term of a definition list."""
    if section in ("Raises", "Warns"):
        return f":py:exc:`{text}`"
    name, colon, spec = text.partition(" : ")
    if colon or section in NAMED:
        names = ", ".join(f"``{part.strip()}``" for part in name.split(","))
        return f"{names} : {link_type(spec)}" if colon else names
    return link_type(text)


def to_rst(lines: list[Line], owner: str = "") -> Iterator[Line]:
    """Write a docstring with NumPy's sections as reST."""
    for (heading, number), body in sections(lines):
        if heading in ITEMS:
            yield f":{heading}:", number
            for (text, line), below in _items(body):
                yield f"    {_term(heading, text)}", line
                if not any(t.strip() for t, _ in below):
                    below = [("    \\ ", line)]
                # What follows the term directly is its definition: no blank line may come between.
                while not below[0][0].strip():
                    below = below[1:]
                yield from ((f"    {t}" if t.strip() else "", n) for t, n in below)
            yield "", number
        elif heading == "See Also":
            yield from _rubric(heading, number)
            for (text, line), below in _items(body):
                names, _, words = text.partition(" : ")
                linked = ", ".join(f":py:obj:`{name.strip()}`" for name in names.split(","))
                more = " ".join([words.strip(), *(t.strip() for t, _ in below)]).strip()
                yield f"* {linked}: {more}" if more else f"* {linked}", line
            yield "", number
        else:
            if heading:
                yield from _rubric(heading, number)
            # Footnotes are numbered by the page, which has many docstrings.
            mark = re.sub(r"\W", "-", owner)
            for text, line in body:
                text = re.sub(r"\[(\d+)\]_", rf"[#{mark}-\1]_", text)
                yield re.sub(r"^\.\. \[(\d+)\]", rf".. [#{mark}-\1]", text), line
            yield "", body[-1][1] if body else number


def _rubric(heading: str, number: int) -> Iterator[Line]:
    yield from (("", number), (f".. rubric:: {heading}", number), ("", number))


@cache
def _tree(path: str, changed: int) -> ast.Module:
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def find(path: str, inner: str) -> ast.AST | None:
    """Find the syntax tree of ``Class.method``, or of the module for an empty name."""
    node: ast.AST | None = _tree(path, Path(path).stat().st_mtime_ns)
    for name in filter(None, inner.split(".")):
        body = getattr(node, "body", [])
        node = next((child for child in reversed(body) if _name(child) == name), None)
    return node


def _name(node: ast.AST) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return getattr(node, "name", None)


def docstring(path: str, inner: str, text: str) -> list[Line]:
    """Give each line of a docstring, as the analysis cleaned it, its line in the file."""
    node = find(path, inner)
    first = getattr(node, "body", [node])
    start = getattr(first[0] if isinstance(first, list) and first else node, "lineno", 1)
    raw = ast.get_docstring(node, clean=False) if isinstance(node, DOCUMENTED) else None
    if raw:
        start += len(raw) - len(raw.lstrip("\n"))
    return [(line, start + place) for place, line in enumerate(text.rstrip().splitlines())]


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Docstring(SphinxDirective):
    """``autodoc2-docstring``: the docstring of an object in autodoc2's database."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"parser": directives.unchanged, "allowtitles": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Parse the docstring in place of the directive."""
        db, name = get_database(self.env), self.arguments[0]
        item = db.get_item(name)
        ancestors = db.get_ancestors(name, include_self=True)
        module = next((a for a in ancestors if a and a.get("file_path")), None)
        if item is None or module is None:
            logger.warning("no object %r in the library", name, location=self.get_location(), type="api")
            return []
        path = str(module["file_path"])
        self.env.note_dependency(path)
        inner = name.removeprefix(module["full_name"]).removeprefix(".")
        content = StringList()
        for text, line in to_rst(docstring(path, inner, item["doc"]), name):
            content.append(text, path, line - 1)
        with switch_source_input(self.state, content):
            parsed = nested_parse_to_nodes(self.state, content, allow_section_headings=False)
        root = nodes.Element("", *parsed)
        for doctest in list(root.findall(nodes.doctest_block)):
            block = nodes.literal_block(doctest.rawsource, doctest.astext(), language="pycon", classes=["doctest"])
            block.source, block.line = doctest.source, doctest.line
            doctest.replace_self(block)
        return root.children

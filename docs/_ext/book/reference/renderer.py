"""autodoc2's reST renderer, bent to this library: public paths, types that link, chapters, and the source."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from astroid import nodes as astroid_nodes
from astroid.builder import AstroidBuilder
from autodoc2.astroid_utils import resolve_annotation
from autodoc2.render.rst_ import RstRenderer

from book.reference.docstrings import DOCUMENTED, find
from book.reference.public_names import SOUGHT, Entry
from book.snippets import function_snippet

SHORT = 64  # characters of a signature that fit on a line, beside the path of its module
_DOTTED = re.compile(r"(?<![\w.'\"])[A-Za-z_]\w*(?:\.\w+)+")


@cache
def _alias(path: str, module: str, name: str, changed: int) -> str | None:
    """Resolve a private alias of a type, such as ``Array = NDArray[Any]``."""
    tree = AstroidBuilder().file_build(path, module)
    for node in tree.locals.get(name, ()):
        statement = node.parent if isinstance(node, astroid_nodes.AssignName) else node
        value = getattr(statement, "value", None)
        if value is not None:
            return str(resolve_annotation(value))
    return None


class Renderer(RstRenderer):
    """Renders one room: the page of a module."""

    public: dict[str, str]  # where an object is defined -> its public path
    users: dict[str, list[str]]  # public path -> chapters

    # Types --------------------------------------------------------------------------------------------------
    def format_annotation(self, annotation: str | None) -> str:
        """Write a type: short in print, whole as a link, and never by a name that has no page."""
        return _DOTTED.sub(self._type, super().format_annotation(annotation))

    def _type(self, match: re.Match[str]) -> str:
        name = match[0]
        if name in self.public:
            return f"~{self.public[name]}"
        module, _, last = name.rpartition(".")
        owner = self.get_item(module)
        if owner and (path := owner.get("file_path")):
            meaning = _alias(path, module, last, Path(path).stat().st_mtime_ns)
            if meaning:
                return self.format_annotation(meaning)
        return f"~{name}"

    # The page -----------------------------------------------------------------------------------------------
    def render_room(self, module: str, title: str, entries: list[Entry]) -> Iterator[str]:
        """Write the page of `module`: what it is about, a table of what it holds, and every object."""
        item = self.get_item(module) or {"doc": ""}
        yield from (".. meta::", f"   :description: {plain(first_sentence(item['doc']))}", "")
        yield from (title, "=" * len(title), "", f".. py:module:: {module}", "")
        yield from (f".. autodoc2-docstring:: {module}", "")
        if item.get("type") == "package" and item.get("all") is None:
            yield from self.render_modules(item)
        yield from summary([(entry, self.get_item(entry.defined) or {}) for entry in entries])
        for entry in entries:
            yield from (f".. py:currentmodule:: {entry.parent}", "")
            names = self.other_names(entry)
            if names:
                # Before the entry, whose anchor the index then shows.
                yield from (".. index::", *(f"   single: {name}; {entry.path}" for name in names), "")
            yield from self.render_item(entry.defined)
            yield from self.render_facts(entry, names)

    def render_modules(self, package: Any) -> Iterator[str]:
        """Name the modules of a package that keeps its contents to itself, so that a text can point at them."""
        yield from (".. list-table::", "   :class: api-summary", "   :widths: auto", "")
        for module in sorted(self.get_children(package, {"module"}), key=lambda item: item["full_name"]):
            name = module["full_name"]
            yield from (f"   * - .. py:module:: {name}", "", f"       ``{name.rpartition('.')[2]}``")
            yield f"     - {first_sentence(module['doc'])}".rstrip()
        yield ""

    def other_names(self, entry: Entry) -> list[str]:
        """Name what readers who come from a framework look for."""
        return [name for name in SOUGHT.get(entry.path, ()) if f"convbook.{name}" not in self.public.values()]

    def render_facts(self, entry: Entry, names: list[str]) -> Iterator[str]:
        """Write what the docstring cannot know: other names, the chapters, the source."""
        if names:
            yield from ("   :Other names: " + ", ".join(f"``{name}``" for name in names), "")
        if users := self.users.get(entry.path):
            yield from ("   :Used in: " + ", ".join(f":doc:`/{document}`" for document in users), "")
        yield from self.render_copies(entry)
        if source := source_code(entry):
            yield from ("   .. admonition:: Source", "      :collapsible: closed", "      :class: api-source", "")
            yield from ("      .. code-block:: python", "")
            yield from (f"         {line}" if line else "" for line in source)
            yield ""

    def render_copies(self, entry: Entry) -> Iterator[str]:
        """Give the source of a function that runs alone, or say why it does not."""
        if (self.get_item(entry.defined) or {}).get("type") != "function":
            return
        code, reason = function_snippet(entry.path.partition(".")[2])
        yield f"   .. copies:: {entry.path}"
        if code is None:
            yield f"      :reason: {reason}"
        yield ""
        yield from (f"      {line}" if line else "" for line in (code or "").splitlines())
        yield ""

    def render_function(self, item: Any) -> Iterator[str]:
        """Render a function; its signature stays in one line where that is short in print."""
        lines = list(super().render_function(item))
        printed = re.sub(r"~(?:\w+\.)*", "", lines[0].partition(":: ")[2])
        yield lines[0]
        if len(printed) <= SHORT:
            yield "   :single-line-parameter-list:"
        yield from (line for line in lines[1:] if line.strip() != f":canonical: {self.public[item['full_name']]}")

    def render_data(self, item: Any) -> Iterator[str]:
        """Render a constant without a value that the analysis could not read."""
        lines = super().render_data(item)
        yield from (line for line in lines if line.strip() not in (":value: None", ":value: ()", ":value: {}"))


def first_sentence(doc: str) -> str:
    """Take the first sentence of a docstring, in one line."""
    paragraph = " ".join(doc.strip().split("\n\n")[0].split())
    match = re.match(r".*?[.!?](?=\s|$)", paragraph)
    return match[0] if match else paragraph


def plain(text: str) -> str:
    """Turn reST into plain words, for a description."""
    return re.sub(r":[\w:]+:`~?([^`<]*)[^`]*`", r"\1", text).replace("`", "").replace("*", "").strip()


def summary(rows: list[tuple[Entry, Any]]) -> Iterator[str]:
    """Write a table of names, each with the first sentence of its docstring."""
    yield from (".. list-table::", "   :class: api-summary", "   :widths: auto", "")
    for entry, item in rows:
        role = "func" if item.get("type") == "function" else "obj"
        yield f"   * - :py:{role}:`~{entry.path}`"
        yield f"     - {first_sentence(item.get('doc', ''))}".rstrip()
    yield ""


def source_code(entry: Entry) -> list[str]:
    """Take the lines of a function or a class, without its docstrings: they are on the page already."""
    path, _ = entry.line
    inner = entry.defined.rpartition(".")[2]
    node = find(path, inner)
    if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return []
    lines: list[str | None] = list(Path(path).read_text(encoding="utf-8").splitlines())
    for part in ast.walk(node):
        if isinstance(part, DOCUMENTED) and ast.get_docstring(part) is not None:
            text = part.body[0]
            end = text.end_lineno or text.lineno
            lines[text.lineno - 1 : end] = [None] * (end - text.lineno + 1)
    start = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return [line for line in lines[start - 1 : node.end_lineno] if line is not None]

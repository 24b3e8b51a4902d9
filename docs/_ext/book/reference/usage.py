"""Which chapters use which public names: from the syntax of their code cells, nothing is executed."""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_CELL = re.compile(r"^(?P<fence>`{3,}|:{3,})\{code-cell\}[^\n]*\n(?P<body>.*?)^(?P=fence)[`:]*\s*$", re.M | re.S)
_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?:[ \t]*:[^\n]*\n)+)", re.M | re.S)
_MAGIC = re.compile(r"^[%!].*$", re.M)


def code(text: str) -> Iterator[ast.Module]:
    """Parse the cells of a chapter."""
    for match in _CELL.finditer(text):
        with suppress(SyntaxError):  # running the cell reports it, with its line
            yield ast.parse(_MAGIC.sub("", _OPTIONS.sub("", match["body"])))


def names(text: str, package: str) -> set[str]:
    """Collect the dotted names below `package` that the cells of a chapter import or use."""
    bound: dict[str, str] = {}
    used: set[str] = set()
    for tree in code(text):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] == package:
                        bound[alias.asname or package] = alias.name if alias.asname else package
            elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
                for alias in node.names:
                    bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                    used.add(f"{node.module}.{alias.name}")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                parts = ast.unparse(node).split(".")
                if parts[0] in bound:
                    used.add(".".join([bound[parts[0]], *parts[1:]]))
    return used


def chapters(source: Path, aliases: dict[str, str], package: str) -> dict[str, list[str]]:
    """Map public paths to the documents whose cells use them, in the order of the front page."""
    front = source / "index.md"
    contents = front.read_text(encoding="utf-8") if front.exists() else ""
    users: dict[str, set[str]] = {}
    for path in source.glob("**/*.md"):
        document = path.relative_to(source).with_suffix("").as_posix()
        if document == "index" or any(part.startswith(("_", ".")) for part in document.split("/")):
            continue
        text = path.read_text(encoding="utf-8")
        for name in names(text, package) if package in text else ():
            if name in aliases:
                users.setdefault(aliases[name], set()).add(document)

    def place(document: str) -> tuple[int, str]:
        found = re.search(rf"^/?{re.escape(document)}\s*$|<{re.escape(document)}>", contents, re.M)
        return (found.start() if found else len(contents), document)

    return {name: sorted(documents, key=place) for name, documents in users.items()}

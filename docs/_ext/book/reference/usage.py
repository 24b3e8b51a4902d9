"""Which chapters use which public names: from the syntax of their code cells, nothing is executed."""

import ast
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from myst_nb.core.read import MystMetadataParsingError

from book.execution.chapters import Chapter, is_chapter, read
from book.execution.names import members


def names(chapter: Chapter, package: str) -> set[str]:
    """Collect the dotted names below `package` that the cells of a chapter import or use."""
    body: list[ast.stmt] = []
    for cell in chapter.cells:
        with suppress(SyntaxError):  # running the cell reports it, with its line
            body += cell.tree.body
    found = [name.split(".") for name in members(ast.Module(body, []), package)]
    return {".".join(parts[:length]) for parts in found for length in range(2, len(parts) + 1)}


def chapters(
    source: Path, aliases: dict[str, str], package: str, reading: Callable[[Path], Chapter] = read
) -> dict[str, list[str]]:
    """Map public paths to the documents whose cells use them, in the order of the front page."""
    front = source / "index.md"
    contents = front.read_text(encoding="utf-8") if front.exists() else ""
    users: dict[str, set[str]] = {}
    for path in source.glob("**/*.md"):
        document = path.relative_to(source).with_suffix("").as_posix()
        if document == "index" or any(part.startswith(("_", ".")) for part in document.split("/")):
            continue
        if package not in path.read_text(encoding="utf-8") or not is_chapter(path):
            continue
        with suppress(MystMetadataParsingError):  # reading the page reports it
            for name in names(reading(path), package) & aliases.keys():
                users.setdefault(aliases[name], set()).add(document)

    def place(document: str) -> tuple[int, str]:
        found = re.search(rf"^/?{re.escape(document)}\s*$|<{re.escape(document)}>", contents, re.M)
        return (found.start() if found else len(contents), document)

    return {name: sorted(documents, key=place) for name, documents in users.items()}

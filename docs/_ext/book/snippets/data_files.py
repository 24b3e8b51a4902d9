"""Files that a cell reads, in its copies: from beside the copy, under their own names.

The chapter's front matter names them, ``reads: [../_data/bench.json]``, and the cell by the same path. The copy has
``"bench.json"`` in its place; the site serves the file beside the copy.
"""

import ast
import posixpath
from collections.abc import Iterable


class PathNotKnownError(Exception):
    """A cell names a file without the path that its chapter reads it from: no copy can read it elsewhere."""


def beside(code: str, reads: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Let the code read the files from beside it; list those that it reads, as `reads` has them."""
    known = {posixpath.normpath(path): path for path in reads}
    names = {posixpath.basename(path) for path in known}
    tree = ast.parse(code)
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    lines = [line.encode() for line in code.splitlines(keepends=True)]
    found = set()
    for node in sorted(texts, key=lambda node: (node.lineno, node.col_offset), reverse=True):  # from the end
        path, name = posixpath.normpath(node.value), posixpath.basename(node.value)
        if path not in known or id(node) in parts:
            if name in names:
                raise PathNotKnownError(f"It names {name} without the path that the page reads it from.")
            continue
        found.add(path)
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        text = lines[first][: node.col_offset] + f'"{name}"'.encode() + lines[last][node.end_col_offset :]
        lines[first : last + 1] = [text]
    return b"".join(lines).decode(), tuple(path for key, path in known.items() if key in found)

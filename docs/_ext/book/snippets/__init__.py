"""Cells that can be copied: each code cell of a chapter as a snippet that runs by itself.

``snippets_of`` gives them for the cells of a chapter, and ``hidden`` what those that are shown need of the others. They
need no Sphinx, run nothing, and read the library's source where a snippet copies a function.
"""

from book.snippets.forms import Snippet, function_snippet, snippets_of
from book.snippets.hidden_cells import hidden

__all__ = ["Snippet", "function_snippet", "hidden", "snippets_of"]

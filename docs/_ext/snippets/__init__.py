"""Cells that can be taken along: each code cell of a chapter as a snippet that runs by itself.

``snippets_of`` gives them for the cells of a chapter. It needs no Sphinx, runs nothing, and reads the library's source
where a snippet takes a function along.
"""

from snippets.offers import Snippet, function_snippet, snippets_of

__all__ = ["Snippet", "function_snippet", "snippets_of"]

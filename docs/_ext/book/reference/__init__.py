"""The pages of the library's functions, on autodoc2's analysis: what is public, its docstrings, who uses it."""

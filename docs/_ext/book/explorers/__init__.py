"""Explorers: figures whose numbers a reader can change.

A kind is three files of its name: here in ``kinds`` what an author may set and how the build draws it, in
``docs/_static/explorers`` what computes and (``-view``) draws it in the page, and in ``tests/explorers`` what holds
the one to the other and both to the library.
"""

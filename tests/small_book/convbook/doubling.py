"""Twice a number."""

from convbook.steps import add


def double(x):
    """Add it to itself."""
    return add(x, x)

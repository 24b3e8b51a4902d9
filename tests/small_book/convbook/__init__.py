"""A library of three modules: `double` needs `steps`, `negate` needs nothing."""

from convbook.doubling import double
from convbook.negation import negate

__all__ = ["double", "negate"]

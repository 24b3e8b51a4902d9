"""Convolution, explained and executed."""

__version__ = "0.1.0"

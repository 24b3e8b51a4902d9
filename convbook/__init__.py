"""Convolution, explained and executed: every function of the book, for arrays of any rank."""

from convbook.definitions import corr1d, corr2d, corr2d_multi_in, corr2d_multi_in_out, pool2d
from convbook.images import hi_image
from convbook.signal import convolve, correlate, normalized_correlate

__version__ = "0.1.0"

__all__ = [  # noqa: RUF022 (grouped by subject, not sorted)
    # Signals
    "convolve",
    "correlate",
    "normalized_correlate",
    # The sums as plain loops
    "corr1d",
    "corr2d",
    "corr2d_multi_in",
    "corr2d_multi_in_out",
    "pool2d",
    # The picture that the book comes back to
    "hi_image",
]

"""Convolution, explained and executed: every function of the book, for arrays of any rank."""

from convbook.definitions import corr1d, corr2d, corr2d_multi_in, corr2d_multi_in_out, pool2d
from convbook.images import hi_image
from convbook.shapes import input_sizes, output_size, receptive_field, same_padding, transposed_output_size
from convbook.windows import fold, pad, pad_vjp, unfold
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
    # Borders and windows
    "pad",
    "pad_vjp",
    "unfold",
    "fold",
    # How large things become
    "output_size",
    "input_sizes",
    "transposed_output_size",
    "same_padding",
    "receptive_field",
    # The picture that the book comes back to
    "hi_image",
]

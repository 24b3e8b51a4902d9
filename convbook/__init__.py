"""Convolution, explained and executed: every function of the book, for arrays of any rank."""

from convbook import definitions, kernels, matrices, properties
from convbook.convolution import conv, conv_transpose, conv_transpose_vjp, conv_vjp, explain_plan
from convbook.definitions import corr1d, corr2d, corr2d_multi_in, corr2d_multi_in_out, pool2d
from convbook.images import hi_image
from convbook.pooling import (
    adaptive_avg_pool,
    adaptive_max_pool,
    avg_pool,
    avg_pool_vjp,
    global_avg_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    max_pool_vjp,
    max_unpool,
)
from convbook.shapes import input_sizes, output_size, receptive_field, same_padding, transposed_output_size
from convbook.signal import convolve, convolve_blocks, correlate, normalized_correlate
from convbook.windows import fold, pad, pad_vjp, unfold

__version__ = "0.1.0"

__all__ = [  # noqa: RUF022 (grouped by subject, not sorted)
    # Signals
    "convolve",
    "convolve_blocks",
    "correlate",
    "normalized_correlate",
    # The layers of neural networks, and their gradients
    "conv",
    "conv_vjp",
    "conv_transpose",
    "conv_transpose_vjp",
    "explain_plan",
    # Pooling
    "max_pool",
    "max_pool_vjp",
    "max_unpool",
    "avg_pool",
    "avg_pool_vjp",
    "lp_pool",
    "adaptive_avg_pool",
    "adaptive_max_pool",
    "global_avg_pool",
    "global_max_pool",
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
    # Modules whose names are used with theirs: convbook.kernels.gaussian
    "definitions",
    "kernels",
    "matrices",
    "properties",
]

"""Wrong calls of the layer side, and the exact sentence that each must give."""
# ruff: noqa: E501 (a sentence is one line here)

import re
from collections.abc import Callable

import numpy as np
import pytest
from numpy import nan

from convbook import (
    adaptive_avg_pool,
    adaptive_max_pool,
    avg_pool,
    avg_pool_vjp,
    conv,
    conv_transpose,
    conv_transpose_vjp,
    conv_vjp,
    convolve,
    convolve_blocks,
    correlate,
    explain_plan,
    fold,
    global_avg_pool,
    global_max_pool,
    input_sizes,
    lp_pool,
    matrices,
    max_pool,
    max_pool_vjp,
    max_unpool,
    nn,
    normalized_correlate,
    output_size,
    pad,
    pad_vjp,
    receptive_field,
    same_padding,
    transposed_output_size,
    unfold,
)
from convbook.definitions import conv_loops, pool_loops

rng = np.random.default_rng(0)
X, W = np.zeros((2, 6, 7, 8)), np.zeros((4, 6, 3, 2))
X1, W1 = np.zeros((1, 1, 5)), np.zeros((1, 1, 2))
FAR = 2**62
MASKED = np.ma.array([[[1, 2, 3]]], mask=[[[0, 1, 0]]])
G = np.zeros((2, 4, 5, 7))  # of the shape of conv(X, W)
LAYER, INTEGERS = nn.ReLU(), nn.Dense(1, 1, rng=rng)
INTEGERS.parameters["weight"] = np.ones((1, 1), np.int64)

WRONG: list[tuple[Callable[[], object], type[Exception], str]] = [
    # conv
    (
        lambda: conv(np.zeros((3, 4)), W),
        ValueError,
        "`x` (of shape (3, 4)) must have at least 3 axes (N, C, *spatial), not 2.",
    ),
    (
        lambda: conv(None, W),
        TypeError,
        "`x` must hold real or complex numbers, not values of dtype object.",
    ),
    (
        lambda: conv("image", W),
        TypeError,
        "`x` must hold real or complex numbers, not values of dtype <U5.",
    ),
    (
        lambda: conv([[[1, 2], [3]]], W),
        ValueError,
        "`x` must be a rectangular array of numbers, but its rows differ in length.",
    ),
    (
        lambda: conv(X, W[0]),
        ValueError,
        "`weight` (of shape (6, 3, 2)) must have 4 axes like `x` (of shape (2, 6, 7, 8)), not 3.",
    ),
    (
        lambda: conv(X, W1),
        ValueError,
        "`weight` (of shape (1, 1, 2)) must have 4 axes like `x` (of shape (2, 6, 7, 8)), not 3.",
    ),
    (
        lambda: conv(X, np.zeros((4, 6, 0, 2))),
        ValueError,
        "`weight` (of shape (4, 6, 0, 2)) must not be empty.",
    ),
    (
        lambda: conv(X, W.astype(object)),
        TypeError,
        "`weight` must hold real or complex numbers, not values of dtype object.",
    ),
    (
        lambda: conv(X, W[:, :5]),
        ValueError,
        "`weight` (of shape (4, 5, 3, 2)) must have size 6 on axis 1, the 6 input channels divided by `groups` (=1).",
    ),
    (
        lambda: conv(X, W, groups=2),
        ValueError,
        "`weight` (of shape (4, 6, 3, 2)) must have size 3 on axis 1, the 6 input channels divided by `groups` (=2).",
    ),
    (
        lambda: conv(X, W[:, :3]),
        ValueError,
        "`weight` (of shape (4, 3, 3, 2)) must have size 6 on axis 1, the 6 input channels divided by `groups` (=1).",
    ),
    (
        lambda: conv(X, W[:, :3], groups=4),
        ValueError,
        "`groups` (=4) must divide the 6 input channels.",
    ),
    (
        lambda: conv(X, W[:3, :3], groups=2),
        ValueError,
        "`groups` (=2) must divide the 3 output channels.",
    ),
    (
        lambda: conv(X, W, groups=0),
        ValueError,
        "`groups` (=0) must be at least 1.",
    ),
    (
        lambda: conv(X, W, groups=-1),
        ValueError,
        "`groups` (=-1) must be at least 1.",
    ),
    (
        lambda: conv(X, W, groups=1.0),
        TypeError,
        "`groups` (=1.0) must be an integer.",
    ),
    (
        lambda: conv(X, W, groups=True),
        TypeError,
        "`groups` (=True) must be an integer.",
    ),
    (
        lambda: conv(X, W, groups="2"),
        TypeError,
        "`groups` (='2') must be an integer.",
    ),
    (
        lambda: conv(X, W, np.zeros(5)),
        ValueError,
        "`bias` (of shape (5,)) must have the shape (4,) of the output channels.",
    ),
    (
        lambda: conv(X, W, np.zeros((4, 1))),
        ValueError,
        "`bias` (of shape (4, 1)) must have the shape (4,) of the output channels.",
    ),
    (
        lambda: conv(X, W, 1.0),
        ValueError,
        "`bias` (of shape ()) must have the shape (4,) of the output channels.",
    ),
    (
        lambda: conv(X, W, "bias"),
        TypeError,
        "`bias` must hold real or complex numbers, not values of dtype <U4.",
    ),
    (
        lambda: conv(X, W, stride=0),
        ValueError,
        "`stride` (=0) must be at least 1.",
    ),
    (
        lambda: conv(X, W, stride=-2),
        ValueError,
        "`stride` (=-2) must be at least 1.",
    ),
    (
        lambda: conv(X, W, stride=1.5),
        TypeError,
        "`stride` (=1.5) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, stride=nan),
        TypeError,
        "`stride` (=nan) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, stride=None),
        TypeError,
        "`stride` (=None) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, stride="2"),
        TypeError,
        "`stride` (='2') must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, stride=(1, 2, 3)),
        ValueError,
        "`stride` (=(1, 2, 3)) must have one entry per spatial axis: 2, not 3.",
    ),
    (
        lambda: conv(X, W, stride=()),
        ValueError,
        "`stride` (=()) must have one entry per spatial axis: 2, not 0.",
    ),
    (
        lambda: conv(X, W, stride=(1, 0)),
        ValueError,
        "`stride` (=(1, 0)) must be at least 1 on every spatial axis.",
    ),
    (
        lambda: conv(X, W, stride=(1, 2.0)),
        TypeError,
        "`stride` (=(1, 2.0)) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, stride={1, 2}),
        TypeError,
        "`stride` (={1, 2}) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, stride=True),
        TypeError,
        "`stride` (=True) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, dilation=0),
        ValueError,
        "`dilation` (=0) must be at least 1.",
    ),
    (
        lambda: conv(X, W, dilation=(2,)),
        ValueError,
        "`dilation` (=(2,)) must have one entry per spatial axis: 2, not 1.",
    ),
    (
        lambda: conv(X, W, dilation=0.5),
        TypeError,
        "`dilation` (=0.5) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv(X, W, dilation=(1, 8)),
        ValueError,
        "`weight` (of shape (4, 6, 3, 2)) with `dilation` (=(1, 8)) must fit into the padded input, but spans 9 cells on spatial axis 1, which has 8.",
    ),
    (
        lambda: conv(X, W, padding=-1),
        ValueError,
        "`padding` (=-1) must be at least 0.",
    ),
    (
        lambda: conv(X, W, padding=(0, -1)),
        ValueError,
        "`padding` (=(0, -1)) must be at least 0 on every spatial axis.",
    ),
    (
        lambda: conv(X, W, padding=((0, 0), (1, -1))),
        ValueError,
        "`padding` (=((0, 0), (1, -1))) must be at least 0 on every spatial axis.",
    ),
    (
        lambda: conv(X, W, padding=0.5),
        TypeError,
        "`padding` (=0.5) must be an integer, one integer or one (before, after) pair per spatial axis, 'same' or 'valid'.",
    ),
    (
        lambda: conv(X, W, padding="full"),
        ValueError,
        "`padding` (='full') must be an integer, one integer or one (before, after) pair per spatial axis, 'same' or 'valid'.",
    ),
    (
        lambda: conv(X, W, padding="SAME"),
        ValueError,
        "`padding` (='SAME') must be an integer, one integer or one (before, after) pair per spatial axis, 'same' or 'valid'.",
    ),
    (
        lambda: conv(X, W, padding="same", stride=2),
        ValueError,
        "`padding` (='same') needs `stride` 1, not (2, 2); `same_padding` gives the pads for larger strides.",
    ),
    (
        lambda: conv(X, W, padding=(1, 2, 3)),
        ValueError,
        "`padding` (=(1, 2, 3)) must have one entry per spatial axis: 2, not 3.",
    ),
    (
        lambda: conv(X, W, padding=((1, 2, 3), 1)),
        TypeError,
        "`padding` (=((1, 2, 3), 1)) must be an integer, one integer or one (before, after) pair per spatial axis, 'same' or 'valid'.",
    ),
    (
        lambda: conv(X, W, padding=(1, "same")),
        TypeError,
        "`padding` (=(1, 'same')) must be an integer, one integer or one (before, after) pair per spatial axis, 'same' or 'valid'.",
    ),
    (
        lambda: conv(X, W, padding=None),
        TypeError,
        "`padding` (=None) must be an integer, one integer or one (before, after) pair per spatial axis, 'same' or 'valid'.",
    ),
    (
        lambda: conv(X1, W1, padding=(1, 2)),
        ValueError,
        "`padding` (=(1, 2)) must have one entry per spatial axis: 1, not 2.",
    ),
    (
        lambda: conv(X[:, :, :2], W),
        ValueError,
        "`weight` (of shape (4, 6, 3, 2)) must fit into the padded input, but spans 3 cells on spatial axis 0, which has 2.",
    ),
    (
        lambda: conv(X[:, :, :, :1], W),
        ValueError,
        "`weight` (of shape (4, 6, 3, 2)) must fit into the padded input, but spans 2 cells on spatial axis 1, which has 1.",
    ),
    # conv_vjp
    (
        lambda: conv_vjp(G, X, W, groups=4),
        ValueError,
        "`groups` (=4) must divide the 6 input channels.",
    ),
    (
        lambda: conv_vjp(G[:, :3], X, W),
        ValueError,
        "`grad` (of shape (2, 3, 5, 7)) must have the shape (2, 4, 5, 7) of the output.",
    ),
    (
        lambda: conv_vjp(G[0], X, W),
        ValueError,
        "`grad` (of shape (4, 5, 7)) must have the shape (2, 4, 5, 7) of the output.",
    ),
    (
        lambda: conv_vjp(0.0, X, W),
        ValueError,
        "`grad` (of shape ()) must have the shape (2, 4, 5, 7) of the output.",
    ),
    (
        lambda: conv_vjp(G, X, W, stride=2),
        ValueError,
        "`grad` (of shape (2, 4, 5, 7)) must have the shape (2, 4, 3, 4) of the output.",
    ),
    (
        lambda: conv_vjp(G, X, W, np.zeros(3)),
        ValueError,
        "`bias` (of shape (3,)) must have the shape (4,) of the output channels.",
    ),
    (
        lambda: conv_vjp("grad", X, W),
        TypeError,
        "`grad` must hold real or complex numbers, not values of dtype <U4.",
    ),
    # conv_transpose
    (
        lambda: conv_transpose(X, W),
        ValueError,
        "`weight` (of shape (4, 6, 3, 2)) must have size 6 on axis 0, the channels of `x` (of shape (2, 6, 7, 8)).",
    ),
    (
        lambda: conv_transpose(np.zeros(3), W),
        ValueError,
        "`x` (of shape (3,)) must have at least 3 axes (N, C, *spatial), not 1.",
    ),
    (
        lambda: conv_transpose(G, W, groups=3),
        ValueError,
        "`groups` (=3) must divide the 4 input channels.",
    ),
    (
        lambda: conv_transpose(G, W, groups=0),
        ValueError,
        "`groups` (=0) must be at least 1.",
    ),
    (
        lambda: conv_transpose(G, W, np.zeros(4)),
        ValueError,
        "`bias` (of shape (4,)) must have the shape (6,) of the output channels.",
    ),
    (
        lambda: conv_transpose(G, W, output_padding=1),
        ValueError,
        "`output_padding` (=1) must be smaller than `stride` or `dilation`: on spatial axis 0 it is 1, they are 1 and 1.",
    ),
    (
        lambda: conv_transpose(G, W, stride=2, output_padding=(0, 2)),
        ValueError,
        "`output_padding` (=(0, 2)) must be smaller than `stride` or `dilation`: on spatial axis 1 it is 2, they are 2 and 1.",
    ),
    (
        lambda: conv_transpose(G, W, output_padding=-1),
        ValueError,
        "`output_padding` (=-1) must be at least 0.",
    ),
    (
        lambda: conv_transpose(G, W, output_padding=0.0),
        TypeError,
        "`output_padding` (=0.0) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv_transpose(G, W, stride=2, output_padding="same"),
        TypeError,
        "`output_padding` (='same') must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: conv_transpose(G, W, padding=4),
        ValueError,
        "`padding` (=4) must leave an output, but crops 8 of the 7 cells on spatial axis 0.",
    ),
    (
        lambda: conv_transpose(G, W, padding=-1),
        ValueError,
        "`padding` (=-1) must be at least 0.",
    ),
    (
        lambda: conv_transpose(G[:, :, :0], W),
        ValueError,
        "`x` (of shape (2, 4, 0, 7)) must have at least one cell on every spatial axis.",
    ),
    (
        lambda: conv_transpose(G, W, padding="same", stride=2),
        ValueError,
        "`padding` (='same') needs `stride` 1, not (2, 2); `same_padding` gives the pads for larger strides.",
    ),
    # conv_transpose_vjp
    (
        lambda: conv_transpose_vjp(X, G, W, groups=3),
        ValueError,
        "`groups` (=3) must divide the 4 input channels.",
    ),
    # explain_plan
    (
        lambda: explain_plan(X, W, groups=0),
        ValueError,
        "`groups` (=0) must be at least 1.",
    ),
    (
        lambda: explain_plan(X, W[:, :5]),
        ValueError,
        "`weight` (of shape (4, 5, 3, 2)) must have size 6 on axis 1, the 6 input channels divided by `groups` (=1).",
    ),
    (
        lambda: conv_transpose_vjp(G, G, W),
        ValueError,
        "`grad` (of shape (2, 4, 5, 7)) must have the shape (2, 6, 7, 8) of the output.",
    ),
    (
        lambda: conv_transpose_vjp(X, G, W, np.zeros(2)),
        ValueError,
        "`bias` (of shape (2,)) must have the shape (6,) of the output channels.",
    ),
    (
        lambda: conv_transpose_vjp(X, G, W, output_padding=3),
        ValueError,
        "`output_padding` (=3) must be smaller than `stride` or `dilation`: on spatial axis 0 it is 3, they are 1 and 1.",
    ),
    # max_pool
    (
        lambda: max_pool(np.zeros((2, 3)), 2),
        ValueError,
        "`x` (of shape (2, 3)) must have at least 3 axes (N, C, *spatial), not 2.",
    ),
    (
        lambda: max_pool(X, 0),
        ValueError,
        "`kernel_size` (=0) must be at least 1.",
    ),
    (
        lambda: max_pool(X, -1),
        ValueError,
        "`kernel_size` (=-1) must be at least 1.",
    ),
    (
        lambda: max_pool(X, 2.0),
        TypeError,
        "`kernel_size` (=2.0) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: max_pool(X, None),
        TypeError,
        "`kernel_size` (=None) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: max_pool(X, nan),
        TypeError,
        "`kernel_size` (=nan) must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: max_pool(X, (2, 2, 2)),
        ValueError,
        "`kernel_size` (=(2, 2, 2)) must have one entry per spatial axis: 2, not 3.",
    ),
    (
        lambda: max_pool(X, ()),
        ValueError,
        "`kernel_size` (=()) must have one entry per spatial axis: 2, not 0.",
    ),
    (
        lambda: max_pool(X, "2"),
        TypeError,
        "`kernel_size` (='2') must be an integer or one integer per spatial axis.",
    ),
    (
        lambda: max_pool(X, (9, 1)),
        ValueError,
        "`kernel_size` (=(9, 1)) must fit into the padded input, but spans 9 cells on spatial axis 0, which has 7.",
    ),
    (
        lambda: max_pool(X, 2, stride=0),
        ValueError,
        "`stride` (=0) must be at least 1.",
    ),
    (
        lambda: max_pool(X, 2, stride=(1,)),
        ValueError,
        "`stride` (=(1,)) must have one entry per spatial axis: 2, not 1.",
    ),
    (
        lambda: max_pool(X, 2, padding="same"),
        ValueError,
        "`padding` (='same') needs `stride` 1, not (2, 2); `same_padding` gives the pads for larger strides.",
    ),
    (
        lambda: max_pool(X, 2, padding=-1),
        ValueError,
        "`padding` (=-1) must be at least 0.",
    ),
    (
        lambda: max_pool(X, 2, dilation=0),
        ValueError,
        "`dilation` (=0) must be at least 1.",
    ),
    (
        lambda: max_pool(X, 2, ceil_mode=1),
        TypeError,
        "`ceil_mode` (=1) must be True or False.",
    ),
    (
        lambda: max_pool(X, 2, ceil_mode="yes"),
        TypeError,
        "`ceil_mode` (='yes') must be True or False.",
    ),
    (
        lambda: max_pool(X, 2, return_indices=None),
        TypeError,
        "`return_indices` (=None) must be True or False.",
    ),
    (
        lambda: max_pool(X * 1j, 2),
        TypeError,
        "`x` must hold real numbers, which have an order, not values of dtype complex128.",
    ),
    (
        lambda: max_pool(X1, 7, stride=1, ceil_mode=True),
        ValueError,
        "`kernel_size` (=7) must fit into the padded input, but spans 7 cells on spatial axis 0, which has 5.",
    ),
    # max_pool_vjp
    (
        lambda: max_pool_vjp(np.zeros((2, 6, 3, 3)), X, 2),
        ValueError,
        "`grad` (of shape (2, 6, 3, 3)) must have the shape (2, 6, 3, 4) of the output.",
    ),
    (
        lambda: max_pool_vjp(np.zeros((2, 6, 3, 4)), X * 1j, 2),
        TypeError,
        "`x` must hold real numbers, which have an order, not values of dtype complex128.",
    ),
    # max_unpool
    (
        lambda: max_unpool(X1, np.zeros((1, 1, 4), int), 9),
        ValueError,
        "`indices` (of shape (1, 1, 4)) must have the shape (1, 1, 5) of `y`.",
    ),
    (
        lambda: max_unpool(X1, np.zeros((1, 1, 5)), 9),
        TypeError,
        "`indices` must hold integers, not values of dtype float64.",
    ),
    (
        lambda: max_unpool(X1, np.full((1, 1, 5), 9), 9),
        ValueError,
        "`indices` must lie from -1 to 8, the cells of `output_size` (9,), not 9.",
    ),
    (
        lambda: max_unpool(X1, [[[0, 1, -1, 12, -3]]], 9),
        ValueError,
        "`indices` must lie from -1 to 8, the cells of `output_size` (9,), not 12.",
    ),
    (
        lambda: max_unpool(X1, np.full((1, 1, 5), -2), 9),
        ValueError,
        "`indices` must lie from -1 to 8, the cells of `output_size` (9,), not -2.",
    ),
    (
        lambda: max_unpool(X1, np.zeros((1, 1, 5), int), (3, 3)),
        ValueError,
        "`output_size` (=(3, 3)) must have one entry per spatial axis: 1, not 2.",
    ),
    (
        lambda: max_unpool(X1, np.zeros((1, 1, 5), int), 0),
        ValueError,
        "`output_size` (=0) must be at least 1.",
    ),
    (
        lambda: max_unpool(np.zeros(3), np.zeros(3, int), 9),
        ValueError,
        "`y` (of shape (3,)) must have at least 3 axes (N, C, *spatial), not 1.",
    ),
    # avg_pool
    (
        lambda: avg_pool(X, 9),
        ValueError,
        "`kernel_size` (=9) must fit into the padded input, but spans 9 cells on spatial axis 0, which has 7.",
    ),
    (
        lambda: avg_pool(X, 2, count_include_pad=0),
        TypeError,
        "`count_include_pad` (=0) must be True or False.",
    ),
    (
        lambda: avg_pool(X, 2, divisor_override=0),
        ValueError,
        "`divisor_override` (=0) must not be 0.",
    ),
    (
        lambda: avg_pool_vjp(X, X, 1, divisor_override=0),
        ValueError,
        "`divisor_override` (=0) must not be 0.",
    ),
    (
        lambda: avg_pool(X, 2, divisor_override=0.5),
        TypeError,
        "`divisor_override` (=0.5) must be an integer.",
    ),
    (
        lambda: avg_pool(X, (3, 4), stride=(2, -2)),
        ValueError,
        "`stride` (=(2, -2)) must be at least 1 on every spatial axis.",
    ),
    # avg_pool_vjp
    (
        lambda: avg_pool_vjp(np.zeros((2, 6, 3, 5)), X, 2),
        ValueError,
        "`grad` (of shape (2, 6, 3, 5)) must have the shape (2, 6, 3, 4) of the output.",
    ),
    # lp_pool
    (
        lambda: lp_pool(X, 0, 2),
        ValueError,
        "`p` (=0) must be greater than 0.",
    ),
    (
        lambda: lp_pool(X, -1, 2),
        ValueError,
        "`p` (=-1) must be greater than 0.",
    ),
    (
        lambda: lp_pool(X, nan, 2),
        ValueError,
        "`p` (=nan) must be greater than 0.",
    ),
    (
        lambda: lp_pool(X, "2", 2),
        TypeError,
        "`p` (='2') must be a real number.",
    ),
    (
        lambda: lp_pool(X, True, 2),
        TypeError,
        "`p` (=True) must be a real number.",
    ),
    (
        lambda: lp_pool(X, None, 2),
        TypeError,
        "`p` (=None) must be a real number.",
    ),
    (
        lambda: lp_pool(X, 1 + 0j, 2),
        TypeError,
        "`p` (=(1+0j)) must be a real number.",
    ),
    (
        lambda: lp_pool(X, 2, (8, 9)),
        ValueError,
        "`kernel_size` (=(8, 9)) must fit into the padded input, but spans 8 cells on spatial axis 0, which has 7.",
    ),
    # adaptive_avg_pool
    (
        lambda: adaptive_avg_pool(X, 0),
        ValueError,
        "`output_size` (=0) must be at least 1.",
    ),
    (
        lambda: adaptive_avg_pool(X, None),
        TypeError,
        "`output_size` (=None) must be an integer or one integer or None per spatial axis.",
    ),
    (
        lambda: adaptive_avg_pool(X, (2,)),
        ValueError,
        "`output_size` (=(2,)) must have one entry per spatial axis: 2, not 1.",
    ),
    (
        lambda: adaptive_avg_pool(X, (2, 2.5)),
        TypeError,
        "`output_size` (=(2, 2.5)) must be an integer or one integer or None per spatial axis.",
    ),
    (
        lambda: adaptive_avg_pool(X[:, :, :0], 2),
        ValueError,
        "`x` (of shape (2, 6, 0, 8)) must have at least one cell on every spatial axis.",
    ),
    # adaptive_max_pool
    (
        lambda: adaptive_max_pool(X, (None, -1)),
        ValueError,
        "`output_size` (=(None, -1)) must be at least 1 on every spatial axis.",
    ),
    (
        lambda: adaptive_max_pool(X * 1j, 1),
        TypeError,
        "`x` must hold real numbers, which have an order, not values of dtype complex128.",
    ),
    (
        lambda: adaptive_max_pool(X, 1, return_indices=1),
        TypeError,
        "`return_indices` (=1) must be True or False.",
    ),
    # global_avg_pool
    (
        lambda: global_avg_pool(np.zeros((2, 3))),
        ValueError,
        "`x` (of shape (2, 3)) must have at least 3 axes (N, C, *spatial), not 2.",
    ),
    (
        lambda: global_avg_pool(X[..., :0]),
        ValueError,
        "`x` (of shape (2, 6, 7, 0)) must have at least one cell on every spatial axis.",
    ),
    # global_max_pool
    (
        lambda: global_max_pool(X[..., :0]),
        ValueError,
        "`x` (of shape (2, 6, 7, 0)) must have at least one cell on every spatial axis.",
    ),
    (
        lambda: global_max_pool(X * 1j),
        TypeError,
        "`x` must hold real numbers, which have an order, not values of dtype complex128.",
    ),
    (
        lambda: global_max_pool(["a", "b"]),
        TypeError,
        "`x` must hold real or complex numbers, not values of dtype <U1.",
    ),
    # unfold
    (
        lambda: unfold(X[0, 0], 2),
        ValueError,
        "`x` (of shape (7, 8)) must have at least 3 axes (N, C, *spatial), not 2.",
    ),
    (
        lambda: unfold(X, 0),
        ValueError,
        "`kernel_size` (=0) must be at least 1.",
    ),
    (
        lambda: unfold(X, (2, 2, 2)),
        ValueError,
        "`kernel_size` (=(2, 2, 2)) must have one entry per spatial axis: 2, not 3.",
    ),
    (
        lambda: unfold(X, 8),
        ValueError,
        "`kernel_size` (=8) must fit into the padded input, but spans 8 cells on spatial axis 0, which has 7.",
    ),
    (
        lambda: unfold(X, 2, stride=0),
        ValueError,
        "`stride` (=0) must be at least 1.",
    ),
    (
        lambda: unfold(X, 2, padding="no"),
        ValueError,
        "`padding` (='no') must be an integer, one integer or one (before, after) pair per spatial axis, 'same' or 'valid'.",
    ),
    (
        lambda: unfold(X, 2, dilation=True),
        TypeError,
        "`dilation` (=True) must be an integer or one integer per spatial axis.",
    ),
    # fold
    (
        lambda: fold(np.zeros((2, 8)), 5, 2),
        ValueError,
        "`cols` (of shape (2, 8)) must have 3 axes (N, C * prod(kernel_size), L), not 2.",
    ),
    (
        lambda: fold(np.zeros((1, 3, 4)), 5, 2),
        ValueError,
        "`cols` (of shape (1, 3, 4)) must have a multiple of 2 rows, the taps of `kernel_size` (2,).",
    ),
    (
        lambda: fold(np.zeros((1, 4, 3)), 5, 2),
        ValueError,
        "`cols` (of shape (1, 4, 3)) must have 4 columns, one for each of the (4,) windows.",
    ),
    (
        lambda: fold(np.zeros((1, 4, 4)), (5, 5), 2),
        ValueError,
        "`cols` (of shape (1, 4, 4)) must have 16 columns, one for each of the (4, 4) windows.",
    ),
    (
        lambda: fold(np.zeros((1, 4, 4)), -5, 2),
        ValueError,
        "`output_size` (=-5) must be at least 0.",
    ),
    (
        lambda: fold(np.zeros((1, 4, 4)), 5.0, 2),
        TypeError,
        "`output_size` (=5.0) must be an integer or one integer per axis.",
    ),
    (
        lambda: fold(np.zeros((1, 4, 4)), None, 2),
        TypeError,
        "`output_size` (=None) must be an integer or one integer per axis.",
    ),
    (
        lambda: fold(np.zeros((1, 4, 4)), 5, (2, 2)),
        ValueError,
        "`kernel_size` (=(2, 2)) must have one entry per spatial axis: 1, not 2.",
    ),
    (
        lambda: fold(np.zeros((1, 4, 4)), 5, 6),
        ValueError,
        "`kernel_size` (=6) must fit into the padded input, but spans 6 cells on spatial axis 0, which has 5.",
    ),
    # pad
    (
        lambda: pad(X1, -1),
        ValueError,
        "`pad_width` (=-1) must be at least 0.",
    ),
    (
        lambda: pad(X1, (1, -1)),
        ValueError,
        "`pad_width` (=(1, -1)) must be at least 0.",
    ),
    (
        lambda: pad(X1, 1.0),
        TypeError,
        "`pad_width` (=1.0) must be an integer, a (before, after) pair, one pair per axis, or a mapping from axes to pairs.",
    ),
    (
        lambda: pad(X1, "1"),
        TypeError,
        "`pad_width` (='1') must be an integer, a (before, after) pair, one pair per axis, or a mapping from axes to pairs.",
    ),
    (
        lambda: pad(X1, None),
        TypeError,
        "`pad_width` (=None) must be an integer, a (before, after) pair, one pair per axis, or a mapping from axes to pairs.",
    ),
    (
        lambda: pad(X1, ((1, 1), (1, 1))),
        ValueError,
        "`pad_width` (=((1, 1), (1, 1))) must have one entry per axis: 3, not 2.",
    ),
    (
        lambda: pad(X1, ((1, 2, 3),)),
        TypeError,
        "`pad_width` (=((1, 2, 3),)) must be an integer, a (before, after) pair, one pair per axis, or a mapping from axes to pairs.",
    ),
    (
        lambda: pad(X1, {3: 1}),
        ValueError,
        "`pad_width` (={3: 1}) names axis 3 of an array with 3 axes.",
    ),
    (
        lambda: pad(X1, {0.0: 1}),
        TypeError,
        "`pad_width` (={0.0: 1}) must be an integer, a (before, after) pair, one pair per axis, or a mapping from axes to pairs.",
    ),
    (
        lambda: pad(X1, 1, "mirror"),
        ValueError,
        "`mode` (='mirror') must be one of 'constant', 'edge', 'reflect', 'symmetric', 'wrap'.",
    ),
    (
        lambda: pad(X1, 1, None),
        TypeError,
        "`mode` (=None) must be one of 'constant', 'edge', 'reflect', 'symmetric', 'wrap'.",
    ),
    (
        lambda: pad([1, 2], 1, value=0.5),
        ValueError,
        "`value` (=0.5) cannot be held by an array of dtype int64.",
    ),
    (
        lambda: pad(np.zeros(2, np.uint8), 1, value=256),
        ValueError,
        "`value` (=256) cannot be held by an array of dtype uint8.",
    ),
    (
        lambda: pad([1.0], 1, value=1j),
        ValueError,
        "`value` (=1j) cannot be held by an array of dtype float64.",
    ),
    (
        lambda: pad([1.0], 1, value=[1, 2]),
        ValueError,
        "`value` (of shape (2,)) must have 0 axes (a single number), not 1.",
    ),
    (
        lambda: pad([1.0], 1, "edge", value=1),
        ValueError,
        "`value` (=1) needs `mode` 'constant', not 'edge'.",
    ),
    (
        lambda: pad([1.0], 1, "edge", reflect_type="odd"),
        ValueError,
        "`reflect_type` (='odd') needs `mode` 'reflect' or 'symmetric', not 'edge'.",
    ),
    (
        lambda: pad([1.0], 1, reflect_type="odd"),
        ValueError,
        "`reflect_type` (='odd') needs `mode` 'reflect' or 'symmetric', not 'constant'.",
    ),
    (
        lambda: pad([1.0], 1, "reflect", reflect_type="add"),
        ValueError,
        "`reflect_type` (='add') must be one of 'even', 'odd'.",
    ),
    (
        lambda: pad([1.0], 1, "edge", reflect_type=None),
        TypeError,
        "`reflect_type` (=None) must be one of 'even', 'odd'.",
    ),
    (
        lambda: pad([1.0], 1, "symmetric", 1, reflect_type="odd"),
        ValueError,
        "`value` (=1) needs `mode` 'constant', not 'symmetric'.",
    ),
    (
        lambda: pad(np.zeros((0, 2)), 1, "symmetric", reflect_type="odd"),
        ValueError,
        "`x` (of shape (0, 2)) is empty on axis 0: mode 'symmetric' has no cell to repeat.",
    ),
    (
        lambda: pad([], 1, "reflect"),
        ValueError,
        "`x` (of shape (0,)) is empty on axis 0: mode 'reflect' has no cell to repeat.",
    ),
    (
        lambda: pad(np.zeros((2, 0)), ((0, 0), (0, 1)), "edge"),
        ValueError,
        "`x` (of shape (2, 0)) is empty on axis 1: mode 'edge' has no cell to repeat.",
    ),
    (
        lambda: pad(["a"], 1),
        TypeError,
        "`x` must hold real or complex numbers, not values of dtype <U1.",
    ),
    # pad_vjp
    (
        lambda: pad_vjp(np.zeros(4), np.zeros(3), 1),
        ValueError,
        "`grad` (of shape (4,)) must have the shape (5,) of the padded array.",
    ),
    (
        lambda: pad_vjp(np.zeros(5), np.zeros(3), 1, "zeros"),
        ValueError,
        "`mode` (='zeros') must be one of 'constant', 'edge', 'reflect', 'symmetric', 'wrap'.",
    ),
    (
        lambda: pad_vjp(np.zeros(5), np.zeros(3), 1, "wrap", reflect_type="odd"),
        ValueError,
        "`reflect_type` (='odd') needs `mode` 'reflect' or 'symmetric', not 'wrap'.",
    ),
    (
        lambda: pad_vjp(np.zeros(4), np.zeros(3), 1, "reflect", reflect_type="odd"),
        ValueError,
        "`grad` (of shape (4,)) must have the shape (5,) of the padded array.",
    ),
    # output_size
    (
        lambda: output_size(5, 6),
        ValueError,
        "`kernel_size` (=6) must fit into the padded input, but spans 6 cells on spatial axis 0, which has 5.",
    ),
    (
        lambda: output_size(2, 6, padding=[(2, 1)]),
        ValueError,
        "`kernel_size` (=6) must fit into the padded input, but spans 6 cells on spatial axis 0, which has 5.",
    ),
    (
        lambda: output_size((9, 4), 3, dilation=(1, 2)),
        ValueError,
        "`kernel_size` (=3) with `dilation` (=(1, 2)) must fit into the padded input, but spans 5 cells on spatial axis 1, which has 4.",
    ),
    (
        lambda: output_size(5, 3, dilation=3),
        ValueError,
        "`kernel_size` (=3) with `dilation` (=3) must fit into the padded input, but spans 7 cells on spatial axis 0, which has 5.",
    ),
    (
        lambda: output_size(-1, 1),
        ValueError,
        "`n` (=-1) must be at least 0.",
    ),
    (
        lambda: output_size(5.0, 3),
        TypeError,
        "`n` (=5.0) must be an integer or one integer per axis.",
    ),
    (
        lambda: output_size(nan, 3),
        TypeError,
        "`n` (=nan) must be an integer or one integer per axis.",
    ),
    (
        lambda: output_size("5", 3),
        TypeError,
        "`n` (='5') must be an integer or one integer per axis.",
    ),
    (
        lambda: output_size((5, 5), (3, 3, 3)),
        ValueError,
        "`kernel_size` (=(3, 3, 3)) must have one entry per spatial axis: 2, not 3.",
    ),
    (
        lambda: output_size(5, 0),
        ValueError,
        "`kernel_size` (=0) must be at least 1.",
    ),
    (
        lambda: output_size(5, 3, stride=0),
        ValueError,
        "`stride` (=0) must be at least 1.",
    ),
    (
        lambda: output_size(5, 3, padding=((1, 1), (1, 1))),
        ValueError,
        "`padding` (=((1, 1), (1, 1))) must have one entry per spatial axis: 1, not 2.",
    ),
    (
        lambda: output_size(5, 3, ceil_mode=None),
        TypeError,
        "`ceil_mode` (=None) must be True or False.",
    ),
    # sizes that no memory holds
    (
        lambda: max_unpool(np.zeros((1, 1, 2)), np.zeros((1, 1, 2), int), 2**62),
        ValueError,
        "`output_size` (=4611686018427387904) must not ask for an array of shape (1, 1, 4611686018427387904): no memory holds it.",
    ),
    (
        lambda: adaptive_avg_pool(X1, 2**62),
        ValueError,
        "`output_size` (=4611686018427387904) must not ask for an array of shape (1, 1, 4611686018427387904): no memory holds it.",
    ),
    (
        lambda: adaptive_max_pool(X, (2**31, 2**31)),
        ValueError,
        "`output_size` (=(2147483648, 2147483648)) must not ask for an array of shape (2, 6, 2147483648, 2147483648): no memory holds it.",
    ),
    (
        lambda: avg_pool(X, 2, divisor_override=10**400),
        ValueError,
        "`divisor_override` (=100000000000000000...0000000000000000000) must be at most 1.8e+308 in magnitude.",
    ),
    # input_sizes
    (
        lambda: input_sizes(0, 3),
        ValueError,
        "`o` (=0) must be at least 1.",
    ),
    (
        lambda: input_sizes(2.5, 3),
        TypeError,
        "`o` (=2.5) must be an integer or one integer per axis.",
    ),
    (
        lambda: input_sizes(2, 3, padding="same", stride=2),
        ValueError,
        "`padding` (='same') needs `stride` 1, not (2,); `same_padding` gives the pads for larger strides.",
    ),
    # transposed_output_size
    (
        lambda: transposed_output_size(1, 2, padding=1),
        ValueError,
        "`padding` (=1) must leave an output, but crops 2 of the 2 cells on spatial axis 0.",
    ),
    (
        lambda: transposed_output_size(0, 3),
        ValueError,
        "`n` (=0) must be at least 1.",
    ),
    (
        lambda: transposed_output_size(3, 3, output_padding=1),
        ValueError,
        "`output_padding` (=1) must be smaller than `stride` or `dilation`: on spatial axis 0 it is 1, they are 1 and 1.",
    ),
    (
        lambda: transposed_output_size(3, 3, padding=3),
        ValueError,
        "`padding` (=3) must leave an output, but crops 6 of the 5 cells on spatial axis 0.",
    ),
    # same_padding
    (
        lambda: same_padding(0, 3),
        ValueError,
        "`n` (=0) must be at least 1.",
    ),
    (
        lambda: same_padding(5, 3, stride=(1, 1)),
        ValueError,
        "`stride` (=(1, 1)) must have one entry per spatial axis: 1, not 2.",
    ),
    (
        lambda: same_padding(5, nan),
        TypeError,
        "`kernel_size` (=nan) must be an integer or one integer per spatial axis.",
    ),
    # receptive_field
    (
        lambda: receptive_field(3),
        TypeError,
        "`layers` (=3) must be a sequence of (kernel_size, stride) entries.",
    ),
    (
        lambda: receptive_field([3]),
        TypeError,
        "`layers[0]` (=3) must be a tuple (kernel_size, stride[, dilation[, padding]]).",
    ),
    (
        lambda: receptive_field([(3,)]),
        ValueError,
        "`layers[0]` (=(3,)) must have 2 to 4 entries, (kernel_size, stride[, dilation[, padding]]).",
    ),
    (
        lambda: receptive_field([(3, 1), (3, 1, 1, 0, 0)]),
        ValueError,
        "`layers[1]` (=(3, 1, 1, 0, 0)) must have 2 to 4 entries, (kernel_size, stride[, dilation[, padding]]).",
    ),
    (
        lambda: receptive_field([(3, 1), (0, 1)]),
        ValueError,
        "`layers[1][0]` (=0) must be at least 1.",
    ),
    (
        lambda: receptive_field([(3, 1.0)]),
        TypeError,
        "`layers[0][1]` (=1.0) must be an integer.",
    ),
    (
        lambda: receptive_field([(3, 1, 1, -1)]),
        ValueError,
        "`layers[0][3]` (=-1) must be at least 0.",
    ),
    (
        lambda: receptive_field([(3, 2, 1, "same")]),
        ValueError,
        "`layers[0][3]` (='same') needs `stride` 1, not (2,); `same_padding` gives the pads for larger strides.",
    ),
    (lambda: input_sizes(2, 0), ValueError, "`kernel_size` (=0) must be at least 1."),
    (lambda: input_sizes(2, 3, stride=0), ValueError, "`stride` (=0) must be at least 1."),
    (lambda: input_sizes(2, 3, dilation=0), ValueError, "`dilation` (=0) must be at least 1."),
    (lambda: input_sizes(2, 3, padding=-1), ValueError, "`padding` (=-1) must be at least 0."),
    (lambda: transposed_output_size(2, 0), ValueError, "`kernel_size` (=0) must be at least 1."),
    (lambda: transposed_output_size(2, 3, stride=0), ValueError, "`stride` (=0) must be at least 1."),
    (lambda: transposed_output_size(2, 3, dilation=0), ValueError, "`dilation` (=0) must be at least 1."),
    (lambda: transposed_output_size(2, 3, output_padding=-1), ValueError, "`output_padding` (=-1) must be at least 0."),
    (lambda: same_padding(5, 0), ValueError, "`kernel_size` (=0) must be at least 1."),
    (lambda: same_padding(5, 3, stride=0), ValueError, "`stride` (=0) must be at least 1."),
    (lambda: same_padding(5, 3, dilation=0), ValueError, "`dilation` (=0) must be at least 1."),
    (lambda: receptive_field([(3, 0)]), ValueError, "`layers[0][1]` (=0) must be at least 1."),
    (lambda: receptive_field([(3, 1, 0)]), ValueError, "`layers[0][2]` (=0) must be at least 1."),
    # nn
    (
        lambda: nn.Conv(0, 1, 3, rng=rng),
        ValueError,
        "`in_channels` (=0) must be at least 1.",
    ),
    (
        lambda: nn.Conv(3, 4, 3, groups=2, rng=rng),
        ValueError,
        "`groups` (=2) must divide the 3 input channels.",
    ),
    (
        lambda: nn.Conv(4, 3, 3, groups=2, rng=rng),
        ValueError,
        "`groups` (=2) must divide the 3 output channels.",
    ),
    (
        lambda: nn.Conv(1, 1, 0, rng=rng),
        ValueError,
        "`kernel_size` (=0) must be at least 1.",
    ),
    (
        lambda: nn.Conv(1, 1, 3, rng=0),
        TypeError,
        "`rng` (=0) must be a numpy.random.Generator.",
    ),
    (
        lambda: nn.Dense(2, 0, rng=rng),
        ValueError,
        "`outputs` (=0) must be at least 1.",
    ),
    (
        lambda: nn.Dense(2, 3, rng=rng).forward([[1, 2, 3]]),
        ValueError,
        "`x` (of shape (1, 3)) must have the shape (1, 2) of a batch for this layer.",
    ),
    (
        lambda: nn.Dense(2, 3, rng=rng).forward([1, 2]),
        ValueError,
        "`x` (of shape (2,)) must have 2 axes (N, inputs), not 1.",
    ),
    (
        lambda: nn.Sequential(np.tanh),
        TypeError,
        "`layers[0]` (=<ufunc 'tanh'>) must be a layer.",
    ),
    (
        lambda: nn.Sequential(LAYER, nn.Flatten(), LAYER),
        ValueError,
        "`layers[2]` must share no layer with those before: each remembers one input only.",
    ),
    (
        lambda: nn.Sequential(nn.Sequential(nn.Flatten(), LAYER), nn.Sequential(nn.Sequential(LAYER))),
        ValueError,
        "`layers[1]` must share no layer with those before: each remembers one input only.",
    ),
    (
        lambda: nn.SGD(INTEGERS, 0.1),
        TypeError,
        "`model.parameters['weight']` must hold floats, not values of dtype int64.",
    ),
    (
        lambda: nn.SGD(np.tanh, 0.1),
        TypeError,
        "`model` (=<ufunc 'tanh'>) must be a layer.",
    ),
    (
        lambda: nn.SGD(nn.ReLU(), 0),
        ValueError,
        "`learning_rate` (=0) must be finite and greater than 0.",
    ),
    (
        lambda: nn.SGD(nn.ReLU(), "fast"),
        TypeError,
        "`learning_rate` (='fast') must be a real number.",
    ),
    (
        lambda: nn.SGD(nn.ReLU(), 0.1, momentum=1.0),
        ValueError,
        "`momentum` (=1.0) must be at least 0 and below 1.",
    ),
    (
        lambda: nn.SGD(nn.ReLU(), 0.1, momentum=-0.5),
        ValueError,
        "`momentum` (=-0.5) must be at least 0 and below 1.",
    ),
    (
        lambda: nn.cross_entropy([1, 2], [0]),
        ValueError,
        "`logits` (of shape (2,)) must have 2 axes (N, K), not 1.",
    ),
    (
        lambda: nn.cross_entropy(np.zeros((0, 3)), []),
        ValueError,
        "`logits` (of shape (0, 3)) must not be empty.",
    ),
    (
        lambda: nn.cross_entropy([[1, 2]], [0, 1]),
        ValueError,
        "`labels` (of shape (2,)) must have the shape (1,) of the rows of `logits`.",
    ),
    (
        lambda: nn.cross_entropy([[1, 2]], [2]),
        ValueError,
        "`labels` must lie from 0 to 1, the classes, not 2.",
    ),
    (
        lambda: nn.cross_entropy([[1, 2]], [0.5]),
        TypeError,
        "`labels` must hold integers, not values of dtype float64.",
    ),
    # what no memory holds
    (
        lambda: conv(X1, W1, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: conv(X, W, padding=(0, FAR)),
        ValueError,
        "`padding` (=(0, 4611686018427387904)) must not ask for an array of shape (7, 9223372036854775816): no memory holds it.",
    ),
    (
        lambda: conv(X1, W1, padding=FAR, stride=FAR + 1),
        ValueError,
        "`stride` (=4611686018427387905) must not ask for an array of shape (9223372036854775812,): no memory holds it.",
    ),
    (
        lambda: conv(X1, np.ones((1, 1, 3)), padding="same", dilation=FAR),
        ValueError,
        "`dilation` (=4611686018427387904) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: explain_plan(X1, W1, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: conv_vjp(X1, X1, W1, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: conv_transpose(X1, W1, stride=FAR),
        ValueError,
        "`stride` (=4611686018427387904) must not ask for an array of shape (18446744073709551618,): no memory holds it.",
    ),
    (
        lambda: conv_transpose(X1, W1, dilation=FAR),
        ValueError,
        "`dilation` (=4611686018427387904) must not ask for an array of shape (4611686018427387909,): no memory holds it.",
    ),
    (
        lambda: conv_transpose(X1[..., :1], W1, stride=FAR, output_padding=FAR - 1),
        ValueError,
        "`stride` (=4611686018427387904) must not ask for an array of shape (4611686018427387905,): no memory holds it.",
    ),
    (
        lambda: conv_transpose_vjp(X1, X1, W1, stride=FAR),
        ValueError,
        "`stride` (=4611686018427387904) must not ask for an array of shape (18446744073709551618,): no memory holds it.",
    ),
    (
        lambda: max_pool(X1, 2, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775812,): no memory holds it.",
    ),
    (
        lambda: avg_pool(X1, FAR, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775808,): no memory holds it.",
    ),
    (
        lambda: lp_pool(X1, 2, 2, stride=1, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: unfold(X1, 2, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: fold(np.ones((1, 2, 1)), 5, 2, padding=FAR),
        ValueError,
        "`padding` (=4611686018427387904) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: fold(np.ones((1, 2, 1)), FAR, 2, stride=FAR),
        ValueError,
        "`output_size` (=4611686018427387904) must not ask for an array of shape (4611686018427387904,): no memory holds it.",
    ),
    (
        lambda: pad([1, 2, 3], FAR),
        ValueError,
        "`pad_width` (=4611686018427387904) must not ask for an array of shape (9223372036854775811,): no memory holds it.",
    ),
    (
        lambda: pad([1, 2, 3], FAR, "edge"),
        ValueError,
        "`pad_width` (=4611686018427387904) must not ask for an array of shape (9223372036854775811,): no memory holds it.",
    ),
    (
        lambda: pad(np.ones((0, 2)), ((0, 0), (0, FAR))),
        ValueError,
        "`pad_width` (=((0, 0), (0, 4611686018427387904))) must not ask for an array of shape (0, 4611686018427387906): no memory holds it.",
    ),
    (
        lambda: pad_vjp([1], [1, 2, 3], {0: FAR}, "wrap"),
        ValueError,
        "`pad_width` (={0: 4611686018427387904}) must not ask for an array of shape (9223372036854775811,): no memory holds it.",
    ),
    (
        lambda: conv_loops(X1, W1, padding=FAR),
        ValueError,
        "`padding` (=(4611686018427387904, 4611686018427387904)) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: pool_loops(X1, 2, padding=FAR),
        ValueError,
        "`padding` (=(4611686018427387904, 4611686018427387904)) must not ask for an array of shape (9223372036854775813,): no memory holds it.",
    ),
    (
        lambda: receptive_field([(3, FAR)] * 20),
        ValueError,
        "`layers` must have a first field whose center a float holds, but it lies too far.",
    ),
    # masks
    (
        lambda: conv(MASKED, W1),
        TypeError,
        "`x` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: conv(X1, MASKED),
        TypeError,
        "`weight` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: conv(X1, W1, MASKED[0, 0]),
        TypeError,
        "`bias` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: conv_vjp(MASKED, X1, W1),
        TypeError,
        "`grad` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: max_pool(MASKED, 2),
        TypeError,
        "`x` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: unfold(MASKED, 2),
        TypeError,
        "`x` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: fold(MASKED, 3, 2),
        TypeError,
        "`cols` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: pad(MASKED, 1),
        TypeError,
        "`x` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: pad([1], 1, value=np.ma.masked),
        TypeError,
        "`value` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: convolve([1], MASKED[0, 0]),
        TypeError,
        "`h` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: correlate([MASKED[0]], [[1]]),
        TypeError,
        "`x` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: normalized_correlate([1, 2, 3], MASKED[0, 0]),
        TypeError,
        "`template` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: conv_loops(MASKED, W1),
        TypeError,
        "`x` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: matrices.toeplitz(MASKED[0, 0], 3),
        TypeError,
        "`h` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    # blocks of a signal: the kernel before any is taken, a block when it comes
    (
        lambda: convolve_blocks([[1, 2]], []),
        ValueError,
        "`h` (of shape (0,)) must have at least one element.",
    ),
    (
        lambda: convolve_blocks([[1, 2]], 3),
        ValueError,
        "`h` (of shape ()) must have at least 1 axis, not 0.",
    ),
    (
        lambda: convolve_blocks([[1, 2]], MASKED[0, 0]),
        TypeError,
        "`h` must not be a masked array, whose mask would be ignored: fill what it hides.",
    ),
    (
        lambda: convolve_blocks(3, [1]),
        TypeError,
        "`blocks` (=3) must be an iterable of arrays.",
    ),
    (
        lambda: list(convolve_blocks([1, 2], [1])),
        ValueError,
        "`blocks[0]` (of shape ()) must have 1 axis as `h` has, not 0.",
    ),
    (
        lambda: list(convolve_blocks([[[1, 2]]], [1])),
        ValueError,
        "`blocks[0]` (of shape (1, 2)) must have 1 axis as `h` has, not 2.",
    ),
    (
        lambda: list(convolve_blocks("ab", [1])),
        TypeError,
        "`blocks[0]` must hold real or complex numbers, not values of dtype <U1.",
    ),
    (
        lambda: list(convolve_blocks([[[1, 2]], [[1, 2, 3]]], [[1]])),
        ValueError,
        "`blocks[1]` (of shape (1, 3)) must have the sizes (2,) of `blocks[0]` along all axes but the first.",
    ),
    (
        lambda: list(convolve_blocks([np.zeros((3, 0))], [[1]])),
        ValueError,
        "`blocks[0]` (of shape (3, 0)) must have at least one element along every axis but the first.",
    ),
    # integers beyond 64 bits
    (
        lambda: conv([[[1, 2**64]]], W1),
        ValueError,
        "`x` (=[[[1, 18446744073709551616]]]) must hold integers that one type of 64 bits holds.",
    ),
    (
        lambda: convolve([1, 2], [2**63, -1]),
        ValueError,
        "`h` (=[9223372036854775808, -1]) must hold integers that one type of 64 bits holds.",
    ),
    (
        lambda: convolve([1, 2], [1], fill_value=2**64),
        ValueError,
        "`fill_value` (=18446744073709551616) cannot be held by an array of dtype int64.",
    ),
]


@pytest.mark.parametrize(("call", "error", "sentence"), WRONG, ids=[sentence for _, _, sentence in WRONG])
def test_a_wrong_call_is_refused_with_its_sentence(
    call: Callable[[], object], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error) as refusal:
        call()
    assert str(refusal.value) == sentence


def test_every_refusal_is_one_full_sentence_that_names_an_argument() -> None:
    for _, _, sentence in WRONG:
        assert re.match(r"`[\w\[\].']+`", sentence)
        assert sentence.endswith(".")
        assert re.search(r" must | needs | names | cannot | is empty ", sentence)


def test_refusals_come_before_any_work() -> None:
    # A view of one number with the shape of a petabyte: any work on it would fail for want of memory.
    vast = np.broadcast_to(np.float64(0), (2, 6, 1 << 23, 1 << 23))
    for call in (
        lambda: conv(vast, W, stride=0),
        lambda: conv(vast, W, np.zeros(5)),
        lambda: conv_transpose(vast, W),
        lambda: conv_vjp(np.zeros(3), vast, W),
        lambda: max_pool(vast, 2, return_indices="no"),  # type: ignore[call-overload]
        lambda: avg_pool(vast, 2, divisor_override=0),
        lambda: max_pool_vjp(np.zeros(3), vast, 2),
        lambda: lp_pool(vast, -1, 2),
        lambda: unfold(vast, 2, padding="no"),
        lambda: pad(vast, 1, "mirror"),
        lambda: pad(vast, 1, value=1j),
        lambda: pad(vast, 1, "edge", value=1),
        lambda: pad(vast, 1, "edge", reflect_type="odd"),
        lambda: adaptive_max_pool(vast, 2, return_indices=1),  # type: ignore[call-overload]
        lambda: adaptive_avg_pool(vast, 2**62),
    ):
        with pytest.raises((ValueError, TypeError), match="`"):
            call()

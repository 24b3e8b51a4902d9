r"""The convolution of neural networks, its transpose, and the gradients of both, for any number of spatial axes.

Three sums over the same index set carry all four functions. With output position :math:`o`, tap :math:`m` and
the input cell :math:`s\,o + d\,m` that they meet at, each product of an output, a weight and an input belongs
to one triple:

- summed over the inputs' channels and taps, weights times inputs give the outputs: the convolution;
- summed over the outputs and taps, weights times outputs give the inputs: its adjoint, the transposed convolution;
- summed over the batch and positions, outputs times inputs give the weights: the gradient of the weight.

The functions here check their arguments; ``convbook.algorithms`` computes the sums: ``blockwise`` the first,
``gradients`` the others.
"""

from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    Padding,
    PerAxis,
    as_array,
    count,
    dtypes_of_sums,
    integer,
    is_lazy,
    must_have_shape,
    one_of,
    sum_dtypes,
    types_in_sums,
)
from convbook._geometry import Geometry, geometry, transposed_geometry
from convbook._lazy import Place, seen_by, windowed
from convbook.algorithms.blockwise import convolved
from convbook.algorithms.gradients import spread_back, weight_gradient
from convbook.algorithms.pairwise import total
from convbook.algorithms.plan_layers import ALGORITHMS, plan_for
from convbook.algorithms.planner import Plan
from convbook.algorithms.problem import problem_of

_METHODS = ("auto", *ALGORITHMS)


def conv(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    method: str = "auto",
) -> Array:
    r"""Convolve a batch of multi-channel arrays with a bank of filters, as neural networks do.

    .. math::

       y[n, f, o] = b[f] + \sum_{c}\,\sum_{m} w[f, c, m]\; x_\text{pad}[n,\, c,\, s\,o + d\,m]

    In words: output channel :math:`f` at position :math:`o` is the filter :math:`w[f]`, laid over the input
    from :math:`s\,o` on with its taps :math:`d` apart, multiplied cell by cell and summed over taps and input
    channels. The kernel is **not** flipped: like every framework's layer this is a cross-correlation, see
    :doc:`/operation/convolution-or-correlation`; :py:func:`convbook.convolve` flips.

    Derived in :doc:`/layers/constraining-the-mlp`.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input, with one spatial axis or more. A batch of size 0 is legal.
    weight : array_like, shape (F, C / groups, \*kernel)
        One filter for each of the :math:`F` output channels.
    bias : array_like, shape (F,), optional
        Added to each output channel.
    stride : int or one int per spatial axis
        The step between windows.
    padding : int, one int or one (before, after) pair per spatial axis, "same" or "valid"
        The zeros added before and after the input. ``"same"`` gives as many outputs as inputs, needs stride 1
        and adds an odd cell after.
    dilation : int or one int per spatial axis
        The distance between neighboring taps, in input cells; 1 is an ordinary kernel.
    groups : int
        Split the channels into this many independent convolutions; ``groups=C`` is the depthwise convolution.
    method : {"auto", "columns", "band", "taps", "toeplitz", "winograd", "overlap-save"}
        How the sums are computed: see :py:func:`convbook.explain_plan`, which shows what ``"auto"`` takes.

    Returns
    -------
    ndarray, shape (N, F, \*output)
        With the sizes of :py:func:`convbook.output_size`.

    Raises
    ------
    ValueError
        If shapes do not fit each other, the window is larger than the padded input, an argument is out of range, or
        no memory holds the padded input.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    Floats keep their type, float16 is accumulated in float32; complex weights are not conjugated. Integers are
    accumulated and returned in 64 bits, modulo 2**64: as uint64 if one operand is and no number is negative, else as
    int64. So it is in all functions of this family.

    *Precision.* With `K` terms in a sum, ``"columns"``, ``"band"`` and ``"taps"`` err, output by output, by at most
    :math:`\gamma_K \sum |w|\,|x|` (see :py:func:`convbook.convolve`). ``"winograd"`` errs by a small multiple of
    :math:`u \lVert w \rVert \lVert x \rVert` over the cells of a tile and all channels, ``"overlap-save"`` by one of
    :math:`u \log_2 L` times these norms over a whole block: next to large outputs, small ones lose digits.
    Integers are exact modulo 2**64. ``"auto"`` lets infinities and NaNs reach the outputs that see them and no other;
    every method but ``"columns"`` and ``"taps"`` may spread them, if it is asked for. Nor does ``"auto"`` take
    ``"winograd"`` or ``"overlap-save"`` where their intermediate numbers might overflow. If they are asked for, all
    numbers are first divided by a power of two: those that are as much smaller than the largest as the smallest
    number of the type is smaller than 1 may vanish. What falls below the smallest normal number of the type is off by
    half the smallest positive one more.

    *Memory.* Beside input, weights and output a call needs some 16 MiB for each thread, which are kept for the next
    call, however far apart taps or windows lie and however long rows are; or some 16 times a filter, if one takes more
    than 1 MiB. Filters may be held in another form, too: ``"winograd"`` makes them four times as large, ``"band"``,
    ``"toeplitz"`` and ``"overlap-save"`` at most 32 MiB, or eight times as large as the weights. The transforms of
    ``"overlap-save"``, 16 MiB for each thread at most, lie in new memory. Outputs of float16 are first held in
    float32, and numbers that are multiplied by powers of two are copied. A method that is asked for may need more, as
    the attributes ``bytes`` and ``prepared`` of the plan say.

    *Lazy arrays.* An input that is a Dask array gives one, chunk by chunk, as in :py:func:`convbook.convolve`: the
    batch stays split as it is, the channels are merged into one chunk, and weights and bias have to be in memory.

    The sum is the one of Goodfellow, Bengio and Courville, *Deep Learning*
    (2016), section 9.5, with grouped channels after Krizhevsky, Sutskever and Hinton (2012).

    Examples
    --------
    One channel, one filter: ``0*0 + 1*1 + 3*2 + 4*3 = 19`` in the first window.

    >>> import numpy as np
    >>> from convbook import conv
    >>> x = np.arange(9).reshape(1, 1, 3, 3)
    >>> weight = np.arange(4).reshape(1, 1, 2, 2)
    >>> conv(x, weight).tolist()
    [[[[19, 25], [37, 43]]]]
    >>> conv(x, weight, [1], stride=2, padding=1).tolist()
    [[[[1, 9], [22, 44]]]]
    """
    one_of("method", method, _METHODS)
    x, weight, given_bias = _arrays(x, weight, bias, lazy=True)
    recipe = _recipe(x, weight, given_bias, stride, padding, dilation, groups)
    _check_bias(given_bias, weight.shape[0])
    if is_lazy(x):
        return _over_chunks(x, weight, given_bias, recipe, method)
    y = convolved(x, weight, recipe.windows, recipe.groups, recipe.accumulate, method)
    return _add_bias(y, given_bias).astype(recipe.result, copy=False)


def explain_plan(
    x: ArrayLike,
    weight: ArrayLike,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
    method: str = "auto",
) -> Plan:
    r"""Show how :py:func:`convbook.conv` would compute a layer, and what the other ways would cost.

    .. math::

       t(m, n, k) = a\; m n k \left(1 + \tfrac{8}{m}\right) \left(1 + \tfrac{20}{n}\right)
       \left(1 + \tfrac{4}{k}\right) \qquad \text{and} \qquad t(\text{copy}) = b \cdot \text{numbers}

    In words: every algorithm is a few copies and a few matrix products. A product of an :math:`m \times k` and
    a :math:`k \times n` matrix costs a constant for each multiplication, and more the thinner the matrices
    are; a copy costs a constant for each number. The estimates are the sums of these, and the least wins.

    Derived in :doc:`/speed/choosing-a-way`.

    Parameters
    ----------
    x, weight, stride, padding, dilation, groups
        What :py:func:`convbook.conv` would get. Of the arrays only shape and type matter, whether all numbers are
        finite, and whether they are so large that intermediate numbers might overflow.
    method : {"auto", "columns", "band", "taps", "toeplitz", "winograd", "overlap-save"}
        The algorithm, or ``"auto"`` for the planner's choice.

    Returns
    -------
    Plan
        With ``method``, the choice; ``candidates``, for each algorithm its estimates (``nanoseconds``, and the
        ``images``, ``rows`` and ``bytes`` of a block) or in words why it cannot be used; and ``threads``. As text
        it is a table.

    Raises
    ------
    ValueError
        As :py:func:`convbook.conv`, also for a method that cannot compute this layer.
    TypeError
        As :py:func:`convbook.conv`.

    Notes
    -----
    The algorithms: ``"columns"`` multiplies the filters with lowered windows (Chellapilla, Puri and Simard,
    2006); ``"band"`` lowers rows only, and multiplies with a band matrix of shifted filters (after Cho and
    Brand, *MEC*, 2017); ``"taps"`` adds up shifted copies, one tap after the other; ``"toeplitz"`` multiplies
    stretches of a signal with a block of a Toeplitz matrix; ``"winograd"`` is F(4×4, 3×3) of Lavin and Gray,
    *Fast Algorithms for Convolutional Neural Networks* (2016); ``"overlap-save"`` multiplies spectra.

    What things cost is a table, ``convbook/algorithms/cost.py``. On a machine of other proportions, ``make
    calibrate`` in a clone of the repository measures its own, and programs take these where the environment says
    ``CONVBOOK_COSTS=costs.json``. How many threads share the blocks is limited by how often these ask for the
    interpreter's lock.

    Examples
    --------
    A filter of 3×3 cells in each of 64 channels is worth Winograd's transforms; one of a single cell is a matrix
    product as it stands:

    >>> import numpy as np
    >>> from convbook import explain_plan
    >>> x = np.ones((8, 64, 56, 56), np.float32)
    >>> explain_plan(x, np.ones((64, 64, 3, 3), np.float32), padding=1).method
    'winograd'
    >>> explain_plan(x, np.ones((64, 64, 1, 1), np.float32)).method
    'columns'
    """
    one_of("method", method, _METHODS)
    x, weight, _ = _arrays(x, weight, None)
    recipe = _recipe(x, weight, None, stride, padding, dilation, groups)
    problem = problem_of(x, weight, recipe.windows, recipe.groups, recipe.accumulate)
    return plan_for(problem, x, weight, method)[0]


def conv_vjp(
    grad: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> tuple[Array, ...]:
    r"""Pull a gradient back through :py:func:`convbook.conv`.

    .. math::

       \begin{aligned}
       \bar x_\text{pad}[n, c, j] &= \sum_f \sum_{o,\,m\,:\,s\,o + d\,m = j} \bar y[n, f, o]\; \overline{w[f, c, m]} \\
       \bar w[f, c, m] &= \sum_n \sum_o \bar y[n, f, o]\; \overline{x_\text{pad}[n, c, s\,o + d\,m]} \\
       \bar b[f] &= \sum_n \sum_o \bar y[n, f, o]
       \end{aligned}

    In words: the gradient of the input spreads every output's gradient over the window that it saw, weighted
    by the filter, and drops what falls into the padding. The gradient of the weight correlates the input with
    the gradient; in it stride and dilation have changed roles. The bar over :math:`w` and :math:`x` on the
    right is the complex conjugate.

    Derived, for real arrays, in :doc:`/layers/gradients`.

    Parameters
    ----------
    grad : array_like, shape (N, F, \*output)
        The gradient with respect to the output of the convolution.
    x, weight, bias, stride, padding, dilation, groups
        What :py:func:`convbook.conv` got. Of `bias` only matters whether it is given.

    Returns
    -------
    tuple of ndarray
        ``grad_x`` and ``grad_weight``, and ``grad_bias`` if a bias is given, in the shapes of `x`, `weight`,
        `bias`.

    Raises
    ------
    ValueError
        As :py:func:`convbook.conv`, and if `grad` does not have the output's shape.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    Memory is needed as by :py:func:`convbook.conv`, and in each thread for two arrays like `weight` at most, where its
    share of the gradient is added up; complex operands are copied.

    A vector-Jacobian product: ``grad_x`` is :math:`C^{\mathsf H}\bar y` for the linear map :math:`C` from the
    input to the output, so :math:`\langle Cx, y\rangle = \langle x, C^{\mathsf H}y\rangle`. The gradient of a
    real array is real: where the other factor is complex, the imaginary part is dropped. Derivation:
    Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 9.5.

    Examples
    --------
    Two windows of a two-tap filter (1, 10) on (1, 2, 3), with gradients 1 and 100 for the outputs:

    >>> from convbook import conv_vjp
    >>> grad_x, grad_weight = conv_vjp([[[1, 100]]], [[[1, 2, 3]]], [[[1, 10]]])
    >>> grad_x.tolist(), grad_weight.tolist()
    ([[[1, 110, 1000]]], [[[201, 302]]])
    """
    grad = as_array("grad", grad)
    x, weight, given_bias = _arrays(x, weight, bias)
    recipe = _recipe(x, weight, given_bias, stride, padding, dilation, groups)
    _check_bias(given_bias, weight.shape[0])
    windows, groups = recipe.windows, recipe.groups
    must_have_shape("grad", grad, (x.shape[0], weight.shape[0], *windows.output), "the output")
    accumulate, result = sum_dtypes(grad, weight)
    grad_x = spread_back(grad, weight.conj(), windows, groups, accumulate).astype(result, copy=False)
    accumulate, result = sum_dtypes(grad, x)
    grad_weight = weight_gradient(grad, x.conj(), windows, groups, accumulate).astype(result, copy=False)
    return _gradients(grad, (grad_x, x), (grad_weight, weight), given_bias)


def conv_transpose(
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> Array:
    r"""Apply the transpose of a convolution: stamp the filters into a larger array and add up.

    .. math::

       y_\text{pad}[n, f, j] = b[f] + \sum_c \sum_{o,\,m\,:\,s\,o + d\,m = j} x[n, c, o]\; w[c, f, m]

    In words: every input cell stamps the filter, times its value, at :math:`s` times its own position;
    overlapping stamps add up; and the padding is cropped from both ends, less `output_padding` at the end.

    Derived in :doc:`/layers/transposed-convolution`.

    Parameters
    ----------
    x : array_like, shape (N, C, \*spatial)
        The input: what the convolution with the same weight would have given out. A batch of size 0 is legal.
    weight : array_like, shape (C, F / groups, \*kernel)
        The weight of the convolution that is transposed: its output channels, here the input's, come first.
    bias : array_like, shape (F,), optional
        Added to each output channel.
    stride, padding, dilation, groups
        Those of the convolution that is transposed, as in :py:func:`convbook.conv`. Stride spreads the
        stamps, padding crops.
    output_padding : int or one int per spatial axis
        How many cells fewer are cropped at the end, smaller than the stride or the dilation. Strided
        convolutions map several input sizes to one; this says which is meant.

    Returns
    -------
    ndarray, shape (N, F, \*output)
        With the sizes of :py:func:`convbook.transposed_output_size`.

    Raises
    ------
    ValueError
        If shapes do not fit each other, the padding crops everything, an argument is out of its range, or no memory
        holds the output.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    For real weights and no bias this is the adjoint of :py:func:`convbook.conv` with the same arguments:
    :math:`\langle Cx, y\rangle = \langle x, C^{\mathsf T}y\rangle`. It is in general no inverse;
    "deconvolution" is something else. Complex weights are not conjugated; for their adjoint pass
    ``weight.conj()``. Where `output_padding` exceeds what padding crops, no stamp reaches and only the bias
    is seen. Memory is needed as by :py:func:`convbook.conv`. Source: Dumoulin and Visin, *A guide to convolution
    arithmetic for deep learning* (2016), section 4.

    Examples
    --------
    Stamps of (1, 2, 3), 2 apart, times 1 and 10; they overlap in the middle, where 3 * 1 + 1 * 10 = 13:

    >>> from convbook import conv_transpose
    >>> conv_transpose([[[1, 10]]], [[[1, 2, 3]]], stride=2).tolist()
    [[[1, 2, 13, 20, 30]]]
    >>> conv_transpose([[[1, 10]]], [[[1, 2, 3]]], stride=2, padding=1).tolist()
    [[[2, 13, 20]]]
    """
    x, weight, given_bias = _arrays(x, weight, bias)
    groups = _transposed_groups(groups, x, weight)
    _check_bias(given_bias, groups * weight.shape[1])
    windows = _transposed_geometry(x, weight, stride, padding, output_padding, dilation)
    accumulate, result = sum_dtypes(*_given(x, weight, given_bias))
    y = spread_back(x, weight, windows, groups, accumulate)
    return _add_bias(y, given_bias).astype(result, copy=False)


def conv_transpose_vjp(
    grad: ArrayLike,
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
    groups: int = 1,
) -> tuple[Array, ...]:
    r"""Pull a gradient back through :py:func:`convbook.conv_transpose`.

    .. math::

       \begin{aligned}
       \bar x[n, c, o] &= \sum_f \sum_m \bar y_\text{pad}[n, f, s\,o + d\,m]\; \overline{w[c, f, m]} \\
       \bar w[c, f, m] &= \sum_n \sum_o \bar y_\text{pad}[n, f, s\,o + d\,m]\; \overline{x[n, c, o]} \\
       \bar b[f] &= \sum_n \sum_j \bar y[n, f, j]
       \end{aligned}

    In words: the transpose of the transpose is the convolution itself, so the gradient of the input is an
    ordinary convolution of `grad`; the gradient of the weight correlates `grad` with the input.

    Parameters
    ----------
    grad : array_like, shape (N, F, \*output)
        The gradient with respect to the output of the transposed convolution.
    x, weight, bias, stride, padding, output_padding, dilation, groups
        What :py:func:`convbook.conv_transpose` got. Of `bias` only matters whether it is given.

    Returns
    -------
    tuple of ndarray
        ``grad_x`` and ``grad_weight``, and ``grad_bias`` if a bias is given, in the shapes of `x`, `weight`,
        `bias`.

    Raises
    ------
    ValueError
        As :py:func:`convbook.conv_transpose`, and if `grad` does not have the output's shape.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    The gradient of a real array is real: where the other factor is complex, the imaginary part is dropped. Memory is
    needed as by :py:func:`convbook.conv_vjp`. Source: Dumoulin and Visin, *A guide to convolution arithmetic for deep
    learning* (2016), section 4.

    Examples
    --------
    One cell of 5 stamps (1, 2, 3); each weight has been used once, with the 5:

    >>> from convbook import conv_transpose_vjp
    >>> grad_x, grad_weight = conv_transpose_vjp([[[1, 10, 100]]], [[[5]]], [[[1, 2, 3]]])
    >>> grad_x.tolist(), grad_weight.tolist()
    ([[[321]]], [[[5, 50, 500]]])
    """
    grad = as_array("grad", grad)
    x, weight, given_bias = _arrays(x, weight, bias)
    groups = _transposed_groups(groups, x, weight)
    channels = groups * weight.shape[1]
    _check_bias(given_bias, channels)
    windows = _transposed_geometry(x, weight, stride, padding, output_padding, dilation)
    must_have_shape("grad", grad, (x.shape[0], channels, *windows.size), "the output")
    accumulate, result = sum_dtypes(grad, weight)
    grad_x = convolved(grad, weight.conj(), windows, groups, accumulate).astype(result, copy=False)
    accumulate, result = sum_dtypes(grad, x)
    grad_weight = weight_gradient(x.conj(), grad, windows, groups, accumulate).astype(result, copy=False)
    return _gradients(grad, (grad_x, x), (grad_weight, weight), given_bias)


# What the callers' arguments are turned into


def _arrays(
    x: ArrayLike, weight: ArrayLike, bias: ArrayLike | None, *, lazy: bool = False
) -> tuple[Array, Array, Array | None]:
    x = as_array("x", x, min_ndim=3, layout="(N, C, *spatial)", lazy=lazy)
    weight = as_array("weight", weight)
    if weight.ndim != x.ndim:
        as_array("weight", weight, ndim=x.ndim, layout=f"like `x` (of shape {x.shape})")
    if 0 in weight.shape:
        raise ValueError(f"`weight` (of shape {weight.shape}) must not be empty.")
    return x, weight, None if bias is None else as_array("bias", bias)


class _Recipe(NamedTuple):
    """What the arguments of a convolution come down to."""

    windows: Geometry
    groups: int
    accumulate: np.dtype[Any]
    result: np.dtype[Any]


def _recipe(
    x: Array, weight: Array, bias: Array | None, stride: object, padding: object, dilation: object, groups: object
) -> _Recipe:
    """Check the arguments of a convolution, once for all calls that are alike: it takes as long as a small layer."""
    # Of plain integers and words equal calls are alike; True equals 1.
    plain = type(stride) is type(dilation) is type(groups) is int and type(padding) in (int, str)
    find = _found_recipe if plain else _found_recipe.__wrapped__
    return find(x.shape, weight.shape, types_in_sums(*_given(x, weight, bias)), stride, padding, dilation, groups)


@lru_cache(1024)
def _found_recipe(
    x: tuple[int, ...],
    weight: tuple[int, ...],
    dtypes: tuple[np.dtype[Any], ...],
    stride: object,
    padding: object,
    dilation: object,
    groups: object,
) -> _Recipe:
    groups = integer("groups", groups, 1)
    channels, filters = x[1], weight[0]
    if channels % groups:
        raise ValueError(f"`groups` (={groups}) must divide the {count(channels, 'input channel')}.")
    if filters % groups:
        raise ValueError(f"`groups` (={groups}) must divide the {count(filters, 'output channel')}.")
    if weight[1] != channels // groups:
        raise ValueError(
            f"`weight` (of shape {weight}) must have size {channels // groups} on axis 1, "
            f"the {count(channels, 'input channel')} divided by `groups` (={groups})."
        )
    windows = geometry(
        x[2:],
        weight[2:],
        stride=stride,
        padding=padding,
        dilation=dilation,
        kernel_shown=f"`weight` (of shape {weight})",
    )
    return _Recipe(windows, groups, *dtypes_of_sums(*dtypes))


def _transposed_groups(groups: object, x: Array, weight: Array) -> int:
    groups = integer("groups", groups, 1)
    if weight.shape[0] != x.shape[1]:
        raise ValueError(
            f"`weight` (of shape {weight.shape}) must have size {x.shape[1]} on axis 0, "
            f"the channels of `x` (of shape {x.shape})."
        )
    if weight.shape[0] % groups:
        raise ValueError(f"`groups` (={groups}) must divide the {count(weight.shape[0], 'input channel')}.")
    return groups


def _check_bias(bias: Array | None, channels: int) -> None:
    if bias is not None:
        must_have_shape("bias", bias, (channels,), "the output channels")


def _transposed_geometry(
    x: Array, weight: Array, stride: object, padding: object, output_padding: object, dilation: object
) -> Geometry:
    if 0 in x.shape[2:]:
        raise ValueError(f"`x` (of shape {x.shape}) must have at least one cell on every spatial axis.")
    return transposed_geometry(
        x.shape[2:],
        weight.shape[2:],
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
    )


def _given(x: Array, weight: Array, bias: Array | None) -> tuple[Array, ...]:
    return (x, weight) if bias is None else (x, weight, bias)


def _add_bias(y: Array, bias: Array | None) -> Array:
    if bias is not None:
        y += bias.astype(y.dtype, copy=False).reshape(-1, *(1,) * (y.ndim - 2))
    return y


def _gradients(
    grad: Array, of_x: tuple[Array, Array], of_weight: tuple[Array, Array], bias: Array | None
) -> tuple[Array, ...]:
    """Return the gradients in order, each real where the array that it belongs to is real."""
    pairs = [of_x, of_weight]
    if bias is not None:
        accumulate, result = sum_dtypes(grad)
        pairs.append((total(grad, (0, *range(2, grad.ndim)), accumulate).astype(result, copy=False), bias))
    return tuple(found.real.copy() if found.dtype.kind == "c" != owner.dtype.kind else found for found, owner in pairs)


# Chunk by chunk


def _over_chunks(x: Array, weight: Array, bias: Array | None, recipe: _Recipe, method: str) -> Array:
    """Compute the layer chunk by chunk: the batch's as they are, or merged ones with what their windows see beyond."""
    windows = recipe.windows
    compute = partial(_in_chunk, recipe=recipe, method=method)
    if method != "auto":  # what it refuses does not depend on sizes: one output tells it before anything runs
        one = (slice(0, 1),) * len(windows.size)
        compute(np.zeros((1, x.shape[1], *(1 for _ in one)), x.dtype), Place(one, one), weight)
    numbers = {"weight": weight, "bias": bias}
    return windowed(x, seen_by(windows), compute, recipe.result, filters=len(weight), numbers=numbers)


def _in_chunk(
    x: Array, place: Place, weight: Array, bias: Array | None = None, *, recipe: _Recipe, method: str
) -> Array:
    """Compute a chunk's outputs from the cells that they see."""
    y = convolved(x, weight, place.windows(recipe.windows), recipe.groups, recipe.accumulate, method)
    return _add_bias(y, bias)

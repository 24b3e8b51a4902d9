r"""How large things become: output sizes, the pads that give a wanted size, receptive fields.

One theorem carries the module. A window of :math:`k` taps, :math:`d` apart, spans :math:`\hat k = d(k-1)+1`
cells. On an axis of :math:`m` cells (input and padding) windows that start at :math:`0, s, 2s, \dots` fit as
long as they start at or before :math:`m-\hat k`; so if one fits, :math:`m \ge \hat k`, there are
:math:`\lfloor (m-\hat k)/s\rfloor + 1` of them, and otherwise none.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, overload

from convbook._arguments import (
    Padding,
    Pair,
    PerAxis,
    flag,
    integer,
    is_several,
    padding_pairs,
    per_axis,
    show,
)
from convbook._geometry import geometry, transposed_geometry


@overload
def output_size(
    n: int,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> int: ...
@overload
def output_size(
    n: Sequence[int],
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> tuple[int, ...]: ...
def output_size(
    n: PerAxis,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> int | tuple[int, ...]:
    r"""Count the outputs of a convolution or a pooling.

    .. math::

       o = \left\lfloor \frac{n + p_\text{before} + p_\text{after} - \hat k}{s} \right\rfloor + 1,
       \qquad \hat k = d\,(k-1) + 1

    if one window fits, :math:`n + p_\text{before} + p_\text{after} \ge \hat k`; else there is no output, which is an
    error. In words: from the padded length take the span of one window, see how many whole strides fit into what is
    left, and add one for the window that stands at the start.

    Derived in :doc:`/pictures/stride`.

    Parameters
    ----------
    n : int or sequence of int
        The input's size on one axis, or on each axis.
    kernel_size, stride, dilation : int or one int per axis
        The taps :math:`k` of the window, the step :math:`s` between windows and the distance :math:`d` between
        neighboring taps, in input cells; 1 is an ordinary kernel.
    padding : int, one int or one (before, after) pair per axis, "same" or "valid"
        The cells added before and after the input. ``"same"`` needs stride 1.
    ceil_mode : bool
        Round up instead of down: a last window may reach beyond the padded input, but may not start after the
        input's last cell.

    Returns
    -------
    int or tuple of int
        The number of outputs: an int for an int `n`, else one per axis.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or an argument is out of its range.
    TypeError
        If a size is not an integer.

    Notes
    -----
    With :math:`\lceil\cdot\rceil` some frameworks let the last window start in the padding behind the input,
    where it sees no data; PyTorch and ONNX drop it, and so does this function. The relations are worked
    through in Dumoulin and Visin, *A guide to convolution arithmetic for deep learning* (2016), sections 2
    and 5.1.

    Examples
    --------
    Windows of 3 cells that step by 2 stand at 0, 2 and 4 on 7 cells, and at 0, 2, 4 and 6 on 10 (the last is
    unused):

    >>> from convbook import output_size
    >>> output_size(7, 3, stride=2), output_size(10, 3, stride=2)
    (3, 4)
    >>> output_size((8, 8), (3, 5), stride=(3, 4), padding=((0, 0), (1, 1)))
    (2, 2)
    """
    size, single = _sizes("n", n, 0)
    windows = geometry(
        size, kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode, on_array=False
    )
    return windows.output[0] if single else windows.output


@overload
def input_sizes(
    o: int,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> range: ...
@overload
def input_sizes(
    o: Sequence[int],
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> tuple[range, ...]: ...
def input_sizes(
    o: PerAxis,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    dilation: PerAxis = 1,
    ceil_mode: bool = False,
) -> range | tuple[range, ...]:
    r"""List the input sizes that give a wanted number of outputs.

    .. math::

       (o-1)\,s + \hat k - p \;\le\; n \;\le\; (o-1)\,s + \hat k - p + s - 1,
       \qquad \hat k = d\,(k-1)+1,\; p = p_\text{before}+p_\text{after}

    for :math:`o \ge 1`; sizes below 0 drop out. In words: the smallest input ends with the last window; up
    to :math:`s-1` more cells go unused. This is :py:func:`convbook.output_size` read backwards, rounding down; with
    `ceil_mode` the sizes are those that it maps to :math:`o`.

    Derived in :doc:`/pictures/stride`.

    Parameters
    ----------
    o : int or sequence of int
        The wanted number of outputs on one axis, or on each axis.
    kernel_size, stride, padding, dilation, ceil_mode
        As in :py:func:`convbook.output_size`.

    Returns
    -------
    range or tuple of range
        All sizes :math:`n \ge 0` for which ``output_size(n, ...) == o``; empty if there is none.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    TypeError
        If a size is not an integer.

    Notes
    -----
    The number of outputs never falls when the input grows, so the answer is always one run of sizes. That it
    may hold several is why a transposed convolution needs ``output_padding`` to say which of them is meant.

    Examples
    --------
    Three windows of 3 cells with stride 2 need 7 cells, and an eighth goes unused:

    >>> from convbook import input_sizes
    >>> list(input_sizes(3, 3, stride=2))
    [7, 8]
    """
    wanted, single = _sizes("o", o, 1)
    axes = len(wanted)
    kernel = per_axis("kernel_size", kernel_size, axes, 1)
    step = per_axis("stride", stride, axes, 1)
    gap = per_axis("dilation", dilation, axes, 1)
    pads = padding_pairs("padding", padding, axes, kernel=kernel, stride=step, dilation=gap)
    up = flag("ceil_mode", ceil_mode)

    def first(outputs: int, span: int, s: int, pair: Pair) -> int:
        """Return the smallest size (0 or more) that gives at least `outputs`."""
        if up:
            return max(0, (outputs - 2) * s + 1 + span - sum(pair), (outputs - 1) * s + 1 - pair[0])
        return max(0, (outputs - 1) * s + span - sum(pair))

    found = tuple(
        range(first(o, d * (k - 1) + 1, s, pair), first(o + 1, d * (k - 1) + 1, s, pair))
        for o, k, s, pair, d in zip(wanted, kernel, step, pads, gap, strict=True)
    )
    return found[0] if single else found


@overload
def transposed_output_size(
    n: int,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
) -> int: ...
@overload
def transposed_output_size(
    n: Sequence[int],
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
) -> tuple[int, ...]: ...
def transposed_output_size(
    n: PerAxis,
    kernel_size: PerAxis,
    *,
    stride: PerAxis = 1,
    padding: Padding = 0,
    output_padding: PerAxis = 0,
    dilation: PerAxis = 1,
) -> int | tuple[int, ...]:
    r"""Count the outputs of a transposed convolution.

    .. math::

       o = (n-1)\,s + \hat k - (p_\text{before} + p_\text{after}) + a, \qquad \hat k = d\,(k-1)+1

    In words: :math:`n` stamps of :math:`\hat k` cells, :math:`s` apart, cover :math:`(n-1)s+\hat k` cells;
    padding is cropped from them, and `output_padding` crops :math:`a` fewer at the end.

    Derived in :doc:`/layers/transposed-convolution`.

    Parameters
    ----------
    n : int or sequence of int
        The input's size on one axis, or on each axis, at least 1.
    kernel_size, stride, padding, dilation
        Those of the convolution that is transposed, as in :py:func:`convbook.output_size`.
    output_padding : int or one int per axis
        The :math:`a` extra cells at the end: which of the sizes in :py:func:`convbook.input_sizes` is meant.
        Smaller than the stride or the dilation.

    Returns
    -------
    int or tuple of int
        The number of outputs: an int for an int `n`, else one per axis.

    Raises
    ------
    ValueError
        If the padding crops everything, or an argument is out of its range.
    TypeError
        If a size is not an integer.

    Notes
    -----
    For every input size :math:`m` of a convolution that gives :math:`n` outputs, the transposed convolution
    with :math:`a = (m + p - \hat k) \bmod s` leads back to :math:`m`: Dumoulin and Visin, *A guide to
    convolution arithmetic for deep learning* (2016), section 4.

    Examples
    --------
    Three stamps of 3 cells, 2 apart, cover 0 to 6; the convolution that gave 3 outputs may have read 7 or 8
    cells:

    >>> from convbook import transposed_output_size
    >>> transposed_output_size(3, 3, stride=2), transposed_output_size(3, 3, stride=2, output_padding=1)
    (7, 8)
    """
    size, single = _sizes("n", n, 1)
    kernel = per_axis("kernel_size", kernel_size, len(size), 1)
    found = transposed_geometry(
        size,
        kernel,
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        dilation=dilation,
        on_array=False,
    ).size
    return found[0] if single else found


def same_padding(n: PerAxis, kernel_size: PerAxis, *, stride: PerAxis = 1, dilation: PerAxis = 1) -> tuple[Pair, ...]:
    r"""Find the pads that give :math:`\lceil n/s\rceil` outputs: TensorFlow's ``SAME``.

    .. math::

       o = \lceil n/s \rceil, \qquad P = \max\bigl((o-1)\,s + \hat k - n,\; 0\bigr), \qquad
       p_\text{before} = \lfloor P/2 \rfloor, \quad p_\text{after} = \lceil P/2 \rceil

    In words: pad just enough for the last window to fit, half on each side, and put an odd cell at the end.

    Derived in :doc:`/pictures/stride`.

    Parameters
    ----------
    n : int or sequence of int
        The input's size on one axis, or on each axis.
    kernel_size, stride, dilation : int or one int per axis
        As in :py:func:`convbook.output_size`.

    Returns
    -------
    tuple of (int, int)
        One ``(before, after)`` pair for each axis: what `padding` accepts everywhere in convbook.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    TypeError
        If a size is not an integer.

    Notes
    -----
    With a stride above 1 the pads depend on the input's size, so a network trained with them sees its grid
    shift when the size changes. PyTorch's ``"same"`` knows stride 1 only, where both agree.

    Examples
    --------
    The first layer of a residual network, 7 cells with stride 2 on 224, is padded by 2 and 3, not by 3 and 3:

    >>> from convbook import output_size, same_padding
    >>> same_padding(224, 7, stride=2)
    ((2, 3),)
    >>> output_size(224, 7, stride=2, padding=same_padding(224, 7, stride=2))
    112
    """
    size, _ = _sizes("n", n, 1)
    kernel = per_axis("kernel_size", kernel_size, len(size), 1)
    step = per_axis("stride", stride, len(size), 1)
    gap = per_axis("dilation", dilation, len(size), 1)
    pairs = []
    for m, k, s, d in zip(size, kernel, step, gap, strict=True):
        outputs = -(-m // s)
        total = max((outputs - 1) * s + d * (k - 1) + 1 - m, 0)
        pairs.append((total // 2, total - total // 2))
    return tuple(pairs)


class ReceptiveField(NamedTuple):
    """What one output of a chain of layers sees of the input, on one axis."""

    size: int
    """How many input cells lie between the first and the last that the output depends on, both counted."""
    jump: int
    """How many input cells apart the fields of two neighboring outputs are."""
    start: float
    """The center of the first output's field, in input cells counted from 0 (a half for even fields)."""


def receptive_field(layers: Sequence[Sequence[Any]]) -> ReceptiveField:
    r"""Measure what one output of a chain of layers sees of the input, on one axis.

    .. math::

       r_l = r_{l-1} + d_l(k_l-1)\,j_{l-1}, \qquad
       c_l = c_{l-1} + \Bigl(\frac{d_l(k_l-1)}{2} - p_l\Bigr) j_{l-1}, \qquad
       j_l = j_{l-1}\,s_l

    starting from :math:`r_0 = j_0 = 1` and :math:`c_0 = 0`. In words: a layer widens the field by the span of
    its window, less one cell, times the distance that its input cells stand for; a stride multiplies that
    distance for all layers behind it; and the first window's center lies half a span after its start, which
    padding moves forward.

    Parameters
    ----------
    layers : sequence of (kernel_size, stride[, dilation[, padding]])
        The layers from the input on, as ints. Dilation is 1 and padding 0 unless they are given; padding is
        an int or a ``(before, after)`` pair; only the cells before move the field.

    Returns
    -------
    ReceptiveField
        A named tuple ``(size, jump, start)``: the field's size :math:`r`, the distance :math:`j` of
        neighboring fields, and the center :math:`c` of the first one, all in input cells.

    Raises
    ------
    ValueError
        If a layer does not have 2 to 4 entries, an entry is out of its range, or the center lies too far for a float.
    TypeError
        If an entry is not an integer.

    Notes
    -----
    The recurrence holds for a chain; where branches join, the field is the union of theirs. Padding never
    changes the size, only how much of the field lies outside the input. Derivation: Araujo, Norris and Sim,
    *Computing Receptive Fields of Convolutional Neural Networks*, Distill (2019).

    Examples
    --------
    Two windows of 3 see 5 cells; if both step by 2, the second counts double: 3 + 2 * 2 = 7.

    >>> from convbook import receptive_field
    >>> receptive_field([(3, 1), (3, 1)])
    ReceptiveField(size=5, jump=1, start=2.0)
    >>> receptive_field([(3, 2), (3, 2)])
    ReceptiveField(size=7, jump=4, start=3.0)
    """
    size, jump, doubled = 1, 1, 0  # twice the start is an integer
    if not is_several(layers):
        raise TypeError(f"`layers` (={show(layers)}) must be a sequence of (kernel_size, stride) entries.")
    for index, layer in enumerate(layers):
        name = f"layers[{index}]"
        form = "(kernel_size, stride[, dilation[, padding]])"
        if not is_several(layer):
            raise TypeError(f"`{name}` (={show(layer)}) must be a tuple {form}.")
        if not 2 <= len(layer) <= 4:
            raise ValueError(f"`{name}` (={show(layer)}) must have 2 to 4 entries, {form}.")
        kernel = integer(f"{name}[0]", layer[0], 1)
        stride = integer(f"{name}[1]", layer[1], 1)
        dilation = integer(f"{name}[2]", layer[2], 1) if len(layer) > 2 else 1
        given = layer[3] if len(layer) > 3 else 0
        entry = given if isinstance(given, (int, str)) else [given]
        ((before, _),) = padding_pairs(f"{name}[3]", entry, 1, kernel=(kernel,), stride=(stride,), dilation=(dilation,))
        size += dilation * (kernel - 1) * jump
        doubled += (dilation * (kernel - 1) - 2 * before) * jump
        jump *= stride
    try:
        return ReceptiveField(size, jump, doubled / 2)
    except OverflowError as error:
        raise ValueError("`layers` must have a first field whose center a float holds, but it lies too far.") from error


def _sizes(name: str, value: object, minimum: int) -> tuple[tuple[int, ...], bool]:
    """Return the sizes of all axes, and whether a single int was given."""
    axes = len(value) if is_several(value) else 1
    return per_axis(name, value, axes, minimum, axis="axis"), not is_several(value)

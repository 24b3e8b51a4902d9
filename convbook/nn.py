r"""The few layers that one small convolutional network needs, and what trains it.

A layer has ``forward(x)``, which remembers what the way back needs, and ``backward(grad)``, which returns the
gradient of its input and leaves those of its parameters in ``gradients``. The functions of convbook do the
arithmetic, in their types: sums of integers have 64 bits. A layer only holds their arguments, and the last input
itself, which must not be changed before ``backward``. Randomness comes from the generator that the caller hands over.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from convbook._arguments import (
    Array,
    Padding,
    PerAxis,
    as_array,
    count,
    integer,
    is_several,
    mean_dtypes,
    must_have_shape,
    number,
    per_axis,
    positive,
    show,
)
from convbook.algorithms.pairwise import total
from convbook.convolution import conv, conv_vjp
from convbook.pooling import (
    adaptive_max_pool,
    avg_pool,
    avg_pool_vjp,
    global_avg_pool,
    max_pool,
    max_pool_vjp,
    max_unpool,
)


class Layer(ABC):
    """What all layers have in common.

    Attributes
    ----------
    parameters : dict of str to ndarray
        The arrays that training changes, in place. Empty for layers that learn nothing.
    gradients : dict of str to ndarray
        Their gradients, by the same names, once ``backward`` has run.

    Examples
    --------
    A layer of one's own needs the two methods only:

    >>> from convbook.nn import Layer, Sequential
    >>> class Double(Layer):
    ...     def forward(self, x):
    ...         return 2 * x
    ...     def backward(self, grad):
    ...         return 2 * grad
    >>> Sequential(Double(), Double()).backward(3)
    12
    """

    def __init__(self) -> None:
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self._remembered: Any = None

    @abstractmethod
    def forward(self, x: ArrayLike) -> Array:
        """Return the output for the input `x`, and remember what ``backward`` needs."""

    @abstractmethod
    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input, given that of its output; fill ``gradients``."""

    def _recall(self) -> Any:
        if self._remembered is None:
            raise RuntimeError(f"`backward` of {type(self).__name__} needs a `forward` before it.")
        return self._remembered


class Conv(Layer):
    r"""A convolution with learned filters: :py:func:`convbook.conv` with its weight and bias.

    .. math::

       y = \operatorname{conv}(x, w) + b, \qquad
       w \sim \mathcal N\bigl(0,\; 2 / \text{inputs of one output}\bigr), \quad b = 0

    In words: the filters start as normal noise whose variance is two over the number of inputs that one
    output adds up, which keeps the size of signals through layers that are followed by
    :py:class:`convbook.nn.ReLU`.

    Parameters
    ----------
    in_channels, out_channels : int
        The channels of input and output.
    kernel_size : int or sequence of int
        The size of the filters. Its length is the number of spatial axes; an int means two equal ones.
    stride, padding, dilation, groups
        As in :py:func:`convbook.conv`.
    rng : numpy.random.Generator
        Where the first weights come from.

    Raises
    ------
    ValueError
        If an argument is out of its range, or `groups` does not divide the channels.
    TypeError
        If an argument has the wrong type.

    Notes
    -----
    The start is that of He, Zhang, Ren and Sun, *Delving Deep into Rectifiers* (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from convbook.nn import Conv
    >>> layer = Conv(3, 8, 5, padding=2, rng=np.random.default_rng(0))
    >>> layer.forward(np.zeros((1, 3, 28, 28))).shape
    (1, 8, 28, 28)
    >>> layer.parameters["weight"].shape, layer.parameters["bias"].shape
    ((8, 3, 5, 5), (8,))
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: PerAxis,
        *,
        stride: PerAxis = 1,
        padding: Padding = 0,
        dilation: PerAxis = 1,
        groups: int = 1,
        rng: np.random.Generator,
    ) -> None:
        super().__init__()
        channels, filters = integer("in_channels", in_channels, 1), integer("out_channels", out_channels, 1)
        groups = integer("groups", groups, 1)
        for noun, amount in (("input channel", channels), ("output channel", filters)):
            if amount % groups:
                raise ValueError(f"`groups` (={groups}) must divide the {count(amount, noun)}.")
        axes = len(kernel_size) if is_several(kernel_size) else 2
        kernel = per_axis("kernel_size", kernel_size, axes, 1)
        shape = (filters, channels // groups, *kernel)
        self.parameters = {"weight": _he(shape, _generator(rng)), "bias": np.zeros(filters)}
        self.options: dict[str, Any] = {
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "groups": groups,
        }

    def forward(self, x: ArrayLike) -> Array:
        """Return the convolution of `x`, of shape ``(N, in_channels, *spatial)``."""
        x = as_array("x", x)
        y = conv(x, self.parameters["weight"], self.parameters["bias"], **self.options)
        self._remembered = x
        return y

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input; ``gradients`` holds those of weight and bias."""
        weight, bias = self.parameters["weight"], self.parameters["bias"]
        x: Array = self._recall()
        grad_x, grad_weight, grad_bias = conv_vjp(grad, x, weight, bias, **self.options)
        self.gradients = {"weight": grad_weight, "bias": grad_bias}
        return grad_x


class MaxPool(Layer):
    r"""The maximum of each window: :py:func:`convbook.max_pool`.

    .. math::

       y[o] = \max_m\; x[s\,o + m]

    In words: each window passes on its largest number, and on the way back hands the gradient to that cell
    alone.

    Parameters
    ----------
    kernel_size, stride, padding
        As in :py:func:`convbook.max_pool`.

    Notes
    -----
    The arguments are checked when the first input shows how many spatial axes there are.

    Examples
    --------
    >>> from convbook.nn import MaxPool
    >>> layer = MaxPool(2)
    >>> layer.forward([[[1, 7, 5, 3]]]).tolist(), layer.backward([[[10, 20]]]).tolist()
    ([[[7, 5]]], [[[0, 10, 20, 0]]])
    """

    def __init__(self, kernel_size: PerAxis, *, stride: PerAxis | None = None, padding: Padding = 0) -> None:
        super().__init__()
        self.options: dict[str, Any] = {"kernel_size": kernel_size, "stride": stride, "padding": padding}

    def forward(self, x: ArrayLike) -> Array:
        """Return the maxima of the windows of `x`, of shape ``(N, C, *spatial)``."""
        x = as_array("x", x)
        y: Array = max_pool(x, **self.options)
        self._remembered = x
        return y

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input."""
        return max_pool_vjp(grad, self._recall(), **self.options)


class AvgPool(Layer):
    r"""The mean of each window: :py:func:`convbook.avg_pool`.

    .. math::

       y[o] = \frac{1}{K} \sum_m x[s\,o + m]

    In words: each window passes on the mean of its :math:`K` cells, and on the way back spreads the gradient
    evenly.

    Parameters
    ----------
    kernel_size, stride, padding
        As in :py:func:`convbook.avg_pool`.

    Notes
    -----
    The arguments are checked when the first input shows how many spatial axes there are.

    Examples
    --------
    >>> from convbook.nn import AvgPool
    >>> layer = AvgPool(2)
    >>> layer.forward([[[1, 7, 5, 3]]]).tolist(), layer.backward([[[10, 20]]]).tolist()
    ([[[4.0, 4.0]]], [[[5.0, 5.0, 10.0, 10.0]]])
    """

    def __init__(self, kernel_size: PerAxis, *, stride: PerAxis | None = None, padding: Padding = 0) -> None:
        super().__init__()
        self.options: dict[str, Any] = {"kernel_size": kernel_size, "stride": stride, "padding": padding}

    def forward(self, x: ArrayLike) -> Array:
        """Return the means of the windows of `x`, of shape ``(N, C, *spatial)``."""
        x = as_array("x", x)
        y = avg_pool(x, **self.options)
        self._remembered = x
        return y

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input."""
        return avg_pool_vjp(grad, self._recall(), **self.options)


class GlobalAvgPool(Layer):
    r"""The mean of each channel: :py:func:`convbook.global_avg_pool`.

    .. math::

       y[n, c] = \frac{1}{|\Omega|} \sum_{j \in \Omega} x[n, c, j]

    In words: one number per channel, whatever the input's size; the spatial axes stay, with size 1.

    Examples
    --------
    >>> from convbook.nn import GlobalAvgPool
    >>> layer = GlobalAvgPool()
    >>> layer.forward([[[1, 7, 5, 3]]]).tolist(), layer.backward([[[8]]]).tolist()
    ([[[4.0]]], [[[2.0, 2.0, 2.0, 2.0]]])
    """

    def forward(self, x: ArrayLike) -> Array:
        """Return the means of the channels of `x`, of shape ``(N, C, *spatial)``."""
        x = as_array("x", x)
        y = global_avg_pool(x)
        self._remembered = x
        return y

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input."""
        x = self._recall()
        return avg_pool_vjp(grad, x, x.shape[2:])


class GlobalMaxPool(Layer):
    r"""The largest value of each channel: :py:func:`convbook.global_max_pool`.

    .. math::

       y[n, c] = \max_{j \in \Omega}\; x[n, c, j]

    In words: one number per channel says how strongly its pattern occurs, and not where. On the way back the
    cell that held the largest value gets all of the gradient, the first one among equals.

    Examples
    --------
    >>> from convbook.nn import GlobalMaxPool
    >>> layer = GlobalMaxPool()
    >>> layer.forward([[[1, 7, 5, 7]]]).tolist(), layer.backward([[[8]]]).tolist()
    ([[[7]]], [[[0, 8, 0, 0]]])
    """

    def forward(self, x: ArrayLike) -> Array:
        """Return the maxima of the channels of `x`, of shape ``(N, C, *spatial)``."""
        x = as_array("x", x)
        y, indices = adaptive_max_pool(x, 1, return_indices=True)
        self._remembered = x.shape[2:], indices
        return y

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input."""
        size, indices = self._recall()
        grad = as_array("grad", grad)
        must_have_shape("grad", grad, indices.shape, "the output")
        return max_unpool(grad, indices, size)


class Dense(Layer):
    r"""Every output a weighted sum of all inputs.

    .. math::

       y = x\,W^{\mathsf T} + b, \qquad W_{ij} \sim \mathcal N(0,\; 2 / \text{inputs}), \quad b = 0

    In words: one row of weights for each output. That is a convolution of images of a single cell, with a channel for
    each number; it starts like :py:class:`convbook.nn.Conv`.

    Parameters
    ----------
    inputs, outputs : int
        How many numbers go in and come out.
    rng : numpy.random.Generator
        Where the first weights come from.

    Raises
    ------
    ValueError
        If a size is below 1.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook.nn import Dense
    >>> layer = Dense(3, 2, rng=np.random.default_rng(0))
    >>> layer.parameters["weight"][:] = [[1, 10, 100], [0, 1, 0]]
    >>> layer.forward([[1, 2, 3]]).tolist(), layer.backward([[1, 5]]).tolist()
    ([[321.0, 2.0]], [[1.0, 15.0, 100.0]])
    """

    def __init__(self, inputs: int, outputs: int, *, rng: np.random.Generator) -> None:
        super().__init__()
        shape = (integer("outputs", outputs, 1), integer("inputs", inputs, 1))
        self.parameters = {"weight": _he(shape, _generator(rng)), "bias": np.zeros(shape[0])}

    def forward(self, x: ArrayLike) -> Array:
        """Return the sums for `x`, of shape ``(N, inputs)``."""
        x = as_array("x", x, ndim=2, layout="(N, inputs)")
        weight, bias = self.parameters["weight"], self.parameters["bias"]
        must_have_shape("x", x, (len(x), weight.shape[1]), "a batch for this layer")
        self._remembered = x
        return conv(x[..., None], weight[..., None], bias)[..., 0]

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input; ``gradients`` holds those of weight and bias."""
        weight, bias = self.parameters["weight"], self.parameters["bias"]
        x: Array = self._recall()
        grad = as_array("grad", grad)
        must_have_shape("grad", grad, (len(x), len(weight)), "the output")
        grad_x, grad_weight, grad_bias = conv_vjp(grad[..., None], x[..., None], weight[..., None], bias)
        self.gradients = {"weight": grad_weight[..., 0], "bias": grad_bias}
        return grad_x[..., 0]


class ReLU(Layer):
    r"""Keep what is positive: the non-linearity between layers.

    .. math::

       y = \max(x, 0)

    In words: negative numbers become 0. On the way back only positive inputs pass the gradient on; 0 does
    not.

    Examples
    --------
    >>> from convbook.nn import ReLU
    >>> layer = ReLU()
    >>> layer.forward([-2, 0, 3]).tolist(), layer.backward([10, 20, 30]).tolist()
    ([0, 0, 3], [0, 0, 30])
    """

    def forward(self, x: ArrayLike) -> Array:
        """Return the positive part of `x`, of any shape."""
        x = as_array("x", x, real=True)
        self._remembered = x > 0
        y: Array = np.maximum(x, 0)
        return y

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the last input."""
        positive_inputs = self._recall()
        grad = as_array("grad", grad)
        must_have_shape("grad", grad, positive_inputs.shape, "the output")
        return np.where(positive_inputs, grad, 0)  # infinity times 0 would be NaN


class Flatten(Layer):
    r"""Write each example as one row of numbers.

    .. math::

       (N, C, \dots) \to (N,\; C \cdots)

    In words: all axes but the first become one, in row-major order.

    Examples
    --------
    >>> from convbook.nn import Flatten
    >>> layer = Flatten()
    >>> layer.forward([[[1, 2], [3, 4]]]).tolist(), layer.backward([[5, 6, 7, 8]]).tolist()
    ([[1, 2, 3, 4]], [[[5, 6], [7, 8]]])
    """

    def forward(self, x: ArrayLike) -> Array:
        """Return `x`, of shape ``(N, ...)``, with two axes."""
        x = as_array("x", x, min_ndim=1, layout="(N, ...)")
        self._remembered = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient in the shape of the last input."""
        shape = self._recall()
        grad = as_array("grad", grad)
        must_have_shape("grad", grad, (shape[0], math.prod(shape[1:])), "the output")
        return grad.reshape(shape)


class Sequential(Layer):
    r"""One layer after another.

    .. math::

       y = f_L(\dots f_2(f_1(x))), \qquad \bar x = f_1'(f_2'(\dots f_L'(\bar y)))

    In words: each layer's output is the next one's input, and the gradient takes the same way back.

    Parameters
    ----------
    \*layers : Layer
        The layers, from the input on.

    Raises
    ------
    ValueError
        If a layer comes twice, perhaps within another :py:class:`convbook.nn.Sequential`: it remembers the last
        input only, so its gradients would be wrong.
    TypeError
        If something else than a layer is given.

    Notes
    -----
    ``parameters`` and ``gradients`` gather those of all layers, as ``"0.weight"`` and so on; they are the
    layers' own arrays, not copies. So change them in place, or replace them in their layer: what is put in their
    place here, no layer would see, and the next ``forward`` refuses it.

    Examples
    --------
    >>> import numpy as np
    >>> from convbook.nn import Dense, Flatten, Sequential
    >>> model = Sequential(Flatten(), Dense(4, 3, rng=np.random.default_rng(0)))
    >>> model.forward(np.zeros((5, 2, 2))).shape, list(model.parameters)
    ((5, 3), ['1.weight', '1.bias'])
    """

    def __init__(self, *layers: Layer) -> None:
        super().__init__()
        known: set[int] = set()
        for index, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(f"`layers[{index}]` (={show(layer)}) must be a layer.")
            within = {id(inner) for inner in _all_within(layer)}
            if within & known:
                raise ValueError(
                    f"`layers[{index}]` must share no layer with those before: each remembers one input only."
                )
            known |= within
        self.layers = layers
        self._gather()

    def forward(self, x: ArrayLike) -> Array:
        """Return the last layer's output."""
        for name, array in self.parameters.items():
            if array is not self._parameters_of_layers.get(name):
                raise RuntimeError(
                    f"`parameters[{name!r}]` must be replaced in its layer, which would not see it here."
                )
        for layer in self.layers:
            x = layer.forward(x)
        self._gather()
        return x  # type: ignore[return-value]

    def backward(self, grad: ArrayLike) -> Array:
        """Return the gradient of the first layer's input; ``gradients`` gathers those of all layers."""
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        self.gradients = _gathered([layer.gradients for layer in self.layers])
        return grad  # type: ignore[return-value]

    def _gather(self) -> None:
        """Take the layers' arrays, some of which may have been replaced, and keep in mind which they were."""
        self._parameters_of_layers = _gathered([layer.parameters for layer in self.layers])
        self.parameters = dict(self._parameters_of_layers)


def cross_entropy(logits: ArrayLike, labels: ArrayLike) -> tuple[float, Array]:
    r"""Measure how little probability the right classes get, and return the gradient too.

    .. math::

       L = -\frac{1}{N} \sum_n \log p_n[\ell_n], \qquad
       p_n[k] = \frac{e^{z_n[k]}}{\sum_j e^{z_n[j]}}, \qquad
       \frac{\partial L}{\partial z_n[k]} = \frac{p_n[k] - [k = \ell_n]}{N}

    In words: turn each row of scores :math:`z` into probabilities, and take the mean of minus the logarithm
    of what the right class got. The gradient is the probabilities, less one at the right class, over the
    batch's size.

    Parameters
    ----------
    logits : array_like, shape (N, K)
        The scores of :math:`K` classes for each of :math:`N \ge 1` examples, real.
    labels : array_like of int, shape (N,)
        The right classes, from 0 to K - 1.

    Returns
    -------
    loss : float
        The mean over the batch.
    grad : ndarray, shape (N, K)
        Its gradient with respect to the scores. Floats keep their type, integers become float64.

    Raises
    ------
    ValueError
        If shapes do not fit, the batch is empty, or a label is no class.
    TypeError
        If `labels` are not integers.

    Notes
    -----
    The largest score of each row is subtracted before the exponential, which changes nothing but keeps it
    finite. Scores may be infinite: the largest of a row share all probability, and a class without any costs an
    infinite loss. A NaN makes the loss and its row of the gradient NaN.

    Examples
    --------
    Equal scores for two classes give each the probability 1/2, and log 2 = 0.6931:

    >>> from convbook.nn import cross_entropy
    >>> loss, grad = cross_entropy([[0, 0]], [1])
    >>> round(loss, 4), grad.tolist()
    (0.6931, [[0.5, -0.5]])
    """
    logits = as_array("logits", logits, ndim=2, layout="(N, K)", real=True)
    labels = as_array("labels", labels)
    if 0 in logits.shape:
        raise ValueError(f"`logits` (of shape {logits.shape}) must not be empty.")
    if labels.dtype.kind not in "iu":
        raise TypeError(f"`labels` must hold integers, not values of dtype {labels.dtype}.")
    must_have_shape("labels", labels, (len(logits),), "the rows of `logits`")
    wrong = labels[(labels < 0) | (labels >= logits.shape[1])]
    if wrong.size:
        raise ValueError(f"`labels` must lie from 0 to {logits.shape[1] - 1}, the classes, not {wrong[0]}.")
    accumulate, result = mean_dtypes(logits)
    shifted = _less_the_largest(logits, accumulate)
    log_p = shifted - np.log(total(np.exp(shifted), (1,), accumulate))[:, None]
    rows = np.arange(len(logits))
    grad = np.exp(log_p)
    grad[rows, labels] -= 1
    grad /= len(logits)
    return 0.0 - float(log_p[rows, labels].mean()), grad.astype(result, copy=False)


class SGD:
    r"""Stochastic gradient descent with momentum.

    .. math::

       v \leftarrow \mu\,v + g, \qquad w \leftarrow w - \eta\,v

    In words: keep a running sum of gradients that forgets by a factor :math:`\mu` in each step, and go down
    along it.

    Parameters
    ----------
    model : Layer
        Whose parameters to change, in place.
    learning_rate : float
        The step :math:`\eta`, greater than 0. It may be changed between steps.
    momentum : float
        The factor :math:`\mu`, at least 0 and below 1.

    Raises
    ------
    ValueError
        If a rate is out of its range.
    TypeError
        If `model` is no layer or has parameters that are integers, or a rate is no real number.

    Notes
    -----
    The form of Sutskever, Martens, Dahl and Hinton, *On the importance of initialization and momentum in deep
    learning* (2013), with the learning rate outside of the sum, as in PyTorch. Which rates converge and which
    explode is derived in :doc:`/layers/learning-a-kernel`.

    Examples
    --------
    Twice the same gradient 1: the first step is 0.5 long, the second 0.5 * (0.5 + 1) = 0.75.

    >>> import numpy as np
    >>> from convbook.nn import SGD, Dense
    >>> layer = Dense(1, 1, rng=np.random.default_rng(0))
    >>> layer.parameters["weight"][:] = 0
    >>> optimizer = SGD(layer, learning_rate=0.5, momentum=0.5)
    >>> for _ in range(2):
    ...     _ = layer.forward([[1]]), layer.backward([[1]])
    ...     optimizer.step()
    ...     print(layer.parameters["weight"].tolist())
    [[-0.5]]
    [[-1.25]]
    """

    def __init__(self, model: Layer, learning_rate: float, momentum: float = 0.0) -> None:
        if not isinstance(model, Layer):
            raise TypeError(f"`model` (={show(model)}) must be a layer.")
        self.model = model
        self.learning_rate = positive("learning_rate", learning_rate)
        self.momentum = number("momentum", momentum)
        if not 0 <= self.momentum < 1:
            raise ValueError(f"`momentum` (={show(momentum)}) must be at least 0 and below 1.")
        for name, array in model.parameters.items():
            if array.dtype.kind not in "fc":
                raise TypeError(f"`model.parameters[{name!r}]` must hold floats, not values of dtype {array.dtype}.")
        self.velocity = {name: np.zeros_like(array) for name, array in model.parameters.items()}

    def step(self) -> None:
        """Take one step along the gradients that the last ``backward`` left."""
        for name, velocity in self.velocity.items():
            if name not in self.model.gradients:
                raise RuntimeError("`step` needs a `backward` of its model before it.")
            velocity *= self.momentum
            velocity += self.model.gradients[name]
            self.model.parameters[name] -= self.learning_rate * velocity


def _he(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return rng.normal(0, math.sqrt(2 / math.prod(shape[1:])), shape)


def _less_the_largest(scores: Array, dtype: np.dtype[Any]) -> Array:
    """Return how much each score is below the largest of its row: a number that is not positive."""
    largest = scores.max(axis=1, keepdims=True)
    if scores.dtype.kind in "biu":  # modulo 2**64, the difference of any two integers is right
        missing: Array = np.subtract(largest, scores, dtype=np.uint64, casting="unsafe")
        return -missing.astype(dtype)
    below = np.zeros(scores.shape, dtype)
    with np.errstate(over="ignore"):  # minus infinity is far enough
        np.subtract(scores, largest, out=below, where=scores != largest, dtype=dtype)
    return below


def _all_within(layer: Layer) -> Iterator[Layer]:
    """Yield a layer and, if it is a sequence, all within it."""
    yield layer
    if isinstance(layer, Sequential):
        for inner in layer.layers:
            yield from _all_within(inner)


def _generator(rng: object) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"`rng` (={show(rng)}) must be a numpy.random.Generator.")
    return rng


def _gathered(parts: Sequence[dict[str, Array]]) -> dict[str, Array]:
    return {f"{index}.{name}": array for index, part in enumerate(parts) for name, array in part.items()}

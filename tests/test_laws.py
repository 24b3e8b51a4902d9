"""The laws that the operators obey, over drawn shapes and arguments: one strategy for windows, one test for a law."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook import (
    adaptive_avg_pool,
    avg_pool,
    avg_pool_vjp,
    conv,
    conv_transpose,
    conv_transpose_vjp,
    conv_vjp,
    convolve,
    correlate,
    fold,
    global_avg_pool,
    global_max_pool,
    max_pool,
    max_pool_vjp,
    max_unpool,
    output_size,
    pad,
    pad_vjp,
    unfold,
)

laws = settings(deadline=None, derandomize=True, max_examples=60)

Array = np.ndarray[Any, Any]


def close(a: Any, b: Any, tolerance: float = 1e-12) -> bool:
    """Compare relative to the largest number."""
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    return a.size == 0 or bool(np.abs(a - b).max() <= tolerance * max(1.0, np.abs(a).max(), np.abs(b).max()))


def pairing(a: Array, b: Array) -> complex:
    """Return the inner product, antilinear in the first argument."""
    return complex(np.vdot(a, b))


@st.composite
def windows(draw: st.DrawFn, *, most_axes: int = 3) -> dict[str, Any]:
    """Draw kernel, stride, pads, dilation and a size in which at least one window fits, all of them unequal."""
    axes = draw(st.integers(1, most_axes))
    each = lambda low, high: draw(st.lists(st.integers(low, high), min_size=axes, max_size=axes))  # noqa: E731
    kernel, stride, dilation = each(1, 3), each(1, 3), each(1, 3)
    pads = [(draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in range(axes)]
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    extra = each(0, 3)
    size = [max(1, span - sum(p)) + more for span, p, more in zip(spans, pads, extra, strict=True)]
    return {"size": size, "kernel": kernel, "options": {"stride": stride, "padding": pads, "dilation": dilation}}


@st.composite
def layers(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a convolution: windows, channels, groups and numbers, real or complex."""
    layer = draw(windows())
    groups, channels, filters = (draw(st.integers(1, 3)) for _ in range(3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    complex_ = draw(st.booleans())

    def numbers(*shape: int) -> Array:
        values = rng.normal(size=shape)
        return values + 1j * rng.normal(size=shape) if complex_ else values

    batch = draw(st.integers(0, 2))
    layer["options"]["groups"] = groups
    layer["x_shape"] = (batch, groups * channels, *layer["size"])
    layer["weight"] = numbers(groups * filters, channels, *layer["kernel"])
    layer["bias"] = numbers(groups * filters)
    layer["numbers"] = numbers
    return layer


seeds = st.integers(0, 2**32 - 1)


def is_linear(operator: Callable[[Array], Array], x: Array, y: Array, a: complex = 2.5, b: complex = -0.75) -> bool:
    return close(operator(a * x + b * y), a * operator(x) + b * operator(y))


# Linearity


@laws
@given(layers())
def test_conv_is_linear_in_the_input_and_in_the_weight_and_affine_with_a_bias(layer: dict[str, Any]) -> None:
    numbers, weight, options = layer["numbers"], layer["weight"], layer["options"]
    x, other = numbers(*layer["x_shape"]), numbers(*layer["x_shape"])
    assert is_linear(lambda v: conv(v, weight, **options), x, other)
    assert is_linear(lambda v: conv(x, v, **options), weight, numbers(*weight.shape))
    bias = layer["bias"].reshape(-1, *(1,) * len(layer["size"]))
    assert close(conv(x, weight, layer["bias"], **options) - bias, conv(x, weight, **options))


@laws
@given(layers())
def test_conv_transpose_is_linear_in_the_input_and_in_the_weight(layer: dict[str, Any]) -> None:
    numbers, weight, options = layer["numbers"], layer["weight"], layer["options"] | {"padding": 0}
    shape = (layer["x_shape"][0], len(weight), *layer["size"])
    x, other = numbers(*shape), numbers(*shape)
    assert is_linear(lambda v: conv_transpose(v, weight, **options), x, other)
    assert is_linear(lambda v: conv_transpose(x, v, **options), weight, numbers(*weight.shape))


@laws
@given(windows(), seeds, st.booleans())
def test_means_unfold_and_fold_are_linear_and_maxima_are_not(layer: dict[str, Any], seed: int, up: bool) -> None:
    rng = np.random.default_rng(seed)
    kernel, options = layer["kernel"], layer["options"]
    x, y = rng.normal(size=(2, 1, 2, *layer["size"]))
    assert is_linear(lambda v: avg_pool(v, kernel, ceil_mode=up, **options), x, y)
    assert is_linear(lambda v: adaptive_avg_pool(v, 2), x, y)
    assert is_linear(global_avg_pool, x, y)
    assert is_linear(lambda v: unfold(v, kernel, **options), x, y)
    cols, others = unfold(x, kernel, **options), unfold(y, kernel, **options)
    assert is_linear(lambda v: fold(v, layer["size"], kernel, **options), cols, others)
    assert np.all(global_max_pool(x + y) <= global_max_pool(x) + global_max_pool(y))


def test_maxima_are_not_additive() -> None:
    x, y = np.array([[[1.0, 0.0]]]), np.array([[[0.0, 1.0]]])
    assert max_pool(x + y, 2).item() == 1
    assert (max_pool(x, 2) + max_pool(y, 2)).item() == 2


# Shifts


@laws
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 6), seeds)
def test_a_shift_by_the_stride_shifts_the_outputs_by_one(k: int, s: int, d: int, shift: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 40
    x = np.zeros((1, 2, n))
    x[:, :, 12:20] = rng.normal(size=(1, 2, 8))  # far from the borders, so that zeros are shifted in and out
    moved = np.roll(x, s * shift, axis=2)
    weight = rng.normal(size=(3, 2, k))
    for layer in (
        lambda v: conv(v, weight, stride=s, dilation=d),
        lambda v: avg_pool(v, k, stride=s, dilation=d),
        lambda v: max_pool(v, k, stride=s, dilation=d),
    ):
        assert close(layer(moved), np.roll(layer(x), shift, axis=2))
    up = conv_transpose(x, np.swapaxes(weight, 0, 1)[:, :1], stride=s, dilation=d)
    later = conv_transpose(np.roll(x, shift, axis=2), np.swapaxes(weight, 0, 1)[:, :1], stride=s, dilation=d)
    assert close(later, np.roll(up, s * shift, axis=2))


def test_a_shift_by_less_than_the_stride_does_not_commute() -> None:
    x = np.zeros((1, 1, 12))
    x[0, 0, 5] = 1
    moved = np.roll(x, 1, axis=2)
    outputs = [conv(v, [[[1.0, 2.0]]], stride=2).ravel() for v in (x, moved)]
    assert not any(np.array_equal(np.roll(outputs[0], by), outputs[1]) for by in range(6))


@laws
@given(st.integers(2, 9), st.integers(1, 4), st.integers(0, 8), seeds)
def test_circular_convolution_commutes_with_every_rotation(n: int, k: int, shift: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, weight = rng.normal(size=(1, 1, n)), rng.normal(size=(1, 1, k))

    def circular(v: Array) -> Array:
        return conv(pad(v, ((0, 0), (0, 0), (0, k - 1)), "wrap"), weight)

    assert close(circular(np.roll(x, shift, axis=2)), np.roll(circular(x), shift, axis=2))
    assert close(global_avg_pool(circular(np.roll(x, shift, axis=2))), global_avg_pool(circular(x)))


# Adjoints: <A x, y> = <x, A' y>


@laws
@given(layers())
def test_conv_and_its_vjp_are_adjoint_in_the_input_and_in_the_weight(layer: dict[str, Any]) -> None:
    numbers, weight, options = layer["numbers"], layer["weight"], layer["options"]
    x = numbers(*layer["x_shape"])
    y = conv(x, weight, **options)
    grad = numbers(*y.shape)
    grad_x, grad_weight, grad_bias = conv_vjp(grad, x, weight, layer["bias"], **options)
    assert close(pairing(grad, y), pairing(grad_x, x))
    assert close(pairing(grad, y), pairing(grad_weight, weight))
    shift = conv(np.zeros_like(x), weight, layer["bias"], **options)
    assert close(pairing(grad, shift), pairing(grad_bias, layer["bias"]))


@laws
@given(layers(), st.data())
def test_conv_transpose_and_its_vjp_are_adjoint_and_it_is_the_adjoint_of_conv(
    layer: dict[str, Any], data: st.DataObject
) -> None:
    numbers, weight, options = layer["numbers"], layer["weight"], layer["options"]
    spans = [d * (k - 1) + 1 for d, k in zip(options["dilation"], layer["kernel"], strict=True)]
    extra = [
        data.draw(st.integers(0, max(s, d) - 1)) for s, d in zip(options["stride"], options["dilation"], strict=True)
    ]
    shape = (layer["x_shape"][0], len(weight), *layer["size"])
    full = [
        (n - 1) * s + span + a for n, s, span, a in zip(layer["size"], options["stride"], spans, extra, strict=True)
    ]
    options = options | {"padding": [(min(b, n - 1), 0) for (b, _), n in zip(options["padding"], full, strict=True)]}
    x = numbers(*shape)
    y = conv_transpose(x, weight, output_padding=extra, **options)
    grad = numbers(*y.shape)
    grad_x, grad_weight, grad_bias = conv_transpose_vjp(
        grad, x, weight, np.zeros(y.shape[1], y.dtype), output_padding=extra, **options
    )
    assert close(pairing(grad, y), pairing(grad_x, x))
    assert close(pairing(grad, y), pairing(grad_weight, weight))
    assert close(grad_bias, grad.sum(axis=(0, *range(2, grad.ndim))))
    if all(a < s for a, s in zip(extra, options["stride"], strict=True)):
        assert close(pairing(conv(grad, weight.conj(), **options), x), pairing(grad, y))


@laws
@given(windows(), seeds, st.booleans(), st.booleans())
def test_poolings_and_their_vjps_are_adjoint(layer: dict[str, Any], seed: int, up: bool, include: bool) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 2, *layer["size"]))
    options = layer["options"] | {"kernel_size": layer["kernel"], "ceil_mode": up}
    y, indices = max_pool(x, **options, return_indices=True)
    grad = rng.normal(size=y.shape)
    # Where no window ties, max pooling is linear near x: it picks cells, and its vjp puts them back.
    seen = indices >= 0
    assert close(pairing(np.where(seen, grad, 0), np.where(seen, y, 0)), pairing(max_pool_vjp(grad, x, **options), x))
    means = avg_pool(x, count_include_pad=include, **options)
    back = avg_pool_vjp(grad, x, count_include_pad=include, **options)
    assert close(pairing(np.where(np.isnan(means), 0, grad), np.nan_to_num(means)), pairing(back, x))


@laws
@given(windows(), seeds)
def test_unfold_and_fold_are_adjoint(layer: dict[str, Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 3, *layer["size"]))
    cols = unfold(x, layer["kernel"], **layer["options"])
    other = rng.normal(size=cols.shape)
    assert close(pairing(cols, other), pairing(x, fold(other, layer["size"], layer["kernel"], **layer["options"])))


@laws
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=3),
    st.sampled_from(["constant", "edge", "reflect", "symmetric", "wrap", "odd reflect", "odd symmetric"]),
    seeds,
)
def test_pad_and_its_vjp_are_adjoint(axes: list[tuple[int, int, int]], rule: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=[n for n, _, _ in axes])
    widths = [(before, after) for _, before, after in axes]
    mode, options = rule.removeprefix("odd "), {"reflect_type": "odd"} if rule.startswith("odd") else {}
    y = pad(x, widths, mode, **options)
    grad = rng.normal(size=y.shape)
    assert close(pairing(grad, y), pairing(pad_vjp(grad, x, widths, mode, **options), x))


@laws
@given(seeds)
def test_max_unpool_is_the_adjoint_of_picking_and_undone_by_pooling(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, 2, 6, 4)) ** 2
    y, indices = max_pool(x, (3, 2), return_indices=True)
    other = rng.normal(size=y.shape)
    assert close(pairing(max_unpool(other, indices, (6, 4)), x), pairing(other, y))
    assert np.array_equal(max_pool(max_unpool(y, indices, (6, 4)), (3, 2)), y)
    assert np.array_equal(max_unpool(other, indices, (6, 4)), max_pool_vjp(other, x, (3, 2)))


# How the operators are built from each other


@laws
@given(layers())
def test_conv_is_the_weight_times_the_unfolded_input(layer: dict[str, Any]) -> None:
    weight, options = layer["weight"], dict(layer["options"])
    groups = options.pop("groups")
    x = layer["numbers"](*layer["x_shape"])
    rows = weight.reshape(groups, len(weight) // groups, -1)
    columns = unfold(x, layer["kernel"], **options)
    columns = columns.reshape(len(x), groups, rows.shape[2], columns.shape[2])
    y = conv(x, weight, groups=groups, **options)
    assert close((rows @ columns).reshape(y.shape), y)


@laws
@given(layers())
def test_a_grouped_convolution_is_one_convolution_for_each_group(layer: dict[str, Any]) -> None:
    weight, options = layer["weight"], dict(layer["options"])
    groups = options.pop("groups")
    x = layer["numbers"](*layer["x_shape"])
    parts = zip(np.split(x, groups, axis=1), np.split(weight, groups), strict=True)
    wanted = np.concatenate([conv(part, filters, **options) for part, filters in parts], axis=1)
    assert close(conv(x, weight, groups=groups, **options), wanted)


@laws
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(0, 6), seeds)
def test_in_the_weight_gradient_stride_and_dilation_swap(s: int, d: int, k: int, more: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1, 1, d * (k - 1) + 1 + more))
    y = conv(x, rng.normal(size=(1, 1, k)), stride=s, dilation=d)
    grad = rng.normal(size=y.shape)
    _, grad_weight = conv_vjp(grad, x, np.zeros((1, 1, k)), stride=s, dilation=d)
    swapped = conv(x, grad, stride=d, dilation=s)[:, :, :k]
    assert close(grad_weight, swapped)


@laws
@given(windows(most_axes=2), seeds)
def test_dilation_is_a_kernel_with_zeros_between_and_stride_is_every_sth_output(
    layer: dict[str, Any], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    options, axes = layer["options"], len(layer["size"])
    x, weight = rng.normal(size=(1, 2, *layer["size"])), rng.normal(size=(2, 2, *layer["kernel"]))
    spread = np.zeros((2, 2, *(d * (k - 1) + 1 for k, d in zip(layer["kernel"], options["dilation"], strict=True))))
    spread[(..., *(slice(None, None, d) for d in options["dilation"]))] = weight
    dense = conv(x, spread, padding=options["padding"])
    assert close(conv(x, weight, **options), dense[(..., *(slice(None, None, s) for s in options["stride"]))])
    assert dense.ndim == 2 + axes


@laws
@given(windows(), seeds)
def test_conv_transpose_is_a_convolution_with_the_rotated_kernel_of_the_spread_input(
    layer: dict[str, Any], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    stride, dilation = layer["options"]["stride"], layer["options"]["dilation"]
    x, weight = rng.normal(size=(1, 2, *layer["size"])), rng.normal(size=(2, 3, *layer["kernel"]))
    spread = np.zeros((1, 2, *((n - 1) * s + 1 for n, s in zip(layer["size"], stride, strict=True))))
    spread[(..., *(slice(None, None, s) for s in stride))] = x
    rotated = np.flip(np.swapaxes(weight, 0, 1), axis=tuple(range(2, weight.ndim)))
    reach = [(d * (k - 1),) * 2 for k, d in zip(layer["kernel"], dilation, strict=True)]
    wanted = conv(spread, rotated, dilation=dilation, padding=reach)
    assert close(conv_transpose(x, weight, stride=stride, dilation=dilation), wanted)


@laws
@given(st.integers(1, 9), st.integers(1, 6), seeds)
def test_the_layer_is_the_signals_correlation_and_its_transpose_the_convolution(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, h = rng.normal(size=n), rng.normal(size=k)
    layer = conv(x[None, None], h[None, None], padding=k - 1)[0, 0]
    assert close(layer, correlate(x, h, "full"))
    assert close(conv_transpose(x[None, None], h[None, None])[0, 0], convolve(x, h, "full"))


@laws
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(0, 6), seeds)
def test_two_layers_without_a_nonlinearity_are_one(k: int, l: int, channels: int, more: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(2, channels, k + l + more))
    first, second = rng.normal(size=(3, channels, k)), rng.normal(size=(2, 3, l))
    # The joint kernel sums, over the channels between, the full convolutions of the two.
    joint = [[sum(convolve(first[m, c], second[f, m]) for m in range(3)) for c in range(channels)] for f in range(2)]
    assert close(conv(conv(x, first), second), conv(x, joint))


# Maxima


@laws
@given(windows(most_axes=2), seeds)
def test_max_pooling_is_a_convolution_with_sums_replaced_by_maxima(layer: dict[str, Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, options = rng.normal(size=(1, 1, *layer["size"])), layer["options"]
    y = max_pool(x, layer["kernel"], **options)
    # In (max, +): y[o] = max over taps of (x_pad[s o + d m] + w[m]), with a flat w = 0, and -inf for what adds nothing.
    padded = np.pad(x[0, 0], options["padding"], constant_values=-np.inf)
    for o in np.ndindex(*y.shape[2:]):
        terms = []
        for m in np.ndindex(*layer["kernel"]):
            axes = zip(options["stride"], o, options["dilation"], m, strict=True)
            terms.append(padded[tuple(s * i + d * j for s, i, d, j in axes)] + 0.0)
        assert y[0, 0][o] == max(terms)


@laws
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 5), seeds)
def test_flat_maxima_compose_as_convolutions_do_and_distribute_over_maxima(
    k: int, l: int, more: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 1, 1, k + l + more))
    twice = max_pool(max_pool(x, k, stride=1), l, stride=1)
    assert np.array_equal(twice, max_pool(x, k + l - 1, stride=1))
    pooled = [max_pool(v, k, stride=1) for v in (x, y)]
    assert np.array_equal(max_pool(np.maximum(x, y), k, stride=1), np.maximum(*pooled))
    assert np.array_equal(max_pool(x + 3.5, k, stride=1), pooled[0] + 3.5)  # rounding is monotone


@laws
@given(windows(most_axes=2), seeds)
def test_no_mean_exceeds_the_maximum_of_its_window(layer: dict[str, Any], seed: int) -> None:
    x = np.random.default_rng(seed).normal(size=(1, 1, *layer["size"]))
    kernel, options = layer["kernel"], layer["options"] | {"padding": 0}
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, options["dilation"], strict=True)]
    x = np.pad(x, [(0, 0), (0, 0), *((0, max(0, span - n)) for span, n in zip(spans, layer["size"], strict=True))])
    assert np.all(avg_pool(x, kernel, **options) <= max_pool(x, kernel, **options) + 1e-15)
    assert math.prod(output_size(x.shape[2:], kernel, **options)) == max_pool(x, kernel, **options).size

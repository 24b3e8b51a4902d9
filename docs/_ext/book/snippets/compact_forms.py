"""Compact forms for snippets that must run without convbook: of what needs its fast algorithms, and of what is long.

Each has the parameters of the function of its name and, on valid arguments, its results to rounding, in the same types;
where it does less, a comment in it says so, for it is in the snippet. `tests/snippets/test_compact_forms.py` compares
them over types, options, sizes and magnitudes. What is missing: the checks of arguments and the fast algorithms, so
that `method` makes no difference. All other functions need no form here: a snippet takes the library's own text, from
which the checks go as well (`bare`).

A definition is taken out of this file as text, with those that it names; so each stands by itself, and short.
"""

# ruff: noqa: B905, D101 (strict zips and docstrings are the library's)

import math
from itertools import product

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from convbook.properties import Convention


# Arguments: what convbook._arguments returns, without its checks -------------------------------------------------
def sum_dtypes(*arrays):  # integers are summed in 64 bits (uint64 with signed ones: float64), float16 in float32
    dtype = np.result_type(*map(np.asarray, arrays)).newbyteorder("=")
    dtype = dtype if dtype.kind in "fc" or dtype == np.uint64 else np.dtype(np.int64)
    return np.dtype(np.float32) if dtype == np.float16 else dtype, dtype


def mean_dtypes(*arrays):  # means of integers are done in float64: their sums are exact below 2**53
    dtypes = sum_dtypes(*arrays)
    return (np.dtype(np.float64),) * 2 if dtypes[0].kind in "ui" else dtypes


def per_axis(name, value, axes, *limits, instead_of_none=(), **words):
    entries = list(value) if np.iterable(value) else [value] * axes
    return tuple(int(n if e is None else e) for e, n in zip(entries, instead_of_none or entries))


def padding_pairs(name, value, axes, *, kernel, dilation, **limits):
    if isinstance(value, str):
        totals = [d * (k - 1) * (value == "same") for k, d in zip(kernel, dilation)]
        return [(total // 2, total - total // 2) for total in totals]
    return [pair if np.iterable(pair) else (pair, pair) for pair in (value if np.iterable(value) else [value] * axes)]


# Windows --------------------------------------------------------------------------------------------------------
def windows(x, kernel, stride, padding, dilation, fill=0):
    """View x (N, C, *spatial), padded, as (N, C, *output, *kernel)."""
    stride, dilation = (np.broadcast_to(step, len(kernel)).tolist() for step in (stride, dilation))
    pairs = padding_pairs("padding", padding, len(kernel), kernel=kernel, dilation=dilation)
    x = np.pad(x, [(0, 0), (0, 0), *pairs], constant_values=fill)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    view = sliding_window_view(x, spans, axis=tuple(range(2, x.ndim)))
    return view[(..., *(slice(None, None, s) for s in stride), *(slice(None, None, d) for d in dilation))]


def ceil_padding(sizes, kernel, stride, padding, dilation):  # one more window, unless it would start behind the input
    stride, dilation = (np.broadcast_to(step, len(kernel)).tolist() for step in (stride, dilation))
    pairs = padding_pairs("padding", padding, len(kernel), kernel=kernel, dilation=dilation)
    found = []
    for n, k, s, d, (left, right) in zip(sizes, kernel, stride, dilation, pairs):
        span = d * (k - 1) + 1
        last = min(-(-(n + left + right - span) // s), (n + left - 1) // s)
        found.append((left, max(0, last * s + span - n - left)))
    return found


def place(m, outputs, stride, dilation):
    """Give the slices that tap m sees of the padded input."""
    return (..., *(slice(i * d, i * d + s * (o - 1) + 1, s) for i, o, s, d in zip(m, outputs, stride, dilation)))


# Signals --------------------------------------------------------------------------------------------------------
def convolve(x, h, mode="full", *, boundary="constant", fill_value=0, method="auto"):
    dtype, result = sum_dtypes(x, h)
    x, h = np.asarray(x, dtype), np.asarray(h, dtype)
    sizes = list(zip(x.shape, h.shape))
    if mode == "valid":
        parts = [(min(n, k) - 1, abs(n - k) + 1) for n, k in sizes]
    else:
        parts = [(k - 1 + (k - 1) // 2, n) if mode == "same" else (k - 1, n + k - 1) for n, k in sizes]
        constant = {"constant_values": fill_value} if boundary == "constant" else {}
        x = np.pad(x, [(k - 1, k - 1) for k in h.shape], boundary, **constant)
    if h.size > x.size:
        x, h = h, x
    y = np.zeros([n + k - 1 for n, k in zip(x.shape, h.shape)], dtype)
    for m in np.ndindex(h.shape):
        y[tuple(slice(i, i + n) for i, n in zip(m, x.shape))] += h[m] * x
    return y[tuple(slice(start, start + size) for start, size in parts)].astype(result)


def convolve_blocks(blocks, h):
    h, kept, arrived = np.asarray(h), None, 0
    for block in map(np.asarray, blocks):
        kept = np.zeros((len(h) - 1, *block.shape[1:]), block.dtype) if kept is None else kept
        x, arrived = np.concatenate([kept, block]), arrived + len(block)
        yield convolve(x, h)[len(h) - 1 : len(x)]  # nothing before it is complete
        kept = x[len(block) :]
    if arrived and len(h) > 1:
        yield convolve(kept, h)[len(h) - 1 :]


def correlate(x, h, mode="full", *, boundary="constant", fill_value=0, method="auto"):
    return convolve(x, np.conj(np.flip(h)), mode, boundary=boundary, fill_value=fill_value)


def normalized_correlate(image, template):  # integers beyond 2**53 are rounded first
    result = mean_dtypes(image, template)[1]
    x, t = (np.asarray(array) * np.float64(1) for array in (image, template))
    x, t = (np.ldexp(array, -np.frexp(np.abs(array).max())[1]) for array in (x, t))  # no difference overflows
    view, over = sliding_window_view(x, t.shape), tuple(range(-t.ndim, 0))
    view = view - view[(..., *[slice(1)] * t.ndim)]  # exactly 0 where a window is constant
    view = view - view.mean(over, keepdims=True)
    view = view / np.maximum(np.abs(view).max(over, keepdims=True), np.finfo(view.dtype).tiny)  # no square vanishes
    t = t - t.flat[0]
    t = t - t.mean()
    products, lengths = (view * t).sum(over), np.sqrt((view**2).sum(over) * (t**2).sum())
    return np.clip(np.divide(products, lengths, out=np.zeros_like(products), where=lengths != 0), -1, 1).astype(result)


# Layers ---------------------------------------------------------------------------------------------------------
def conv(x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1, method="auto"):
    given = [x, weight] if bias is None else [x, weight, bias]
    dtype, result = sum_dtypes(*given)
    x, weight, *bias = (np.asarray(array, dtype) for array in given)
    view = windows(x, weight.shape[2:], stride, padding, dilation)
    over = [(1, *range(2 - x.ndim, 0)), range(1, x.ndim)]  # channels and taps
    pairs = zip(np.split(view, groups, axis=1), np.split(weight, groups))
    y = np.moveaxis(np.concatenate([np.tensordot(part, w, over) for part, w in pairs], axis=-1), -1, 1)
    return (y + bias[0].reshape(-1, *[1] * (x.ndim - 2)) if bias else y).astype(result)


def conv_vjp(grad, x, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    (of_x, to_x), (of_weight, to_weight), (of_bias, to_bias) = (sum_dtypes(grad, *a) for a in ([weight], [x], []))
    grad, taps = np.asarray(grad), np.conj(weight).astype(of_x)
    kernel, over = taps.shape[2:], (0, *range(2, grad.ndim))
    stride, dilation = (np.broadcast_to(step, len(kernel)).tolist() for step in (stride, dilation))
    pairs = padding_pairs("padding", padding, len(kernel), kernel=kernel, dilation=dilation)
    cells = np.pad(np.conj(x), [(0, 0), (0, 0), *pairs]).astype(of_weight)
    grad_x, grad_weight = np.zeros(cells.shape, of_x), np.zeros(taps.shape, of_weight)
    for m in np.ndindex(kernel):
        seen = place(m, grad.shape[2:], stride, dilation)
        for g in range(groups):
            f, c = (slice(g * n, (g + 1) * n) for n in (len(taps) // groups, taps.shape[1]))
            grad_x[:, c][seen] += np.einsum("nf...,fc->nc...", grad[:, f], taps[(f, slice(None), *m)])
            grad_weight[(f, slice(None), *m)] = np.tensordot(grad[:, f], cells[:, c][seen], (over, over))
    grad_x = grad_x[(..., *(slice(left, left + n) for (left, _), n in zip(pairs, np.shape(x)[2:])))]
    found = [(x, grad_x.astype(to_x)), (weight, grad_weight.astype(to_weight))]
    found += [] if bias is None else [(bias, grad.sum(over, of_bias).astype(to_bias))]
    return tuple(one if np.iscomplexobj(owner) else one.real for owner, one in found)


def conv_transpose(x, weight, bias=None, *, stride=1, padding=0, output_padding=0, dilation=1, groups=1):
    given = [x, weight] if bias is None else [x, weight, bias]
    dtype, result = sum_dtypes(*given)
    x, weight, *bias = (np.asarray(array, dtype) for array in given)
    kernel, axes = weight.shape[2:], x.ndim - 2
    stride, dilation, more = (np.broadcast_to(n, axes).tolist() for n in (stride, dilation, output_padding))
    pairs = padding_pairs("padding", padding, axes, kernel=kernel, dilation=dilation)
    sizes = [(n - 1) * s + d * (k - 1) + 1 + a for n, s, k, d, a in zip(x.shape[2:], stride, kernel, dilation, more)]
    y = np.zeros((len(x), weight.shape[1] * groups, *sizes), dtype)
    for m in np.ndindex(kernel):
        for g in range(groups):
            c, f = (slice(g * n, (g + 1) * n) for n in (len(weight) // groups, weight.shape[1]))
            tap = weight[(c, slice(None), *m)]
            y[:, f][place(m, x.shape[2:], stride, dilation)] += np.einsum("nc...,cf->nf...", x[:, c], tap)
    y = y[(..., *(slice(left, n - right) for (left, right), n in zip(pairs, sizes)))]
    return (y + bias[0].reshape(-1, *[1] * axes) if bias else y).astype(result)


# Pooling --------------------------------------------------------------------------------------------------------
def max_pool(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    x = np.asarray(x)
    kernel = np.broadcast_to(kernel_size, x.ndim - 2).tolist()
    stride = kernel if stride is None else stride
    if ceil_mode:
        padding = ceil_padding(x.shape[2:], kernel, stride, padding, dilation)
    least = -np.inf if x.dtype.kind == "f" else False if x.dtype == bool else np.iinfo(x.dtype).min
    view = windows(x, kernel, stride, padding, dilation, least)
    y = view.max(axis=tuple(range(2 - x.ndim, 0))).astype(x.dtype, copy=False)
    if not return_indices:
        return y
    cells = np.arange(math.prod(x.shape[2:])).reshape(1, 1, *x.shape[2:])
    cells = windows(cells, kernel, stride, padding, dilation, -1)  # -1 in the padding, which never wins
    wins = ((view == y[(..., *[None] * len(kernel))]) | (view != view)) & (cells >= 0)  # NaN wins: it is not itself
    cells, wins = (a.reshape(*a.shape[: x.ndim], math.prod(kernel)) for a in (cells, wins))
    first = wins.argmax(axis=-1)[..., None]
    found = np.take_along_axis(np.broadcast_to(cells, wins.shape), first, axis=-1)[..., 0]
    return y, np.where(wins.any(axis=-1), found, -1)


def max_pool_vjp(grad, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    options = {"stride": stride, "padding": padding, "dilation": dilation, "ceil_mode": ceil_mode}
    _, indices = max_pool(x, kernel_size, return_indices=True, **options)
    grad, shape = np.asarray(grad), np.shape(x)
    dtype, result = sum_dtypes(grad)
    total = np.zeros((*shape[:2], math.prod(shape[2:]) + 1), dtype)  # the last takes what falls into the padding
    n, c = np.ogrid[: shape[0], : shape[1]]
    cells = indices.reshape(*shape[:2], math.prod(indices.shape[2:]))
    np.add.at(total, (n[..., None], c[..., None], cells), grad.reshape(cells.shape))
    return total[..., :-1].reshape(shape).astype(result)


def counted(shape, kernel, stride, padding, wanted, dilation, included):
    """Count the cells of each window: those of the input and, if included, of its padding."""
    gaps = np.broadcast_to(dilation, len(kernel)).tolist()
    pairs = padding_pairs("padding", padding, len(kernel), kernel=kernel, dilation=gaps)
    cells = np.pad(np.ones(shape[2:], int), pairs, constant_values=int(included))[None, None]
    more = [(0, max(0, new - old)) for (_, old), (_, new) in zip(pairs, wanted)]
    return windows(cells, kernel, stride, more, dilation).sum(tuple(range(-len(kernel), 0)))


def avg_pool(
    x,
    kernel_size,
    *,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    x = np.asarray(x)
    dtype, result = mean_dtypes(x)
    kernel = np.broadcast_to(kernel_size, x.ndim - 2).tolist()
    stride, wanted = kernel if stride is None else stride, padding
    if ceil_mode:
        wanted = ceil_padding(x.shape[2:], kernel, stride, padding, dilation)
    cells = windows(x.astype(np.result_type(dtype, np.float64)), kernel, stride, wanted, dilation)
    total = cells.sum(tuple(range(2 - x.ndim, 0))).astype(dtype)
    divisor = np.array(divisor_override)
    if divisor_override is None:
        wanted = wanted if ceil_mode else [(0, 0)] * len(kernel)
        divisor = counted(x.shape, kernel, stride, padding, wanted, dilation, count_include_pad)
        divisor = divisor[(..., *(slice(n) for n in total.shape[2:]))]
    with np.errstate(invalid="ignore"):  # the mean of no cells is NaN
        return (total / divisor.astype(total.real.dtype)).astype(result)


def avg_pool_vjp(
    grad,
    x,
    kernel_size,
    *,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    grad, shape = np.asarray(grad), np.shape(x)
    dtype, result = mean_dtypes(grad)
    options = kernel_size, kernel_size if stride is None else stride, dilation
    kernel, stride, dilation = (np.broadcast_to(value, len(shape) - 2).tolist() for value in options)
    wanted = padding_pairs("padding", padding, len(kernel), kernel=kernel, dilation=dilation)
    if ceil_mode:
        wanted = ceil_padding(shape[2:], kernel, stride, padding, dilation)
    divisor = np.array(divisor_override)
    if divisor_override is None:
        divisor = counted(shape, kernel, stride, padding, wanted, dilation, count_include_pad)
        divisor = np.maximum(divisor[(..., *(slice(n) for n in grad.shape[2:]))], 1)
    share = grad.astype(dtype) / divisor.astype(np.zeros(0, dtype).real.dtype)
    total = np.zeros((*shape[:2], *(n + sum(pair) for n, pair in zip(shape[2:], wanted))), dtype)
    for m in np.ndindex(*kernel):
        total[place(m, grad.shape[2:], stride, dilation)] += share
    return total[(..., *(slice(left, left + n) for (left, _), n in zip(wanted, shape[2:])))].astype(result)


def global_avg_pool(x):
    x = np.asarray(x)
    dtype, result = mean_dtypes(x)
    total = x.sum(tuple(range(2, x.ndim)), np.result_type(dtype, np.float64), keepdims=True).astype(dtype)
    return (total / np.array(math.prod(x.shape[2:]), total.real.dtype)).astype(result)


# Borders and windows --------------------------------------------------------------------------------------------
def pad(x, pad_width, mode="constant", value=0, *, reflect_type="even"):
    if reflect_type == "odd":
        dtype, result = sum_dtypes(np.asarray(x))
        return np.pad(np.asarray(x, dtype), pad_width, mode, reflect_type="odd").astype(result)
    return np.pad(x, pad_width, mode, **({"constant_values": value} if mode == "constant" else {}))


def pad_vjp(grad, x, pad_width, mode="constant", value=0, *, reflect_type="even"):
    grad = np.asarray(grad)
    dtype, result = sum_dtypes(grad)
    grad = grad.astype(dtype)
    odd = {"reflect_type": "odd"} if reflect_type == "odd" else {}
    axes = range(grad.ndim)
    if isinstance(pad_width, dict):
        pad_width = [np.broadcast_to(pad_width.get(a, pad_width.get(a - grad.ndim, 0)), 2) for a in axes]
    for axis, n, pair in zip(axes, np.shape(x), np.broadcast_to(pad_width, (grad.ndim, 2))):
        matrix = np.pad(np.eye(n, dtype=dtype), [tuple(pair), (0, 0)], mode, **odd)  # of padding this axis
        grad = np.moveaxis(np.tensordot(grad, matrix, (axis, 0)), -1, axis)
    return grad.astype(result)


def unfold(x, kernel_size, *, stride=1, padding=0, dilation=1):
    x = np.asarray(x)
    axes = x.ndim - 2
    view = windows(x, np.broadcast_to(kernel_size, axes).tolist(), stride, padding, dilation)
    view = np.moveaxis(view, range(2, 2 + axes), range(-axes, 0))
    return view.reshape(len(x), math.prod(view.shape[1 : 2 + axes]), math.prod(view.shape[2 + axes :]))


def fold(cols, output_size, kernel_size, *, stride=1, padding=0, dilation=1):
    cols, size = np.asarray(cols), np.atleast_1d(output_size).tolist()
    dtype, result = sum_dtypes(cols)
    places = 1 + np.arange(math.prod(size)).reshape(1, 1, *size)  # 0 in the padding
    places = unfold(places, kernel_size, stride=stride, padding=padding, dilation=dilation)[0].ravel()
    cols = cols.reshape(len(cols), cols.shape[1] * cols.shape[2] // len(places), len(places))
    total = np.zeros((*cols.shape[:2], 1 + math.prod(size)), dtype)
    np.add.at(total, (slice(None), slice(None), places), cols)
    return total[..., 1:].reshape(*cols.shape[:2], *size).astype(result)


# How large things become ----------------------------------------------------------------------------------------
def output_size(n, kernel_size, *, stride=1, padding=0, dilation=1, ceil_mode=False):
    sizes = np.atleast_1d(n).tolist()
    options = kernel_size, stride, dilation
    kernel, stride, dilation = (np.broadcast_to(value, len(sizes)).tolist() for value in options)
    pairs = padding_pairs("padding", padding, len(sizes), kernel=kernel, dilation=dilation)
    found = []
    for m, k, s, d, (left, right) in zip(sizes, kernel, stride, dilation, pairs):
        room = m + left + right - d * (k - 1) - 1
        count = (room + s - 1 if ceil_mode else room) // s + 1
        found.append(min(count, (m + left - 1) // s + 1) if ceil_mode else count)
    return tuple(found) if np.ndim(n) else found[0]


def transposed_output_size(n, kernel_size, *, stride=1, padding=0, output_padding=0, dilation=1):
    sizes = np.atleast_1d(n).tolist()
    options = [np.broadcast_to(v, len(sizes)).tolist() for v in (kernel_size, stride, dilation, output_padding)]
    pairs = padding_pairs("padding", padding, len(sizes), kernel=options[0], dilation=options[2])
    found = [(m - 1) * s + d * (k - 1) + 1 - sum(pair) + a for m, k, s, d, a, pair in zip(sizes, *options, pairs)]
    return tuple(found) if np.ndim(n) else found[0]


# Learning -------------------------------------------------------------------------------------------------------
class Conv:
    def __init__(self, in_channels, out_channels, kernel_size, *, groups=1, rng, **options):
        kernel = kernel_size if np.iterable(kernel_size) else (kernel_size, kernel_size)
        shape = (out_channels, in_channels // groups, *kernel)
        weight = rng.normal(0, math.sqrt(2 / math.prod(shape[1:])), shape)
        self.parameters, self.gradients = {"weight": weight, "bias": np.zeros(out_channels)}, {}
        self.options = {"groups": groups, **options}

    def forward(self, x):
        self.x = np.asarray(x)
        return conv(self.x, self.parameters["weight"], self.parameters["bias"], **self.options)

    def backward(self, grad):
        found = conv_vjp(grad, self.x, self.parameters["weight"], self.parameters["bias"], **self.options)
        self.gradients = {"weight": found[1], "bias": found[2]}
        return found[0]


# Measurements ---------------------------------------------------------------------------------------------------
def transformed(transform, x):
    if callable(transform):
        return np.asarray(transform(x))
    return np.roll(x, transform, axis=tuple(range(-np.size(transform), 0)))


def ratio(error, *scales):  # of numbers whose squares neither overflow nor vanish in float64
    error, *scales = (float(np.linalg.norm(np.ravel(one))) for one in (error, *scales))
    return error / sum(scales) if sum(scales) else 0.0 if error == 0 else math.inf


def equivariance_error(operator, transform, x, *, output_transform=None):
    x, one = np.asarray(x), np.float64(1)  # in double precision no difference of small integers wraps around
    reference = np.asarray(operator(x))
    after = transformed(transform if output_transform is None else output_transform, reference)
    return ratio(one * operator(transformed(transform, x)) - after, one * reference)


def invariance_error(operator, transform, x):
    return equivariance_error(operator, transform, x, output_transform=lambda y: y)


def linearity_error(operator, x, y, *, a=2, b=-3):
    x, y, a, b = map(np.asarray, (x, y, a, b))
    one = np.float64(1)  # in double precision no difference of small integers wraps around
    first, second = a * one * operator(x), b * one * operator(y)
    return ratio(one * operator(a * x + b * y) - first - second, first, second)


def identify_convention(f, *, axes=1):
    starts = {
        "0": lambda k: 0,
        "(K - 1) // 2": lambda k: (k - 1) // 2,
        "K // 2": lambda k: k // 2,
        "K - 1": lambda k: k - 1,
    }
    lengths = {
        "N": lambda n, k: n,
        "max(N, K)": max,
        "N - K + 1": lambda n, k: n - k + 1,
        "N + K - 1": lambda n, k: n + k - 1,
    }
    borders = {"zeros": "constant", "edge": "edge", "reflect": "reflect", "symmetric": "symmetric", "wrap": "wrap"}
    found = [(o, "N - K + 1", "K - 1", "none") for o in ("convolution", "correlation")]
    found += [(o, "N + K - 1", "0", border) for o in ("convolution", "correlation") for border in borders]
    found += product(("convolution", "correlation"), ("N", "max(N, K)"), starts, borders)
    rng = np.random.default_rng(0)
    for k in (2, 3, 4, 5):
        sizes, kernel = [11 + 2 * axis for axis in range(axes)], [k + axis for axis in range(axes)]
        h, impulse = np.arange(1.0, 1 + math.prod(kernel)).reshape(kernel), np.zeros(sizes)
        impulse[tuple(n // 2 for n in sizes)] = 1
        for x in (impulse, rng.standard_normal(sizes)):
            answer, left = np.asarray(f(x, h)), []
            for operation, length, start, border in found:
                turned = h if operation == "convolution" else np.flip(h)
                full = convolve(x, turned, boundary=borders.get(border, "constant"))
                parts = [(starts[start](k), lengths[length](n, k)) for n, k in zip(sizes, kernel)]
                want = full[tuple(slice(first, first + size) for first, size in parts)]
                fits = answer.shape == want.shape == tuple(size for _, size in parts)
                if fits and np.abs(answer - want).max() <= 1e-5 * np.abs(full).max():
                    left.append((operation, length, start, border))
            found = left
    try:  # conventions that are left differ in kernels that are longer than the signal
        size = np.shape(f(np.ones((3,) * axes), np.ones((8,) * axes)))[0]
    except Exception:
        size = 3
    return Convention(*next((c for c in found if lengths[c[1]](3, 8) == size), found[0]))
